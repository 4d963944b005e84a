// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes

/// What the sequencer knows of the store at one head.
struct RelayState: Sendable {
    var directory = Directory()
    var edge = TreeEdge()
    /// Last numbers of the mailboxes touched since the state was read.
    var numbers: [Mailbox: Int] = [:]
    /// When the latest DirectoryHead was logged.
    var headAt: Instant?
    /// Where each roster in force stands in the log.
    var rosterEntries: [InstitutionID: Int] = [:]
    /// When it was last looked for units that nobody is left in; nil when it has to be done now.
    var readersCheckedAt: Instant?
    /// Units that a roster named and names no more; what waits for them waits for nobody.
    var goneUnits: Set<UnitAddress> = []
    /// Refusals of this minute, by agent.
    var refusals: [AgentAddress: RefusalCount] = [:]
    /// Inspections of a minute, by agent; forgotten with the state, which is read anew only after a failure.
    var inspections: [AgentAddress: (minute: Int, count: Int)] = [:]
}

/// A batch being decided: the state as it will be, what will be written, and look-ups that see both the
/// store and what was decided earlier in the batch.
struct Draft: Sendable {
    let log: String
    let now: Instant
    let store: any RelayStore
    let random: RandomBytes
    var state: RelayState
    var batch = Batch()
    var directoryChanged = false
    /// Staged contents that this batch takes over.
    var consumed: Set<String> = []
    private var transmissions: [TransmissionID: StoredTransmission] = [:]
    private var deliveries: [TransmissionID: [StoredDelivery]] = [:]
    private var acts: [Hash: StoredAct] = [:]

    init(log: String, now: Instant, store: any RelayStore, random: RandomBytes, state: RelayState) {
        self.log = log
        self.now = now
        self.store = store
        self.random = random
        self.state = state
    }

    // MARK: Reading

    func transmission(_ id: TransmissionID) async throws -> StoredTransmission? {
        if let known = transmissions[id] { return known }
        return try await store.transmission(id)
    }

    func deliveries(of id: TransmissionID) async throws -> [StoredDelivery] {
        if let known = deliveries[id] { return known }
        return try await store.deliveries(of: id)
    }

    func act(_ hash: Hash) async throws -> StoredAct? {
        if let known = acts[hash] { return known }
        return try await store.act(hash)
    }

    /// The kinds of acts that `author` has made on a delivery, in this batch as well.
    func actKinds(on delivery: DeliveryID, by author: AgentAddress) async throws -> Set<Act.Kind> {
        let here = acts.values.filter {
            $0.transmission == delivery.transmission && $0.unit == delivery.unit && $0.author == author
        }
        return try await store.actKinds(on: delivery, by: author).union(here.map(\.kind))
    }

    // MARK: Writing

    /// Adds one entry for each of `mailboxes`; returns their indices in the same order.
    mutating func record(
        _ event: EventName, in mailboxes: [Mailbox], _ fill: (inout EventRecord) -> Void
    ) async throws -> [Int] {
        var indices: [Int] = []
        for mailbox in mailboxes {
            let number = try await nextNumber(in: mailbox)
            var record = EventRecord(log: log, event: event, mailbox: mailbox, number: number, at: now)
            fill(&record)
            let bytes = try CanonicalJSON.encode(record)
            let salt = Salt.fresh(from: random)
            let commitment = Commitment.of(bytes, salt: salt)
            let index = state.edge.size
            batch.tiles.merge(state.edge.append(MerkleTree.leaf(commitment.bytes))) { $1 }
            batch.entries.append(
                StoredEntry(
                    index: index, mailbox: mailbox, number: number, commitment: commitment,
                    transmission: record.transmission, unit: record.unit, at: now,
                    isDirectoryHead: event == .directoryHead, scope: RecordScope(record), record: bytes, salt: salt))
            indices.append(index)
        }
        return indices
    }

    private mutating func nextNumber(in mailbox: Mailbox) async throws -> Int {
        let last: Int
        if let known = state.numbers[mailbox] {
            last = known
        } else {
            last = try await store.lastNumber(in: mailbox)
        }
        state.numbers[mailbox] = last + 1
        return last + 1
    }

    mutating func add(_ transmission: StoredTransmission, content: SubmittedContent) {
        batch.transmissions.append((transmission, content))
        transmissions[transmission.id] = transmission
    }

    mutating func put(_ delivery: StoredDelivery) async throws {
        var all = try await deliveries(of: delivery.transmission)
        all.removeAll { $0.unit == delivery.unit }
        deliveries[delivery.transmission] = all + [delivery]
        batch.deliveries.removeAll {
            $0.transmission == delivery.transmission && $0.unit == delivery.unit
        }
        batch.deliveries.append(delivery)
    }

    mutating func add(_ act: StoredAct) {
        batch.acts.append(act)
        acts[act.hash] = act
    }

    mutating func add(_ document: StoredDocument) {
        batch.documents.append(document)
        directoryChanged = true
    }

    /// Logs which directory documents are in force.
    mutating func recordDirectoryHead() async throws {
        guard let head = state.directory.head else { return }
        _ = try await record(.directoryHead, in: [.directory]) { $0.head = head }
        state.headAt = now
        directoryChanged = false
    }
}
