// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
import LiaisonNotes

/// A convention as its authors write it: YAML with ISO 8601 durations and dates, and with the units of each
/// party as an annex that the registrars take into their rosters. `docs/convention.md` describes every field.
public struct ConventionDraft: Sendable {
    /// The rules as far as they are written down; without keys and logs they are nobody's yet.
    public let outline: Convention
    /// The annex: each institution's units.
    public let units: [LiaisonModel.Unit]
    /// What has to be added before anybody can sign: logs and keys.
    public let missing: [DraftFinding]
    let lines: [String: Int]

    /// - Throws: `Unreadable` with everything that has no meaning.
    public init(yaml: String) throws {
        let reader = DraftReader()
        guard let root = reader.root(yaml, keys: Keys.root) else { throw Unreadable(findings: reader.findings) }
        let parts = Parts(root)
        outline = parts.convention()
        units = parts.units
        missing = parts.missing
        lines = reader.lines
        guard reader.findings.isEmpty else { throw Unreadable(findings: reader.findings) }
    }

    /// A draft that cannot be signed, with everything that is wrong with it.
    public struct Unreadable: Error, Sendable {
        public let findings: [DraftFinding]

        public init(findings: [DraftFinding]) { self.findings = findings }
    }

    /// The convention to sign.
    ///
    /// - Throws: `DraftFinding` when logs or keys are missing.
    public func convention() throws -> Convention {
        if let first = missing.first { throw first }
        return outline
    }

    /// The units that the annex proposes for an institution.
    public func units(of institution: InstitutionID) -> [LiaisonModel.Unit] {
        units.filter { $0.address.institution == institution }
    }

    enum Keys {
        static let root = [
            "name", "version", "previous", "not_before", "not_after", "grace", "maximum_age", "audit_limit",
            "health_data", "time_zone", "holidays", "logs", "roles", "parties", "flows", "party_keys"
        ]
        static let log = ["origin", "key", "url", "tls_roots"]
        static let label = ["fr", "en"]
        static let party = ["institution", "kind", "name", "secrecy", "log", "roster_signatures", "units"]
        static let partyKey = ["key", "keys", "recovery", "not_before", "not_after"]
        static let datedKey = ["key", "not_before", "not_after"]
        static let unit = ["unit", "kind", "name", "town", "phone", "duty_phone", "roles", "opening", "standby"]
        static let flow = [
            "id", "kind", "from", "to", "legal_bases", "adhesion", "copies", "call_first", "urgencies", "reply",
            "reply_only", "escalation", "retention", "attachments"
        ]
        static let urgency = ["urgency", "within", "clock"]
        static let reply = ["kind", "within", "clock"]
        static let step = ["to", "after", "content"]
        static let attachments = ["count", "bytes", "types"]
    }
}

/// Reads the sections of a draft one after the other.
private struct Parts {
    private let root: DraftSection
    private let logs: [LogDescription]
    private let keys: [String: DraftSection]
    let units: [LiaisonModel.Unit]
    private(set) var missing: [DraftFinding] = []
    private let parties: [Party]

    init(_ root: DraftSection) {
        typealias Keys = ConventionDraft.Keys
        self.root = root
        logs = root.sections("logs", name: "origin", keys: Keys.log, optional: true).map(Self.log)
        let keySections = root.section("party_keys", keys: nil)
        keys = (keySections?.nodes ?? [:]).keys.reduce(into: [:]) { found, institution in
            found[institution] = keySections?.section(institution, keys: Keys.partyKey)
        }
        let drafts = root.sections("parties", name: "institution", keys: Keys.party)
        units = drafts.flatMap(Self.units)
        var missing: [DraftFinding] = []
        if logs.isEmpty {
            missing.append(DraftFinding(problem: .noLog, place: "logs", line: nil))
        }
        let (logs, keys) = (logs, keys)
        parties = drafts.map { Self.party($0, logs, keys, root, &missing) }
        self.missing = missing
    }

    func convention() -> Convention {
        let roles = root.section("roles", keys: nil)
        if roles == nil {
            root.reader.found(.missingRoles, at: "roles")
        }
        return Convention(
            name: root.value("name", "x", .shortName) { InstitutionID($0)?.description },
            version: root.integer("version"),
            previous: root.nodes["previous"] == nil
                ? nil : root.value("previous", nil, .base64Hash) { Hash($0) },
            notBefore: root.date("not_before"), notAfter: root.date("not_after"), grace: root.duration("grace"),
            maximumAge: root.duration("maximum_age"), auditLimit: root.duration("audit_limit"),
            healthData: root.flag("health_data"), timeZone: root.text("time_zone"),
            holidays: root.texts("holidays"), logs: logs, parties: parties,
            roles: (roles?.nodes ?? [:]).keys.sorted().compactMap { id in
                roles?.section(id, keys: ConventionDraft.Keys.label).map {
                    Role(id: id, fr: $0.text("fr"), en: $0.text("en"))
                }
            },
            flows: root.sections("flows", name: "id", keys: ConventionDraft.Keys.flow).map(Self.flow))
    }

    // MARK: Sections

    private static func key(_ section: DraftSection, _ name: String) -> VerificationKey {
        section.value(name, .unset, .ed25519Key) { text in
            Base64.decode(text).flatMap { VerificationKey($0) }
        }
    }

    private static func log(_ section: DraftSection) -> LogDescription {
        LogDescription(
            origin: section.text("origin"), key: key(section, "key"), url: section.text("url"),
            tlsRoots: section.texts("tls_roots"))
    }

    private static func party(
        _ section: DraftSection, _ logs: [LogDescription], _ keys: [String: DraftSection], _ root: DraftSection,
        _ missing: inout [DraftFinding]
    ) -> Party {
        let name = section.text("institution")
        if keys[name] == nil {
            missing.append(DraftFinding(problem: .noKeys, place: "party_keys.\(name)", line: nil))
        }
        return Party(
            institution: section.value("institution", .unset, .institution) { InstitutionID($0) },
            kind: section.text("kind"), name: section.text("name"), secrecy: section.flag("secrecy"),
            keys: keys[name].map { partyKeys($0, root) } ?? [],
            recovery: keys[name].map { key($0, "recovery") } ?? .unset,
            log: section.optionalText("log") ?? logs.first?.origin ?? "",
            rosterSignatures: section.nodes["roster_signatures"] == nil ? 1 : section.integer("roster_signatures"))
    }

    /// One key in short form, or a list of keys with their dates.
    private static func partyKeys(_ section: DraftSection, _ root: DraftSection) -> [PartyKey] {
        let dated =
            section.nodes["keys"] == nil
            ? [section] : section.sections("keys", name: "key", keys: ConventionDraft.Keys.datedKey)
        return dated.map { item in
            PartyKey(
                key: key(item, "key"),
                notBefore: item.nodes["not_before"] == nil ? root.date("not_before") : item.date("not_before"),
                notAfter: item.nodes["not_after"] == nil ? root.date("not_after") : item.date("not_after"))
        }
    }

    private static func units(_ party: DraftSection) -> [LiaisonModel.Unit] {
        let institution = party.text("institution")
        let sections = party.sections("units", name: "unit", keys: ConventionDraft.Keys.unit, optional: true)
        let own = sections.compactMap { UnitAddress("\($0.scalar("unit") ?? "")@\(institution)") }
        return sections.compactMap { section in
            let address = section.value("unit", UnitAddress?.none, .unit) {
                UnitAddress("\($0)@\(institution)").map(Optional.some)
            }
            let opening = section.texts("opening", optional: true).flatMap { text in
                section.value(text, at: section.path("opening"), [], .openingHours) { OpeningHours.parse($0) }
            }
            let unit = address.map { address in
                LiaisonModel.Unit(
                    address: address, kind: section.text("kind"), name: section.text("name"),
                    town: section.text("town"),
                    phone: section.text("phone"), dutyPhone: section.optionalText("duty_phone"),
                    roles: section.texts("roles"), opening: opening, standby: standby(section, of: address, among: own))
            }
            return unit
        }
    }

    /// The standby units that a draft names, none of them where the list is empty; nil where it says nothing of them.
    private static func standby(
        _ section: DraftSection, of unit: UnitAddress, among own: [UnitAddress]
    ) -> [UnitAddress]? {
        guard section.nodes["standby"] != nil else { return nil }
        var found: [UnitAddress] = []
        for name in section.texts("standby") {
            guard let address = UnitAddress(name.contains("@") ? name : "\(name)@\(unit.institution)"),
                own.contains(address), address != unit, !found.contains(address)
            else {
                section.reader.found(
                    .cannotStandBy(name, for: unit, others: own.filter { $0 != unit }), at: section.path("standby"))
                continue
            }
            found.append(address)
        }
        return found
    }

    private static func flow(_ section: DraftSection) -> Flow {
        typealias Keys = ConventionDraft.Keys
        return Flow(
            id: section.text("id"), kind: section.text("kind"), from: section.texts("from"), to: section.texts("to"),
            legalBases: section.texts("legal_bases"),
            adhesion: section.value("adhesion", .recorded, .adhesion) { Adhesion(rawValue: $0) },
            copies: section.texts("copies", optional: true), callFirst: section.flag("call_first", default: false),
            urgencies: section.sections("urgencies", name: "urgency", keys: Keys.urgency).map { item in
                UrgencyRule(
                    urgency: item.value("urgency", .routine, .urgency) { Urgency(rawValue: $0) },
                    within: item.duration("within"), clock: clock(item))
            },
            reply: section.section("reply", keys: Keys.reply).map {
                ReplyRule(kind: $0.text("kind"), within: $0.duration("within"), clock: clock($0))
            },
            replyOnly: section.flag("reply_only", default: false),
            escalation: section.sections("escalation", name: "to", keys: Keys.step, optional: true).map {
                EscalationStep(
                    to: EscalationTarget($0.text("to")), after: $0.duration("after"),
                    content: $0.flag("content", default: false))
            },
            retention: section.duration("retention"),
            attachments: section.section("attachments", keys: Keys.attachments).map {
                AttachmentRule(count: $0.integer("count"), bytes: $0.integer("bytes"), types: $0.texts("types"))
            } ?? AttachmentRule(count: 0, bytes: 0, types: []))
    }

    private static func clock(_ section: DraftSection) -> UrgencyRule.Clock {
        guard section.nodes["clock"] != nil else { return .elapsed }
        return section.value("clock", .elapsed, .clock) { UrgencyRule.Clock(rawValue: $0) }
    }
}

extension OpeningHours {
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Reads `mon-fri 09:00-17:00` or `tue 14:00-17:00 odd`.
    public static func parse(_ text: String) -> [OpeningHours]? {
        let pattern = /([a-z]{3})(?:-([a-z]{3}))? ([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})(?: (odd|even))?/
        guard let match = text.wholeMatch(of: pattern), let first = days.firstIndex(of: String(match.1)),
            let last = match.2.map({ days.firstIndex(of: String($0)) }) ?? first, first <= last,
            let h1 = Int(match.3), let m1 = Int(match.4), let h2 = Int(match.5), let m2 = Int(match.6),
            h1 * 60 + m1 < h2 * 60 + m2, h2 * 60 + m2 <= 1440, m1 < 60, m2 < 60
        else { return nil }
        let weeks = match.7.flatMap { Weeks(rawValue: String($0)) } ?? .all
        return (first...last).map {
            OpeningHours(day: $0 + 1, from: h1 * 60 + m1, to: h2 * 60 + m2, weeks: weeks)
        }
    }
}
