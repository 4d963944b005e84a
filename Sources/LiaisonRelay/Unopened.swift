// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// How many bytes may lie unopened of one agent and of one institution, each content counted once for each delivery. What is
/// opened, withdrawn or expired makes room again.
public struct UnopenedLimits: Hashable, Sendable {
    public let agent: Int
    public let institution: Int

    /// Large enough for "no bound"; what is computed with it does not overflow.
    private static let largest = 1 << 60

    /// - Parameters: bytes.
    public init(agent: Int = 16 << 30, institution: Int = 64 << 30) {
        self.agent = min(max(agent, 0), Self.largest)
        self.institution = min(max(institution, 0), Self.largest)
    }

    /// Whoever meets one is told to try again after this time, when recipients may have opened something.
    static let wait: Seconds = .minutes(15)

    /// What may still be added; a quarter more for what is urgent, so that a flood of forms leaves room for an alarm.
    func room(besides unopened: UnopenedBytes, of author: AgentAddress, _ urgency: Urgency) -> Int {
        func left(_ limit: Int, _ used: Int) -> Int { limit + (urgency.isApart ? limit / 4 : 0) - used }
        return min(left(agent, unopened.ofAgents[author] ?? 0), left(institution, unopened.total))
    }
}

/// What lies unopened of one institution, in bytes.
struct UnopenedBytes: Hashable, Sendable {
    private(set) var ofAgents: [AgentAddress: Int]
    private(set) var total: Int

    init(_ ofAgents: [AgentAddress: Int]) {
        self.ofAgents = ofAgents
        total = ofAgents.values.reduce(0, +)
    }

    mutating func add(_ bytes: Int, of author: AgentAddress) {
        ofAgents[author, default: 0] += bytes
        total += bytes
    }
}
