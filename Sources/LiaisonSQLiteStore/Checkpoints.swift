// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import GRDB
import Synchronization

/// Copies the write-ahead log back into the database while commits go on, so that none of them does it.
///
/// What is committed is on disk in the log itself; where the copy is does not matter for that. A passive checkpoint waits for
/// nobody and lets nobody wait (sqlite.org/wal.html, "Checkpointing").
final class Checkpoints: Sendable {
    /// Between the beginnings of two: pages that every commit touches are copied once in that time.
    private static let interval: Duration = .milliseconds(500)

    private let database: DatabaseQueue
    private let state = Mutex((isBusy: false, latest: ContinuousClock.now))

    init(_ database: DatabaseQueue) { self.database = database }

    /// Told of each commit; begins a checkpoint when it is time.
    func committed() {
        let isDue = state.withLock { state in
            guard !state.isBusy, ContinuousClock.now - state.latest >= Self.interval else { return false }
            state = (true, .now)
            return true
        }
        guard isDue else { return }
        Task.detached(priority: .utility) { [self] in
            // When somebody else cleans at this moment, the next one does it.
            try? await database.writeWithoutTransaction {
                _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            }
            state.withLock { $0.isBusy = false }
        }
    }
}
