// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonSealing
import LiaisonTestKit
import LiaisonWire
import Testing

struct AuditTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    @Test func anAuditSaysWhatWasCompared() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        let sender = try world.session(montluel)
        try await sender.refresh()
        let report = try await sender.audit()
        #expect(report.transmissions == 1)
        #expect(report.agreed == 2, "the reader's two acts carry a checkpoint each")
        #expect(report.findings.isEmpty)
        #expect(report.mailboxes[.unit(try Fixture.unit(montluel))] == 4)
        let own = sender.address.description
        #expect(report.changes.contains { $0.kind == .agentAdded && $0.subject == own })
        #expect(
            report.changes.contains {
                $0.kind == .postAdded && $0.subject == own && $0.unit == (try? Fixture.unit(montluel))
            })
        // The next one lists only what is new.
        try await world.publish("ggd01", also: { $0.units[0].town = "Ville FICTIVE" })
        try await sender.refresh()
        let next = try await sender.audit()
        #expect(next.changes.map(\.kind) == [.unitChanged] && next.changes.first?.fields == ["town"])
        #expect(next.transmissions == 0)
        // A role makes a unit a recipient of copies; whoever is told to call another number calls somebody else.
        try await world.publish("ggd01", also: { $0.units[0].phone = "06 39 98 00 99" })
        try await world.publish("ggd01", change: { $0[0].posts[0].role = .unitManager })
        try await sender.refresh()
        let changes = try await sender.audit().changes
        #expect(changes.map(\.kind) == [.unitChanged, .postChanged] && changes.first?.fields == ["phone"])
    }

    /// An impostor's keys, in this agent's name, and another agent put beside them show.
    @Test func impostorsShow() async throws {
        let world = try await World(units: [montluel, iscg])
        let session = try world.session(montluel)
        try await session.refresh()
        _ = try await session.audit()
        // Somebody has the signing key, and publishes encryption keys of their own.
        let present = try #require(world.sequencer.directory.keys(of: session.address))
        let foreign = try AgeIdentity(seed: GuardedBytes.random(32))
        let keys = try AgentKeys(
            by: session.address, version: present.body.version + 1, previous: present.hash, issuedAt: world.clock.now,
            keys: present.body.keys + [
                EncryptionKey(
                    key: Base64.encode(foreign.recipient.bytes), notBefore: world.clock.now,
                    notAfter: world.clock.now + 86_400)
            ]
        ).signed(by: world.signer(montluel))
        _ = try await world.relay.publish(Unverified(keys.note), by: session.address)
        try await session.refresh()
        let report = try await session.audit()
        #expect(report.findings == [.foreignKeys])
        #expect(report.changes.map(\.kind) == [.keysPublished])
    }

    // MARK: Institution

    private func makeAuditor(_ world: World, _ duty: Duty) async throws {
        try await world.publish("avema01", change: { $0[0].duties = [duty] })
    }

    @Test(arguments: [Duty.auditor, .dpo])
    func auditorsReadTheirOwnInstitutionAndItIsAnEvent(duty: Duty) async throws {
        let world = try await World(units: [montluel, iscg])
        try await makeAuditor(world, duty)
        let id = try await world.sendReferral()
        let auditor = try world.session(iscg)
        try await auditor.refresh()
        let start = try #require(try await world.store.head()).size
        let events = try await auditor.inspect(since: 0, until: world.clock.now + 1)
        #expect(!events.isEmpty && events.allSatisfy { $0.event.mailbox.institution == auditor.address.institution })
        #expect(events.contains { $0.event.transmission == id })
        let recorded = try await world.records(from: start)
        // Each unit of the institution is told, too: so the log says where its mailbox ended.
        #expect(recorded.map(\.mailbox.description) == ["institution:avema01", "coordination@avema01", iscg])
        #expect(recorded.allSatisfy { $0.event == .inspection })
        #expect(recorded.allSatisfy { $0.agent == auditor.address })
        // The next look shows this one.
        world.clock.now += 1
        let again = try await auditor.inspect(since: 0, until: world.clock.now + 1)
        #expect(again.contains { $0.event.event == .inspection })
        #expect(try await auditor.inspect(since: world.clock.now + 10, until: world.clock.now + 20).isEmpty)
    }

    enum Hidden: CaseIterable, Sendable {
        case nothing, first, middle, last, window, mailbox, ends, before
    }

    /// A window of time is shown whole, from where each mailbox stood before to where it went on: whatever is left out shows.
    @Test(arguments: Hidden.allCases)
    func whatIsHiddenFromAWindowShows(hidden: Hidden) async throws {
        let world = try await World(units: [montluel, iscg])
        try await makeAuditor(world, .auditor)
        var sent: [TransmissionID] = []
        var days: [Instant] = []
        for _ in 0..<3 {
            days.append(world.clock.now)
            world.clock.now += 600
            for _ in 0..<3 { sent.append(try await world.sendReferral()) }
            world.clock.now += 86_400
            try await world.catchUp()
            try await world.resume(montluel)
        }
        let mailbox = Mailbox.unit(try Fixture.unit(iscg))
        let start = days[1]
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.inspection = { page in
                var page = page
                func isHere(_ evidence: Evidence) throws -> Bool {
                    try evidence.verified(by: Fixture.noteKey(Fixture.origin)).event.mailbox == mailbox
                }
                let here = try page.events.filter(isHere)
                func hide(_ some: some Sequence<Evidence>) { page.events.removeAll { some.contains($0) } }
                switch hidden {
                case .nothing: break
                case .first: hide(here.prefix(1))
                case .middle: hide(here.dropFirst().prefix(1))
                case .last: hide(here.suffix(1))
                case .window: hide(here)
                case .mailbox:
                    hide(here)
                    page.ends = try page.ends?.filter { try !isHere($0) }
                case .ends: page.ends = nil
                case .before:
                    page.ends = try page.ends?.filter { evidence in
                        let event = try evidence.verified(by: Fixture.noteKey(Fixture.origin)).event
                        return event.mailbox != mailbox || event.at >= start
                    }
                }
                return page
            }
            return lying
        }
        let auditor = try world.session(iscg, fresh: true)
        try await auditor.refresh()
        func inspect() async throws -> [VerifiedEvidence] { try await auditor.inspect(since: days[1], until: days[2]) }
        guard hidden == .nothing else {
            await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await inspect() }
            return
        }
        let events = try await inspect()
        let consigned = events.filter { $0.event.event == .contentConsignment && $0.event.mailbox == mailbox }
        #expect(consigned.compactMap(\.event.transmission) == Array(sent[3..<6]))
    }

    /// What hides from the auditor what the unit has, the unit's own agents notice: the inspection took a number of its own.
    @Test func theUnitSeesThatItWasInspected() async throws {
        let world = try await World(units: [montluel, iscg])
        try await makeAuditor(world, .auditor)
        let auditor = try world.session(iscg)
        try await auditor.refresh()
        var told = ToldSoFar()
        _ = try await auditor.newEvents(&told)
        _ = try await auditor.inspect(since: 0, until: world.clock.now + 1)
        let news = try await auditor.newEvents(&told)
        #expect(news.map(\.event.event.event) == [.inspection])
        #expect(news.allSatisfy { !$0.asksForAction })
        // Another institution's units cannot be named.
        let foreign = try Inspection(
            by: auditor.address, log: Fixture.origin, since: 0, until: world.clock.now,
            units: [try Fixture.unit(montluel)], at: world.clock.now
        ).signed(by: world.signer(iscg))
        await #expect(throws: Problem(.malformed)) {
            try await world.relay.inspect(Unverified(foreign.note), from: 0, by: auditor.address)
        }
    }

    /// Nobody fills mailboxes: only units that were in a roster have one, and ten inspections a minute are enough.
    @Test func inspectionsAreForUnitsThatThereAre() async throws {
        let world = try await World(units: [montluel, iscg])
        try await makeAuditor(world, .auditor)
        let auditor = try world.session(iscg).address
        func inspect(_ unit: String, _ since: Instant) async throws {
            let demand = try Inspection(
                by: auditor, log: Fixture.origin, since: since, until: world.clock.now,
                units: [Fixture.unit(unit)], at: world.clock.now
            ).signed(by: world.signer(iscg))
            _ = try await world.relay.inspect(Unverified(demand.note), from: 0, by: auditor)
        }
        await #expect(throws: Problem(.unknownUnit)) { try await inspect("invented@avema01", 0) }
        for since in 1...8 { try await inspect(iscg, Instant(since)) }
        try await inspect(iscg, 8)  // the same again is no other
        await #expect(throws: Never.self) { try await inspect(iscg, 10) }
        await #expect(throws: Problem(.tooManyRequests)) { try await inspect(iscg, 11) }
        world.clock.now += 60
        try await inspect(iscg, 11)
    }

    /// A demand is good for an hour and for whoever has the duty: the same note again later reads nothing.
    @Test func aDemandIsNotReplayed() async throws {
        let world = try await World(units: [montluel, iscg])
        try await makeAuditor(world, .auditor)
        let auditor = try world.session(iscg).address
        func demand(until: Instant) throws -> Unverified<Inspection> {
            try Unverified(
                Inspection(by: auditor, log: Fixture.origin, since: 0, until: until, at: world.clock.now)
                    .signed(by: world.signer(iscg)).note)
        }
        let taken = try demand(until: world.clock.now)
        _ = try await world.relay.inspect(taken, from: 0, by: auditor)
        _ = try await world.relay.inspect(taken, from: 1, by: auditor)
        let far = try demand(until: world.clock.now + 86_400)
        await #expect(throws: Problem(.malformed)) { try await world.relay.inspect(far, from: 0, by: auditor) }
        try await world.publish("avema01", change: { $0[0].duties = [] })
        await #expect(throws: Problem(.notAParty)) { try await world.relay.inspect(taken, from: 0, by: auditor) }
        try await makeAuditor(world, .auditor)
        world.clock.now += 3601
        await #expect(throws: Problem(.sealedTooLongAgo)) { try await world.relay.inspect(taken, from: 0, by: auditor) }
    }

    @Test func nobodyElseReadsIt() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sendReferral()
        let session = try world.session(iscg)
        try await session.refresh()
        await #expect(throws: Problem(.notAParty)) { try await session.inspect(since: 0, until: world.clock.now + 1) }
        try await makeAuditor(world, .statisticsReader)
        await #expect(throws: Problem(.notAParty)) { try await session.inspect(since: 0, until: world.clock.now + 1) }
        // Nobody inspects in another's name.
        try await makeAuditor(world, .auditor)
        let demand = try Inspection(
            by: session.address, log: Fixture.origin, since: 0, until: world.clock.now, at: world.clock.now
        ).signed(by: world.signer(iscg))
        await #expect(throws: Problem(.notTheAuthor)) {
            try await world.relay.inspect(
                Unverified(demand.note), from: 0, by: Fixture.agentName(of: montluel))
        }
    }
}
