// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes

/// What the store holds while a batch is decided, inside the transaction that will write it: each answer at once, without
/// suspension, and nothing that anybody else changes meanwhile.
public protocol StoreFacts {
    /// Size and signed checkpoint of the log; nil before the first commit.
    func head() throws -> StoredHead?
    /// The checkpoint for which this log stopped, if it did: it goes on elsewhere, or it was shown another history.
    func stopped() throws -> String?
    /// The tiles among `ids` that exist.
    func tiles(_ ids: Set<TileID>) throws -> [TileID: Tile]
    /// When an entry was made.
    func instant(of index: Int) throws -> Instant?
    /// All conventions in order of version, then all successions and the latest rosters in log order, then the latest keys
    /// documents: those that were written, or gained signatures, when the log had at least `size` entries. A store that does
    /// not know when may answer with all.
    func documentsInForce(writtenFrom size: Int) throws -> [StoredDocument]
    /// When the latest DirectoryHead was logged.
    func latestDirectoryHead() throws -> Instant?
    /// The mailboxes that entries at or after `index` are in; nil when these are too many to look.
    func mailboxes(from index: Int) throws -> Set<Mailbox>?
    /// Told beforehand what a batch will ask: a store behind a network fetches it at once.
    func prepare(for questions: Questions) throws

    func lastNumber(in mailbox: Mailbox) throws -> Int
    /// Where a DirectoryHead stands in the log, by the hash of its record.
    func directoryHead(_ hash: Hash) throws -> LogPlace?
    func document(_ hash: Hash) throws -> StoredDocument?
    func transmission(_ id: TransmissionID) throws -> StoredTransmission?
    /// In order of their entries.
    func deliveries(of id: TransmissionID) throws -> [StoredDelivery]
    /// Bytes that lie unopened, by author of an institution, each content counted once for each delivery.
    func unopened(of institution: InstitutionID) throws -> [AgentAddress: Int]
    /// Deliveries whose next step is due at or before `instant`: the most urgent first, of these what has been due longest.
    func deliveriesDue(at instant: Instant, limit: Int) throws -> [StoredDelivery]
    /// The units that the deliveries which are still kept are for, decided or not.
    func recipients() throws -> Set<UnitAddress>
    /// Undecided deliveries to `units`, however many these are, whose senders have not been told that nobody is left who could
    /// open them; in order of their entries.
    func unattended(in units: [UnitAddress], limit: Int) throws -> [StoredDelivery]
    /// Units whose mailboxes hold an entry on a delivery of `id` to one of `units`.
    func units(told id: TransmissionID, of units: [UnitAddress]) throws -> [UnitAddress]
    func act(_ hash: Hash) throws -> StoredAct?
    /// The acts that `author` has made on a delivery, in order of their entries.
    func acts(on delivery: DeliveryID, by author: AgentAddress) throws -> [StoredAct]
    /// A content that was uploaded before: its size, and whether it is closed and can be taken over.
    func staged(_ digest: Hash, owner: AgentAddress) throws -> (size: Int, isClosed: Bool)?
    /// Records whose newest event is at or before `instant`, and whose deliveries are all erased: the first to be due, in the
    /// order of their first events.
    func recordsDue(before instant: Instant, limit: Int) throws -> [ErasableRecords]
    /// Index of the event of an inspection that was taken.
    func inspection(_ hash: Hash) throws -> Int?
    /// The configuration that the latest start was with.
    func configuration() throws -> Hash?
    /// Fails when a commit now would.
    func probe() throws
}

extension StoreFacts {
    public func prepare(for questions: Questions) throws {}

    /// Where in the log an instant is, found by bisection: every entry made before it is below the upper bound, and every entry
    /// made at it or later is at or above the lower one. Between the two are those of an hour on either side, because a clock
    /// may have been put back.
    ///
    /// Nobody's question about a time walks through all that is older or newer.
    public func place(of instant: Instant) throws -> Range<Int> {
        let size = try head()?.size ?? 0
        func first(from instant: Instant) throws -> Int {
            var (low, high) = (0, size)
            while low < high {
                let middle = low + (high - low) / 2
                if let at = try self.instant(of: middle), at >= instant { high = middle } else { low = middle + 1 }
            }
            return low
        }
        return try first(from: instant - .hours(1))..<first(from: instant + .hours(1))
    }
}

/// An agent and a delivery: what the agent has done with it.
public struct AuthoredDelivery: Hashable, Sendable {
    public let delivery: DeliveryID
    public let author: AgentAddress

    public init(delivery: DeliveryID, author: AgentAddress) {
        self.delivery = delivery
        self.author = author
    }
}

/// What the commands of a batch will ask, as far as they say so themselves.
public struct Questions: Sendable {
    /// With their deliveries.
    public var transmissions: Set<TransmissionID> = []
    public var acts: Set<Hash> = []
    public var authors: Set<AuthoredDelivery> = []
    /// DirectoryHeads.
    public var heads: Set<Hash> = []
    /// Their last numbers.
    public var mailboxes: Set<Mailbox> = []
    /// What lies unopened of theirs.
    public var institutions: Set<InstitutionID> = []

    init(_ commands: some Sequence<Command>) {
        for command in commands {
            switch command {
            case .submit(let envelope, _, _, _):
                let routing = envelope.claimed.routing
                transmissions.formUnion([routing.id, routing.inReplyTo].compactMap(\.self))
                heads.insert(routing.head)
                mailboxes.formUnion(([routing.from] + routing.recipients).map(Mailbox.unit))
                institutions.insert(envelope.claimed.by.institution)
            case .act(let act, let peer):
                acts.insert(act.note.hash)
                transmissions.insert(act.claimed.transmission)
                authors.insert(AuthoredDelivery(delivery: act.claimed.delivery, author: peer))
                heads.insert(act.claimed.head)
                mailboxes.insert(.unit(act.claimed.unit))
            case .notify(let deliveries):
                transmissions.formUnion(deliveries.map(\.transmission))
                mailboxes.formUnion(deliveries.map { .unit($0.unit) })
            case .inspect(let demand, let peer, _):
                mailboxes.insert(.institution(peer.institution))
                mailboxes.formUnion((demand.claimed.units ?? []).prefix(Inspection.unitLimit).map(Mailbox.unit))
            default: break
            }
        }
    }
}
