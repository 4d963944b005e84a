// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay

/// What is past its time, and who may read an institution's events.
extension SQLiteRelayStore {
    /// Freed pages are zeroed when they are freed, and given back in pieces that hold up nobody. The write-ahead log is copied
    /// back beside whoever reads and commits, on a connection of its own, and cut off without waiting: a long reader or a
    /// backup delays that, and no commit.
    public func scrub() async throws {
        while try await pool.write({ try ChunkTable(database: $0).deleteDiscarded() }) {}
        var free = Int.max
        while free > 0 {
            let left = try await pool.writeWithoutTransaction { database in
                _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(2000)")
                return try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            }
            guard left < free else { break }
            free = left
        }
        let isDone = try await cleaner.writeWithoutTransaction { database in
            func isWhole(_ mode: String) throws -> Bool {
                guard let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(\(mode))") else { return false }
                return row[0] as Int == 0 && row[1] as Int == row[2] as Int
            }
            return try isWhole("PASSIVE") && isWhole("TRUNCATE")
        }
        // Tried again later.
        guard isDone else { throw Failure.busy }
    }

    /// Rewrites the whole store, so that nothing of what was erased is left in any page; nobody writes meanwhile.
    public func vacuum() throws {
        while try pool.write({ try ChunkTable(database: $0).deleteDiscarded() }) {}
        try pool.vacuum()
        try pool.writeWithoutTransaction { _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    // MARK: Oversight

    public func entries(
        of institution: InstitutionID, since: Instant, until: Instant, from index: Int, limit: Int
    ) async throws -> [StoredEntry] {
        try await pool.read { database in
            // Steps from one mailbox to the next in the index: their number counts, not that of the entries.
            let mailboxes = try String.fetchAll(
                database,
                sql: """
                    WITH RECURSIVE m (name) AS (
                        SELECT min(mailbox) FROM entries
                        UNION ALL
                        SELECT (SELECT min(mailbox) FROM entries WHERE mailbox > m.name) FROM m WHERE m.name IS NOT NULL)
                    SELECT name FROM m WHERE name LIKE '%@' || :institution OR name = 'institution:' || :institution
                    """,
                arguments: ["institution": institution.description])
            let marks = databaseQuestionMarks(count: mailboxes.count)
            let facts = SQLiteFacts(database: database)
            let (first, end) = (try facts.place(of: since).lowerBound, try facts.place(of: until).upperBound)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM entries WHERE mailbox IN (\(marks)) AND "index" >= ? AND "index" < ?
                        AND at >= ? AND at < ? AND sealed IS NOT NULL ORDER BY "index" LIMIT ?
                    """,
                arguments: StatementArguments(mailboxes) + [max(index, first), end, since, until, limit])
            return try Self.entries(rows, database)
        }
    }

    public func ends(of mailboxes: [Mailbox], since: Instant, until: Instant) async throws -> [StoredEntry] {
        try await pool.read { database in
            let facts = SQLiteFacts(database: database)
            let halves = [
                ("\"index\" < ? AND at < ?", "DESC", try facts.place(of: since).upperBound, since),
                ("\"index\" >= ? AND at >= ?", "ASC", try facts.place(of: until).lowerBound, until)
            ]
            let rows = try mailboxes.flatMap { mailbox in
                try halves.compactMap { condition, order, place, instant in
                    try Row.fetchOne(
                        database,
                        sql: """
                            SELECT * FROM entries WHERE mailbox = ? AND sealed IS NOT NULL AND \(condition)
                            ORDER BY "index" \(order) LIMIT 1
                            """,
                        arguments: [mailbox.description, place, instant])
                }
            }
            return try Self.entries(rows, database)
        }
    }
}
