// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit
import Testing

/// c2sp.org/tlog-cosignature, tlog-policy and the rules of tlog-witness.
struct WitnessTests {
    private func cosigner(_ name: String) throws -> CosignatureSigner {
        try #require(CosignatureSigner(name: name, privateKey: Fixture.signer(name).privateKey))
    }

    /// A log of `size` entries, the same prefix whatever the size; with `fork`, other entries from there on.
    private func edge(_ size: Int, fork: Int = .max) -> TreeEdge {
        var edge = TreeEdge()
        for index in 0..<size {
            _ = edge.append(MerkleTree.leaf(Array((index < fork ? "a\(index)" : "b\(index)").utf8)))
        }
        return edge
    }

    private func checkpoint(_ size: Int, fork: Int = .max) throws -> SignedCheckpoint {
        Checkpoint(origin: Fixture.origin, size: size, root: edge(size, fork: fork).root)
            .signed(by: try Fixture.signer(Fixture.origin))
    }

    private func request(from old: Int, to size: Int, fork: Int = .max) throws -> AddCheckpoint {
        var tiles: [TileID: Tile] = [:]
        var edge = TreeEdge()
        for index in 0..<size {
            tiles.merge(edge.append(MerkleTree.leaf(Array((index < fork ? "a\(index)" : "b\(index)").utf8)))) { $1 }
        }
        let proof = ProofPlan.consistency(from: old, to: size)?.hashes(from: tiles) ?? []
        return AddCheckpoint(
            old: old, proof: old == size ? [] : proof, checkpoint: try checkpoint(size, fork: fork).note.serialized)
    }

    @Test func aCosignatureCoversTimeAndCheckpoint() throws {
        let signer = try cosigner("temoin.example/1")
        let signed = try checkpoint(5)
        let line = signer.cosign(signed.checkpoint, at: 1_679_315_147)
        let note = signed.adding([line]).note
        #expect(signer.key.time(on: note) == 1_679_315_147)
        // The log's own signature still verifies beside it, and the key's text is read back.
        _ = try SignedCheckpoint(parsing: note.serialized, log: Fixture.noteKey(Fixture.origin))
        #expect(CosignatureKey(signer.key.description) == signer.key)
        #expect(NoteKey(signer.key.description) == nil)
        // Another tree, another time, another witness: none of it verifies.
        let other = try checkpoint(6)
        #expect(signer.key.time(on: other.adding([line]).note) == nil)
        #expect(try cosigner("temoin.example/2").key.time(on: note) == nil)
        var bytes = line.signature
        bytes[7] ^= 1
        let late = NoteSignature(name: line.name, keyID: line.keyID, signature: bytes)
        #expect(signer.key.time(on: signed.adding([late]).note) == nil)
    }

    @Test func theQuorumDecides() throws {
        let names = ["x1", "x2", "x3", "y1"]
        let signers = try names.map { try cosigner("temoin.example/\($0)") }
        let lines = zip(names, signers).map { "witness \($0) \($1.key)\n" }.joined()
        let policy = try WitnessPolicy(
            text: "# two of three and the other house\nlog \(Fixture.noteKey(Fixture.origin))\n\n" + lines
                + "group X 2 x1 x2 x3\ngroup both all X y1\nquorum both\n")
        let signed = try checkpoint(5)
        func isSatisfied(_ present: [Int]) -> Bool {
            policy.isSatisfied(by: signed.adding(present.map { signers[$0].cosign(signed.checkpoint, at: 1) }))
        }
        #expect(isSatisfied([0, 2, 3]))
        #expect(!isSatisfied([0, 1, 2]))
        #expect(!isSatisfied([0, 3]))
        #expect(try WitnessPolicy(text: "quorum none\n").isSatisfied(by: signed))
    }

    @Test(arguments: [
        ("", "no quorum line"), ("quorum x\n", "a name that is not defined (x)"),
        ("quorum none\nquorum none\n", "a second quorum"), ("log x\nquorum none\n", "not a log's verifier key"),
        ("witness none KEY\nquorum none\n", "a name that is taken (none)"),
        ("witness a KEY\nwitness b KEY\nquorum none\n", "the same key twice"),
        ("witness a KEY\ngroup g 2 a\nquorum g\n", "a threshold is all, any or 1 to the number of members"),
        ("witness a KEY\ngroup g any a\ngroup h any a\nquorum g\n", "a member of two groups (a)"),
        ("witness a LOGKEY\nquorum none\n", "not a witness's verifier key"),
        ("quorum none \u{7}\n", "a control character"),
        ("nonsense\nquorum none\n", "not log, witness, group or quorum with its arguments")
    ])
    func malformedPoliciesAreNamed(text: String, problem: String) throws {
        let text = text.replacing("LOGKEY", with: try Fixture.noteKey(Fixture.origin).description)
            .replacing("KEY", with: try cosigner("w").key.description)
        #expect { try WitnessPolicy(text: text) } throws: { ($0 as? WitnessPolicy.Failure)?.problem == problem }
    }

    @Test func requestsParseToTheSameText() throws {
        let request = try request(from: 3, to: 9)
        #expect(AddCheckpoint(parsing: request.text) == request)
        for broken in ["old 03", "old -1", "new 3", "old 3 "] {
            #expect(AddCheckpoint(parsing: broken + request.text.dropFirst(5)) == nil)
        }
    }

    /// Each answer of the specification, and never one that goes back.
    @Test func aWitnessJudgesByWhatItCosignedBefore() throws {
        let log = try Fixture.noteKey(Fixture.origin)
        func judge(_ request: AddCheckpoint, _ latest: Int?) throws -> WitnessRuling {
            WitnessRuling.judge(request, log: log, latest: latest.map { ($0, edge($0).root) })
        }
        #expect(try judge(request(from: 0, to: 4), nil) == .cosign(checkpoint(4)))
        #expect(try judge(request(from: 4, to: 9), 4) == .cosign(checkpoint(9)))
        #expect(try judge(request(from: 9, to: 9), 9) == .cosign(checkpoint(9)))
        #expect(try judge(request(from: 0, to: 9), 4) == .conflict(size: 4))
        #expect(try judge(request(from: 4, to: 3), 4) == .malformed)
        #expect(try judge(request(from: 9, to: 9, fork: 5), 9) == .otherRoot)
        #expect(try judge(request(from: 4, to: 9, fork: 2), 4) == .inconsistent)
        let padded = AddCheckpoint(old: 0, proof: [Hash.of("x")], checkpoint: try checkpoint(4).note.serialized)
        #expect(try judge(padded, nil) == .inconsistent)
        let foreign = Checkpoint(origin: Fixture.origin, size: 4, root: edge(4).root)
        let forged = try foreign.signed(by: #require(NoteSigner(name: Fixture.origin, privateKey: .generate())))
        #expect(try judge(AddCheckpoint(old: 0, proof: [], checkpoint: forged.note.serialized), nil) == .notSigned)
    }
}
