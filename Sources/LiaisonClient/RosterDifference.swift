// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// What a colleague's roster changes in the one that a registrar knows.
public struct RosterDifference: Hashable, Sendable {
    public enum Subject: Hashable, Sendable {
        case unit(UnitAddress)
        case agent(AgentAddress)
        /// A registrar's device, by the hash of its TLS key.
        case registrar(Hash)
    }

    public enum Change: Hashable, Sendable {
        case goesOut(Subject)
        case comesIn(Subject)
        case changes(Subject)
        /// What people are told of a unit: whom senders would call from then on, who signs must know.
        case details(UnitDetails, from: UnitDetails, of: UnitAddress)
        /// The units to whose agents what is for a unit is sealed as well from then on: who signs must know.
        case standby([UnitAddress], of: UnitAddress)
    }

    public let institution: InstitutionID
    public let version: Int
    /// Units, what is told of them, who stands by for them, then agents, then registrars.
    public let changes: [Change]
}

extension Registrar {
    /// What a colleague's roster changes in the one that this registrar knows.
    public func changes(to roster: Roster) throws -> RosterDifference {
        Self.changes(from: try published() ?? draft(), to: roster)
    }

    /// What a roster changes in one before it.
    static func changes(from known: Roster, to roster: Roster) -> RosterDifference {
        var changes: [RosterDifference.Change] = []
        func compare<Item: Hashable>(
            _ old: [Item], _ new: [Item], _ subject: (Item) -> RosterDifference.Subject
        ) {
            let before = Dictionary(old.map { (subject($0), $0) }) { first, _ in first }
            let after = Set(new.map(subject))
            changes += old.map(subject).filter { !after.contains($0) }.map(RosterDifference.Change.goesOut)
            for item in new {
                guard let present = before[subject(item)] else {
                    changes.append(.comesIn(subject(item)))
                    continue
                }
                if present != item { changes.append(.changes(subject(item))) }
            }
        }
        let details = detailsChanges(from: known.units, to: roster.units)
        compare(known.units.map { $0.telling(details[$0.address]?.new) }, roster.units) { .unit($0.address) }
        changes += details.keys.sorted().compactMap { unit in
            details[unit].map { .details($0.new, from: $0.old, of: unit) }
        }
        changes += standbyChanges(from: known.units, to: roster.units)
        compare(known.agents, roster.agents) { .agent($0.address) }
        compare(known.registrars, roster.registrars) { .registrar($0) }
        return RosterDifference(institution: roster.by, version: roster.version, changes: changes)
    }

    private static func detailsChanges(
        from old: [LiaisonModel.Unit], to new: [LiaisonModel.Unit]
    ) -> [UnitAddress: (old: UnitDetails, new: UnitDetails)] {
        let before = Dictionary(old.map { ($0.address, UnitDetails($0)) }) { first, _ in first }
        return new.reduce(into: [:]) { changes, unit in
            guard let old = before[unit.address] else { return }
            let new = UnitDetails(unit)
            if !new.changed(from: old).isEmpty { changes[unit.address] = (old, new) }
        }
    }

    private static func standbyChanges(
        from old: [LiaisonModel.Unit], to new: [LiaisonModel.Unit]
    ) -> [RosterDifference.Change] {
        let before = Dictionary(old.map { ($0.address, $0.standbyUnits) }) { first, _ in first }
        return new.filter { $0.standbyUnits != before[$0.address] ?? [] }.map { unit in
            .standby(unit.standbyUnits, of: unit.address)
        }
    }
}
