// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire
import Synchronization

/// What one party may make the relay do at a time.
public struct ShareLimits: Sendable {
    /// Requests that are being answered.
    public var requests: Int
    /// Bytes of bodies and answers in memory.
    public var bytes: Int

    public init(requests: Int, bytes: Int) {
        self.requests = requests
        self.bytes = bytes
    }
}

/// Shares of the relay's memory and attention: of each agent, of each institution, of all strangers together, and of all. A
/// party that uses up its own is told to wait; what the others have is still theirs.
final class Shares: Sendable {
    private enum Party: Hashable {
        case agent(Hash)
        case institution(InstitutionID)
        case network(String)
        case strangers
        case all
    }

    private let limits: ServerLimits
    private let used = Mutex<[Party: (requests: Int, bytes: Int)]>([:])
    private let refused = Mutex<[String: Int]>([:])

    init(_ limits: ServerLimits) { self.limits = limits }

    /// How often somebody had to wait, by whose share was used up.
    var refusals: [String: Int] { refused.withLock { $0 } }

    private func limit(of party: Party) -> (limits: ShareLimits, name: String) {
        switch party {
        case .agent: (limits.agent, "agent")
        case .institution: (limits.institution, "institution")
        case .network: (limits.networkShare, "network")
        case .strangers: (limits.strangersShare, "strangers")
        case .all: (limits.all, "all")
        }
    }

    /// A place for one request, given back when it is let go of.
    ///
    /// - Parameters:
    ///   - network: that the connection comes from.
    ///   - key: of the connection; nil for one that showed none.
    ///   - institution: of the agent or registrar whom a roster names by this key; nil for strangers.
    /// - Throws: `Problem(.tooManyRequests)`.
    func enter(from network: String, key: Hash?, institution: InstitutionID?) throws(Problem) -> Share {
        let parties: [Party] =
            if let key, let institution {
                [.agent(key), .institution(institution), .all]
            } else {
                [.network(network), .strangers, .all]
            }
        try take(requests: 1, bytes: 0, parties)
        return Share { [self] bytes throws(Problem) in
            try take(requests: 0, bytes: bytes, parties)
        } add: { [self] bytes in
            give(requests: 0, bytes: -bytes, parties)
        } release: { [self] bytes in
            give(requests: 1, bytes: bytes, parties)
        }
    }

    private func take(requests: Int, bytes: Int, _ parties: [Party]) throws(Problem) {
        let full = used.withLock { used -> Party? in
            for party in parties {
                let (limit, now) = (limit(of: party).limits, used[party] ?? (0, 0))
                if now.requests + requests > limit.requests || now.bytes + bytes > limit.bytes { return party }
            }
            for party in parties {
                used[party, default: (0, 0)].requests += requests
                used[party, default: (0, 0)].bytes += bytes
            }
            return nil
        }
        guard let full else { return }
        refused.withLock { $0[limit(of: full).name, default: 0] += 1 }
        throw Problem(.tooManyRequests, retryAfter: 1)
    }

    private func give(requests: Int, bytes: Int, _ parties: [Party]) {
        used.withLock { used in
            for party in parties {
                guard var now = used[party] else { continue }
                now.requests -= requests
                now.bytes -= bytes
                used[party] = now.requests == 0 && now.bytes == 0 ? nil : now
            }
        }
    }
}

/// One request's place, and the bytes that it holds in memory; whoever lets go of it gives both back.
final class Share: Sendable {
    private let held = Mutex(0)
    private let reserved = Mutex(0)
    private let take: @Sendable (Int) throws(Problem) -> Void
    private let add: @Sendable (Int) -> Void
    private let release: @Sendable (Int) -> Void

    fileprivate init(
        take: @escaping @Sendable (Int) throws(Problem) -> Void, add: @escaping @Sendable (Int) -> Void,
        release: @escaping @Sendable (Int) -> Void
    ) {
        self.take = take
        self.add = add
        self.release = release
    }

    deinit { release(held.withLock { $0 }) }

    /// Bytes of a body as they come.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func hold(_ bytes: Int) throws(Problem) {
        try take(bytes)
        held.withLock { $0 += bytes }
    }

    /// Bytes that an answer will take, before anything is done for it.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func reserve(_ bytes: Int) throws(Problem) {
        try hold(bytes)
        reserved.withLock { $0 += bytes }
    }

    /// Bytes of an answer beyond what was reserved for it: what was done is answered, whatever it takes; who asks next may
    /// have to wait for it.
    func holdAnswer(_ bytes: Int) {
        let more = max(bytes - reserved.withLock { $0 }, 0)
        add(more)
        held.withLock { $0 += more }
    }
}
