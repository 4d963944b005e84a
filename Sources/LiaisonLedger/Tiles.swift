// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
public import LiaisonNotes

/// A tile of c2sp.org/tlog-tiles: up to 256 neighbouring hashes of one level.
public struct TileID: Hashable, Sendable {
    public static let width = 256

    /// In tile levels: level `l` holds the roots of subtrees of `256^l` entries.
    public let level: Int
    public let index: Int

    public init(level: Int, index: Int) {
        self.level = level
        self.index = index
    }

    /// The tile in which `node` stands or from which it is computed.
    public init(holding node: NodeID) {
        level = node.level / 8
        index = node.index >> (8 - node.level % 8)
    }

    /// `N` of a tile path: groups of three digits, all but the last with `x` before.
    ///
    /// - Parameter index: not negative.
    public static func path(index: Int) -> String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - digits.count) + digits)
            rest /= 1000
        } while rest > 0
        return groups.enumerated().map { ($0.offset == 0 ? "" : "x") + $0.element }.reversed()
            .joined(separator: "/")
    }

    /// Reads `N[.p/W]`; the width is 256 without a suffix.
    public static func parse(path: String) -> (index: Int, width: Int)? {
        var path = path
        var width = Self.width
        if let range = path.firstRange(of: ".p/") {
            guard let partial = DecimalNumber.parse(path[range.upperBound...], in: 1...Self.width - 1) else {
                return nil
            }
            width = partial
            path = String(path[..<range.lowerBound])
        }
        // The groups are padded with zeros; writing the path again says whether it is the one way to write the number.
        let digits = path.filter { $0 != "x" && $0 != "/" }
        let significant = digits.drop { $0 == "0" }
        guard let index = DecimalNumber.parse(significant.isEmpty ? "0" : significant), Self.path(index: index) == path
        else { return nil }
        return (index, width)
    }

    /// How many hashes this tile has in a tree of `size` entries.
    public func width(in size: Int) -> Int {
        min(max((size >> (8 * level)) - index * Self.width, 0), Self.width)
    }
}

/// The hashes of one tile, 32 bytes each, in order.
public struct Tile: Hashable, Sendable {
    public private(set) var bytes: [UInt8]

    public init(hashes: [Hash] = []) { bytes = hashes.flatMap(\.bytes) }

    public init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: Hash.length), bytes.count <= TileID.width * Hash.length else {
            return nil
        }
        self.bytes = bytes
    }

    /// How many hashes it has.
    public var count: Int { bytes.count / Hash.length }

    /// The first `count` of them.
    public func prefix(_ count: Int) -> Tile {
        var tile = Tile()
        tile.bytes = Array(bytes.prefix(count * Hash.length))
        return tile
    }

    mutating func append(_ hash: Hash) { bytes += hash.bytes }

    /// The hash of the subtree of `2^height` of this tile's hashes that starts at position `first`.
    ///
    /// A proof hashes a tile almost whole at each level, so this works in place on flat bytes.
    func root(first: Int, height: Int) -> Hash? {
        var width = 1 << height
        guard first >= 0, first + width <= count else { return nil }
        var row = Array(bytes[first * Hash.length..<(first + width) * Hash.length])
        var input = [UInt8](repeating: 1, count: 1 + 2 * Hash.length)
        while width > 1 {
            for pair in 0..<width / 2 {
                let start = pair * 2 * Hash.length
                input.replaceSubrange(1..., with: row[start..<start + 2 * Hash.length])
                SHA256.hash(data: input).withUnsafeBytes { digest in
                    row.replaceSubrange(pair * Hash.length..<(pair + 1) * Hash.length, with: digest)
                }
            }
            width /= 2
        }
        return Hash(row.prefix(Hash.length))
    }
}

/// The right edge of a growing tree: for each tile level the tile that is being filled, and the roots of the complete
/// subtrees in it. A few KiB whatever the size of the log.
public struct TreeEdge: Hashable, Sendable {
    private struct Level: Hashable, Sendable {
        var tile = Tile()
        /// The largest complete subtrees that make up the tile so far, largest first.
        var roots: [Hash] = []

        mutating func append(_ hash: Hash) {
            tile.append(hash)
            roots.append(hash)
            for _ in 0..<tile.count.trailingZeroBitCount {
                let right = roots.removeLast()
                roots.append(MerkleTree.node(roots.removeLast(), right))
            }
        }
    }

    public private(set) var size: Int
    private var levels: [Level]

    public init() {
        size = 0
        levels = []
    }

    /// The tiles that must be read to go on from a tree of `size` entries.
    public static func needed(for size: Int) -> [TileID] {
        var needed: [TileID] = []
        var level = 0
        while size >> (8 * level) > 0 {
            let count = size >> (8 * level)
            if count % TileID.width > 0 { needed.append(TileID(level: level, index: count / TileID.width)) }
            level += 1
        }
        return needed
    }

    /// Goes on from a tree of `size` entries; nil when a tile is missing or too narrow.
    public init?(size: Int, reading tiles: [TileID: Tile]) {
        self.size = size
        levels = []
        var level = 0
        while size >> (8 * level) > 0 {
            let count = size >> (8 * level)
            let width = count % TileID.width
            var edge = Level()
            if width > 0 {
                guard let tile = tiles[TileID(level: level, index: count / TileID.width)], tile.count >= width else {
                    return nil
                }
                edge.tile = tile.prefix(width)
                for node in ProofPlan.root(of: width) {
                    guard let root = tile.root(first: node.index << node.level, height: node.level) else { return nil }
                    edge.roots.append(root)
                }
            }
            levels.append(edge)
            level += 1
        }
    }

    /// Adds one entry's leaf hash; returns the tiles that changed, full or being filled.
    public mutating func append(_ leaf: Hash) -> [TileID: Tile] {
        let old = size
        var changed: [TileID: Tile] = [:]
        append(leaf, full: &changed)
        return changed.merging(tiles(changedSince: old)) { $1 }
    }

    /// The same for one of many: what is still being filled need only be looked at behind the last one.
    ///
    /// - Parameter full: gets the tiles that it fills; those that are still being filled are in `tiles(changedSince:)`.
    public mutating func append(_ leaf: Hash, full: inout [TileID: Tile]) {
        var hash = leaf
        size += 1
        for level in 0... {
            if levels.count == level { levels.append(Level()) }
            levels[level].append(hash)
            guard levels[level].tile.count == TileID.width else { break }
            full[TileID(level: level, index: (size >> (8 * level)) / TileID.width - 1)] = levels[level].tile
            hash = levels[level].roots[0]
            levels[level] = Level()
        }
    }

    /// The tiles that are being filled, and were not the same when the tree had `old` entries.
    public func tiles(changedSince old: Int) -> [TileID: Tile] {
        var changed: [TileID: Tile] = [:]
        for (level, edge) in levels.enumerated() where edge.tile.count > 0 {
            let count = size >> (8 * level)
            guard count > old >> (8 * level) else { continue }
            changed[TileID(level: level, index: count / TileID.width)] = edge.tile
        }
        return changed
    }

    public var root: Hash { MerkleTree.fold(levels.reversed().flatMap(\.roots)) }
}

extension ProofPlan {
    /// The tiles that `hashes(from:)` reads.
    public var tiles: Set<TileID> { Set(elements.joined().map(TileID.init(holding:))) }

    /// The hashes of the proof; nil when a tile is missing or too narrow.
    public func hashes(from tiles: [TileID: Tile]) -> [Hash]? {
        var nodes = TileNodes(tiles)
        return hashes(from: &nodes)
    }

    /// The same for one proof of many over the same tiles.
    public func hashes(from nodes: inout TileNodes) -> [Hash]? {
        var result: [Hash] = []
        for element in elements {
            var hashes: [Hash] = []
            for node in element {
                guard let hash = nodes.hash(of: node) else { return nil }
                hashes.append(hash)
            }
            result.append(MerkleTree.fold(hashes))
        }
        return result
    }
}

/// Tiles with the nodes inside them, each hashed once for however many proofs pass through it.
public struct TileNodes: Sendable {
    private let tiles: [TileID: Tile]
    /// Of each tile its rows of nodes, from the hashes that it holds upwards, as far as somebody asked.
    private var rows: [TileID: [[UInt8]]] = [:]

    public init(_ tiles: [TileID: Tile]) { self.tiles = tiles }

    /// The hash of a complete subtree; nil when its tile is missing or too narrow.
    public mutating func hash(of node: NodeID) -> Hash? {
        let id = TileID(holding: node)
        guard let tile = tiles[id] else { return nil }
        let height = node.level % 8
        var known = rows[id] ?? [tile.bytes]
        while known.count <= height { known.append(Self.row(above: known[known.count - 1])) }
        rows[id] = known
        let first = node.index % (TileID.width >> height) * Hash.length
        guard first + Hash.length <= known[height].count else { return nil }
        return Hash(known[height][first..<first + Hash.length])
    }

    /// The nodes over the pairs of a row; one that is left over has none yet. Works in place on flat bytes, since a proof hashes
    /// a tile almost whole.
    private static func row(above row: [UInt8]) -> [UInt8] {
        let pairs = row.count / (2 * Hash.length)
        var above = [UInt8](repeating: 0, count: pairs * Hash.length)
        var input = [UInt8](repeating: 1, count: 1 + 2 * Hash.length)
        for pair in 0..<pairs {
            let start = pair * 2 * Hash.length
            input.replaceSubrange(1..., with: row[start..<start + 2 * Hash.length])
            SHA256.hash(data: input).withUnsafeBytes { digest in
                above.replaceSubrange(pair * Hash.length..<(pair + 1) * Hash.length, with: digest)
            }
        }
        return above
    }
}
