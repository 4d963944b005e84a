// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
import LiaisonNotes
import Yams

/// What is wrong with a draft, and where.
public struct DraftFinding: Error, Hashable, Sendable {
    public let place: String
    public let fr: String
    public let en: String

    public func text(_ language: Language) -> String { "\(place): \(language(fr, en))" }
}

/// A convention as its authors write it: YAML with ISO 8601 durations and dates, and with the units of each
/// party as an annex that the registrars take into their rosters.
public struct ConventionDraft: Codable, Sendable {
    struct LogDraft: Codable {
        var origin: String
        var key: String
        var url: String
        var tls_roots: [String]
    }

    struct PartyDraft: Codable {
        var institution: String
        var kind: String
        var name: String
        var secrecy: Bool
        var log: String?
        var units: [UnitDraft]?
    }

    public struct UnitDraft: Codable, Sendable {
        var unit: String
        var kind: String
        var name: String
        var town: String
        var phone: String
        var duty_phone: String?
        var roles: [String]
        var opening: [String]?
    }

    struct KeyDraft: Codable {
        var key: String
        var recovery: String
        var not_before: String?
        var not_after: String?
    }

    struct UrgencyDraft: Codable {
        var urgency: String
        var within: String
        var clock: String?
    }

    struct ReplyDraft: Codable {
        var kind: String
        var within: String
        var clock: String?
    }

    struct StepDraft: Codable {
        var to: String
        var after: String
        var content: Bool?
    }

    struct AttachmentDraft: Codable {
        var count: Int
        var bytes: Int
        var types: [String]
    }

    struct FlowDraft: Codable {
        var id: String
        var kind: String
        var from: [String]
        var to: [String]
        var legal_bases: [String]
        var adhesion: String
        var copies: [String]?
        var urgencies: [UrgencyDraft]
        var reply: ReplyDraft?
        var reply_only: Bool?
        var escalation: [StepDraft]?
        var retention: String
        var attachments: AttachmentDraft?
    }

    var name: String
    var version: Int
    var previous: String?
    var not_before: String
    var not_after: String
    var grace: String
    var maximum_age: String
    var audit_limit: String
    var health_data: Bool
    var time_zone: String
    var holidays: [String]
    var logs: [LogDraft]?
    var parties: [PartyDraft]
    var roles: [String: Label]
    var flows: [FlowDraft]
    /// By institution; appended from what each registrar printed.
    var party_keys: [String: KeyDraft]?

    public init(yaml: String) throws {
        do {
            self = try YAMLDecoder().decode(ConventionDraft.self, from: yaml)
        } catch let error as DecodingError {
            throw DraftFinding(place: error.draftPlace, fr: error.draftProblem.fr, en: error.draftProblem.en)
        } catch let error as YamlError {
            throw DraftFinding(place: "YAML", fr: "illisible (\(error))", en: "not readable (\(error))")
        }
    }

    /// The convention to sign.
    ///
    /// - Throws: `DraftFinding` at the first value that has no meaning; `check` lists contradictions.
    public func convention() throws -> Convention {
        let logs = try (logs ?? []).map { log in
            LogDescription(
                origin: log.origin, key: try value("logs.key", log.key, Self.key), url: log.url, tlsRoots: log.tls_roots
            )
        }
        return Convention(
            name: name, version: version, previous: try previous.map { try value("previous", $0) { Hash($0) } },
            notBefore: try date("not_before", not_before), notAfter: try date("not_after", not_after),
            grace: try duration("grace", grace), maximumAge: try duration("maximum_age", maximum_age),
            auditLimit: try duration("audit_limit", audit_limit), healthData: health_data, timeZone: time_zone,
            holidays: holidays, logs: logs, parties: try parties.map { try party($0, logs) },
            roles: roles.sorted { $0.key < $1.key }.map { Role(id: $0.key, fr: $0.value.fr, en: $0.value.en) },
            flows: try flows.map(flow))
    }

    /// The units that the annex proposes for an institution.
    public func units(of institution: InstitutionID) throws -> [LiaisonModel.Unit] {
        let party = parties.first { $0.institution == institution.description }
        return try (party?.units ?? []).map { try unit($0, institution) }
    }

    /// Every unit of the annex, institution by institution.
    public func allUnits() throws -> [LiaisonModel.Unit] {
        try parties.flatMap { party in
            try units(of: try value("parties.institution", party.institution) { InstitutionID($0) })
        }
    }

    // MARK: Parts

    private func party(_ draft: PartyDraft, _ logs: [LogDescription]) throws -> Party {
        let place = "parties.\(draft.institution)"
        guard let keys = party_keys?[draft.institution] else {
            throw DraftFinding(
                place: "party_keys.\(draft.institution)", fr: "clés absentes : ajoutez ce qu'imprime registrar create",
                en: "keys missing: add what registrar create prints")
        }
        guard let log = draft.log ?? logs.first?.origin else {
            throw DraftFinding(
                place: "logs", fr: "aucun journal : ajoutez ce qu'imprime liaisond init",
                en: "no log: add what liaisond init prints")
        }
        return Party(
            institution: try value("\(place).institution", draft.institution) { InstitutionID($0) },
            kind: draft.kind, name: draft.name, secrecy: draft.secrecy,
            keys: [
                PartyKey(
                    key: try value("\(place).key", keys.key, Self.key),
                    notBefore: try date("\(place).not_before", keys.not_before ?? not_before),
                    notAfter: try date("\(place).not_after", keys.not_after ?? not_after))
            ],
            recovery: try value("\(place).recovery", keys.recovery, Self.key), log: log)
    }

    private func flow(_ draft: FlowDraft) throws -> Flow {
        let place = "flows.\(draft.id)"
        return Flow(
            id: draft.id, kind: draft.kind, from: draft.from, to: draft.to, legalBases: draft.legal_bases,
            adhesion: try value("\(place).adhesion", draft.adhesion) { Adhesion(rawValue: $0) },
            copies: draft.copies ?? [],
            urgencies: try draft.urgencies.map { urgency in
                UrgencyRule(
                    urgency: try value("\(place).urgency", urgency.urgency) { Urgency(rawValue: $0) },
                    within: try duration("\(place).within", urgency.within), clock: try clock(place, urgency.clock))
            },
            reply: try draft.reply.map { reply in
                ReplyRule(
                    kind: reply.kind, within: try duration("\(place).reply", reply.within),
                    clock: try clock(place, reply.clock))
            },
            replyOnly: draft.reply_only ?? false,
            escalation: try (draft.escalation ?? []).map { step in
                EscalationStep(
                    to: step.to, after: try duration("\(place).escalation", step.after), content: step.content ?? false)
            },
            retention: try duration("\(place).retention", draft.retention),
            attachments: draft.attachments.map { AttachmentRule(count: $0.count, bytes: $0.bytes, types: $0.types) }
                ?? AttachmentRule(count: 0, bytes: 0, types: []))
    }

    private func unit(_ draft: UnitDraft, _ institution: InstitutionID) throws -> LiaisonModel.Unit {
        let place = "units.\(draft.unit)"
        return LiaisonModel.Unit(
            address: try value(place, "\(draft.unit)@\(institution)") { UnitAddress($0) }, kind: draft.kind,
            name: draft.name, town: draft.town, phone: draft.phone, dutyPhone: draft.duty_phone, roles: draft.roles,
            opening: try (draft.opening ?? []).flatMap { text in
                try value("\(place).opening", text) { OpeningHours.parse($0) }
            }, absence: nil)
    }

    // MARK: Values

    private static func key(_ text: String) -> VerificationKey? { Base64.decode(text).flatMap { VerificationKey($0) } }

    private func clock(_ place: String, _ text: String?) throws -> UrgencyRule.Clock {
        try text.map { try value("\(place).clock", $0) { UrgencyRule.Clock(rawValue: $0) } } ?? .elapsed
    }

    private func duration(_ place: String, _ text: String) throws -> Int {
        try value(place, text, Duration8601.parse)
    }

    private func date(_ place: String, _ text: String) throws -> Int {
        try value(place, text) { text in
            let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
            return (try? style.parse(text)).map { Int($0.timeIntervalSince1970) }
        }
    }

    private func value<Value>(_ place: String, _ text: String, _ parse: (String) -> Value?) throws -> Value {
        guard let value = parse(text) else {
            throw DraftFinding(
                place: place, fr: "valeur sans signification (\(text))", en: "value without meaning (\(text))")
        }
        return value
    }
}

extension DecodingError {
    fileprivate var draftPlace: String {
        let path: [any CodingKey] =
            switch self {
            case .keyNotFound(let key, let context): context.codingPath + [key]
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                context.codingPath
            @unknown default: []
            }
        return path.map { $0.intValue.map { "[\($0 + 1)]" } ?? $0.stringValue }.joined(separator: ".")
    }

    fileprivate var draftProblem: (fr: String, en: String) {
        if case .keyNotFound = self { return ("champ absent", "field missing") }
        return ("valeur d'un autre type", "value of another type")
    }
}

extension OpeningHours {
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Reads `mon-fri 09:00-17:00` or `tue 14:00-17:00 odd`.
    static func parse(_ text: String) -> [OpeningHours]? {
        let pattern = /([a-z]{3})(?:-([a-z]{3}))? ([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})(?: (odd|even))?/
        guard let match = text.wholeMatch(of: pattern), let first = days.firstIndex(of: String(match.1)),
            let last = match.2.map({ days.firstIndex(of: String($0)) }) ?? first, first <= last,
            let h1 = Int(match.3), let m1 = Int(match.4), let h2 = Int(match.5), let m2 = Int(match.6),
            h1 * 60 + m1 < h2 * 60 + m2, h2 * 60 + m2 <= 1440
        else { return nil }
        let weeks = match.7.flatMap { Weeks(rawValue: String($0)) } ?? .all
        return (first...last).map {
            OpeningHours(day: $0 + 1, from: h1 * 60 + m1, to: h2 * 60 + m2, weeks: weeks)
        }
    }
}
