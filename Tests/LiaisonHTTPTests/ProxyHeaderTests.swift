// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import NIOCore
import NIOEmbedded
import Testing

@testable import LiaisonHTTP

/// What a load balancer says of a connection, byte by byte, and what is none of it.
struct ProxyHeaderTests {
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    private static func header(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 0xFF)] + rest
    }

    private static let four = header(0x21, 0x11, [192, 0, 2, 7, 198, 51, 100, 1, 0x10, 0x00, 0x20, 0x00])
    private static let six = header(
        0x21, 0x21,
        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [9]
            + [UInt8](repeating: 0, count: 16) + [0, 1, 0, 2])

    @Test func addressesOfBothFamilies() throws {
        var buffer = ByteBuffer(bytes: Self.four + [1, 2, 3])
        #expect(try ProxyHeader.take(from: &buffer) == .from("192.0.2.7"))
        #expect(Array(buffer.readableBytesView) == [1, 2, 3])
        buffer = ByteBuffer(bytes: Self.six)
        #expect(try ProxyHeader.take(from: &buffer) == .from("2001:db8::9"))
        // What a proxy adds behind the addresses is passed over.
        buffer = ByteBuffer(bytes: Self.header(0x21, 0x11, Array(Self.four.dropFirst(16)) + [0x20, 0, 3, 7, 7, 7]))
        #expect(try ProxyHeader.take(from: &buffer) == .from("192.0.2.7"))
        #expect(buffer.readableBytes == 0)
    }

    @Test func theProxysOwnConnection() throws {
        var buffer = ByteBuffer(bytes: Self.header(0x20, 0x00, []))
        #expect(try ProxyHeader.take(from: &buffer) == .local)
    }

    @Test func itIsWaitedForUntilItIsThere() throws {
        for count in 0..<Self.six.count {
            var buffer = ByteBuffer(bytes: Self.six.prefix(count))
            #expect(try ProxyHeader.take(from: &buffer) == nil)
            #expect(buffer.readableBytes == count)
        }
    }

    @Test(arguments: [
        [0x16, 0x03, 0x01], Array("PROXY TCP4 192.0.2.7".utf8), header(0x31, 0x11, []), header(0x22, 0x11, []),
        header(0x21, 0x11, [192, 0, 2]), signature + [0x21, 0x11, 0xFF, 0xFF]
    ])
    func whatIsNoneIsRefused(bytes: [UInt8]) {
        var buffer = ByteBuffer(bytes: bytes)
        #expect(throws: (any Error).self) { try ProxyHeader.take(from: &buffer) }
    }

    /// Cut anywhere, the bytes behind the header arrive as they were sent, and the origin is known before them.
    @Test func whatIsBehindItIsPassedOn() throws {
        let sent = Self.four + Array("hello".utf8)
        for cut in 1..<sent.count {
            let peer = Peer(Patience(most: 1, oneMoreEach: .seconds(1), now: .now()))
            let channel = EmbeddedChannel(handler: ProxyHeaderHandler(peer: peer))
            try channel.writeInbound(ByteBuffer(bytes: sent.prefix(cut)))
            try channel.writeInbound(ByteBuffer(bytes: sent.dropFirst(cut)))
            var received: [UInt8] = []
            while let piece = try channel.readInbound(as: ByteBuffer.self) { received += piece.readableBytesView }
            #expect(received == Array("hello".utf8))
            #expect(peer.network == "192.0.2.7")
            _ = try channel.finish()
        }
    }
}
