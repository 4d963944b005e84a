// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
public import LiaisonWire

extension Session {
    /// Signs an act on a delivery.
    func act(
        _ kind: Act.Kind, on delivery: VerifiedDelivery, reason: ReasonCode? = nil, content: ContentReference? = nil
    ) throws -> Verified<Act> {
        try act(kind, on: delivery.envelope, unit: delivery.unit, reason: reason, content: content)
    }

    func act(
        _ kind: Act.Kind, on envelope: Verified<Envelope>, unit: UnitAddress, reason: ReasonCode? = nil,
        content: ContentReference? = nil
    ) throws -> Verified<Act> {
        try Act(
            by: address, log: log.name, convention: conventionInForce().hash, head: headHash(),
            transmission: envelope.body.routing.id, envelope: envelope.hash, unit: unit, act: kind,
            reason: reason, content: content, at: clock(), checkpoint: seen.largest
        ).signed(by: account.signer())
    }

    /// Hands in an act and verifies that the log holds it.
    func perform(_ act: Verified<Act>, content: (any ByteSource)? = nil) async throws -> VerifiedEvidence {
        let evidence = try check(try await relay.act(act, content: content).evidence)
        guard isReceipt(evidence, of: act) else { throw ClientFailure.broken(.wrongEvent) }
        try seen.remember(evidence.checkpoint)
        return evidence
    }

    /// Whether an event is the one that follows from this very act.
    func isReceipt(_ evidence: VerifiedEvidence, of act: Verified<Act>) -> Bool {
        let event = evidence.event
        return event.act == act.hash && event.agent == act.body.by && event.transmission == act.body.transmission
            && event.envelope == act.body.envelope && event.unit == act.body.unit && event.follows(act.body.act)
    }

    /// Whether this agent opened a delivery: the log says so, and the whole content opened on this device. A line that broke
    /// in the middle leaves an opening in the log, and nobody has read anything.
    private func hasOpened(_ delivery: VerifiedDelivery) async throws -> Bool {
        guard let item = try received(delivery.routing.id), item.isRetrieved != true,
            item.isShown == true || (try? kept(delivery.envelope)) != nil
        else { return false }
        for evidence in try await relay.timeline(of: delivery.routing.id).events {
            let event = try check(evidence).event
            if event.event == .contentHandover, event.agent == address, event.unit == delivery.unit { return true }
        }
        return false
    }

    private func notYetOpened(_ id: TransmissionID) -> ClientFailure {
        .input(
            fr: "vous ne l'avez pas encore lue\nconseil : lisez-la d'abord, liaison read \(id)",
            en: "you have not read it yet\nhint: read it first, liaison read \(id)")
    }

    /// The agent's unit takes charge.
    public func acknowledge(_ id: TransmissionID) async throws -> VerifiedEvidence {
        let delivery = try await delivery(id)
        guard !delivery.state.isFinal else { throw ClientFailure.answered(delivery.state) }
        guard try await hasOpened(delivery) else { throw notYetOpened(id) }
        return try await perform(try act(.acknowledged, on: delivery))
    }

    /// The agent's unit does not take charge; a note, if any, travels sealed as a reply.
    public func refuse(
        _ id: TransmissionID, reason: ReasonCode, note: String?, catalogue: FormCatalogue
    ) async throws -> VerifiedEvidence {
        let delivery = try await delivery(id)
        guard !delivery.state.isFinal else { throw ClientFailure.answered(delivery.state) }
        if delivery.state == .opened, try await !hasOpened(delivery) { throw notYetOpened(id) }
        var reply: SendPlan?
        if let note {
            // Judged before the refusal is in the log, so that a note that cannot go is not lost silently.
            var request = SendRequest(kind: "reply", to: delivery.routing.from)
            request.from = delivery.unit
            request.inReplyTo = id
            request.form = [
                "note": .text(note), "legal_basis": .text("thread"), "adhesion_status": .text("not_required"),
                "person_informed": .text("not_informed")
            ]
            reply = try await plan(request, catalogue: catalogue)
        }
        let evidence = try await perform(try act(.refused, on: delivery, reason: reason))
        if let reply { _ = try await deposit(try await seal(reply), catalogue: catalogue) }
        return evidence
    }

    /// Has a content erased before its retention ends, for every unit that has answered. What was answered stays proven.
    /// What a unit got by mistake (`unlawful`) and has not answered, its own agent refuses first, as the wrong unit.
    ///
    /// - Returns: the units whose content is gone, and those that must answer first.
    public func erase(_ id: TransmissionID, reason: ReasonCode) async throws -> [(
        unit: UnitAddress, state: DeliveryState, isErased: Bool
    )] {
        let tracked = try await track(id)
        var results: [(UnitAddress, DeliveryState, Bool)] = []
        for delivery in tracked.deliveries {
            if reason == .unlawful, !delivery.state.isFinal, servedUnits.contains(delivery.unit) {
                _ = try await perform(try act(.refused, on: tracked.envelope, unit: delivery.unit, reason: .wrongUnit))
            }
            do {
                _ = try await perform(try act(.erased, on: tracked.envelope, unit: delivery.unit, reason: reason))
                results.append((delivery.unit, delivery.state, true))
            } catch let problem as Problem where problem.code == .wrongState {
                results.append((delivery.unit, problem.state ?? delivery.state, false))
            } catch let problem as Problem where problem.code == .contentGone {
                results.append((delivery.unit, delivery.state, true))
            }
        }
        // This device's own copy goes with the relay's: not before.
        if results.allSatisfy(\.2) { try? FileManager.default.removeItem(atPath: contentPath(id)) }
        return results
    }

    // MARK: Tracking

    /// What the log proves of a transmission. The envelope is one's own or verified like a delivery's; each delivery's
    /// events are replayed through the state machine, and each that follows an act comes with that act, signed by an agent
    /// who could make it then. A sender sees every recipient.
    public func track(_ id: TransmissionID) async throws -> TrackedTransmission {
        let timeline = try await relay.timeline(of: id)
        let mine = Set(ownUnits.map(Mailbox.unit))
        let readable = Set(servedUnits.map(Mailbox.unit))
        var events: [VerifiedEvidence] = []
        for evidence in timeline.events {
            let verified = try await prove(evidence)
            guard verified.event.transmission == id, readable.contains(verified.event.mailbox) else {
                throw ClientFailure.broken(.wrongEvent)
            }
            events.append(verified)
        }
        // What was refused changed nothing; it may even be about another envelope under this id.
        let refusals = events.filter(\.event.event.isRefusal)
        events.removeAll { $0.event.event.isRefusal }
        events.sort { $0.index < $1.index }
        let envelope = try await envelope(of: timeline, events)
        let routing = envelope.body.routing
        guard routing.id == id, events.allSatisfy({ $0.event.envelope == envelope.hash }) else {
            throw ClientFailure.broken(.wrongEvent)
        }
        let units = Set(timeline.deliveries.map(\.unit))
        guard !mine.contains(.unit(routing.from)) || units == Set(routing.recipients) else {
            throw ClientFailure.broken(.wrongEvent)
        }
        for delivery in timeline.deliveries {
            let state = try await replay(events, of: delivery.unit, timeline.acts, routing)
            guard state == delivery.state else { throw ClientFailure.broken(.wrongEvent) }
        }
        // The same event stands in the sender's and the delivery's mailbox; an agent of both sees it once.
        let shown = mine.contains(.unit(routing.from)) ? Mailbox.unit(routing.from) : nil
        let acts = timeline.acts.compactMap { try? Unverified<Act>(parsing: $0).claimed }
        return TrackedTransmission(
            envelope: envelope, deliveries: timeline.deliveries,
            events: events.filter { shown == nil || $0.event.mailbox == shown }, all: events, acts: timeline.acts,
            refusals: refusals,
            seen: ([(envelope.body.by, routing.checkpoint)] + acts.map { ($0.by, $0.checkpoint) }).compactMap {
                by, checkpoint in checkpoint.map { (by, $0) }
            })
    }

    /// The envelope, from the vault or verified against evidence of its acceptance or consignment.
    func envelope(of timeline: Timeline, _ events: [VerifiedEvidence]) async throws -> Verified<Envelope> {
        for event in events {
            let expected = event.event.event
            guard expected == .submissionAcceptance || expected == .contentConsignment,
                let claimed = try? Unverified<Envelope>(parsing: timeline.envelope).claimed.routing,
                expected == .submissionAcceptance || event.event.mailbox == event.event.unit.map(Mailbox.unit)
            else { continue }
            let item = DeliveryItem(
                envelope: timeline.envelope, unit: event.event.unit ?? claimed.to, state: .available, isErased: false,
                dueAt: nil,
                evidence: event.evidence)
            return try await verify(item, expected).envelope
        }
        throw ClientFailure.broken(.envelopeRefused)
    }

    /// Replays one delivery's events from its consignment on; anything that the table does not allow is refused.
    private func replay(
        _ events: [VerifiedEvidence], of unit: UnitAddress, _ acts: [String], _ routing: Routing
    ) async throws -> DeliveryState {
        let mailboxes = Set(events.filter { $0.event.unit == unit }.map(\.event.mailbox))
        let first = mailboxes.min { $0.description < $1.description }
        guard let mailbox = mailboxes.contains(.unit(unit)) ? .unit(unit) : first else {
            throw ClientFailure.broken(.wrongEvent)
        }
        var progress: DeliveryProgress?
        for event in events where event.event.unit == unit && event.event.mailbox == mailbox {
            guard let present = progress else {
                guard event.event.event == .contentConsignment, event.event.state == .available else {
                    throw ClientFailure.broken(.wrongEvent)
                }
                progress = DeliveryProgress()
                continue
            }
            let trigger = try await trigger(of: event, after: present, acts, routing)
            guard let transition = present.on(trigger), transition.event == event.event.event,
                transition.state == event.event.state
            else { throw ClientFailure.broken(.wrongEvent) }
            progress?.advance(by: transition, recordedBy: event.event)
        }
        guard let progress else { throw ClientFailure.broken(.wrongEvent) }
        return progress.state
    }

    /// What an event follows: time alone, or an act whose signature and author are checked.
    private func trigger(
        of event: VerifiedEvidence, after progress: DeliveryProgress, _ acts: [String], _ routing: Routing
    ) async throws -> DeliveryTrigger {
        if let trigger = event.event.triggerWithoutAct { return trigger }
        return .act(try await act(behind: event, after: progress, among: acts, routing).body.act)
    }

    /// The act that led to an event: signed by an agent who could make it then, by the rosters in force in log order.
    ///
    /// - Parameter progress: where the delivery stood before.
    func act(
        behind event: VerifiedEvidence, after progress: DeliveryProgress, among acts: [String], _ routing: Routing
    ) async throws -> Verified<Act> {
        guard
            let act = acts.lazy.compactMap({ try? Unverified<Act>(parsing: $0) })
                .first(where: { $0.note.hash == event.event.act })
        else { throw ClientFailure.broken(.actRefused) }
        let past = try await directory(for: routing, before: event.index)
        let instant = try await instant(of: event, under: past)
        guard let verified = past.verified(act, behind: event.event, after: progress, at: instant, sender: routing.from)
        else {
            throw ClientFailure.broken(.actRefused)
        }
        return verified
    }
}

/// A transmission's verified history.
public struct TrackedTransmission: Sendable {
    public let envelope: Verified<Envelope>
    public let deliveries: [Timeline.Delivery]
    /// As told to one of the agent's mailboxes.
    public let events: [VerifiedEvidence]
    /// In all of them.
    let all: [VerifiedEvidence]
    /// The acts behind them, as notes.
    let acts: [String]
    /// Refusals about this transmission that this agent's units may see.
    public let refusals: [VerifiedEvidence]
    /// Checkpoints that other agents say they have seen, in the envelope and in acts.
    let seen: [(by: AgentAddress, checkpoint: SeenCheckpoint)]

    public var routing: Routing { envelope.body.routing }
    /// Whether the relay has erased the content for every unit, or everything.
    public var isErased: Bool {
        let erasures = events.filter { $0.event.event == .erasure }
        return erasures.contains { $0.event.isNotice }
            || !deliveries.isEmpty && Set(erasures.compactMap(\.event.unit)).isSuperset(of: deliveries.map(\.unit))
    }
}
