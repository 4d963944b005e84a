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

        /// Large enough for "no bound"; what is computed with it does not overflow.
        static let largest = 1_000_000_000

        public init(burst: Int, perHour: Int) {
            self.burst = min(max(burst, 1), Self.largest)
            self.perHour = min(max(perHour, 1), Self.largest)
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
        /// In MiB.
        public var institutionRosterMegabytes = Rate(burst: 512, perHour: 32)
        public var institutionSuccessions = Rate(burst: 20, perHour: 1)

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
            institutionRosterMegabytes = reader("institutionRosterMegabytes", institutionRosterMegabytes)
            institutionSuccessions = reader("institutionSuccessions", institutionSuccessions)
        }
    }

    /// Whose bucket, and of what.
    fileprivate enum Bucket: Hashable {
        case submissions(AgentAddress), urgent(AgentAddress), acts(AgentAddress), content(AgentAddress),
            keys(AgentAddress)
        case allSubmissions(InstitutionID), allUrgent(InstitutionID), rosters(InstitutionID), successions(InstitutionID)

        /// For the operator's metrics, which name nobody.
        var name: String {
            switch self {
            case .submissions: "agent_submissions"
            case .urgent: "agent_urgent"
            case .acts: "agent_acts"
            case .content: "agent_content"
            case .keys: "agent_keys"
            case .allSubmissions: "institution_submissions"
            case .allUrgent: "institution_urgent"
            case .rosters: "institution_rosters"
            case .successions: "institution_successions"
            }
        }
    }

    /// What was taken for a document, to be given back when the document is refused.
    struct Taken {
        fileprivate let bucket: Bucket
        fileprivate let parts: Int
    }

    /// Tokens are counted in parts, so that a second's share of any rate is whole.
    private static let parts = 3600

    private let limits: Limits
    /// What is missing from each bucket, and when that was; full ones are forgotten.
    private let missing = Mutex<[Bucket: (parts: Int, at: Instant)]>([:])

    private let refused = Mutex<[String: Int]>([:])

    public init(_ limits: Limits = Limits()) { self.limits = limits }

    /// How often somebody had to wait, by what there was too much of.
    public var refusals: [String: Int] { refused.withLock { $0 } }

    /// Counts who was told to wait for another reason than an empty bucket.
    func note(_ reason: String) { refused.withLock { $0[reason, default: 0] += 1 } }

    // MARK: Asking

    /// - Parameter bytes: of its content, as they arrived.
    /// - Throws: `Problem(.tooManyRequests)` with the time after which it may be tried again.
    func submit(by agent: AgentAddress, _ urgency: Urgency, bytes: Int, now: Instant) throws(Problem) {
        try take(
            [
                (urgency.isApart ? .urgent(agent) : .submissions(agent), Self.parts),
                (urgency.isApart ? .allUrgent(agent.institution) : .allSubmissions(agent.institution), Self.parts),
                (.content(agent), Self.parts(ofBytes: bytes))
            ], now: now)
    }

    func act(by agent: AgentAddress, now: Instant) throws(Problem) {
        try take([(.acts(agent), Self.parts)], now: now)
    }

    /// A piece of a content that is uploaded before its submission or act; the smallest count as 64 KiB.
    func stage(by agent: AgentAddress, bytes: Int, now: Instant) throws(Problem) {
        try take([(.content(agent), Self.parts(ofBytes: max(bytes, 64 << 10)))], now: now)
    }

    func publishKeys(of agent: AgentAddress, now: Instant) throws(Problem) {
        try take([(.keys(agent), Self.parts)], now: now)
    }

    /// A roster that was signed and that the relay does not have yet; the smallest count as 256 KiB, since each leads to a
    /// DirectoryHead as well, which has a line for every institution.
    func publishRoster(of institution: InstitutionID, bytes: Int, now: Instant) throws(Problem) -> Taken {
        let parts = Self.parts(ofBytes: max(bytes, 256 << 10))
        try take([(.rosters(institution), parts)], now: now)
        return Taken(bucket: .rosters(institution), parts: parts)
    }

    /// Apart from rosters: with a stolen key somebody may flood these, and the succession is the remedy.
    func publishSuccession(of institution: InstitutionID, now: Instant) throws(Problem) -> Taken {
        try take([(.successions(institution), Self.parts)], now: now)
        return Taken(bucket: .successions(institution), parts: Self.parts)
    }

    /// What is refused adds nothing to the log, and uses up nothing of whoever it names.
    func giveBack(_ taken: Taken, now: Instant) {
        missing.withLock { missing in
            missing[taken.bucket] = (max(gone(from: taken.bucket, missing, now) - taken.parts, 0), now)
        }
    }

    private static func parts(ofBytes bytes: Int) -> Int { (min(max(bytes, 0), 1 << 40) * parts) >> 20 }

    private func rate(of bucket: Bucket) -> Rate {
        switch bucket {
        case .submissions: limits.agentSubmissions
        case .urgent: limits.agentUrgent
        case .acts: limits.agentActs
        case .content: limits.agentContentMegabytes
        case .keys: limits.agentKeys
        case .allSubmissions: limits.institutionSubmissions
        case .allUrgent: limits.institutionUrgent
        case .rosters: limits.institutionRosterMegabytes
        case .successions: limits.institutionSuccessions
        }
    }

    private func take(_ wanted: [(bucket: Bucket, parts: Int)], now: Instant) throws(Problem) {
        let full = missing.withLock { missing -> (bucket: Bucket, wait: Seconds)? in
            var after: [(Bucket, Int)] = []
            for (bucket, parts) in wanted where parts > 0 {
                let (rate, gone) = (rate(of: bucket), gone(from: bucket, missing, now) + parts)
                // What is larger than a bucket goes when the bucket is full.
                let over = gone - max(rate.burst * Self.parts, parts)
                guard over <= 0 else { return (bucket, Seconds((over + rate.perHour - 1) / rate.perHour)) }
                after.append((bucket, gone))
            }
            for (bucket, gone) in after { missing[bucket] = (gone, now) }
            forgetFull(&missing, now)
            return nil
        }
        guard let full else { return }
        note(full.bucket.name)
        throw Problem(.tooManyRequests, retryAfter: max(full.wait, 1))
    }

    /// What is missing from a bucket now.
    private func gone(from bucket: Bucket, _ missing: [Bucket: (parts: Int, at: Instant)], _ now: Instant) -> Int {
        guard let known = missing[bucket] else { return 0 }
        let seconds = min(max((now - known.at).rawValue, 0), 366 * 86_400)
        return max(known.parts - seconds * rate(of: bucket).perHour, 0)
    }

    private static let mostBuckets = 20_000
    private let forgottenAt = Mutex<Instant>(.earliest)

    /// At most once a minute: whoever asks does not pay for all others.
    private func forgetFull(_ missing: inout [Bucket: (parts: Int, at: Instant)], _ now: Instant) {
        guard missing.count > Self.mostBuckets else { return }
        let isDue = forgottenAt.withLock { at in
            guard now - at >= .minutes(1) else { return false }
            at = now
            return true
        }
        if isDue { missing = missing.filter { gone(from: $0.key, missing, now) > 0 } }
    }
}
