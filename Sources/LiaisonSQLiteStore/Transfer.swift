// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonRelay

/// Bringing rows over from and to other stores.
extension SQLiteRelayStore: StoreSource {
    public func rows(_ take: (StoreTable, [[StoredValue]]) throws -> Void) throws {
        try pool.read { database in
            for table in StoreTable.all {
                let cursor = try Row.fetchCursor(database, sql: table.query)
                var page: [[StoredValue]] = []
                while let row = try cursor.next() {
                    page.append(row.databaseValues.map(\.stored))
                    guard page.count == table.rowsAtOnce else { continue }
                    try take(table, page)
                    page = []
                }
                if !page.isEmpty { try take(table, page) }
            }
        }
    }

    /// Makes a store's file that holds what `source` holds, in one transaction.
    ///
    /// - Parameter path: where no file is yet.
    /// - Returns: what was written.
    public static func create(at path: String, from source: some StoreSource) throws -> StoreDigest {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = FULL")
        }
        try Schema.migrator.migrate(queue)
        return try queue.write { database in
            var digest = StoreDigest()
            try source.rows { table, rows in
                digest.add(table, rows)
                let marks = databaseQuestionMarks(count: table.columns.count)
                let statement = try database.cachedStatement(
                    sql: "INSERT INTO \(table.name) (\(table.columnNames)) VALUES (\(marks))")
                for row in rows { try statement.execute(arguments: StatementArguments(row.map(\.database))) }
            }
            try database.execute(sql: Schema.countUnopened)
            return digest
        }
    }
}

extension DatabaseValue {
    fileprivate var stored: StoredValue {
        switch storage {
        case .null: .null
        case .int64(let number): .int(Int(number))
        case .double(let number): .int(Int(number))
        case .string(let text): .text(text)
        case .blob(let data): .bytes(Array(data))
        }
    }
}

extension StoredValue {
    fileprivate var database: DatabaseValue {
        switch self {
        case .null: .null
        case .int(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }
}
