// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Holds a vault for one process at a time with `flock(2)`; the system lets go when the process ends.
final class VaultLock: Sendable {
    private let descriptor: Int32

    /// Waits up to `patience` seconds for another process to finish.
    init(path: String, patience: Double) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw VaultFailure.unreadable(path: path, errno: errno) }
        let deadline = Date().addingTimeInterval(patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK, Date() < deadline else {
                close(descriptor)
                throw VaultFailure.inUse
            }
            usleep(50_000)
        }
    }

    deinit { close(descriptor) }
}
