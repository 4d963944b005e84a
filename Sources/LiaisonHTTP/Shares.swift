// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire
import NIOCore
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
/// party that uses up its own is told to wait; what the others have is still theirs. Requests that say that they are urgent have
/// shares apart, so that an agent's own flood leaves room for its alarm; whoever says so of everything fills only these.
final class Shares: Sendable {
    fileprivate enum Party: Hashable {
        case agent(Hash), agentUrgent(Hash)
        case institution(InstitutionID), institutionUrgent(InstitutionID)
        case network(String)
        case strangers
        case all, allUrgent
    }

    private let limits: ServerLimits
    private let used = Mutex<[Party: (requests: Int, bytes: Int)]>([:])
    private let refused = Mutex<[String: Int]>([:])
    private let closed = Mutex<[String: Int]>([:])
    private let rates = Mutex<[Party: Patience]>([:])

    init(_ limits: ServerLimits) { self.limits = limits }

    /// How often somebody had to wait, by whose share was used up.
    var refusals: [String: Int] { refused.withLock { $0 } }

    /// How many connections had to go, by whose places were full, and how often a key or a network was shut out.
    var closings: [String: Int] { closed.withLock { $0 } }

    func noteClosing(_ share: String) { closed.withLock { $0[share, default: 0] += 1 } }

    private func limit(of party: Party) -> (limits: ShareLimits, name: String) {
        switch party {
        case .agent: (limits.agent, "agent")
        case .agentUrgent: (limits.agentUrgent, "agent_urgent_requests")
        case .institution: (limits.institution, "institution")
        case .institutionUrgent: (limits.institutionUrgent, "institution_urgent_requests")
        case .network: (limits.networkShare, "network")
        case .strangers: (limits.strangersShare, "strangers")
        case .all: (limits.all, "all")
        case .allUrgent: (limits.allUrgent, "all_urgent_requests")
        }
    }

    /// A place for one request, given back when it is let go of.
    ///
    /// - Parameters:
    ///   - network: that the connection comes from.
    ///   - key: of the connection; nil for one that showed none.
    ///   - institution: of the agent or registrar whom a roster names by this key; nil for strangers.
    ///   - urgency: that the request says it has; a stranger's is not looked at.
    /// - Throws: `Problem(.tooManyRequests)`.
    func enter(
        from network: String, key: Hash?, institution: InstitutionID?, _ urgency: Urgency = .routine
    ) throws(Problem) -> Share {
        let parties: [Party] =
            if let key, let institution {
                urgency.isApart
                    ? [.agentUrgent(key), .institutionUrgent(institution), .allUrgent]
                    : [.agent(key), .institution(institution), .all]
            } else {
                [.network(network), .strangers, .all]
            }
        try take(requests: 1, bytes: 0, parties)
        return Share(of: self, parties)
    }

    /// How long a request of an agent or registrar has to wait because there were too many before it: also those that are answered at
    /// once, one after the other, leave nobody else a turn. Urgent ones are counted apart.
    func wait(of key: Hash, _ urgency: Urgency, now: NIODeadline = .now()) -> TimeAmount {
        let party = urgency.isApart ? Party.agentUrgent(key) : .agent(key)
        let rate = urgency.isApart ? limits.agentUrgentRate : limits.agentRate
        let isWithin = rates.withLock {
            $0[party, default: Patience(most: rate.burst, oneMoreEach: rate.interval, now: now)]
                .strain(now: now) == .zero
        }
        guard !isWithin else { return .zero }
        refused.withLock { $0["agent_rate", default: 0] += 1 }
        return limits.refusalWait
    }

    fileprivate func take(requests: Int, bytes: Int, _ parties: [Party]) throws(Problem) {
        let full = used.withLock { used -> Party? in
            for party in parties {
                let (limit, now) = (limit(of: party).limits, used[party] ?? (0, 0))
                if now.requests + requests > limit.requests || now.bytes + bytes > limit.bytes { return party }
            }
            Self.change(&used, requests: requests, bytes: bytes, parties)
            return nil
        }
        guard let full else { return }
        refused.withLock { $0[limit(of: full).name, default: 0] += 1 }
        throw Problem(.tooManyRequests, retryAfter: 1)
    }

    /// Takes, or gives back, whatever the limits are.
    fileprivate func change(requests: Int = 0, bytes: Int, _ parties: [Party]) {
        used.withLock { Self.change(&$0, requests: requests, bytes: bytes, parties) }
    }

    private static func change(
        _ used: inout [Party: (requests: Int, bytes: Int)], requests: Int, bytes: Int, _ parties: [Party]
    ) {
        for party in parties {
            var now = used[party] ?? (0, 0)
            now.requests += requests
            now.bytes += bytes
            used[party] = now.requests == 0 && now.bytes == 0 ? nil : now
        }
    }
}

/// One request's place, and the bytes that it holds in memory; whoever lets go of it gives both back.
final class Share: Sendable {
    private let shares: Shares
    private let parties: [Shares.Party]
    /// Bytes in all, and of these what was reserved for an answer.
    private let held = Mutex((bytes: 0, reserved: 0))

    fileprivate init(of shares: Shares, _ parties: [Shares.Party]) {
        self.shares = shares
        self.parties = parties
    }

    deinit { shares.change(requests: -1, bytes: -held.withLock { $0.bytes }, parties) }

    /// Bytes of a body as they come.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func hold(_ bytes: Int) throws(Problem) {
        try shares.take(requests: 0, bytes: bytes, parties)
        held.withLock { $0.bytes += bytes }
    }

    /// Bytes that an answer will take, before anything is done for it.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func reserve(_ bytes: Int) throws(Problem) {
        try hold(bytes)
        held.withLock { $0.reserved += bytes }
    }

    /// Bytes of an answer beyond what was reserved for it: what was done is answered, whatever it takes; who asks next may
    /// have to wait for it.
    func holdAnswer(_ bytes: Int) {
        let more = held.withLock { held -> Int in
            let more = max(bytes - held.reserved, 0)
            held.bytes += more
            held.reserved += more
            return more
        }
        shares.change(bytes: more, parties)
    }
}
