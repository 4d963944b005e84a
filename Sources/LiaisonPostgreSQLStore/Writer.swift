// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay

/// Writes the rows of a batch: one statement for each table, all in one round, after one that asks for keys.
struct Writer {
    let connection: Connection
    /// Entries of the log when the transaction began.
    let size: Int

    func write(_ batch: Batch) throws {
        // What follows needs the rows that these have written.
        let (keys, contents) = try prepare(batch)
        var statements = try entries(batch.entries, keys)
        statements += tiles(batch.tiles) + documents(batch.documents, writtenAt: size)
        statements += transmissions(batch.transmissions.map(\.row), contents)
        statements += deliveries(batch.deliveries) + acts(batch.acts) + others(batch)
        if let last = batch.entries.last {
            guard batch.entries[0].index == size else { throw PostgreSQLFailure.headMoved }
            statements.append(
                Statement(
                    "INSERT INTO checkpoints (size, note) VALUES ($1, $2)",
                    [.int(last.index + 1), .text(batch.checkpoint)]))
        }
        if !statements.isEmpty { _ = try connection.pipeline(statements) }
        try change(batch)
        if let last = batch.entries.last { try moveHead(to: last.index + 1) }
    }

    /// The lock lets nobody else append; should it ever fail, this does not.
    private func moveHead(to end: Int) throws {
        let answers = try connection.pipeline([
            Statement("UPDATE head SET size = $1 WHERE size = $2", [.int(end), .int(size)]),
            Statement("SELECT pg_notify('\(Schema.channel)', '')")
        ])
        guard answers[0].changed == 1 else { throw PostgreSQLFailure.headMoved }
    }

    // MARK: Keys and contents

    /// Keys for the records, and the rows of the contents that come with the batch.
    private func prepare(_ batch: Batch) throws -> (keys: [String: SymmetricKey], contents: [Int]) {
        guard !batch.entries.isEmpty else { return ([:], []) }
        var scopes: [String: RecordScope] = [:]
        for entry in batch.entries { scopes[entry.scope.name] = entry.scope }
        let inline = batch.transmissions.compactMap { _, content -> [UInt8]? in
            if case .inline(let bytes) = content { bytes } else { nil }
        }
        let answers = try connection.pipeline([
            Statement(RecordCipher.query, [.texts(Array(scopes.keys))]),
            Statement("SELECT nextval('content_ids') AS id FROM generate_series(1, $1::bigint)", [.int(inline.count)])
        ])
        var keys = try RecordCipher.keys(in: answers[0])
        try touch(scopes.values.filter { keys[$0.name] != nil && $0 != .kept }, at: batch.entries[0].at)
        let fresh = scopes.values.filter { keys[$0.name] == nil }
        for scope in fresh { keys[scope.name] = SymmetricKey(size: .bits256) }
        try connection.query(
            """
            INSERT INTO record_keys (scope, key, transmission, last_at)
            SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bigint[])
            """,
            [
                .texts(fresh.map(\.name)), .byteStrings(fresh.map { keys[$0.name]?.withUnsafeBytes(Array.init) }),
                .texts(fresh.map { $0.transmission?.description }),
                .ints(fresh.map { $0 == .kept ? nil : batch.entries[0].at.rawValue })
            ])
        var ids = try answers[1].map { row -> Int in try row("id") }[...]
        try ChunkTable(connection: connection).create(Array(zip(ids, inline)))
        let contents = try batch.transmissions.map { _, content -> Int in
            switch content {
            case .inline: return ids.removeFirst()
            case .staged(let digest, let owner): return try takeStaged(digest, owner: owner)
            }
        }
        return (keys, contents)
    }

    private func touch(_ scopes: [RecordScope], at instant: Instant) throws {
        guard !scopes.isEmpty else { return }
        try connection.query(
            "UPDATE record_keys SET last_at = $1 WHERE scope = ANY ($2)",
            [.instant(instant), .texts(scopes.map(\.name))])
    }

    private func takeStaged(_ digest: Hash, owner: AgentAddress) throws -> Int {
        let taken = try connection.query(
            "DELETE FROM staged WHERE owner = $1 AND digest = $2 AND complete RETURNING content",
            [.text(owner), .hash(digest)])
        guard let row = taken.first else { throw PostgreSQLFailure.stagedContentMissing }
        return try row("content")
    }

    // MARK: Rows

    private func entries(_ entries: [StoredEntry], _ keys: [String: SymmetricKey]) throws -> [Statement] {
        guard !entries.isEmpty else { return [] }
        let sealed = try entries.map { entry in
            guard let key = keys[entry.scope.name] else { throw PostgreSQLFailure.damagedRow("record_keys") }
            return try RecordCipher.seal(entry, by: key)
        }
        return [
            Statement(
                """
                INSERT INTO entries ("index", mailbox, number, commitment, transmission, unit, at, head, scope, sealed)
                SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[], $5::text[], $6::text[],
                    $7::bigint[], $8::bytea[], $9::text[], $10::bytea[])
                """,
                [
                    .ints(entries.map(\.index)), .texts(entries.map(\.mailbox.description)),
                    .ints(entries.map(\.number)), .byteStrings(entries.map(\.commitment.bytes)),
                    .texts(entries.map { $0.transmission?.description }), .texts(entries.map { $0.unit?.description }),
                    .ints(entries.map(\.at.rawValue)),
                    .byteStrings(entries.map { $0.isDirectoryHead ? Hash.of($0.record).bytes : nil }),
                    .texts(entries.map { $0.scope.transmission == nil ? $0.scope.name : nil }), .byteStrings(sealed)
                ])
        ]
    }

    private func tiles(_ tiles: [TileID: Tile]) -> [Statement] {
        guard !tiles.isEmpty else { return [] }
        let tiles = Array(tiles)
        return [
            Statement(
                """
                INSERT INTO tiles (level, "index", hashes) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
                ON CONFLICT (level, "index") DO UPDATE SET hashes = excluded.hashes
                """,
                [
                    .ints(tiles.map(\.key.level)), .ints(tiles.map(\.key.index)),
                    .byteStrings(tiles.map(\.value.bytes))
                ])
        ]
    }

    /// A document already there gains signatures only: its text, and so its hash, is the same.
    func documents(_ documents: [StoredDocument], writtenAt size: Int) -> [Statement] {
        documents.map { document in
            Statement(
                """
                INSERT INTO documents (hash, kind, subject, version, note, entry, at, institution, written)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (hash) DO UPDATE SET note = excluded.note, written = excluded.written
                """,
                [
                    .hash(document.hash), .text(document.kind.rawValue), .text(document.subject),
                    .int(document.version), .text(document.note), .int(document.entry), .instant(document.at),
                    .text(document.institution?.description), .int(size)
                ])
        }
    }

    private func transmissions(_ rows: [StoredTransmission], _ contents: [Int]) -> [Statement] {
        guard !rows.isEmpty else { return [] }
        return [
            Statement(
                """
                INSERT INTO transmissions (id, hash, sender, author, envelope, content_size, content, entry)
                SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                    $7::bigint[], $8::bigint[])
                """,
                [
                    .texts(rows.map(\.id.description)), .byteStrings(rows.map(\.hash.bytes)),
                    .texts(rows.map(\.from.description)), .texts(rows.map(\.author.description)),
                    .texts(rows.map(\.envelope)), .ints(rows.map(\.contentSize)), .ints(contents),
                    .ints(rows.map(\.entry))
                ])
        ]
    }

    private func deliveries(_ rows: [StoredDelivery]) -> [Statement] {
        guard !rows.isEmpty else { return [] }
        return [
            Statement(
                """
                INSERT INTO deliveries (transmission, unit, state, due_at, expires_at, notified, erased, standby_called,
                    unattended, escalated, next_step_at, entry, urgency)
                SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[],
                    $7::boolean[], $8::boolean[], $9::boolean[], $10::bigint[], $11::bigint[], $12::bigint[],
                    $13::bigint[])
                ON CONFLICT (transmission, unit) DO UPDATE SET state = excluded.state, notified = excluded.notified,
                    erased = excluded.erased, standby_called = excluded.standby_called,
                    unattended = excluded.unattended, escalated = excluded.escalated,
                    next_step_at = excluded.next_step_at
                """,
                [
                    .texts(rows.map(\.transmission.description)), .texts(rows.map(\.unit.description)),
                    .texts(rows.map(\.state.rawValue)), .ints(rows.map(\.dueAt.rawValue)),
                    .ints(rows.map(\.expiresAt.rawValue)), .flags(rows.map(\.isNotified)),
                    .flags(rows.map(\.isErased)), .flags(rows.map(\.isStandbyCalled)),
                    .flags(rows.map(\.isUnattended)), .ints(rows.map(\.escalated)),
                    .ints(rows.map(\.nextStepAt?.rawValue)), .ints(rows.map(\.entry)),
                    .ints(rows.map { Urgency.allCases.firstIndex(of: $0.urgency) })
                ])
        ]
    }

    private func acts(_ rows: [StoredAct]) -> [Statement] {
        guard !rows.isEmpty else { return [] }
        return [
            Statement(
                """
                INSERT INTO acts (hash, transmission, unit, author, kind, note, entry)
                SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                    $7::bigint[])
                """,
                [
                    .byteStrings(rows.map(\.hash.bytes)), .texts(rows.map(\.transmission.description)),
                    .texts(rows.map(\.unit.description)), .texts(rows.map(\.author.description)),
                    .texts(rows.map(\.kind.rawValue)), .texts(rows.map(\.note)), .ints(rows.map(\.entry))
                ])
        ]
    }

    private func others(_ batch: Batch) -> [Statement] {
        var statements = batch.inspections.map { inspection in
            Statement(
                "INSERT INTO inspections (hash, note, entry) VALUES ($1, $2, $3)",
                [.hash(inspection.hash), .text(inspection.note), .int(inspection.entry)])
        }
        let unopened = Array(batch.unopened)
        if !unopened.isEmpty {
            statements.append(
                Statement(
                    """
                    INSERT INTO unopened (institution, agent, bytes) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
                    ON CONFLICT (institution, agent) DO UPDATE SET bytes = unopened.bytes + excluded.bytes
                    """,
                    [
                        .texts(unopened.map(\.key.institution.description)), .texts(unopened.map(\.key.description)),
                        .ints(unopened.map(\.value))
                    ]))
        }
        if let configuration = batch.configuration {
            statements.append(
                Statement(
                    "INSERT INTO configuration (id, hash) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET hash = $1",
                    [.hash(configuration)]))
        }
        return statements
    }

    // MARK: Changes

    /// What takes something away: rare beside what is added.
    private func change(_ batch: Batch) throws {
        for transfer in batch.transfers {
            try replaceContent(
                of: transfer.transmission, for: transfer.unit,
                by: try takeStaged(transfer.content, owner: transfer.owner))
        }
        for delivery in batch.erased { try eraseContent(of: delivery) }
        try erase(batch.erasedRecords)
    }

    private func replaceContent(of id: TransmissionID, for unit: UnitAddress, by content: Int) throws {
        let old = try ownContent(of: id, for: unit)
        try connection.query(
            "UPDATE deliveries SET content = $1 WHERE transmission = $2 AND unit = $3",
            [.int(content), .text(id), .text(unit)])
        if let old { try ChunkTable(connection: connection).discard([old]) }
    }

    private func ownContent(of id: TransmissionID, for unit: UnitAddress) throws -> Int? {
        try connection.query(
            "SELECT content FROM deliveries WHERE transmission = $1 AND unit = $2", [.text(id), .text(unit)]
        ).first.flatMap { try $0("content") }
    }

    /// A unit's own content goes at once; the one that all share, when none of them may have it any more.
    private func eraseContent(of delivery: DeliveryID) throws {
        let (id, table) = (delivery.transmission, ChunkTable(connection: connection))
        let own = try ownContent(of: id, for: delivery.unit)
        try connection.query(
            "UPDATE deliveries SET content = NULL, erased = TRUE WHERE transmission = $1 AND unit = $2",
            [.text(id), .text(delivery.unit)])
        if let own { try table.discard([own]) }
        let shared: [Int] = try connection.query(
            """
            SELECT content FROM transmissions WHERE id = $1 AND content IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM deliveries WHERE transmission = $1 AND NOT erased)
            """, [.text(id)]
        ).map { try $0("content") }
        guard !shared.isEmpty else { return }
        try connection.query("UPDATE transmissions SET content = NULL WHERE id = $1", [.text(id)])
        try table.discard(shared)
    }

    /// Keys, records, envelope and acts go; entry, mailbox, number and index stay. All at once: nobody else commits meanwhile.
    private func erase(_ all: [ErasableRecords]) throws {
        guard !all.isEmpty else { return }
        let ids = Parameter.texts(all.compactMap(\.scope.transmission?.description))
        let scopes = Parameter.texts(all.filter { $0.scope.transmission == nil }.map(\.scope.name))
        let forget = "UPDATE entries SET sealed = NULL, transmission = NULL, unit = NULL, scope = NULL"
        _ = try connection.pipeline([
            Statement("\(forget) WHERE transmission = ANY ($1) AND scope IS NULL", [ids]),
            Statement("\(forget) WHERE scope = ANY ($1) AND scope <> 'kept'", [scopes]),
            .deletingKeys(in: "record_keys", where: "transmission = ANY ($1)", [ids]),
            .deletingKeys(in: "record_keys", where: "scope = ANY ($1)", [scopes]),
            Statement("DELETE FROM acts WHERE transmission = ANY ($1)", [ids]),
            Statement("DELETE FROM deliveries WHERE transmission = ANY ($1)", [ids]),
            Statement("DELETE FROM transmissions WHERE id = ANY ($1)", [ids]),
            Statement(
                "DELETE FROM inspections WHERE entry = ANY ($1)",
                [.ints(all.flatMap { $0.entries.values.flatMap(\.self) })])
        ])
    }
}
