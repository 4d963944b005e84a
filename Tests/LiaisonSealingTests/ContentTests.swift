// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonTestKit
import Testing

struct ContentTests {
    private let reader: AgeIdentity
    private let sender = "d-02@avema01"

    init() throws { reader = try AgeIdentity.generate() }

    private func routing() throws -> Routing {
        Routing(
            id: .fresh(), log: Fixture.origin, convention: Hash.of("c"), head: Hash.of("h"),
            from: try Fixture.unit("iscg-est@avema01"), to: try Fixture.unit("cms-bourg@cd01"), copies: [],
            kind: "orientation", urgency: .routine, sealedAt: Fixture.start)
    }

    private let form: [(name: String, value: FieldValue)] = [
        ("last_name", .text("TESTARD")), ("minors_present", .integer(2)), ("needs", .list(["housing"])),
        ("request", .text("Une ligne.\nUne autre."))
    ]

    private func seal(
        _ routing: Routing, by author: String? = nil, parts: [PartSource] = []
    ) throws -> (envelope: Verified<Envelope>, file: [UInt8]) {
        let author = author ?? sender
        var file: [UInt8] = []
        let envelope = try Sealer(author: Fixture.agent(author), signer: Fixture.signer(author)).seal(
            routing, form: form, formVersion: 1, parts: parts, to: [reader.recipient]
        ) { file += $0 }
        return (envelope, file)
    }

    private func open(_ file: [UInt8], _ envelope: Verified<Envelope>) throws -> OpenedContent {
        try OpenedContent(MemorySource(file), envelope: envelope, identities: [reader])
    }

    @Test func formAndPartsComeBack() throws {
        let letters = [150_000, 0, 600_000].map { RandomBytes.system($0) }
        let parts = letters.enumerated().map {
            PartSource(name: "lettre-\($0).pdf", type: "application/pdf", source: MemorySource($1))
        }
        let (envelope, file) = try seal(routing(), parts: parts)
        let opened = try open(file, envelope)
        #expect(opened.disclosures.fields.map(\.name) == form.map(\.name))
        #expect(opened.disclosures.fields.map(\.value) == form.map(\.value))
        #expect(opened.disclosures.parts.map(\.description.name) == parts.map(\.name))
        for (index, letter) in letters.enumerated() {
            var released: [UInt8] = []
            try opened.writePart(index) { released += $0 }
            #expect(released == letter)
        }
    }

    /// What is disclosed stands in the manifest's order and once, be it a selection or all of it.
    @Test func disclosuresKeepTheManifestsOrder() throws {
        let parts = ["a.pdf", "b.pdf"].map {
            PartSource(name: $0, type: "application/pdf", source: MemorySource([1]))
        }
        let (envelope, file) = try seal(routing(), parts: parts)
        let opened = try open(file, envelope)
        let (all, manifest) = (opened.disclosures, opened.manifest.body)
        try all.check(against: manifest)
        try Disclosures(fields: [all.fields[1]], parts: [all.parts[1]]).check(against: manifest)
        #expect(throws: ContentFailure.self) {
            try Disclosures(fields: all.fields.reversed(), parts: []).check(against: manifest)
        }
        #expect(throws: ContentFailure.self) {
            try Disclosures(fields: [all.fields[0], all.fields[0]], parts: []).check(against: manifest)
        }
        #expect(throws: ContentFailure.partNotCommitted(1)) {
            try Disclosures(fields: [], parts: [all.parts[0], all.parts[0]]).check(against: manifest)
        }
        #expect(throws: ContentFailure.partNotCommitted(1)) {
            try Disclosures(fields: [], parts: all.parts.reversed()).check(against: manifest)
        }
    }

    /// An envelope over a content that was changed after sealing, signed by the author: every byte of the file
    /// matters even then.
    @Test func noByteOfTheContentCanChange() throws {
        let (envelope, file) = try seal(routing())
        for index in stride(from: 0, to: file.count, by: 3) {
            var changed = file
            changed[index] ^= 1
            #expect(throws: ContentFailure.digestMismatch) { try open(changed, envelope) }
            let renamed = try renewed(envelope, over: changed)
            #expect(throws: (any Error).self, "byte \(index)") { try open(changed, renamed) }
        }
    }

    /// A file is hashed beside its opening: whatever else is wrong with a changed one, it is not what the envelope names.
    @Test func aChangedFileIsNotWhatTheEnvelopeNames() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/content"
        let part = PartSource(
            name: "a.bin", type: "application/octet-stream", source: MemorySource(RandomBytes.system(300_000)))
        let (envelope, file) = try seal(routing(), parts: [part])
        func open(_ file: [UInt8]) throws -> OpenedContent {
            try Data(file).write(to: URL(fileURLWithPath: path))
            return try OpenedContent(FileSource(path: path), envelope: envelope, identities: [reader])
        }
        #expect(try open(file).save(0, named: "a.bin", in: directory.path) == "\(directory.path)/a.bin")
        let saved = try Data(contentsOf: URL(fileURLWithPath: "\(directory.path)/a.bin"))
        #expect(try Array(saved) == part.source.read(at: 0, count: 300_000))
        for index in [0, 40, file.count / 2, file.count - 1] {
            var changed = file
            changed[index] ^= 1
            #expect(throws: ContentFailure.digestMismatch, "byte \(index)") { try open(changed) }
        }
    }

    private func renewed(
        _ envelope: Verified<Envelope>, over file: [UInt8], by author: String? = nil,
        change: (inout Envelope) throws -> Void = { _ in }
    ) throws -> Verified<Envelope> {
        var body = envelope.body
        body.content = ContentReference(sha256: Hash.of(file), size: file.count)
        try change(&body)
        return try body.signed(by: Fixture.signer(author ?? sender))
    }

    @Test func anEnvelopeOnAnotherContentIsRefused() throws {
        let (first, _) = try seal(routing())
        let (_, other) = try seal(routing())
        #expect(throws: ContentFailure.digestMismatch) { try open(other, first) }
        #expect(throws: ContentFailure.routingMismatch) { try open(other, renewed(first, over: other)) }
    }

    @Test func swappedRoutingIsRefused() throws {
        let (envelope, file) = try seal(routing())
        let changes: [(inout Envelope) throws -> Void] = [
            { $0.routing.to = try Fixture.unit("crip@cd01") },
            { $0.routing.from = try Fixture.unit("coordination@avema01") },
            { $0.routing.kind = "concern_report" }, { $0.routing.urgency = .urgent },
            { $0.routing.copies = [try Fixture.unit("crip@cd01")] }, { $0.routing.sealedAt += 1 },
            { $0.routing.log = "relais.example/other" }, { $0.routing.convention = Hash.of("other") },
            { $0.routing.head = Hash.of("other") }, { $0.routing.id = .fresh() },
            { $0.routing.inReplyTo = .fresh() }, { $0.routing.phoneConfirmedAt = 1 },
            { $0.routing.checkpoint = SeenCheckpoint(size: 1, root: Hash.of("x")) }
        ]
        for change in changes {
            #expect(throws: ContentFailure.routingMismatch) {
                try open(file, renewed(envelope, over: file, change: change))
            }
        }
        #expect(throws: ContentFailure.manifestNotCommitted) {
            try open(file, renewed(envelope, over: file) { $0.manifest = Hash.of("other") })
        }
    }

    /// Somebody puts an envelope of their own around a content that another signed.
    @Test func aSwappedSenderIsRefused() throws {
        let (envelope, file) = try seal(routing())
        let thief = try renewed(envelope, over: file, by: "d-01@avema01") {
            $0.by = try Fixture.agent("d-01@avema01")
        }
        #expect(throws: ContentFailure.authorMismatch) { try open(file, thief) }
    }

    /// A recipient seals what it got to somebody else, under the first sender's envelope and manifest.
    @Test func aContentSealedAnewByARecipientIsRefused() throws {
        let (envelope, file) = try seal(routing())
        let plaintext = try AgeReader(MemorySource(file), identities: [reader])
        let victim = try AgeIdentity.generate()
        var other: [UInt8] = []
        try AgeFile.seal(plaintext, to: [victim.recipient]) { other += $0 }
        #expect(throws: ContentFailure.digestMismatch) {
            try OpenedContent(MemorySource(other), envelope: envelope, identities: [victim])
        }
        // Even with an envelope that fits the new bytes, the manifest does not list the victim.
        let renewed = try renewed(envelope, over: other)
        #expect(throws: ContentFailure.notListed) {
            try OpenedContent(MemorySource(other), envelope: renewed, identities: [victim])
        }
    }

    @Test func partsThatChangeWhileSealingAreNoticed() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/part.bin"
        try Data([UInt8](repeating: 1, count: 300_000)).write(to: URL(fileURLWithPath: path))
        let source = try FileSource(path: path)
        let part = PartSource(name: "part.bin", type: "application/octet-stream", source: source)
        var isFirst = true
        #expect(throws: ByteSourceFailure.changedWhileReading(path)) {
            _ = try Sealer(author: Fixture.agent(sender), signer: Fixture.signer(sender)).seal(
                routing(), form: form, formVersion: 1, parts: [part], to: [reader.recipient]
            ) { _ in
                guard isFirst else { return }
                isFirst = false
                try Data([UInt8](repeating: 2, count: 10)).write(to: URL(fileURLWithPath: path))
                let handle = try #require(FileHandle(forWritingAtPath: path))
                try handle.truncate(atOffset: 5)
            }
        }
    }
}
