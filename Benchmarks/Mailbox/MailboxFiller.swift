// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonSealing
import LiaisonTestKit
import LiaisonWire

enum FillerFailure: Error { case notCommitted }

/// Puts transmissions between two units into a relay's store as its decisions would have left them: envelopes and acts are
/// signed by the agents, entries by the log, and everything verifies. Only the contents are none.
final class MailboxFiller {
    private let world: World
    private let (sender, recipient): (String, String)
    private let (from, to): (UnitAddress, UnitAddress)
    private let (author, reader): (AgentAddress, AgentAddress)
    private let (authorKey, readerKey): (NoteSigner, NoteSigner)
    private let convention: Hash
    private let head: Hash
    private var edge: TreeEdge
    private var size: Int
    private var numbers: [Mailbox: Int] = [:]
    private var batch = Batch()
    /// What waits for an answer.
    private var open: [(id: TransmissionID, envelope: Hash)] = []

    init(_ world: World, from sender: String, to recipient: String) async throws {
        self.world = world
        (self.sender, self.recipient) = (sender, recipient)
        (from, to) = (try Fixture.unit(sender), try Fixture.unit(recipient))
        (author, reader) = (try Fixture.agentName(of: sender), try Fixture.agentName(of: recipient))
        (authorKey, readerKey) = (try world.signer(sender), try world.signer(recipient))
        convention = try Fixture.unwrap(world.sequencer.directory.convention).hash
        head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin)).hash
        size = try await world.store.head()?.size ?? 0
        let tiles = try await world.store.tiles(Set(TreeEdge.needed(for: size)))
        edge = try Fixture.unwrap(TreeEdge(size: size, reading: tiles))
        for unit in [from, to] { numbers[.unit(unit)] = try await world.store.lastNumber(in: .unit(unit)) }
    }

    /// Adds transmissions that were opened and acknowledged.
    func addAnswered(_ count: Int) async throws {
        for start in stride(from: 0, to: count, by: 500) {
            for _ in start..<min(start + 500, count) { try submit() }
            try answer()
            try await commit()
        }
    }

    /// Answers what waits, then adds transmissions that wait.
    func addWaiting(_ count: Int) async throws -> [TransmissionID] {
        try answer()
        for _ in 0..<count { try submit() }
        try await commit()
        return open.map(\.id)
    }

    private func submit() throws {
        let id = TransmissionID.fresh()
        let routing = Routing(
            id: id, log: Fixture.origin, convention: convention, head: head, from: from, to: to, copies: [],
            kind: "referral", urgency: .routine, sealedAt: world.clock.now)
        let envelope = try Envelope(
            by: author, routing: routing, content: ContentReference(sha256: Hash.of([1]), size: 1),
            manifest: Hash.of("m")
        ).signed(by: authorKey)
        let entry = try record(.submissionAcceptance, in: from) { [author] in $0.agent = author }(id, envelope.hash)
        let due = world.clock.now + 86_400
        let consigned = try both(.contentConsignment, .available, id, envelope.hash) { [due] in
            $0.dueAt = due
        }
        batch.transmissions.append(
            (
                StoredTransmission(
                    id: id, hash: envelope.hash, from: from, author: author, envelope: envelope.note.serialized,
                    contentSize: 0, entry: entry), .inline([])
            ))
        batch.deliveries.append(
            StoredDelivery(
                transmission: id, unit: to, state: .available, dueAt: world.clock.now + 86_400,
                expiresAt: world.clock.now + 31 * 86_400, escalated: 0, nextStepAt: nil, entry: consigned))
        open.append((id, envelope.hash))
    }

    private func answer() throws {
        for (id, envelope) in open {
            for (kind, event, state) in [
                (Act.Kind.opened, EventName.contentHandover, DeliveryState.opened),
                (.acknowledged, .consignmentAcceptance, .acknowledged)
            ] {
                let act = try Act(
                    by: reader, log: Fixture.origin, convention: convention, head: head, transmission: id,
                    envelope: envelope, unit: to, act: kind, at: world.clock.now
                ).signed(by: readerKey)
                let entry = try both(event, state, id, envelope) { [reader] in
                    $0.act = act.hash
                    $0.agent = reader
                }
                batch.acts.append(
                    StoredAct(
                        hash: act.hash, transmission: id, unit: to, author: reader, kind: kind,
                        note: act.note.serialized, entry: entry))
            }
        }
        open = []
    }

    /// - Returns: the index of the entry in the recipient's mailbox.
    private func both(
        _ event: EventName, _ state: DeliveryState, _ id: TransmissionID, _ envelope: Hash,
        _ fill: @escaping (inout EventRecord) -> Void
    ) throws -> Int {
        let to = to
        func complete(_ record: inout EventRecord) {
            record.unit = to
            record.state = state
            fill(&record)
        }
        let index = try record(event, in: to, complete)(id, envelope)
        _ = try record(event, in: from, complete)(id, envelope)
        return index
    }

    private func record(
        _ event: EventName, in unit: UnitAddress, _ fill: @escaping (inout EventRecord) -> Void
    ) -> (TransmissionID, Hash) throws -> Int {
        { [self] id, envelope in
            let mailbox = Mailbox.unit(unit)
            let number = (numbers[mailbox] ?? 0) + 1
            numbers[mailbox] = number
            var record = EventRecord(
                log: Fixture.origin, event: event, mailbox: mailbox, number: number, at: world.clock.now)
            record.transmission = id
            record.envelope = envelope
            fill(&record)
            let bytes = try CanonicalJSON.encode(record)
            let salt = Salt.fresh()
            let commitment = Commitment.of(bytes, salt: salt)
            let index = edge.size
            batch.tiles.merge(edge.append(MerkleTree.leaf(commitment.bytes))) { $1 }
            batch.entries.append(
                StoredEntry(
                    index: index, mailbox: mailbox, number: number, commitment: commitment, transmission: id,
                    unit: record.unit, at: record.at, isDirectoryHead: false, scope: RecordScope(record), record: bytes,
                    salt: salt))
            return index
        }
    }

    private func commit() async throws {
        guard !batch.entries.isEmpty else { return }
        let checkpoint = Checkpoint(origin: Fixture.origin, size: edge.size, root: edge.root)
        batch.checkpoint = checkpoint.signed(by: try Fixture.signer(Fixture.origin)).note.serialized
        guard case .committed = await world.store.commit(expectedHead: size, batch) else {
            throw FillerFailure.notCommitted
        }
        size = edge.size
        batch = Batch()
    }
}
