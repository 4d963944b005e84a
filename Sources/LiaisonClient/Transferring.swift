// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonHistory
public import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire

/// What came of transferring transmissions, or of looking for what can still be read.
public struct TransferReport: Sendable {
    public enum Result: String, Codable, Sendable {
        /// Sealed anew, and in the log.
        case transferred
        /// The colleague could read it already.
        case alreadyReadable = "already_readable"
        /// Its content is erased.
        case erased
        /// This device's keys do not open it: a colleague's may.
        case otherKeys = "other_keys"
        /// Nobody in the unit has a key for it; its sender is told.
        case lost
        /// It does not hold; its sender is told.
        case refused
        case readable
    }

    public struct Item: Codable, Sendable {
        public var id: TransmissionID
        public var unit: UnitAddress
        public var kind: String
        public var result: Result
    }

    public var items: [Item] = []

    mutating func add(_ delivery: VerifiedDelivery, _ result: Result) {
        items.append(Item(id: delivery.routing.id, unit: delivery.unit, kind: delivery.routing.kind, result: result))
    }
}

extension Session {
    // MARK: Transferring

    /// The other agents of this agent's units, and whether anything can be sealed to them yet.
    public func colleagues() async throws -> [(address: AgentAddress, units: [UnitAddress], hasKey: Bool)] {
        try await know(Set(ownUnits.map(\.institution)), keys: true)
        let now = clock()
        let others = Set(ownUnits.flatMap { directory.members(of: $0, at: now).map(\.address) }).subtracting([address])
        return others.sorted().map { other in
            (
                other, ownUnits.filter { directory.units(of: other, at: now).contains($0) },
                !directory.encryptionKeys(of: other, at: now).isEmpty
            )
        }
    }

    /// Seals the open threads of the units that this agent shares with `colleague` anew, so that they read them, too.
    /// Closed and erased ones are not transferred; the first author's signature stays verifiable.
    public func transfer(to colleague: AgentAddress, catalogue: FormCatalogue) async throws -> TransferReport {
        let shared = Set(ownUnits).intersection(directory.units(of: colleague, at: clock()))
        guard !shared.isEmpty, colleague != address else {
            throw ClientFailure.obstacle(.notAColleague(colleague))
        }
        guard !directory.encryptionKeys(of: colleague, at: clock()).isEmpty else {
            throw ClientFailure.obstacle(.colleagueHasNoKey(colleague))
        }
        var report = TransferReport()
        for delivery in try await openThreads(of: shared) {
            report.add(delivery, try await hand(delivery, to: colleague, catalogue))
        }
        return report
    }

    /// Deliveries that are neither refused, withdrawn nor expired, the most urgent first.
    private func openThreads(of units: Set<UnitAddress>) async throws -> [VerifiedDelivery] {
        try await sync()
        return try await deliveries(.inbox) {
            units.contains($0.unit) && [.available, .opened, .acknowledged].contains($0.state)
        }
        .sorted { ($0.routing.urgency, $0.event.index) < ($1.routing.urgency, $1.event.index) }
    }

    /// Whether this device reads a delivery, by its sealed header alone: nothing is fetched, nothing is opened.
    private func probe(_ delivery: VerifiedDelivery) async throws -> TransferReport.Result {
        do {
            return try await canRead(delivery) ? .readable : .otherKeys
        } catch let problem as Problem where problem.code == .contentGone {
            return .erased
        }
    }

    /// A delivery's content for handing it on, fetched with a *retrieved* act where it is not here: nobody is shown it.
    private func holding(
        _ delivery: VerifiedDelivery, _ catalogue: FormCatalogue
    ) async throws -> (opened: OpenedTransmission?, result: TransferReport.Result) {
        let found = try await probe(delivery)
        guard found == .readable else { return (nil, found) }
        do {
            if FileManager.default.fileExists(atPath: contentPath(delivery.routing.id)),
                let opened = try? await open(delivery, catalogue)
            {
                return (opened, .readable)
            }
            try await fetch(delivery, by: .retrieved)
            do {
                return (try await open(delivery, catalogue), .readable)
            } catch {
                return (try await giveUp(delivery, error), .readable)
            }
        } catch let problem as Problem where problem.code == .contentGone {
            return (nil, .erased)
        } catch let failure as ClientFailure where !failure.isOfTheLine {
            return (nil, .refused)
        }
    }

    private func hand(
        _ delivery: VerifiedDelivery, to colleague: AgentAddress, _ catalogue: FormCatalogue
    ) async throws -> TransferReport.Result {
        let (opened, result) = try await holding(delivery, catalogue)
        guard let content = opened?.content else { return result }
        let present = Set(content.transfers.last?.body.recipients ?? content.manifest.body.recipients)
        let theirs = directory.encryptionKeys(of: colleague, at: clock()).compactMap(\.fingerprint)
        guard !present.isSuperset(of: theirs) else { return .alreadyReadable }
        guard let openedWith = content.openedWith, let keys = directory.keys(of: address)?.hash else {
            throw ClientFailure.noRecipientKeys(delivery.unit)
        }
        // Members' last keys count even when they have ended: who is away for long still has the private halves.
        let recipients = usable(
            directory.readers(of: delivery.unit, at: clock()).flatMap {
                directory.keys(of: $0.address)?.body.keys ?? []
            })
        let transfer = try Transfer(
            by: address, log: log.name, convention: conventionInForce().hash, head: headHash(),
            transmission: delivery.routing.id, envelope: delivery.envelope.hash, unit: delivery.unit, keys: keys,
            openedWith: openedWith, recipients: recipients.map(\.fingerprint).sorted(), at: clock()
        ).signed(by: account.signer())
        let path = contentPath(delivery.routing.id) + ".transfer"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let reference = try ContentFile.write(path) { try content.sealAnew(transfer, to: recipients, write: $0.write) }
        let act = try act(.transferred, on: delivery, content: reference)
        _ = try await perform(act, content: try FileSource(path: path))
        return .transferred
    }

    // MARK: Reading what was transferred

    /// The content that a delivery now has and who sealed it anew, as the log proves; nil without a transfer.
    func transfers(of delivery: VerifiedDelivery) async throws -> ReceivedItem.HandedOver? {
        let tracked = try await track(delivery.routing.id)
        guard let replay = tracked.replays.first(where: { $0.unit == delivery.unit }) else { return nil }
        let acts = ActIndex(tracked.acts)
        var found: ReceivedItem.HandedOver?
        for event in replay.events where event.event.event == .transfer {
            let act = try await replica.act(
                behind: event, after: event.event.act.flatMap { replay.before[$0] }, among: acts, delivery.routing)
            guard act.body.act == .transferred, act.body.unit == delivery.unit, let content = act.body.content,
                let key = act.keys.first?.key
            else { throw ClientFailure.broken(.actRefused) }
            found = ReceivedItem.HandedOver(
                content: content,
                authors: (found?.authors ?? []) + [ReceivedItem.Author(agent: act.body.by, key: key)])
        }
        return found
    }

    /// That the key a transfer's author opened with was the author's own: the keys document says so.
    func checkKeys(of transfer: Verified<Transfer>) async throws {
        let published = try await relay.document(transfer.body.keys)
        guard let author = transfer.keys.first, let document = try? Unverified<AgentKeys>(parsing: published.note),
            document.note.hash == transfer.body.keys, let keys = try? document.verified(by: author),
            keys.body.keys.contains(where: { $0.fingerprint == transfer.body.openedWith })
        else { throw ClientFailure.broken(.contentRefused) }
        _ = try await logView.prove(published.evidence)
    }

    /// What comes of a delivery that nobody in the unit seems to have a key for; one that fails stops no other.
    private func loss(of delivery: VerifiedDelivery) async throws -> TransferReport.Result {
        do {
            return try await giveUpIfLost(delivery) ? .lost : .readable
        } catch let problem as Problem where problem.code == .contentGone {
            return .erased
        } catch let failure as ClientFailure where !failure.isOfTheLine {
            return .refused
        }
    }

    // MARK: A lost device

    /// After a new enrolment: which open threads this device reads, which a colleague can transfer, and which nobody can
    /// open any more. The senders of the last learn of it by a signed *unopenable* act.
    public func recover(catalogue: FormCatalogue) async throws -> TransferReport {
        var report = TransferReport()
        for delivery in try await openThreads(of: Set(ownUnits)) {
            let result = try await probe(delivery)
            guard result == .otherKeys, otherReaders(of: delivery.unit).isEmpty else {
                report.add(delivery, result)
                continue
            }
            // An acknowledged one has had its answer; the list alone says that it cannot be read again.
            report.add(delivery, delivery.state == .acknowledged ? .lost : try await loss(of: delivery))
        }
        return report
    }
}
