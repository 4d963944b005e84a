// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonHistory
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
            reason: reason, content: content, at: clock(), checkpoint: logView.seen.largest
        ).signed(by: account.signer())
    }

    /// Hands in an act and verifies that the log holds it.
    func perform(_ act: Verified<Act>, content: (any ByteSource)? = nil) async throws -> VerifiedEvidence {
        let evidence = try logView.check(try await relay.act(act, content: content).evidence)
        guard isReceipt(evidence, of: act) else { throw ClientFailure.broken(.wrongEvent) }
        try logView.seen.remember(evidence.checkpoint)
        isSynced = false
        return evidence
    }

    /// Whether an event is the one that follows from this very act; or from an earlier one of the same agent, where the log
    /// says a thing once: somebody who has opened a delivery opens it again without a new event.
    func isReceipt(_ evidence: VerifiedEvidence, of act: Verified<Act>) -> Bool {
        let event = evidence.event
        return (event.act == act.hash || act.body.act.isSaidOnce) && event.agent == act.body.by
            && event.transmission == act.body.transmission
            && event.envelope == act.body.envelope && event.unit == act.body.unit && event.follows(act.body.act)
    }

    /// Whether this agent opened a delivery: the log says so, and the whole content opened on this device. A line that broke
    /// in the middle leaves an opening in the log, and nobody has read anything.
    private func hasOpened(_ delivery: VerifiedDelivery) async throws -> Bool {
        guard let item = try received(delivery.routing.id), item.isRetrieved != true,
            item.isShown == true || (try? kept(delivery.envelope)) != nil
        else { return false }
        return try await track(delivery.routing.id).all.contains { event in
            event.event.event == .contentHandover && event.event.agent == address && event.event.unit == delivery.unit
        }
    }

    /// The agent's unit takes charge.
    public func acknowledge(_ id: TransmissionID) async throws -> VerifiedEvidence {
        let delivery = try await delivery(id)
        guard !delivery.state.isFinal else { throw ClientFailure.answered(delivery.state) }
        guard try await hasOpened(delivery) else { throw ClientFailure.obstacle(.notYetRead(id)) }
        return try await perform(try act(.acknowledged, on: delivery))
    }

    /// The agent's unit does not take charge; a note, if any, travels sealed as a reply.
    public func refuse(
        _ id: TransmissionID, reason: ReasonCode, note: String?, catalogue: FormCatalogue
    ) async throws -> VerifiedEvidence {
        let delivery = try await delivery(id)
        guard !delivery.state.isFinal else { throw ClientFailure.answered(delivery.state) }
        if delivery.state == .opened, try await !hasOpened(delivery) { throw ClientFailure.obstacle(.notYetRead(id)) }
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

    /// What the log proves of a transmission: the events of the agent's mailboxes about it, each delivery replayed through the
    /// state machine, and behind each event that follows an act that act, signed by an agent who could make it then. A sender
    /// sees every recipient.
    public func track(_ id: TransmissionID) async throws -> TrackedTransmission {
        try await sync()
        guard let held = try replica.transmission(id), held.flow != nil else {
            if let refusal = try replica.transmission(id)?.refusal { throw refusal.failure }
            guard offlineSince == nil else { throw ClientFailure.unknownTransmission(id.description) }
            guard let told = try await told(id) else { throw Problem(.notAParty) }
            return told
        }
        if let refusal = held.refusal { throw refusal.failure }
        let envelope = try replica.envelope(of: held)
        let all = try replica.events(on: id)
        let replays = try envelope.body.routing.recipients.compactMap {
            try replica.replayed($0, all, envelope.body.routing)
        }
        return TrackedTransmission(
            envelope: envelope, replays: replays, all: all, acts: try replica.acts(on: id), own: Set(ownUnits))
    }

    /// A transmission that none of the agent's own mailboxes tells from its beginning: what the relay shows of a delivery
    /// whose silence has called this agent in, verified like a mailbox.
    ///
    /// - Returns: nil for one that the agent's units were only told about.
    func told(_ id: TransmissionID) async throws -> TrackedTransmission? {
        let timeline = try await relay.timeline(of: id)
        let readable = Set(servedUnits.map(Mailbox.unit))
        var all: [ProvenEvent] = []
        for evidence in timeline.events {
            let event = try await logView.prove(evidence).proven
            guard event.event.transmission == id, readable.contains(event.event.mailbox) else {
                throw ClientFailure.broken(.wrongEvent)
            }
            all.append(event)
        }
        all.sort { $0.index < $1.index }
        let beginning = all.first {
            $0.event.event == .contentConsignment && $0.event.mailbox == $0.event.unit.map(Mailbox.unit)
        }
        guard let beginning else { return nil }
        guard let note = try? Unverified<Envelope>(parsing: timeline.envelope) else {
            throw ClientFailure.broken(.envelopeRefused)
        }
        let (envelope, permit) = try await replica.judge(note, of: id, at: beginning, isTold: false)
        let routing = envelope.body.routing
        let convention = try await directoryView.convention(of: routing).body
        let acts = ActIndex(timeline.acts)
        var replays: [DeliveryReplay] = []
        for unit in routing.recipients where readable.contains(.unit(unit)) {
            let replay: DeliveryReplay?
            do {
                replay = try DeliveryReplay(of: unit, in: all)
            } catch {
                throw ClientFailure.broken(.wrongEvent)
            }
            guard let replay else { continue }
            for event in replay.events {
                guard let hash = event.event.act else { continue }
                _ = try await replica.act(behind: event, after: replay.before[hash], among: acts, routing)
            }
            replays.append(replay)
        }
        var tracked = TrackedTransmission(
            envelope: envelope, replays: replays, all: all, acts: timeline.acts, own: Set(ownUnits))
        tracked.context = FormContext(convention, flow: permit?.flow, from: routing.from, to: routing.to)
        return tracked
    }
}

/// A transmission's verified history.
public struct TrackedTransmission: Sendable {
    public let envelope: Verified<Envelope>
    public let deliveries: [Timeline.Delivery]
    /// As told to one of the agent's mailboxes.
    public let events: [ProvenEvent]
    /// In all of them.
    let all: [ProvenEvent]
    /// The acts behind them, as notes.
    let acts: [String]
    /// Refusals about this transmission that this agent's units may see.
    public let refusals: [ProvenEvent]
    /// Checkpoints that other agents say they have seen, in the envelope and in acts.
    let seen: [(by: AgentAddress, checkpoint: SeenCheckpoint)]
    let replays: [DeliveryReplay]
    /// Only of one that the relay showed and no mailbox holds.
    var context: FormContext?

    public var routing: Routing { envelope.body.routing }
    /// Whether the relay has erased the content for every unit, or everything.
    public var isErased: Bool {
        all.contains { $0.event.isNotice } || !replays.isEmpty && replays.allSatisfy(\.end.isErased)
    }

    init(
        envelope: Verified<Envelope>, replays: [DeliveryReplay], all: [ProvenEvent], acts: [String],
        own: Set<UnitAddress>
    ) {
        self.envelope = envelope
        self.replays = replays
        deliveries = replays.map { .init(unit: $0.unit, state: $0.end.state, dueAt: $0.dueAt) }
        // What was refused changed nothing; it may even be about another envelope under this id.
        refusals = all.filter(\.event.event.isRefusal)
        let told = all.filter { !$0.event.event.isRefusal }
        self.all = told
        // The same event stands in the sender's and the delivery's mailbox; an agent of both sees it once.
        let from = envelope.body.routing.from
        events = own.contains(from) ? told.filter { $0.event.mailbox == .unit(from) } : told
        self.acts = acts
        let bodies = acts.compactMap { try? Unverified<Act>(parsing: $0).claimed }
        let all = [(envelope.body.by, envelope.body.routing.checkpoint)] + bodies.map { ($0.by, $0.checkpoint) }
        seen = all.compactMap { by, checkpoint in checkpoint.map { (by, $0) } }
    }

    /// Its deliveries to some units, as lists show them.
    func deliveries(to units: Set<UnitAddress>) -> [VerifiedDelivery] {
        replays.filter { units.contains($0.unit) }.map { replay in
            VerifiedDelivery(
                envelope: envelope, unit: replay.unit, state: replay.end.state, isErased: replay.end.isErased,
                isNotified: replay.end.isNotified, dueAt: replay.dueAt, context: context ?? FormContext(),
                event: replay.events[0])
        }
    }
}
