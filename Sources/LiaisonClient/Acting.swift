// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonVault
public import LiaisonWire

extension Session {
    /// Signs an act on a delivery.
    func act(
        _ kind: Act.Kind, on delivery: VerifiedDelivery, reason: ReasonCode? = nil
    ) throws -> Verified<Act> {
        try Act(
            by: address, log: log.name, convention: conventionInForce().hash, head: headHash(),
            transmission: delivery.routing.id, envelope: delivery.envelope.hash, unit: delivery.unit, act: kind,
            reason: reason, at: clock(), checkpoint: seen.largest
        ).signed(by: account.signer())
    }

    /// Hands in an act and verifies that the log holds it.
    func perform(_ act: Verified<Act>) async throws -> VerifiedEvidence {
        let evidence = try check(try await relay.act(act).evidence)
        guard evidence.event.act == act.hash, evidence.event.transmission == act.body.transmission,
            evidence.event.unit == act.body.unit
        else { throw ClientFailure.broken(.wrongEvent) }
        try seen.remember(evidence.checkpoint)
        return evidence
    }

    /// The agent's unit takes charge.
    public func acknowledge(_ id: TransmissionID) async throws -> VerifiedEvidence {
        try await perform(try act(.acknowledged, on: try await delivery(id)))
    }

    /// The agent's unit does not take charge; a note, if any, travels sealed as a reply.
    public func refuse(
        _ id: TransmissionID, reason: ReasonCode, note: String?, catalogue: FormCatalogue
    ) async throws -> VerifiedEvidence {
        guard ReasonCode.allowed(with: .refused).contains(reason) else {
            let codes = ReasonCode.allowed(with: .refused).map(\.rawValue).joined(separator: ", ")
            throw ClientFailure.input(fr: "motif attendu : \(codes)", en: "expected reason: \(codes)")
        }
        let delivery = try await delivery(id)
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
            reply = try plan(request, catalogue: catalogue)
        }
        let evidence = try await perform(try act(.refused, on: delivery, reason: reason))
        if let reply { _ = try await deposit(try seal(reply)) }
        return evidence
    }

    // MARK: Tracking

    /// What the log proves of a transmission: each event verified, each act checked against its author's key,
    /// each state that of the delivery's last event.
    public func track(_ id: TransmissionID) async throws -> TrackedTransmission {
        let timeline = try await relay.timeline(of: id)
        guard let envelope = try? Unverified<Envelope>(parsing: timeline.envelope),
            envelope.claimed.routing.id == id
        else { throw ClientFailure.broken(.envelopeRefused) }
        let mine = Set(ownUnits.map(Mailbox.unit))
        var events: [VerifiedEvidence] = []
        for evidence in timeline.events {
            let verified = try check(evidence)
            guard verified.event.envelope == envelope.note.hash, verified.event.transmission == id,
                mine.contains(verified.event.mailbox)
            else { throw ClientFailure.broken(.wrongEvent) }
            events.append(verified)
        }
        events.sort { $0.index < $1.index }
        guard let first = events.first else { throw ClientFailure.broken(.wrongEvent) }
        try await check(timeline.acts, against: events, envelope.claimed.routing)
        for stated in timeline.deliveries {
            let last = events.last { $0.event.unit == stated.unit && $0.event.state != nil }
            guard last?.event.state == stated.state else { throw ClientFailure.broken(.wrongEvent) }
        }
        // The same event stands in both units' mailboxes; an agent of both sees it once.
        let mailbox = first.event.mailbox
        return TrackedTransmission(
            routing: envelope.claimed.routing, envelope: envelope.note.hash, deliveries: timeline.deliveries,
            events: events.filter { $0.event.mailbox == mailbox || $0.event.unit.map(Mailbox.unit) == $0.event.mailbox }
        )
    }

    /// Each event that names an act must come with that act, signed by an agent of the unit that may make it.
    private func check(
        _ notes: [String], against events: [VerifiedEvidence], _ routing: Routing
    ) async throws {
        let acts = try notes.map { note in
            do {
                return try Unverified<Act>(parsing: note)
            } catch {
                throw ClientFailure.broken(.actRefused)
            }
        }
        for event in events {
            guard let hash = event.event.act else { continue }
            guard let act = acts.first(where: { $0.note.hash == hash }), act.claimed.unit == event.event.unit,
                act.claimed.envelope == event.event.envelope
            else { throw ClientFailure.broken(.actRefused) }
            let past = try await directory(for: routing, before: event.index)
            let unit = act.claimed.act == .withdrawn ? routing.from : act.claimed.unit
            guard let agent = past.agent(act.claimed.by), agent.isMember(of: unit, at: event.event.at),
                let key = agent.noteKey, (try? act.verified(by: key)) != nil
            else { throw ClientFailure.broken(.actRefused) }
        }
    }
}

/// A transmission's verified history.
public struct TrackedTransmission: Sendable {
    public let routing: Routing
    public let envelope: Hash
    public let deliveries: [Timeline.Delivery]
    public let events: [VerifiedEvidence]
}
