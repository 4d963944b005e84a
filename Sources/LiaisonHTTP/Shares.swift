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
        case logNetwork(String), log
        case all, allUrgent
    }

    private let limits: ServerLimits
    private let used = Mutex<[Party: (requests: Int, bytes: Int)]>([:])
    private let refused = Mutex<[String: Int]>([:])
    private let closed = Mutex<[String: Int]>([:])
    private let rates = Mutex<[Party: Patience]>([:])
    /// Of those who read the log, and of their networks, which are as many as somebody likes.
    private let logRates = Mutex<[Party: Patience]>([:])
    /// Requests that hold a place, by their shares.
    private let holders = Mutex<(all: [ObjectIdentifier: Holder], number: Int)>(([:], 0))

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
        case .logNetwork: (limits.logNetworkShare, "log_network")
        case .log: (limits.logShare, "log")
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
    ///   - close: ends a request that lets the relay wait while others have no place.
    /// - Throws: `Problem(.tooManyRequests)`.
    func enter(
        from network: String, key: Hash?, institution: InstitutionID?, _ urgency: Urgency = .routine,
        close: @escaping @Sendable () -> Void = {}
    ) throws(Problem) -> Share {
        guard let key, let institution else {
            return try enter([.network(network), .strangers, .all], group: .network(network), in: .strangers, close)
        }
        return urgency.isApart
            ? try enter(
                [.agentUrgent(key), .institutionUrgent(institution), .allUrgent],
                group: .institutionUrgent(institution), in: .allUrgent, close)
            : try enter(
                [.agent(key), .institution(institution), .all], group: .institution(institution), in: .all, close)
    }

    /// The same for whoever reads the log on its own listener, where nobody is known.
    func enterLog(from network: String, close: @escaping @Sendable () -> Void = {}) throws(Problem) -> Share {
        try enter([.logNetwork(network), .log, .all], group: .logNetwork(network), in: .log, close)
    }

    /// - Parameters:
    ///   - group: in the crowd; of the one that has most, somebody has to go when the crowd has no room.
    ///   - crowd: within which requests make room for each other, and for nobody else's.
    private func enter(
        _ parties: [Party], group: Party, in crowd: Party, _ close: @escaping @Sendable () -> Void
    ) throws(Problem) -> Share {
        try take(requests: 1, bytes: 0, parties, in: crowd)
        let share = Share(of: self, parties, in: crowd)
        holders.withLock { holders in
            holders.number += 1
            holders.all[ObjectIdentifier(share)] = Holder(
                number: holders.number, share: share, group: group, crowd: crowd, close: close)
        }
        return share
    }

    /// How long a request of an agent or registrar has to wait because there were too many before it: also those that are answered at
    /// once, one after the other, leave nobody else a turn. Urgent ones are counted apart.
    func wait(of key: Hash, _ urgency: Urgency, now: NIODeadline = .now()) -> TimeAmount {
        let party = urgency.isApart ? Party.agentUrgent(key) : .agent(key)
        let rate = urgency.isApart ? limits.agentUrgentRate : limits.agentRate
        let isWithin = rates.withLock {
            $0[party, default: Patience(rate, now: now)].strain(now: now) == .zero
        }
        return isWithin ? .zero : toldToWait("agent_rate")
    }

    /// The same for whoever reads the log, by network and all together.
    func waitForLog(from network: String, now: NIODeadline = .now()) -> TimeAmount {
        let isWithin = logRates.withLock { rates in
            // Whoever comes from ever more networks makes it forget the earlier ones, and not what all have used.
            if rates.count > 4096 { rates = rates.filter { $0.key == .log } }
            return [(Party.logNetwork(network), limits.logNetworkRate), (.log, limits.logRate)].allSatisfy {
                (party, rate) in
                rates[party, default: Patience(rate, now: now)].strain(now: now) == .zero
            }
        }
        return isWithin ? .zero : toldToWait("log_rate")
    }

    private func toldToWait(_ name: String) -> TimeAmount {
        refused.withLock { $0[name, default: 0] += 1 }
        return limits.refusalWait
    }

    fileprivate func take(requests: Int, bytes: Int, _ parties: [Party], in crowd: Party) throws(Problem) {
        var full = whoIsFull(with: requests, bytes, parties)
        while let (party, lacksBytes) = full, party == crowd, pushOut(of: crowd, forBytes: lacksBytes) {
            full = whoIsFull(with: requests, bytes, parties)
        }
        guard let (party, _) = full else { return }
        refused.withLock { $0[limit(of: party).name, default: 0] += 1 }
        throw Problem(.tooManyRequests, retryAfter: 1)
    }

    /// The party that has no room for these, and whether it is bytes that it lacks; nil when they are taken.
    private func whoIsFull(with requests: Int, _ bytes: Int, _ parties: [Party]) -> (party: Party, lacksBytes: Bool)? {
        used.withLock { used in
            for party in parties {
                let (limit, now) = (limit(of: party).limits, used[party] ?? (0, 0))
                if now.bytes + bytes > limit.bytes { return (party, true) }
                if now.requests + requests > limit.requests { return (party, false) }
            }
            Self.change(&used, requests: requests, bytes: bytes, parties)
            return nil
        }
    }

    /// Where a crowd has no room: ends the oldest request that lets the relay wait, of the network or institution that has most.
    ///
    /// - Returns: whether there was one.
    private func pushOut(of crowd: Party, forBytes: Bool) -> Bool {
        let used = used.withLock { $0 }
        func size(_ group: Party) -> Int { (forBytes ? used[group]?.bytes : used[group]?.requests) ?? 0 }
        let victim = holders.withLock { holders -> Holder? in
            let idle = holders.all.filter { $0.value.crowd == crowd && !$0.value.isInWork }
            let victim = idle.max { (size($0.value.group), $1.value.number) < (size($1.value.group), $0.value.number) }
            return victim.flatMap { holders.all.removeValue(forKey: $0.key) }
        }
        guard let victim else { return false }
        victim.share?.end()
        victim.close()
        return true
    }

    fileprivate func left(_ share: ObjectIdentifier) { holders.withLock { _ = $0.all.removeValue(forKey: share) } }

    fileprivate func set(_ share: ObjectIdentifier, isInWork: Bool) {
        holders.withLock { $0.all[share]?.isInWork = isInWork }
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

/// A request that holds a place.
private struct Holder {
    /// Larger than that of whoever came before.
    let number: Int
    weak var share: Share?
    /// Its network or institution.
    let group: Shares.Party
    let crowd: Shares.Party
    let close: @Sendable () -> Void
    /// Whether the relay is at work for it; otherwise it waits for its body, or for its answer to be taken.
    var isInWork = false
}

/// One request's place, and the bytes that it holds in memory; whoever lets go of it gives both back.
final class Share: Sendable {
    private let shares: Shares
    private let parties: [Shares.Party]
    private let crowd: Shares.Party

    private struct Held {
        /// Bytes in all, and of these what is counted for an answer.
        var bytes = 0
        var reserved = 0
        var isEnded = false
    }

    private let held = Mutex(Held())

    fileprivate init(of shares: Shares, _ parties: [Shares.Party], in crowd: Shares.Party) {
        self.shares = shares
        self.parties = parties
        self.crowd = crowd
    }

    deinit {
        shares.left(ObjectIdentifier(self))
        end()
    }

    /// Gives back the place and the bytes.
    fileprivate func end() {
        let bytes = held.withLock { held -> Int? in
            defer { held.isEnded = true }
            return held.isEnded ? nil : held.bytes
        }
        if let bytes { shares.change(requests: -1, bytes: -bytes, parties) }
    }

    /// The body is all there: until the answer is, nobody takes the place away.
    func beginWork() { shares.set(ObjectIdentifier(self), isInWork: true) }

    func endWork() { shares.set(ObjectIdentifier(self), isInWork: false) }

    private func add(_ bytes: Int, reserved: Int = 0) throws(Problem) {
        let isEnded = held.withLock { held in
            guard !held.isEnded else { return true }
            held.bytes += bytes
            held.reserved += reserved
            return false
        }
        guard isEnded else { return }
        shares.change(bytes: -bytes, parties)
        throw Problem(.tooManyRequests, retryAfter: 1)
    }

    /// Bytes of a body as they come.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func hold(_ bytes: Int) throws(Problem) {
        try shares.take(requests: 0, bytes: bytes, parties, in: crowd)
        try add(bytes)
    }

    /// Bytes that an answer will take, before anything is done for it.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func reserve(_ bytes: Int) throws(Problem) {
        try shares.take(requests: 0, bytes: bytes, parties, in: crowd)
        try add(bytes, reserved: bytes)
    }

    /// Bytes of an answer beyond what was reserved for it: what was done is answered, whatever it takes; who asks next may
    /// have to wait for it.
    func holdAnswer(_ bytes: Int) {
        let more = held.withLock { held -> Int in
            guard !held.isEnded else { return 0 }
            let more = max(bytes - held.reserved, 0)
            held.bytes += more
            held.reserved += more
            return more
        }
        shares.change(bytes: more, parties)
    }
}
