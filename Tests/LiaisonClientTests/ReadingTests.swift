// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonWire
import Testing

/// "Taken charge of" means that somebody read it; and nobody's absence strands a queue.
struct ReadingTests {
    private let montluel = "bta-montluel@ggd01"
    private let est = "iscg-est@avema01"
    private let ouest = "iscg-ouest@avema01"
    private let coordination = "coordination@avema01"

    private func ain(_ units: [String]) async throws -> World {
        try await World(units: units, setting: .example("ain"))
    }

    /// Names the units that stand by for the ISCG of the east.
    private func standBy(_ world: World, _ units: [String]) async throws {
        try await world.publish("avema01") { _ in
        } also: { roster in
            for index in roster.units.indices where roster.units[index].address.description == est {
                roster.units[index].standby = try units.map(Fixture.unit)
            }
        }
    }

    /// Declares the post of the ISCG of the east vacant; the west answers.
    private func vacate(_ world: World, substitute: String) async throws {
        try await world.publish("avema01") { _ in
        } also: { roster in
            for index in roster.units.indices where roster.units[index].address.description == est {
                roster.units[index].absence = Absence(reason: .vacancy, substitutes: [try Fixture.unit(substitute)])
            }
        }
    }

    private func state(_ id: TransmissionID, _ world: World) async throws -> DeliveryState? {
        try await world.store.deliveries(of: id).first?.state
    }

    private func session(_ unit: String, _ world: World) async throws -> Session {
        let session = try world.session(unit, fresh: true)
        try await session.refresh()
        return session
    }

    // MARK: Header before opening

    /// A substitute whose keys open nothing says nothing: no *opened*, no answer, and the one who can read still can.
    @Test func whoCannotReadDoesNotOpen() async throws {
        let world = try await ain([montluel, est, ouest])
        let id = try await world.sendReferral()
        try await vacate(world, substitute: ouest)
        let substitute = try await session(ouest, world)
        #expect(try await substitute.inbox().deliveries.map(\.routing.id) == [id])
        await #expect(throws: ClientFailure.notForThisDevice) {
            _ = try await substitute.read(id, catalogue: world.catalogue)
        }
        #expect(try await state(id, world) == .available)
        #expect(try await world.store.acts(on: id).isEmpty)
        await #expect(throws: ClientFailure.self) { _ = try await substitute.acknowledge(id) }
        #expect(try await state(id, world) == .available)

        let reader = try await session(est, world)
        _ = try await reader.read(id, catalogue: world.catalogue)
        // Opened by a colleague is not opened by oneself: the relay says so to whoever asks it directly.
        try await substitute.refresh()
        await #expect(throws: ClientFailure.self) { _ = try await substitute.acknowledge(id) }
        await #expect(throws: ClientFailure.self) {
            _ = try await substitute.refuse(id, reason: .duplicate, note: nil, catalogue: world.catalogue)
        }
        for kind in [Act.Kind.acknowledged, .refused] {
            await #expect(throws: Problem(.notOpenedByAuthor, state: .opened)) {
                _ = try await self.perform(kind, on: id, as: ouest, world)
            }
        }
        #expect(try await reader.acknowledge(id).event.event == .consignmentAcceptance)
    }

    private func perform(_ kind: Act.Kind, on id: TransmissionID, as unit: String, _ world: World) async throws
        -> Receipt
    {
        let stored = try Fixture.unwrap(try await world.store.transmission(id))
        let head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
        let peer = try world.setting.agentName(of: unit)
        let act = try Act(
            by: peer, log: Fixture.origin, convention: Fixture.unwrap(world.sequencer.directory.convention).hash,
            head: head.hash, transmission: id, envelope: stored.hash, unit: Fixture.unit(est), act: kind,
            reason: ReasonCode.allowed(with: kind).first, at: world.clock.now
        ).signed(by: world.signer(unit))
        return try await world.relay.act(Unverified(act.note), by: peer)
    }

    /// A relay that garbles the header can keep a content from its reader; it cannot make them say that they opened it.
    @Test func aGarbledHeaderIsNoOpening() async throws {
        let world = try await ain([montluel, est, ouest])
        try await standBy(world, [ouest])
        let id = try await world.sendReferral()
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.header = { header in
                var text = String(decoding: header, as: UTF8.self)
                text = text.replacingOccurrences(of: "-> mlkem768x25519 ", with: "-> mlkem768x25519 AAAA")
                return Array(text.utf8)
            }
            return lying
        }
        let reader = try await session(est, world)
        _ = try? await reader.read(id, catalogue: world.catalogue)
        let kinds = try await world.store.acts(on: id).map(\.kind)
        #expect(!kinds.contains(.unopenable), "nobody is told that it cannot be opened: it can")
    }

    // MARK: An opening is in the log or nothing is shown

    /// Whatever is opened, the relay answers with this segment, and writes nothing into its log.
    private func lie(_ segment: ContentSegment, in world: World) {
        world.wrap = { connection in
            var lying = LyingConnection(connection)
            lying.opening = { _, _ in segment }
            return lying
        }
    }

    /// A relay that hands out the content without writing the opening into its log is not believed.
    @Test func anOpeningThatTheLogDoesNotHoldShowsNothing() async throws {
        let world = try await World(units: [montluel, est])
        let id = try await world.sendReferral()
        let honest = try await session(est, world)
        let listed = try #require(try await honest.inbox().deliveries.first)
        let stored = try await world.store.content(of: id, for: Fixture.unit(est), from: 0, count: 4 << 20)
        let proof = try #require(try await honest.evidence(for: [listed.event]).first)
        lie(ContentSegment(evidence: proof, bytes: stored), in: world)
        let reader = try await session(est, world)
        await #expect(throws: ClientFailure.broken(.wrongEvent)) {
            _ = try await reader.read(id, catalogue: world.catalogue)
        }
        #expect(try await state(id, world) == .available)
        world.wrap = { $0 }
        let sender = try await session(montluel, world)
        let results = try await sender.withdraw(id, reason: .misdirected, catalogue: world.catalogue)
        #expect(results.map(\.state) == [.withdrawn])
    }

    /// The evidence of somebody else's opening is no evidence of one's own.
    @Test func theEvidenceNamesThisAct() async throws {
        let world = try await ain([montluel, est, ouest])
        try await standBy(world, [ouest])
        let id = try await world.sendReferral()
        try await vacate(world, substitute: ouest)
        let substitute = try await session(ouest, world)
        _ = try await substitute.read(id, catalogue: world.catalogue)
        let timeline = try await world.relay.timeline(of: id, for: substitute.address)
        let handover = try #require(
            try timeline.events.first {
                try $0.verified(by: Fixture.noteKey(Fixture.origin)).event.event == .contentHandover
            })
        let stored = try await world.store.content(of: id, for: Fixture.unit(est), from: 0, count: 4 << 20)
        lie(ContentSegment(evidence: handover, bytes: stored), in: world)
        let reader = try await session(est, world)
        await #expect(throws: ClientFailure.broken(.wrongEvent)) {
            _ = try await reader.read(id, catalogue: world.catalogue)
        }
    }

    /// An acknowledgement by somebody who never opened it, put into the log by a relay that decides so, is not believed.
    @Test func aForgedAcknowledgementIsFound() async throws {
        let world = try await ain([montluel, est, ouest])
        try await standBy(world, [ouest])
        let id = try await world.sendReferral()
        try await vacate(world, substitute: ouest)
        let reader = try await session(est, world)
        _ = try await reader.read(id, catalogue: world.catalogue)
        let stored = try Fixture.unwrap(try await world.store.transmission(id))
        let head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
        let act = try Act(
            by: world.setting.agentName(of: ouest), log: Fixture.origin,
            convention: Fixture.unwrap(world.sequencer.directory.convention).hash, head: head.hash, transmission: id,
            envelope: stored.hash, unit: Fixture.unit(est), act: .acknowledged, at: world.clock.now
        ).signed(by: world.signer(ouest))
        for mailbox in [est, montluel] {
            try await world.forge(in: .unit(Fixture.unit(mailbox)), .consignmentAcceptance) { event in
                event.transmission = id
                event.envelope = stored.hash
                event.unit = try Fixture.unit(est)
                event.act = act.hash
                event.agent = act.body.by
                event.state = .acknowledged
            }
        }
        let note = act.note.serialized
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.mailbox = { _, page in
                var page = page
                page.acts.append(note)
                return page
            }
            return lying
        }
        let sender = try await session(montluel, world)
        await #expect(throws: ClientFailure.broken(.actRefused)) { _ = try await sender.track(id) }
    }

    // MARK: Handing on and exporting are no reading

    @Test func handingOnLeavesItUnopened() async throws {
        let world = try await ain([montluel, est, ouest])
        let id = try await world.sendReferral()
        try await vacate(world, substitute: ouest)
        let holder = try await session(est, world)
        let report = try await holder.transfer(
            to: world.setting.agentName(of: ouest), catalogue: world.catalogue)
        #expect(report.items.map(\.result) == [.transferred])
        #expect(try await state(id, world) == .available)
        #expect(try await world.store.acts(on: id).map(\.kind) == [.retrieved, .transferred])
        let colleague = try await session(ouest, world)
        let opened = try await colleague.read(id, catalogue: world.catalogue)
        #expect(opened.form.first { $0.name == "last_name" }?.value == .text("TESTARD"))
        #expect(try await colleague.acknowledge(id).event.event == .consignmentAcceptance)
        let sender = try await session(montluel, world)
        #expect(try await sender.track(id).deliveries.map(\.state) == [.acknowledged])
    }

    /// What was fetched to be exported was shown to nobody: reading it is a further event, and until then it is unopened.
    @Test func exportingIsNoReading() async throws {
        let world = try await World(units: [montluel, est])
        let id = try await world.sendReferral()
        let reader = try await session(est, world)
        _ = try await reader.sealedContent(id)
        #expect(try await state(id, world) == .available)
        #expect(try await world.store.acts(on: id).map(\.kind) == [.retrieved])
        await #expect(throws: ClientFailure.self) { _ = try await reader.acknowledge(id) }
        _ = try await reader.read(id, catalogue: world.catalogue)
        #expect(try await world.store.acts(on: id).map(\.kind) == [.retrieved, .opened])
        _ = try await reader.acknowledge(id)
    }

    /// A look for what a new device can read opens nothing.
    @Test func recoveringOpensNothing() async throws {
        let world = try await World(units: [montluel, est])
        let id = try await world.sendReferral()
        let reader = try await session(est, world)
        #expect(try await reader.recover(catalogue: world.catalogue).items.map(\.result) == [.readable])
        #expect(try await world.store.acts(on: id).isEmpty)
    }

    // MARK: Standby

    /// Sealed from the start, withheld while the unit is there, read the same hour when its post is vacant.
    @Test func theStandbyUnitReadsTheQueueOfAVacantPost() async throws {
        let world = try await ain([montluel, est, ouest])
        try await standBy(world, [ouest])
        let id = try await world.sendReferral()
        var standby = try await session(ouest, world)
        #expect(try await standby.inbox().deliveries.isEmpty)
        let peer = standby.address
        await #expect(throws: Problem(.notAParty)) {
            _ = try await world.relay.header(of: id, for: Fixture.unit(est), by: peer)
        }
        await #expect(throws: Problem(.notAParty)) { _ = try await world.relay.timeline(of: id, for: peer) }
        // The only agent of the east leaves: nobody declares anything.
        try await world.publish("avema01") { agents in
            for index in agents.indices where agents[index].posts.contains(where: { $0.unit.description == est }) {
                agents[index].revocation = Revocation(at: world.clock.now, reason: .left)
            }
        }
        standby = try await session(ouest, world)
        #expect(try await standby.inbox().deliveries.map(\.routing.id) == [id])
        _ = try await standby.read(id, catalogue: world.catalogue)
        _ = try await standby.acknowledge(id)
        let sender = try await session(montluel, world)
        #expect(try await sender.track(id).deliveries.map(\.state) == [.acknowledged])
    }

    /// The unit is there and silent: the last step of the escalation calls its standby units in, for that delivery alone.
    @Test func silenceCallsTheStandbyUnitsIn() async throws {
        let world = try await ain([montluel, est, ouest, coordination])
        try await standBy(world, [ouest])
        let id = try await world.sendReferral()
        var standby = try await session(ouest, world)
        #expect(try await standby.inbox().deliveries.isEmpty)
        for _ in 0..<40 {
            world.clock.now += 12 * 3600
            try await world.catchUp()
        }
        try await world.resume(ouest)
        try await world.resume(montluel)
        standby = try await session(ouest, world)
        let steps = try await world.records().filter { $0.event == .escalation && $0.transmission == id }
        #expect(steps.last?.code == "standby")
        #expect(Set(steps.filter { $0.code == "standby" }.map(\.mailbox.description)).contains(ouest))
        #expect(try await standby.inbox().deliveries.map(\.routing.id) == [id])
        #expect(try await standby.alerts().map(\.transmission) == [id])
        // A history that does not hold is said, and ends no list.
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.timeline = { timeline in
                var timeline = timeline
                timeline.envelope = "garbled"
                return timeline
            }
            return lying
        }
        let lied = try await session(ouest, world)
        #expect(try await lied.inbox(isShown: false).refused == [.broken(.envelopeRefused)])
        #expect(try await lied.alerts().map(\.transmission) == [id])
        world.wrap = { $0 }
        _ = try await standby.read(id, catalogue: world.catalogue)
        _ = try await standby.acknowledge(id)
        #expect(try await standby.track(id).deliveries.map(\.state) == [.acknowledged])
        let sender = try await session(montluel, world)
        #expect(try await sender.track(id).deliveries.map(\.state) == [.acknowledged])
        // Nothing else of that unit is shown: it is not absent.
        let second = try await world.sendReferral()
        #expect(try await standby.inbox().deliveries.map(\.routing.id) == [id])
        await #expect(throws: Problem(.notAParty)) {
            _ = try await world.relay.timeline(of: second, for: standby.address)
        }
    }

    /// Whoever waits for a unit that nobody is left in hears of it at once, once.
    @Test func nobodyLeftIsToldAtOnce() async throws {
        let world = try await ain([montluel, est, ouest])
        let id = try await world.sendReferral()
        try await world.publish("avema01") { agents in
            agents.removeAll { $0.posts.contains { $0.unit.description == est } }
        }
        _ = try await world.sequencer.perform(.tick)
        let told = try await world.records().filter { $0.event == .unattended && $0.transmission == id }
        #expect(Set(told.map(\.mailbox.description)) == [montluel, est])
        try await world.publish("avema01")
        _ = try await world.sequencer.perform(.tick)
        #expect(try await world.records().filter { $0.event == .unattended }.count == told.count)
        let sender = try await session(montluel, world)
        #expect(try await sender.track(id).events.last?.event.event == .unattended)
        await #expect(throws: ClientFailure.noRecipientKeys(try Fixture.unit(est))) {
            _ = try await sender.seal(try await sender.plan(try world.referral(), catalogue: world.catalogue))
        }
    }

    @Test(arguments: [["iscg-est@avema01"], ["iscg-ouest@avema01", "iscg-ouest@avema01"], ["cms-bourg@cd01"], []])
    func aStandbyUnitIsAnotherOneOfTheInstitution(units: [String]) async throws {
        let world = try await ain([montluel, est])
        await #expect(throws: Problem(.documentRefused)) { try await standBy(world, units) }
    }

    /// A registrar learns how many wait, and nothing else.
    @Test func aRegistrarKnowsHowManyWait() async throws {
        let world = try await ain([montluel, est, ouest])
        _ = try await world.sendReferral()
        _ = try await world.sendReferral()
        let counts = try await world.relay.waiting(in: Fixture.institution("avema01")).units
        #expect(counts.first { $0.unit.description == est }?.count == 2)
        #expect(counts.first { $0.unit.description == ouest }?.count == 0)
    }
}
