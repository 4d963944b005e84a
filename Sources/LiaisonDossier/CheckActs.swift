// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonHistory
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
            guard let replay = try follow(unit, all) else { continue }
            progress[unit] = replay.end
            before.merge(replay.before) { first, _ in first }
            told.removeAll { $0.event.unit == unit && $0.event.mailbox != replay.mailbox }
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

    /// Follows a delivery through the table.
    ///
    /// - Returns: nil when no event here is about it.
    private func follow(_ unit: UnitAddress, _ events: [VerifiedEvidence]) throws -> DeliveryReplay? {
        do {
            return try DeliveryReplay(of: unit, in: events.map(\.proven))
        } catch let failure as ReplayFailure {
            switch failure {
            case .noConsignment:
                throw Stop.missing(.events, "la mise à disposition de l'unité \(unit)", "the consignment to \(unit)")
            case .contradiction(let one, let other):
                throw Stop.fails(
                    .events, "les entrées \(one) et \(other) se contredisent",
                    "entries \(one) and \(other) contradict each other")
            case .otherStory(let index, let mailbox):
                throw Stop.fails(
                    .events, "entrée \(index) : la boîte de \(mailbox) raconte autre chose",
                    "entry \(index): the mailbox of \(mailbox) tells something else")
            case .cannotFollow(let index):
                throw Stop.fails(
                    .events, "entrée \(index) : ne peut pas suivre ce qui précède",
                    "entry \(index) cannot follow what comes before")
            case .otherDueDate(let index):
                throw Stop.fails(
                    .events, "entrée \(index) : une autre échéance que celle de la mise à disposition",
                    "entry \(index): due at another time than the consignment says")
            }
        }
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
