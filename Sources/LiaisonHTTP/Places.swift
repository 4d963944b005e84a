// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes
import NIOCore
import Synchronization

/// Where a connection comes from, as far as one household or one server farm goes: an IPv4 address, or the 64 bits of an IPv6
/// address that belong to one network (RFC 4291, section 2.5.1).
enum Network {
    static func prefix(of address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "" }
        return prefix(of: text)
    }

    static func prefix(of text: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? bytes.suffix(4).map(String.init).joined(separator: ".") : Hex.encode(Array(bytes.prefix(8)))
    }
}

/// The places of a listener: who is connected, and who has to go when there are too many.
///
/// A connection is a stranger's until its handshake shows a key that a roster names. Strangers have places of their own, and
/// of these each network only some: whoever opens thousands of connections takes the places of their own earlier ones, and
/// never one of an agent.
final class Places: Sendable {
    typealias Close = @Sendable () -> Void

    private struct State {
        var next = 0
        /// Of each network its connections, the oldest first.
        var strangers: [String: [(id: Int, close: Close)]] = [:]
        var strangerCount = 0
        var known: [Hash: [(id: Int, close: Close)]] = [:]
    }

    private let limits: ServerLimits
    private let state = Mutex(State())

    init(_ limits: ServerLimits) { self.limits = limits }

    /// Strangers that are here.
    var strangers: Int { state.withLock { $0.strangerCount } }

    /// A new connection takes a place; the oldest of its network, or of the network that has most, goes for it.
    ///
    /// - Returns: what the connection is called from now on.
    func arrived(from source: String, _ close: @escaping Close) -> Int {
        let (id, evicted) = state.withLock { state -> (Int, Close?) in
            state.next += 1
            state.strangers[source, default: []].append((state.next, close))
            state.strangerCount += 1
            let isFull = state.strangerCount > limits.strangers
            let own = state.strangers[source]?.count ?? 0
            guard isFull || own > limits.strangersOfOneSource else { return (state.next, nil) }
            let crowded =
                own > limits.strangersOfOneSource
                ? source : state.strangers.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }?.key ?? source
            return (state.next, Self.removeOldest(of: crowded, &state))
        }
        evicted?()
        return id
    }

    private static func removeOldest(of source: String, _ state: inout State) -> Close? {
        guard let oldest = state.strangers[source]?.removeFirst() else { return nil }
        if state.strangers[source]?.isEmpty ?? false { state.strangers[source] = nil }
        state.strangerCount -= 1
        return oldest.close
    }

    /// The handshake showed a key that a roster names: the connection leaves the strangers. The oldest of too many of one key
    /// goes.
    func recognized(_ id: Int, from source: String, as key: Hash) {
        let evicted = state.withLock { state -> Close? in
            guard let place = state.strangers[source]?.firstIndex(where: { $0.id == id }) else { return nil }
            let connection = state.strangers[source]?.remove(at: place)
            if state.strangers[source]?.isEmpty ?? false { state.strangers[source] = nil }
            state.strangerCount -= 1
            guard let connection else { return nil }
            state.known[key, default: []].append(connection)
            guard state.known[key]?.count ?? 0 > limits.connectionsOfOneKey else { return nil }
            return state.known[key]?.removeFirst().close
        }
        evicted?()
    }

    func left(_ id: Int, from source: String, key: Hash?) {
        state.withLock { state in
            if let place = state.strangers[source]?.firstIndex(where: { $0.id == id }) {
                state.strangers[source]?.remove(at: place)
                if state.strangers[source]?.isEmpty ?? false { state.strangers[source] = nil }
                state.strangerCount -= 1
            } else if let key, let place = state.known[key]?.firstIndex(where: { $0.id == id }) {
                state.known[key]?.remove(at: place)
                if state.known[key]?.isEmpty ?? false { state.known[key] = nil }
            }
        }
    }
}
