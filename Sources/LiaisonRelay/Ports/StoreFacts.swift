// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// What the store holds while a batch is decided, inside the transaction that will write it: each answer at once, without
/// suspension, and nothing that anybody else changes meanwhile.
public protocol StoreFacts {
    func lastNumber(in mailbox: Mailbox) throws -> Int
    /// Where a DirectoryHead stands in the log, by the hash of its record.
    func directoryHead(_ hash: Hash) throws -> LogPlace?
    func document(_ hash: Hash) throws -> StoredDocument?
    func transmission(_ id: TransmissionID) throws -> StoredTransmission?
    /// In order of their entries.
    func deliveries(of id: TransmissionID) throws -> [StoredDelivery]
    /// Deliveries whose next step is due at or before `instant`: the most urgent first, of these what has been due longest.
    func deliveriesDue(at instant: Instant, limit: Int) throws -> [StoredDelivery]
    /// Undecided deliveries to `units` whose senders have not been told that nobody is left who could open them.
    func unattended(in units: [UnitAddress], limit: Int) throws -> [StoredDelivery]
    /// Units whose mailboxes hold an entry on the delivery of `id` to `unit`.
    func units(told id: TransmissionID, unit: UnitAddress) throws -> [UnitAddress]
    func act(_ hash: Hash) throws -> StoredAct?
    /// The acts that `author` has made on a delivery, in order of their entries.
    func acts(on delivery: DeliveryID, by author: AgentAddress) throws -> [StoredAct]
    /// A content that was uploaded before: its size, and whether it is closed and can be taken over.
    func staged(_ digest: Hash, owner: AgentAddress) throws -> (size: Int, isClosed: Bool)?
    /// Records whose newest event is at or before `instant`, and whose deliveries are all erased.
    func recordsDue(before instant: Instant, limit: Int) throws -> [ErasableRecords]
    /// Index of the event of an inspection that was taken.
    func inspection(_ hash: Hash) throws -> Int?
    /// The configuration that the latest start was with.
    func configuration() throws -> Hash?
    /// Fails when a commit now would.
    func probe() throws
}
