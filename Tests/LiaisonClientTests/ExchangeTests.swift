// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonSealing
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import Synchronization
import Testing

/// Whole exchanges between two agents and a relay, in one process.
struct ExchangeTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    @Test func fromDepositToAcknowledgement() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()

        let inbox = try await reader.inbox()
        #expect(inbox.refused.isEmpty)
        #expect(inbox.deliveries.map(\.state) == [.available])
        let opened = try await reader.read(id, catalogue: world.catalogue)
        #expect(opened.form.first { $0.name == "last_name" }?.value == .text("TESTARD"))
        #expect(try await reader.acknowledge(id).event.event == .consignmentAcceptance)

        let sender = try world.session(montluel)
        try await sender.refresh()
        let tracked = try await sender.track(id)
        #expect(tracked.deliveries.map(\.state) == [.acknowledged])
        #expect(
            tracked.events.map(\.event.event) == [
                .submissionAcceptance, .contentConsignment, .consignmentNotification, .contentHandover,
                .consignmentAcceptance
            ])
        #expect(try world.store.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
    }

    /// The content does not leave before the signed *opened* act is in the log.
    @Test func noContentWithoutAnOpenedAct() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        let delivery = try #require(try await reader.inbox().deliveries.first)
        let relay = world.relay
        let peer = reader.address
        func act(_ kind: Act.Kind) throws -> Unverified<Act> {
            let act = try Act(
                by: peer, log: Fixture.origin, convention: delivery.routing.convention, head: delivery.routing.head,
                transmission: id, envelope: delivery.envelope.hash, unit: delivery.unit, act: kind, at: world.clock.now
            ).signed(by: world.signer(iscg))
            return try Unverified(act.note)
        }
        await #expect(throws: Problem(.malformed)) { try await relay.open(act(.acknowledged), from: 0, by: peer) }
        await #expect(throws: Problem(.wrongState, state: .available)) {
            try await relay.act(act(.acknowledged), by: peer)
        }
        let before = try await world.store.head()?.size ?? 0
        _ = try await relay.open(act(.opened), from: 0, by: peer)
        #expect(try await world.store.head()?.size == before + 2)
        #expect(try await world.store.deliveries(of: id).map(\.state) == [.opened])
    }

    @Test func theSameIdAndBytesAgainIsOneSubmission() async throws {
        let world = try await World(units: [montluel, iscg])
        let session = try world.session(montluel)
        try await session.refresh()
        let id = try await session.seal(try await session.plan(try world.referral(), catalogue: world.catalogue))
        let first = try await session.outbox.deposit(id)
        let size = try await world.store.head()?.size
        let again = try await session.outbox.deposit(id)
        #expect(again.index == first.index)
        #expect(again.evidence.record == first.evidence.record)
        #expect(again.evidence.salt == first.evidence.salt)
        #expect(try await world.store.head()?.size == size)
    }

    @Test func theSameIdWithOtherBytesIsRefusedWithTheAcceptedHash() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let stored = try #require(try await world.store.transmission(id))
        var body = try Unverified<Envelope>(parsing: stored.envelope).claimed
        body.routing.sealedAt += 1
        let other = try body.signed(by: world.signer(montluel))
        await #expect(throws: Problem(.idTaken, accepted: stored.hash)) {
            try await world.relay.submit(
                Unverified(other.note), content: .inline([]), arrived: other.body.content, by: body.by)
        }
    }

    /// Seals as a client that does not keep to the rules would, and deposits it.
    private func force(
        _ world: World, form: [String: FieldValue] = World.referral, parts: [PartSource] = [],
        to recipients: [AgeRecipient]
    ) async throws -> TransmissionID {
        let session = try world.session(montluel)
        try await session.refresh()
        let (routing, _) = try await session.permit(try world.referral())
        let kind = try #require(world.catalogue["referral"])
        let values = form.merging(["legal_basis": .text("casf_l121_1_1")]) { given, _ in given }
        var content: [UInt8] = []
        let envelope = try Sealer(author: session.address, signer: world.signer(montluel)).seal(
            routing, form: kind.fields.compactMap { name in values[name].map { (name, $0) } }, formVersion: 1,
            parts: parts, to: recipients
        ) { content += $0 }
        _ = try await session.relay.submit(envelope, content: MemorySource(content), handingIn: {})
        return routing.id
    }

    private func readerKeys(_ world: World) throws -> [AgeRecipient] {
        world.sequencer.directory.encryptionKeys(of: try Fixture.unit(iscg), at: world.clock.now)
            .compactMap { $0.bytes.flatMap(AgeRecipient.init) }
    }

    /// What the convention demands inside the seal is held against what was opened.
    @Test func whatTheFlowForbidsIsNotShown() async throws {
        let world = try await World(units: [montluel, iscg])
        let part = PartSource(name: "pv.pdf", type: "application/pdf", source: MemorySource(Array("%PDF-".utf8)))
        let turned = PartSource(name: "a\u{202E}fdp.exe", type: "application/pdf", source: MemorySource([1]))
        var basis = World.referral
        basis["legal_basis"] = .text("protocol_2013")
        var unknown = World.referral
        unknown["main_issue"] = .text("sorcery")
        let keys = try readerKeys(world)
        let cases: [(TransmissionID, ReasonCode)] = [
            (try await force(world, parts: [part], to: keys), .notPermitted),
            (try await force(world, parts: [turned], to: keys), .notPermitted),
            (try await force(world, form: basis, to: keys), .formInvalid),
            (try await force(world, form: unknown, to: keys), .formInvalid)
        ]
        let reader = try world.session(iscg)
        try await reader.refresh()
        for (id, reason) in cases {
            await #expect(throws: ClientFailure.broken(.contentRefused)) {
                _ = try await reader.read(id, catalogue: world.catalogue)
            }
            let act = try #require(try await world.store.acts(on: id).last)
            #expect(try Unverified<Act>(parsing: act.note).claimed.reason == reason)
        }
    }

    /// Where the only reader of a unit has no key for a content, nobody ever will: the sender hears of it.
    @Test func whatNobodyCanOpenIsGivenBack() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await force(world, to: [AgeIdentity.generate().recipient])
        let reader = try world.session(iscg)
        try await reader.refresh()
        await #expect(throws: ClientFailure.nobodyCanOpen) {
            _ = try await reader.read(id, catalogue: world.catalogue)
        }
        #expect(try await world.store.deliveries(of: id).map(\.state) == [.refused])
        let kinds = try await world.store.acts(on: id).map(\.kind)
        #expect(kinds == [.retrieved, .unopenable], "nobody opened it")
    }

    @Test func refusalWithANoteTravelsSealed() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.refuse(id, reason: .wrongUnit, note: "Secteur ouest.", catalogue: world.catalogue)
        let sender = try world.session(montluel)
        try await sender.refresh()
        #expect(try await sender.track(id).deliveries.map(\.state) == [.refused])
        let reply = try #require(try await sender.inbox().deliveries.first)
        #expect(reply.routing.inReplyTo == id)
        let opened = try await sender.read(reply.routing.id, catalogue: world.catalogue)
        #expect(opened.form.first { $0.name == "note" }?.value == .text("Secteur ouest."))
    }

    @Test func aThirdUnitSeesNothing() async throws {
        let world = try await World(units: [montluel, iscg, "cms-bourg@cd01"])
        let id = try await world.sendReferral()
        let other = try world.session("cms-bourg@cd01")
        try await other.refresh()
        #expect(try await other.inbox().deliveries.isEmpty)
        await #expect(throws: Problem(.notAParty)) { try await other.track(id) }
        await #expect(throws: Problem(.notAParty)) { _ = try await other.read(id, catalogue: world.catalogue) }
    }

    @Test func aForcedCopyIsADeliveryOfItsOwn() async throws {
        let world = try await World(units: [iscg, "cms-bourg@cd01", "crip@cd01"])
        let session = try world.session(iscg)
        try await session.refresh()
        var request = SendRequest(kind: "concern_report", to: try Fixture.unit("cms-bourg@cd01"))
        request.form = World.concern
        let id = try await session.seal(try await session.plan(request, catalogue: world.catalogue))
        _ = try await session.outbox.deposit(id)
        let crip = try world.session("crip@cd01")
        try await crip.refresh()
        _ = try await crip.read(id, catalogue: world.catalogue)
        _ = try await crip.acknowledge(id)
        let states = try await session.track(id).deliveries.map { "\($0.unit) \($0.state.rawValue)" }
        #expect(states.sorted() == ["cms-bourg@cd01 available", "crip@cd01 acknowledged"])
    }

    @Test func silenceBecomesAFactAndEnds() async throws {
        let world = try await World(units: [montluel, iscg, "coordination@avema01"])
        let id = try await world.sendReferral()
        let due = Seconds.days(5)
        func events() async throws -> [EventName] {
            let entries = try await world.store.entries(on: id, in: [.unit(try Fixture.unit(montluel))])
            return try entries.map { try CanonicalJSON.decode(EventRecord.self, from: $0.record).event }
        }
        world.clock.now += due - 1
        _ = try await world.sequencer.perform(.tick)
        #expect(try await events() == [.submissionAcceptance, .contentConsignment])
        world.clock.now += 1
        _ = try await world.sequencer.perform(.tick)
        _ = try await world.sequencer.perform(.tick)
        #expect(try await events().last == .escalation)
        #expect(try await events().count == 3)
        world.clock.now += 3600
        _ = try await world.sequencer.perform(.tick)
        let coordination = try await world.store.entries(on: id, in: [.unit(try Fixture.unit("coordination@avema01"))])
        #expect(coordination.count == 1)
        world.clock.now = Fixture.start + 30 * 86_400
        _ = try await world.sequencer.perform(.tick)
        #expect(try await events().last == .acceptanceRejectionExpiry)
        #expect(try await world.store.deliveries(of: id).map(\.state) == [.expired])
        // The end of retention is also the end of the content, once.
        for _ in 0..<3 {
            world.clock.now += 1
            _ = try await world.sequencer.perform(.tick)
        }
        #expect(try await events().last == .erasure)
        #expect(try await events().count == 6)
    }

    @Test func revocationBitesOnTheNextRequest() async throws {
        let world = try await World(units: [montluel, iscg])
        let session = try world.session(montluel)
        try await session.refresh()
        let id = try await session.seal(try await session.plan(try world.referral(), catalogue: world.catalogue))
        let now = world.clock.now
        try await world.publish("ggd01") { $0[0].revocation = Revocation(at: now, reason: .left) }
        await #expect(throws: Problem(.agentNotInForce)) { try await session.outbox.deposit(id) }
        let fingerprint = try #require(world.rosters["ggd01"]?.body.agents[0].tls.first)
        #expect(throws: Problem(.notEnrolled)) { try world.relay.peer(tls: fingerprint) }
    }

    @Test func whatWasLoggedBeforeARevocationStaysValid() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        world.clock.now += 60
        let now = world.clock.now
        try await world.publish("ggd01") { $0[0].revocation = Revocation(at: now, reason: .left) }
        let reader = try world.session(iscg)
        try await reader.refresh()
        let opened = try await reader.read(id, catalogue: world.catalogue)
        #expect(opened.form.contains { $0.name == "last_name" })
    }

    @Test func keysRotateAndOldContentStillOpens() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        world.clock.now += 24 * 86_400
        _ = try await world.sequencer.perform(.tick)
        try await reader.refresh()
        try await reader.keys.maintain()
        #expect(reader.directory.keys(of: reader.address)?.body.version == 2)
        _ = try await reader.read(id, catalogue: world.catalogue)
        // An export is followed by a rotation that retires every older key.
        #expect(try await reader.keys.exportIdentities().count == 2)
        #expect(reader.directory.keys(of: reader.address)?.body.keys.count == 1)
    }

    /// A recipient's roster is published between sealing and deposit: the relay says so, and the client seals anew under
    /// the same id, for the readers there are now.
    @Test func aStaleDirectoryIsRefreshedAndTheContentSealedAnew() async throws {
        let world = try await World(units: [montluel, iscg])
        let session = try world.session(montluel)
        try await session.refresh()
        let id = try await session.seal(try await session.plan(try world.referral(), catalogue: world.catalogue))
        try await world.publish("avema01")
        await #expect(throws: Problem(.directoryChanged)) { try await session.outbox.deposit(id) }
        _ = try await session.deposit(id, catalogue: world.catalogue)
        let reader = try world.session(iscg)
        try await reader.refresh()
        let opened = try await reader.read(id, catalogue: world.catalogue)
        #expect(opened.form.first { $0.name == "last_name" }?.value == .text("TESTARD"))
        // The same after days offline, when the head is long out of date.
        let late = try await session.seal(try await session.plan(try world.referral(), catalogue: world.catalogue))
        world.clock.now += 2 * 86_400
        _ = try await world.sequencer.perform(.tick)
        _ = try await session.deposit(late, catalogue: world.catalogue)
        #expect(try await session.track(late).deliveries.map(\.state) == [.available])
    }

    /// A vault loads only what a command has to do with, and a change moves only what changed.
    @Test func aRefreshMovesOnlyWhatChanged() async throws {
        let world = try await World(units: [montluel, iscg, "cms-bourg@cd01"])
        let counter = Counter()
        world.wrap = { honest in
            var connection = LyingConnection(honest)
            connection.bundle = { id, bundle in
                counter.add(id.description)
                return bundle
            }
            return connection
        }
        let session = try world.session(iscg, fresh: true)
        // Keys published since, of units to which this agent may send: it could then seal without the relay.
        try await session.refresh()
        #expect(Set(counter.taken()).isSubset(of: ["cd01"]))
        try await session.refresh()
        #expect(counter.taken().isEmpty)
        try await world.publish("cd01")
        try await session.refresh()
        #expect(counter.taken() == ["cd01"])
        #expect(session.directory.rosters.keys.map { $0.description } == ["avema01"])
        try await session.know([try Fixture.institution("cd01")], keys: true)
        #expect(session.directory.rosters.count == 2)
    }
}

private final class Counter: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ name: String) { names.withLock { $0.append(name) } }

    func taken() -> [String] {
        names.withLock { list in
            defer { list = [] }
            return list
        }
    }
}
