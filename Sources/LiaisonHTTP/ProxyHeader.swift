// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonListener
import NIOCore

/// What a proxy that passes TLS through says of a connection's origin before its first byte: the PROXY protocol, version 2
/// (haproxy.org, proxy-protocol.txt, section 2.2).
enum ProxyHeader: Equatable {
    /// The connection is somebody's, from this address.
    case from(String)
    /// The proxy's own, or of a kind without addresses.
    case local

    enum Failure: Error { case malformed }

    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    /// Bytes behind the first sixteen: addresses and what a proxy may add to them.
    static let largest = 2048

    /// Takes a header from the beginning of what arrived; nil while it is not all there.
    ///
    /// - Throws: `Failure` for anything else, and for one that is longer than `largest`.
    static func take(from buffer: inout ByteBuffer) throws -> ProxyHeader? {
        let start = buffer.readerIndex
        let known = buffer.getBytes(at: start, length: min(signature.count, buffer.readableBytes)) ?? []
        guard known.elementsEqual(signature.prefix(known.count)) else { throw Failure.malformed }
        guard let command: UInt8 = buffer.getInteger(at: start + 12),
            let family: UInt8 = buffer.getInteger(at: start + 13),
            let length: UInt16 = buffer.getInteger(at: start + 14)
        else { return nil }
        guard command == 0x20 || command == 0x21, length <= largest else { throw Failure.malformed }
        guard buffer.readableBytes >= 16 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 16)
        guard let rest = buffer.readBytes(length: Int(length)) else { throw Failure.malformed }
        // 0x20 is the proxy's own connection, such as a health check.
        guard command == 0x21 else { return .local }
        let addressLength: Int
        switch family >> 4 {
        case 1: addressLength = 4
        case 2: addressLength = 16
        default: return .local
        }
        guard rest.count >= 2 * addressLength + 4 else { throw Failure.malformed }
        let address = try SocketAddress(packedIPAddress: ByteBuffer(bytes: rest.prefix(addressLength)), port: 0)
        return address.ipAddress.map(ProxyHeader.from) ?? .local
    }
}

/// Tells the handlers behind it where a proxy's connection comes from, and then takes no part any more.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let peer: Peer
    private var arrived = ByteBuffer()
    /// What is behind the header, while this handler is being removed.
    private var isOver = false

    init(peer: Peer) { self.peer = peer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        arrived.writeBuffer(&piece)
        guard !isOver else { return }
        do {
            guard let header = try ProxyHeader.take(from: &arrived) else { return }
            isOver = true
            let own = context.channel.remoteAddress?.ipAddress ?? ""
            let origin = if case .from(let address) = header { address } else { own }
            peer.set(network: Network.prefix(of: origin))
            context.fireUserInboundEventTriggered(PeerOrigin())
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            // A proxy that says nothing of the kind, or somebody who is none.
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        guard isOver, arrived.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(arrived))
        context.fireChannelReadComplete()
    }
}

/// From now on it is known where the connection comes from.
struct PeerOrigin: Sendable {}
