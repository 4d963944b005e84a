// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Why a transmission or an act is not permitted. The client and the relay give the same code.
public enum DecisionCode: String, Codable, Error, Sendable, CaseIterable {
    case wrongLog = "wrong_log"
    case conventionUnknown = "convention_unknown"
    case conventionNotInForce = "convention_not_in_force"
    case unknownUnit = "unknown_unit"
    case agentNotInForce = "agent_not_in_force"
    case notAMember = "not_a_member"
    case noFlow = "no_flow"
    case partyNotSigned = "party_not_signed"
    case urgencyNotAllowed = "urgency_not_allowed"
    case copyMissing = "copy_missing"
    case copyNotAllowed = "copy_not_allowed"
    case duplicateRecipient = "duplicate_recipient"
    case contentTooLarge = "content_too_large"
    case sealedInTheFuture = "sealed_in_the_future"
    case sealedTooLongAgo = "sealed_too_long_ago"
    case replyNeedsReference = "reply_needs_reference"
    case callNotRecorded = "call_not_recorded"
}

/// What the convention says of a transmission that it permits.
public struct Permit: Hashable, Sendable {
    public let flow: Flow
    public let convention: Hash
    public let urgency: UrgencyRule
    /// The content's largest sealed size, in bytes.
    public let maximumSize: Int
}

extension Convention {
    /// The flows that name this kind and roles that these units hold.
    public func flows(of kind: String, from sender: Unit, to recipient: Unit) -> [Flow] {
        flows.filter {
            $0.kind == kind && $0.from.contains(where: sender.roles.contains)
                && $0.to.contains(where: recipient.roles.contains)
        }
    }

    /// The one flow that a routing goes by: the first of its kind between these units that has its urgency.
    public func flow(of routing: Routing, from sender: Unit, to recipient: Unit) -> Flow? {
        flows(of: routing.kind, from: sender, to: recipient).first { $0.rule(for: routing.urgency) != nil }
    }
}

extension Directory {
    /// Clocks may differ by this many seconds.
    public static let clockTolerance: Seconds = 120
    /// Seconds for which a DirectoryHead may be relied on (docs/formats.md, section 2.6).
    public static let headLifetime: Seconds = .hours(1)

    /// The units that `agent` acts for at `instant`: its own, and absent ones that they stand in for.
    public func units(of agent: AgentAddress, at instant: Instant) -> [UnitAddress] {
        guard let entry = self.agent(agent), let roster = rosters[agent.institution]?.body else { return [] }
        return roster.units.filter { roster.isMember(entry, of: $0, at: instant) }.map(\.address).sorted()
    }

    /// Whether the convention lets `author` send what `routing` says, judged at `instant`.
    ///
    /// Pure: the client asks before it seals, the relay on arrival, and both get the same answer from the
    /// same directory and instant. A kind, sender and recipient that no flow names is refused.
    ///
    /// - Parameter size: the sealed size in bytes, nil before it is known.
    /// - Throws: `DecisionCode`.
    public func permit(
        _ routing: Routing, by author: AgentAddress, log: String, size: Int?, at instant: Instant
    ) throws(DecisionCode) -> Permit {
        guard routing.log == log else { throw .wrongLog }
        guard let convention = convention(routing.convention, at: instant) else { throw .conventionUnknown }
        let body = convention.body
        guard body.notBefore <= instant, instant < body.notAfter else { throw .conventionNotInForce }
        guard routing.sealedAt <= instant + Self.clockTolerance else { throw .sealedInTheFuture }
        guard routing.sealedAt >= instant - body.maximumAge else { throw .sealedTooLongAgo }
        guard let agent = agent(author), agent.isInForce(at: instant) else { throw .agentNotInForce }
        guard let sender = unit(routing.from), let recipient = unit(routing.to) else { throw .unknownUnit }
        guard isMember(agent, of: sender.address, at: instant) else { throw .notAMember }
        guard !body.flows(of: routing.kind, from: sender, to: recipient).isEmpty else { throw .noFlow }
        guard let flow = body.flow(of: routing, from: sender, to: recipient),
            let urgency = flow.rule(for: routing.urgency)
        else { throw .urgencyNotAllowed }
        guard !flow.replyOnly || routing.inReplyTo != nil else { throw .replyNeedsReference }
        guard !flow.callFirst || routing.phoneConfirmedAt != nil,
            routing.phoneConfirmedAt.map({ $0 <= routing.sealedAt + Self.clockTolerance }) ?? true
        else { throw .callNotRecorded }
        try checkCopies(routing, flow: flow)
        for unit in [routing.from] + routing.recipients
        where !convention.signers.contains(unit.institution.description) {
            throw .partyNotSigned
        }
        let maximum = Self.maximumSize(of: flow)
        guard size.map({ $0 <= maximum }) ?? true else { throw .contentTooLarge }
        return Permit(flow: flow, convention: convention.hash, urgency: urgency, maximumSize: maximum)
    }

    private func checkCopies(_ routing: Routing, flow: Flow) throws(DecisionCode) {
        guard Set(routing.recipients).count == routing.recipients.count else { throw .duplicateRecipient }
        var missing = Set(flow.copies)
        for copy in routing.copies {
            guard let unit = unit(copy) else { throw .unknownUnit }
            // Each copy is for a role that no other copy has served: nobody else may be put on the list.
            let served = unit.roles.filter(missing.contains)
            guard !served.isEmpty else { throw .copyNotAllowed }
            missing.subtract(served)
        }
        guard missing.isEmpty else { throw .copyMissing }
    }

    /// Attachments, the form and what sealing adds: Padmé adds under 12 %, stanzas a few KiB each.
    static func maximumSize(of flow: Flow) -> Int {
        let plain = flow.attachments.bytes + (256 << 10)
        return plain + plain / 8 + (4 << 20)
    }

    /// The largest sealed content that any flow allows, in bytes.
    public var largestContent: Int {
        convention?.body.flows.map(Self.maximumSize(of:)).max() ?? 0
    }
}
