// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What this client knows of the log: its key, the checkpoints it has seen, the one that everything in this command is
/// proven consistent with, and the tiles that were verified under it.
final class LogView {
    /// The log's key; another one once the relay was followed to another log.
    private(set) var key: NoteKey
    private(set) var seen: SeenLog
    private let relay: any RelayConnection
    private let vault: Vault
    /// What is relied on, once the directory's head was refreshed.
    private var trusted: Checkpoint?
    /// Checkpoints proven consistent with it.
    private var proven: Set<Checkpoint> = []
    private var tree: VerifiedTree?

    /// More leaf tiles than any command comes back to: 8 MiB.
    private static let keptLeafTiles = 1024

    init(key: NoteKey, vault: Vault, relay: any RelayConnection) {
        self.key = key
        self.vault = vault
        self.relay = relay
        seen = SeenLog(vault: vault, log: key)
    }

    /// Goes on with another log.
    func follow(_ key: NoteKey) {
        self.key = key
        seen = SeenLog(vault: vault, log: key)
        (trusted, proven, tree) = (nil, [], nil)
    }

    /// Relies on a checkpoint that was proven to go on from what was seen before.
    func rely(on checkpoint: Checkpoint) {
        trusted = checkpoint
        proven = [checkpoint]
    }

    // MARK: Evidence

    /// Evidence, verified against the log's key.
    func check(_ evidence: Evidence) throws -> VerifiedEvidence {
        guard let verified = try? evidence.verified(by: key), verified.event.event.rule.allows(verified.event) else {
            throw ClientFailure.broken(.evidence)
        }
        return verified
    }

    /// Evidence that also belongs to the one history that this client knows: its checkpoint is proven consistent with the
    /// refreshed head's before anything is concluded from it.
    func prove(_ evidence: Evidence) async throws -> VerifiedEvidence {
        let verified = try check(evidence)
        try await agree(with: verified.checkpoint.checkpoint)
        return verified
    }

    /// Proves a checkpoint to belong to the one history that this client knows.
    func agree(with checkpoint: Checkpoint) async throws {
        guard let trusted, !proven.contains(checkpoint) else { return }
        try await seen.prove(checkpoint, and: trusted, over: relay)
        proven.insert(checkpoint)
    }

    /// The relay's latest DirectoryHead and what it states: proven, fresh, not older than the last one that this client kept, and in
    /// one history with all that it has seen.
    func directoryHead(at now: Instant) async throws -> (evidence: VerifiedEvidence, stated: DirectoryHead) {
        let head = try check(try await relay.directoryHead().evidence)
        guard head.event.event == .directoryHead, head.event.mailbox == .directory, let stated = head.event.head else {
            throw ClientFailure.broken(.wrongEvent)
        }
        guard (-Directory.clockTolerance...Directory.headLifetime).contains(now - head.event.at) else {
            throw ClientFailure.broken(.directoryHeadStale)
        }
        if let last = try vault.value(Table.head, "latest") {
            let known = try check(last)
            guard head.event.number > known.event.number || head.hash == known.hash else {
                throw ClientFailure.broken(.directoryRollback)
            }
        }
        try await seen.reconcile(head.checkpoint, over: relay)
        return (head, stated)
    }

    // MARK: Entries by tiles

    /// The events of a page, each found in the tree of the page's checkpoint, which belongs to the one history. Whoever keeps
    /// them keeps the checkpoint with them: a history without them then contradicts what this client has seen.
    ///
    /// - Throws: `ClientFailure.programTooOld` for an event that this program does not know.
    func events(of page: MailboxPage) async throws -> (events: [ProvenEvent], checkpoint: SignedCheckpoint) {
        guard let checkpoint = try? SignedCheckpoint(parsing: page.checkpoint, log: key) else {
            throw ClientFailure.broken(.evidence)
        }
        try await agree(with: checkpoint.checkpoint)
        var entries: [(logged: LoggedRecord, leaf: Hash)] = []
        for logged in page.events {
            guard let leaf = try await leaf(logged.index, in: checkpoint.checkpoint) else {
                throw ClientFailure.broken(.evidence)
            }
            entries.append((logged, leaf))
        }
        let name = key.name
        let events = await entries.inParallel { entry in
            Result { try entry.logged.proven(by: entry.leaf, log: name) }
        }
        do {
            return (try events.map { try $0.get() }, checkpoint)
        } catch LoggedRecord.Failure.unknownEvent(let name) {
            throw ClientFailure.programTooOld(name)
        } catch {
            throw ClientFailure.broken(.evidence)
        }
    }

    /// The leaf hash at `index` in the tree of a checkpoint of this history; nil beyond it.
    private func leaf(_ index: Int, in checkpoint: Checkpoint) async throws -> Hash? {
        var tree = try await verified(checkpoint)
        if let leaf = tree.leaf(index) { return leaf }
        self.tree = nil  // so that there is one copy while it grows
        defer { self.tree = tree }
        for id in tree.missing(for: index) {
            guard let tile = Tile(bytes: try await relay.tile(id, width: TileID.width)), tree.add(tile, id) else {
                throw ClientFailure.broken(.evidence)
            }
        }
        let leaf = tree.leaf(index)
        tree.forgetLeaves(beyond: Self.keptLeafTiles)
        return leaf
    }

    private func verified(_ checkpoint: Checkpoint) async throws -> VerifiedTree {
        if let tree, tree.size == checkpoint.size { return tree }
        var edge: [TileID: Tile] = [:]
        for id in VerifiedTree.edge(of: checkpoint.size) {
            edge[id] = Tile(bytes: try await relay.tile(id, width: id.width(in: checkpoint.size)))
        }
        guard let new = VerifiedTree(size: checkpoint.size, root: checkpoint.root, edge: edge) else {
            throw ClientFailure.broken(.evidence)
        }
        guard var known = tree, known.size < new.size else {
            tree = new
            return new
        }
        known.goOn(to: new)
        tree = known
        return known
    }
}
