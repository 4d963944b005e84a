// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes

// What a store keeps and gives back: the rows that the port `RelayStore` speaks in.

public struct StoredHead: Hashable, Sendable {
    public let size: Int
    /// The signed checkpoint, verbatim.
    public let checkpoint: String

    public init(size: Int, checkpoint: String) {
        self.size = size
        self.checkpoint = checkpoint
    }
}

/// All that one commit writes.
public struct Batch: Sendable {
    public var entries: [StoredEntry] = []
    public var tiles: [TileID: Tile] = [:]
    public var checkpoint = ""
    public var documents: [StoredDocument] = []
    public var transmissions: [(row: StoredTransmission, content: SubmittedContent)] = []
    public var deliveries: [StoredDelivery] = []
    public var acts: [StoredAct] = []
    /// Contents sealed anew for one unit, staged by their author.
    public var transfers: [(transmission: TransmissionID, unit: UnitAddress, content: Hash, owner: AgentAddress)] = []
    /// Deliveries whose content the unit may not have any more; when no unit may, it is erased.
    public var erased: [DeliveryID] = []
    public var erasedRecords: [ErasableRecords] = []
    public var inspections: [StoredInspection] = []
    /// What the operator's acts are compared with: the latest configuration.
    public var configuration: Hash?
    /// By how many bytes it changes what lies unopened, by author; never 0.
    public var unopened: [AgentAddress: Int] = [:]

    public init() {}
}

/// Records of one transmission, or of one mailbox and month, whose audit limit is over.
public struct ErasableRecords: Hashable, Sendable {
    public let scope: RecordScope
    public let entries: [Mailbox: [Int]]

    /// - Parameter scope: one of the transmission's, or of the month's.
    public init(scope: RecordScope, entries: [Mailbox: [Int]]) {
        self.scope = scope
        self.entries = entries
    }
}

/// A checkpoint and what others say of it.
public struct StoredAnchor: Hashable, Sendable {
    public let size: Int
    public let checkpoint: String
    /// Signature lines of witnesses.
    public let cosignatures: [String]
    /// RFC 3161 tokens, DER.
    public let timeStamps: [[UInt8]]

    public init(size: Int, checkpoint: String, cosignatures: [String], timeStamps: [[UInt8]]) {
        self.size = size
        self.checkpoint = checkpoint
        self.cosignatures = cosignatures
        self.timeStamps = timeStamps
    }
}

/// An inspection as it was signed.
public struct StoredInspection: Hashable, Sendable {
    public let hash: Hash
    public let note: String
    /// Index of the Inspection event.
    public let entry: Int

    public init(hash: Hash, note: String, entry: Int) {
        self.hash = hash
        self.note = note
        self.entry = entry
    }
}

/// Where the bytes of a submission are.
public enum SubmittedContent: Sendable {
    case inline([UInt8])
    case staged(Hash, owner: AgentAddress)
}

/// A log entry with its record and salt, which are kept apart and are erased one day.
public struct StoredEntry: Hashable, Sendable {
    public let index: Int
    public let mailbox: Mailbox
    public let number: Int
    /// `HMAC-SHA256(salt, record)`: the entry itself.
    public let commitment: Hash
    public let transmission: TransmissionID?
    public let unit: UnitAddress?
    public let at: Instant
    public let isDirectoryHead: Bool
    public let scope: RecordScope
    public let record: [UInt8]
    public let salt: Salt

    public init(
        index: Int, mailbox: Mailbox, number: Int, commitment: Hash, transmission: TransmissionID?,
        unit: UnitAddress?, at: Instant, isDirectoryHead: Bool, scope: RecordScope, record: [UInt8], salt: Salt
    ) {
        self.index = index
        self.mailbox = mailbox
        self.number = number
        self.commitment = commitment
        self.transmission = transmission
        self.unit = unit
        self.at = at
        self.isDirectoryHead = isDirectoryHead
        self.scope = scope
        self.record = record
        self.salt = salt
    }

    /// The entry of an event: whatever a row repeats of it is what the event says.
    ///
    /// - Parameter record: the event as it is written, where that is not its canonical text: what a relay that lies would log.
    package init(_ event: EventRecord, at index: Int, salt: Salt, record: [UInt8]? = nil) throws {
        let record = try record ?? event.canonical()
        self.init(
            index: index, mailbox: event.mailbox, number: event.number, commitment: Commitment.of(record, salt: salt),
            transmission: event.transmission, unit: event.unit, at: event.at,
            isDirectoryHead: event.event == .directoryHead, scope: RecordScope(event), record: record, salt: salt)
    }
}

/// Under which key a record and its salt lie: what is erased together.
public struct RecordScope: Hashable, Sendable {
    /// One delivery, or the submission itself; what a mailbox holds besides, by 30 days; or "kept": the directory, and what
    /// was erased when.
    public let name: String
    /// Set for what goes with a transmission.
    public let transmission: TransmissionID?

    public static let kept = RecordScope(name: "kept", transmission: nil)
    private static let month: Seconds = .days(30)

    public init(name: String, transmission: TransmissionID?) {
        self.name = name
        self.transmission = transmission
    }

    public init(delivery transmission: TransmissionID, unit: UnitAddress?) {
        self.init(name: "\(transmission) \(unit?.description ?? "")", transmission: transmission)
    }

    package init(_ record: EventRecord) {
        if let transmission = record.transmission, !record.event.isRefusal {
            self.init(delivery: transmission, unit: record.unit)
        } else if record.mailbox == .directory || record.entries != nil {
            self = .kept
        } else {
            // A refusal, too: whoever is refused names transmissions at will, and holds up nobody's erasure.
            self.init(name: "\(record.mailbox) \(record.at.period(of: Self.month))", transmission: nil)
        }
    }
}

/// A directory document as published.
public struct StoredDocument: Hashable, Sendable {
    public enum Kind: String, Sendable { case convention, succession, roster, keys }
    public let kind: Kind
    public let subject: String
    public let version: Int
    public let hash: Hash
    public let note: String
    /// Index of the entry that published it.
    public let entry: Int
    public let at: Instant

    public init(kind: Kind, subject: String, version: Int, hash: Hash, note: String, entry: Int, at: Instant) {
        self.kind = kind
        self.subject = subject
        self.version = version
        self.hash = hash
        self.note = note
        self.entry = entry
        self.at = at
    }

    /// Whose document it is; nil for a convention.
    public var institution: InstitutionID? {
        kind == .convention ? nil : InstitutionID(subject) ?? AgentAddress(subject)?.institution
    }
}

public struct StoredTransmission: Hashable, Sendable {
    public let id: TransmissionID
    public let hash: Hash
    public let from: UnitAddress
    public let author: AgentAddress
    public let envelope: String
    public let contentSize: Int
    /// Index of the SubmissionAcceptance.
    public let entry: Int

    public init(
        id: TransmissionID, hash: Hash, from: UnitAddress, author: AgentAddress, envelope: String,
        contentSize: Int, entry: Int
    ) {
        self.id = id
        self.hash = hash
        self.from = from
        self.author = author
        self.envelope = envelope
        self.contentSize = contentSize
        self.entry = entry
    }
}

public struct StoredDelivery: Hashable, Sendable {
    public let transmission: TransmissionID
    public let unit: UnitAddress
    /// Of its transmission: what is urgent is looked at first.
    public let urgency: Urgency
    public var state: DeliveryState
    public let dueAt: Instant
    /// Instant at which the content's retention ends.
    public let expiresAt: Instant
    public var isNotified: Bool
    public var isErased: Bool
    /// Whether silence has called the unit's standby units in.
    public var isStandbyCalled: Bool
    /// Whether the sender was told that nobody is left who could open it.
    public var isUnattended: Bool
    /// Escalation steps taken so far.
    public var escalated: Int
    /// When time has its next consequence; nil once the content is erased.
    public var nextStepAt: Instant?
    /// Index of the ContentConsignment in the unit's mailbox.
    public let entry: Int

    public init(
        transmission: TransmissionID, unit: UnitAddress, state: DeliveryState, dueAt: Instant, expiresAt: Instant,
        isNotified: Bool = false, isErased: Bool = false, isStandbyCalled: Bool = false, isUnattended: Bool = false,
        escalated: Int, nextStepAt: Instant?, entry: Int, urgency: Urgency = .routine
    ) {
        self.transmission = transmission
        self.urgency = urgency
        self.unit = unit
        self.state = state
        self.dueAt = dueAt
        self.expiresAt = expiresAt
        self.isNotified = isNotified
        self.isErased = isErased
        self.isStandbyCalled = isStandbyCalled
        self.isUnattended = isUnattended
        self.escalated = escalated
        self.nextStepAt = nextStepAt
        self.entry = entry
    }

    public var id: DeliveryID { DeliveryID(transmission: transmission, unit: unit) }

    /// Whether its content lies here and nobody has opened it yet.
    var isUnopened: Bool { state == .available && !isErased }

    /// Where it stands, without who has read it: `ActFacts` says that of the one agent who acts.
    var progress: DeliveryProgress {
        DeliveryProgress(state: state, isNotified: isNotified, isErased: isErased, isStandbyCalled: isStandbyCalled)
    }

    /// After a transition; what is decided waits for the end of retention, what is erased for nothing.
    func advanced(by transition: DeliveryTransition) -> StoredDelivery {
        var changed = self
        changed.state = transition.state
        switch transition.event {
        case .consignmentNotification: changed.isNotified = true
        case .erasure: changed.isErased = true
        case .unattended: changed.isUnattended = true
        default: break
        }
        if changed.state.isFinal { changed.nextStepAt = changed.isErased ? nil : expiresAt }
        return changed
    }
}

public struct StoredAct: Hashable, Sendable {
    public let hash: Hash
    public let transmission: TransmissionID
    public let unit: UnitAddress
    public let author: AgentAddress
    public let kind: Act.Kind
    public let note: String
    /// Index of the event in the author's mailbox.
    public let entry: Int

    public init(
        hash: Hash, transmission: TransmissionID, unit: UnitAddress, author: AgentAddress,
        kind: Act.Kind, note: String, entry: Int
    ) {
        self.hash = hash
        self.transmission = transmission
        self.unit = unit
        self.author = author
        self.kind = kind
        self.note = note
        self.entry = entry
    }
}
