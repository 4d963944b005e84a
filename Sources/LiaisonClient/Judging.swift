// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonHistory
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// Judging what mailboxes tell: each transmission once, by the directory of its place in the log.
extension Replica {
    /// What follows from all events about a transmission, those of the page among them.
    func update(
        _ id: TransmissionID, _ events: [ProvenEvent], _ offered: OfferedNotes
    ) async throws -> ReplicaUpdate {
        let events = Set(events).sorted { $0.index < $1.index }
        let known = try transmission(id)
        var update = ReplicaUpdate(id: id, own: Set(directoryView.ownUnits), events: events)
        update.recipients =
            known?.envelope.flatMap { try? Unverified<Envelope>(parsing: $0).claimed.routing.recipients } ?? []
        // What was refused changed nothing, and may outlast what it was about.
        guard update.isTold else { return update }
        do {
            let (held, envelope) = try await judge(id, events, offered, known)
            update.held = held
            if let held, held.refusal == nil {
                try await replay(events, of: held, envelope, offered.acts, into: &update)
            }
        } catch let failure as ClientFailure where failure.isAboutOne {
            update.refuse(failure)
        } catch let problem as Problem where problem.status < 429 {
            // A document or an act that the relay does not have.
            update.refuse(.broken(.actRefused))
        }
        return update
    }

    /// The transmission that events are about: as it is held, or judged by the directory of its place.
    private func judge(
        _ id: TransmissionID, _ events: [ProvenEvent], _ offered: OfferedNotes, _ known: HeldTransmission?
    ) async throws -> (HeldTransmission?, Verified<Envelope>?) {
        if var known, known.flow != nil {
            known.refusal = nil  // of what followed: that is judged anew
            return (known, nil)
        }
        if let known, known.refusal != nil, known.envelope != nil { return (known, nil) }
        let beginning = events.first {
            $0.event.event == .submissionAcceptance
                || $0.event.event == .contentConsignment && $0.event.mailbox == $0.event.unit.map(Mailbox.unit)
        }
        // What a refusal says of an envelope is its author's word.
        guard let first = beginning ?? events.first(where: { !$0.event.event.isRefusal }),
            let hash = first.event.envelope
        else { return (known, nil) }
        if known != nil, beginning == nil { return (known, nil) }
        guard let note = offered.envelopes[hash] else { throw ClientFailure.broken(.envelopeRefused) }
        let (envelope, permit) = try await judge(note, of: id, at: first, isTold: beginning == nil)
        guard let key = envelope.keys.first?.key else { throw ClientFailure.broken(.envelopeRefused) }
        return (HeldTransmission(envelope: envelope.note.serialized, key: key, flow: permit?.flow.id), envelope)
    }

    /// Checks that an event and an envelope belong together, and that the author was in force and the convention permitted
    /// it when the log took it.
    ///
    /// - Parameter isTold: whether the mailbox was only told of it: then the signature alone is judged.
    func judge(
        _ note: Unverified<Envelope>, of id: TransmissionID, at first: ProvenEvent, isTold: Bool
    ) async throws -> (Verified<Envelope>, Permit?) {
        let (routing, event) = (note.claimed.routing, first.event)
        guard routing.id == id, event.transmission == id, event.envelope == note.note.hash,
            event.event != .contentConsignment || event.unit.map(routing.recipients.contains) ?? false,
            event.event != .submissionAcceptance
                || event.mailbox == .unit(routing.from) && event.agent == note.claimed.by
        else { throw ClientFailure.broken(.wrongEvent) }
        let past = try await directoryView.past(for: routing, before: first.index)
        guard let envelope = past.verified(note) else { throw ClientFailure.broken(.envelopeRefused) }
        guard !isTold else { return (envelope, nil) }
        do {
            return (envelope, try past.permit(envelope, log: log, at: event))
        } catch {
            throw ClientFailure.notPermitted(error)
        }
    }

    /// Replays every delivery that own mailboxes tell, and verifies the acts behind it that were not verified before.
    private func replay(
        _ events: [ProvenEvent], of held: HeldTransmission, _ judged: Verified<Envelope>?, _ offered: ActIndex,
        into update: inout ReplicaUpdate
    ) async throws {
        let envelope = try judged ?? self.envelope(of: held)
        let routing = envelope.body.routing
        guard events.allSatisfy({ $0.event.envelope == envelope.hash || $0.event.event.isRefusal }) else {
            throw ClientFailure.broken(.wrongEvent)
        }
        update.recipients = routing.recipients
        update.envelope = envelope
        let verified = try verifiedActs(on: update.id)
        var acts = offered
        for unit in routing.recipients where held.flow != nil {
            guard let replay = try replayed(unit, events, routing) else { continue }
            for event in replay.events {
                guard let hash = event.event.act, let row = Self.row(ofActBehind: event), !verified.contains(row)
                else {
                    continue
                }
                if acts[hash] == nil {
                    // Not in this page: it came with an earlier one that was not written.
                    acts = ActIndex(try await relay.timeline(of: update.id).acts)
                }
                let act = try await act(behind: event, after: replay.before[hash], among: acts, routing)
                update.acts.append((row, act.note.serialized))
            }
            update.replays.append(replay)
        }
        // Whoever submits is told of every delivery in the same moment; a page may end in between.
        if held.flow != nil, directoryView.ownUnits.contains(routing.from),
            Set(update.replays.map(\.unit)) != Set(routing.recipients)
        {
            throw ClientFailure.broken(.eventsMissing)
        }
    }

    /// One delivery's replay; nil where no own mailbox tells it from its beginning.
    func replayed(
        _ unit: UnitAddress, _ events: [ProvenEvent], _ routing: Routing
    ) throws -> DeliveryReplay? {
        do {
            return try DeliveryReplay(of: unit, in: events)
        } catch ReplayFailure.noConsignment
            where !directoryView.ownUnits.contains(routing.from) && !directoryView.ownUnits.contains(unit)
        {
            return nil  // only told about
        } catch is ReplayFailure {
            throw ClientFailure.broken(.wrongEvent)
        }
    }

    /// The envelope of a transmission that is held: signed by the key that was its author's.
    func envelope(of held: HeldTransmission) throws -> Verified<Envelope> {
        guard let text = held.envelope, let key = held.key, let note = try? Unverified<Envelope>(parsing: text),
            let author = NoteKey(name: note.claimed.by.description, key: key),
            let verified = try? note.verified(by: author)
        else { throw VaultFailure.damaged("row transmission") }
        return verified
    }

    /// The act that led to an event: signed by an agent who could make it then, by the rosters in force in log order.
    ///
    /// - Parameter progress: where the delivery stood before.
    func act(
        behind event: ProvenEvent, after progress: DeliveryProgress?, among acts: ActIndex, _ routing: Routing
    ) async throws -> Verified<Act> {
        guard let act = event.event.act.flatMap({ acts[$0] }) else { throw ClientFailure.broken(.actRefused) }
        let past = try await directoryView.past(for: routing, before: event.index)
        guard let verified = past.verified(act, behind: event.event, after: progress, sender: routing.from) else {
            throw ClientFailure.broken(.actRefused)
        }
        return verified
    }
}

extension ClientFailure {
    /// Whether it speaks of one transmission, and stops no other.
    var isAboutOne: Bool {
        switch self {
        case .notPermitted, .broken(.wrongEvent), .broken(.envelopeRefused), .broken(.actRefused),
            .broken(.eventsMissing), .broken(.conventionRefused), .broken(.bundleRefused), .broken(.directoryMismatch):
            true
        default: false
        }
    }
}

/// Acts by their hashes.
struct ActIndex {
    private let acts: [Hash: Unverified<Act>]

    /// - Parameter notes: what is no act is passed over.
    init(_ notes: [String]) { self.init(notes.compactMap { try? Unverified<Act>(parsing: $0) }) }

    init(_ parsed: [Unverified<Act>]) {
        acts = Dictionary(parsed.map { ($0.note.hash, $0) }) { first, _ in first }
    }

    subscript(hash: Hash) -> Unverified<Act>? { acts[hash] }
}

/// The envelopes and acts of a page, parsed once, by their hashes.
struct OfferedNotes {
    let envelopes: [Hash: Unverified<Envelope>]
    let acts: ActIndex

    /// No notes: what is needed is held already.
    static let none = OfferedNotes(envelopes: [:], acts: ActIndex([String]()))

    private init(envelopes: [Hash: Unverified<Envelope>], acts: ActIndex) {
        self.envelopes = envelopes
        self.acts = acts
    }

    init(_ page: MailboxPage) async {
        let envelopes = await page.envelopes.inParallel { try? Unverified<Envelope>(parsing: $0) }.compactMap(\.self)
        self.envelopes = Dictionary(envelopes.map { ($0.note.hash, $0) }) { first, _ in first }
        acts = ActIndex(await page.acts.inParallel { try? Unverified<Act>(parsing: $0) }.compactMap(\.self))
    }
}
