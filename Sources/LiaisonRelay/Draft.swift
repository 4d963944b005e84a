// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// What the sequencer knows of the store at one head.
struct RelayState: Sendable {
    var directory = Directory()
    var edge = TreeEdge()
    /// Last numbers of the mailboxes touched since the state was read.
    var numbers: [Mailbox: Int] = [:]
    /// When the latest DirectoryHead was logged.
    var headAt: Instant?
    /// When the last entry of another node was made: what follows is not dated before it.
    var notBefore: Instant = 0
    /// Where each roster in force stands in the log.
    var rosterEntries: [InstitutionID: Int] = [:]
    /// When it was last looked for units that nobody is left in; nil when it has to be done now, also for units that are gone.
    var readersCheckedAt: Instant?
    /// When all records that were due had been erased; nil when it has to be looked now.
    var recordsCheckedAt: Instant?
    /// Refusals of this minute, by agent.
    var refusals: [AgentAddress: RefusalCount] = [:]
    /// Inspections of this minute and hour, by agent; forgotten with the state, which is read anew only after a failure.
    var inspections: [AgentAddress: InspectionCount] = [:]
}

/// A batch being decided: the state as it will be, what will be written, and look-ups that see both the
/// store and what was decided earlier in the batch.
struct Draft {
    let log: String
    let now: Instant
    let store: any StoreFacts
    let random: RandomBytes
    var state: RelayState
    var batch = Batch()
    var directoryChanged = false
    /// Staged contents that this batch takes over.
    var consumed: Set<String> = []
    private var transmissions: [TransmissionID: StoredTransmission] = [:]
    private var deliveries: [TransmissionID: [StoredDelivery]] = [:]
    private var acts: [Hash: StoredAct] = [:]
    private let limits: UnopenedLimits
    private var unopened: [InstitutionID: UnopenedBytes] = [:]

    init(
        log: String, now: Instant, store: any StoreFacts, random: RandomBytes, state: RelayState,
        limits: UnopenedLimits = UnopenedLimits()
    ) {
        self.log = log
        self.now = now
        self.store = store
        self.random = random
        self.state = state
        self.limits = limits
    }

    // MARK: Reading

    func transmission(_ id: TransmissionID) throws -> StoredTransmission? {
        if let known = transmissions[id] { return known }
        return try store.transmission(id)
    }

    func deliveries(of id: TransmissionID) throws -> [StoredDelivery] {
        if let known = deliveries[id] { return known }
        return try store.deliveries(of: id)
    }

    func act(_ hash: Hash) throws -> StoredAct? {
        if let known = acts[hash] { return known }
        return try store.act(hash)
    }

    /// The acts that `author` has made on a delivery, in this batch as well.
    func acts(on delivery: DeliveryID, by author: AgentAddress) throws -> [StoredAct] {
        let here = acts.values.filter {
            $0.transmission == delivery.transmission && $0.unit == delivery.unit && $0.author == author
        }
        return try store.acts(on: delivery, by: author) + here.sorted { $0.entry < $1.entry }
    }

    /// How many bytes an agent may still leave unopened.
    mutating func room(for author: AgentAddress, _ urgency: Urgency) throws -> Int {
        let institution = author.institution
        if unopened[institution] == nil {
            var known = UnopenedBytes(try store.unopened(of: institution))
            for (agent, change) in batch.unopened where agent.institution == institution {
                known.add(change, of: agent)
            }
            unopened[institution] = known
        }
        return limits.room(besides: unopened[institution] ?? UnopenedBytes([:]), of: author, urgency)
    }

    // MARK: Writing

    /// Adds one entry for each of `mailboxes`; returns their indices in the same order.
    mutating func record(
        _ event: EventName, in mailboxes: [Mailbox], _ fill: (inout EventRecord) -> Void
    ) throws -> [Int] {
        var indices: [Int] = []
        for mailbox in mailboxes {
            let number = try nextNumber(in: mailbox)
            var record = EventRecord(log: log, event: event, mailbox: mailbox, number: number, at: now)
            fill(&record)
            let entry = try StoredEntry(record, at: state.edge.size, salt: .fresh(from: random))
            state.edge.append(MerkleTree.leaf(entry.commitment.bytes), full: &batch.tiles)
            batch.entries.append(entry)
            indices.append(entry.index)
        }
        return indices
    }

    private mutating func nextNumber(in mailbox: Mailbox) throws -> Int {
        let last: Int
        if let known = state.numbers[mailbox] {
            last = known
        } else {
            last = try store.lastNumber(in: mailbox)
        }
        state.numbers[mailbox] = last + 1
        return last + 1
    }

    mutating func add(_ transmission: StoredTransmission, content: SubmittedContent) {
        batch.transmissions.append((transmission, content))
        transmissions[transmission.id] = transmission
    }

    mutating func put(_ delivery: StoredDelivery) throws {
        var all = try deliveries(of: delivery.transmission)
        try count(delivery, insteadOf: all.first { $0.unit == delivery.unit })
        all.removeAll { $0.unit == delivery.unit }
        deliveries[delivery.transmission] = all + [delivery]
        batch.deliveries.removeAll {
            $0.transmission == delivery.transmission && $0.unit == delivery.unit
        }
        batch.deliveries.append(delivery)
    }

    /// What lies unopened of its author grows with a delivery, and shrinks when that is opened or ends.
    private mutating func count(_ delivery: StoredDelivery, insteadOf before: StoredDelivery?) throws {
        guard delivery.isUnopened != (before?.isUnopened ?? false),
            let transmission = try transmission(delivery.transmission)
        else { return }
        let change = delivery.isUnopened ? transmission.contentSize : -transmission.contentSize
        let sum = batch.unopened[transmission.author, default: 0] + change
        batch.unopened[transmission.author] = sum == 0 ? nil : sum
        unopened[transmission.author.institution]?.add(change, of: transmission.author)
    }

    mutating func add(_ act: StoredAct) {
        batch.acts.append(act)
        acts[act.hash] = act
    }

    mutating func add(_ document: StoredDocument) {
        batch.documents.append(document)
        directoryChanged = true
    }

    /// Decides every command in order; one that is refused leaves no trace but the refusal.
    mutating func performAll(_ commands: [CheckedCommand]) throws -> [Result<Outcome, Problem>] {
        let results = try commands.map { command -> Result<Outcome, Problem> in
            for id in command.command.subjects { try settle(id) }
            let size = batch.entries.count
            do {
                return .success(try perform(command))
            } catch var problem as Problem {
                // Decisions refuse before they write.
                guard batch.entries.count == size else { throw LogFailure.refusedInPart }
                problem.entry = try recordRefusal(of: command.command, problem)
                return .failure(problem)
            }
        }
        if directoryChanged { try recordDirectoryHead() }
        return results
    }

    /// Signs what was decided, to be written.
    ///
    /// - Parameter size: of the log before.
    mutating func finish(after size: Int, signer: NoteSigner) {
        guard state.edge.size > size else { return }
        batch.tiles.merge(state.edge.tiles(changedSince: size)) { $1 }
        let checkpoint = Checkpoint(origin: log, size: state.edge.size, root: state.edge.root)
        batch.checkpoint = checkpoint.signed(by: signer).note.serialized
    }

    /// Logs which directory documents are in force.
    mutating func recordDirectoryHead() throws {
        guard let head = state.directory.head else { return }
        _ = try record(.directoryHead, in: [.directory]) { $0.head = head }
        state.headAt = now
        directoryChanged = false
    }
}
