// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonWire
import Synchronization

/// A commit that is on disk, as far as the receipts of those who were part of it need it: nothing is read back for them.
final class Committed: Sendable {
    /// What came of a command, and the commit that it was part of.
    struct Answer: Sendable {
        let outcome: Outcome
        let committed: Committed

        init(_ outcome: Outcome, _ committed: Committed) {
            self.outcome = outcome
            self.committed = committed
        }
    }

    private let size: Int
    private let checkpoint: String
    private let entries: [StoredEntry]
    private let nodes: Mutex<TileNodes>

    /// - Parameter edge: of the tree behind the batch.
    init(_ batch: Batch, _ edge: TreeEdge) {
        size = edge.size
        checkpoint = batch.checkpoint
        entries = batch.entries
        // The path of a new entry passes only through tiles that are new, or that were being filled.
        nodes = Mutex(TileNodes(batch.tiles.merging(edge.tiles(changedSince: 0)) { $1 }))
    }

    /// Evidence for an entry of this commit; nil for any other.
    func evidence(of index: Int) -> Evidence? {
        guard let first = entries.first?.index, entries.indices.contains(index - first) else { return nil }
        let entry = entries[index - first]
        let plan = ProofPlan.inclusion(of: index, in: size)
        guard let path = nodes.withLock({ plan?.hashes(from: &$0) }) else { return nil }
        return Evidence(
            record: entry.record, salt: entry.salt,
            proof: InclusionProof(index: index, path: path, checkpoint: checkpoint))
    }
}
