// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonTestKit
import LiaisonWire
import Testing

/// The worked examples of `docs/formats.md`, in `docs/examples/`: made here, with keys and salts that are the
/// same in every run, and compared byte for byte. `LIAISON_WRITE_EXAMPLES=1 swift test --filter Examples`
/// writes them anew.
///
/// Only the sealed content differs in each run, since age chooses a fresh file key: it is checked by opening.
@Suite(.serialized)
struct ExamplesTests {
    private static let directory = "\(Programs.root)/docs/examples"
    private static let isWriting = ProcessInfo.processInfo.environment["LIAISON_WRITE_EXAMPLES"] != nil

    private struct Examples {
        var files: [(name: String, text: String)] = []
        var envelope: Verified<Envelope>?
        var identity: AgeIdentity
        var content: [UInt8] = []
    }

    private func identity() throws -> AgeIdentity {
        var seed = Hash.of("example identity").bytes
        return try AgeIdentity(seed: GuardedBytes(moving: &seed))
    }

    private func make() throws -> Examples {
        let random = RandomBytes.repeatable("examples")
        let identity = try identity()
        var examples = Examples(identity: identity)
        func add(_ name: String, _ text: String) { examples.files.append((name, text)) }

        // The directory.
        let convention = try Fixture.signed(Fixture.convention(tlsRoots: ["AAAA"], url: "https://relais.example"))
        add("convention.note", convention.note.serialized)
        let author = try Fixture.agent("d-02@avema01")
        let agents = [
            try Fixture.agent(
                author, in: Fixture.unit("iscg-est@avema01"), key: Fixture.key("d-02@avema01"), tls: [Hash.of("tls")])
        ]
        let roster = try Fixture.roster("avema01", agents: agents).signed(by: Fixture.signer("avema01"))
        add("roster.note", roster.note.serialized)
        let keys = try AgentKeys(
            by: author, version: 1, previous: nil, issuedAt: Fixture.start,
            keys: [
                EncryptionKey(
                    key: Base64.encode(identity.recipient.bytes), notBefore: Fixture.start,
                    notAfter: Fixture.start + Directory.keyLifetime)
            ]
        ).signed(by: Fixture.signer("d-02@avema01"))
        add("keys.note", keys.note.serialized)
        add(
            "possession.note",
            try Possession(by: author, key: Fixture.key("d-02@avema01").publicKey, tls: [Hash.of("tls")])
                .signed(by: Fixture.signer("d-02@avema01")).note.serialized)

        // The DirectoryHead, first entry of the example log.
        var log = ExampleLog(random: random)
        var head = EventRecord(
            log: Fixture.origin, event: .directoryHead, mailbox: .directory, number: 1, at: Fixture.start)
        var directory = Directory()
        try directory.accept(convention, at: Fixture.start)
        try directory.accept(Unverified<Roster>(roster.note), at: Fixture.start)
        try directory.accept(Unverified<AgentKeys>(keys.note))
        head.head = directory.head
        let headEntry = try log.append(head)

        // A transmission.
        let routing = Routing(
            id: .fresh(at: Fixture.start.date, from: random), log: Fixture.origin, convention: convention.note.hash,
            head: Hash.of(headEntry.record), from: try Fixture.unit("iscg-est@avema01"),
            to: try Fixture.unit("cms-bourg@cd01"), copies: [], kind: "orientation", urgency: .routine,
            sealedAt: Fixture.start + 60, checkpoint: SeenCheckpoint(size: 1, root: log.edge.root))
        let part = PartSource(
            name: "lettre.pdf", type: "application/pdf", source: MemorySource(Array("%PDF-1.4\n%%EOF\n".utf8)))
        let envelope = try Sealer(author: author, signer: Fixture.signer("d-02@avema01"), random: random).seal(
            routing,
            form: [
                ("last_name", .text("TESTARD")), ("minors_present", .integer(2)),
                ("needs", .list(["housing"])), ("request", .text("Première ligne.\nSeconde ligne."))
            ], formVersion: 1, parts: [part], to: [identity.recipient]
        ) { examples.content += $0 }
        examples.envelope = envelope
        let plaintext = try AgeReader(MemorySource(examples.content), identities: [identity])
        let frame = try plaintext.read(at: 0, count: plaintext.size)
        add("content.plaintext.base64", wrapped(Base64.encode(frame)))
        add("identity.txt", "# An example: this key protects nothing.\n\(identity.secretText())\n")
        let opened = try OpenedContent(
            MemorySource(examples.content), envelope: envelope, identities: [identity])
        add("manifest.note", opened.manifest.note.serialized)
        add(
            "disclosures.json",
            String(decoding: try CanonicalJSON.encode(opened.disclosures), as: UTF8.self) + "\n")

        // An act on it and the evidence of an event. The envelope in these names a fixed content, so that they are
        // the same in every run.
        var fixed = envelope.body
        fixed.content = ContentReference(sha256: Hash.of("content"), size: 8192)
        let example = try fixed.signed(by: Fixture.signer("d-02@avema01"))
        add("envelope.note", example.note.serialized)
        let act = try Act(
            by: Fixture.agent("d-01@cd01"), log: Fixture.origin, convention: convention.note.hash,
            head: Hash.of(headEntry.record), transmission: routing.id, envelope: example.hash,
            unit: routing.to, act: .refused, reason: .notCompetent, at: Fixture.start + 120,
            checkpoint: SeenCheckpoint(size: 1, root: routing.checkpoint?.root ?? MerkleTree.emptyRoot)
        ).signed(by: Fixture.signer("d-01@cd01"))
        add("act.note", act.note.serialized)
        var accepted = EventRecord(
            log: Fixture.origin, event: .submissionAcceptance, mailbox: .unit(routing.from), number: 1,
            at: Fixture.start + 61)
        accepted.transmission = routing.id
        accepted.envelope = example.hash
        _ = try log.append(accepted)
        var consigned = accepted
        consigned.event = .contentConsignment
        consigned.mailbox = .unit(routing.to)
        consigned.unit = routing.to
        consigned.state = .available
        consigned.dueAt = Fixture.start + 61 + 432_000
        let entry = try log.append(consigned)
        let evidence = try log.evidence(entry)
        add("event.json", String(decoding: entry.record, as: UTF8.self) + "\n")
        add("evidence.json", String(decoding: try WireJSON.encode(evidence), as: UTF8.self) + "\n")
        add("evidence.tlog-proof", evidence.proof)
        add("log.vkey", "\(try Fixture.noteKey(Fixture.origin))\n")
        return examples
    }

    private func wrapped(_ text: String) -> String {
        var lines: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(76))
            rest = rest.dropFirst(76)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func theDocumentedExamplesAreWhatTheProgramMakes() throws {
        let examples = try make()
        if Self.isWriting {
            try FileManager.default.createDirectory(atPath: Self.directory, withIntermediateDirectories: true)
            for file in examples.files {
                try Data(file.text.utf8).write(to: URL(fileURLWithPath: "\(Self.directory)/\(file.name)"))
            }
            try Data(examples.content).write(to: URL(fileURLWithPath: "\(Self.directory)/content.age"))
            try Data((examples.envelope?.note.serialized ?? "").utf8)
                .write(to: URL(fileURLWithPath: "\(Self.directory)/content.envelope.note"))
        }
        for file in examples.files {
            let stored = FileManager.default.contents(atPath: "\(Self.directory)/\(file.name)")
            #expect(stored.map { String(decoding: $0, as: UTF8.self) } == file.text, "\(file.name)")
        }
    }

    /// The committed age file opens to the committed plaintext.
    @Test func theDocumentedContentOpens() throws {
        let stored = try #require(FileManager.default.contents(atPath: "\(Self.directory)/content.age"))
        let text = try #require(FileManager.default.contents(atPath: "\(Self.directory)/content.plaintext.base64"))
        let expected = Data(base64Encoded: text, options: .ignoreUnknownCharacters)
        let reader = try AgeReader(MemorySource(Array(stored)), identities: [identity()])
        #expect(try Data(reader.read(at: 0, count: reader.size)) == expected)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: "\(Self.directory)/\(name)")))
    }

    private func verify<Body: SoleSignerDocument>(_ type: Body.Type, _ bytes: [UInt8], _ signer: String) throws {
        _ = try Unverified<Body>(parsing: bytes).verified(by: Fixture.noteKey(signer))
    }

    /// One flipped bit in each byte of each document, and none of them passes.
    @Test(arguments: ["envelope", "manifest", "act", "roster", "keys", "possession"])
    func noByteOfADocumentCanChange(name: String) throws {
        func check(_ bytes: [UInt8]) throws {
            switch name {
            case "envelope": try verify(Envelope.self, bytes, "d-02@avema01")
            case "manifest": try verify(Manifest.self, bytes, "d-02@avema01")
            case "act": try verify(Act.self, bytes, "d-01@cd01")
            case "roster": try verify(Roster.self, bytes, "avema01")
            case "keys": try verify(AgentKeys.self, bytes, "d-02@avema01")
            default: try verify(Possession.self, bytes, "d-02@avema01")
            }
        }
        let note = try bytes("\(name).note")
        try check(note)
        for index in note.indices {
            var changed = note
            changed[index] ^= 1
            #expect(throws: (any Error).self, "byte \(index)") { try check(changed) }
        }
    }

    /// The same for record, salt and proof with its checkpoint.
    @Test func noByteOfEvidenceCanChange() throws {
        let log = try Fixture.noteKey(Fixture.origin)
        let evidence = try WireJSON.decode(Evidence.self, from: bytes("evidence.json"))
        _ = try evidence.verified(by: log)
        func changes(_ text: String) -> [String] {
            let bytes = Array(text.utf8)
            return bytes.indices.compactMap { index in
                var changed = bytes
                changed[index] ^= 1
                return String(validating: changed, as: UTF8.self)
            }
        }
        var others: [Evidence] = []
        for text in changes(evidence.record) {
            var other = evidence
            other.record = text
            others.append(other)
        }
        for text in changes(evidence.proof) {
            var other = evidence
            other.proof = text
            others.append(other)
        }
        for index in evidence.salt.bytes.indices {
            var salt = evidence.salt.bytes
            salt[index] ^= 1
            var other = evidence
            other.salt = try #require(Salt(salt))
            others.append(other)
        }
        #expect(others.count > 700)
        for other in others { #expect(throws: (any Error).self) { try other.verified(by: log) } }
    }

    /// Somebody with the document alone reads all of it: the checker is written from it.
    @Test func anIndependentReaderAcceptsTheExamples() async throws {
        let output = try await Programs.check("reader.py", ["examples", Self.directory])
        #expect(output.status == 0, "\(output.standardError)")
    }
}

/// A log in memory, for examples.
private struct ExampleLog {
    let random: RandomBytes
    var edge = TreeEdge()
    private var tiles: [TileID: Tile] = [:]

    init(random: RandomBytes) { self.random = random }

    struct Entry {
        let index: Int
        let record: [UInt8]
        let salt: Salt
    }

    mutating func append(_ event: EventRecord) throws -> Entry {
        let record = try CanonicalJSON.encode(event)
        let salt = Salt.fresh(from: random)
        let index = edge.size
        tiles.merge(edge.append(MerkleTree.leaf(Commitment.of(record, salt: salt).bytes))) { $1 }
        return Entry(index: index, record: record, salt: salt)
    }

    func evidence(_ entry: Entry) throws -> Evidence {
        let checkpoint = Checkpoint(origin: Fixture.origin, size: edge.size, root: edge.root)
            .signed(by: try Fixture.signer(Fixture.origin))
        let path = try Fixture.unwrap(ProofPlan.inclusion(of: entry.index, in: edge.size)?.hashes(from: tiles))
        return Evidence(
            record: entry.record, salt: entry.salt,
            proof: InclusionProof(index: entry.index, path: path, checkpoint: checkpoint.note.serialized))
    }
}
