// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Hashing of the RFC 6962 Merkle tree (section 2.1), with SHA-256.
public enum MerkleTree {
    /// `SHA-256(0x00 ‖ entry)`
    public static func leaf(_ entry: [UInt8]) -> Hash { Hash.of([0x00] + entry) }

    /// `SHA-256(0x01 ‖ left ‖ right)`
    public static func node(_ left: Hash, _ right: Hash) -> Hash {
        Hash.of([0x01] + left.bytes + right.bytes)
    }

    /// The root of the tree without entries: the SHA-256 of nothing.
    public static let emptyRoot = Hash.of([UInt8]())

    /// The root over neighbouring complete subtrees, largest first.
    static func fold(_ hashes: [Hash]) -> Hash {
        guard var result = hashes.last else { return emptyRoot }
        for left in hashes.dropLast().reversed() { result = node(left, result) }
        return result
    }
}

/// A complete subtree: `level` counts its height in tree levels, `index` its position at that level.
public struct NodeID: Hashable, Sendable {
    public let level: Int
    public let index: Int

    /// The complete subtrees, largest first, that make up the entries `start..<end`.
    ///
    /// `start` must be a multiple of the largest power of two below the length, as it is for every range
    /// that RFC 6962 asks for.
    static func covering(_ start: Int, _ end: Int) -> [NodeID] {
        var nodes: [NodeID] = []
        var start = start
        while start < end {
            let fit = Int.bitWidth - 1 - (end - start).leadingZeroBitCount
            let level = min(start == 0 ? fit : start.trailingZeroBitCount, fit)
            nodes.append(NodeID(level: level, index: start >> level))
            start += 1 << level
        }
        return nodes
    }
}

/// Which hashes a proof needs, before they are read: each element of the proof is the root over one list
/// of complete subtrees.
public struct ProofPlan: Sendable, Equatable {
    public let elements: [[NodeID]]

    /// The audit path for entry `index` in the tree of `size` entries (RFC 6962 section 2.1.1).
    public static func inclusion(of index: Int, in size: Int) -> ProofPlan? {
        guard index >= 0, index < size else { return nil }
        var path: [[NodeID]] = []
        var start = 0
        var end = size
        while end - start > 1 {
            let middle = start + split(end - start)
            if index < middle {
                path.append(NodeID.covering(middle, end))
                end = middle
            } else {
                path.append(NodeID.covering(start, middle))
                start = middle
            }
        }
        return ProofPlan(elements: path.reversed())
    }

    /// The proof that the tree of `old` entries is a prefix of that of `new` (RFC 6962 section 2.1.2).
    public static func consistency(from old: Int, to new: Int) -> ProofPlan? {
        guard old > 0, old <= new else { return nil }
        var path: [[NodeID]] = []
        var start = 0
        var end = new
        var isPrefixRoot = true
        while old != end {
            let middle = start + split(end - start)
            if old <= middle {
                path.append(NodeID.covering(middle, end))
                end = middle
            } else {
                path.append(NodeID.covering(start, middle))
                start = middle
                isPrefixRoot = false
            }
        }
        if !isPrefixRoot { path.append(NodeID.covering(start, end)) }
        return ProofPlan(elements: path.reversed())
    }

    /// The one element whose hash is the root of `size` entries, in any tree that is larger.
    public static func wholeTree(of size: Int) -> ProofPlan { ProofPlan(elements: [root(of: size)]) }

    /// The complete subtrees that make up the root of `size` entries.
    public static func root(of size: Int) -> [NodeID] { NodeID.covering(0, size) }

    /// The largest power of two below `count`.
    private static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }
}

/// Checks of proofs, by the algorithms of RFC 9162 section 2.1.3.2 and 2.1.4.2.
public enum ProofCheck {
    /// Whether `path` leads from `leaf` at `index` to `root` of `size` entries.
    public static func inclusion(
        of leaf: Hash, at index: Int, in size: Int, path: [Hash], root: Hash
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var node = index
        var last = size - 1
        var hash = leaf
        for sibling in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = MerkleTree.node(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = MerkleTree.node(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether the tree (`oldRoot`, `old`) is a prefix of (`newRoot`, `new`).
    public static func consistency(
        from old: Int, _ oldRoot: Hash, to new: Int, _ newRoot: Hash, path: [Hash]
    ) -> Bool {
        guard old > 0, old <= new else { return false }
        guard old < new else { return path.isEmpty && oldRoot == newRoot }
        var path = path[...]
        var node = old - 1
        var last = new - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        guard let start = node == 0 ? oldRoot : path.popFirst() else { return false }
        var oldHash = start
        var newHash = start
        for sibling in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                oldHash = MerkleTree.node(sibling, oldHash)
                newHash = MerkleTree.node(sibling, newHash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                newHash = MerkleTree.node(newHash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot
    }
}
