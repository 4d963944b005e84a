// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import GRDB
import Synchronization

/// Copies the write-ahead log back into the database while commits go on, so that none of them does it.
///
/// What is committed is on disk in the log itself; where the copy is does not matter for that. A passive checkpoint waits for
/// nobody and lets nobody wait (sqlite.org/wal.html, "Checkpointing").
final class Checkpoints: Sendable {
    /// Between the end of one and the beginning of the next. It is short, because a commit waits for the disk behind all that a
    /// checkpoint hands to it: the less one copies, the shorter the longest commits.
    private static let pause: Duration = .milliseconds(25)

    private let database: DatabaseQueue
    /// When the next one may begin; nil while one is at work.
    private let next = Mutex<ContinuousClock.Instant?>(.now)

    init(_ database: DatabaseQueue) { self.database = database }

    /// Told of each commit; begins a checkpoint when it is time.
    func committed() {
        let isDue = next.withLock { next in
            guard let time = next, time <= .now else { return false }
            next = nil
            return true
        }
        guard isDue else { return }
        Task.detached(priority: .utility) { [self] in
            let clock = ContinuousClock()
            let took = await clock.measure {
                // When somebody else cleans at this moment, the next one does it.
                try? await database.writeWithoutTransaction {
                    _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(PASSIVE)")
                }
            }
            // On a slow disk half of the time is left to the commits alone.
            next.withLock { $0 = clock.now + max(Self.pause, took) }
        }
    }
}
