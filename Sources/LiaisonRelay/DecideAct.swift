// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// What the store says that an act is judged by.
struct ActFacts: Sendable {
    var repeated: StoredAct?
    var transmission: StoredTransmission?
    var delivery: StoredDelivery?
    var headAt: Instant?
    /// What the author has done with this delivery before.
    var earlier: [StoredAct] = []
    /// With a transfer: whether the content sealed anew has arrived whole.
    var hasContent = false
}

/// Whether an act is taken.
enum ActRuling: Sendable {
    case accepted(Verified<Act>, StoredDelivery, DeliveryTransition)
    case repeated(StoredAct)
}

/// The relay's whole decision on an act, without clock, store or socket.
///
/// - Parameter checked: the same, found to be signed by some key before it was queued.
/// - Throws: `Problem`.
func decide(
    _ offered: Unverified<Act>, peer: AgentAddress, checked: Verified<Act>? = nil, facts: ActFacts,
    directory: Directory, log: String, now: Instant
) throws(Problem) -> ActRuling {
    let claimed = offered.claimed
    guard claimed.by == peer else { throw Problem(.notTheAuthor) }
    guard let agent = directory.agent(peer), agent.isInForce(at: now), let key = agent.noteKey else {
        throw Problem(.agentNotInForce)
    }
    guard let act = offered.verified(by: key, knowing: checked) else { throw Problem(.signatureRefused) }
    if let repeated = facts.repeated { return .repeated(repeated) }
    guard claimed.log == log else { throw Problem(.wrongLog) }
    guard let transmission = facts.transmission, let delivery = facts.delivery else {
        throw Problem(.unknownTransmission)
    }
    let isActor = claimed.actors(sender: transmission.from).contains { unit in
        directory.isMember(
            agent, of: unit, at: now, isStandbyCalled: unit == delivery.unit && delivery.isStandbyCalled)
    }
    guard isActor else { throw Problem(.notAParty) }
    guard claimed.envelope == transmission.hash else { throw Problem(.wrongEnvelope) }
    guard directory.convention(claimed.convention, at: now) != nil else { throw Problem(.conventionUnknown) }
    guard claimed.at <= now + Directory.clockTolerance else { throw Problem(.sealedInTheFuture) }
    guard claimed.at >= now - Directory.headLifetime else { throw Problem(.sealedTooLongAgo) }
    try checkHead(facts.headAt, now: now)
    // One handover for an agent's key and a delivery, whatever else differs in the act: a new key is another device.
    if claimed.act.isSaidOnce, !delivery.isErased,
        let before = facts.earlier.first(where: { $0.kind == claimed.act && isSigned($0, by: key) })
    {
        return .repeated(before)
    }
    guard claimed.hasItsReason else { throw Problem(.reasonNotAllowed) }
    guard claimed.hasWhatItNeeds else { throw Problem(.malformed) }
    guard claimed.act != .transferred || facts.hasContent else { throw Problem(.contentMissing) }
    guard claimed.content.map({ $0.size <= directory.largestContent }) ?? true else { throw Problem(.contentTooLarge) }
    guard let transition = delivery.progress.on(.act(claimed.act)) else {
        throw delivery.isErased ? Problem(.contentGone) : Problem(.wrongState, state: delivery.state)
    }
    var progress = delivery.progress
    let earlier = Set(facts.earlier.map(\.kind))
    if earlier.contains(.opened) { progress.openers = [peer] }
    if !earlier.isDisjoint(with: [.opened, .retrieved]) { progress.holders = [peer] }
    guard progress.admits(claimed.act, by: peer) else { throw Problem(.notOpenedByAuthor, state: delivery.state) }
    return .accepted(act, delivery, transition)
}

private func isSigned(_ act: StoredAct, by key: NoteKey) -> Bool {
    (try? Unverified<Act>(parsing: act.note).verified(by: key)) != nil
}

extension Draft {
    /// Decides an act and writes what follows: one entry for the mailbox of each unit concerned.
    mutating func take(_ offered: Unverified<Act>, peer: AgentAddress, checked: Verified<Act>?) throws -> Outcome {
        let claimed = offered.claimed
        var facts = ActFacts()
        facts.repeated = try act(offered.note.hash)
        facts.transmission = try transmission(claimed.transmission)
        facts.delivery = try deliveries(of: claimed.transmission).first { $0.unit == claimed.unit }
        facts.headAt = try store.directoryHead(claimed.head)?.at
        facts.earlier = try acts(on: claimed.delivery, by: peer)
        if let content = claimed.content, let staged = try store.staged(content.sha256, owner: peer) {
            facts.hasContent = staged.isClosed && staged.size == content.size
        }
        switch try decide(
            offered, peer: peer, checked: checked, facts: facts, directory: state.directory, log: log, now: now)
        {
        case .repeated(let known): return .recorded(index: known.entry)
        case .accepted(let act, let delivery, let transition):
            // One staged content serves one act or submission, in this batch as well.
            if let content = claimed.content, !consumed.insert("\(peer) \(content.sha256)").inserted {
                throw Problem(.contentMissing)
            }
            let sender = facts.transmission?.from ?? delivery.unit
            return .recorded(index: try apply(act, delivery, transition, sender: sender))
        }
    }

    private mutating func apply(
        _ act: Verified<Act>, _ delivery: StoredDelivery, _ transition: DeliveryTransition,
        sender: UnitAddress
    ) throws -> Int {
        // First the mailbox of the unit that acts: its entry is the receipt.
        let author = state.directory.agent(act.body.by)
        let isFromUnit =
            author.map {
                state.directory.isMember($0, of: delivery.unit, at: now, isStandbyCalled: delivery.isStandbyCalled)
            } ?? false
        let mine = act.body.act == .withdrawn || !isFromUnit ? sender : delivery.unit
        let ends = !delivery.state.isFinal && transition.state.isFinal
        let told = ends ? try told(of: delivery) : []
        let mailboxes = [mine] + Set([sender, delivery.unit] + told).subtracting([mine]).sorted()
        let entry = try record(transition.event, in: mailboxes.map(Mailbox.unit)) { record in
            record.transmission = act.body.transmission
            record.envelope = act.body.envelope
            record.unit = delivery.unit
            record.act = act.hash
            record.agent = act.body.by
            record.state = transition.state
            record.code = act.body.reason?.rawValue
        }[0]
        add(
            StoredAct(
                hash: act.hash, transmission: act.body.transmission, unit: delivery.unit, author: act.body.by,
                kind: act.body.act, note: act.note.serialized, entry: entry))
        if let content = act.body.content {
            batch.transfers.append((act.body.transmission, delivery.unit, content.sha256, act.body.by))
        }
        let changed = delivery.advanced(by: transition)
        try put(changed)
        if transition.event == .erasure { batch.erased.append(delivery.id) }
        // Taken back before anybody opened it: nobody shall ever have it.
        if changed.state == .withdrawn { try erase(changed, from: sender, code: .withdrawn) }
        return entry
    }
}
