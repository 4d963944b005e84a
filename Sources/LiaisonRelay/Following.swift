// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes

/// What a node finds that it did not write itself.
struct Followed {
    /// Nil for an empty log.
    var head: StoredHead?
    /// The checkpoint for which the log stopped, if it did.
    var stopped: String?
    var mailboxes: [Mailbox] = []
    /// Also when too much happened to say in which mailboxes: everybody looks then.
    var directoryChanged = false
}

extension RelayState {
    /// By how much the clocks of nodes may differ.
    static let clockTolerance: Seconds = 30

    /// Takes in what the store holds beyond this state: everything at the start, later what other nodes have committed.
    ///
    /// - Parameters:
    ///   - isShared: whether entries were dated by other clocks than this node's.
    ///   - known: the last head that this node saw committed; the log must go on from it.
    ///   - now: when what follows is decided.
    /// - Throws: `LogFailure`.
    mutating func follow(
        _ facts: any StoreFacts, isShared: Bool, log: NoteKey, knowing known: StoredHead?, now: Instant
    ) throws -> Followed {
        let stopped = try facts.stopped()
        let head = try facts.head()
        let size = head?.size ?? 0
        if let known, size < known.size { throw LogFailure.wentBack(from: known.size, to: size) }
        guard size != edge.size else {
            guard known?.size != size || known == head else { throw LogFailure.forked(size: size) }
            return Followed(head: head, stopped: stopped)
        }
        guard let edge = TreeEdge(size: size, reading: try facts.tiles(Set(TreeEdge.needed(for: size)))) else {
            throw LogFailure.tilesMissing
        }
        if let head {
            // A log goes on only from a checkpoint of its own over the tree that it finds.
            let signed = try SignedCheckpoint(parsing: head.checkpoint, log: log)
            guard signed.checkpoint.size == size, signed.checkpoint.root == edge.root else {
                throw LogFailure.checkpointDiffers(size: size)
            }
        }
        try Self.check(known, log, isIn: facts)
        let before = self.edge.size
        self.edge = edge
        numbers = [:]
        headAt = try facts.latestDirectoryHead()
        if isShared {
            notBefore = try facts.instant(of: size - 1) ?? 0
            guard notBefore - now <= Self.clockTolerance else { throw LogFailure.clocksDiffer(by: notBefore - now) }
        }
        let documents = try facts.documentsInForce(writtenFrom: before)
        for document in documents { restore(document) }
        let mailboxes = before == 0 ? nil : try facts.mailboxes(from: before)
        return Followed(
            head: head, stopped: stopped, mailboxes: mailboxes.map(Array.init) ?? [],
            directoryChanged: !documents.isEmpty || mailboxes == nil)
    }

    /// The tree that this node saw committed is one that the store's log had.
    private static func check(_ known: StoredHead?, _ log: NoteKey, isIn facts: any StoreFacts) throws {
        guard let known, known.size > 0 else { return }
        let plan = ProofPlan.wholeTree(of: known.size)
        let root = plan.hashes(from: try facts.tiles(plan.tiles))?.first
        guard try SignedCheckpoint(parsing: known.checkpoint, log: log).checkpoint.root == root else {
            throw LogFailure.forked(size: known.size)
        }
    }

    private mutating func restore(_ document: StoredDocument) {
        directory.restore(document)
        guard document.kind == .roster, let institution = document.institution else { return }
        rosterEntries[institution] = document.entry
        readersCheckedAt = nil
    }
}
