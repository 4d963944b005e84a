// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit

/// Grows a relay's log to a size with what a busy département would have left in it: transmissions between many units,
/// opened, acknowledged, their contents erased. Everything is signed by the log's key and verifies.
struct LogFiller {
    static let units = 2000
    let store: any RelayStore
    let log: NoteSigner
    /// Instant of the first event; one transmission a second.
    let start: Instant
    /// The units whose agents read proofs.
    let sender: UnitAddress
    let recipient: UnitAddress

    /// Commits until the log has `size` entries; returns ids of transmissions of `sender`.
    func fill(to size: Int) async throws -> [TransmissionID] {
        var present = try await store.head()?.size ?? 0
        let tiles = try await store.tiles(Set(TreeEdge.needed(for: present)))
        guard var edge = TreeEdge(size: present, reading: tiles) else { throw LogFailure.tilesMissing }
        var numbers: [Mailbox: Int] = [:]
        var own: [TransmissionID] = []
        var serial = 0
        while present < size {
            var batch = Batch()
            for _ in 0..<700 {
                let isOwn = serial.isMultiple(of: 50)
                let from = isOwn ? sender : try unit(serial % Self.units)
                let to = isOwn ? recipient : try unit((serial * 7 + 1) % Self.units)
                let id = TransmissionID.fresh()
                if isOwn { own.append(id) }
                try await add(id, from, to, at: start + Seconds(serial), &batch, &edge, &numbers)
                serial += 1
            }
            let checkpoint = Checkpoint(origin: log.name, size: edge.size, root: edge.root)
            batch.checkpoint = checkpoint.signed(by: log).note.serialized
            try await store.commit(batch)
            present = edge.size
        }
        return own
    }

    private func unit(_ number: Int) throws -> UnitAddress { try Fixture.unit("u\(number)@i\(number % 100)") }

    private func add(
        _ id: TransmissionID, _ from: UnitAddress, _ to: UnitAddress, at instant: Instant, _ batch: inout Batch,
        _ edge: inout TreeEdge, _ numbers: inout [Mailbox: Int]
    ) async throws {
        let envelope = Hash.of(id.description)
        func record(
            _ event: EventName, in mailbox: UnitAddress, _ unit: UnitAddress?, _ state: DeliveryState?
        ) async throws -> Int {
            let mailbox = Mailbox.unit(mailbox)
            if numbers[mailbox] == nil { numbers[mailbox] = try await store.end(of: mailbox)?.number ?? 0 }
            numbers[mailbox, default: 0] += 1
            var record = EventRecord(
                log: log.name, event: event, mailbox: mailbox, number: numbers[mailbox] ?? 0, at: instant)
            (record.transmission, record.envelope, record.unit, record.state) = (id, envelope, unit, state)
            if event == .contentHandover || event == .consignmentAcceptance { record.act = envelope }
            if event == .contentConsignment { record.dueAt = instant }
            if event == .erasure { record.code = "retention" }
            let entry = try StoredEntry(record, at: edge.size, salt: .fresh())
            batch.tiles.merge(edge.append(MerkleTree.leaf(entry.commitment.bytes))) { $1 }
            batch.entries.append(entry)
            return entry.index
        }
        let entry = try await record(.submissionAcceptance, in: from, nil, nil)
        var consigned = 0
        for (event, state) in [
            (EventName.contentConsignment, DeliveryState.available), (.contentHandover, .opened),
            (.consignmentAcceptance, .acknowledged), (.erasure, .acknowledged)
        ] {
            let index = try await record(event, in: to, to, state)
            if event == .contentConsignment { consigned = index }
            _ = try await record(event, in: from, to, state)
        }
        let author = try Fixture.agent("d-01@\(from.institution)")
        batch.transmissions.append(
            (
                StoredTransmission(
                    id: id, hash: envelope, from: from, author: author, envelope: "liaison/envelope/v1\n{}\n",
                    contentSize: 0,
                    entry: entry), .inline([])
            ))
        batch.deliveries.append(
            StoredDelivery(
                transmission: id, unit: to, state: .acknowledged, dueAt: instant, expiresAt: instant, isErased: true,
                escalated: 0, nextStepAt: nil, entry: consigned))
        batch.erased.append(DeliveryID(transmission: id, unit: to))
    }
}
