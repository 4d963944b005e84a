// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonModel
import LiaisonNotes

extension ConventionDraft {
    /// Contradictions in a draft, each with its line and remedy; empty when nothing speaks against signing.
    public func check(catalogue: FormCatalogue) -> [DraftFinding] {
        var check = Check(convention: outline, units: units, catalogue: catalogue, lines: lines)
        check.checkFrame()
        check.checkParties()
        check.checkUnits()
        check.checkReach()
        for flow in outline.flows { check.check(flow) }
        return check.findings
    }
}

/// What the checks of one convention share: its parts, and what they have found.
struct Check {
    let convention: Convention
    let units: [LiaisonModel.Unit]
    let catalogue: FormCatalogue
    let lines: [String: Int]
    private(set) var findings: [DraftFinding] = []

    let roles: Set<String>
    private let unitsOfRole: [String: [LiaisonModel.Unit]]

    init(convention: Convention, units: [LiaisonModel.Unit], catalogue: FormCatalogue, lines: [String: Int]) {
        self.convention = convention
        self.units = units
        self.catalogue = catalogue
        self.lines = lines
        roles = Set(convention.roles.map(\.id))
        unitsOfRole = units.reduce(into: [:]) { found, unit in
            for role in unit.roles { found[role, default: []].append(unit) }
        }
    }

    mutating func found(_ problem: DraftProblem, at place: String) {
        findings.append(DraftFinding(problem: problem, place: place, line: lines.line(of: place)))
    }

    // MARK: Looking up

    func units(holding roles: [String]) -> [LiaisonModel.Unit] {
        roles.flatMap { unitsOfRole[$0] ?? [] }
    }

    func kind(of unit: LiaisonModel.Unit) -> String { convention.party(unit.address.institution)?.kind ?? "" }

    /// Kinds of the institutions whose units hold one of `roles`.
    func kinds(holding roles: [String]) -> Set<String> { Set(units(holding: roles).map(kind)) }

    func isBoundBySecrecy(_ unit: LiaisonModel.Unit) -> Bool {
        convention.party(unit.address.institution)?.secrecy ?? false
    }

    // MARK: The frame

    mutating func checkFrame() {
        if convention.notAfter <= convention.notBefore {
            found(.endsBeforeItBegins, at: "not_after")
        }
        if convention.version < 1 || (convention.version == 1) != (convention.previous == nil) {
            found(.versionAndPreviousDisagree, at: "version")
        }
        if convention.grace > .days(90) {
            found(.graceTooLong, at: "grace")
        }
        if convention.maximumAge < .hours(1) || convention.maximumAge > .days(14) {
            found(.maximumAgeOutOfBounds, at: "maximum_age")
        }
        if convention.auditLimit < .days(180) || convention.auditLimit > .days(3 * 365) {
            found(.auditLimitOutOfBounds, at: "audit_limit")
        }
        if TimeZone(identifier: convention.timeZone) == nil {
            found(.unknownTimeZone(convention.timeZone), at: "time_zone")
        }
        for day in convention.holidays where DraftSection.instant(day) == nil {
            found(.notADate(day), at: "holidays")
        }
        for log in convention.logs where !log.url.hasPrefix("https://") {
            found(.logWithoutTLS(url: log.url), at: "logs.\(log.origin).url")
        }
        for role in convention.roles where EscalationTarget(role.id).role == nil {
            found(.roleNamedLikeAStep(role.id), at: "roles.\(role.id)")
        }
        for (id, flows) in Dictionary(grouping: convention.flows, by: \.id) where flows.count > 1 {
            found(.flowGivenTwice, at: "flows.\(id)")
        }
    }

    mutating func checkParties() {
        for (id, parties) in Dictionary(grouping: convention.parties, by: \.institution) where parties.count > 1 {
            found(.institutionGivenTwice, at: "parties.\(id)")
        }
        let keys = convention.parties.flatMap { $0.keys.map(\.key) }.filter { $0 != .unset }
        for party in convention.parties {
            let place = "parties.\(party.institution)"
            if InstitutionKind.all[party.kind] == nil {
                let known = InstitutionKind.all.keys.sorted()
                found(.unknownInstitutionKind(party.kind, known: known), at: "\(place).kind")
            }
            if !units.contains(where: { $0.address.institution == party.institution }) {
                found(.institutionWithoutUnit, at: place)
            }
            if !(1...2).contains(party.rosterSignatures)
                || (!party.keys.isEmpty && party.keys.count < party.rosterSignatures)
            {
                found(.rosterSignaturesWithoutKeys, at: "\(place).roster_signatures")
            }
            if let log = convention.logs.first, convention.log(party.log) == nil {
                found(.unknownLog(party.log, known: log.origin), at: "\(place).log")
            }
            let keysPlace = "party_keys.\(party.institution)"
            if party.recovery != .unset, keys.contains(party.recovery) {
                found(.recoveryKeyInUse, at: keysPlace)
            }
            for key in party.keys where key.notAfter <= key.notBefore {
                found(.keyEndsBeforeItBegins, at: keysPlace)
            }
        }
        for (key, uses) in Dictionary(grouping: keys, by: \.self) where uses.count > 1 {
            let party = convention.parties.first { $0.keys.contains { $0.key == key } }
            found(.sharedKey, at: "party_keys.\(party?.institution.description ?? "")")
        }
    }

    mutating func checkUnits() {
        for (address, same) in Dictionary(grouping: units, by: \.address) where same.count > 1 {
            found(.unitGivenTwice, at: "parties.\(address.institution).units.\(address.local)")
        }
        for unit in units {
            let place = "parties.\(unit.address.institution).units.\(unit.address.local)"
            for role in unit.roles where !roles.contains(role) {
                found(.unknownRole(role), at: "\(place).roles")
            }
            for phone in [unit.phone, unit.dutyPhone].compactMap(\.self) where !Self.isPhone(phone) {
                found(.unreadablePhone(phone), at: place)
            }
            checkStandby(unit, place)
        }
    }

    /// What is for a unit is also sealed to its standby units: they must be recipients of the same flows.
    private mutating func checkStandby(_ unit: LiaisonModel.Unit, _ place: String) {
        let received = Set(convention.flows.flatMap { $0.to + $0.copies }).intersection(unit.roles).sorted()
        for other in units where unit.standbyUnits.contains(other.address) {
            guard let role = received.first(where: { !other.roles.contains($0) }) else { continue }
            found(.standbyWithoutRole(other.address, role: role, for: unit.address), at: "\(place).standby")
        }
    }

    private static func isPhone(_ text: String) -> Bool {
        text.filter { !" .-".contains($0) }.wholeMatch(of: /\+?[0-9]{2,15}/) != nil
    }

    /// CASF L226-3, L226-4: child protection and prosecution can always be reached.
    mutating func checkReach() {
        let reached: [(kinds: [String], recipient: String, problem: ([String], String) -> DraftProblem)] = [
            (["concern_report"], "department", DraftProblem.childProtectionUnreachable),
            (["judicial_transmission", "minor_judicial_report"], "prosecution", DraftProblem.prosecutionUnreachable)
        ]
        for (wanted, recipient, problem) in reached
        where !convention.flows.contains(where: {
            wanted.contains($0.kind) && kinds(holding: $0.to).contains(recipient)
        }) {
            found(problem(wanted, recipient), at: "flows")
        }
    }
}
