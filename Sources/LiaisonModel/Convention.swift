// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// The signed rules: parties, logs, roles and flows. `docs/formats.md` lists every field.
public struct Convention: Document {
    public static let type = "liaison/convention/v1"
    public static let maximumSize = 1 << 20

    public var name: String
    public var version: Int
    /// Hash of the version before; absent in version 1.
    public var previous: Hash?
    public var notBefore: Instant
    public var notAfter: Instant
    /// How long a superseded version is still accepted in an envelope.
    public var grace: Seconds
    /// How old `sealed_at` may be on arrival.
    public var maximumAge: Seconds
    /// How long event records and their salts are kept.
    public var auditLimit: Seconds
    /// Whether health data may travel (CSP L1111-8).
    public var healthData: Bool
    /// An IANA name, for opening hours and working days.
    public var timeZone: String
    /// Days without work, `YYYY-MM-DD`.
    public var holidays: [String]
    public var logs: [LogDescription]
    public var parties: [Party]
    public var roles: [Role]
    public var flows: [Flow]

    public init(
        name: String, version: Int, previous: Hash? = nil, notBefore: Instant, notAfter: Instant,
        grace: Seconds, maximumAge: Seconds, auditLimit: Seconds, healthData: Bool, timeZone: String,
        holidays: [String], logs: [LogDescription], parties: [Party], roles: [Role], flows: [Flow]
    ) {
        self.name = name
        self.version = version
        self.previous = previous
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.grace = grace
        self.maximumAge = maximumAge
        self.auditLimit = auditLimit
        self.healthData = healthData
        self.timeZone = timeZone
        self.holidays = holidays
        self.logs = logs
        self.parties = parties
        self.roles = roles
        self.flows = flows
    }
}

/// A log of the convention and how its relay is reached.
public struct LogDescription: Codable, Hashable, Sendable {
    public var origin: String
    public var key: VerificationKey
    public var url: String
    /// Trust anchors for the relay's TLS certificate: base64 of DER (RFC 5280).
    public var tlsRoots: [String]

    public init(origin: String, key: VerificationKey, url: String, tlsRoots: [String]) {
        self.origin = origin
        self.key = key
        self.url = url
        self.tlsRoots = tlsRoots
    }

    public var noteKey: NoteKey? { NoteKey(name: origin, key: key) }
}

/// An institution that takes part, with its dated signing keys.
public struct Party: Codable, Hashable, Sendable {
    public var institution: InstitutionID
    /// One of the institution kinds, for example `iscg_operator`.
    public var kind: String
    public var name: String
    /// Whether its agents are bound by professional secrecy (code pénal 226-13).
    public var secrecy: Bool
    public var keys: [PartyKey]
    /// Signs only `liaison/succession/v1`.
    public var recovery: VerificationKey
    /// The origin of its home log.
    public var log: String
    /// How many of its keys sign a roster: 1, or 2 where the institution wants two registrars.
    public var rosterSignatures: Int

    public init(
        institution: InstitutionID, kind: String, name: String, secrecy: Bool, keys: [PartyKey],
        recovery: VerificationKey, log: String, rosterSignatures: Int = 1
    ) {
        self.institution = institution
        self.kind = kind
        self.name = name
        self.secrecy = secrecy
        self.keys = keys
        self.recovery = recovery
        self.log = log
        self.rosterSignatures = rosterSignatures
    }

    /// Its keys in force at `instant`, named as they sign.
    public func noteKeys(at instant: Instant) -> [NoteKey] {
        keys.filter { $0.notBefore <= instant && instant < $0.notAfter }
            .compactMap { NoteKey(name: institution.description, key: $0.key) }
    }
}

public struct PartyKey: Codable, Hashable, Sendable {
    public var key: VerificationKey
    public var notBefore: Instant
    public var notAfter: Instant

    public init(key: VerificationKey, notBefore: Instant, notAfter: Instant) {
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// A role that units hold and flows name, for example `iscg` or `crip`.
public struct Role: Codable, Hashable, Sendable {
    public var id: String
    public var fr: String
    public var en: String

    public init(id: String, fr: String, en: String) {
        self.id = id
        self.fr = fr
        self.en = en
    }
}

/// One permitted kind × sender roles × recipient roles, and what it demands.
public struct Flow: Codable, Hashable, Sendable {
    public var id: String
    public var kind: String
    public var from: [String]
    public var to: [String]
    /// Codes of legal bases that the form may name.
    public var legalBases: [String]
    public var adhesion: Adhesion
    /// Roles that must get a copy.
    public var copies: [String]
    /// Whether a telephone call comes first and the envelope says when.
    public var callFirst: Bool
    /// Urgencies allowed, each with the time for an acknowledgement.
    public var urgencies: [UrgencyRule]
    /// Kind and time of the return that is expected.
    public var reply: ReplyRule?
    /// Whether the kind travels only in answer to another transmission between the same two units.
    public var replyOnly: Bool
    public var escalation: [EscalationStep]
    /// How long the content is kept after it was deposited.
    public var retention: Seconds
    public var attachments: AttachmentRule

    public init(
        id: String, kind: String, from: [String], to: [String], legalBases: [String],
        adhesion: Adhesion, copies: [String], callFirst: Bool = false, urgencies: [UrgencyRule],
        reply: ReplyRule? = nil,
        replyOnly: Bool, escalation: [EscalationStep], retention: Seconds, attachments: AttachmentRule
    ) {
        self.id = id
        self.kind = kind
        self.from = from
        self.to = to
        self.legalBases = legalBases
        self.adhesion = adhesion
        self.copies = copies
        self.callFirst = callFirst
        self.urgencies = urgencies
        self.reply = reply
        self.replyOnly = replyOnly
        self.escalation = escalation
        self.retention = retention
        self.attachments = attachments
    }

    public func rule(for urgency: Urgency) -> UrgencyRule? { urgencies.first { $0.urgency == urgency } }
}

/// Whether the person's agreement is a condition (social-work ethics; not the legal basis of RGPD 6).
public enum Adhesion: String, Codable, Hashable, Sendable {
    case required
    case recorded
    case notRequired = "not_required"
}

public enum Urgency: String, Codable, Hashable, Comparable, Sendable, CaseIterable {
    case immediate, urgent, priority, routine

    /// The most urgent first.
    public static func < (one: Urgency, other: Urgency) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .immediate: 0
        case .urgent: 1
        case .priority: 2
        case .routine: 3
        }
    }

    /// Whether the telephone comes first.
    public var asksForACall: Bool { self == .immediate || self == .urgent }
}

/// A time limit: seconds that pass, seconds of the unit's opening hours, or working days of 86,400 s.
public struct UrgencyRule: Codable, Hashable, Sendable {
    public enum Clock: String, Codable, Hashable, Sendable {
        case elapsed, opening
        case workingDays = "working_days"
    }

    public var urgency: Urgency
    public var within: Seconds
    public var clock: Clock

    public init(urgency: Urgency, within: Seconds, clock: Clock) {
        self.urgency = urgency
        self.within = within
        self.clock = clock
    }
}

public struct ReplyRule: Codable, Hashable, Sendable {
    public var kind: String
    public var within: Seconds
    public var clock: UrgencyRule.Clock

    public init(kind: String, within: Seconds, clock: UrgencyRule.Clock) {
        self.kind = kind
        self.within = within
        self.clock = clock
    }
}

/// Who hears of silence, and when.
/// Whom a step of an escalation calls. JSON and the log hold it as one word, so no role has one of these names.
public enum EscalationTarget: Codable, Hashable, Sendable, CustomStringConvertible {
    /// The unit that has not answered, or whoever manages it: mailboxes are units'.
    case unit, manager
    /// The unit that its absence names.
    case substitute
    /// The units that the roster lets stand by, to whom everything was sealed.
    case standby
    /// Those that hold a role.
    case role(String)

    private static let near: [String: EscalationTarget] = [
        "unit": .unit, "manager": .manager, "substitute": .substitute, "standby": .standby
    ]

    public init(_ word: String) { self = Self.near[word] ?? .role(word) }

    public var description: String {
        switch self {
        case .unit: "unit"
        case .manager: "manager"
        case .substitute: "substitute"
        case .standby: "standby"
        case .role(let role): role
        }
    }

    /// The role, where it is one.
    public var role: String? {
        if case .role(let role) = self { role } else { nil }
    }

    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

public struct EscalationStep: Codable, Hashable, Sendable {
    public var to: EscalationTarget
    /// Seconds after the acknowledgement was due.
    public var after: Seconds
    /// Whether that unit is a recipient in law from sealing on; otherwise it gets the reference only.
    public var content: Bool

    public init(to: EscalationTarget, after: Seconds, content: Bool) {
        self.to = to
        self.after = after
        self.content = content
    }
}

public struct AttachmentRule: Codable, Hashable, Sendable {
    public var count: Int
    /// All attachments together, in bytes.
    public var bytes: Int
    /// Media types allowed.
    public var types: [String]

    public init(count: Int, bytes: Int, types: [String]) {
        self.count = count
        self.bytes = bytes
        self.types = types
    }
}

/// What no convention may say, whoever signed it (docs/formats.md, section 2.1).
public enum ConventionFailure: Error, Equatable, CustomStringConvertible {
    case broken(String)

    public var description: String {
        switch self {
        case .broken(let rule): "a convention that breaks a rule of its own form (\(rule))"
        }
    }
}

extension Convention {
    /// The rule of section 2.1 that it breaks; nil when it keeps them all.
    var brokenRule: String? {
        func isTwice(_ names: [some Hashable]) -> Bool { Set(names).count != names.count }
        if isTwice(parties.map(\.institution)) { return "an institution twice in parties" }
        if isTwice(logs.map(\.origin)) { return "an origin twice in logs" }
        if isTwice(roles.map(\.id)) { return "an id twice in roles" }
        if isTwice(flows.map(\.id)) { return "an id twice in flows" }
        let ids = Set(roles.map(\.id))
        if let flow = flows.first(where: { !ids.isSuperset(of: $0.from + $0.to + $0.copies) }) {
            return "a role that roles does not list, in the flow \(flow.id)"
        }
        if holidays.contains(where: { !Self.isDay($0) }) { return "a holiday that is no day" }
        if logs.contains(where: { !$0.url.hasPrefix("https://") }) { return "a log's url is not https" }
        if parties.contains(where: { !(1...2).contains($0.rosterSignatures) }) { return "roster_signatures" }
        return nil
    }

    /// `YYYY-MM-DD` of the Gregorian calendar.
    private static func isDay(_ text: String) -> Bool {
        guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/), let year = Int(match.1),
            let month = Int(match.2), let day = Int(match.3)
        else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }

    public func party(_ institution: InstitutionID) -> Party? {
        parties.first { $0.institution == institution }
    }

    public func log(_ origin: String) -> LogDescription? { logs.first { $0.origin == origin } }
}

extension Unverified where Body == Convention {
    /// The convention with the parties that signed it: each by a key whose dates include the convention's beginning, which
    /// its text says, and not the time at which somebody looks. No unanimity: a flow is in force between parties
    /// that both signed.
    ///
    /// - Parameter wanted: whose signatures are to be checked; all when nil. Where hundreds signed, a client checks those
    ///   of the institutions that it has to do with.
    /// - Throws: `SignedNote.Failure` when a line does not verify, is not a party's or is by a key that is not in force when
    ///   the convention begins, or nobody wanted signed;
    ///   `ConventionFailure` when it breaks a rule of docs/formats.md, section 2.1.
    public func verifiedByItsParties(of wanted: Set<InstitutionID>? = nil) throws -> Verified<Convention> {
        var keys: [String: [NoteKey]] = [:]
        for party in claimed.parties {
            keys[party.institution.description] = party.noteKeys(at: claimed.notBefore)
        }
        if let rule = claimed.brokenRule { throw ConventionFailure.broken(rule) }
        let names = wanted.map { Set($0.map(\.description)) }
        guard Set(note.signatures.map(\.name)).count == note.signatures.count else {
            throw SignedNote.Failure.tooManySignatures(note.signatures.count)
        }
        let signers = try note.signatures.compactMap { line -> NoteKey? in
            guard let key = keys[line.name]?.first(where: { line.keyID == $0.id }) else {
                throw SignedNote.Failure.unknownSigner(expected: claimed.name)
            }
            return names?.contains(line.name) ?? true ? key : nil
        }
        return try verified(by: signers)
    }
}
