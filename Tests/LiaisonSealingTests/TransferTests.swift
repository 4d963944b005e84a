// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonTestKit
import Testing

/// A content handed on: read by the colleague, still its first author's, by readers listed before only.
struct TransferTests {
    private let first: AgeIdentity
    private let colleague: AgeIdentity
    private let third: AgeIdentity
    private let envelope: Verified<Envelope>
    private let file: [UInt8]
    private let bytes = RandomBytes.system(100_000)

    init() throws {
        (first, colleague, third) = (try .generate(), try .generate(), try .generate())
        let routing = Routing(
            id: .fresh(), log: Fixture.origin, convention: Hash.of("c"), head: Hash.of("h"),
            from: try Fixture.unit("iscg-est@avema01"), to: try Fixture.unit("cms-bourg@cd01"), copies: [],
            kind: "orientation", urgency: .routine, sealedAt: Fixture.start)
        var sealed: [UInt8] = []
        envelope = try Sealer(author: Fixture.agent("d-02@avema01"), signer: Fixture.signer("d-02@avema01")).seal(
            routing, form: [("last_name", .text("TESTARD"))], formVersion: 1,
            parts: [PartSource(name: "lettre.pdf", type: "application/pdf", source: MemorySource(bytes))],
            to: [first.recipient]
        ) { sealed += $0 }
        file = sealed
    }

    private func transfer(
        _ opened: OpenedContent, by author: String, to recipients: [AgeIdentity],
        _ change: (inout Transfer) throws -> Void = { _ in }
    ) throws -> Verified<Transfer> {
        var transfer = Transfer(
            by: try Fixture.agent(author), log: Fixture.origin, convention: Hash.of("c"), head: Hash.of("h"),
            transmission: envelope.body.routing.id, envelope: envelope.hash, unit: try Fixture.unit("cms-bourg@cd01"),
            keys: Hash.of("keys"), openedWith: try #require(opened.openedWith),
            recipients: recipients.map(\.recipient.fingerprint).sorted(), at: Fixture.start)
        try change(&transfer)
        return try transfer.signed(by: Fixture.signer(author))
    }

    private func hand(
        _ opened: OpenedContent, by author: String, to recipients: [AgeIdentity],
        _ change: (inout Transfer) throws -> Void = { _ in }
    ) throws -> (file: [UInt8], reference: ContentReference) {
        var anew: [UInt8] = []
        let reference = try opened.sealAnew(
            transfer(opened, by: author, to: recipients, change), to: recipients.map(\.recipient)
        ) { anew += $0 }
        return (anew, reference)
    }

    private func open(
        _ handed: (file: [UInt8], reference: ContentReference), by authors: [String], as reader: AgeIdentity
    ) throws -> OpenedContent {
        try OpenedContent(
            MemorySource(handed.file), envelope: envelope, reference: handed.reference,
            transferAuthors: authors.map { try Fixture.noteKey($0) }, identities: [reader])
    }

    private func opened() throws -> OpenedContent {
        try OpenedContent(MemorySource(file), envelope: envelope, identities: [first])
    }

    @Test func aChainOfReadersEndsAtTheFirstAuthor() throws {
        let once = try hand(opened(), by: "d-01@cd01", to: [first, colleague])
        let second = try open(once, by: ["d-01@cd01"], as: colleague)
        #expect(second.manifest.body.by == envelope.body.by)
        var released: [UInt8] = []
        try second.writePart(0) { released += $0 }
        #expect(released == bytes)
        // The first reader is left out: who has left needs no stanza.
        let twice = try hand(second, by: "d-02@cd01", to: [third])
        let last = try open(twice, by: ["d-01@cd01", "d-02@cd01"], as: third)
        #expect(last.transfers.map(\.body.by.description) == ["d-01@cd01", "d-02@cd01"])
        #expect(last.disclosures == second.disclosures)
        #expect(throws: AgeFailure.noIdentityMatches) { try open(twice, by: ["d-01@cd01", "d-02@cd01"], as: first) }
    }

    @Test func onlyTheAuthorsThatTheLogNamesHandOn() throws {
        let once = try hand(opened(), by: "d-01@cd01", to: [colleague])
        #expect(throws: ContentFailure.transferRefused) { try open(once, by: [], as: colleague) }
        #expect(throws: (any Error).self) { try open(once, by: ["d-02@cd01"], as: colleague) }
        #expect(throws: ContentFailure.transferRefused) {
            try open(once, by: ["d-01@cd01", "d-01@cd01"], as: colleague)
        }
        #expect(throws: ContentFailure.digestMismatch) {
            try OpenedContent(MemorySource(once.file), envelope: envelope, identities: [colleague])
        }
    }

    @Test func aKeyThatWasNotListedHandsNothingOn() throws {
        let changes: [(inout Transfer) throws -> Void] = [
            { $0.openedWith = Hash.of("other") }, { $0.envelope = Hash.of("other") }, { $0.transmission = .fresh() },
            { $0.unit = try Fixture.unit("crip@cd01") }
        ]
        for change in changes {
            let handed = try hand(opened(), by: "d-01@cd01", to: [colleague], change)
            #expect(throws: ContentFailure.transferRefused) { try open(handed, by: ["d-01@cd01"], as: colleague) }
        }
        let silent = try hand(opened(), by: "d-01@cd01", to: [colleague]) { $0.recipients = [] }
        #expect(throws: ContentFailure.recipientsMismatch) { try open(silent, by: ["d-01@cd01"], as: colleague) }
    }
}
