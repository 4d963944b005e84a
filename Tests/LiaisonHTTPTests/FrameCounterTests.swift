// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import NIOCore
import Testing

@testable import LiaisonHTTP

struct FrameCounterTests {
    /// The preface, then frames of 0, 4, 300 and 70,000 bytes, and the beginning of another one.
    private static let bytes: [UInt8] = {
        var bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        for length in [0, 4, 300, 70_000] {
            bytes += [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), 0, 0, 0, 0, 0, 1]
            bytes += [UInt8](repeating: 9, count: length)
        }
        return bytes + [0, 0, 1, 0]
    }()

    @Test(arguments: [1, 2, 3, 8, 9, 10, 33, 1000, 100_000])
    func framesAreCountedHoweverTheyAreDivided(size: Int) {
        let bytes = Self.bytes
        var counter = FrameCounter()
        let counts = stride(from: 0, to: bytes.count, by: size).map {
            counter.frames(in: ByteBuffer(bytes: bytes[$0..<min($0 + size, bytes.count)]))
        }
        #expect(counts.reduce(0, +) == 4)
    }
}
