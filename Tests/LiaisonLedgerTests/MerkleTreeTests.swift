// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit
import Testing

struct MerkleTreeTests {
    /// Grows a tree and keeps every tile, full and partial.
    private struct Log {
        var edge = TreeEdge()
        var tiles: [TileID: Tile] = [:]

        mutating func grow(to size: Int) {
            while edge.size < size {
                tiles.merge(edge.append(MerkleTree.leaf(Array("entry \(edge.size)".utf8)))) { $1 }
            }
        }
    }

    private struct Vectors: Encodable {
        struct Inclusion: Encodable {
            var index: Int
            var path: [Hash]
        }
        struct Consistency: Encodable {
            var from: Int
            var path: [Hash]
        }
        struct Proof: Encodable {
            var index: Int
            var text: String
        }
        struct Piece: Encodable {
            var level: Int
            var index: Int
            var width: Int
            var bytes: String
        }
        struct Size: Encodable {
            var size: Int
            var root: Hash
            var checkpoint: String
            var inclusion: [Inclusion] = []
            var consistency: [Consistency] = []
            var proofs: [Proof] = []
            var tiles: [Piece] = []
        }
        var vkey: String
        var sizes: [Size]
    }

    /// Roots, proofs, checkpoints and tiles agree with an implementation that was written from the RFC alone.
    @Test func agreesWithAnIndependentImplementation() async throws {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<12).map { _ in Int.random(in: 1...10_000, using: &generator) }
        let signer = try Fixture.signer(Fixture.origin)
        var log = Log()
        var sizes: [Vectors.Size] = []
        for size in Set([1, 2, 3, 255, 256, 257, 65, 8191, 10_000] + random).sorted() {
            log.grow(to: size)
            let checkpoint = Checkpoint(origin: Fixture.origin, size: size, root: log.edge.root).signed(by: signer)
            var vector = Vectors.Size(size: size, root: log.edge.root, checkpoint: checkpoint.note.serialized)
            for index in Set([0, size - 1, size / 2, Int.random(in: 0..<size, using: &generator)]) {
                let path = try #require(ProofPlan.inclusion(of: index, in: size)?.hashes(from: log.tiles))
                vector.inclusion.append(.init(index: index, path: path))
                let proof = InclusionProof(index: index, path: path, checkpoint: checkpoint.note.serialized)
                vector.proofs.append(.init(index: index, text: proof.text))
                let entry = Array("entry \(index)".utf8)
                #expect(try proof.verify(entry: entry, log: signer.noteKey) == checkpoint)
                #expect(throws: InclusionProof.Failure.notInTree) {
                    try proof.verify(entry: entry + [0], log: signer.noteKey)
                }
            }
            for old in Set([1, size, Int.random(in: 1...size, using: &generator)]) {
                let path = try #require(ProofPlan.consistency(from: old, to: size)?.hashes(from: log.tiles))
                vector.consistency.append(.init(from: old, path: path))
            }
            for (id, tile) in log.tiles where id.width(in: size) == tile.count {
                vector.tiles.append(
                    .init(level: id.level, index: id.index, width: tile.count, bytes: Base64.encode(tile.bytes)))
            }
            #expect(TreeEdge(size: size, reading: log.tiles) == log.edge)
            sizes.append(vector)
        }
        let vectors = try JSONEncoder().encode(Vectors(vkey: signer.noteKey.description, sizes: sizes))
        let output = try await Programs.check("tlog.py", ["check"], input: vectors)
        #expect(output.status == 0, "\(output.standardError)")
        #expect(output.text.hasPrefix("checked \(sizes.count) sizes"))
    }

    /// The roots that RFC 6962's reference tests publish for their eight entries.
    @Test func knownAnswers() throws {
        let entries = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
        ]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        ]
        var edge = TreeEdge()
        #expect(edge.root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for (entry, root) in zip(entries, roots) {
            _ = edge.append(MerkleTree.leaf(try #require(Hex.decode(entry))))
            #expect(edge.root.hex == root)
        }
    }

    /// Every wrong step of a proof is refused: another index, size, root, path, or a path too long or short.
    @Test func wrongProofsAreRefused() throws {
        var log = Log()
        log.grow(to: 300)
        let root = log.edge.root
        let path = try #require(ProofPlan.inclusion(of: 77, in: 300)?.hashes(from: log.tiles))
        let leaf = MerkleTree.leaf(Array("entry 77".utf8))
        #expect(ProofCheck.inclusion(of: leaf, at: 77, in: 300, path: path, root: root))
        for index in 0..<300 where index != 77 {
            #expect(!ProofCheck.inclusion(of: leaf, at: index, in: 300, path: path, root: root))
        }
        for position in path.indices {
            var other = path
            other[position] = Hash.of("x")
            #expect(!ProofCheck.inclusion(of: leaf, at: 77, in: 300, path: other, root: root))
            other.remove(at: position)
            #expect(!ProofCheck.inclusion(of: leaf, at: 77, in: 300, path: other, root: root))
        }
        #expect(!ProofCheck.inclusion(of: leaf, at: 77, in: 300, path: path + [root], root: root))
        for old in 1..<300 {
            let path = try #require(ProofPlan.consistency(from: old, to: 300)?.hashes(from: log.tiles))
            var small = Log()
            small.grow(to: old)
            #expect(ProofCheck.consistency(from: old, small.edge.root, to: 300, root, path: path))
            #expect(!ProofCheck.consistency(from: old, Hash.of("fork"), to: 300, root, path: path))
            #expect(!ProofCheck.consistency(from: old, small.edge.root, to: 300, Hash.of("fork"), path: path))
            #expect(!ProofCheck.consistency(from: old, small.edge.root, to: 300, root, path: path.dropLast()))
        }
    }

    @Test func noByteOfAProofCanChange() throws {
        var log = Log()
        log.grow(to: 20)
        let signer = try Fixture.signer(Fixture.origin)
        let checkpoint = Checkpoint(origin: Fixture.origin, size: 20, root: log.edge.root).signed(by: signer)
        let path = try #require(ProofPlan.inclusion(of: 7, in: 20)?.hashes(from: log.tiles))
        let bytes = Array(InclusionProof(index: 7, path: path, checkpoint: checkpoint.note.serialized).text.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: (any Error).self, "byte \(index)") {
                let text = try #require(String(validating: changed, as: UTF8.self))
                _ = try InclusionProof(parsing: text).verify(entry: Array("entry 7".utf8), log: signer.noteKey)
            }
        }
    }

    @Test(arguments: [
        (0, "000"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")
    ])
    func tilePaths(index: Int, path: String) {
        #expect(TileID.path(index: index) == path)
        #expect(TileID.parse(path: path)?.index == index)
        #expect(TileID.parse(path: path + ".p/7")?.width == 7)
    }

    @Test(arguments: ["0", "00x", "1000", "x001", "001/000", "000.p/0", "000.p/256", "000.p/07", "../000", ""])
    func otherPathsAreNone(path: String) { #expect(TileID.parse(path: path) == nil) }
}
