// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonWire

extension Agent {
    /// Whether it may read all events of its institution.
    var mayInspect: Bool { duties.contains(.auditor) || duties.contains(.dpo) }
}

/// Demands of one auditor within a minute and within an hour.
struct InspectionCount: Hashable, Sendable {
    /// Demands in a minute.
    static let perMinute = 10
    /// Entries in an hour: a demand is one in every mailbox that it names.
    static let entriesPerHour = 12_000

    private var minute = 0
    private var demands = 0
    private var hour = 0
    private var entries = 0

    /// - Throws: `Problem(.tooManyRequests)` with the time after which there is room again.
    mutating func add(entries more: Int, at now: Instant) throws(Problem) {
        let (minute, hour) = (now.period(of: .minutes(1)), now.period(of: .hours(1)))
        if self.minute != minute { (self.minute, demands) = (minute, 0) }
        if self.hour != hour { (self.hour, entries) = (hour, 0) }
        guard demands < Self.perMinute else { throw Problem(.tooManyRequests) }
        guard entries + more <= Self.entriesPerHour else {
            throw Problem(.tooManyRequests, retryAfter: Instant((hour + 1) * 3600) - now)
        }
        demands += 1
        entries += more
    }
}

extension Draft {
    /// Takes an auditor's demand to read their institution's events. The same demand again is the same event.
    ///
    /// - Parameter listed: units that a roster of the institution lists, in force or before: nobody's invention has a mailbox.
    mutating func inspect(
        _ offered: Unverified<Inspection>, peer: AgentAddress, listed: Set<UnitAddress>
    ) throws -> Outcome {
        let claimed = offered.claimed
        guard claimed.by == peer else { throw Problem(.notTheAuthor) }
        guard let agent = state.directory.agent(peer), agent.isInForce(at: now), let key = agent.noteKey else {
            throw Problem(.agentNotInForce)
        }
        guard let inspection = try? offered.verified(by: key) else { throw Problem(.signatureRefused) }
        guard claimed.log == log else { throw Problem(.wrongLog) }
        // Also of a demand that was taken before: each page is asked for anew.
        guard agent.mayInspect else { throw Problem(.notAParty) }
        guard claimed.at <= now + Directory.clockTolerance else { throw Problem(.sealedInTheFuture) }
        guard claimed.at >= now - Directory.headLifetime else { throw Problem(.sealedTooLongAgo) }
        guard claimed.since < claimed.until, claimed.until <= claimed.at + Directory.clockTolerance,
            claimed.unitsAreInOrder
        else {
            throw Problem(.malformed)
        }
        if let known = try store.inspection(inspection.hash) { return .recorded(index: known) }
        if let here = batch.inspections.first(where: { $0.hash == inspection.hash }) {
            return .recorded(index: here.entry)
        }
        let units = claimed.units ?? []
        // Counted before it is looked whether they are units: to find out costs as much as to write.
        try state.inspections[peer, default: InspectionCount()].add(entries: 1 + units.count, at: now)
        guard listed.isSuperset(of: units) else { throw Problem(.unknownUnit) }
        let mailboxes = [.institution(peer.institution)] + units.map(Mailbox.unit)
        let index = try record(.inspection, in: mailboxes) { record in
            record.agent = peer
            record.document = inspection.hash
        }[0]
        batch.inspections.append(
            StoredInspection(hash: inspection.hash, note: inspection.note.serialized, entry: index))
        return .recorded(index: index)
    }

    /// Says once for each delivery that an agent of its unit was shown it.
    mutating func notify(_ shown: [DeliveryID]) throws -> Outcome {
        for id in shown {
            guard let delivery = try deliveries(of: id.transmission).first(where: { $0.unit == id.unit }),
                let transition = delivery.progress.on(.listed),
                let transmission = try transmission(id.transmission)
            else { continue }
            let mailboxes = Set([transmission.from, id.unit]).sorted().map(Mailbox.unit)
            _ = try record(transition.event, in: mailboxes) { record in
                record.transmission = id.transmission
                record.envelope = transmission.hash
                record.unit = id.unit
                record.state = transition.state
            }
            try put(delivery.advanced(by: transition))
        }
        return .nothing
    }

    func probe() throws -> Outcome {
        try store.probe()
        return .nothing
    }

    mutating func operate(_ act: OperatorAct) throws -> Outcome {
        switch act {
        case .start(let version, let configuration):
            if try store.configuration() != configuration {
                _ = try record(.configuration, in: [.directory]) { $0.document = configuration }
                batch.configuration = configuration
            }
            return try .recorded(
                index: record(.restart, in: [.directory]) {
                    $0.code = version
                    $0.document = configuration
                }[0])
        case .restored(let tree):
            return try .recorded(index: record(.restore, in: [.directory]) { $0.previous = tree }[0])
        case .opened(let tree):
            // Only ever the first entry: whoever reads this log from its start knows what it goes on from.
            guard state.edge.size == 0 else { throw Problem(.outOfOrder) }
            return try .recorded(index: record(.logOpened, in: [.directory]) { $0.previous = tree }[0])
        }
    }
}
