// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes
package import NIOCore
import Synchronization

/// Where a connection comes from, as far as one household or one server farm goes: an IPv4 address, or the 64 bits of an IPv6
/// address that belong to one network (RFC 4291, section 2.5.1).
package enum Network {
    package static func prefix(of address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "" }
        return prefix(of: text)
    }

    package static func prefix(of text: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? bytes.suffix(4).map(String.init).joined(separator: ".") : Hex.encode(Array(bytes.prefix(8)))
    }
}

/// How many connections a listener for everybody has from one network: the newest beyond that are closed.
package final class NetworkBound: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    package init(limit: Int) { self.limit = limit }

    /// What a connection has in its pipeline.
    package func handler() -> any RemovableChannelHandler { Handler(bound: self) }

    private func enter(_ network: String) -> Bool {
        counts.withLock { counts in
            counts[network, default: 0] += 1
            return counts[network, default: 0] <= limit
        }
    }

    private func leave(_ network: String) {
        counts.withLock { counts in
            let left = (counts[network] ?? 1) - 1
            counts[network] = left > 0 ? left : nil
        }
    }

    private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = NIOAny

        private let bound: NetworkBound
        private var network: String?

        init(bound: NetworkBound) { self.bound = bound }

        func handlerAdded(context: ChannelHandlerContext) {
            let network = Network.prefix(of: context.channel.remoteAddress)
            self.network = network
            if !bound.enter(network) { context.close(promise: nil) }
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            if let network { bound.leave(network) }
            network = nil
        }
    }
}
