// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// Refusals of one agent within one minute.
struct RefusalCount: Hashable, Sendable {
    /// Entries that an agent's refusals may take in a minute; what comes beyond is counted in one more.
    static let perMinute = 10

    var minute: Int
    var count = 0
    /// Refusals of submissions and of acts beyond `perMinute`.
    var surplus: [EventName: Int] = [:]
}

/// What a refused request said of itself.
private struct RefusedRequest {
    var event: EventName
    var author: AgentAddress
    var note: SignedNote
    /// The author's unit that it was for.
    var unit: UnitAddress
    var fill: (inout EventRecord) -> Void
}

extension Command {
    fileprivate var refused: RefusedRequest? {
        switch self {
        case .submit(let envelope, _, _, let peer):
            let claimed = envelope.claimed
            guard claimed.by == peer else { return nil }
            return RefusedRequest(
                event: .submissionRejection, author: peer, note: envelope.note, unit: claimed.routing.from
            ) { record in
                record.transmission = claimed.routing.id
                record.envelope = envelope.note.hash
            }
        case .act(let act, let peer):
            let claimed = act.claimed
            guard claimed.by == peer else { return nil }
            return RefusedRequest(event: .actRejection, author: peer, note: act.note, unit: claimed.unit) { record in
                record.transmission = claimed.transmission
                record.envelope = claimed.envelope
                record.unit = claimed.unit
                record.act = act.note.hash
            }
        default: return nil
        }
    }
}

extension Draft {
    /// Records a refusal as evidence and returns its index; nil when it is none: only what a present or former agent
    /// signed, over a connection of its own, and no more than the limit, becomes an entry. A stranger cannot buy any.
    mutating func recordRefusal(of command: Command, _ problem: Problem) throws -> Int? {
        guard let request = command.refused, let agent = state.directory.agent(request.author),
            let key = agent.noteKey, (try? request.note.checkSignature(by: key)) != nil
        else { return nil }
        var refusals = state.refusals[request.author] ?? RefusalCount(minute: now.period(of: .minutes(1)))
        defer { state.refusals[request.author] = refusals }
        guard refusals.count < RefusalCount.perMinute else {
            refusals.surplus[request.event, default: 0] += 1
            return nil
        }
        refusals.count += 1
        let isOwn = agent.posts.contains { $0.unit == request.unit }
        let mailbox = isOwn ? Mailbox.unit(request.unit) : .institution(request.author.institution)
        return try record(request.event, in: [mailbox]) { record in
            request.fill(&record)
            record.agent = request.author
            record.code = problem.code.rawValue
        }[0]
    }

    /// Ends the minutes that are over: one entry says how many refusals came beyond the limit.
    mutating func countRefusals() throws {
        for (agent, refusals) in state.refusals.sorted(by: { $0.key < $1.key })
        where refusals.minute < now.period(of: .minutes(1)) {
            state.refusals[agent] = nil
            for (event, count) in refusals.surplus.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                _ = try record(event, in: [.institution(agent.institution)]) { record in
                    record.agent = agent
                    record.code = Problem.Code.tooManyRequests.rawValue
                    record.count = count
                }
            }
        }
    }
}
