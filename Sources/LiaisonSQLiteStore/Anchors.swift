// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonNotes
public import LiaisonRelay

/// What others say of the log's checkpoints.
extension SQLiteRelayStore {
    public func add(cosignatures lines: [String], size: Int) async throws {
        try await pool.write { database in
            for line in lines {
                try database.execute(
                    sql: "INSERT OR IGNORE INTO cosignatures (size, line) VALUES (?, ?)", arguments: [size, line])
            }
        }
    }

    public func add(timeStamp token: [UInt8], size: Int, at instant: Instant) async throws {
        try await pool.write { database in
            try database.execute(
                sql: "INSERT INTO time_stamps (size, token, at) VALUES (?, ?, ?)",
                arguments: [size, Data(token), instant])
            // A checkpoint that is time-stamped and cosigned proves all that smaller ones do.
            try database.execute(
                sql: """
                    DELETE FROM cosignatures WHERE size < :size AND size NOT IN (SELECT size FROM time_stamps)
                        AND EXISTS (SELECT 1 FROM cosignatures WHERE size = :size)
                    """,
                arguments: ["size": size])
        }
    }

    public func latestTimeStamp() async throws -> Instant? {
        try await pool.read { try Instant.fetchOne($0, sql: "SELECT max(at) FROM time_stamps") }
    }

    public func anchor(from size: Int) async throws -> StoredAnchor? {
        try await pool.read { database in
            func smallest(_ from: String) throws -> Int? {
                try Int.fetchOne(database, sql: "SELECT min(size) FROM \(from) WHERE size >= ?", arguments: [size])
            }
            let both = try smallest("time_stamps JOIN (SELECT DISTINCT size FROM cosignatures) USING (size)")
            let found = try both ?? smallest("time_stamps") ?? smallest("cosignatures")
            return try found.flatMap { try Self.anchor(of: $0, database) }
        }
    }

    public func latestCosigned() async throws -> StoredAnchor? {
        try await pool.read { database in
            try Int.fetchOne(database, sql: "SELECT max(size) FROM cosignatures")
                .flatMap { try Self.anchor(of: $0, database) }
        }
    }

    private static func anchor(of size: Int, _ database: Database) throws -> StoredAnchor? {
        guard
            let note = try String.fetchOne(
                database, sql: "SELECT note FROM checkpoints WHERE size = ?", arguments: [size])
        else { return nil }
        return StoredAnchor(
            size: size, checkpoint: note,
            cosignatures: try String.fetchAll(
                database, sql: "SELECT line FROM cosignatures WHERE size = ? ORDER BY line", arguments: [size]),
            timeStamps: try Data.fetchAll(
                database, sql: "SELECT token FROM time_stamps WHERE size = ? ORDER BY at", arguments: [size]
            ).map(Array.init))
    }

    public func stop(_ checkpoint: String) async throws {
        try await pool.write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO stopped (id, checkpoint) VALUES (1, ?)", arguments: [checkpoint])
        }
    }

    public func stopped() async throws -> String? {
        try await pool.read { try SQLiteFacts(database: $0).stopped() }
    }
}
