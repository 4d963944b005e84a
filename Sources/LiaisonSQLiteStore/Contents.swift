// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonModel
public import LiaisonNotes
import LiaisonRelay

/// Sealed contents as rows of 256 KiB, so that none is ever whole in memory.
struct ChunkTable {
    static let chunkSize = 256 << 10
    let database: Database

    func create(_ bytes: [UInt8]) throws -> Int64 {
        try database.cachedStatement(sql: "INSERT INTO contents (size) VALUES (0)").execute()
        let id = database.lastInsertedRowID
        try append(bytes, to: id, size: 0)
        return id
    }

    /// Takes a content out of everybody's reach; `deleteDiscarded` deletes it. A commit may discard any number of them, and to
    /// zero their pages would hold up whoever waits behind it.
    func discard(_ id: Int64) throws {
        try database.cachedStatement(sql: "INSERT INTO discarded (content) VALUES (?)").execute(arguments: [id])
    }

    /// Chunks that one transaction deletes, 16 MiB: their pages are zeroed, and others wait for it.
    static let chunksAtOnce = 64
    /// Contents that one transaction deletes: some have no chunk.
    private static let contentsAtOnce = 256

    /// Deletes some of what was discarded.
    ///
    /// - Returns: whether something may be left.
    func deleteDiscarded() throws -> Bool {
        let ids = try Int64.fetchAll(
            database, sql: "SELECT content FROM discarded LIMIT ?", arguments: [Self.contentsAtOnce])
        var room = Self.chunksAtOnce
        for id in ids {
            try database.cachedStatement(
                sql: """
                    DELETE FROM chunks WHERE content = :id AND position IN
                        (SELECT position FROM chunks WHERE content = :id ORDER BY position LIMIT :limit)
                    """
            ).execute(arguments: ["id": id, "limit": room])
            room -= database.changesCount
            guard room > 0 else { break }
            for sql in ["DELETE FROM discarded WHERE content = ?", "DELETE FROM contents WHERE id = ?"] {
                try database.cachedStatement(sql: sql).execute(arguments: [id])
            }
        }
        return !ids.isEmpty
    }

    /// Goes on where the content ends: fills the last row, then adds rows.
    func append(_ bytes: [UInt8], to id: Int64, size: Int) throws {
        var rest = bytes[...]
        var size = size
        while !rest.isEmpty {
            let room = Self.chunkSize - size % Self.chunkSize
            let piece = rest.prefix(room)
            try database.cachedStatement(
                sql: """
                    INSERT INTO chunks (content, position, bytes) VALUES (?, ?, ?)
                    ON CONFLICT (content, position) DO UPDATE SET bytes = CAST(bytes || excluded.bytes AS BLOB)
                    """
            ).execute(arguments: [id, size / Self.chunkSize, Data(piece)])
            size += piece.count
            rest = rest.dropFirst(piece.count)
        }
        try database.cachedStatement(sql: "UPDATE contents SET size = ? WHERE id = ?")
            .execute(arguments: [size, id])
    }
}

extension SQLiteRelayStore {
    /// The content row of one unit's delivery: its own after a transfer, otherwise the one that all recipients share; none
    /// once it is erased for this unit.
    private static let contentOfUnit = """
        (SELECT coalesce(d.content, t.content) FROM deliveries AS d JOIN transmissions AS t ON t.id = d.transmission
            WHERE d.transmission = :id AND d.unit = :unit AND d.erased = 0)
        """

    public func contentSize(of id: TransmissionID, for unit: UnitAddress) async throws -> Int? {
        try await pool.read { database in
            try Int.fetchOne(
                database, sql: "SELECT size FROM contents WHERE id = \(Self.contentOfUnit)",
                arguments: ["id": id.description, "unit": unit.description])
        }
    }

    public func content(
        of id: TransmissionID, for unit: UnitAddress, from offset: Int, count: Int
    ) async throws -> [UInt8] {
        let first = offset / ChunkTable.chunkSize
        let last = (offset + count - 1) / ChunkTable.chunkSize
        let rows = try await pool.read { database in
            try Data.fetchAll(
                database,
                sql: """
                    SELECT bytes FROM chunks WHERE position BETWEEN :first AND :last AND content = \(Self.contentOfUnit)
                    ORDER BY position
                    """,
                arguments: ["first": first, "last": last, "id": id.description, "unit": unit.description])
        }
        var segment: [UInt8] = []
        segment.reserveCapacity(count)
        var skip = offset - first * ChunkTable.chunkSize
        for row in rows {
            segment += row.dropFirst(skip).prefix(count - segment.count)
            skip = max(0, skip - row.count)
        }
        return segment
    }

    public func stagedSize(_ digest: Hash, owner: AgentAddress) async throws -> Int {
        try await pool.read { try Self.staged(digest, owner, $0)?.size ?? 0 }
    }

    static func staged(
        _ digest: Hash, _ owner: AgentAddress, _ database: Database
    ) throws -> (content: Int64, size: Int, complete: Bool)? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT content, size, complete FROM staged JOIN contents ON contents.id = staged.content
                WHERE owner = ? AND digest = ?
                """,
            arguments: [owner.description, Data(digest.bytes)]
        ).map { ($0["content"], $0["size"], $0["complete"]) }
    }

    public func stage(
        _ bytes: [UInt8], of digest: Hash, owner: AgentAddress, at offset: Int, now: Instant
    ) async throws -> Bool {
        try await writeMuch { database in
            let table = ChunkTable(database: database)
            if let staged = try Self.staged(digest, owner, database) {
                guard staged.size == offset, !staged.complete else { return false }
                try table.append(bytes, to: staged.content, size: staged.size)
                try database.execute(
                    sql: "UPDATE staged SET at = ? WHERE owner = ? AND digest = ?",
                    arguments: [now, owner.description, Data(digest.bytes)])
            } else {
                guard offset == 0 else { return false }
                try database.execute(
                    sql: "INSERT INTO staged (owner, digest, content, at) VALUES (?, ?, ?, ?)",
                    arguments: [owner.description, Data(digest.bytes), try table.create(bytes), now])
            }
            return true
        }
    }

    public func stagedSize(of owner: AgentAddress) async throws -> Int {
        try await pool.read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT sum(size) FROM staged JOIN contents ON contents.id = staged.content WHERE owner = ?",
                arguments: [owner.description]) ?? 0
        }
    }

    /// Hashes what is staged, row by row; what matches is closed to further bytes, the rest dropped.
    public func closeStaged(_ digest: Hash, owner: AgentAddress) async throws -> ContentReference? {
        guard let staged = try await pool.read({ try Self.staged(digest, owner, $0) }) else { return nil }
        guard !staged.complete else { return ContentReference(sha256: digest, size: staged.size) }
        var hasher = StreamingDigest()
        var position = 0
        while let bytes = try await chunk(position, content: staged.content) {
            hasher.update(bytes)
            position += 1
        }
        let found = hasher.reference
        return try await pool.write { database in
            guard let current = try Self.staged(digest, owner, database), current.content == staged.content,
                current.size == found.size
            else { return nil }
            if found.sha256 == digest {
                try database.execute(
                    sql: "UPDATE staged SET complete = 1 WHERE owner = ? AND digest = ?",
                    arguments: [owner.description, Data(digest.bytes)])
            } else {
                try Self.drop(where: "owner = ? AND digest = ?", [owner.description, Data(digest.bytes)], database)
            }
            return found
        }
    }

    private func chunk(_ position: Int, content: Int64) async throws -> Data? {
        try await pool.read { database in
            try Data.fetchOne(
                database, sql: "SELECT bytes FROM chunks WHERE content = ? AND position = ?",
                arguments: [content, position])
        }
    }

    public func dropStaged(before instant: Instant) async throws {
        while try await writeMuch({ database in
            try Self.drop(
                where: "(owner, digest) IN (SELECT owner, digest FROM staged WHERE at < ? LIMIT 64)", [instant],
                database)
        }) > 0 {}
    }

    /// - Returns: how many were dropped.
    @discardableResult
    private static func drop(
        where condition: String, _ arguments: StatementArguments, _ database: Database
    ) throws -> Int {
        let contents = try Int64.fetchAll(
            database, sql: "DELETE FROM staged WHERE \(condition) RETURNING content", arguments: arguments)
        for content in contents { try ChunkTable(database: database).discard(content) }
        return contents.count
    }
}
