// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// What is shown of deliveries: their contents, their histories and mailboxes, to those who may read them now.
extension Relay {
    // MARK: Contents

    /// Takes a signed *opened* or *retrieved* act and answers with a segment of the content, and with the evidence that the
    /// act is in the log; the same act again asks for the next segment and is no new event.
    public func open(_ act: Unverified<Act>, from offset: Int, by peer: AgentAddress) async throws -> ContentSegment {
        guard act.claimed.act == .opened || act.claimed.act == .retrieved else { throw Problem(.malformed) }
        try quotas.act(by: peer, now: clock())
        let (id, unit) = (act.claimed.transmission, act.claimed.unit)
        try await checkSeen(act.claimed.checkpoint)
        let size = try await store.contentSize(of: id, for: unit)
        // A demand for what is not there is no opening. Whom the content is not for does not learn how long it is: that
        // agent's act goes on to be refused, and the refusal recorded.
        if let size, offset >= size, try await isServed(peer, id, unit) { throw Problem(.wrongOffset) }
        let receipt = try await receipt(for: .act(act, peer: peer))
        // The same act again is no new event, but asks anew whether its author may read.
        try await served(peer, id, unit)
        guard size != nil else { throw Problem(.contentGone) }
        let segment = try await store.content(of: id, for: unit, from: offset, count: Wire.segmentSize)
        guard !segment.isEmpty else { throw Problem(.contentGone) }
        return ContentSegment(evidence: receipt.evidence, bytes: segment)
    }

    /// The header of the sealed content that `unit` gets: recipient stanzas and MAC, nothing of the content. A device finds
    /// out by it whether it could read before it says that it opens.
    ///
    /// - Throws: `Problem(.headerMissing)` when the content does not begin like an age file (c2sp.org/age).
    public func header(of id: TransmissionID, for unit: UnitAddress, by peer: AgentAddress) async throws -> [UInt8] {
        let delivery = try await served(peer, id, unit)
        // What is past its retention may wait for its turn to be erased.
        guard clock() < delivery.expiresAt, let size = try await store.contentSize(of: id, for: unit) else {
            throw Problem(.contentGone)
        }
        var bytes: [UInt8] = []
        while bytes.count < min(size, Wire.maximumHeader) {
            let piece = try await store.content(of: id, for: unit, from: bytes.count, count: 64 << 10)
            guard !piece.isEmpty else { throw Problem(.contentGone) }
            let searched = bytes.count
            bytes += piece
            guard SealedHeader.begins(bytes) else { break }
            if let length = SealedHeader.length(in: bytes, after: searched) { return Array(bytes[..<length]) }
        }
        throw Problem(.headerMissing)
    }

    // MARK: Histories

    /// A page of what the peer's units know of a transmission: nothing but "unknown" for everybody else. A unit that only heard
    /// of its silence sees the envelope and what it was told.
    ///
    /// - Parameter index: of the entry at or after which the page begins.
    public func timeline(
        of id: TransmissionID, from index: Int = 0, for peer: AgentAddress
    ) async throws -> Timeline {
        guard let transmission = try await store.transmission(id) else { throw Problem(.unknownTransmission) }
        let deliveries = try await store.deliveries(of: id)
        let own = Set(units(of: peer))
        let mine = own.intersection([transmission.from]).union(deliveries.filter { serves(peer, $0) }.map(\.unit))
            .sorted()
        guard !mine.isEmpty else { return try await told(of: transmission, deliveries, to: own, from: index) }
        let isSender = mine.contains(transmission.from)
        let visible = deliveries.filter { isSender || mine.contains($0.unit) }
        let events = try await store.entries(
            on: id, in: mine.map(Mailbox.unit), from: index, limit: Wire.pageSize)
        let named = Set(events.compactMap { try? WireJSON.decode(Mention.self, from: $0.record).act })
        return Timeline(
            envelope: transmission.envelope,
            deliveries: visible.map { .init(unit: $0.unit, state: $0.state, dueAt: $0.dueAt) },
            events: try await evidence(for: events),
            acts: try await store.acts(named).filter { isSender || mine.contains($0.unit) }.map(\.note),
            next: Self.next(after: events))
    }

    private func told(
        of transmission: StoredTransmission, _ deliveries: [StoredDelivery], to own: Set<UnitAddress>,
        from index: Int
    ) async throws -> Timeline {
        let told = try await store.units(told: transmission.id, of: deliveries.map(\.unit))
        let mailboxes = own.intersection(told).sorted().map(Mailbox.unit)
        guard !mailboxes.isEmpty else { throw Problem(.notAParty) }
        let events = try await store.entries(
            on: transmission.id, in: mailboxes, from: index, limit: Wire.pageSize)
        return Timeline(
            envelope: transmission.envelope, deliveries: [], events: try await evidence(for: events), acts: [],
            next: Self.next(after: events))
    }

    private static func next(after page: [StoredEntry]) -> Int? {
        page.count == Wire.pageSize ? page.last.map { $0.index + 1 } : nil
    }

    /// What of a record says which notes go with it; the relay wrote it, so it need not be held against its encoding.
    private struct Mention: Decodable {
        var event: EventName
        var act: Hash?
        var unit: UnitAddress?
    }

    /// What the mailbox of one of the peer's units holds after a number, with the envelopes that it hears of there for the
    /// first time and the acts behind its events.
    public func mailbox(
        of unit: UnitAddress, after number: Int, for peer: AgentAddress
    ) async throws -> MailboxPage {
        guard units(of: peer).contains(unit) else { throw Problem(.notAParty) }
        let entries = try await store.entries(in: .unit(unit), after: number, limit: Wire.mailboxPageSize)
        // Whatever the store held then is in the tree that it has now.
        guard let head = try await store.head() else { throw Problem(.notReady) }
        let transmissions = try await store.transmissions(Set(entries.compactMap(\.transmission)))
        var acts: Set<Hash> = []
        var heardOf: Set<TransmissionID> = []
        for entry in entries {
            guard let id = entry.transmission, let transmission = transmissions[id],
                let record = try? WireJSON.decode(Mention.self, from: entry.record), !record.event.isRefusal
            else { continue }
            let isOwn = transmission.from == unit || record.unit == unit
            if isOwn, let act = record.act { acts.insert(act) }
            if !isOwn || record.event == .submissionAcceptance || record.event == .contentConsignment {
                heardOf.insert(id)
            }
        }
        return MailboxPage(
            checkpoint: head.checkpoint,
            events: entries.map { LoggedRecord(index: $0.index, record: $0.record, salt: $0.salt) },
            envelopes: heardOf.sorted().compactMap { transmissions[$0]?.envelope },
            acts: try await store.acts(acts).map(\.note),
            next: entries.count == Wire.mailboxPageSize ? entries.last?.number : nil)
    }

    /// Takes note of deliveries that a person of their units was shown in a list; each is said once, by its first.
    public func notify(_ shown: ShownDeliveries, by peer: AgentAddress) async throws {
        guard shown.deliveries.count <= Wire.pageSize else { throw Problem(.malformed) }
        var fresh: [DeliveryID] = []
        for item in shown.deliveries {
            let delivery = try await served(peer, item.transmission, item.unit)
            if delivery.state == .available, !delivery.isNotified { fresh.append(delivery.id) }
        }
        if !fresh.isEmpty { _ = try await sequencer.perform(.notify(fresh)) }
    }

    /// What all mailboxes of the auditor's institution hold, from an entry on. When this returns, the log says who read.
    public func inspect(
        _ inspection: Unverified<Inspection>, from index: Int, by peer: AgentAddress
    ) async throws -> EventPage {
        let listed = try await listed(in: inspection, by: peer)
        _ = try await sequencer.perform(.inspect(inspection, peer: peer, listed: listed))
        let claimed = inspection.claimed
        let entries = try await store.entries(
            of: peer.institution, since: claimed.since, until: claimed.until, from: index, limit: Wire.pageSize)
        let next = Self.next(after: entries)
        guard next == nil, let units = claimed.units else {
            return EventPage(events: try await evidence(for: entries), next: next)
        }
        let ends = try await store.ends(
            of: [.institution(peer.institution)] + units.map(Mailbox.unit), since: claimed.since, until: claimed.until)
        return EventPage(
            events: try await evidence(for: entries), next: nil, ends: try await evidence(for: ends))
    }

    /// The units of a demand that a roster of their institution lists, in force or before. Those before are only looked at for
    /// who may inspect: that may take long, and nobody in the queue waits for it.
    private func listed(in demand: Unverified<Inspection>, by peer: AgentAddress) async throws -> Set<UnitAddress> {
        let (directory, institution) = (sequencer.directory, peer.institution)
        guard demand.claimed.unitsAreInOrder, let roster = directory.rosters[institution]?.body else { return [] }
        let units = Set(demand.claimed.units ?? [])
        let present = units.intersection(roster.units.map(\.address))
        guard present != units, let previous = roster.previous, directory.agent(peer)?.mayInspect == true,
            isSigned(demand, by: peer)
        else { return present }
        return present.union(
            try await listedUnits.among(units.subtracting(present), of: institution, upTo: previous))
    }

    /// How many deliveries wait for an answer in each unit of a registrar's institution: what a registrar must know before
    /// somebody is taken out of a unit. No more than a number leaves.
    public func waiting(in institution: InstitutionID) async throws -> WaitingCounts {
        let units = sequencer.directory.rosters[institution]?.body.units.map(\.address) ?? []
        let counts = try await store.waiting(in: units)
        return WaitingCounts(units: units.sorted().map { .init(unit: $0, count: counts[$0] ?? 0) })
    }

    // MARK: Who may read

    /// The delivery of `id` to `unit`, for somebody who may read it now.
    @discardableResult
    private func served(
        _ peer: AgentAddress, _ id: TransmissionID, _ unit: UnitAddress
    ) async throws -> StoredDelivery {
        guard let delivery = try await store.deliveries(of: id).first(where: { $0.unit == unit }) else {
            throw Problem(.unknownTransmission)
        }
        guard serves(peer, delivery) else { throw Problem(.notAParty) }
        return delivery
    }

    private func isServed(_ peer: AgentAddress, _ id: TransmissionID, _ unit: UnitAddress) async throws -> Bool {
        do {
            try await served(peer, id, unit)
            return true
        } catch is Problem {
            return false
        }
    }

    /// Whether `peer` may read a delivery now: as a member of its unit, or of a standby unit that was called in.
    private func serves(_ peer: AgentAddress, _ delivery: StoredDelivery) -> Bool {
        let directory = sequencer.directory
        return directory.agent(peer).map {
            directory.isMember($0, of: delivery.unit, at: clock(), isStandbyCalled: delivery.isStandbyCalled)
        } ?? false
    }

    private func units(of peer: AgentAddress) -> [UnitAddress] {
        sequencer.directory.units(of: peer, at: clock())
    }
}
