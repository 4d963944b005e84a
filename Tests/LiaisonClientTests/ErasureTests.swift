// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import Testing

/// Two clocks: the content at retention or on demand, records and salts at the audit limit; and the log still verifies.
struct ErasureTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    /// Whether `needle` is in any file of the relay's directory, free pages and write-ahead log included.
    private func isFound(_ needle: [UInt8], _ world: World) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: world.directory.path)
            .filter { $0.hasPrefix("relay.sqlite") }
        #expect(!names.isEmpty)
        return try names.contains { name in
            let file = try Data(contentsOf: URL(fileURLWithPath: "\(world.directory.path)/\(name)"))
            return file.range(of: Data(needle)) != nil
        }
    }

    private func content(of id: TransmissionID, _ world: World) async throws -> [UInt8] {
        let unit = try Fixture.unit(iscg)
        let size = try #require(try await world.store.contentSize(of: id, for: unit))
        return try await world.store.content(of: id, for: unit, from: 0, count: size)
    }

    private func verifies(_ world: World) throws -> Bool {
        let report = try world.store.verify(log: Fixture.noteKey(Fixture.origin))
        #expect(report.findings.isEmpty, "\(report.findings)")
        return report.findings.isEmpty
    }

    @Test func anErasedContentIsInNoFileOfTheStore() async throws {
        let world = try await World(units: [montluel, iscg], store: .sqlite)
        let id = try await world.sendReferral()
        let content = try await content(of: id, world)
        // The header, a piece from the middle and the end: rows and pages are of other sizes than these.
        let pieces = [
            Array(content.prefix(64)), Array(content[content.count / 2..<content.count / 2 + 64]),
            Array(content.suffix(64))
        ]
        try await world.store.scrub()
        for piece in pieces { #expect(try isFound(piece, world), "the test looks for what is there") }
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        for piece in pieces { #expect(try !isFound(piece, world)) }
        try world.store.vacuum()
        for piece in pieces { #expect(try !isFound(piece, world)) }
        #expect(try verifies(world))
        let reader = try world.session(iscg)
        try await reader.refresh()
        await #expect(throws: (any Error).self) { _ = try await reader.read(id, catalogue: world.catalogue) }
    }

    /// Only what has its answer is erased on demand; a second demand finds nothing to do.
    @Test func onDemandOnlyWhatIsAnswered() async throws {
        let world = try await World(units: [montluel, iscg], store: .sqlite)
        let id = try await world.sendReferral()
        let sender = try world.session(montluel)
        try await sender.refresh()
        #expect(try await sender.erase(id, reason: .noLongerNeeded).map(\.isErased) == [false])
        // What was not erased is not taken from this device either.
        #expect(try await sender.dossier(of: id, content: .sealed, page: world.page).report.verdict == .valid)
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        let piece = Array(try await content(of: id, world).suffix(64))
        #expect(try await reader.erase(id, reason: .dataSubjectRequest).map(\.isErased) == [true])
        try await world.relay.scrub()
        #expect(try !isFound(piece, world))
        try await sender.refresh()
        let tracked = try await sender.track(id)
        #expect(tracked.deliveries.map(\.state) == [.acknowledged])
        #expect(tracked.events.last?.event.event == .erasure)
        #expect(tracked.events.last?.event.code == "data_subject_request")
        #expect(try await reader.erase(id, reason: .dataSubjectRequest).map(\.isErased) == [true])
        #expect(try verifies(world))
    }

    /// With two recipients the shared content stays for the other one; the unit for which it is erased gets it no more, not
    /// even by the act that opened it before.
    @Test func whatIsErasedForOneUnitIsNotServedToIt() async throws {
        let world = try await World(units: [iscg, "cms-bourg@cd01", "crip@cd01"])
        let sender = try world.session(iscg)
        try await sender.refresh()
        var request = SendRequest(kind: "concern_report", to: try Fixture.unit("cms-bourg@cd01"))
        request.form = World.concern
        let id = try await sender.seal(try await sender.plan(request, catalogue: world.catalogue))
        _ = try await sender.outbox.deposit(id)
        let reader = try world.session("crip@cd01")
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        let opened = try #require(try await world.store.acts(on: id).first { $0.kind == .opened })
        let act = try Unverified<Act>(parsing: opened.note)
        #expect(try await !world.relay.open(act, from: 0, by: opened.author).bytes.isEmpty)
        _ = try await reader.erase(id, reason: .noLongerNeeded)
        await #expect(throws: Problem(.contentGone)) { try await world.relay.open(act, from: 0, by: opened.author) }
        #expect(try await world.store.contentSize(of: id, for: Fixture.unit("cms-bourg@cd01")) != nil)
    }

    /// Whoever is refused names transmissions at will, and cannot hold up their erasure.
    @Test func refusalsHoldUpNoErasure() async throws {
        let world = try await World(units: [montluel, iscg, "corg@ggd01"])
        let id = try await world.sendReferral()
        let limit = try #require(world.sequencer.directory.convention).body.auditLimit
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        world.clock.now += limit / 2
        let stranger = try Fixture.agentName(of: "corg@ggd01")
        let transmission = try #require(try await world.store.transmission(id))
        let act = try Act(
            by: stranger, log: Fixture.origin, convention: transmission.hash, head: transmission.hash, transmission: id,
            envelope: transmission.hash, unit: Fixture.unit(iscg), act: .acknowledged, at: world.clock.now
        ).signed(by: world.signer("corg@ggd01"))
        await #expect(throws: Problem.self) { _ = try await world.relay.act(Unverified(act.note), by: stranger) }
        #expect(try await world.records().last?.event == .actRejection)
        world.clock.now += limit / 2
        try await world.catchUp()
        #expect(try await world.store.transmission(id) == nil)
    }

    /// An auditor is shown that what is missing in a window was erased, though the log says so after it.
    @Test func anAuditorIsToldWhatWasErased() async throws {
        let world = try await World(units: [montluel, iscg])
        try await world.publish("avema01", change: { $0[0].duties = [.auditor] })
        let start = world.clock.now
        _ = try await world.sendReferral()
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        let limit = try #require(world.sequencer.directory.convention).body.auditLimit
        world.clock.now += limit
        try await world.catchUp()
        try await world.resume(iscg)
        let auditor = try world.session(iscg, fresh: true)
        try await auditor.refresh()
        #expect(try await auditor.inspect(since: start, until: start + 86_400).isEmpty)
        #expect(try await !auditor.inspect(since: start, until: world.clock.now + 1).isEmpty)
        // Without the word that it was erased, it was withheld.
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.inspection = { page in
                var page = page
                func isNotice(_ evidence: Evidence) throws -> Bool {
                    try evidence.verified(by: Fixture.noteKey(Fixture.origin)).event.entries != nil
                }
                page.events = try page.events.filter { try !isNotice($0) }
                page.ends = try page.ends?.filter { try !isNotice($0) }
                return page
            }
            return lying
        }
        let deceived = try world.session(iscg, fresh: true)
        try await deceived.refresh()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) {
            try await deceived.inspect(since: start, until: start + 86_400)
        }
    }

    @Test func recordsAndSaltsGoAtTheAuditLimit() async throws {
        let world = try await World(units: [montluel, iscg], store: .sqlite)
        let id = try await world.sendReferral()
        // Enough of them for pages to split and merge.
        var others: [TransmissionID] = []
        for _ in 0..<40 { others.append(try await world.sendReferral()) }
        let entries = try await world.store.entries(on: id, in: [.unit(Fixture.unit(montluel))])
        let envelope = Array(try #require(try await world.store.transmission(id)).envelope.utf8.prefix(200))
        let limit = try #require(world.sequencer.directory.convention).body.auditLimit
        let sender = try world.session(montluel)
        try await sender.refresh()
        _ = try await sender.alerts()
        try await world.store.scrub()
        #expect(try isFound(envelope, world))
        #expect(try isFound(Array(id.description.utf8), world))
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        // The last event was the erasure of the content: from there the second clock runs.
        world.clock.now += limit - 1
        _ = try await world.sequencer.perform(.tick)
        #expect(try await world.store.entry(entries[0].index) != nil)
        // It is looked once a minute.
        world.clock.now += 60
        try await world.catchUp()
        for entry in entries {
            #expect(try await world.store.entry(entry.index) == nil)
            #expect(try await world.store.entries(entry.index..<entry.index + 1) == [entry.commitment.bytes])
        }
        try world.store.vacuum()
        #expect(try !isFound(envelope, world))
        for id in others + [id] { #expect(try !isFound(Array(id.description.utf8), world)) }
        #expect(try await world.store.transmission(id) == nil)
        // The log still verifies, and a client sees that what is missing in its mailbox was erased and not withheld.
        #expect(try verifies(world))
        try await world.resume(montluel)
        let later = try world.session(montluel, fresh: true)
        try await later.refresh()
        _ = try await later.alerts()
        let notices = try await world.records().filter { $0.entries != nil }
        #expect(Set(notices.flatMap { $0.entries ?? [] }).isSuperset(of: entries.map(\.index)))
        // What the sender kept, and the proof that the rest was erased, still make a dossier.
        let (_, report) = try await later.dossier(of: id, content: .withheld, page: world.page)
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.steps.map(\.evidence.event.event) == [.submissionAcceptance, .erasure])
        #expect(notices.allSatisfy { $0.code == "audit_limit" && $0.event.rule.allows($0) })
    }

    /// An erasure that is not said, or said of what is still there, is a gap.
    @Test func aGapThatNoErasureExplainsIsFound() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sendReferral()
        try await world.forge(in: .unit(Fixture.unit(montluel)), .erasure) {
            $0.code = "audit_limit"
            $0.entries = [0]
        }
        let sender = try world.session(montluel)
        try await sender.refresh()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { _ = try await sender.alerts() }
    }

    /// A relay cannot withhold today's event behind an erasure: neither of another entry, nor of one that is young.
    @Test(arguments: [false, true])
    func aYoungEventIsNotErased(isOther: Bool) async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sendReferral()
        let withheld = try await world.sendReferral()
        let mailbox = Mailbox.unit(try Fixture.unit(montluel))
        let hidden = try await world.store.entries(on: withheld, in: [mailbox])
        try await world.forge(in: mailbox, .erasure) {
            $0.code = "audit_limit"
            $0.entries = isOther ? [1, 2] : hidden.map(\.index)
        }
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.mailbox = { _, page in
                var page = page
                page.events.removeAll { event in hidden.contains { $0.index == event.index } }
                return page
            }
            return lying
        }
        let sender = try world.session(montluel, fresh: true)
        try await sender.refresh()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { _ = try await sender.alerts() }
    }

    /// Pages are full of what is still there: erased rows do not end a list early.
    @Test func pagesPassOverErasedRows() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sendReferral()
        let limit = try #require(world.sequencer.directory.convention).body.auditLimit
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        world.clock.now += limit
        try await world.catchUp()
        let mailbox = Mailbox.unit(try Fixture.unit(montluel))
        let page = try await world.store.entries(in: mailbox, after: 0, limit: 1)
        #expect(page.map(\.number) == [5], "the statement of erasure, behind four rows that are erased")
    }
}
