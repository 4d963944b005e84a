// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonTestKit
import LiaisonWitness
import Testing

/// What a witness cosigned is on disk, and one whose memory is gone cosigns nothing.
@Suite
struct WitnessStoreTests {
    private func file(_ stand: Stand) -> String { "\(stand.directory.path)/\(WitnessStore.fileName)" }

    @Test func aRestartForgetsNothing() throws {
        let stand = try Stand()
        let log = stand.log
        do {
            let witness = try stand.witness(holding: 4)
            _ = try #require(try witness.add(log.request(from: 4, to: 9)).line)
        }
        let again = try stand.witness()
        #expect(try again.add(log.request(from: 0, to: 4)).ruling == .conflict(size: 9))
        #expect(try again.add(log.request(from: 4, to: 6)).ruling == .conflict(size: 9))
        #expect(try again.add(TestLog.request(old: 9, proof: [], note: log.note(4))).ruling == .malformed)
        let other = try TestLog(fork: 7)
        #expect(try again.add(other.request(from: 9, to: 9)).ruling == .otherRoot)
        #expect(try again.add(other.request(from: 9, to: 12)).ruling == .inconsistent)
        try stand.check(again, holds: 9)
    }

    /// A copy of the file, taken while its witness is at work, holds all that was cosigned.
    @Test func whatIsCosignedIsInTheFileBeforeItIsAnswered() throws {
        let (stand, copy) = (try Stand(), try Stand())
        let witness = try stand.witness(holding: 4)
        try FileManager.default.copyItem(atPath: file(stand), toPath: file(copy))
        try copy.check(copy.witness(), holds: 4)
        try stand.check(witness, holds: 4)
    }

    @Test func aMemoryIsNotBegunTwice() throws {
        let stand = try Stand()
        #expect(throws: WitnessStore.Failure.missing) { try stand.witness() }
        // The refusal has not made one either.
        #expect(throws: WitnessStore.Failure.missing) { try stand.witness() }
        let witness = try stand.witness(holding: 4)
        #expect(throws: WitnessStore.Failure.exists) { try stand.witness(isNew: true) }
        try stand.check(witness, holds: 4)
    }

    @Test func aMemoryThatIsGoneIsNotBegunAnew() throws {
        let stand = try Stand()
        _ = try stand.witness(holding: 4)
        try FileManager.default.removeItem(atPath: file(stand))
        #expect(throws: WitnessStore.Failure.missing) { try stand.witness() }
    }

    @Test(arguments: ["", String(repeating: "no memory ", count: 1000)])
    func aDamagedMemoryCosignsNothing(contents: String) throws {
        let stand = try Stand()
        _ = try stand.witness(holding: 4)
        try contents.write(toFile: file(stand), atomically: true, encoding: .utf8)
        #expect(throws: (any Error).self) {
            try stand.witness().add(stand.log.request(from: 0, to: 3))
        }
    }
}
