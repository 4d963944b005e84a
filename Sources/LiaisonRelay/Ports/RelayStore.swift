// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// Where a relay keeps everything: the seam between decisions and a database.
///
/// A write is one `commit`: rows, entries and signed checkpoint in one transaction, on disk when it returns.
/// Everything else reads.
public protocol RelayStore: Sendable {
    /// Size and signed checkpoint of the log; nil before the first commit.
    func head() async throws -> StoredHead?
    /// Decides and writes in one transaction, in which nobody else appends to the log: `decide` is asked what to write by what
    /// the store holds, and its batch is written and on disk when this returns its value.
    ///
    /// - Parameter decide: runs at most once; what it throws leaves the store as it was, and is thrown on.
    /// - Throws: also when the batch does not go on from where the log ends, and when the database fails: whether the batch
    ///   was written is then not known, and the store is to be read before anything else is decided.
    func commit<Value: Sendable>(
        _ decide: @Sendable (any StoreFacts) throws -> (batch: Batch, value: Value)
    ) async throws -> Value
    /// Reads several things as they are at one instant.
    func read<Value: Sendable>(_ body: @Sendable (any StoreFacts) throws -> Value) async throws -> Value

    /// Whether other nodes write to this store as well.
    var isShared: Bool { get }
    /// Yields when another node may have committed; ends at once for a store that nobody shares.
    func changes() -> AsyncStream<Void>
    /// Whether this node is the one that lets time pass, cleans, and asks others to vouch for the log. Two that do so for a
    /// moment do no harm, since each commit is decided anew.
    func leads() async -> Bool

    /// The tiles among `ids` that exist.
    func tiles(_ ids: Set<TileID>) async throws -> [TileID: Tile]
    func entries(_ range: Range<Int>) async throws -> [[UInt8]]
    /// Number and index of a mailbox's last entry; nil for an empty one.
    func end(of mailbox: Mailbox) async throws -> (number: Int, index: Int)?

    /// The latest documents of an institution whose entry is at or after `index`; its agents' keys only when asked for.
    func documents(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> [StoredDocument]
    /// Institutions of which a document has its entry at or after `index`.
    func institutionsChanged(from index: Int) async throws -> [InstitutionID]
    func document(_ hash: Hash) async throws -> StoredDocument?
    func directoryHead(_ hash: Hash) async throws -> StoredEntry?
    func latestDirectoryHead() async throws -> StoredEntry?

    func transmission(_ id: TransmissionID) async throws -> StoredTransmission?
    func transmissions(_ ids: Set<TransmissionID>) async throws -> [TransmissionID: StoredTransmission]
    func deliveries(of id: TransmissionID) async throws -> [StoredDelivery]
    /// How many deliveries to each of `units` wait for an answer; none are left out.
    func waiting(in units: [UnitAddress]) async throws -> [UnitAddress: Int]
    /// In order of their entries.
    func acts(_ hashes: Set<Hash>) async throws -> [StoredAct]
    func entry(_ index: Int) async throws -> StoredEntry?
    /// Entries of a mailbox after `number` whose records were not erased, in order of their numbers.
    func entries(in mailbox: Mailbox, after number: Int, limit: Int) async throws -> [StoredEntry]
    /// Units whose mailboxes hold an entry on a delivery of `id` to one of `units`.
    func units(told id: TransmissionID, of units: [UnitAddress]) async throws -> [UnitAddress]
    /// Entries on `id` in the given mailboxes, at or after `index`, in log order.
    func entries(
        on id: TransmissionID, in mailboxes: [Mailbox], from index: Int, limit: Int
    ) async throws -> [StoredEntry]

    /// At most `count` bytes, from `offset`, of the content that `unit` gets; empty past its end or once it was erased.
    func content(of id: TransmissionID, for unit: UnitAddress, from offset: Int, count: Int) async throws -> [UInt8]
    func contentSize(of id: TransmissionID, for unit: UnitAddress) async throws -> Int?
    /// How many bytes `owner` has staged for `digest`.
    func stagedSize(_ digest: Hash, owner: AgentAddress) async throws -> Int
    /// Appends to what is staged; false when `offset` is not where it ends.
    func stage(_ bytes: [UInt8], of digest: Hash, owner: AgentAddress, at offset: Int, now: Instant) async throws
        -> Bool
    /// Bytes that `owner` has staged in all.
    func stagedSize(of owner: AgentAddress) async throws -> Int
    /// Hash and size of what is staged, which takes no further bytes when the hash is `digest` and is dropped when not.
    func closeStaged(_ digest: Hash, owner: AgentAddress) async throws -> ContentReference?
    func dropStaged(before instant: Instant) async throws

    /// Leaves nothing of what was erased in any file of the store.
    func scrub() async throws
    /// Gives some of what is free in the store's files back to the disk, and holds up nobody; again and again.
    func shrink() async throws
    /// Entries of all mailboxes of an institution within `[since, until)`, at or after `index`, in log order.
    func entries(
        of institution: InstitutionID, since: Instant, until: Instant, from index: Int, limit: Int
    ) async throws -> [StoredEntry]
    /// Of each mailbox the last entry before `since` and the first at or after `until` whose records are not erased.
    func ends(of mailboxes: [Mailbox], since: Instant, until: Instant) async throws -> [StoredEntry]
    // Kept beside the log: what others say of its checkpoints, and why it may not go on.

    func add(cosignatures lines: [String], size: Int) async throws
    /// The largest checkpoint that a witness cosigned.
    func latestCosigned() async throws -> StoredAnchor?
    func add(timeStamp token: [UInt8], size: Int, at instant: Instant) async throws
    /// The smallest checkpoint of at least `size` entries that is time-stamped and cosigned, or else time-stamped, or else
    /// cosigned.
    func anchor(from size: Int) async throws -> StoredAnchor?
    /// When the latest time-stamp was taken.
    func latestTimeStamp() async throws -> Instant?
    /// Keeps, for good, a checkpoint that shows that this log went on elsewhere.
    func stop(_ checkpoint: String) async throws
    func stopped() async throws -> String?

    /// Keeps an invitation; false when its id is taken.
    func addInvitation(_ status: InvitationStatus, institution: InstitutionID) async throws -> Bool
    func invitation(_ id: Hash) async throws -> InvitationStatus?
    func invitations(of institution: InstitutionID) async throws -> [InvitationStatus]
    /// How many `invitations(of:)` gives.
    func invitationCount(of institution: InstitutionID) async throws -> Int
    /// Puts the one request beside an open invitation; false when another was faster.
    func requestInvitation(_ id: Hash, _ request: CodedText) async throws -> Bool
    func closeInvitation(_ id: Hash, as state: InvitationState, institution: InstitutionID) async throws -> Bool
    func dropInvitations(before instant: Instant) async throws
}

extension RelayStore {
    /// A database server looks after its own files.
    public func shrink() async throws {}
}
