// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization

/// How long the answer to a wrong passphrase is held back: not for a slip of the finger, then twice as long each time, up to a minute.
final class Guesses: Sendable {
    private let failures = Mutex(0)

    private static let free = 3

    func delayAfterFailure() -> Duration {
        let count = failures.withLock { failures in
            failures += 1
            return failures
        }
        return count <= Self.free ? .zero : .seconds(min(1 << min(count - Self.free, 6), 60))
    }

    func succeeded() { failures.withLock { $0 = 0 } }
}
