// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonWire

/// What follows from a change of the roster, before anybody has made it.
public struct RosterForecast: Hashable, Sendable {
    /// What the next roster says that the one in force does not.
    public let changes: RosterDifference
    /// The units that it leaves without a reader of their own.
    public let lost: [LastReader]
    /// How many deliveries wait there, by unit; nil when the relay did not say.
    public let waiting: [UnitAddress: Int]?
    /// The units that only one person reads for from then on.
    public let lone: [LoneReader]

    /// How many deliveries wait in a unit; nil when the relay did not say.
    public func waiting(in unit: UnitAddress) -> Int? { waiting.map { $0[unit] ?? 0 } }
}

extension Registrar {
    /// What the draft would change if it were published now. Posts that are over are none: every new roster leaves them out.
    public func unpublished(now: Instant) throws -> RosterDifference {
        var draft = try draft()
        guard var published = try published() else {
            return Self.changes(
                from: Roster(by: institution, version: 0, issuedAt: 0, units: [], agents: []), to: draft)
        }
        draft.version = published.version + 1
        draft.agents = draft.agents.map { $0.withoutEndedPosts(at: now) }
        published.agents = published.agents.map { $0.withoutEndedPosts(at: now) }
        return Self.changes(from: published, to: draft)
    }

    /// What follows if `body` is done and the draft then published; nothing of it stays.
    public func forecast(
        over relay: any RelayConnection, now: Instant, _ body: (Registrar) throws -> Void
    ) async throws -> RosterForecast {
        let before = try draft()
        let known = Set(Self.loneReaders(in: before, at: now).map(\.unit.address))
        let (changes, lost, lone): (RosterDifference, [LastReader], [LoneReader])
        do {
            try body(self)
            changes = try unpublished(now: now)
            lost = try lastReaders(now: now)
            lone = try Self.loneReaders(in: draft(), at: now).filter { !known.contains($0.unit.address) }
        } catch {
            try restore(before)
            throw error
        }
        try restore(before)
        let rows = lost.isEmpty ? nil : (try? await relay.waiting())?.units
        return RosterForecast(
            changes: changes, lost: lost,
            waiting: rows.map { Dictionary($0.map { ($0.unit, $0.count) }) { first, _ in first } }, lone: lone)
    }

    /// How many registrars of the institution sign a roster.
    public func signaturesNeeded(now: Instant) throws -> Int {
        try frame(now: now).signaturesNeeded(of: institution, at: now)
    }

    /// The agents of the roster in force who have published a key that what is sent now would be sealed to.
    public func agentsWithKeys(over relay: any RelayConnection, now: Instant) async throws -> Set<AgentAddress> {
        let signers = try Dictionary((published()?.agents ?? []).map { ($0.address, $0.noteKey) }) { first, _ in first }
        let notes = try await relay.bundle(of: institution, from: 0, keys: true).keys
        return Set(
            notes.compactMap { text in
                guard let keys = try? Unverified<AgentKeys>(parsing: text),
                    let signer = signers[keys.claimed.by].flatMap(\.self),
                    let verified = try? keys.verified(by: signer),
                    verified.body.keys.contains(where: { $0.notBefore <= now && now < $0.notAfter })
                else { return nil }
                return verified.body.by
            })
    }
}
