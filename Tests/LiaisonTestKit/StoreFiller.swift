// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
package import LiaisonModel
package import LiaisonNotes
package import LiaisonRelay
import LiaisonSealing
import LiaisonWire

/// Puts transmissions between two units into a relay's store as its decisions would have left them: envelopes and acts are
/// signed by the agents, entries by the log, and everything verifies. Only the contents are none, or any bytes.
package final class StoreFiller {

    /// One end of a transmission.
    package struct Party {
        let unit: UnitAddress
        let agent: AgentAddress
        let key: NoteSigner

        package init(unit: UnitAddress, agent: AgentAddress, key: NoteSigner) {
            self.unit = unit
            self.agent = agent
            self.key = key
        }
    }

    private let store: any RelayStore
    private let log: NoteSigner
    private let convention: Hash
    private let content: [UInt8]
    private var edge = TreeEdge()
    private var numbers: [Mailbox: Int] = [:]
    private var batch = Batch()
    /// What waits for an answer.
    private var open: [(id: TransmissionID, envelope: Hash, from: Party, to: Party)] = []

    /// - Parameters:
    ///   - log: what signs the log of this store.
    ///   - contentSize: bytes of each content.
    package init(store: any RelayStore, log: NoteSigner, convention: Hash, contentSize: Int = 0) {
        self.store = store
        self.log = log
        self.convention = convention
        content = [UInt8](repeating: 1, count: contentSize)
    }

    /// Goes on where the store stands: whenever somebody else has written to it.
    package func load() async throws {
        let size = try await store.head()?.size ?? 0
        let tiles = try await store.tiles(Set(TreeEdge.needed(for: size)))
        edge = try Fixture.unwrap(TreeEdge(size: size, reading: tiles))
        numbers = [:]
    }

    /// Adds transmissions that were opened and acknowledged.
    package func addAnswered(_ count: Int, head: Hash, at now: Instant, from: Party, to: Party) async throws {
        try await prepare([from, to])
        for start in stride(from: 0, to: count, by: 500) {
            for _ in start..<min(start + 500, count) { try submit(head, now, from, to) }
            try answer(head, now)
            try await commit()
        }
    }

    /// Answers what waits, then adds transmissions that wait.
    ///
    /// - Parameter end: when they fall due and their retention ends; later than anybody looks when nil.
    package func addWaiting(
        _ count: Int, head: Hash, at now: Instant, from: Party, to: Party, until end: Instant? = nil
    ) async throws -> [TransmissionID] {
        try await prepare([from, to])
        try answer(head, now)
        for _ in 0..<count { try submit(head, now, from, to, until: end) }
        try await commit()
        return open.map(\.id)
    }

    private func prepare(_ parties: [Party]) async throws {
        for party in parties where numbers[.unit(party.unit)] == nil {
            numbers[.unit(party.unit)] = try await store.end(of: .unit(party.unit))?.number ?? 0
        }
    }

    private func submit(
        _ head: Hash, _ now: Instant, _ from: Party, _ to: Party, until end: Instant? = nil
    ) throws {
        let id = TransmissionID.fresh()
        let routing = Routing(
            id: id, log: log.name, convention: convention, head: head, from: from.unit, to: to.unit, copies: [],
            kind: "referral", urgency: .routine, sealedAt: now)
        let envelope = try Envelope(
            by: from.agent, routing: routing, content: ContentReference(sha256: Hash.of([1]), size: 1),
            manifest: Hash.of("m")
        ).signed(by: from.key)
        let place = Place(id: id, envelope: envelope.hash, to: to.unit, at: now)
        let entry = try record(.submissionAcceptance, in: from.unit, place) { $0.agent = from.agent }
        let due = end ?? now + .days(1)
        let consigned = try both(.contentConsignment, .available, from.unit, place) { $0.dueAt = due }
        batch.transmissions.append(
            (
                StoredTransmission(
                    id: id, hash: envelope.hash, from: from.unit, author: from.agent,
                    envelope: envelope.note.serialized, contentSize: content.count, entry: entry), .inline(content)
            ))
        batch.deliveries.append(
            StoredDelivery(
                transmission: id, unit: to.unit, state: .available, dueAt: due, expiresAt: end ?? now + .days(31),
                escalated: 0, nextStepAt: end, entry: consigned))
        open.append((id, envelope.hash, from, to))
        batch.unopened[from.agent, default: 0] += content.count
    }

    private func answer(_ head: Hash, _ now: Instant) throws {
        for (id, envelope, from, to) in open {
            batch.unopened[from.agent, default: 0] -= content.count
            var entry = 0
            for (kind, event, state) in [
                (Act.Kind.opened, EventName.contentHandover, DeliveryState.opened),
                (.acknowledged, .consignmentAcceptance, .acknowledged)
            ] {
                let act = try Act(
                    by: to.agent, log: log.name, convention: convention, head: head, transmission: id,
                    envelope: envelope, unit: to.unit, act: kind, at: now
                ).signed(by: to.key)
                let place = Place(id: id, envelope: envelope, to: to.unit, at: now)
                entry = try both(event, state, from.unit, place) {
                    $0.act = act.hash
                    $0.agent = to.agent
                }
                batch.acts.append(
                    StoredAct(
                        hash: act.hash, transmission: id, unit: to.unit, author: to.agent, kind: kind,
                        note: act.note.serialized, entry: entry))
            }
        }
        open = []
    }

    /// What the entries of one delivery share.
    private struct Place {
        let id: TransmissionID
        let envelope: Hash
        let to: UnitAddress
        let at: Instant
    }

    /// - Returns: the index of the entry in the recipient's mailbox.
    private func both(
        _ event: EventName, _ state: DeliveryState, _ from: UnitAddress, _ place: Place,
        _ fill: (inout EventRecord) -> Void
    ) throws -> Int {
        func complete(_ record: inout EventRecord) {
            record.unit = place.to
            record.state = state
            fill(&record)
        }
        let index = try record(event, in: place.to, place, complete)
        _ = try record(event, in: from, place, complete)
        return index
    }

    private func record(
        _ event: EventName, in unit: UnitAddress, _ place: Place, _ fill: (inout EventRecord) -> Void
    ) throws -> Int {
        let mailbox = Mailbox.unit(unit)
        let number = (numbers[mailbox] ?? 0) + 1
        numbers[mailbox] = number
        var record = EventRecord(log: log.name, event: event, mailbox: mailbox, number: number, at: place.at)
        record.transmission = place.id
        record.envelope = place.envelope
        fill(&record)
        let entry = try StoredEntry(record, at: edge.size, salt: .fresh())
        batch.tiles.merge(edge.append(MerkleTree.leaf(entry.commitment.bytes))) { $1 }
        batch.entries.append(entry)
        return entry.index
    }

    private func commit() async throws {
        guard !batch.entries.isEmpty else { return }
        batch.unopened = batch.unopened.filter { $0.value != 0 }
        let checkpoint = Checkpoint(origin: log.name, size: edge.size, root: edge.root)
        batch.checkpoint = checkpoint.signed(by: log).note.serialized
        try await store.commit(batch)
        batch = Batch()
    }
}

extension RelayStore {
    /// Writes a batch that was decided elsewhere.
    package func commit(_ batch: Batch) async throws { try await commit { _ in (batch, ()) } }

    /// All entries on a transmission in some mailboxes.
    package func entries(on id: TransmissionID, in mailboxes: [Mailbox]) async throws -> [StoredEntry] {
        try await entries(on: id, in: mailboxes, from: 0, limit: .max)
    }

    /// The acts behind all events of a transmission, in order of their entries.
    package func acts(on id: TransmissionID) async throws -> [StoredAct] {
        var hashes: Set<Hash> = []
        for index in 0..<(try await head()?.size ?? 0) {
            guard let entry = try await entry(index), entry.transmission == id else { continue }
            let record = try CanonicalJSON.decode(EventRecord.self, from: entry.record)
            if !record.event.isRefusal, let act = record.act { hashes.insert(act) }
        }
        return try await acts(hashes)
    }
}
