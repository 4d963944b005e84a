// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit
import LiaisonWitness
import Testing

/// A witness cosigns what is consistent with all that it cosigned before, for the time of its clock.
@Suite
struct CosigningTests {
    @Test func theFirstCheckpointIsCosignedForTheTimeOfTheClock() throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        #expect(try witness.latest(of: stand.log.origin) == nil)
        let (ruling, line) = try witness.add(stand.log.request(from: 0, to: 4))
        #expect(ruling == .cosign(stand.log.signed(4)))
        let cosignature = try #require(line)
        #expect(witness.key == stand.signer.key)
        #expect(try witness.key.time(on: stand.note(4, with: cosignature)) == stand.clock.now)
        // About another tree it says nothing.
        #expect(try witness.key.time(on: stand.note(5, with: cosignature)) == nil)
        try stand.check(witness, holds: 4)
    }

    /// The bytes are taken apart as c2sp.org/tlog-cosignature has them, without the library's reader of cosignatures.
    @Test func aCosignatureIsThatOfTheSpecification() throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        let line = try #require(try witness.add(stand.log.request(from: 0, to: 4)).line)
        let note = try stand.note(4, with: line)
        #expect(note.signatures.count == 2)
        let cosignature = try #require(note.signatures.last)
        let key = witness.key.key
        let id = Hash.of(Array("temoin.example/1\n".utf8) + [0x04] + key.bytes).bytes.prefix(4)
        #expect(cosignature.name == "temoin.example/1")
        #expect(cosignature.keyID == Array(id))
        #expect(cosignature.signature.count == 72)
        let time = cosignature.signature.prefix(8).reduce(0) { ($0 << 8) | Int($1) }
        #expect("\(time)" == "\(stand.clock.now)")
        let message = "cosignature/v1\ntime \(time)\n" + stand.log.signed(4).note.text
        #expect(key.isValid(Array(cosignature.signature.dropFirst(8)), for: Array(message.utf8)))
    }

    @Test func whatGrowsFromItIsCosigned() throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        var old = 0
        for size in [1, 2, 3, 4, 7, 8, 9, 64, 65, 100] {
            stand.clock.now = stand.clock.now + 60
            let line = try witness.add(stand.log.request(from: old, to: size)).line
            let cosignature = try #require(line, "\(old) to \(size)")
            let note = try stand.note(size, with: cosignature)
            #expect(witness.key.time(on: note) == stand.clock.now, "\(old) to \(size)")
            old = size
        }
        try stand.check(witness, holds: 100)
    }

    /// A log whose checkpoint was cosigned, and that has nothing new, has it cosigned for a later time.
    @Test func theSameCheckpointAgainIsCosignedForItsOwnTime() throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        let first = stand.clock.now
        stand.clock.now = first + 60
        let line = try #require(try witness.add(stand.log.request(from: 4, to: 4)).line)
        let time = try witness.key.time(on: stand.note(4, with: line))
        #expect(time == stand.clock.now && time != first)
        // A log that sends its first request twice is told that the first one arrived.
        #expect(try witness.add(stand.log.request(from: 0, to: 4)).ruling == .conflict(size: 4))
        try stand.check(witness, holds: 4)
    }

    @Test func theEmptyTreeIsCosignedAndAnyTreeGrowsFromIt() throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 0)
        try stand.check(witness, holds: 0)
    }

    @Test func signaturesOfOthersAreLeftAlone() throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        let note = stand.log.signed(4).note.signed(by: try Fixture.signer("temoin.example/2"))
        let request = TestLog.request(old: 0, proof: [], note: note.serialized)
        let line = try #require(try witness.add(request).line)
        let together = try SignedNote(parsing: note.serialized + line, limit: Checkpoint.maximumSize)
        #expect(together.signatures.count == 3)
        #expect(witness.key.time(on: together) == stand.clock.now)
        // What it shows of the log later has no line that it has not verified.
        #expect(try witness.latest(of: stand.log.origin) == stand.log.note(4))
    }

    @Test func eachLogIsRememberedByItself() throws {
        let stand = try Stand()
        let other = try TestLog("relais.example/autre")
        let witness = try stand.witness(isNew: true, of: [stand.log, other])
        #expect(try witness.add(stand.log.request(from: 0, to: 4)).line != nil)
        #expect(try witness.latest(of: other.origin) == nil)
        #expect(try witness.add(other.request(from: 0, to: 7)).line != nil)
        #expect(try witness.latest(of: other.origin) == other.note(7))
        #expect(try witness.add(other.request(from: 7, to: 9)).line != nil)
        try stand.check(witness, holds: 4)
    }
}
