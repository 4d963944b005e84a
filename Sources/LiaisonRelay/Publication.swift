// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes
import Synchronization

/// The cosigned checkpoint that the relay publishes; a lock guards the one value that the asker of witnesses writes and
/// every reader reads.
public final class Publication: Sendable {
    /// For how long a cosigned checkpoint stands for a log that has grown since; after that its witnesses are down.
    static let lifetime: Seconds = 60

    private let current = Mutex<(checkpoint: String, size: Int, at: Instant)?>(nil)

    public func publish(_ checkpoint: String, size: Int, at instant: Instant) {
        current.withLock { $0 = (checkpoint, size, instant) }
    }

    /// What stands for a log of `size` entries at an instant; nil when the log's own latest checkpoint has to.
    func checkpoint(for size: Int, at instant: Instant) -> String? {
        current.withLock {
            $0.flatMap { $0.size == size || instant - $0.at <= Self.lifetime ? $0.checkpoint : nil }
        }
    }
}

/// An answer that is the same for everybody while the log does not grow.
final class PreparedAnswer: Sendable {
    private let current = Mutex<(size: Int, bytes: [UInt8])?>(nil)

    func bytes(for size: Int) -> [UInt8]? { current.withLock { $0?.size == size ? $0?.bytes : nil } }

    func keep(_ bytes: [UInt8], for size: Int) { current.withLock { $0 = (size, bytes) } }
}
