// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import LiaisonDesk

/// Whose connection it is, as the kernel lists it.
struct PeerOwnerTests {
    private let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1267 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
           1: 0100007F:1267 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
           2: 0100007F:C350 0100007F:1267 01 00000000:00000000 00:00000000 00000000  1001        0 3 1 0 20 4 30 10 -1
           3: 0100007F:C351 0100007F:1267 01 00000000:00000000 00:00000000 00000000  nobody

        """

    private func user(_ port: Int, at own: Int = 0x1267) throws -> UInt32? {
        try PeerOwner.user(
            of: SocketAddress(ipAddress: "127.0.0.1", port: port), at: SocketAddress(ipAddress: "127.0.0.1", port: own)
        ) { table }
    }

    @Test func theOtherEndsUserCounts() throws { #expect(try user(0xC350) == 1001) }

    /// A real connection of this very process.
    @Test func theKernelListsThisProcess() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { _ in MultiThreadedEventLoopGroup.singleton.any().makeSucceededVoidFuture() }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: #require(server.localAddress)).get()
        #expect(PeerOwner.user(of: client.localAddress, at: client.remoteAddress) == geteuid())
        try await client.close()
        try await server.close()
    }

    @Test func whatIsNotListedIsNobodys() throws {
        #expect(try user(0xC352) == nil)
        #expect(try user(0xC350, at: 0x1268) == nil)
        #expect(try user(0xC351) == nil)
        #expect(try PeerOwner.user(of: SocketAddress(ipAddress: "::1", port: 0xC350), at: nil) { table } == nil)
        #expect(try PeerOwner.user(of: nil, at: nil) { table } == nil)
    }
}
