// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes
import LiaisonSealing
import LiaisonTestKit
import Testing

struct AgeTests {
    private func seal(_ plaintext: [UInt8], to recipients: [AgeRecipient]) throws -> [UInt8] {
        var file: [UInt8] = []
        try AgeFile.seal(MemorySource(plaintext), to: recipients) { file += $0 }
        return file
    }

    private func open(_ file: [UInt8], _ identity: AgeIdentity) throws -> [UInt8] {
        let reader = try AgeReader(MemorySource(file), identities: [identity])
        return try reader.read(at: 0, count: reader.size)
    }

    /// The example identity and recipient of c2sp.org/age.
    @Test func theSpecificationsExampleKey() throws {
        let text = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
        let identity = try AgeIdentity(text: text)
        #expect(identity.secretText() == text)
        #expect(
            identity.recipient.text.hasPrefix(
                "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzdxz95paef6caq5aapdmwjjqpjfdyx"))
        #expect(identity.recipient.text.hasSuffix("3qheyty7saeq0d3fzv49zc0k"))
        #expect(AgeRecipient(text: identity.recipient.text) == identity.recipient)
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000, 262_144, 262_145, 600_000])
    func opensWhatItSealed(size: Int) throws {
        let plaintext = RandomBytes.system(size)
        let (alice, bob) = (try AgeIdentity.generate(), try AgeIdentity.generate())
        let file = try seal(plaintext, to: [alice.recipient, bob.recipient])
        #expect(try open(file, bob) == plaintext)
        #expect(throws: AgeFailure.noIdentityMatches) { try open(file, .generate()) }
    }

    /// Our files open with an implementation written from the specification alone, and its files with ours.
    @Test(arguments: [0, 1, 65_536, 131_073, 262_144, 600_000])
    func bothDirectionsWithAnIndependentImplementation(size: Int) async throws {
        let directory = try TemporaryDirectory()
        let identity = try AgeIdentity.generate()
        let key = "\(directory.path)/identity.txt"
        try Data("# for this test\n\(identity.secretText())\n".utf8).write(to: URL(fileURLWithPath: key))
        let plaintext = RandomBytes.system(size)

        let ours = Data(try seal(plaintext, to: [AgeIdentity.generate().recipient, identity.recipient]))
        let opened = try await Programs.check("agefile.py", ["open", key], input: ours)
        #expect(opened.status == 0, "\(opened.standardError)")
        #expect(Array(opened.standardOutput) == plaintext)

        let theirs = try await Programs.check("agefile.py", ["seal", identity.recipient.text], input: Data(plaintext))
        #expect(theirs.status == 0, "\(theirs.standardError)")
        #expect(try open(Array(theirs.standardOutput), identity) == plaintext)
    }

    @Test func noByteCanChangeAndNoneCanBeMissing() throws {
        let identity = try AgeIdentity.generate()
        let file = try seal(Array("Bêta EXEMPLE".utf8), to: [identity.recipient])
        for index in file.indices {
            var changed = file
            changed[index] ^= 1
            #expect(throws: (any Error).self, "byte \(index)") { try open(changed, identity) }
        }
        for length in stride(from: 0, to: file.count, by: 7) {
            #expect(throws: (any Error).self) { try open(Array(file.prefix(length)), identity) }
        }
    }

    @Test func chunksCannotBeDroppedSwappedOrAppended() throws {
        let identity = try AgeIdentity.generate()
        let file = try seal([UInt8](repeating: 7, count: 3 * 65_536), to: [identity.recipient])
        let full = 65_536 + 16
        let start = file.count - 3 * full
        let chunks = (0..<3).map { Array(file[(start + $0 * full)..<(start + ($0 + 1) * full)]) }
        let head = Array(file[..<start])
        for wrong in [[0, 1], [1, 0, 2], [0, 1, 2, 2], [2]] {
            let other = head + wrong.flatMap { chunks[$0] }
            #expect(throws: AgeFailure.self) { try open(other, identity) }
        }
    }

    /// Several chunks are opened at once; what is read is the same wherever it begins and ends, and a damaged one is named.
    @Test func anyPlaceCanBeReadUnlessItsChunkIsDamaged() throws {
        let identity = try AgeIdentity.generate()
        let plaintext = RandomBytes.system(600_000)
        let file = try seal(plaintext, to: [identity.recipient])
        let reader = try AgeReader(MemorySource(file), identities: [identity])
        let places = [0, 1, 65_535, 65_536, 131_072, 262_144, 300_000, 589_824, 599_999, 600_000]
        for start in places {
            for end in places where start <= end {
                #expect(try reader.read(at: start, count: end - start) == Array(plaintext[start..<end]))
            }
        }
        for chunk in 0..<9 {
            var damaged = file
            // Of the payload's 10 chunks the last one is shorter.
            damaged[file.count - (600_000 - 9 * 65_536 + 16) - (9 - chunk) * (65_536 + 16)] ^= 1
            #expect(throws: AgeFailure.damagedChunk(chunk)) { try open(damaged, identity) }
            let reader = try AgeReader(MemorySource(damaged), identities: [identity])
            let next = (chunk + 1) * 65_536
            #expect(try reader.read(at: next, count: 1000) == Array(plaintext[next..<next + 1000]))
        }
    }

    @Test func noOtherStanzaIsEverMixedIn() throws {
        let identity = try AgeIdentity.generate()
        let text = try seal([1], to: [identity.recipient])
        let marker = Array("-> mlkem768x25519".utf8)
        let at = try #require(text.firstRange(of: marker))
        let foreign = Array(
            "-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\nEmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U\n".utf8)
        let mixed = Array(text[..<at.lowerBound]) + foreign + Array(text[at.lowerBound...])
        #expect(throws: AgeFailure.foreignStanza("X25519")) { try open(mixed, identity) }
    }

    @Test(arguments: [(1, 1), (9, 10), (100, 104), (1_000_000, 1_015_808)])
    func padmeSizes(length: Int, padded: Int) { #expect(Padme.padded(length) == padded) }

    @Test func padmeCostsAtMostTwelvePercent() {
        for length in stride(from: 1, to: 3_000_000, by: 997) {
            let padded = Padme.padded(length)
            #expect(padded >= length && Double(padded) <= Double(length) * 1.12 + 1)
            #expect(Padme.padded(padded) == padded)
        }
    }

    @Test(arguments: ["", "age1pq1", "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFQ"])
    func damagedKeysAreRefused(text: String) {
        #expect(AgeRecipient(text: text) == nil)
        #expect(throws: AgeFailure.badKey) { try AgeIdentity(text: text) }
    }
}
