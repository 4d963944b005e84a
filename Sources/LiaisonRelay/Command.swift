// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonWire

/// What may be asked of the sequencer.
public enum Command: Sendable {
    /// A transmission by the agent whose TLS key is on the connection.
    case submit(Unverified<Envelope>, SubmittedContent, arrived: ContentReference, peer: AgentAddress)
    case act(Unverified<Act>, peer: AgentAddress)
    case publishConvention(Unverified<Convention>)
    /// - Parameter chained: false when it goes on from one in another log.
    case publishRoster(Unverified<Roster>, chained: Bool = true)
    case publishSuccession(Unverified<Succession>)
    case publishKeys(Unverified<AgentKeys>, peer: AgentAddress, chained: Bool = true)
    /// Deliveries that an agent of their unit has been shown.
    case notify([DeliveryID])
    /// - Parameter listed: the units of the demand that a roster of their institution lists, in force or before.
    case inspect(Unverified<Inspection>, peer: AgentAddress, listed: Set<UnitAddress>)
    case operate(OperatorAct)
    /// Writes something that nobody needs, to find out whether a commit succeeds.
    case probe
    /// Time passes: deadlines, retention, the audit limit, the hourly DirectoryHead.
    case tick
}

/// A transmission and one of its recipients.
public struct DeliveryID: Hashable, Sendable {
    public let transmission: TransmissionID
    public let unit: UnitAddress

    public init(transmission: TransmissionID, unit: UnitAddress) {
        self.transmission = transmission
        self.unit = unit
    }
}

extension Act {
    var delivery: DeliveryID { DeliveryID(transmission: transmission, unit: unit) }
}

/// What the operator did, which the log says like everything else.
public enum OperatorAct: Sendable {
    /// The relay starts: the program's version, and the hash of its configuration.
    case start(version: String, configuration: Hash)
    /// A store was put back at the very end of this log.
    case restored(PreviousTree)
    /// This log goes on from another one, behind which a store was put back.
    case opened(PreviousTree)
}

extension Command {
    /// Bytes of content that it holds in memory.
    var size: Int {
        guard case .submit(_, .inline(let bytes), _, _) = self else { return 0 }
        return bytes.count
    }

    /// The transmissions whose deliveries it is decided by.
    var subjects: Set<TransmissionID> {
        switch self {
        case .submit(let envelope, _, _, _): Set([envelope.claimed.routing.inReplyTo].compactMap(\.self))
        case .act(let act, _): [act.claimed.transmission]
        case .notify(let shown): Set(shown.map(\.transmission))
        default: []
        }
    }
}

/// What came of a command.
public enum Outcome: Sendable {
    /// It is in the log at this index, now or since an earlier identical request.
    case recorded(index: Int)
    /// Nothing was to be done.
    case nothing
    /// Some was done, and more is to be done: it is to be asked again.
    case unfinished
}

/// A command with the signature that was found to hold before it was queued.
struct CheckedCommand: Sendable {
    let command: Command
    private(set) var envelope: Verified<Envelope>?
    private(set) var act: Verified<Act>?

    /// - Parameter directory: as it was published last; whether its key is the one in force is for the batch to say.
    init(_ command: Command, by directory: Directory) {
        self.command = command
        switch command {
        case .submit(let offered, _, _, _): envelope = directory.verified(offered)
        case .act(let offered, _): act = directory.verified(offered)
        default: break
        }
    }
}

extension Unverified where Body: SoleSignerDocument {
    /// The document signed by `key`: what was checked before when it was this key that signed; nil when it did not.
    func verified(by key: NoteKey, knowing checked: Verified<Body>?) -> Verified<Body>? {
        if let checked, checked.keys == [key] { return checked }
        return try? verified(by: key)
    }
}
