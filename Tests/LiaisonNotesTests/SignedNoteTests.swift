// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

struct SignedNoteTests {
    private func act() throws -> Verified<Act> {
        try Act(
            by: Fixture.agent("d-01@avema01"), log: Fixture.origin, convention: Hash.of("c"), head: Hash.of("h"),
            transmission: .fresh(at: Date(timeIntervalSince1970: 0), from: .repeatable("note")), envelope: Hash.of("e"),
            unit: Fixture.unit("iscg-est@avema01"), act: .acknowledged, at: Fixture.start
        ).signed(by: Fixture.signer("d-01@avema01"))
    }

    @Test func parsesWhatItWrites() throws {
        let note = try act().note
        #expect(try SignedNote(parsing: note.serialized, limit: 10_000) == note)
    }

    /// Every bit pattern of every byte would be 256 notes a byte; one flipped bit a byte is enough to show that
    /// no byte is outside the signature or the strict format.
    @Test func noByteCanChange() throws {
        let act = try act()
        let bytes = Array(act.note.serialized.utf8)
        let key = try Fixture.noteKey("d-01@avema01")
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: (any Error).self, "byte \(index)") {
                try Unverified<Act>(parsing: changed).verified(by: key)
            }
        }
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) {
                try Unverified<Act>(parsing: bytes.prefix(length)).verified(by: key)
            }
        }
    }

    @Test func theTypeLineSeparatesDomains() throws {
        let note = try act().note
        let other = SignedNote(
            text: note.text.replacing("liaison/act/v1", with: "liaison/envelope/v1"), signatures: note.signatures)
        #expect(throws: SignedNote.Failure.wrongType(expected: "liaison/act/v1")) { try Unverified<Act>(other) }
    }

    @Test func theSignerIsWhomTheDocumentNames() throws {
        let act = try act()
        // The same key under another name: a note signature does not cover the name.
        let key = try Fixture.key("d-01@avema01")
        let other = try #require(NoteSigner(name: "d-02@avema01", privateKey: key))
        let note = SignedNote(text: act.note.text, signatures: [other.sign(act.note.text)])
        #expect(throws: SignedNote.Failure.wrongAuthor(expected: "d-02@avema01")) {
            try Unverified<Act>(note).verified(by: other.noteKey)
        }
    }

    @Test func oneSignerMeansOneLine() throws {
        let note = try act().note
        let twice = note.signed(by: try Fixture.signer("d-02@avema01"))
        #expect(throws: SignedNote.Failure.tooManySignatures(2)) {
            try Unverified<Act>(twice).verified(by: Fixture.noteKey("d-01@avema01"))
        }
    }

    @Test func verifierKeysAreText() throws {
        let key = try Fixture.noteKey(Fixture.origin)
        #expect(NoteKey(key.description) == key)
        #expect(NoteKey(key.description.replacing("relais", with: "relays")) == nil)
    }

    /// The verifier key of the Go checksum database, a public signed-note key.
    @Test func keyIDsAreThoseOfOthers() {
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
        #expect(NoteKey(text)?.description == text)
    }

    @Test func secretsStayOutOfDescriptions() throws {
        let bytes = try GuardedBytes(copying: Array("correct horse".utf8))
        #expect("\(bytes)" == "(13 secret bytes)")
        #expect(!String(reflecting: bytes).contains("horse"))
    }
}
