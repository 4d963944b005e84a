// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Where everything is said that is no result. It may be full, or closed with the window: then nobody hears what is said, and
/// the command goes on. (`FileHandle.write` ends the program there.)
enum StandardError {
    static func write(_ text: String) { write(text, to: STDERR_FILENO) }

    /// All of it, or as much as is taken.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                // Another program that shares the terminal made it so: it is waited for, but not for ever.
                var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&output, 1, 1000) == 1, output.revents & Int16(POLLOUT) != 0 else { return }
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }

    /// Whatever is closed of standard input, output and error is opened on nothing: otherwise the next file that is opened has
    /// its number, and what is said is written into that.
    static func standIn() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest number that is free, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
