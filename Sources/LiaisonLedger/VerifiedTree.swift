// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A tree of which tiles are verified as they come: from the right edge, which gives the checkpoint's root, down to the
/// leaves. A tile proves 256 entries at once, where an inclusion path proves one.
///
/// Tiles may come from anybody (c2sp.org/tlog-tiles): each is held against the hash of it in the tile above.
public struct VerifiedTree: Sendable {
    public let size: Int
    /// Verified, as wide as the tree has them.
    private var tiles: [TileID: Tile] = [:]

    /// The tiles of the right edge, which are needed to begin with.
    public static func edge(of size: Int) -> [TileID] { TreeEdge.needed(for: size) }

    /// - Parameter edge: the tiles of the right edge.
    /// - Returns: nil when they do not give `root`.
    public init?(size: Int, root: Hash, edge: [TileID: Tile]) {
        guard size > 0, let whole = TreeEdge(size: size, reading: edge), whole.root == root else { return nil }
        self.size = size
        for id in TreeEdge.needed(for: size) { tiles[id] = edge[id]?.prefix(id.width(in: size)) }
    }

    /// The tree of a later checkpoint of the same log: full tiles that were verified stay.
    ///
    /// - Parameter later: proven to go on from this one.
    public mutating func goOn(to later: VerifiedTree) {
        let full = tiles.filter { $0.value.count == TileID.width && $0.key.level < 2 }
        self = later
        tiles.merge(full) { own, _ in own }
    }

    /// The leaf hash at `index`, once its tile is verified; nil before, or beyond the tree.
    public func leaf(_ index: Int) -> Hash? {
        guard index >= 0, index < size else { return nil }
        return tiles[TileID(level: 0, index: index / TileID.width)]?.root(first: index % TileID.width, height: 0)
    }

    /// The tiles that must be added, in this order, before `leaf(index)` answers.
    public func missing(for index: Int) -> [TileID] {
        guard index >= 0, index < size else { return [] }
        var missing: [TileID] = []
        var id = TileID(level: 0, index: index / TileID.width)
        while tiles[id] == nil {
            missing.append(id)
            id = TileID(level: id.level + 1, index: id.index / TileID.width)
        }
        return missing.reversed()
    }

    /// Takes a full tile whose parent is verified.
    ///
    /// - Returns: false when it is not the one that the parent has.
    public mutating func add(_ tile: Tile, _ id: TileID) -> Bool {
        let parent = TileID(level: id.level + 1, index: id.index / TileID.width)
        guard tile.count == TileID.width, let expected = tiles[parent]?.root(first: id.index % TileID.width, height: 0),
            tile.root(first: 0, height: 8) == expected
        else { return false }
        tiles[id] = tile
        return true
    }

    /// Forgets leaf tiles when there are many: whoever reads on does not come back to them.
    public mutating func forgetLeaves(beyond count: Int) {
        let leaves = tiles.keys.filter { $0.level == 0 && $0.width(in: size) == TileID.width }
        guard leaves.count > count else { return }
        for id in leaves { tiles[id] = nil }
    }
}
