// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit
import LiaisonWitness
import Testing

/// A witness that holds the tree of four entries refuses each of these, as c2sp.org/tlog-witness wants it to.
enum Refusal: CaseIterable, Sendable {
    case unknownLog
    case signedByAnotherKeyOfThatName
    case signedByAStranger
    case signatureOfAnotherTree
    case oldSizeAboveTheNewOne
    case goingBack
    case goingBackFromAnEarlierSize
    case oldSizeTooSmall
    case oldSizeTooLarge
    case otherRootOfTheSameSize
    case otherHistory
    case otherHistoryWithTheProofOfTheHeldOne
    case noProof
    case shortProof
    case longProof
    case swappedProof
    case proofOfTheSameTree

    var ruling: WitnessRuling {
        switch self {
        case .unknownLog: .unknownLog
        case .signedByAnotherKeyOfThatName, .signedByAStranger, .signatureOfAnotherTree: .notSigned
        case .oldSizeAboveTheNewOne, .goingBack: .malformed
        case .goingBackFromAnEarlierSize, .oldSizeTooSmall, .oldSizeTooLarge: .conflict(size: 4)
        case .otherRootOfTheSameSize: .otherRoot
        case .otherHistory, .otherHistoryWithTheProofOfTheHeldOne, .noProof, .shortProof, .longProof, .swappedProof,
            .proofOfTheSameTree:
            .inconsistent
        }
    }

    var status: Int {
        switch self {
        case .unknownLog: 404
        case .signedByAnotherKeyOfThatName, .signedByAStranger, .signatureOfAnotherTree: 403
        case .oldSizeAboveTheNewOne, .goingBack: 400
        case .goingBackFromAnEarlierSize, .oldSizeTooSmall, .oldSizeTooLarge, .otherRootOfTheSameSize: 409
        case .otherHistory, .otherHistoryWithTheProofOfTheHeldOne, .noProof, .shortProof, .longProof, .swappedProof,
            .proofOfTheSameTree:
            422
        }
    }

    func request(of log: TestLog) throws -> String {
        switch self {
        case .unknownLog: try TestLog("relais.example/autre").request(from: 0, to: 9)
        case .signedByAnotherKeyOfThatName:
            try signed(log, by: Fixture.unwrap(NoteSigner(name: log.origin, privateKey: Fixture.key("another"))))
        case .signedByAStranger: try signed(log, by: Fixture.signer("temoin.example/2"))
        case .signatureOfAnotherTree: signed(log, log.signed(8).note.signatures)
        case .oldSizeAboveTheNewOne: TestLog.request(old: 9, proof: [], note: log.note(7))
        case .goingBack: TestLog.request(old: 4, proof: [], note: log.note(3))
        case .goingBackFromAnEarlierSize: log.request(from: 2, to: 3)
        case .oldSizeTooSmall: log.request(from: 0, to: 9)
        case .oldSizeTooLarge: log.request(from: 6, to: 9)
        case .otherRootOfTheSameSize: try TestLog(fork: 2).request(from: 4, to: 4)
        case .otherHistory: try TestLog(fork: 2).request(from: 4, to: 9)
        case .otherHistoryWithTheProofOfTheHeldOne:
            try TestLog.request(old: 4, proof: log.proof(from: 4, to: 9), note: TestLog(fork: 2).note(9))
        case .noProof: grown(log) { _ in [] }
        case .shortProof: grown(log) { Array($0.dropLast()) }
        case .longProof: grown(log) { $0 + [log.root(9)] }
        case .swappedProof: grown(log) { Array($0.reversed()) }
        case .proofOfTheSameTree: TestLog.request(old: 4, proof: [log.root(4)], note: log.note(4))
        }
    }

    /// This request would be cosigned if it were signed otherwise.
    private func signed(_ log: TestLog, _ signatures: [NoteSignature]) -> String {
        let note = SignedNote(text: log.signed(9).note.text, signatures: signatures)
        return TestLog.request(old: 4, proof: log.proof(from: 4, to: 9), note: note.serialized)
    }

    private func signed(_ log: TestLog, by signer: NoteSigner) -> String {
        signed(log, [signer.sign(log.signed(9).note.text)])
    }

    /// This request would be cosigned if it had the proof that `change` is given.
    private func grown(_ log: TestLog, _ change: ([Hash]) -> [Hash]) -> String {
        TestLog.request(old: 4, proof: change(log.proof(from: 4, to: 9)), note: log.note(9))
    }
}

/// What is refused is refused for its own reason, and leaves what the witness holds as it was.
@Suite
struct RefusalTests {
    @Test(arguments: Refusal.allCases)
    func eachRefusalHasItsReasonAndChangesNothing(refusal: Refusal) throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        let (ruling, line) = try witness.add(refusal.request(of: stand.log))
        #expect(ruling == refusal.ruling)
        #expect(line == nil)
        try stand.check(witness, holds: 4)
    }

    @Test func whatIsRefusedAtFirstIsNotHeld() throws {
        let stand = try Stand()
        let log = stand.log
        let witness = try stand.witness(isNew: true)
        #expect(try witness.add(log.request(from: 4, to: 9)).ruling == .conflict(size: 0))
        #expect(try witness.add(Refusal.unknownLog.request(of: log)).ruling == .unknownLog)
        let proved = TestLog.request(old: 0, proof: [log.root(4)], note: log.note(9))
        #expect(try witness.add(proved).ruling == .inconsistent)
        // A tree without entries has one root.
        let empty = log.note(text: "\(log.origin)\n0\n\(log.root(1))\n")
        #expect(try witness.add(TestLog.request(old: 0, proof: [], note: empty)).line == nil)
        #expect(try witness.latest(of: log.origin) == nil)
        #expect(try witness.latest(of: "relais.example/autre") == nil)
        #expect(try witness.add(log.request(from: 0, to: 4)).line != nil)
    }

    /// The last of these sizes is 4 when it is cut to 64 bits.
    @Test(arguments: [
        "", "\n", "4\n", "old\n", "old \n", "Old 4\n", "new 4\n", " old 4\n", "old  4\n", "old 4 \n", "old\t4\n",
        "old 4\r\n", "old 04\n", "old 00004\n", "old +4\n", "old -4\n", "old 4.0\n", "old 4e0\n", "old 0x4\n",
        "old ٤\n", "old ４\n", "old 4\nold 4\n", "old 1000000000000000\n", "old 9223372036854775807\n",
        "old 9223372036854775808\n", "old 18446744073709551620\n"
    ])
    func theOldSizeIsWrittenInOneWay(first: String) throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        // All but the first line is what `check` has cosigned in the end.
        let rest = stand.log.request(from: 4, to: 9).dropFirst("old 4\n".count)
        let (ruling, line) = try witness.add("\(first)\(rest)")
        #expect(ruling == .malformed)
        #expect(line == nil)
        try stand.check(witness, holds: 4)
    }

    private static let zeros = String(repeating: "A", count: 42)

    /// These are, in turn: no base64 at all, 3 bytes, 31, 33, no padding, a space before and behind, a carriage return,
    /// bits at the end that are not zero, and the letters of another alphabet.
    static let brokenHashes: [String] = [
        "x", "AAAA", "\(zeros)==", "\(zeros)AA", "\(zeros)A", " \(zeros)A=", "\(zeros)A= ", "\(zeros)A=\r",
        "\(zeros)B=", "\(String(repeating: "_", count: 42))8="
    ]

    /// Were such a line passed over, the request would be one that is cosigned.
    @Test(arguments: brokenHashes)
    func aProofLineIsWrittenInOneWay(broken: String) throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        let rest = stand.log.request(from: 4, to: 9).dropFirst("old 4\n".count)
        let (ruling, line) = try witness.add("old 4\n\(broken)\n\(rest)")
        #expect(ruling == .malformed)
        #expect(line == nil)
        try stand.check(witness, holds: 4)
    }

    /// No more than 63 hashes lead from one tree to another.
    @Test func proofLinesAreCounted() throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        let limits: [(count: Int, ruling: WitnessRuling)] = [
            (63, .inconsistent), (64, .malformed), (10_000, .malformed)
        ]
        for (count, expected) in limits {
            let proof = Array(repeating: stand.log.root(1), count: count)
            let (ruling, line) = try witness.add(TestLog.request(old: 4, proof: proof, note: stand.log.note(9)))
            #expect(ruling == expected, "\(count)")
            #expect(line == nil, "\(count)")
        }
        try stand.check(witness, holds: 4)
    }

    /// Behind the origin none of these makes a checkpoint. One size is 9 when it is cut to 64 bits.
    static let brokenCheckpoints: [String] = [
        "09\nROOT\n", "009\nROOT\n", "-9\nROOT\n", "+9\nROOT\n", " 9\nROOT\n", "9 \nROOT\n", "9.0\nROOT\n",
        "0x9\nROOT\n", "٩\nROOT\n", "\nROOT\n", "1000000000000000\nROOT\n", "9223372036854775807\nROOT\n",
        "9223372036854775808\nROOT\n", "18446744073709551625\nROOT\n",
        "\(String(repeating: "9", count: 1000))\nROOT\n", "9\n", "9\n\n", "9\nROOT \n", "9\nAAAA\n",
        "9\nROOT\nROOT\n", "9\nROOT\n\n"
    ]

    /// Whatever the log signed that is no checkpoint is not cosigned. Which refusal it is, the specification leaves
    /// open.
    @Test(arguments: brokenCheckpoints)
    func aCheckpointIsWrittenInOneWay(rest: String) throws {
        let stand = try Stand()
        let log = stand.log
        let witness = try stand.witness(holding: 4)
        let text = "\(log.origin)\n" + rest.replacing("ROOT", with: log.root(9).description)
        let request = TestLog.request(old: 4, proof: log.proof(from: 4, to: 9), note: log.note(text: text))
        let (ruling, line) = try witness.add(request)
        #expect(ruling == .notSigned || ruling == .malformed)
        #expect(line == nil)
        try stand.check(witness, holds: 4)
    }

    /// The largest size that is read at all is judged like any other.
    @Test func theLargestSizeIsNoException() throws {
        let stand = try Stand()
        let log = stand.log
        let witness = try stand.witness(holding: 4)
        let largest = DecimalNumber.largest
        let note = log.note(text: "\(log.origin)\n\(largest)\n\(log.root(9))\n")
        for proof in [log.proof(from: 4, to: 9), Array(repeating: log.root(1), count: 63)] {
            #expect(try witness.add(TestLog.request(old: 4, proof: proof, note: note)).ruling == .inconsistent)
        }
        try stand.check(witness, holds: 4)
        let new = try Stand().witness(isNew: true)
        #expect(try new.add(TestLog.request(old: 0, proof: [], note: note)).line != nil)
        #expect(try new.add(log.request(from: 4, to: 9)).ruling == .conflict(size: largest))
        #expect(try new.add(TestLog.request(old: largest, proof: [], note: log.note(9))).ruling == .malformed)
        #expect(try new.add(TestLog.request(old: largest, proof: [], note: note)).line != nil)
    }
}
