// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// The checkpoints that this client has seen. The log may only grow: each must be a prefix of the next.
struct SeenLog {
    let vault: Vault
    let log: NoteKey

    var notes: [String] {
        get throws { try vault.value(Table.checkpoint, "seen") ?? [] }
    }

    /// The largest checkpoint seen, for others to compare.
    var largest: SeenCheckpoint? {
        get throws {
            try notes.map { try SignedCheckpoint(parsing: $0, log: log).checkpoint }
                .max { $0.size < $1.size }
                .map { SeenCheckpoint(size: $0.size, root: $0.root) }
        }
    }

    /// Keeps a checkpoint that came with a receipt, to be compared at the next refresh.
    func remember(_ checkpoint: SignedCheckpoint) throws {
        try vault.write { try remember(checkpoint, in: $0) }
    }

    /// The same, together with what it vouches for.
    func remember(_ checkpoint: SignedCheckpoint, in vault: VaultTransaction) throws {
        let note = checkpoint.note.serialized
        let known = try vault.value(Table.checkpoint, "seen") ?? []
        if !known.contains(note) { try vault.put(known + [note], Table.checkpoint, "seen") }
    }

    /// Proves every checkpoint seen before to be consistent with `checkpoint`, then keeps the larger.
    ///
    /// - Throws: `ClientFailure.broken(.logInconsistent)`: the relay shows two histories or was rolled back.
    func reconcile(_ checkpoint: SignedCheckpoint, over relay: any RelayConnection) async throws {
        var largest = checkpoint
        for note in try notes {
            let seen = try SignedCheckpoint(parsing: note, log: log)
            do {
                try await prove(seen.checkpoint, and: largest.checkpoint, over: relay)
            } catch let failure as ClientFailure where failure == .broken(.logInconsistent) {
                try? keep(seen, and: largest)
                // An honest relay that was put back stops signing once it sees its own word.
                try? await relay.show(seen)
                throw failure
            }
            if seen.checkpoint.size > largest.checkpoint.size { largest = seen }
        }
        try vault.put([largest.note.serialized], Table.checkpoint, "seen")
    }

    /// Writes two checkpoints that the log signed and that contradict each other beside the vault: whoever has the log's
    /// key can check that it did.
    private func keep(_ one: SignedCheckpoint, and other: SignedCheckpoint) throws {
        let name = "\(vault.path)/contradiction-\(one.checkpoint.size)-\(other.checkpoint.size).txt"
        guard !FileManager.default.fileExists(atPath: name) else { return }
        try PrivateFile.create(name, one.note.serialized + "\n" + other.note.serialized)
    }

    /// Proves that one of two checkpoints continues the other.
    func prove(_ one: Checkpoint, and other: Checkpoint, over relay: any RelayConnection) async throws {
        let (old, new) = one.size <= other.size ? (one, other) : (other, one)
        guard old.size > 0, old != new else { return }
        guard let plan = ProofPlan.consistency(from: old.size, to: new.size) else {
            throw ClientFailure.broken(.logInconsistent)
        }
        var tiles: [TileID: Tile] = [:]
        do {
            for id in plan.tiles {
                tiles[id] = Tile(bytes: try await relay.tile(id, width: id.width(in: new.size)))
            }
        } catch let problem as Problem where problem.code == .notFound {
            throw ClientFailure.broken(.logInconsistent)  // it has not even what it once showed
        }
        guard let path = plan.hashes(from: tiles),
            ProofCheck.consistency(from: old.size, old.root, to: new.size, new.root, path: path)
        else { throw ClientFailure.broken(.logInconsistent) }
    }
}
