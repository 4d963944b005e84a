// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import GRDB
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import Synchronization
import Testing

@testable import LiaisonSQLiteStore

/// What a page costs a store does not grow with its rows beyond the rows themselves.
struct PageTests {
    private final class Counter: Sendable {
        let statements = Mutex(0)
    }

    /// Each record lies under a key of its own, and the keys of a page are read together.
    @Test(arguments: [1, 40]) func theKeysOfAPageAreReadByOneStatement(rows count: Int) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteRelayStore(directory: directory.path)
        let unit = try Fixture.unit("iscg-est@avema01")
        var batch = Batch()
        for index in 0..<count {
            var record = EventRecord(
                log: Fixture.origin, event: .unattended, mailbox: .unit(unit), number: index + 1, at: 10)
            (record.transmission, record.unit) = (.fresh(), unit)
            batch.entries.append(try StoredEntry(record, at: index, salt: .fresh()))
        }
        batch.checkpoint = "checkpoint \(count)"
        try await store.commit(batch)
        let counter = Counter()
        let entries = try await store.pool.read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT * FROM entries ORDER BY number")
            database.trace(options: .statement) { _ in counter.statements.withLock { $0 += 1 } }
            defer { database.trace(options: .statement, nil) }
            return try SQLiteRelayStore.entries(rows, database)
        }
        #expect(entries.map(\.record) == batch.entries.map(\.record))
        #expect(counter.statements.withLock { $0 } == 1)
    }
}
