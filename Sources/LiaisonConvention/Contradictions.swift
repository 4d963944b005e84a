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

    static let day = 86_400

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

    mutating func found(
        _ code: String, _ place: String, _ what: (fr: String, en: String), _ remedy: (fr: String, en: String)
    ) {
        findings.append(
            DraftFinding(
                code: code, place: place, line: lines.line(of: place), what: Label(fr: what.fr, en: what.en),
                remedy: Label(fr: remedy.fr, en: remedy.en)))
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
            found(
                "dates", "not_after", ("avant not_before", "before not_before"),
                ("une fin après le début", "an end after the beginning"))
        }
        if convention.version < 1 || (convention.version == 1) != (convention.previous == nil) {
            found(
                "supersession", "version",
                (
                    "la version 1 n'en remplace aucune, les autres nomment l'empreinte de la précédente",
                    "version 1 supersedes none, the others name the hash of the one before"
                ),
                ("corrigez version ou previous", "mend version or previous"))
        }
        if convention.grace > 90 * Self.day {
            found(
                "grace", "grace",
                (
                    "une version dépassée resterait admise plus de 90 jours",
                    "a superseded version would be accepted for more than 90 days"
                ), ("au plus P90D", "at most P90D"))
        }
        if convention.maximumAge < 3600 || convention.maximumAge > 14 * Self.day {
            found(
                "maximum_age", "maximum_age", ("hors de 1 heure à 14 jours", "not between 1 hour and 14 days"),
                ("par exemple P3D", "for example P3D"))
        }
        if convention.auditLimit < 180 * Self.day || convention.auditLimit > 3 * 365 * Self.day {
            found(
                "audit_limit", "audit_limit",
                (
                    "les traces se gardent de six mois à trois ans (CNIL, journalisation)",
                    "records are kept from six months to three years (CNIL, logging)"
                ),
                ("P365D le plus souvent", "P365D as a rule"))
        }
        if TimeZone(identifier: convention.timeZone) == nil {
            found(
                "time_zone", "time_zone",
                ("fuseau inconnu (\(convention.timeZone))", "unknown time zone (\(convention.timeZone))"),
                ("par exemple Europe/Paris", "for example Europe/Paris"))
        }
        for day in convention.holidays where DraftSection.instant(day) == nil {
            found("holiday", "holidays", ("pas une date (\(day))", "not a date (\(day))"), ("AAAA-MM-JJ", "YYYY-MM-DD"))
        }
        for log in convention.logs where !log.url.hasPrefix("https://") {
            found(
                "log_url", "logs.\(log.origin).url",
                ("adresse sans TLS (\(log.url))", "address without TLS (\(log.url))"), ("https://…", "https://…"))
        }
        for role in convention.roles where EscalationTarget(role.id).role == nil {
            found(
                "reserved_role", "roles.\(role.id)",
                (
                    "une étape d'escalade s'appelle ainsi (\(role.id))",
                    "a step of an escalation has this name (\(role.id))"
                ),
                ("donnez un autre nom à ce rôle", "give this role another name"))
        }
        for (id, flows) in Dictionary(grouping: convention.flows, by: \.id) where flows.count > 1 {
            found(
                "duplicate_flow", "flows.\(id)", ("deux flux de même id", "two flows with one id"),
                ("donnez à chacun le sien", "give each its own"))
        }
    }

    mutating func checkParties() {
        for (id, parties) in Dictionary(grouping: convention.parties, by: \.institution) where parties.count > 1 {
            found(
                "duplicate_institution", "parties.\(id)", ("institution en double", "institution given twice"),
                ("gardez-en une", "keep one"))
        }
        let keys = convention.parties.flatMap { $0.keys.map(\.key) }.filter { $0 != .unset }
        for party in convention.parties {
            let place = "parties.\(party.institution)"
            if InstitutionKind.all[party.kind] == nil {
                let known = InstitutionKind.all.keys.sorted().joined(separator: ", ")
                found(
                    "institution_kind", "\(place).kind",
                    ("type d'institution inconnu (\(party.kind))", "unknown kind of institution (\(party.kind))"),
                    ("l'un de : \(known)", "one of: \(known)"))
            }
            if !units.contains(where: { $0.address.institution == party.institution }) {
                found(
                    "idle_party", place, ("institution sans unité", "institution without a unit"),
                    ("ajoutez ses unités ou retirez-la", "add its units or take it out"))
            }
            if !(1...2).contains(party.rosterSignatures)
                || (!party.keys.isEmpty && party.keys.count < party.rosterSignatures)
            {
                found(
                    "roster_signatures", "\(place).roster_signatures",
                    (
                        "il faut autant de clés que de signatures, une ou deux",
                        "as many keys as signatures are needed, one or two"
                    ),
                    (
                        "ajoutez la clé du second gestionnaire ou demandez une signature",
                        "add the second registrar's key or ask for one signature"
                    ))
            }
            if let log = convention.logs.first, convention.log(party.log) == nil {
                found(
                    "unknown_log", "\(place).log", ("journal inconnu (\(party.log))", "unknown log (\(party.log))"),
                    ("par exemple \(log.origin)", "for example \(log.origin)"))
            }
            let keysPlace = "party_keys.\(party.institution)"
            if party.recovery != .unset, keys.contains(party.recovery) {
                found(
                    "recovery_key", keysPlace,
                    ("la clé de secours signe aussi autre chose", "the recovery key also signs other things"),
                    ("une clé de secours à part, gardée hors ligne", "a recovery key of its own, kept offline"))
            }
            for key in party.keys where key.notAfter <= key.notBefore {
                found(
                    "key_dates", keysPlace, ("une clé finit avant de commencer", "a key ends before it begins"),
                    ("corrigez ses dates", "mend its dates"))
            }
        }
        for (key, uses) in Dictionary(grouping: keys, by: \.self) where uses.count > 1 {
            let party = convention.parties.first { $0.keys.contains { $0.key == key } }
            found(
                "shared_key", "party_keys.\(party?.institution.description ?? "")",
                ("une clé pour deux", "one key for two"),
                ("chaque gestionnaire a la sienne", "each registrar has one of their own"))
        }
    }

    mutating func checkUnits() {
        for (address, same) in Dictionary(grouping: units, by: \.address) where same.count > 1 {
            found(
                "duplicate_unit", "parties.\(address.institution).units.\(address.local)",
                ("unité en double", "unit given twice"), ("gardez-en une", "keep one"))
        }
        for unit in units {
            let place = "parties.\(unit.address.institution).units.\(unit.address.local)"
            for role in unit.roles where !roles.contains(role) {
                found(
                    "unknown_role", "\(place).roles", ("rôle inconnu (\(role))", "unknown role (\(role))"),
                    ("un rôle de la liste roles", "a role of the list roles"))
            }
            for phone in [unit.phone, unit.dutyPhone].compactMap(\.self) where !Self.isPhone(phone) {
                found(
                    "phone", place, ("numéro illisible (\(phone))", "number not readable (\(phone))"),
                    ("par exemple 04 65 71 00 00 ou 17", "for example 04 65 71 00 00 or 17"))
            }
            checkStandby(unit, place)
        }
    }

    /// What is for a unit is also sealed to its standby units: they must be recipients of the same flows.
    private mutating func checkStandby(_ unit: LiaisonModel.Unit, _ place: String) {
        let received = Set(convention.flows.flatMap { $0.to + $0.copies }).intersection(unit.roles).sorted()
        for other in units where unit.standbyUnits.contains(other.address) {
            guard let role = received.first(where: { !other.roles.contains($0) }) else { continue }
            found(
                "standby_role", "\(place).standby",
                (
                    "\(other.address) ne tient pas le rôle \(role) et n'est pas destinataire de ce que reçoit \(unit.address)",
                    "\(other.address) does not hold the role \(role) and is no recipient of what \(unit.address) gets"
                ),
                (
                    "une unité qui tient les mêmes rôles, ou une suppléance décidée le moment venu (registrar absence)",
                    "a unit with the same roles, or a substitute when the time comes (registrar absence)"
                ))
        }
    }

    private static func isPhone(_ text: String) -> Bool {
        text.filter { !" .-".contains($0) }.wholeMatch(of: /\+?[0-9]{2,15}/) != nil
    }

    /// CASF L226-3, L226-4: child protection and prosecution can always be reached.
    mutating func checkReach() {
        let reached: [(kinds: Set<String>, to: String, code: String, fr: String, en: String)] = [
            (
                ["concern_report"], "department", "crip_unreachable",
                "aucun flux n'atteint la CRIP (information préoccupante)",
                "no flow reaches the child-protection unit (concern report)"
            ),
            (
                ["minor_judicial_report", "judicial_transmission"], "prosecution", "prosecution_unreachable",
                "aucun flux n'atteint le parquet", "no flow reaches the prosecution"
            )
        ]
        for (wanted, recipient, code, fr, en) in reached
        where !convention.flows.contains(where: {
            wanted.contains($0.kind) && kinds(holding: $0.to).contains(recipient)
        }) {
            let kinds = wanted.sorted().joined(separator: ", ")
            found(
                code, "flows", (fr, en),
                ("ajoutez un flux \(kinds) vers \(recipient)", "add a flow \(kinds) to \(recipient)"))
        }
    }
}
