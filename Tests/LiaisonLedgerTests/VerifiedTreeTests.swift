// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import Testing

/// Tiles are verified from the right edge down; a wrong one is taken nowhere.
struct VerifiedTreeTests {
    private func leaf(_ index: Int) -> Hash { MerkleTree.leaf(Array("\(index)".utf8)) }

    /// A log of `size` entries: its tiles as the relay keeps them, and its root.
    private func log(_ size: Int) -> (tiles: [TileID: Tile], root: Hash) {
        var edge = TreeEdge()
        var tiles: [TileID: Tile] = [:]
        for index in 0..<size { tiles.merge(edge.append(leaf(index))) { _, new in new } }
        return (tiles, edge.root)
    }

    private func tree(_ size: Int, _ log: (tiles: [TileID: Tile], root: Hash)) throws -> VerifiedTree {
        let edge = VerifiedTree.edge(of: size).map { ($0, log.tiles[$0]) }
        return try #require(
            VerifiedTree(
                size: size, root: log.root,
                edge: Dictionary(edge.compactMap { id, tile in tile.map { (id, $0) } }) { first, _ in first }))
    }

    private func add(_ id: TileID, of log: (tiles: [TileID: Tile], root: Hash), to tree: inout VerifiedTree) throws {
        let isTaken = tree.add(try #require(log.tiles[id]), id)
        #expect(isTaken, "\(id)")
    }

    @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000])
    func everyLeafIsWhatTheLogHolds(size: Int) throws {
        let log = log(size)
        var tree = try tree(size, log)
        let probes = Set(
            [0, 1, 254, 255, 256, 511, 512, size / 2, size - 256, size - 2, size - 1].filter { 0..<size ~= $0 })
        for index in probes {
            for id in tree.missing(for: index) { try add(id, of: log, to: &tree) }
            #expect(tree.leaf(index) == leaf(index), "\(index)")
        }
        #expect(tree.leaf(size) == nil && tree.leaf(-1) == nil)
        tree.forgetLeaves(beyond: 0)
        if size >= 512 { #expect(tree.leaf(0) == nil) }
        #expect(size % 256 == 0 || tree.leaf(size - 1) == leaf(size - 1))
    }

    @Test func aWrongTileIsTakenNowhere() throws {
        let size = 66_000
        let (honest, other) = (log(size), log(size - 1))
        #expect(VerifiedTree(size: size, root: other.root, edge: honest.tiles) == nil)
        #expect(VerifiedTree(size: size, root: honest.root, edge: [:]) == nil)
        var tree = try tree(size, honest)
        let needed = tree.missing(for: 300)
        #expect(needed == [TileID(level: 1, index: 0), TileID(level: 0, index: 1)])
        // Not before its parent, nor in another's place, nor a narrower one.
        let leaves = try #require(honest.tiles[needed[1]])
        let others = try #require(honest.tiles[TileID(level: 0, index: 2)])
        var isTaken = tree.add(leaves, needed[1])
        #expect(!isTaken)
        try add(needed[0], of: honest, to: &tree)
        for wrong in [others, leaves.prefix(255)] {
            isTaken = tree.add(wrong, needed[1])
            #expect(!isTaken)
        }
        #expect(tree.leaf(300) == nil)
        try add(needed[1], of: honest, to: &tree)
        #expect(tree.leaf(300) == leaf(300))
    }

    @Test func whatWasVerifiedStaysAsTheLogGrows() throws {
        let (small, large) = (log(700), log(900))
        var tree = try tree(700, small)
        for id in tree.missing(for: 10) { try add(id, of: small, to: &tree) }
        tree.goOn(to: try self.tree(900, large))
        #expect(tree.size == 900 && tree.missing(for: 10).isEmpty && tree.leaf(10) == leaf(10))
        #expect(tree.leaf(899) == leaf(899))
        #expect(tree.missing(for: 600) == [TileID(level: 0, index: 2)])
    }
}
