// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay

/// What is past its time, and who may read an institution's events.
extension SQLiteRelayStore {
    public func recordsDue(before instant: Int, limit: Int) async throws -> [ErasableRecords] {
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
                let scopes =
                    try transmission.map {
                        try String.fetchAll(
                            database, sql: "SELECT scope FROM record_keys WHERE transmission = ?", arguments: [$0])
                    } ?? [row["scope"]]
                return ErasableRecords(
                    transmission: try transmission.map { try Self.parse($0) }, scopes: scopes,
                    entries: try Self.entries(under: scopes, database))
            }
        }
    }

    private static func entries(under scopes: [String], _ database: Database) throws -> [Mailbox: [Int]] {
        var entries: [Mailbox: [Int]] = [:]
        for scope in scopes {
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \"index\", mailbox FROM entries WHERE scope = ? AND scope <> 'kept'",
                arguments: [scope])
            while let row = try rows.next() { entries[try parse(row["mailbox"]), default: []].append(row["index"]) }
        }
        return entries.mapValues { $0.sorted() }
    }

    public func scrub() async throws {
        try await pool.writeWithoutTransaction { database in
            _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum")
            _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    // MARK: Oversight

    public func inspection(_ hash: Hash) async throws -> StoredInspection? {
        try await pool.read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM inspections WHERE hash = ?", arguments: [Data(hash.bytes)]
            ).map { StoredInspection(hash: hash, note: $0["note"], entry: $0["entry"], at: $0["at"]) }
        }
    }

    public func entries(
        of institution: InstitutionID, since: Int, until: Int, from index: Int, limit: Int
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

    public func configuration() async throws -> Hash? {
        try await pool.read { database in
            try Data.fetchOne(database, sql: "SELECT hash FROM configuration").map { try Self.digest($0) }
        }
    }
}
