// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
import LiaisonWire
import Synchronization

/// The one place where a relay decides: requests queue here, a batch is decided in order and committed
/// with one transaction, and only then is anybody answered.
///
/// The actor owns the queue and the state at the last head. `directory` is a copy for readers, replaced
/// at each commit under its own lock.
public actor Sequencer {
    private typealias Waiting = (command: CheckedCommand, answer: CheckedContinuation<Committed.Answer, any Error>)

    static let batchLimit = 256
    static let queueLimit = 4096
    /// Contents waiting in memory, in bytes.
    static let queueBytes = 256 << 20

    private let log: NoteSigner
    private let store: any RelayStore
    private let clock: @Sendable () -> Instant
    private let random: RandomBytes
    private let limits: UnopenedLimits
    private let failed: @Sendable (any Error) -> Void
    private var state: RelayState?
    /// Of this minute: they are nowhere else when the state is read anew.
    private var refusals: [AgentAddress: RefusalCount] = [:]
    private var queue: [Waiting] = []
    private var queuedBytes = 0
    private var isDraining = false
    /// A checkpoint of this log's own key that this log does not have: it went on elsewhere, so nothing is signed here.
    private let stopped = Mutex<String?>(nil)
    /// When the first commit since the last scrub may have erased something; nil when there is nothing to scrub.
    public private(set) var scrubPendingSince: Instant?
    /// The same of the scrub that is under way.
    private var erasedSinceScrub: Instant?
    private let published = Mutex((directory: Directory(), changes: 0, head: StoredHead?.none, edge: TreeEdge()))
    private let waited = Mutex<[String: Int]>([:])
    /// Readings of what other nodes committed.
    private let reading = Freshening()
    /// Told of every commit.
    public nonisolated let signals = MailboxSignals()

    /// - Parameters:
    ///   - log: the relay's key under the log's origin.
    ///   - limits: of what may lie unopened.
    ///   - failed: told of every failure of the store, for the operator's log.
    public init(
        log: NoteSigner, store: any RelayStore, clock: @escaping @Sendable () -> Instant,
        random: RandomBytes = .system, limits: UnopenedLimits = UnopenedLimits(),
        failed: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.log = log
        self.store = store
        self.clock = clock
        self.random = random
        self.limits = limits
        self.failed = failed
    }

    /// The directory as of the last commit that this node knows.
    public nonisolated var directory: Directory { published.withLock { $0.directory } }

    /// How often this node took in another directory: what was made of one is good as long as this stays the same.
    nonisolated var directoryChanges: Int { published.withLock { $0.changes } }

    /// Size and checkpoint of the log at that commit; nil before the first.
    public nonisolated var head: StoredHead? { published.withLock { $0.head } }

    /// How often somebody was told to wait, by the bound that was met.
    nonisolated var waits: [String: Int] { waited.withLock { $0 } }

    /// Queues `command` and returns when what it led to is on disk.
    ///
    /// - Throws: `Problem`.
    public nonisolated func perform(_ command: Command) async throws -> Outcome { try await commit(command).outcome }

    /// The same, with the commit that it was part of. Signatures are checked here, before the queue and in parallel; the batch
    /// only asks whether the key is still the one in force.
    nonisolated func commit(_ command: Command) async throws -> Committed.Answer {
        try await enqueue(CheckedCommand(command, by: directory))
    }

    private func enqueue(_ checked: CheckedCommand) async throws -> Committed.Answer {
        let command = checked.command
        guard queue.count < Self.queueLimit, queuedBytes + command.size <= Self.queueBytes else {
            waited.withLock { $0["queue", default: 0] += 1 }
            throw Problem(.tooManyRequests)
        }
        queuedBytes += command.size
        defer { queuedBytes -= command.size }
        return try await withCheckedThrowingContinuation { continuation in
            queue.append((checked, continuation))
            guard !isDraining else { return }
            isDraining = true
            Task { await self.drain() }
        }
    }

    private func drain() async {
        while !queue.isEmpty {
            let batch = Array(queue.prefix(Self.batchLimit))
            queue.removeFirst(batch.count)
            await process(batch)
        }
        isDraining = false
    }

    /// What a batch came to, before it is on disk.
    private struct Decided: Sendable {
        let state: RelayState
        let results: [Result<Outcome, Problem>]
        let committed: Committed
        let mailboxes: [Mailbox]
        let directoryChanged: Bool
        let hasErased: Bool
        /// Nil when nothing was written.
        let head: StoredHead?
    }

    /// Decides and commits one batch.
    private func process(_ waiting: [Waiting]) async {
        do {
            let decided = try await commit(waiting.map(\.command))
            adopt(decided.state, decided.head ?? self.head, directoryChanged: decided.directoryChanged)
            if decided.hasErased { noteErasure() }
            for (item, result) in zip(waiting, decided.results) {
                if case (.inspect, .failure(Problem(.tooManyRequests))) = (item.command.command, result) {
                    waited.withLock { $0["agent_inspections", default: 0] += 1 }
                }
                item.answer.resume(with: result.map { Committed.Answer($0, decided.committed) })
            }
            signals.signal(decided.mailboxes, directoryChanged: decided.directoryChanged)
        } catch {
            // Whether it was written is not known: the next batch starts from what the store says.
            state = nil
            noteErasure()
            if let failure = error as? LogFailure, failure.isFork { await stopAtOwnHead() }
            failed(error)
            let problem = isStopped ? Problem(.logStopped) : error as? Problem ?? Problem(.storeFailed)
            for item in waiting { item.answer.resume(throwing: problem) }
        }
    }

    private func commit(_ commands: [CheckedCommand]) async throws -> Decided {
        if state == nil { state = try await reload() }
        try checkGoesOn()
        // Handed over, not copied: the batch changes it in place.
        let handed = Mutex(state.take())
        let known = head
        return try await store.commit { [self, log, random, limits, now = clock()] facts in
            guard var state = handed.withLock({ $0.take() }) else { throw LogFailure.decidedTwice }
            let others = try state.follow(
                facts, isShared: store.isShared, log: log.noteKey, knowing: known, now: now)
            try checkGoesOn(others.stopped)
            let size = state.edge.size
            try facts.prepare(for: Questions(commands.lazy.map(\.command)))
            var draft = Draft(
                log: log.name, now: max(now, state.notBefore), store: facts, random: random, state: state,
                limits: limits)
            let results = try draft.performAll(commands)
            // A checkpoint may have been shown since.
            try checkGoesOn()
            draft.finish(after: size, signer: log)
            let batch = draft.batch
            let decided = Decided(
                state: draft.state, results: results, committed: Committed(batch, draft.state.edge),
                mailboxes: others.mailboxes + batch.entries.map(\.mailbox),
                directoryChanged: others.directoryChanged || !batch.documents.isEmpty,
                hasErased: !batch.erased.isEmpty || !batch.erasedRecords.isEmpty || !batch.transfers.isEmpty,
                head: batch.entries.isEmpty
                    ? others.head : StoredHead(size: draft.state.edge.size, checkpoint: batch.checkpoint))
            return (batch, decided)
        }
    }

    /// Takes in what other nodes have committed, so that what any of them acknowledged holds here, too.
    ///
    /// It is read beside the queue and the log's lock, so that whoever only asks waits for nobody's commit; the next batch takes it in
    /// once more, inside its transaction.
    ///
    /// - Throws: `Problem`, and what the store throws.
    public nonisolated func catchUp() async throws {
        guard try await store.head()?.size != head?.size else { return }
        try await reading.fresh { [self] in try await readOthers() }
    }

    private func readOthers() async throws {
        let present = published.withLock { $0 }
        do {
            let (state, others) = try await store.read { [store, log, now = clock()] facts in
                var state = RelayState()
                (state.directory, state.edge) = (present.directory, present.edge)
                let others = try state.follow(
                    facts, isShared: store.isShared, log: log.noteKey, knowing: present.head, now: now)
                return (state, others)
            }
            if let mark = others.stopped { stopped.withLock { $0 = mark } }
            publish(state, others.head, directoryChanged: others.directoryChanged)
            signals.signal(others.mailboxes, directoryChanged: others.directoryChanged)
        } catch {
            if let failure = error as? LogFailure, failure.isFork { await stopAtOwnHead() }
            failed(error)
            throw isStopped ? Problem(.logStopped) : Problem(.storeFailed)
        }
    }

    /// Leaves nothing of what was erased in the store's files; again and again until nobody reads them any more.
    ///
    /// - Parameter always: also when this node has erased nothing, as after a crash.
    func scrub(always: Bool = false) async throws {
        guard scrubPendingSince != nil || always else { return }
        scrubPendingSince = scrubPendingSince ?? clock()
        erasedSinceScrub = nil
        try await store.scrub()
        scrubPendingSince = erasedSinceScrub
    }

    /// Another node cleans.
    public func leaveScrub() { scrubPendingSince = nil }

    func noteErasure() {
        scrubPendingSince = scrubPendingSince ?? clock()
        erasedSinceScrub = erasedSinceScrub ?? clock()
    }

    /// Whether nothing is signed any more: the log went on elsewhere, or was shown another history.
    public nonisolated var isStopped: Bool { stopped.withLock { $0 != nil } }

    /// - Parameter mark: what another node, or whoever moved the store, has left there.
    private nonisolated func checkGoesOn(_ mark: String? = nil) throws {
        if let mark { stopped.withLock { $0 = mark } }
        guard !isStopped else { throw Problem(.logStopped) }
    }

    private func adopt(_ state: RelayState, _ head: StoredHead?, directoryChanged: Bool) {
        self.state = state
        refusals = state.refusals
        publish(state, head, directoryChanged: directoryChanged)
    }

    /// What was read and what was committed may come in any order; readers never go back.
    private nonisolated func publish(_ state: RelayState, _ head: StoredHead?, directoryChanged: Bool) {
        published.withLock { published in
            guard (head?.size ?? 0) >= (published.head?.size ?? 0) else { return }
            published = (state.directory, published.changes + (directoryChanged ? 1 : 0), head, state.edge)
        }
    }

    // MARK: Never fork

    /// Compares a checkpoint that somebody has seen, signed by this log's key, with this log. Another history than this
    /// one, or a longer one, means that a copy of this log went on elsewhere or that this one was put back: from then on
    /// nothing is signed, also after a restart.
    ///
    /// - Throws: `Problem(.logStopped)`; `Problem(.signatureRefused)` for what this log's key did not sign.
    public func show(_ text: String) async throws {
        guard let shown = try? SignedCheckpoint(parsing: text, log: log.noteKey) else {
            throw Problem(.signatureRefused)
        }
        guard try await !has(shown.checkpoint) else { return }
        // First here: a disk that takes no more does not let it go on signing.
        stopped.withLock { $0 = shown.note.serialized }
        try await store.stop(shown.note.serialized)
        failed(LogFailure.shownOtherHistory(size: shown.checkpoint.size))
        throw Problem(.logStopped)
    }

    /// Whether `shown` is a tree that this log had.
    public func has(_ shown: Checkpoint) async throws -> Bool {
        try await has(SeenCheckpoint(size: shown.size, root: shown.root))
    }

    /// The same for a tree by its size and root.
    public func has(_ shown: SeenCheckpoint) async throws -> Bool {
        guard shown.size <= (try await store.head()?.size ?? 0) else { return false }
        guard shown.size > 0 else { return shown.root == MerkleTree.emptyRoot }
        let plan = ProofPlan.wholeTree(of: shown.size)
        guard let root = plan.hashes(from: try await store.tiles(plan.tiles))?.first else {
            throw LogFailure.tilesMissing
        }
        return root == shown.root
    }

    // MARK: Reading the store

    /// Reads head, edge of the tree and directory; returns the size of the log.
    @discardableResult
    public func load() async throws -> Int { try await reload().edge.size }

    func reload() async throws -> RelayState {
        let known = head
        var (state, others) = try await store.read { [store, log, now = clock()] facts in
            var state = RelayState()
            let others = try state.follow(
                facts, isShared: store.isShared, log: log.noteKey, knowing: known, now: now)
            return (state, others)
        }
        if let mark = others.stopped { stopped.withLock { $0 = mark } }
        state.refusals = refusals
        adopt(state, others.head, directoryChanged: true)
        return state
    }

    /// The store is behind the last checkpoint of this node, or beside it: an acknowledged commit was lost, or a second log
    /// goes on under the same key. As when somebody shows such a checkpoint, nothing is signed from then on.
    private func stopAtOwnHead() async {
        guard let checkpoint = head?.checkpoint else { return }
        stopped.withLock { $0 = $0 ?? checkpoint }
        try? await store.stop(checkpoint)
    }
}

/// Why a relay does not go on with the log it finds.
public enum LogFailure: Error, Equatable, CustomStringConvertible {
    case tilesMissing
    case checkpointDiffers(size: Int)
    case shownOtherHistory(size: Int)
    /// A decision wrote something and refused afterwards.
    case refusedInPart
    /// The store asked for one batch twice.
    case decidedTwice
    /// The store has fewer entries than this node has seen committed.
    case wentBack(from: Int, to: Int)
    /// The store has another tree than the one that this node has seen committed.
    case forked(size: Int)
    /// The log's last entry was made so long after now that this node's clock, or another's, is wrong.
    case clocksDiffer(by: Seconds)

    public var description: String {
        switch self {
        case .tilesMissing: "hashes of the log's tree are missing in the store"
        case .checkpointDiffers(let size):
            "the checkpoint of size \(size) is not that of the store's tree, or another key's"
        case .shownOtherHistory(let size): "a checkpoint of size \(size) was shown that this log does not have"
        case .refusedInPart: "a command was refused after a part of it was decided"
        case .decidedTwice: "a batch was to be decided twice"
        case .wentBack(let from, let to): "the store has \(to) entries, and this node has seen \(from) committed"
        case .forked(let size): "the store has another tree of size \(size) than this node has seen committed"
        case .clocksDiffer(let seconds):
            "the log's last entry was made \(seconds.rawValue) s after now: this machine's clock is wrong, or another node's"
        }
    }

    /// Whether signing on would be a second log under the same key.
    var isFork: Bool {
        switch self {
        case .wentBack, .forked: true
        default: false
        }
    }
}

extension Draft {
    mutating func perform(_ checked: CheckedCommand) throws -> Outcome {
        switch checked.command {
        case .submit(let envelope, let content, let arrived, let peer):
            try submit(envelope, content, arrived: arrived, peer: peer, checked: checked.envelope)
        case .act(let act, let peer): try take(act, peer: peer, checked: checked.act)
        case .publishConvention(let convention): try publish(convention)
        case .publishRoster(let roster, let chained): try publish(roster, chained: chained)
        case .publishSuccession(let succession): try publish(succession)
        case .publishKeys(let keys, let peer, let chained): try publish(keys, peer: peer, chained: chained)
        case .notify(let shown): try notify(shown)
        case .inspect(let inspection, let peer, let listed): try inspect(inspection, peer: peer, listed: listed)
        case .operate(let act): try operate(act)
        case .probe: try probe()
        case .tick: try tick()
        }
    }
}

extension Directory {
    /// Takes in a document that this relay had accepted, at the instant when it did. One that a later document has put
    /// out of force, such as the keys of an agent enrolled anew, is left out: the live directory let go of it, too.
    mutating func restore(_ document: StoredDocument) {
        switch document.kind {
        case .convention: try? accept(Unverified<Convention>(parsing: document.note), at: document.at)
        case .succession: try? accept(Unverified<Succession>(parsing: document.note))
        case .roster:
            guard let roster = try? Unverified<Roster>(parsing: document.note) else { return }
            if (try? accept(roster, at: document.at, standing: true)) == nil { remember(released: roster) }
        case .keys: try? accept(Unverified<AgentKeys>(parsing: document.note))
        }
    }
}
