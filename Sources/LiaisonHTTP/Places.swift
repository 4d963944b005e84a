// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import NIOCore
import Synchronization

/// The places of a listener: who is connected, and who has to go when there are too many.
///
/// A connection is a stranger's until its handshake shows a key that a roster names. Strangers have places of their own, and
/// of these each network only some: whoever opens thousands of connections takes the places of their own earlier ones, and
/// never one of an agent.
final class Places: Sendable {
    typealias Close = @Sendable () -> Void

    private struct Connection {
        let id: Int
        let key: Hash?
        let close: Close
    }

    /// Connections of some groups, of each the oldest first.
    private struct Groups<Name: Hashable> {
        private(set) var members: [Name: [Connection]] = [:]
        private(set) var count = 0

        mutating func add(_ connection: Connection, to group: Name) {
            members[group, default: []].append(connection)
            count += 1
        }

        func count(in group: Name) -> Int { members[group]?.count ?? 0 }

        /// Of several that have as many, the one whose oldest connection is oldest.
        var fullest: Name? {
            members.max { ($0.value.count, -$0.value[0].id) < ($1.value.count, -$1.value[0].id) }?.key
        }

        /// Takes away the oldest connection of a group that fits.
        mutating func remove(from group: Name, where fits: (Connection) -> Bool = { _ in true }) -> Connection? {
            guard let place = members[group]?.firstIndex(where: fits) else { return nil }
            let connection = members[group]?.remove(at: place)
            if members[group]?.isEmpty ?? false { members[group] = nil }
            count -= 1
            return connection
        }

        mutating func removeAll(from group: Name) -> [Connection] {
            let removed = members.removeValue(forKey: group) ?? []
            count -= removed.count
            return removed
        }
    }

    private struct State {
        var next = 0
        /// By network.
        var strangers = Groups<String>()
        var known = Groups<InstitutionID>()
        /// Who was shut out, and until when.
        var shutOut: [Party: NIODeadline] = [:]
        /// Frames that were sent.
        var frames: [Party: Patience] = [:]
    }

    private enum Party: Hashable {
        case key(Hash)
        case network(String)

        init(from network: String, key: Hash?) { self = key.map(Party.key) ?? .network(network) }
    }

    private let limits: ServerLimits
    private let state = Mutex(State())
    private let now: @Sendable () -> NIODeadline
    private let note: @Sendable (String) -> Void

    /// - Parameter note: told whose places were full whenever a connection has to go, and who is shut out.
    init(
        _ limits: ServerLimits, now: @escaping @Sendable () -> NIODeadline = { .now() },
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.limits = limits
        self.now = now
        self.note = note
    }

    private typealias Evicted = (connection: Connection?, share: String)

    private func end(_ evicted: Evicted?) {
        guard let evicted, let connection = evicted.connection else { return }
        note(evicted.share)
        connection.close()
    }

    /// Strangers that are here.
    var strangers: Int { state.withLock { $0.strangers.count } }

    /// A new connection takes a place; the oldest of its network, or of the network that has most, goes for it.
    ///
    /// - Returns: what the connection is called from now on.
    func arrived(from network: String, _ close: @escaping Close) -> Int {
        let (id, evicted) = state.withLock { state -> (Int, Evicted?) in
            state.next += 1
            state.strangers.add(Connection(id: state.next, key: nil, close: close), to: network)
            if state.strangers.count(in: network) > limits.strangersOfOneSource {
                return (state.next, (state.strangers.remove(from: network), "network"))
            }
            guard state.strangers.count > limits.strangers, let crowded = state.strangers.fullest else {
                return (state.next, nil)
            }
            return (state.next, (state.strangers.remove(from: crowded), "strangers"))
        }
        end(evicted)
        return id
    }

    /// The handshake showed a key that a roster names: the connection leaves the strangers. Of too many with one key, of one
    /// institution or in all, the oldest of the key, of the institution, or of the institution that has most goes.
    func recognized(_ id: Int, from network: String, as key: Hash, of institution: InstitutionID) {
        let evicted = state.withLock { state -> Evicted? in
            guard let connection = state.strangers.remove(from: network, where: { $0.id == id }) else { return nil }
            state.known.add(Connection(id: id, key: key, close: connection.close), to: institution)
            let own = state.known.members[institution]?.count { $0.key == key } ?? 0
            if own > limits.connectionsOfOneKey {
                return (state.known.remove(from: institution) { $0.key == key }, "agent")
            }
            if state.known.count(in: institution) > limits.connectionsOfOneInstitution {
                return (state.known.remove(from: institution), "institution")
            }
            guard state.known.count > limits.connections, let crowded = state.known.fullest else { return nil }
            return (state.known.remove(from: crowded), "all")
        }
        end(evicted)
    }

    /// Keeps a key out for a while; without a key, the strangers of a network, of whom those that are here go as well.
    func shutOut(from network: String, key: Hash?) {
        let now = now()
        let closed = state.withLock { state -> [Connection] in
            state.shutOut = state.shutOut.filter { $0.value > now }
            state.shutOut[Party(from: network, key: key)] = now + limits.shutOut
            return key == nil ? state.strangers.removeAll(from: network) : []
        }
        note(key == nil ? "network_streams" : "agent_streams")
        for connection in closed { connection.close() }
    }

    /// Counts frames that came with a key, or from a stranger of a network.
    ///
    /// - Returns: whether there were too many.
    func sentTooMany(_ count: Int, from network: String, key: Hash?) -> Bool {
        let (now, rate) = (now(), key == nil ? limits.framesOfStrangers : limits.frames)
        return state.withLock { state in
            // Whoever comes from ever more networks makes it forget the earlier ones.
            if state.frames.count > 16_384 { state.frames = [:] }
            return state.frames[Party(from: network, key: key), default: Patience(rate, now: now)]
                .strain(by: count, now: now) > .zero
        }
    }

    func isShutOut(from network: String, key: Hash?) -> Bool {
        let now = now()
        return state.withLock { $0.shutOut[Party(from: network, key: key)].map { $0 > now } ?? false }
    }

    /// - Parameter institution: as whose it was recognized.
    func left(_ id: Int, from network: String, of institution: InstitutionID?) {
        state.withLock { state in
            if state.strangers.remove(from: network, where: { $0.id == id }) == nil, let institution {
                _ = state.known.remove(from: institution) { $0.id == id }
            }
        }
    }
}
