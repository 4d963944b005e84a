// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
public import LiaisonRelay

extension SQLiteRelayStore {
    /// One transaction for the whole batch; SQLite has it on disk when this returns.
    public func commit<Value: Sendable>(
        _ decide: @Sendable (any StoreFacts) throws -> (batch: Batch, value: Value)
    ) async throws -> Value {
        defer { checkpoints.committed() }
        return try await withoutActuallyEscaping(decide) { decide in
            try await pool.write { database in
                let size = try Self.head(database)?.size ?? 0
                let (batch, value) = try decide(SQLiteFacts(database: database))
                guard batch.entries.first.map({ $0.index == size }) ?? true else { throw Failure.headMoved }
                try Writer(database: database).write(batch)
                return value
            }
        }
    }

    public func read<Value: Sendable>(
        _ body: @Sendable (any StoreFacts) throws -> Value
    ) async throws -> Value {
        try await withoutActuallyEscaping(body) { body in
            try await pool.read { try body(SQLiteFacts(database: $0)) }
        }
    }
}

/// Writes the rows of a batch, in the order in which they refer to each other.
struct Writer {
    let database: Database

    func write(_ batch: Batch) throws {
        var cipher = RecordCipher(database: database)
        for entry in batch.entries { try write(entry, sealed: cipher.encrypt(entry)) }
        for (id, tile) in batch.tiles {
            try run(
                "INSERT OR REPLACE INTO tiles (level, \"index\", hashes) VALUES (?, ?, ?)",
                [id.level, id.index, Data(tile.bytes)])
        }
        for document in batch.documents { try write(document) }
        for (row, content) in batch.transmissions { try write(row, content) }
        for delivery in batch.deliveries { try write(delivery) }
        for act in batch.acts { try write(act) }
        for transfer in batch.transfers {
            try replaceContent(
                of: transfer.transmission, for: transfer.unit,
                by: try takeStaged(transfer.content, owner: transfer.owner))
        }
        for delivery in batch.erased { try eraseContent(of: delivery) }
        for records in batch.erasedRecords { try erase(records) }
        for inspection in batch.inspections {
            try run(
                "INSERT INTO inspections (hash, note, entry) VALUES (?, ?, ?)",
                [Data(inspection.hash.bytes), inspection.note, inspection.entry])
        }
        for (agent, change) in batch.unopened {
            try run(
                """
                INSERT INTO unopened (institution, agent, bytes) VALUES (?, ?, ?)
                ON CONFLICT (institution, agent) DO UPDATE SET bytes = bytes + excluded.bytes
                """, [agent.institution.description, agent.description, change])
        }
        if let configuration = batch.configuration {
            try run("INSERT OR REPLACE INTO configuration (id, hash) VALUES (1, ?)", [Data(configuration.bytes)])
        }
        guard let last = batch.entries.last else { return }
        try run("INSERT INTO checkpoints (size, note) VALUES (?, ?)", [last.index + 1, batch.checkpoint])
    }

    private func write(_ entry: StoredEntry, sealed: Data) throws {
        try run(
            """
            INSERT INTO entries ("index", mailbox, number, commitment, transmission, unit, at, head, scope, sealed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.index, entry.mailbox.description, entry.number, Data(entry.commitment.bytes),
                entry.transmission?.description, entry.unit?.description, entry.at,
                entry.isDirectoryHead ? Data(Hash.of(entry.record).bytes) : nil,
                entry.scope.transmission == nil ? entry.scope.name : nil,
                sealed
            ])
    }

    /// A document already there gains signatures only: its text, and so its hash, is the same.
    private func write(_ document: StoredDocument) throws {
        try run(
            """
            INSERT INTO documents (hash, kind, subject, version, note, entry, at, institution)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (hash) DO UPDATE SET note = excluded.note
            """,
            [
                Data(document.hash.bytes), document.kind.rawValue, document.subject, document.version,
                document.note, document.entry, document.at, document.institution?.description
            ])
    }

    private func write(_ transmission: StoredTransmission, _ content: SubmittedContent) throws {
        let contentID: Int64
        switch content {
        case .inline(let bytes): contentID = try ChunkTable(database: database).create(bytes)
        case .staged(let digest, let owner): contentID = try takeStaged(digest, owner: owner)
        }
        try run(
            """
            INSERT INTO transmissions (id, hash, sender, author, envelope, content_size, content, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                transmission.id.description, Data(transmission.hash.bytes), transmission.from.description,
                transmission.author.description, transmission.envelope, transmission.contentSize, contentID,
                transmission.entry
            ])
    }

    private func takeStaged(_ digest: Hash, owner: AgentAddress) throws -> Int64 {
        let content = try Int64.fetchOne(
            database, sql: "DELETE FROM staged WHERE owner = ? AND digest = ? AND complete = 1 RETURNING content",
            arguments: [owner.description, Data(digest.bytes)])
        guard let content else { throw SQLiteRelayStore.Failure.stagedContentMissing }
        return content
    }

    private func replaceContent(of id: TransmissionID, for unit: UnitAddress, by content: Int64) throws {
        let old = try Int64.fetchOne(
            database, sql: "SELECT content FROM deliveries WHERE transmission = ? AND unit = ?",
            arguments: [id.description, unit.description])
        try run(
            "UPDATE deliveries SET content = ? WHERE transmission = ? AND unit = ?",
            [content, id.description, unit.description])
        if let old { try ChunkTable(database: database).discard(old) }
    }

    /// A unit's own content goes at once; the one that all share, when none of them may have it any more.
    private func eraseContent(of delivery: DeliveryID) throws {
        let id = delivery.transmission.description
        let own = try Int64.fetchOne(
            database, sql: "SELECT content FROM deliveries WHERE transmission = ? AND unit = ?",
            arguments: [id, delivery.unit.description])
        try run(
            "UPDATE deliveries SET content = NULL, erased = 1 WHERE transmission = ? AND unit = ?",
            [id, delivery.unit.description])
        if let own { try ChunkTable(database: database).discard(own) }
        guard
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM deliveries WHERE transmission = ? AND erased = 0",
                arguments: [id]) == 0,
            let shared = try Int64.fetchOne(
                database, sql: "SELECT content FROM transmissions WHERE id = ?", arguments: [id])
        else { return }
        try run("UPDATE transmissions SET content = NULL WHERE id = ?", [id])
        try ChunkTable(database: database).discard(shared)
    }

    /// Keys, records, envelope and acts go; entry, mailbox, number and index stay.
    private func erase(_ records: ErasableRecords) throws {
        let forget = "UPDATE entries SET sealed = NULL, transmission = NULL, unit = NULL, scope = NULL"
        if let id = records.scope.transmission?.description {
            try run("\(forget) WHERE transmission = ? AND scope IS NULL", [id])
            for table in ["record_keys", "acts", "deliveries"] {
                try run("DELETE FROM \(table) WHERE transmission = ?", [id])
            }
            try run("DELETE FROM transmissions WHERE id = ?", [id])
        } else {
            try run("\(forget) WHERE scope = ? AND scope <> 'kept'", [records.scope.name])
            try run("DELETE FROM record_keys WHERE scope = ?", [records.scope.name])
        }
        for entries in records.entries.values {
            for entry in entries { try run("DELETE FROM inspections WHERE entry = ?", [entry]) }
        }
    }

    private func write(_ delivery: StoredDelivery) throws {
        try run(
            """
            INSERT INTO deliveries
                (transmission, unit, state, due_at, expires_at, notified, erased, standby_called, unattended, escalated,
                next_step_at, entry, urgency)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (transmission, unit) DO UPDATE SET state = excluded.state, notified = excluded.notified,
                erased = excluded.erased, standby_called = excluded.standby_called, unattended = excluded.unattended,
                escalated = excluded.escalated, next_step_at = excluded.next_step_at
            """,
            [
                delivery.transmission.description, delivery.unit.description, delivery.state.rawValue,
                delivery.dueAt, delivery.expiresAt, delivery.isNotified, delivery.isErased,
                delivery.isStandbyCalled, delivery.isUnattended, delivery.escalated,
                delivery.nextStepAt, delivery.entry, Urgency.allCases.firstIndex(of: delivery.urgency)
            ])
    }

    private func write(_ act: StoredAct) throws {
        try run(
            "INSERT INTO acts (hash, transmission, unit, author, kind, note, entry) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                Data(act.hash.bytes), act.transmission.description, act.unit.description,
                act.author.description, act.kind.rawValue, act.note, act.entry
            ])
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
