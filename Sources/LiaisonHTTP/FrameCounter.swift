// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import NIOCore

/// Counts the frames of HTTP/2 that a client sends (RFC 9113, section 4.1), however the bytes are divided. Frames that ask for
/// nothing cost the relay as much as those that do, and no other bound sees them.
struct FrameCounter {
    private static let headerSize = 9
    /// Bytes before the next header: at first the client's preface (section 3.4).
    private var ahead = 24
    /// Bytes of a header that have come, and the length that the first three of them say.
    private var (seen, length) = (0, 0)

    /// - Returns: how many headers of frames end in these bytes.
    mutating func frames(in bytes: ByteBuffer) -> Int {
        bytes.withUnsafeReadableBytes { bytes in
            var (index, count) = (0, 0)
            while index < bytes.count {
                if ahead > 0 {
                    let step = min(ahead, bytes.count - index)
                    (index, ahead) = (index + step, ahead - step)
                    continue
                }
                if seen < 3 { length = length << 8 | Int(bytes[index]) }
                (index, seen) = (index + 1, seen + 1)
                if seen == Self.headerSize {
                    (ahead, seen, length) = (length, 0, 0)
                    count += 1
                }
            }
            return count
        }
    }
}
