// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes
import NIOCore

/// Closes a connection that is another user's of this machine, before it can ask for anything or hold a place.
final class SameUserHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        if PeerOwner.user(of: channel.remoteAddress, at: channel.localAddress) != geteuid() {
            context.close(promise: nil)
        }
    }
}

/// Which user of this machine is at the other end of a connection over the loopback interface, as the kernel says (proc(5),
/// `/proc/net/tcp`).
///
/// Every user of a machine can connect to a port of 127.0.0.1, and cookies know no ports: a server of somebody else on another port
/// of this address is shown the desk's cookie by the browser. So a cookie alone lets nobody in.
enum PeerOwner {
    /// - Returns: the user's number; nil where the kernel does not list such a connection.
    static func user(of peer: SocketAddress?, at own: SocketAddress?, table: () -> String? = readTable) -> UInt32? {
        guard let peer = entry(of: peer), let own = entry(of: own), let table = table() else { return nil }
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid …; seen from the other end
            // 01: established; what is closing is nobody's.
            guard columns.count > 7, columns[1] == peer, columns[2] == own, columns[3] == "01" else { continue }
            return UInt32(columns[7])
        }
        return nil
    }

    /// The table's size is not known beforehand: it is read to its end.
    static func readTable() -> String? {
        guard let file = FileHandle(forReadingAtPath: "/proc/net/tcp"), let bytes = try? file.readToEnd() else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `127.0.0.1:80` as the table has it: `0100007F:0050`, the address in the machine's own order.
    private static func entry(of address: SocketAddress?) -> String? {
        guard case .v4(let address) = address else { return nil }
        var octets: [UInt8] = []
        withUnsafeBytes(of: address.address.sin_addr.s_addr) { octets = Array($0) }
        let port = UInt16(bigEndian: address.address.sin_port)
        #if _endian(little)
            octets.reverse()
        #endif
        return Hex.encode(octets).uppercased() + ":" + Hex.encode([UInt8(port >> 8), UInt8(port & 0xFF)]).uppercased()
    }
}
