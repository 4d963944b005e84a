// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire
import Synchronization

/// What agents and institutions may add to the log and to the disk in a time. Each has a bucket of tokens that fills again: a
/// flood of one is over when its bucket is empty, and takes nothing from anybody else's. What is urgent has buckets of its
/// own, so that a flood of routine forms never holds up an alarm, not even of the same agent.
public final class Quotas: Sendable {
    /// How many tokens a bucket holds, and how many come back in an hour.
    public struct Rate: Hashable, Sendable {
        public let burst: Int
        public let perHour: Int

        public init(burst: Int, perHour: Int) {
            self.burst = max(burst, 1)
            self.perHour = max(perHour, 1)
        }
    }

    /// Bounds that no honest unit meets.
    public struct Limits: Hashable, Sendable {
        public var agentSubmissions = Rate(burst: 300, perHour: 1200)
        public var agentUrgent = Rate(burst: 100, perHour: 600)
        public var agentActs = Rate(burst: 2000, perHour: 12_000)
        public var institutionSubmissions = Rate(burst: 3000, perHour: 12_000)
        public var institutionUrgent = Rate(burst: 1000, perHour: 6000)
        /// In MiB.
        public var agentContentMegabytes = Rate(burst: 4096, perHour: 2048)
        public var agentKeys = Rate(burst: 20, perHour: 1)

        public init() {}

        /// - Parameter reader: given the name and the default of each, says what it is.
        public init(_ reader: (String, Rate) -> Rate) {
            agentSubmissions = reader("agentSubmissions", agentSubmissions)
            agentUrgent = reader("agentUrgent", agentUrgent)
            agentActs = reader("agentActs", agentActs)
            institutionSubmissions = reader("institutionSubmissions", institutionSubmissions)
            institutionUrgent = reader("institutionUrgent", institutionUrgent)
            agentContentMegabytes = reader("agentContentMegabytes", agentContentMegabytes)
            agentKeys = reader("agentKeys", agentKeys)
        }
    }

    /// Whose bucket, and of what.
    private enum Bucket: Hashable {
        case submissions(AgentAddress), urgent(AgentAddress), acts(AgentAddress), content(AgentAddress),
            keys(AgentAddress)
        case allSubmissions(InstitutionID), allUrgent(InstitutionID)
    }

    /// Tokens are counted in parts, so that a second's share of any rate is whole.
    private static let parts = 3600

    private let limits: Limits
    /// What is missing from each bucket, and when that was; full ones are forgotten.
    private let missing = Mutex<[Bucket: (parts: Int, at: Instant)]>([:])

    public init(_ limits: Limits = Limits()) { self.limits = limits }

    // MARK: Asking

    /// - Parameter bytes: of its content.
    /// - Throws: `Problem(.tooManyRequests)` with the time after which it may be tried again.
    func submit(by agent: AgentAddress, _ urgency: Urgency, bytes: Int, now: Instant) throws(Problem) {
        let isUrgent = urgency != .routine && urgency != .priority
        try take(
            [
                isUrgent
                    ? (.urgent(agent), limits.agentUrgent, 1) : (.submissions(agent), limits.agentSubmissions, 1),
                isUrgent
                    ? (.allUrgent(agent.institution), limits.institutionUrgent, 1)
                    : (.allSubmissions(agent.institution), limits.institutionSubmissions, 1),
                (.content(agent), limits.agentContentMegabytes, max(bytes >> 20, 0))
            ], now: now)
    }

    func act(by agent: AgentAddress, now: Instant) throws(Problem) {
        try take([(.acts(agent), limits.agentActs, 1)], now: now)
    }

    func publishKeys(of agent: AgentAddress, now: Instant) throws(Problem) {
        try take([(.keys(agent), limits.agentKeys, 1)], now: now)
    }

    private func take(_ wanted: [(bucket: Bucket, rate: Rate, tokens: Int)], now: Instant) throws(Problem) {
        let wait = missing.withLock { missing -> Seconds? in
            var after: [(Bucket, Int)] = []
            for (bucket, rate, tokens) in wanted where tokens > 0 {
                let gone = Self.missing(missing[bucket], rate, now) + tokens * Self.parts
                // What is larger than a bucket goes when the bucket is full.
                let over = gone - max(rate.burst, tokens) * Self.parts
                guard over <= 0 else { return Seconds((over + rate.perHour - 1) / rate.perHour) }
                after.append((bucket, gone))
            }
            for (bucket, gone) in after { missing[bucket] = (gone, now) }
            if missing.count > Self.mostBuckets { Self.forgetFull(&missing, limits, now) }
            return nil
        }
        if let wait { throw Problem(.tooManyRequests, retryAfter: max(wait, 1)) }
    }

    private static func missing(_ known: (parts: Int, at: Instant)?, _ rate: Rate, _ now: Instant) -> Int {
        guard let known else { return 0 }
        let seconds = min(max((now - known.at).rawValue, 0), 366 * 86_400)
        return max(known.parts - seconds * rate.perHour, 0)
    }

    private static let mostBuckets = 20_000

    private static func forgetFull(
        _ missing: inout [Bucket: (parts: Int, at: Instant)], _ limits: Limits, _ now: Instant
    ) {
        let slowest = limits.agentKeys
        missing = missing.filter { self.missing($0.value, slowest, now) > 0 }
    }
}
