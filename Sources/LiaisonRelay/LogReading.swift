// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
import LiaisonNotes
public import LiaisonWire

/// What everybody who may read the log is shown of it.
extension Relay {
    /// The latest checkpoint that witnesses cosigned, as long as they keep up; otherwise the latest. It is as fresh as this node
    /// was made by `freshen`.
    public func checkpoint() async throws -> String {
        guard let head = try await present() else { throw Problem(.notReady) }
        return publication.checkpoint(for: head.size, at: clock()) ?? head.checkpoint
    }

    /// Where the log stands, as this node knows it.
    private func present() async throws -> StoredHead? {
        if let head = sequencer.head { return head }
        return try await store.head()
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
