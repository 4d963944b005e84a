// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit

/// This log computes its trees and proofs by the definitions of RFC 6962 section 2.1, and not by the library.
struct TestLog: Sendable {
    let signer: NoteSigner
    /// From this entry on it differs from what `TestLog()` holds: it is another history of the same log.
    let fork: Int

    init(_ origin: String = Fixture.origin, fork: Int = .max) throws {
        signer = try Fixture.signer(origin)
        self.fork = fork
    }

    var origin: String { signer.name }

    /// Returns the root of the tree of `size` entries.
    func root(_ size: Int) -> Hash { Self.hash(of: entries(size)) }

    /// Proves that the tree of `old` entries is a prefix of that of `size`. About the empty tree nothing is proved.
    func proof(from old: Int, to size: Int) -> [Hash] {
        old == 0 ? [] : Self.subproof(old, entries(size), isPrefix: true)
    }

    /// Signs the checkpoint of the tree of `size` entries.
    func signed(_ size: Int) -> SignedCheckpoint {
        Checkpoint(origin: origin, size: size, root: root(size)).signed(by: signer)
    }

    /// Writes the same checkpoint as c2sp.org/tlog-checkpoint describes it.
    func note(_ size: Int) -> String { note(text: "\(origin)\n\(size)\n\(root(size))\n") }

    /// Signs any text, also one that is no checkpoint.
    func note(text: String) -> String { SignedNote(text: text, signatures: [signer.sign(text)]).serialized }

    /// Writes the request that an honest log sends.
    func request(from old: Int, to size: Int) -> String {
        Self.request(old: old, proof: proof(from: old, to: size), note: note(size))
    }

    /// Writes the body of `add-checkpoint` as c2sp.org/tlog-witness describes it.
    static func request(old: Int, proof: [Hash], note: String) -> String {
        "old \(old)\n" + proof.map { "\($0)\n" }.joined() + "\n" + note
    }

    private func entries(_ size: Int) -> ArraySlice<[UInt8]> {
        let entries = (0..<size).map { index -> [UInt8] in
            Array("\(index < fork ? "entry" : "other") \(index)".utf8)
        }
        return entries[...]
    }

    /// This is `MTH` of the RFC.
    private static func hash(of entries: ArraySlice<[UInt8]>) -> Hash {
        guard entries.count > 1 else {
            let leaf: [UInt8] = entries.first.map { [0x00] + $0 } ?? []
            return Hash.of(leaf)
        }
        let cut = middle(of: entries.count)
        let (left, right) = (hash(of: entries.prefix(cut)), hash(of: entries.dropFirst(cut)))
        return Hash.of([0x01] + left.bytes + right.bytes)
    }

    /// This is `SUBPROOF` of the RFC.
    private static func subproof(_ old: Int, _ entries: ArraySlice<[UInt8]>, isPrefix: Bool) -> [Hash] {
        guard old < entries.count else { return isPrefix ? [] : [hash(of: entries)] }
        let cut = middle(of: entries.count)
        let (left, right) = (entries.prefix(cut), entries.dropFirst(cut))
        guard old > cut else { return subproof(old, left, isPrefix: isPrefix) + [hash(of: right)] }
        return subproof(old - cut, right, isPrefix: false) + [hash(of: left)]
    }

    /// Returns the largest power of two below `count`, which must be more than 1.
    private static func middle(of count: Int) -> Int {
        var middle = 1
        while middle * 2 < count { middle *= 2 }
        return middle
    }
}
