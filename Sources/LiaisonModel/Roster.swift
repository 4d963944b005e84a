// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// An institution's signed list of units and agents.
public struct Roster: SoleSignerDocument {
    /// How many registrars sign it together at most.
    package static let maximumSignatures = 2
    public static let type = "liaison/roster/v1"
    public static let maximumSize = 8 << 20

    public var by: InstitutionID
    public var version: Int
    /// Hash of the version before; absent in version 1.
    public var previous: Hash?
    public var issuedAt: Instant
    public var units: [Unit]
    public var agents: [Agent]
    /// SHA-256 of the SubjectPublicKeyInfo of each registrar's TLS client certificate (RFC 7469).
    public var registrars: [Hash]

    public init(
        by: InstitutionID, version: Int, previous: Hash? = nil, issuedAt: Instant, units: [Unit],
        agents: [Agent], registrars: [Hash] = []
    ) {
        self.by = by
        self.version = version
        self.previous = previous
        self.issuedAt = issuedAt
        self.units = units
        self.agents = agents
        self.registrars = registrars
    }

    public var signer: String { by.description }

    /// Whether `agent` acts for `unit` at `instant`: by a post there, or by one in a unit that stands in for it.
    ///
    /// - Parameter isStandbyCalled: whether the silence of the unit itself has called its standby units in.
    public func isMember(
        _ agent: Agent, of unit: Unit, at instant: Instant, isStandbyCalled: Bool = false
    ) -> Bool {
        agent.isMember(of: unit.address, at: instant)
            || unit.substitutes(at: instant).contains { agent.isMember(of: $0, at: instant) }
            || unit.standbyUnits.contains { agent.isMember(of: $0, at: instant) }
                && (isStandbyCalled || unit.isAbsent(at: instant) || isVacant(unit, at: instant))
    }

    /// Whether nobody has a post in `unit` at `instant`, whatever its line says of an absence.
    public func isVacant(_ unit: Unit, at instant: Instant) -> Bool {
        !agents.contains { $0.isMember(of: unit.address, at: instant) }
    }
}

/// A service with a mailbox.
public struct Unit: Codable, Hashable, Sendable {
    public var address: UnitAddress
    /// For example `social_centre`.
    public var kind: String
    public var name: String
    public var town: String
    public var phone: String
    /// Where to call outside opening hours.
    public var dutyPhone: String?
    /// Roles of the convention that this unit holds.
    public var roles: [String]
    /// When it is open; empty means always.
    public var opening: [OpeningHours]
    public var absence: Absence?
    /// Units of the same institution to whose agents everything is sealed from the start, and shown only while this unit is
    /// absent or vacant, or once its silence has called them in. Left out when there is none.
    public var standby: [UnitAddress]?

    public init(
        address: UnitAddress, kind: String, name: String, town: String, phone: String,
        dutyPhone: String? = nil, roles: [String], opening: [OpeningHours], absence: Absence? = nil,
        standby: [UnitAddress]? = nil
    ) {
        self.address = address
        self.kind = kind
        self.name = name
        self.town = town
        self.phone = phone
        self.dutyPhone = dutyPhone
        self.roles = roles
        self.opening = opening
        self.absence = absence
        self.standby = standby
    }
}

extension Unit {
    public var standbyUnits: [UnitAddress] { standby ?? [] }

    /// The units that its absence names to answer for it at `instant`.
    public func substitutes(at instant: Instant) -> [UnitAddress] {
        guard let absence, absence.until.map({ instant < $0 }) ?? true else { return [] }
        return absence.substitutes
    }

    public func isAbsent(at instant: Instant) -> Bool { absence.map { instant < $0.until ?? .latest } ?? false }
}

/// One weekly interval, in the convention's time zone.
public struct OpeningHours: Codable, Hashable, Sendable {
    public enum Weeks: String, Codable, Hashable, Sendable { case all, odd, even }
    /// 1 is Monday, 7 Sunday (ISO 8601).
    public var day: Int
    /// Minutes after midnight.
    public var from: Int
    public var to: Int
    public var weeks: Weeks

    public init(day: Int, from: Int, to: Int, weeks: Weeks) {
        self.day = day
        self.from = from
        self.to = to
        self.weeks = weeks
    }
}

extension OpeningHours {
    package var isSound: Bool { (1...7).contains(day) && 0 <= from && from < to && to <= 1440 }
}

/// A unit that does not answer for a while, and who does.
public struct Absence: Codable, Hashable, Sendable {
    public enum Reason: String, Codable, Hashable, Sendable { case leave, vacancy }
    public var reason: Reason
    public var until: Instant?
    /// Units of the same institution whose agents answer meanwhile.
    public var substitutes: [UnitAddress]

    public init(reason: Reason, until: Instant? = nil, substitutes: [UnitAddress] = []) {
        self.reason = reason
        self.until = until
        self.substitutes = substitutes
    }
}

/// One person's device.
public struct Agent: Codable, Hashable, Sendable {
    public var address: AgentAddress
    public var key: VerificationKey
    /// The signature of `Possession` by `key`, 64 bytes in base64.
    public var possession: String
    public var notBefore: Instant
    public var notAfter: Instant
    public var posts: [Post]
    public var duties: [Duty]
    /// SHA-256 of the SubjectPublicKeyInfo of each TLS client certificate (RFC 7469).
    public var tls: [Hash]
    public var revocation: Revocation?

    public init(
        address: AgentAddress, key: VerificationKey, possession: String, notBefore: Instant,
        notAfter: Instant, posts: [Post], duties: [Duty], tls: [Hash], revocation: Revocation? = nil
    ) {
        self.address = address
        self.key = key
        self.possession = possession
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.posts = posts
        self.duties = duties
        self.tls = tls
        self.revocation = revocation
    }

    public var noteKey: NoteKey? { NoteKey(name: address.description, key: key) }

    /// Whether the agent may act at `instant`.
    public func isInForce(at instant: Instant) -> Bool {
        notBefore <= instant && instant < notAfter && revocation.map { instant < $0.at } ?? true
    }

    public func isMember(of unit: UnitAddress, at instant: Instant) -> Bool {
        isInForce(at: instant)
            && posts.contains { $0.unit == unit && $0.notBefore <= instant && instant < $0.notAfter }
    }
}

/// What an agent is in a unit: whom people call differs by it, not what the agent may do (docs/roles.md).
public enum PostRole: String, Codable, Hashable, Sendable, CaseIterable {
    case agent
    case unitManager = "unit_manager"
    case substitute
    case dutyOfficer = "duty_officer"
}

/// What an agent does for the whole institution. None of these opens a content.
public enum Duty: String, Codable, Hashable, Sendable, CaseIterable {
    case auditor, dpo
    case statisticsReader = "statistics_reader"
}

/// An agent's place in a unit.
public struct Post: Codable, Hashable, Sendable {
    public var unit: UnitAddress
    public var role: PostRole
    public var notBefore: Instant
    public var notAfter: Instant

    public init(unit: UnitAddress, role: PostRole, notBefore: Instant, notAfter: Instant) {
        self.unit = unit
        self.role = role
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// Why an agent may not act any more.
public enum RevocationReason: String, Codable, Hashable, Sendable, CaseIterable {
    case left
    case lostDevice = "lost_device"
    case compromised, other
}

public struct Revocation: Codable, Hashable, Sendable {
    public var at: Instant
    public var reason: RevocationReason

    public init(at: Instant, reason: RevocationReason) {
        self.at = at
        self.reason = reason
    }
}

/// What an agent signs to prove that the keys are its own, before a registrar enrols them.
public struct Possession: SoleSignerDocument {
    public static let type = "liaison/possession/v1"
    public static let maximumSize = 4096

    public var by: AgentAddress
    public var key: VerificationKey
    public var tls: [Hash]

    public init(by: AgentAddress, key: VerificationKey, tls: [Hash]) {
        self.by = by
        self.key = key
        self.tls = tls
    }

    public var signer: String { by.description }
}

/// An agent's encryption keys.
public struct AgentKeys: SoleSignerDocument {
    public static let type = "liaison/keys/v1"
    public static let maximumSize = 8 << 10
    /// As many as fit.
    public static let keyLimit = 4

    public var by: AgentAddress
    public var version: Int
    public var previous: Hash?
    public var issuedAt: Instant
    public var keys: [EncryptionKey]

    public init(by: AgentAddress, version: Int, previous: Hash?, issuedAt: Instant, keys: [EncryptionKey]) {
        self.by = by
        self.version = version
        self.previous = previous
        self.issuedAt = issuedAt
        self.keys = keys
    }

    public var signer: String { by.description }
}

/// An X-Wing public key (age `mlkem768x25519`): 1,216 bytes in base64, with its dates.
public struct EncryptionKey: Codable, Hashable, Sendable {
    public static let length = 1216
    public var key: String
    public var notBefore: Instant
    public var notAfter: Instant

    public init(key: String, notBefore: Instant, notAfter: Instant) {
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    public var bytes: [UInt8]? { Base64.decode(key).flatMap { $0.count == Self.length ? $0 : nil } }
    /// SHA-256 of the public key, as the manifest lists it.
    public var fingerprint: Hash? { bytes.map { Hash.of($0) } }
}
