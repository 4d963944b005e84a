// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

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
                    name, "une preuve qui ne tient pas (\(error))", "evidence that does not hold (\(error))")
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
                throw Stop.fails(
                    name, "entrée \(event.index) : ses champs ne sont pas ceux de \(event.event.event.rawValue)",
                    "entry \(event.index) has not the fields of \(event.event.event.rawValue)")
            }
        }
        guard Set(verified.map(\.index)).count == verified.count else {
            throw Stop.fails(name, "une entrée deux fois", "an entry twice")
        }
        return verified
    }

    mutating func checkActs(
        _ events: [VerifiedEvidence], _ past: inout PastDocuments, _ story: inout DossierStory
    ) throws {
        let acts = try acts()
        let routing = story.envelope.body.routing
        let named = Set(events.filter { !$0.event.event.isRefusal }.compactMap(\.event.act))
        guard named.isSuperset(of: acts.keys) else {
            throw Stop.fails(.acts, "un acte qu'aucun événement ne suit", "an act that no event is about")
        }
        for event in events where !event.event.event.isRefusal {
            guard let unit = event.event.unit else { continue }
            guard routing.recipients.contains(unit) else {
                throw Stop.fails(
                    .events, "entrée \(event.index) : son unité n'est pas destinataire",
                    "entry \(event.index) is about a unit that is no recipient")
            }
        }
        var steps = try events.filter { !$0.event.event.isRefusal }.map { event in
            DossierStory.Step(
                evidence: event, act: try event.event.act.map { try self.act($0, behind: event, acts, routing, &past) })
        }
        var progress: [UnitAddress: DeliveryProgress] = [:]
        for unit in routing.recipients {
            let told = try follow(unit, steps)
            progress[unit] = told?.progress
            steps.removeAll { $0.evidence.event.unit == unit && $0.evidence.event.mailbox != told?.mailbox }
        }
        story.steps = steps
        // What came after the records that were erased, nobody can tell any more.
        if !story.isCutShort { story.deliveries = progress.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
        report.holds(
            .events, "\(events.count) entrées, chacune dans le journal et suivant de la précédente",
            "\(events.count) entries, each in the log and each following from the one before")
        report.holds(
            .acts, "actes : \(acts.count), chacun signé par un agent qui pouvait le faire alors",
            "\(acts.count) acts, each signed by an agent who could make it then")
    }

    /// Follows a delivery through the table, in each mailbox that tells it from its beginning. The same events stand in
    /// both ends' mailboxes: one may tell more than the other, and none may contradict another.
    ///
    /// - Returns: the one that tells most, the unit's own where they tell the same; nil when there is none.
    private func follow(
        _ unit: UnitAddress, _ steps: [DossierStory.Step]
    ) throws -> (mailbox: Mailbox, progress: DeliveryProgress)? {
        let about = Dictionary(grouping: steps.filter { $0.evidence.event.unit == unit }, by: \.evidence.event.mailbox)
        let whole = about.filter { $0.value.first?.evidence.event.event == .contentConsignment }
        guard
            let most = whole.max(by: { one, other in
                (one.value.count, one.key == .unit(unit) ? 1 : 0) < (
                    other.value.count, other.key == .unit(unit) ? 1 : 0
                )
            })
        else {
            guard about.isEmpty else {
                throw Stop.missing(
                    .events, "la mise à disposition de \(unit)", "the consignment to \(unit)")
            }
            return nil
        }
        for (mailbox, other) in whole where mailbox != most.key {
            for (one, same) in zip(other, most.value) where !one.tells(same) {
                throw Stop.fails(
                    .events, "les entrées \(one.evidence.index) et \(same.evidence.index) se contredisent",
                    "entries \(one.evidence.index) and \(same.evidence.index) contradict each other")
            }
        }
        var progress = DeliveryProgress()
        for step in most.value.dropFirst() {
            let event = step.evidence.event
            guard let trigger = step.act.map({ DeliveryTrigger.act($0.body.act) }) ?? event.triggerWithoutAct,
                let transition = progress.on(trigger), transition.event == event.event,
                transition.state == event.state
            else {
                throw Stop.fails(
                    .events, "entrée \(step.evidence.index) : ne peut pas suivre ce qui précède",
                    "entry \(step.evidence.index) cannot follow what comes before")
            }
            progress.advance(by: transition)
        }
        return (most.key, progress)
    }

    private func act(
        _ hash: Hash, behind event: VerifiedEvidence, _ acts: [Hash: Unverified<Act>], _ routing: Routing,
        _ past: inout PastDocuments
    ) throws -> Verified<Act> {
        guard let act = acts[hash] else {
            throw Stop.missing(
                .acts, "l'acte à l'origine de l'entrée \(event.index)", "the act behind entry \(event.index)")
        }
        let directory = try past.directory(for: routing, before: event.index)
        // Nothing in the log is older than what stands before it, whatever its clock said.
        let instant = max(event.event.at, past.latest(before: event.index))
        guard event.event.follows(act.claimed.act), act.claimed.checkpoint.map({ $0.size <= event.index }) ?? true,
            let verified = directory.verified(act, behind: event.event, at: instant, sender: routing.from)
        else {
            throw Stop.fails(
                .acts,
                "entrée \(event.index) : elle dit autre chose que son acte, ou son auteur ne pouvait pas le faire",
                "entry \(event.index) says something else than its act, or its author could not make it")
        }
        return verified
    }
}

extension DossierStory.Step {
    /// Whether both stand for the same event, in two mailboxes.
    fileprivate func tells(_ other: Self) -> Bool {
        let (one, two) = (evidence.event, other.evidence.event)
        return one.event == two.event && one.state == two.state && one.act == two.act && one.code == two.code
            && one.dueAt == two.dueAt
    }
}
