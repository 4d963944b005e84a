// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// What the store says that a submission is judged by.
struct SubmissionFacts: Sendable {
    /// The transmission already accepted under the same id.
    var existing: StoredTransmission?
    /// When the DirectoryHead that the envelope names was logged; nil when it never was.
    var headAt: Instant?
    /// Whether a recipient's roster was published after that head.
    var directoryChanged = false
    /// The two units of the transmission that is answered; nil when it is not known.
    var answered: [UnitAddress]?
    /// Where the delivery stands that is answered or recalled, when it is to the recipient.
    var answeredState: DeliveryState?
    /// How many bytes the agent may still leave unopened.
    var room = Int.max
}

/// Whether a submission is taken.
enum SubmissionRuling: Sendable {
    case accepted(Verified<Envelope>, Permit)
    /// The same id and text again.
    case repeated(StoredTransmission)
}

/// The relay's whole decision on a submission, without clock, store or socket.
///
/// - Parameter checked: the same, found to be signed by some key before it was queued.
/// - Throws: `Problem`.
func decide(
    _ offered: Unverified<Envelope>, arrived: ContentReference, peer: AgentAddress,
    checked: Verified<Envelope>? = nil, facts: SubmissionFacts, directory: Directory, log: String, now: Instant
) throws(Problem) -> SubmissionRuling {
    let claimed = offered.claimed
    guard claimed.by == peer else { throw Problem(.notTheAuthor) }
    guard let agent = directory.agent(claimed.by), agent.isInForce(at: now), let key = agent.noteKey else {
        throw Problem(.agentNotInForce)
    }
    guard let envelope = offered.verified(by: key, knowing: checked) else { throw Problem(.signatureRefused) }
    if let existing = facts.existing {
        guard existing.hash == envelope.hash else { throw Problem(.idTaken, accepted: existing.hash) }
        return .repeated(existing)
    }
    let routing = claimed.routing
    let permit: Permit
    do {
        permit = try directory.permit(routing, by: peer, log: log, size: claimed.content.size, at: now)
    } catch { throw Problem(error) }
    try checkHead(facts.headAt, now: now)
    guard !facts.directoryChanged else { throw Problem(.directoryChanged) }
    guard arrived == claimed.content else { throw Problem(.contentMismatch) }
    guard arrived.size <= facts.room / max(routing.recipients.count, 1) else {
        throw Problem(.tooMuchUnopened, retryAfter: UnopenedLimits.wait)
    }
    if routing.inReplyTo != nil {
        guard let answered = facts.answered, Set(answered).isSuperset(of: [routing.from, routing.to]) else {
            throw Problem(.replyNotBetweenUnits)
        }
        // A reminder stops by itself at the answer.
        if routing.kind == "reminder", let state = facts.answeredState, state.isFinal {
            throw Problem(.alreadyAnswered, state: state)
        }
    }
    return .accepted(envelope, permit)
}

/// A DirectoryHead may be relied on for an hour.
func checkHead(_ loggedAt: Instant?, now: Instant) throws(Problem) {
    guard let loggedAt else { throw Problem(.headUnknown) }
    guard loggedAt >= now - Directory.headLifetime else { throw Problem(.headTooOld) }
}

extension Draft {
    /// Decides a submission and writes what follows: one acceptance for the sender's mailbox, one
    /// consignment for each delivery's mailbox and the sender's.
    mutating func submit(
        _ offered: Unverified<Envelope>, _ content: SubmittedContent, arrived: ContentReference,
        peer: AgentAddress, checked: Verified<Envelope>?
    ) throws -> Outcome {
        var facts = try facts(for: offered.claimed.routing)
        facts.room = try room(for: peer, offered.claimed.routing.urgency)
        switch try decide(
            offered, arrived: arrived, peer: peer, checked: checked, facts: facts, directory: state.directory,
            log: log, now: now)
        {
        case .repeated(let existing): return .recorded(index: existing.entry)
        case .accepted(let envelope, let permit):
            try take(content)
            return .recorded(index: try accept(envelope, permit, content))
        }
    }

    /// A staged content serves one submission: what another one has taken, in this batch or before, is missing.
    private mutating func take(_ content: SubmittedContent) throws {
        guard case .staged(let digest, let owner) = content else { return }
        guard try store.staged(digest, owner: owner)?.isClosed ?? false, consumed.insert("\(owner) \(digest)").inserted
        else {
            throw Problem(.contentMissing)
        }
    }

    private func facts(for routing: Routing) throws -> SubmissionFacts {
        var facts = SubmissionFacts()
        facts.existing = try transmission(routing.id)
        if let head = try store.directoryHead(routing.head) {
            facts.headAt = head.at
            facts.directoryChanged = routing.recipients.contains {
                state.rosterEntries[$0.institution].map { $0 > head.index } ?? false
            }
        }
        if let id = routing.inReplyTo, let answered = try transmission(id) {
            let deliveries = try deliveries(of: id)
            facts.answered = [answered.from] + deliveries.map(\.unit)
            facts.answeredState = deliveries.first { $0.unit == routing.to }?.state
        }
        return facts
    }

    private mutating func accept(
        _ envelope: Verified<Envelope>, _ permit: Permit, _ content: SubmittedContent
    ) throws -> Int {
        let routing = envelope.body.routing
        func fill(_ record: inout EventRecord) {
            record.transmission = routing.id
            record.envelope = envelope.hash
        }
        let sender = Mailbox.unit(routing.from)
        let entry = try record(.submissionAcceptance, in: [sender]) { record in
            fill(&record)
            record.agent = envelope.body.by
        }[0]
        add(
            StoredTransmission(
                id: routing.id, hash: envelope.hash, from: routing.from, author: envelope.body.by,
                envelope: envelope.note.serialized, contentSize: envelope.body.content.size, entry: entry),
            content: content)
        for unit in routing.recipients {
            let due = dueAt(permit, unit: unit)
            let mailboxes = Set([.unit(unit), sender]).sorted { left, _ in left == .unit(unit) }
            let consigned = try record(.contentConsignment, in: mailboxes) { record in
                fill(&record)
                record.unit = unit
                record.state = .available
                record.dueAt = due
            }
            let expires = now + permit.flow.retention
            try put(
                StoredDelivery(
                    transmission: routing.id, unit: unit, state: .available, dueAt: due, expiresAt: expires,
                    escalated: 0, nextStepAt: min(due, expires), entry: consigned[0], urgency: routing.urgency))
        }
        return entry
    }

    private func dueAt(_ permit: Permit, unit: UnitAddress) -> Instant {
        guard let convention = state.directory.convention(permit.convention, at: now) else { return now }
        return WorkingCalendar(convention.body).due(
            from: now, within: permit.urgency.within, clock: permit.urgency.clock,
            opening: state.directory.unit(unit)?.opening ?? [])
    }
}
