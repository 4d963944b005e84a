// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
public import LiaisonModel
public import LiaisonNotes
import LiaisonRelay

/// Sealed contents as rows of 256 KiB, so that none is ever whole in memory.
///
/// The server keeps the bytes of deleted rows in its pages until others take their place. So each content is encrypted once
/// more under a key in a table of its own, which is small enough to be rewritten: with the key, the content is gone.
struct ChunkTable {
    static let chunkSize = 256 << 10
    /// Bytes that one statement brings.
    private static let statementSize = 8 << 20

    let connection: Connection

    /// - Parameter contents: each with a number that nobody has yet.
    func create(_ contents: [(id: Int, bytes: [UInt8])]) throws {
        guard !contents.isEmpty else { return }
        let keys = contents.map { _ in SymmetricKey(size: .bits256) }
        _ = try connection.pipeline([
            Statement(
                "INSERT INTO contents (id, size) SELECT * FROM unnest($1::bigint[], $2::bigint[])",
                [.ints(contents.map(\.id)), .ints(contents.map(\.bytes.count))]),
            Statement(
                "INSERT INTO content_keys (content, key) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
                [.ints(contents.map(\.id)), .byteStrings(keys.map { $0.withUnsafeBytes(Array.init) })])
        ])
        var rows: [(content: Int, position: Int, bytes: [UInt8])] = []
        var size = 0
        for (content, key) in zip(contents, keys) {
            for (position, piece) in pieces(of: content.bytes).enumerated() {
                rows.append((content.id, position, try seal(piece, key, content.id, position)))
                size += piece.count
                if size >= Self.statementSize {
                    try insert(rows)
                    (rows, size) = ([], 0)
                }
            }
        }
        try insert(rows)
    }

    private func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: bytes.count, by: Self.chunkSize).map {
            bytes[$0..<min($0 + Self.chunkSize, bytes.count)]
        }
    }

    private func insert(_ rows: [(content: Int, position: Int, bytes: [UInt8])]) throws {
        guard !rows.isEmpty else { return }
        try connection.query(
            """
            INSERT INTO chunks (content, position, bytes) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])
            ON CONFLICT (content, position) DO UPDATE SET bytes = excluded.bytes
            """,
            [.ints(rows.map(\.content)), .ints(rows.map(\.position)), .byteStrings(rows.map(\.bytes))])
    }

    /// A content that is to grow.
    func create() throws -> Int {
        let id: Int = try connection.query("SELECT nextval('content_ids') AS id")[0]("id")
        try create([(id, [])])
        return id
    }

    /// Goes on where the content ends: fills the last row, then adds rows.
    func append(_ bytes: [UInt8], to id: Int, size: Int) throws {
        guard !bytes.isEmpty else { return }
        guard let key = try key(of: id) else { throw PostgreSQLFailure.damagedRow("content_keys") }
        let position = size / Self.chunkSize
        let last = size % Self.chunkSize == 0 ? [] : try read(id, position...position).flatMap(\.self)
        guard last.count == size % Self.chunkSize else { throw PostgreSQLFailure.damagedRow("chunks") }
        let rows = try pieces(of: last + bytes).enumerated().map { offset, piece in
            (id, position + offset, try seal(piece, key, id, position + offset))
        }
        try insert(rows)
        try connection.query("UPDATE contents SET size = $1 WHERE id = $2", [.int(size + bytes.count), .int(id)])
    }

    /// The rows at some positions, in their order; none once the key was erased.
    func read(_ id: Int, _ positions: ClosedRange<Int>) throws -> [[UInt8]] {
        guard let key = try key(of: id) else { return [] }
        return try connection.query(
            "SELECT position, bytes FROM chunks WHERE content = $1 AND position BETWEEN $2 AND $3 ORDER BY position",
            [.int(id), .int(positions.lowerBound), .int(positions.upperBound)]
        ).map { row in
            try open(try row("bytes"), key, id, try row("position"))
        }
    }

    /// Deletes the keys of contents, and with them the contents; `deleteDiscarded` deletes their rows.
    func discard(_ ids: [Int]) throws {
        _ = try connection.pipeline([
            .deletingKeys(in: "content_keys", where: "content = ANY ($1)", [.ints(ids)]),
            Statement("INSERT INTO discarded (content) SELECT * FROM unnest($1::bigint[])", [.ints(ids)])
        ])
    }

    /// Rows that one transaction deletes.
    private static let discardedAtOnce = 256

    /// - Returns: whether something is left to be deleted.
    func deleteDiscarded() throws -> Bool {
        guard let row = try connection.query("SELECT content FROM discarded LIMIT 1").first else { return false }
        let id: Int = try row("content")
        let deleted = try connection.query(
            """
            DELETE FROM chunks WHERE content = $1 AND position IN
                (SELECT position FROM chunks WHERE content = $1 ORDER BY position LIMIT $2)
            """, [.int(id), .int(Self.discardedAtOnce)])
        guard deleted.changed < Self.discardedAtOnce else { return true }
        try connection.transaction {
            try connection.query("DELETE FROM discarded WHERE content = $1", [.int(id)])
            try connection.query("DELETE FROM contents WHERE id = $1", [.int(id)])
        }
        return true
    }

    func key(of id: Int) throws -> SymmetricKey? {
        try connection.query("SELECT key FROM content_keys WHERE content = $1", [.int(id)]).first.map { row in
            let bytes: [UInt8] = try row("key")
            return SymmetricKey(data: bytes)
        }
    }

    func seal(_ piece: ArraySlice<UInt8>, _ key: SymmetricKey, _ id: Int, _ position: Int) throws -> [UInt8] {
        Array(try ChaChaPoly.seal(piece, using: key, authenticating: place(id, position)).combined)
    }

    func open(_ sealed: [UInt8], _ key: SymmetricKey, _ id: Int, _ position: Int) throws -> [UInt8] {
        Array(
            try ChaChaPoly.open(
                ChaChaPoly.SealedBox(combined: sealed), using: key, authenticating: place(id, position)))
    }

    /// Where a row belongs: it does not open in another's place.
    private func place(_ id: Int, _ position: Int) -> [UInt8] { Array("\(id) \(position)".utf8) }
}

extension Connection {
    func staged(
        _ digest: Hash, _ owner: AgentAddress
    ) throws -> (content: Int, size: Int, isClosed: Bool)? {
        try query(
            """
            SELECT content, size, complete FROM staged JOIN contents ON contents.id = staged.content
            WHERE owner = $1 AND digest = $2
            """, [.text(owner), .hash(digest)]
        ).first.map { (try $0("content"), try $0("size"), try $0("complete")) }
    }

    /// The same within a transaction, until whose end nobody else changes it while it is open; looked up once it is locked, since
    /// whoever had the lock before may have added bytes, closed it or taken it over. What is closed is not locked: whoever takes it
    /// over waits for nobody.
    func stagedLocking(
        _ digest: Hash, _ owner: AgentAddress
    ) throws -> (content: Int, size: Int, isClosed: Bool)? {
        try query(
            "SELECT FROM staged WHERE owner = $1 AND digest = $2 AND NOT complete FOR UPDATE",
            [.text(owner), .hash(digest)])
        return try staged(digest, owner)
    }
}

extension Statement {
    /// Deletes keys, and notes which shelves still hold their bytes.
    static func deletingKeys(in table: String, where condition: String, _ parameters: [Parameter]) -> Statement {
        Statement(
            """
            WITH gone AS (DELETE FROM \(table) WHERE \(condition) RETURNING tableoid::regclass::text AS shelf)
            INSERT INTO unscrubbed (shelf, since) SELECT DISTINCT shelf, pg_current_xact_id() FROM gone
            ON CONFLICT (shelf) DO UPDATE SET since = excluded.since
            """, parameters)
    }
}

extension PostgreSQLRelayStore {
    /// The content of one unit's delivery: its own after a transfer, otherwise the one that all recipients share; none once it
    /// is erased for this unit.
    private static let contentOfUnit = """
        SELECT c.id, c.size FROM contents AS c WHERE c.id =
            (SELECT coalesce(d.content, t.content) FROM deliveries AS d JOIN transmissions AS t ON t.id = d.transmission
                WHERE d.transmission = $1 AND d.unit = $2 AND NOT d.erased)
        """

    public func contentSize(of id: TransmissionID, for unit: UnitAddress) async throws -> Int? {
        try await pool.run { connection in
            try connection.query(Self.contentOfUnit, [.text(id), .text(unit)]).first.map { try $0("size") }
        }
    }

    public func content(
        of id: TransmissionID, for unit: UnitAddress, from offset: Int, count: Int
    ) async throws -> [UInt8] {
        let first = offset / ChunkTable.chunkSize
        let last = (offset + count - 1) / ChunkTable.chunkSize
        let rows = try await pool.run { connection -> [[UInt8]] in
            guard let found = try connection.query(Self.contentOfUnit, [.text(id), .text(unit)]).first else {
                return []
            }
            return try ChunkTable(connection: connection).read(found("id"), first...last)
        }
        return Array(rows.joined().dropFirst(offset - first * ChunkTable.chunkSize).prefix(count))
    }

    public func stagedSize(_ digest: Hash, owner: AgentAddress) async throws -> Int {
        try await pool.run { try $0.staged(digest, owner)?.size ?? 0 }
    }

    public func stage(
        _ bytes: [UInt8], of digest: Hash, owner: AgentAddress, at offset: Int, now: Instant
    ) async throws -> Bool {
        try await uploads.run(isRepeatable: false) { connection in
            try connection.transaction {
                let table = ChunkTable(connection: connection)
                // While one piece is on its way, on whichever node, no other one can begin where the upload ends.
                let isAlone: Bool = try connection.query(
                    "SELECT pg_try_advisory_xact_lock(hashtext($1), hashtext($2)) AS alone",
                    [.text(owner), .text(digest)])[0]("alone")
                guard isAlone else { return false }
                if let staged = try connection.stagedLocking(digest, owner) {
                    guard staged.size == offset, !staged.isClosed else { return false }
                    try table.append(bytes, to: staged.content, size: offset)
                    try connection.query(
                        "UPDATE staged SET at = $1 WHERE owner = $2 AND digest = $3",
                        [.instant(now), .text(owner), .hash(digest)])
                } else {
                    guard offset == 0 else { return false }
                    let content = try table.create()
                    try table.append(bytes, to: content, size: 0)
                    try connection.query(
                        "INSERT INTO staged (owner, digest, content, at) VALUES ($1, $2, $3, $4)",
                        [.text(owner), .hash(digest), .int(content), .instant(now)])
                }
                return true
            }
        }
    }

    public func stagedSize(of owner: AgentAddress) async throws -> Int {
        try await pool.run { connection in
            try connection.query(
                """
                SELECT coalesce(sum(size), 0)::bigint AS size
                FROM staged JOIN contents ON contents.id = staged.content WHERE owner = $1
                """, [.text(owner)])[0]("size")
        }
    }

    /// Hashes what is staged, row by row; what matches is closed to further bytes, the rest dropped.
    public func closeStaged(_ digest: Hash, owner: AgentAddress) async throws -> ContentReference? {
        guard let staged = try await pool.run({ try $0.staged(digest, owner) }) else { return nil }
        guard !staged.isClosed else { return ContentReference(sha256: digest, size: staged.size) }
        var (hasher, size, position) = (SHA256(), 0, 0)
        while let bytes = try await pool.run({ [position] in
            try ChunkTable(connection: $0).read(staged.content, position...position).first
        }) {
            hasher.update(data: bytes)
            size += bytes.count
            position += 1
        }
        let found = ContentReference(sha256: .of(hasher), size: size)
        return try await uploads.run(isRepeatable: false) { connection in
            try connection.transaction {
                guard let present = try connection.stagedLocking(digest, owner), present.content == staged.content,
                    present.size == found.size
                else { return nil }
                if found.sha256 == digest {
                    try connection.query(
                        "UPDATE staged SET complete = TRUE WHERE owner = $1 AND digest = $2",
                        [.text(owner), .hash(digest)])
                } else {
                    try connection.query(
                        "DELETE FROM staged WHERE owner = $1 AND digest = $2", [.text(owner), .hash(digest)])
                    try ChunkTable(connection: connection).discard([present.content])
                }
                return found
            }
        }
    }

    public func dropStaged(before instant: Instant) async throws {
        // One at a time: of several shelves at once a commit would lock the same ones in another order.
        let drop: @Sendable (Connection) throws -> Int = { connection in
            try connection.transaction {
                let contents: [Int] = try connection.query(
                    """
                    DELETE FROM staged WHERE (owner, digest) IN
                        (SELECT owner, digest FROM staged WHERE at < $1 LIMIT 1 FOR UPDATE SKIP LOCKED)
                    RETURNING content
                    """, [.instant(instant)]
                ).map { try $0("content") }
                try ChunkTable(connection: connection).discard(contents)
                return contents.count
            }
        }
        while try await pool.run(drop) > 0 {}
    }

    /// Rewrites the shelves from which keys were deleted, so that none of their files holds one any more.
    ///
    /// A row that was deleted stays for whoever began to read before, and rewriting copies it: shelves wait until nobody in this
    /// database reads so far back, and until whatever was being written before the deletion, in any database of the server, has
    /// ended. For a snapshot reaches back to the oldest transaction that writes anywhere, also the one that rewriting takes.
    ///
    /// - Throws: `PostgreSQLFailure.busy` when something is left to be rewritten.
    public func scrub() async throws {
        while try await pool.run({ try ChunkTable(connection: $0).deleteDiscarded() }) {}
        let isDone = try await pool.run { connection in
            let ready = try connection.query(
                """
                SELECT shelf, since::text AS since FROM unscrubbed WHERE age(since::xid) > (
                    SELECT coalesce(max(age(horizon)), -1) FROM (
                        SELECT backend_xid AS horizon FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                        UNION ALL SELECT backend_xmin FROM pg_stat_activity
                        WHERE pid <> pg_backend_pid() AND coalesce(datname = current_database(), TRUE)
                        UNION ALL SELECT transaction FROM pg_prepared_xacts
                        UNION ALL SELECT xmin FROM pg_replication_slots) AS horizons)
                """)
            for row in ready {
                let (shelf, since): (String, String) = (try row("shelf"), try row("since"))
                // Whoever commits waits no longer than this for the table.
                try connection.execute("SET lock_timeout = '100ms'")
                defer { try? connection.execute(waitForLocks) }
                do {
                    try connection.execute("VACUUM (FULL) \(shelf)")
                } catch PostgreSQLFailure.refused(code: "55P03", _) {
                    continue
                }
                try connection.query(
                    "DELETE FROM unscrubbed WHERE shelf = $1 AND since::text = $2", [.text(shelf), .text(since)])
            }
            return try connection.query("SELECT 1 FROM unscrubbed LIMIT 1").isEmpty
        }
        guard isDone else { throw PostgreSQLFailure.busy }
    }
}
