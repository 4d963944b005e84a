// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// A relay without sockets: what it answers to whom. HTTP puts this on the wire; tests call it directly.
///
/// Each operation asks the directory anew who the peer is and what it may see, so a revocation bites on
/// the next request of an open connection.
public struct Relay: Sendable {
    public let sequencer: Sequencer
    public let store: any RelayStore
    let clock: @Sendable () -> Instant
    let guesses: GuessLimit
    let quotas: Quotas
    public let publication = Publication()
    /// The present DirectoryHead, ready to send.
    private let prepared: PreparedAnswer
    private let freshening = Freshening()

    public init(
        sequencer: Sequencer, store: any RelayStore, clock: @escaping @Sendable () -> Instant,
        guesses: GuessLimit = GuessLimit(), quotas: Quotas = Quotas()
    ) {
        self.sequencer = sequencer
        self.store = store
        self.clock = clock
        self.guesses = guesses
        self.quotas = quotas
        prepared = PreparedAnswer()
    }

    /// How often somebody was told to wait, by the quota that was used up.
    public var quotaRefusals: [String: Int] { quotas.refusals }

    /// Before a request is answered: what any node has acknowledged counts on this one, too, an enrolment and a revocation as
    /// well as an entry. So a client may talk to whichever node it reaches.
    public func freshen() async throws {
        guard store.isShared else { return }
        try await freshening.fresh { [sequencer] in try await sequencer.catchUp() }
    }

    /// The agent whose roster line names this TLS key.
    ///
    /// - Throws: `Problem(.notEnrolled)`.
    public func peer(tls fingerprint: Hash) throws(Problem) -> AgentAddress {
        guard let agent = sequencer.directory.agent(tls: fingerprint, at: clock()) else {
            throw Problem(.notEnrolled)
        }
        return agent.address
    }

    /// The agent whose roster line names this TLS key, in force or no longer: what it signs is refused, as evidence.
    ///
    /// - Throws: `Problem(.notEnrolled)`.
    public func author(tls fingerprint: Hash) throws(Problem) -> AgentAddress {
        guard let agent = sequencer.directory.agent(tls: fingerprint) else { throw Problem(.notEnrolled) }
        return agent.address
    }

    /// The institution whose registrar's line names this TLS key.
    ///
    /// - Throws: `Problem(.notEnrolled)`.
    public func registrar(tls fingerprint: Hash) throws(Problem) -> InstitutionID {
        guard let institution = sequencer.directory.registrar(tls: fingerprint) else { throw Problem(.notEnrolled) }
        return institution
    }

    /// Whose agent or registrar has this TLS key: directory and log are open to both.
    ///
    /// - Throws: `Problem(.notEnrolled)`.
    public func reader(tls fingerprint: Hash) throws(Problem) -> InstitutionID {
        if let institution = sequencer.directory.registrar(tls: fingerprint) { return institution }
        return try peer(tls: fingerprint).institution
    }

    // MARK: Writing

    public func submit(
        _ envelope: Unverified<Envelope>, content: SubmittedContent, arrived: ContentReference,
        by peer: AgentAddress
    ) async throws -> Receipt {
        try quotas.submit(by: peer, envelope.claimed.routing.urgency, bytes: arrived.size, now: clock())
        return try await deposit(envelope, content, arrived: arrived, by: peer)
    }

    private func deposit(
        _ envelope: Unverified<Envelope>, _ content: SubmittedContent, arrived: ContentReference,
        by peer: AgentAddress
    ) async throws -> Receipt {
        try await checkSeen(envelope.claimed.routing.checkpoint)
        return try await receipt(for: .submit(envelope, content, arrived: arrived, peer: peer))
    }

    /// Whether the agent in force signed it: asked before anything is done that costs more than to ask.
    private func isSigned<Body: SoleSignerDocument>(_ offered: Unverified<Body>, by peer: AgentAddress) -> Bool {
        guard let agent = sequencer.directory.agent(peer), agent.isInForce(at: clock()), let key = agent.noteKey else {
            return false
        }
        return (try? offered.verified(by: key)) != nil
    }

    /// Refuses what names a checkpoint that this log never had: in evidence it would speak against the log for ever, and it is
    /// nothing but its author's word.
    private func checkSeen(_ seen: SeenCheckpoint?) async throws {
        guard let seen else { return }
        guard try await sequencer.has(seen) else { throw Problem(.checkpointUnknown) }
    }

    /// A submission whose content was staged before.
    public func submitStaged(_ envelope: Unverified<Envelope>, by peer: AgentAddress) async throws -> Receipt {
        let claimed = envelope.claimed.content
        // What it brings was counted when it was staged.
        try quotas.submit(by: peer, envelope.claimed.routing.urgency, bytes: 0, now: clock())
        var arrived = claimed
        if isSigned(envelope, by: peer), try await store.transmission(envelope.claimed.routing.id) == nil {
            guard let staged = try await store.closeStaged(claimed.sha256, owner: peer) else {
                throw Problem(.contentMissing)
            }
            arrived = staged
        }
        return try await deposit(envelope, .staged(claimed.sha256, owner: peer), arrived: arrived, by: peer)
    }

    public func stagedSize(_ digest: Hash, by peer: AgentAddress) async throws -> StagedContent {
        StagedContent(offset: try await store.stagedSize(digest, owner: peer))
    }

    public func stage(
        _ bytes: [UInt8], of digest: Hash, at offset: Int, by peer: AgentAddress
    ) async throws -> StagedContent {
        let largest = sequencer.directory.largestContent
        guard offset <= largest, bytes.count <= largest - offset else { throw Problem(.contentTooLarge) }
        // Two of the largest at a time: an agent cannot fill the disk.
        guard try await store.stagedSize(of: peer) <= 2 * largest - bytes.count else {
            throw Problem(.tooManyRequests)
        }
        try quotas.stage(by: peer, bytes: bytes.count, now: clock())
        guard try await store.stage(bytes, of: digest, owner: peer, at: offset, now: clock()) else {
            throw Problem(.wrongOffset)
        }
        return StagedContent(offset: offset + bytes.count)
    }

    /// Drops uploads that nobody has gone on with for a day.
    public func dropStaleUploads() async throws {
        try await store.dropStaged(before: clock() - .days(1))
        try? await sequencer.scrub(always: true)
    }

    /// Lets time have all its consequences: as many rounds as there is something due.
    public func catchUp() async throws {
        while true {
            let answer = try await sequencer.commit(.tick)
            if case .unfinished = answer.outcome { continue }
            guard !answer.committed.isEmpty else { break }
        }
        // Also what was erased before a crash; somebody who reads the store now only puts it off.
        try? await sequencer.scrub(always: true)
    }

    /// After something was erased, leaves no trace of it in any file of the store.
    public func scrub() async throws {
        // Other nodes erase, too, and only this one cleans.
        try await sequencer.scrub(always: store.isShared)
    }

    public func act(_ act: Unverified<Act>, by peer: AgentAddress) async throws -> Receipt {
        try quotas.act(by: peer, now: clock())
        try await checkSeen(act.claimed.checkpoint)
        if let content = act.claimed.content, isSigned(act, by: peer) {
            _ = try await store.closeStaged(content.sha256, owner: peer)
        }
        return try await receipt(for: .act(act, peer: peer))
    }

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
        try await served(peer, id, unit)
        guard let size = try await store.contentSize(of: id, for: unit) else { throw Problem(.contentGone) }
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

    /// How many deliveries wait for an answer in each unit of a registrar's institution: what a registrar must know before
    /// somebody is taken out of a unit. No more than a number leaves.
    public func waiting(in institution: InstitutionID) async throws -> WaitingCounts {
        let units = sequencer.directory.rosters[institution]?.body.units.map(\.address) ?? []
        let counts = try await store.waiting(in: units)
        return WaitingCounts(units: units.sorted().map { .init(unit: $0, count: counts[$0] ?? 0) })
    }

    /// Publishes a roster. Anybody may hand one in, so its signatures are checked before it is read or queued.
    public func publishRoster(_ bytes: [UInt8]) async throws -> Receipt {
        guard let note = try? SignedNote(parsing: bytes, limit: Roster.maximumSize),
            (1...2).contains(note.signatures.count),
            Set(note.signatures.map(\.keyID)).count == note.signatures.count
        else { throw Problem(.signatureRefused) }
        let directory = sequencer.directory
        let keys = note.signatures.compactMap { line in
            InstitutionID(line.name).map { directory.signingKeys(of: $0, at: clock()) }?.first { $0.id == line.keyID }
        }
        guard keys.count == note.signatures.count, keys.allSatisfy({ (try? note.checkSignature(by: $0)) != nil }) else {
            throw Problem(.signatureRefused)
        }
        guard let roster = try? Unverified<Roster>(note) else { throw Problem(.malformed) }
        // Whoever has seen a roster can hand it in again: that uses up nothing of its institution's.
        if try await store.document(note.hash) == nil {
            try quotas.publishRoster(of: roster.claimed.by, bytes: bytes.count, now: clock())
        }
        return try await receipt(for: .publishRoster(roster))
    }

    /// Publishes a party's new key: by its recovery key's signature alone, like a roster.
    public func publish(_ succession: Unverified<Succession>) async throws -> Receipt {
        guard let party = sequencer.directory.convention?.body.party(succession.claimed.by),
            let recovery = NoteKey(name: succession.claimed.signer, key: party.recovery),
            (try? succession.verified(by: recovery)) != nil
        else { throw Problem(.signatureRefused) }
        return try await receipt(for: .publishSuccession(succession))
    }

    public func publish(_ convention: Unverified<Convention>) async throws -> Receipt {
        try await receipt(for: .publishConvention(convention))
    }

    public func publish(_ keys: Unverified<AgentKeys>, by peer: AgentAddress) async throws -> Receipt {
        try quotas.publishKeys(of: peer, now: clock())
        return try await receipt(for: .publishKeys(keys, peer: peer))
    }

    private func receipt(for command: Command) async throws -> Receipt {
        let answer = try await sequencer.commit(command)
        guard case .recorded(let index) = answer.outcome else { throw Problem(.storeFailed) }
        if let evidence = answer.committed.evidence(of: index) { return Receipt(evidence: evidence) }
        // The same was asked before.
        guard let entry = try await store.entry(index) else { throw Problem(.storeFailed) }
        return Receipt(evidence: try await evidence(for: [entry])[0])
    }

    // MARK: Directory

    public func directoryHead() async throws -> Receipt {
        guard let head = try await store.latestDirectoryHead() else { throw Problem(.notReady) }
        return Receipt(evidence: try await evidence(for: [head])[0])
    }

    /// The same as it goes over the wire, made once for each state of the log: between two commits it is the same for everybody.
    public func directoryHeadAnswer() async throws -> [UInt8] {
        let size = sequencer.head?.size
        if let size, let bytes = prepared.bytes(for: size) { return bytes }
        let bytes = try WireJSON.encode(try await directoryHead())
        if let size { prepared.keep(bytes, for: size) }
        return bytes
    }

    public func directoryHead(_ hash: Hash) async throws -> Receipt {
        guard let head = try await store.directoryHead(hash) else { throw Problem(.notFound) }
        return Receipt(evidence: try await evidence(for: [head])[0])
    }

    /// An entry of the directory's mailbox: what everybody may read, the operator's acts among it.
    public func directoryEntry(_ index: Int) async throws -> Receipt {
        guard let entry = try await store.entry(index), entry.mailbox == .directory else { throw Problem(.notFound) }
        return Receipt(evidence: try await evidence(for: [entry])[0])
    }

    /// The lines of the present head whose institutions had a document published at or after `index`.
    public func lines(from index: Int) async throws -> DirectoryLines {
        let directory = sequencer.directory
        let changed = try await store.institutionsChanged(from: index)
        return DirectoryLines(lines: changed.compactMap { directory.line(of: $0) })
    }

    /// An institution's documents in force that were published at or after `index`.
    public func bundle(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> DirectoryBundle {
        guard sequencer.directory.rosters[institution] != nil else { throw Problem(.notFound) }
        var bundle = DirectoryBundle()
        for document in try await store.documents(of: institution, from: index, keys: keys) {
            switch document.kind {
            case .convention: break
            case .succession: bundle.successions.append(document.note)
            case .roster: bundle.roster = document.note
            case .keys:
                // Those of agents who left or have another key now are in force no more.
                guard let agent = AgentAddress(document.subject),
                    sequencer.directory.keys(of: agent)?.hash == document.hash
                else { continue }
                bundle.keys.append(document.note)
            }
        }
        return bundle
    }

    public func document(_ hash: Hash) async throws -> PublishedDocument {
        guard let document = try await store.document(hash), let entry = try await store.entry(document.entry)
        else { throw Problem(.notFound) }
        return PublishedDocument(note: document.note, evidence: try await evidence(for: [entry])[0])
    }

    // MARK: Deliveries

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

    private static func next(after page: [StoredEntry]) -> Int? {
        page.count == Wire.pageSize ? page.last.map { $0.index + 1 } : nil
    }

    private func told(
        of transmission: StoredTransmission, _ deliveries: [StoredDelivery], to own: Set<UnitAddress>,
        from index: Int
    ) async throws -> Timeline {
        var told: Set<UnitAddress> = []
        for delivery in deliveries {
            told.formUnion(try await store.units(told: transmission.id, unit: delivery.unit))
        }
        let mailboxes = told.intersection(own).sorted().map(Mailbox.unit)
        guard !mailboxes.isEmpty else { throw Problem(.notAParty) }
        let events = try await store.entries(
            on: transmission.id, in: mailboxes, from: index, limit: Wire.pageSize)
        return Timeline(
            envelope: transmission.envelope, deliveries: [], events: try await evidence(for: events), acts: [],
            next: Self.next(after: events))
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

    private func units(of peer: AgentAddress) -> [UnitAddress] {
        sequencer.directory.units(of: peer, at: clock())
    }

    /// What all mailboxes of the auditor's institution hold, from an entry on. When this returns, the log says who read.
    public func inspect(
        _ inspection: Unverified<Inspection>, from index: Int, by peer: AgentAddress
    ) async throws -> EventPage {
        _ = try await sequencer.perform(.inspect(inspection, peer: peer))
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

    // MARK: Log

    /// Evidence for entries, under the latest checkpoint.
    package func evidence(for entries: [StoredEntry]) async throws -> [Evidence] {
        guard let head = try await store.head() else { throw Problem(.notReady) }
        let plans = try entries.map { entry in
            guard let plan = ProofPlan.inclusion(of: entry.index, in: head.size) else { throw Problem(.storeFailed) }
            return plan
        }
        var nodes = TileNodes(try await store.tiles(plans.reduce(into: []) { $0.formUnion($1.tiles) }))
        return try zip(entries, plans).map { entry, plan in
            guard let path = plan.hashes(from: &nodes) else { throw Problem(.storeFailed) }
            return Evidence(
                record: entry.record, salt: entry.salt,
                proof: InclusionProof(index: entry.index, path: path, checkpoint: head.checkpoint))
        }
    }

    /// Where the log stands, as this node knows it.
    private func present() async throws -> StoredHead? {
        if let head = sequencer.head { return head }
        return try await store.head()
    }

    /// The latest checkpoint that witnesses cosigned, as long as they keep up; otherwise the latest. It is as fresh as this node
    /// was made by `freshen`.
    public func checkpoint() async throws -> String {
        guard let head = try await present() else { throw Problem(.notReady) }
        return publication.checkpoint(for: head.size, at: clock()) ?? head.checkpoint
    }

    /// The smallest checkpoint of at least `size` entries that others vouch for; the latest where there is none yet.
    public func anchor(from size: Int) async throws -> Anchor {
        guard let stored = try await store.anchor(from: size) else {
            guard let head = try await store.head(), head.size >= size else { throw Problem(.notFound) }
            return Anchor(checkpoint: head.checkpoint, timeStamps: [])
        }
        return Anchor(
            checkpoint: stored.checkpoint + stored.cosignatures.joined(),
            timeStamps: stored.timeStamps.map(Base64.encode))
    }

    /// Takes note of a checkpoint of this relay's own that somebody has seen.
    public func show(_ checkpoint: String) async throws { try await sequencer.show(checkpoint) }

    /// A tile of hashes, cut to the width asked for; 404 beyond what the log has.
    public func tile(_ id: TileID, width: Int) async throws -> [UInt8] {
        guard let tile = try await store.tiles([id])[id], tile.count >= width else {
            throw Problem(.notFound)
        }
        return tile.prefix(width).bytes
    }

    /// An entry bundle: each entry behind its length as big-endian uint16 (c2sp.org/tlog-tiles).
    public func entryBundle(_ index: Int, width: Int) async throws -> [UInt8] {
        let start = index * TileID.width
        let entries = try await store.entries(start..<start + width)
        guard entries.count == width else { throw Problem(.notFound) }
        return entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
    }
}
