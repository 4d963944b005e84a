// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// What the envelope and the manifest both say of a transmission.
public struct Routing: Codable, Hashable, Sendable {
    public var id: TransmissionID
    /// Origin of the log that it is deposited with.
    public var log: String
    public var convention: Hash
    /// Hash of the DirectoryHead record that the sender relied on.
    public var head: Hash
    public var from: UnitAddress
    public var to: UnitAddress
    /// Forced copies, in the order of the flow's roles.
    public var copies: [UnitAddress]
    public var kind: String
    public var urgency: Urgency
    /// A claim of the sender.
    public var sealedAt: Instant
    /// Only when it is between the same two units; otherwise the reference stays sealed.
    public var inReplyTo: TransmissionID?
    /// When the sender says that the content was also told by telephone.
    public var phoneConfirmedAt: Instant?
    /// The largest checkpoint that the sender has verified.
    public var checkpoint: SeenCheckpoint?

    public init(
        id: TransmissionID, log: String, convention: Hash, head: Hash, from: UnitAddress,
        to: UnitAddress, copies: [UnitAddress], kind: String, urgency: Urgency, sealedAt: Instant,
        inReplyTo: TransmissionID? = nil, phoneConfirmedAt: Instant? = nil, checkpoint: SeenCheckpoint? = nil
    ) {
        self.id = id
        self.log = log
        self.convention = convention
        self.head = head
        self.from = from
        self.to = to
        self.copies = copies
        self.kind = kind
        self.urgency = urgency
        self.sealedAt = sealedAt
        self.inReplyTo = inReplyTo
        self.phoneConfirmedAt = phoneConfirmedAt
        self.checkpoint = checkpoint
    }

    /// Every unit that gets a delivery.
    public var recipients: [UnitAddress] { [to] + copies }
}

/// A tree size and its root.
public struct SeenCheckpoint: Codable, Hashable, Sendable {
    public var size: Int
    public var root: Hash

    public init(size: Int, root: Hash) {
        self.size = size
        self.root = root
    }
}

/// What the relay sees of a transmission.
public struct Envelope: SoleSignerDocument {
    public static let type = "liaison/envelope/v1"
    public static let maximumSize = 16 << 10

    public var by: AgentAddress
    public var routing: Routing
    public var content: ContentReference
    /// `HMAC-SHA256(salt, text of the manifest)`; the salt is inside the content.
    public var manifest: Hash

    public init(by: AgentAddress, routing: Routing, content: ContentReference, manifest: Hash) {
        self.by = by
        self.routing = routing
        self.content = content
        self.manifest = manifest
    }

    public var signer: String { by.description }
}

/// The sealed content by its SHA-256 and its length in bytes.
public struct ContentReference: Codable, Hashable, Sendable {
    public var sha256: Hash
    public var size: Int

    public init(sha256: Hash, size: Int) {
        self.sha256 = sha256
        self.size = size
    }
}

/// A signed statement on one delivery.
public struct Act: SoleSignerDocument {
    public static let type = "liaison/act/v1"
    public static let maximumSize = 8 << 10

    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case opened, acknowledged, refused, unopenable, withdrawn, transferred, erased
        /// The sealed content was fetched to be handed on or exported; nobody was shown it.
        case retrieved

        /// Whether the log says it once for an agent and a delivery, however often it is done.
        public var isSaidOnce: Bool { self == .opened || self == .retrieved }
    }

    public var by: AgentAddress
    public var log: String
    public var convention: Hash
    public var head: Hash
    public var transmission: TransmissionID
    /// Hash of the envelope.
    public var envelope: Hash
    /// The unit whose delivery this is about.
    public var unit: UnitAddress
    public var act: Kind
    /// A code of `ReasonCode`; with `refused`, `unopenable`, `withdrawn` and `erased`.
    public var reason: ReasonCode?
    /// With `transferred`: the content as sealed anew.
    public var content: ContentReference?
    /// A claim of the author.
    public var at: Instant
    public var checkpoint: SeenCheckpoint?

    public init(
        by: AgentAddress, log: String, convention: Hash, head: Hash, transmission: TransmissionID,
        envelope: Hash, unit: UnitAddress, act: Kind, reason: ReasonCode? = nil,
        content: ContentReference? = nil, at: Instant, checkpoint: SeenCheckpoint? = nil
    ) {
        self.by = by
        self.log = log
        self.convention = convention
        self.head = head
        self.transmission = transmission
        self.envelope = envelope
        self.unit = unit
        self.act = act
        self.reason = reason
        self.content = content
        self.at = at
        self.checkpoint = checkpoint
    }

    public var signer: String { by.description }
}

/// Why an act was made: a closed list, since free words travel sealed only.
public enum ReasonCode: String, Codable, Hashable, Sendable, CaseIterable {
    case wrongUnit = "wrong_unit"
    case notCompetent = "not_competent"
    case duplicate
    case personDeclines = "person_declines"
    case incomplete
    case misdirected
    case consentWithdrawn = "consent_withdrawn"
    case sentInError = "sent_in_error"
    // What a client found when it could not open the content.
    case keysLost = "keys_lost"
    case digestMismatch = "digest_mismatch"
    case notARecipient = "not_a_recipient"
    case contentDamaged = "content_damaged"
    case manifestMismatch = "manifest_mismatch"
    case authorNotInForce = "author_not_in_force"
    case formInvalid = "form_invalid"
    case notPermitted = "not_permitted"
    // Why a content is erased before its time.
    case dataSubjectRequest = "data_subject_request"
    case noLongerNeeded = "no_longer_needed"
    case unlawful

    /// The codes that may go with `act`.
    public static func allowed(with act: Act.Kind) -> [ReasonCode] {
        switch act {
        case .refused: [.wrongUnit, .notCompetent, .duplicate, .personDeclines, .incomplete]
        case .withdrawn: [.misdirected, .consentWithdrawn, .sentInError]
        case .unopenable:
            [
                .keysLost, .digestMismatch, .notARecipient, .contentDamaged, .manifestMismatch, .authorNotInForce,
                .formInvalid, .notPermitted
            ]
        // RGPD article 17(1).
        case .erased: [.dataSubjectRequest, .noLongerNeeded, .unlawful]
        case .opened, .acknowledged, .transferred, .retrieved: []
        }
    }
}

/// Why the relay erases by itself.
public enum ErasureCode: String, Sendable { case retention, withdrawn, auditLimit = "audit_limit" }
