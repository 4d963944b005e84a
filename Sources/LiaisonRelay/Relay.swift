// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
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
    /// The present DirectoryHead, by the size of the log; lines and bundles, by the changes of the directory.
    let preparedHead = PreparedAnswers()
    let preparedDocuments = PreparedAnswers()
    private let freshening = Freshening()
    let listedUnits: ListedUnits
    let closings = SharedWork<StagedName, ContentReference?>()

    public init(
        sequencer: Sequencer, store: any RelayStore, clock: @escaping @Sendable () -> Instant,
        guesses: GuessLimit = GuessLimit(), quotas: Quotas = Quotas()
    ) {
        self.sequencer = sequencer
        self.store = store
        self.clock = clock
        self.guesses = guesses
        self.quotas = quotas
        listedUnits = ListedUnits { try await store.document($0)?.note }
    }

    /// How often somebody was told to wait, by the quota that was used up.
    public var quotaRefusals: [String: Int] { quotas.refusals.merging(sequencer.waits, uniquingKeysWith: +) }

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

    // MARK: Answers

    func receipt(for command: Command) async throws -> Receipt {
        let answer = try await sequencer.commit(command)
        guard case .recorded(let index) = answer.outcome else { throw Problem(.storeFailed) }
        if let evidence = answer.committed.evidence(of: index) { return Receipt(evidence: evidence) }
        // The same was asked before.
        guard let entry = try await store.entry(index) else { throw Problem(.storeFailed) }
        return Receipt(evidence: try await evidence(for: [entry])[0])
    }

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

    // MARK: Upkeep

    /// Drops uploads that nobody has gone on with for a day.
    public func dropStaleUploads() async throws {
        try await store.dropStaged(before: clock() - .days(1))
        try? await sequencer.scrub(always: true)
    }

    /// Says in the log that the relay starts, and does the first round of what time has ended meanwhile: the most urgent, and a
    /// DirectoryHead to rely on. However much is due, nobody waits for the rest, which goes on beside the requests; each of
    /// these finds the deliveries that it speaks of as time has left them.
    ///
    /// - Parameter configuration: its hash.
    /// - Throws: `Problem`.
    public func start(version: String, configuration: Hash) async throws {
        _ = try await sequencer.perform(.operate(.start(version: version, configuration: configuration)))
        if await store.leads() { _ = try await sequencer.perform(.tick) }
    }

    /// After something was erased, leaves no trace of it in any file of the store.
    public func scrub() async throws {
        // Other nodes erase, too, and only this one cleans.
        try await sequencer.scrub(always: store.isShared)
    }
}
