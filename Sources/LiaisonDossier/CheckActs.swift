// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// The events, each in the log and each after the one before, and the acts behind them.
extension DossierVerifier {
    /// Evidence in the order of the list, all under the dossier's own checkpoint.
    func evidence(
        in list: [Evidence], _ log: NoteKey, _ checkpoint: SignedCheckpoint, _ name: DossierCheck.Name
    ) throws -> [VerifiedEvidence] {
        let verified = try list.map { evidence in
            do {
                return try evidence.verified(by: log)
            } catch {
                throw Stop.fails(
                    name, "une preuve n'est pas valable (code pour l'assistance : \(error))",
                    "evidence that does not hold (\(error))")
            }
        }
        for event in verified {
            guard event.event.at <= bound else {
                throw Stop.fails(
                    name, "entrée \(event.index) : plus récente que ce qui atteste le journal",
                    "entry \(event.index) is younger than what vouches for the log")
            }
            guard event.checkpoint.checkpoint == checkpoint.checkpoint else {
                throw Stop.fails(
                    name, "entrée \(event.index) : prouvée sous un autre point de contrôle",
                    "entry \(event.index) is proven under another checkpoint")
            }
            guard event.event.event.rule.allows(event.event) else {
                let fact = event.event.event.text(.fr)
                throw Stop.fails(
                    name, "entrée \(event.index) : ses champs ne sont pas ceux de l'événement « \(fact) »",
                    "entry \(event.index) has not the fields of \(event.event.event.rawValue)")
            }
        }
        guard Set(verified.map(\.index)).count == verified.count else {
            throw Stop.fails(name, "une entrée figure deux fois", "an entry twice")
        }
        return verified
    }

    mutating func checkActs(
        _ events: [VerifiedEvidence], _ past: inout PastDocuments, _ story: inout DossierStory
    ) throws {
        let routing = story.envelope.body.routing
        var told = events.filter { !$0.event.event.isRefusal }
        for event in told where event.event.unit.map({ !routing.recipients.contains($0) }) ?? false {
            throw Stop.fails(
                .events, "entrée \(event.index) : son unité n'est pas destinataire",
                "entry \(event.index) is about a unit that is no recipient")
        }
        let all = told
        let rejected = Set(events.filter { $0.event.event == .actRejection }.compactMap(\.event.act))
        var before: [Hash: DeliveryProgress] = [:]
        var progress: [UnitAddress: DeliveryProgress] = [:]
        for unit in routing.recipients {
            guard let (mailbox, end) = try follow(unit, all, &before) else { continue }
            progress[unit] = end
            told.removeAll { $0.event.unit == unit && $0.event.mailbox != mailbox }
        }
        report.holds(
            .events, "\(events.count) entrées, chacune dans le journal et découlant de la précédente",
            "\(events.count) entries, each in the log and each following from the one before")

        let offered = try acts()
        guard Set(all.compactMap(\.event.act)).union(rejected).isSuperset(of: offered.keys) else {
            throw Stop.fails(.acts, "un acte auquel ne correspond aucun événement", "an act that no event is about")
        }
        for event in events where event.event.event == .actRejection {
            guard let act = event.event.act.flatMap({ offered[$0] })?.claimed else { continue }
            // It had no effect; only who is said to have tried it, and on what, is held against it.
            guard act.by == event.event.agent, act.transmission == routing.id, act.envelope == story.envelope.hash
            else {
                throw Stop.fails(
                    .acts, "entrée \(event.index) : l'acte refusé est d'un autre agent ou porte sur autre chose",
                    "entry \(event.index): the refused act is another agent's or about something else")
            }
        }
        var acts: [Int: Verified<Act>] = [:]
        for event in all {
            guard let hash = event.event.act else { continue }
            acts[event.index] = try act(hash, behind: event, after: before[hash], offered, routing, &past)
        }
        report.holds(
            .acts, "actes : \(offered.count), chacun signé par un agent qui en avait alors le pouvoir",
            "\(offered.count) acts, each signed by an agent who could make it then")
        story.steps = told.map { .init(evidence: $0, act: acts[$0.index]) }
        // What came after the records that were erased, nobody can tell any more.
        if !story.isCutShort { story.deliveries = progress.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Follows a delivery through the table, in each mailbox that tells it from its beginning. The same events stand in
    /// both ends' mailboxes: one may tell more than the other, and none may contradict another.
    ///
    /// - Parameter before: where the delivery stood before the event of each act.
    /// - Returns: the mailbox that tells most, the unit's own where they tell the same; nil when there is none.
    private func follow(
        _ unit: UnitAddress, _ events: [VerifiedEvidence], _ before: inout [Hash: DeliveryProgress]
    ) throws -> (mailbox: Mailbox, end: DeliveryProgress)? {
        let about = Dictionary(grouping: events.filter { $0.event.unit == unit }, by: \.event.mailbox)
        guard !about.isEmpty else { return nil }
        let whole = about.filter {
            $0.value[0].event.event == .contentConsignment && $0.value[0].event.state == .available
        }
        .sorted {
            ($0.key != .unit(unit) ? 1 : 0, $0.key.description) < ($1.key != .unit(unit) ? 1 : 0, $1.key.description)
        }
        // The first of those that tell most.
        guard let most = whole.max(by: { $0.value.count < $1.value.count }) else {
            throw Stop.missing(.events, "la mise à disposition de l'unité \(unit)", "the consignment to \(unit)")
        }
        for (_, other) in whole {
            for (one, same) in zip(other, most.value) where !one.event.tells(same.event) {
                throw Stop.fails(
                    .events, "les entrées \(one.index) et \(same.index) se contredisent",
                    "entries \(one.index) and \(same.index) contradict each other")
            }
        }
        for (mailbox, heard) in about where !whole.contains(where: { $0.key == mailbox }) {
            var rest = most.value[...]
            for event in heard {
                guard let place = rest.firstIndex(where: { $0.event.tells(event.event) }) else {
                    throw Stop.fails(
                        .events, "entrée \(event.index) : la boîte de \(mailbox) raconte autre chose",
                        "entry \(event.index): the mailbox of \(mailbox) tells something else")
                }
                rest = rest[(place + 1)...]
            }
        }
        let due = most.value[0].event.dueAt
        var progress = DeliveryProgress()
        for event in most.value.dropFirst() {
            guard event.event.dueAt == nil || event.event.dueAt == due else {
                throw Stop.fails(
                    .events, "entrée \(event.index) : une autre échéance que celle de la mise à disposition",
                    "entry \(event.index): due at another time than the consignment says")
            }
            let triggers =
                event.event.act == nil
                ? [event.event.triggerWithoutAct].compactMap(\.self) : Act.Kind.allCases.map(DeliveryTrigger.act)
            guard let transition = triggers.lazy.compactMap({ progress.transition(by: $0, to: event.event) }).first
            else {
                throw Stop.fails(
                    .events, "entrée \(event.index) : ne peut pas suivre ce qui précède",
                    "entry \(event.index) cannot follow what comes before")
            }
            if let act = event.event.act { before[act] = progress }
            progress.advance(by: transition, recordedBy: event.event)
        }
        return (most.key, progress)
    }

    private func act(
        _ hash: Hash, behind event: VerifiedEvidence, after progress: DeliveryProgress?,
        _ acts: [Hash: Unverified<Act>],
        _ routing: Routing, _ past: inout PastDocuments
    ) throws -> Verified<Act> {
        guard let act = acts[hash] else {
            throw Stop.missing(
                .acts, "l'acte à l'origine de l'entrée \(event.index)", "the act behind entry \(event.index)")
        }
        let directory = try past.directory(for: routing, before: event.index)
        // Nothing in the log is older than what stands before it, whatever its clock said.
        let instant = max(event.event.at, past.latest(before: event.index))
        let kind = act.claimed.act
        let leads = progress.map { $0.transition(by: .act(kind), to: event.event) != nil } ?? event.event.follows(kind)
        guard leads, act.claimed.checkpoint.map({ $0.size <= event.index }) ?? true,
            let verified = directory.verified(
                act, behind: event.event, after: progress, at: instant, sender: routing.from)
        else {
            throw Stop.fails(
                .acts,
                "entrée \(event.index) : elle dit autre chose que son acte, ou son auteur n'en avait pas le pouvoir",
                "entry \(event.index) says something else than its act, or its author could not make it")
        }
        return verified
    }
}

extension EventRecord {
    /// Whether both stand for the same event, in two mailboxes.
    fileprivate func tells(_ other: EventRecord) -> Bool {
        event == other.event && state == other.state && act == other.act && code == other.code && dueAt == other.dueAt
    }
}

extension DeliveryProgress {
    /// The transition by `trigger`, if it is the one that `event` records.
    fileprivate func transition(by trigger: DeliveryTrigger, to event: EventRecord) -> DeliveryTransition? {
        on(trigger).flatMap { $0.event == event.event && $0.state == event.state ? $0 : nil }
    }
}
