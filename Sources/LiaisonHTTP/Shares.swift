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
    /// Requests of strangers, the oldest first.
    private let guests = Mutex<[Guest]>([])

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
    ///   - close: ends the request of a stranger who lets the relay wait while others have no place.
    /// - Throws: `Problem(.tooManyRequests)`.
    func enter(
        from network: String, key: Hash?, institution: InstitutionID?, _ urgency: Urgency = .routine,
        close: @escaping @Sendable () -> Void = {}
    ) throws(Problem) -> Share {
        guard let key, let institution else {
            return try enter(of: .network(network), in: .strangers, close)
        }
        let parties: [Party] =
            urgency.isApart
            ? [.agentUrgent(key), .institutionUrgent(institution), .allUrgent]
            : [.agent(key), .institution(institution), .all]
        try take(requests: 1, bytes: 0, parties)
        return Share(of: self, parties)
    }

    /// The same for whoever reads the log on its own listener, where nobody is known.
    func enterLog(from network: String, close: @escaping @Sendable () -> Void = {}) throws(Problem) -> Share {
        try enter(of: .logNetwork(network), in: .log, close)
    }

    private func enter(
        of network: Party, in crowd: Party, _ close: @escaping @Sendable () -> Void
    ) throws(Problem) -> Share {
        let parties = [network, crowd, .all]
        try take(requests: 1, bytes: 0, parties)
        let share = Share(of: self, parties)
        guests.withLock {
            $0.append(
                Guest(id: ObjectIdentifier(share), share: share, network: network, crowd: crowd, close: close))
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

    fileprivate func take(requests: Int, bytes: Int, _ parties: [Party]) throws(Problem) {
        var full = whoIsFull(with: requests, bytes, parties)
        while let crowd = full, pushOut(of: crowd, for: requests) { full = whoIsFull(with: requests, bytes, parties) }
        guard let full else { return }
        refused.withLock { $0[limit(of: full).name, default: 0] += 1 }
        throw Problem(.tooManyRequests, retryAfter: 1)
    }

    /// The party that has no room for these; nil when they are taken.
    private func whoIsFull(with requests: Int, _ bytes: Int, _ parties: [Party]) -> Party? {
        used.withLock { used in
            for party in parties {
                let (limit, now) = (limit(of: party).limits, used[party] ?? (0, 0))
                if now.requests + requests > limit.requests || now.bytes + bytes > limit.bytes { return party }
            }
            Self.change(&used, requests: requests, bytes: bytes, parties)
            return nil
        }
    }

    /// Where all strangers together have no room: ends the oldest request that lets the relay wait, of the network that has most.
    ///
    /// - Parameter requests: 0 when it is bytes that are lacking.
    /// - Returns: whether there was one.
    private func pushOut(of crowd: Party, for requests: Int) -> Bool {
        guard crowd == .strangers || crowd == .log else { return false }
        let used = used.withLock { $0 }
        func size(_ guest: Guest) -> Int {
            (requests > 0 ? used[guest.network]?.requests : used[guest.network]?.bytes) ?? 0
        }
        let victim = guests.withLock { guests -> Guest? in
            let idle = guests.filter { $0.crowd == crowd && !$0.isInWork }
            let most = idle.map(size).max()
            guard let victim = idle.first(where: { size($0) == most }) else { return nil }
            guests.removeAll { $0.id == victim.id }
            return victim
        }
        guard let victim else { return false }
        victim.share?.end()
        victim.close()
        return true
    }

    fileprivate func left(_ share: ObjectIdentifier) { guests.withLock { $0.removeAll { $0.id == share } } }

    fileprivate func set(_ share: ObjectIdentifier, isInWork: Bool) {
        guests.withLock { guests in
            guard let place = guests.firstIndex(where: { $0.id == share }) else { return }
            guests[place].isInWork = isInWork
        }
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

/// A request of somebody whom no roster names.
private struct Guest {
    let id: ObjectIdentifier
    weak var share: Share?
    let network: Shares.Party
    let crowd: Shares.Party
    let close: @Sendable () -> Void
    /// Whether the relay is at work for it; otherwise it waits for its body, or for its answer to be taken.
    var isInWork = false
}

/// One request's place, and the bytes that it holds in memory; whoever lets go of it gives both back.
final class Share: Sendable {
    private let shares: Shares
    private let parties: [Shares.Party]

    private struct Held {
        /// Bytes in all, and of these what is counted for an answer.
        var bytes = 0
        var reserved = 0
        var isEnded = false
    }

    private let held = Mutex(Held())

    fileprivate init(of shares: Shares, _ parties: [Shares.Party]) {
        self.shares = shares
        self.parties = parties
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
        try shares.take(requests: 0, bytes: bytes, parties)
        try add(bytes)
    }

    /// Bytes that an answer will take, before anything is done for it.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func reserve(_ bytes: Int) throws(Problem) {
        try shares.take(requests: 0, bytes: bytes, parties)
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
