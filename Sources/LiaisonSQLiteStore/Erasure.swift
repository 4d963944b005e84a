// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay

/// What is past its time, and who may read an institution's events.
extension SQLiteRelayStore {
    /// Freed pages are zeroed when they are freed. The write-ahead log is copied back beside whoever reads and commits, on a
    /// connection of its own, and cut off without waiting: a long reader or a backup delays that, and no commit.
    public func scrub() async throws {
        while try await writeMuch({ try ChunkTable(database: $0).deleteDiscarded() }) {}
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

    /// Gives free pages, which are zeroed already, back to the disk: for two seconds at most, and in steps of some milliseconds.
    ///
    /// For each page SQLite looks through the list of all free ones, so the longer the list, the fewer pages in a step. A list of
    /// millions is left by a day on which gigabytes were erased; it takes hours, and what is stored meanwhile uses these pages.
    public func shrink() async throws {
        let end = ContinuousClock.now + .seconds(2)
        var (pages, free) = (64, Int.max)
        while ContinuousClock.now < end {
            let step = pages
            let (left, time) = try await bulk.pass {
                try await pool.writeWithoutTransaction { database in
                    let start = ContinuousClock.now
                    _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(step))")
                    return (
                        try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0, ContinuousClock.now - start
                    )
                }
            }
            guard left > 0, left < free else { return }
            free = left
            pages = time > .milliseconds(10) ? max(pages / 2, 1) : min(pages * 2, 2000)
        }
    }

    /// One transaction of somebody who writes much and can wait.
    func writeMuch<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await bulk.pass { try await pool.write(body) }
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
