// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import Testing

struct DecimalNumberTests {
    @Test(arguments: ["0", "7", "10", "255", "999999999999999"])
    func whatIsWrittenIsRead(text: String) {
        #expect(DecimalNumber.parse(text).map(String.init) == text)
    }

    @Test(arguments: [
        "", "-0", "-1", "-123", "+1", "00", "07", " 1", "1 ", "1.0", "1e3", "0x1", "1000000000000000",
        "9223372036854775808", "18446744073709551616", "٣", "１", "१", "x", "..", "1\n", "1\u{301}"
    ])
    func nothingElseIsANumber(text: String) { #expect(DecimalNumber.parse(text) == nil) }

    @Test func boundsHold() {
        #expect(DecimalNumber.parse("255", in: 1...255) == 255)
        #expect(DecimalNumber.parse("256", in: 1...255) == nil)
        #expect(DecimalNumber.parse("0", in: 1...255) == nil)
    }

    @Test(arguments: [
        "-123", "0", "00", "-01", "x-01/-01", "x00/001", "1000", "x001/x002/003x", "000.p/-1", "000.p/256"
    ])
    func aTilePathIsReadInOneWay(path: String) { #expect(TileID.parse(path: path) == nil) }

    @Test(arguments: [0, 1, 67, 255, 256, 999, 1000, 1_234_067, 999_999_999_999_999])
    func everyTileIndexHasOnePath(index: Int) {
        #expect(TileID.parse(path: TileID.path(index: index))?.index == index)
    }

    @Test(arguments: ["{\"a\":1000000000000000}", "{\"a\":9e18}", "{\"a\":1E300}", "[1e1]"])
    func longNumbersAreRefusedInAnyJSON(text: String) {
        #expect(throws: CanonicalJSON.Failure.numberTooLong) { try CanonicalJSON.checkNumbers(in: Array(text.utf8)) }
    }

    @Test(arguments: ["{\"a\":-1}", "[-0]", "[1,-999999999999999]"])
    func nothingIsBelowZero(text: String) {
        #expect(throws: CanonicalJSON.Failure.negativeNumber) { try CanonicalJSON.checkNumbers(in: Array(text.utf8)) }
    }

    @Test(arguments: ["{\"a\":999999999999999}", "{\"1000000000000000000\":true}", "[\"\\\"9999999999999999\", false]"])
    func digitsInStringsAreNoNumbers(text: String) throws {
        try CanonicalJSON.checkNumbers(in: Array(text.utf8))
    }

    /// A cosignature of another century is no cosignature, and no arithmetic is done with its time.
    @Test func aCosignatureTimeIsBounded() throws {
        let signer = try #require(CosignatureSigner(name: "witness.example", privateKey: .generate()))
        let checkpoint = Checkpoint(origin: "relais.example/x", size: 1, root: Hash.of([1]))
        for (number, isTaken) in [
            (1, true), (DecimalNumber.largest, true), (DecimalNumber.largest + 1, false), (Int.max, false)
        ] {
            let time = Instant(number)
            let note = SignedNote(text: checkpoint.text, signatures: [signer.cosign(checkpoint, at: time)])
            #expect((signer.key.time(on: note) == time) == isTaken)
        }
    }
}
