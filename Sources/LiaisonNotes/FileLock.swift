// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Holds a directory of keys for one process at a time with `flock(2)`; the system lets go when the process ends.
public final class FileLock: Sendable {
    private let descriptor: Int32

    public enum Failure: Error, Equatable {
        case inUse
        case unreadable(path: String, errno: Int32)
    }

    /// Waits up to `patience` seconds for another process to finish.
    public init(path: String, patience: Double) throws(Failure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
        let deadline = Date().addingTimeInterval(patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK, Date() < deadline else {
                close(descriptor)
                throw .inUse
            }
            usleep(50_000)
        }
    }

    deinit { close(descriptor) }
}
