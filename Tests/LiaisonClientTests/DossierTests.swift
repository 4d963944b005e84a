// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSealing
import LiaisonTestKit
import LiaisonWire
import Testing

/// What one agent makes of a transmission convinces a stranger, and nothing else does. The same dossiers, and damaged ones,
/// are judged by the independent checker in `Tests/Scripts/evidence.sh`.
struct DossierTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    private func trust(_ world: World, _ more: String = "quorum none\n") throws -> TrustAnchors {
        let convention = try #require(world.sequencer.directory.convention).body
        return try TrustAnchors(text: TrustAnchors.text(of: convention) + more)
    }

    /// Makes it, writes the container, reads it again and judges that.
    private func judge(
        _ unit: String, _ id: TransmissionID, _ world: World, content: DossierContent = .sealed,
        trust: TrustAnchors? = nil
    ) async throws -> DossierReport {
        let session = try world.session(unit)
        try await session.refresh()
        let (parts, own) = try await session.dossier(of: id, content: content, page: world.page)
        #expect(own.verdict == .valid)
        let directory = try TemporaryDirectory()
        try parts.write(to: "\(directory.path)/d.asice", timeStamp: nil)
        return DossierVerifier.verify(
            try ZipReader(opening: "\(directory.path)/d.asice"), trust: try trust ?? self.trust(world))
    }

    private func acknowledged(_ world: World) async throws -> TransmissionID {
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.inbox()
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        return id
    }

    @Test func bothEndsProveTheSameStory() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await acknowledged(world)
        for unit in [montluel, iscg] {
            let report = try await judge(unit, id, world)
            #expect(report.verdict == .valid, "\(report.checks)")
            let story = try #require(report.story)
            #expect(story.deliveries.map(\.progress.state) == [.acknowledged])
            #expect(story.disclosures?.fields.first { $0.name == "last_name" }?.value == .text("TESTARD"))
            #expect(
                story.steps.map(\.evidence.event.event).suffix(4) == [
                    .contentConsignment, .consignmentNotification, .contentHandover, .consignmentAcceptance
                ])
        }
    }

    /// The example of docs/formats.md, section 8: a transmission of fictitious people, opened and acknowledged. Its content is
    /// sealed with fresh keys, so it is not made anew in each run: `LIAISON_WRITE_EXAMPLES=1` writes another one.
    @Test func theDocumentedDossierIsValidForBothCheckers() async throws {
        let (path, anchors) = (
            "\(Programs.root)/docs/examples/dossier.asice", "\(Programs.root)/docs/examples/dossier.anchors"
        )
        if ProcessInfo.processInfo.environment["LIAISON_WRITE_EXAMPLES"] != nil {
            let world = try await World(units: [montluel, iscg])
            let id = try await acknowledged(world)
            let session = try world.session(montluel)
            try await session.refresh()
            let (parts, _) = try await session.dossier(of: id, content: .sealed, page: world.page)
            try? FileManager.default.removeItem(atPath: path)
            try parts.write(to: path, timeStamp: nil)
            let convention = try #require(world.sequencer.directory.convention).body
            try (TrustAnchors.text(of: convention) + "quorum none\n").write(
                toFile: anchors, atomically: true, encoding: .utf8)
        }
        let trust = try TrustAnchors(text: String(contentsOfFile: anchors, encoding: .utf8))
        let report = DossierVerifier.verify(try ZipReader(opening: path), trust: trust)
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.deliveries.map(\.progress.state) == [.acknowledged])
        let independent = try await Programs.check("../../tools/verify.py", [path, "--trust", anchors])
        #expect(independent.status == 0, "\(independent.text)\(independent.standardError)")
    }

    /// The page says what happened, with the names that the rosters give, and what is disclosed; nothing is markup.
    @Test func thePageTellsTheStory() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await acknowledged(world)
        let session = try world.session(montluel)
        try await session.refresh()
        let (parts, _) = try await session.dossier(
            of: id, content: .fields(["last_name"], attachments: false), page: world.page)
        let page = String(decoding: try #require(try parts.bytes(of: DossierFile.page, limit: 1 << 20)), as: UTF8.self)
        for text in [
            "pris en charge par l'unité", "TESTARD", "ouvert par un agent de l'unité", "\(id)", "<html lang=\"fr\">"
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(!page.contains("Alpha"))
        #expect(!page.contains("recommandé") && page.contains("Ni le service ni ce dossier ne sont qualifiés"))
        #expect(page.contains("(UTC+"))
    }

    /// One field is proven without the others.
    @Test func aFieldIsDisclosedAlone() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await acknowledged(world)
        let report = try await judge(montluel, id, world, content: .fields(["main_issue"], attachments: false))
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.disclosures?.fields.map(\.name) == ["main_issue"])
        #expect(try await judge(montluel, id, world, content: .withheld).story?.disclosures == nil)
        await #expect(throws: ClientFailure.self) {
            _ = try await judge(montluel, id, world, content: .fields(["nonsense"], attachments: false))
        }
    }

    /// What the anchors ask for and the dossier has not makes it incomplete, never valid and never invalid.
    @Test func missingAnchorsMakeItIncomplete() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await acknowledged(world)
        let lines = TrustAnchors.text(of: try #require(world.sequencer.directory.convention).body)
            .split(separator: "\n").map(String.init)
        let witness = try #require(CosignatureSigner(name: "w", privateKey: .generate())).key
        let cases: [String: String] = [
            "no log": lines.filter { !$0.hasPrefix("log") }.joined(separator: "\n") + "\nquorum none\n",
            "no party": lines.filter { !$0.hasPrefix("party ggd01") }.joined(separator: "\n") + "\nquorum none\n",
            "no witness": lines.joined(separator: "\n") + "\nwitness w \(witness)\nquorum w\n"
        ]
        for (name, text) in cases {
            let report = try await judge(montluel, id, world, trust: TrustAnchors(text: text))
            #expect(report.verdict == .incomplete, "\(name): \(report.checks)")
        }
        // Another key for the same party contradicts.
        let foreign = try #require(NoteKey(name: "ggd01", key: PrivateKey.generate().publicKey))
        let text = lines.map { $0.hasPrefix("party ggd01") ? "party \(foreign)" : $0 }.joined(separator: "\n")
        let report = try await judge(montluel, id, world, trust: TrustAnchors(text: text + "\nquorum none\n"))
        #expect(report.verdict == .invalid)
    }

    /// Every state that a delivery can end in, and every way there.
    @Test func everyEndIsProven() async throws {
        let world = try await World(units: [montluel, iscg])
        let sender = try world.session(montluel)
        let reader = try world.session(iscg)
        let withdrawn = try await world.sendReferral()
        _ = try await sender.withdraw(withdrawn, reason: .misdirected, catalogue: world.catalogue)
        let refused = try await world.sendReferral()
        try await reader.refresh()
        _ = try await reader.refuse(refused, reason: .wrongUnit, note: nil, catalogue: world.catalogue)
        let erased = try await acknowledged(world)
        try await sender.refresh()
        #expect(try await sender.erase(erased, reason: .dataSubjectRequest).map(\.isErased) == [true])
        let silent = try await world.sendReferral()
        world.clock.now += 31 * 86_400
        for _ in 0..<3 { _ = try await world.sequencer.perform(.tick) }
        let expected: [(TransmissionID, DeliveryState)] = [
            (withdrawn, .withdrawn), (refused, .refused), (erased, .acknowledged), (silent, .expired)
        ]
        for (id, state) in expected {
            let report = try await judge(montluel, id, world, content: .withheld)
            #expect(report.verdict == .valid, "\(report.checks)")
            #expect(report.story?.deliveries.map(\.progress.state) == [state])
            // By now the content of all of them is gone, and the log says so.
            #expect(report.story?.deliveries.map(\.progress.isErased) == [true])
        }
        // Without the content on this device either, the dossier says that it is erased.
        let report = try await judge(montluel, erased, world)
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.disclosures == nil)
    }

    /// Rosters change between and after the events; the dossier has those that were in force, and says of which it has no
    /// successor. (`Tests/Scripts/people.sh` proves a handover.)
    @Test func rostersOfTheTimeAreTaken() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await acknowledged(world)
        for _ in 0..<3 { try await world.publish("ggd01") }
        let report = try await judge(montluel, id, world)
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.asStated == [try Fixture.institution("avema01")])
    }
}
