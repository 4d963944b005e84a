// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

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
                throw Stop.fails(.evidence(.refused("\(error)"), of: name))
            }
        }
        for event in verified {
            guard event.event.at <= bound else {
                throw Stop.fails(.evidence(.tooYoung(entry: event.index), of: name))
            }
            guard event.checkpoint.checkpoint == checkpoint.checkpoint else {
                throw Stop.fails(.evidence(.otherCheckpoint(entry: event.index), of: name))
            }
            guard event.event.event.rule.allows(event.event) else {
                throw Stop.fails(.evidence(.otherFields(entry: event.index, event.event.event), of: name))
            }
        }
        guard Set(verified.map(\.index)).count == verified.count else {
            throw Stop.fails(.evidence(.entryTwice, of: name))
        }
        return verified
    }

    mutating func checkActs(
        _ events: [VerifiedEvidence], _ past: inout PastDocuments, _ story: inout DossierStory
    ) throws {
        let routing = story.envelope.body.routing
        var told = events.filter { !$0.event.event.isRefusal }
        for event in told where event.event.unit.map({ !routing.recipients.contains($0) }) ?? false {
            throw Stop.fails(.events(.notARecipient(entry: event.index)))
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
        report.holds(.events(.follow(entries: events.count)))

        let offered = try acts()
        guard Set(all.compactMap(\.event.act)).union(rejected).isSuperset(of: offered.keys) else {
            throw Stop.fails(.acts(.withoutEvent))
        }
        for event in events where event.event.event == .actRejection {
            guard let act = event.event.act.flatMap({ offered[$0] })?.claimed else { continue }
            // It had no effect; only who is said to have tried it, and on what, is held against it.
            guard act.by == event.event.agent, act.transmission == routing.id, act.envelope == story.envelope.hash
            else { throw Stop.fails(.acts(.otherRefusedAct(entry: event.index))) }
        }
        var acts: [Int: Verified<Act>] = [:]
        for event in all {
            guard let hash = event.event.act else { continue }
            acts[event.index] = try act(hash, behind: event, after: before[hash], offered, routing, &past)
        }
        report.holds(.acts(.signed(acts: offered.count)))
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
            case .noConsignment: throw Stop.missing(.events(.noConsignment(unit)))
            case .contradiction(let one, let other): throw Stop.fails(.events(.contradiction(one, other)))
            case .otherStory(let index, let mailbox): throw Stop.fails(.events(.otherStory(entry: index, mailbox)))
            case .cannotFollow(let index): throw Stop.fails(.events(.cannotFollow(entry: index)))
            case .otherDueDate(let index): throw Stop.fails(.events(.otherDueDate(entry: index)))
            }
        }
    }

    private func act(
        _ hash: Hash, behind event: VerifiedEvidence, after progress: DeliveryProgress?,
        _ acts: [Hash: Unverified<Act>],
        _ routing: Routing, _ past: inout PastDocuments
    ) throws -> Verified<Act> {
        guard let act = acts[hash] else { throw Stop.missing(.acts(.noAct(entry: event.index))) }
        let directory = try past.directory(for: routing, before: event.index)
        guard act.claimed.checkpoint.map({ $0.size <= event.index }) ?? true,
            let verified = directory.verified(
                act, behind: event.event, after: progress, sender: routing.from,
                after: past.latest(before: event.index))
        else { throw Stop.fails(.acts(.notItsAct(entry: event.index))) }
        return verified
    }
}
