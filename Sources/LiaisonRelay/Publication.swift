// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization

/// The cosigned checkpoint that the relay publishes; a lock guards the one value that the asker of witnesses writes and
/// every reader reads.
public final class Publication: Sendable {
    /// Seconds after which a cosigned checkpoint is too old to stand for the log: its witnesses are down.
    static let lifetime = 60

    private let current = Mutex<(checkpoint: String, at: Int)?>(nil)

    /// - Parameter at: Unix seconds.
    public func publish(_ checkpoint: String, at instant: Int) {
        current.withLock { $0 = (checkpoint, instant) }
    }

    func checkpoint(at instant: Int) -> String? {
        current.withLock { $0.flatMap { instant - $0.at <= Self.lifetime ? $0.checkpoint : nil } }
    }
}
