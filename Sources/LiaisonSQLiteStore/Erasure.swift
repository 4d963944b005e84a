// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay

/// What is past its time, and who may read an institution's events.
extension SQLiteRelayStore {
    public func recordsDue(before instant: Instant, limit: Int) async throws -> [ErasableRecords] {
        try await pool.read { database in
            // A transmission's records go together, once its newest one is due and no content is left.
            let due = try Row.fetchAll(
                database,
                sql: """
                    SELECT scope, transmission FROM record_keys AS k WHERE last_at <= :instant AND NOT EXISTS
                        (SELECT 1 FROM record_keys WHERE transmission = k.transmission AND last_at > :instant)
                    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE transmission = k.transmission AND erased = 0)
                    ORDER BY last_at LIMIT :limit
                    """,
                arguments: ["instant": instant, "limit": limit])
            var seen: Set<String> = []
            return try due.compactMap { row -> ErasableRecords? in
                let transmission: String? = row["transmission"]
                guard seen.insert(transmission ?? row["scope"]).inserted else { return nil }
                let scope = RecordScope(name: row["scope"], transmission: try transmission.map { try Self.parse($0) })
                return ErasableRecords(scope: scope, entries: try Self.entries(under: scope, database))
            }
        }
    }

    private static func entries(under scope: RecordScope, _ database: Database) throws -> [Mailbox: [Int]] {
        var entries: [Mailbox: [Int]] = [:]
        let condition =
            scope.transmission == nil ? "scope = ? AND scope <> 'kept'" : "transmission = ? AND scope IS NULL"
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \"index\", mailbox FROM entries WHERE \(condition) ORDER BY \"index\"",
            arguments: [scope.transmission?.description ?? scope.name])
        while let row = try rows.next() { entries[try parse(row["mailbox"]), default: []].append(row["index"]) }
        return entries
    }

    public func scrub() async throws {
        try await pool.writeWithoutTransaction { database in
            // Freed pages are zeroed when they are freed; giving them back goes on in pieces that hold up nobody.
            _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(10000)")
            // A reader may hold the write-ahead log open: then it is to be tried again.
            let busy = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map { $0[0] as Int }
            guard busy == 0 else { throw Failure.busy }
        }
    }

    /// Rewrites the whole store, so that nothing of what was erased is left in any page; nobody writes meanwhile.
    public func vacuum() throws {
        try pool.vacuum()
        try pool.writeWithoutTransaction { _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    // MARK: Oversight

    public func inspection(_ hash: Hash) async throws -> Int? {
        try await pool.read { database in
            try Int.fetchOne(
                database, sql: "SELECT entry FROM inspections WHERE hash = ?", arguments: [Data(hash.bytes)])
        }
    }

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
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM entries WHERE mailbox IN (\(marks)) AND "index" >= ? AND at >= ? AND at < ?
                        AND sealed IS NOT NULL ORDER BY "index" LIMIT ?
                    """,
                arguments: StatementArguments(mailboxes) + [index, since, until, limit]
            ).compactMap { try Self.entry($0, database) }
        }
    }

    public func ends(of mailboxes: [Mailbox], since: Instant, until: Instant) async throws -> [StoredEntry] {
        try await pool.read { database in
            let halves = [("at < ?", "DESC", since), ("at >= ?", "ASC", until)]
            return try mailboxes.flatMap { mailbox in
                try halves.compactMap { condition, order, instant in
                    try Row.fetchOne(
                        database,
                        sql: """
                            SELECT * FROM entries WHERE mailbox = ? AND sealed IS NOT NULL AND \(condition)
                            ORDER BY number \(order) LIMIT 1
                            """,
                        arguments: [mailbox.description, instant]
                    ).flatMap { try Self.entry($0, database) }
                }
            }
        }
    }

    public func configuration() async throws -> Hash? {
        try await pool.read { database in
            try Data.fetchOne(database, sql: "SELECT hash FROM configuration").map { try Self.digest($0) }
        }
    }
}
