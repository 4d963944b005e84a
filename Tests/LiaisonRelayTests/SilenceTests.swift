// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// However much falls due at once, what is urgent comes first, and others are served in between.
struct SilenceTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    /// A relay with routine deliveries whose retention ends an hour from now.
    private func filled(_ count: Int) async throws -> (world: World, ids: [TransmissionID]) {
        let world = try await World(units: [montluel, iscg])
        func party(_ unit: String) throws -> StoreFiller.Party {
            StoreFiller.Party(
                unit: try Fixture.unit(unit), agent: try Fixture.agentName(of: unit), key: try world.signer(unit))
        }
        let filler = StoreFiller(
            store: world.store, log: try Fixture.signer(Fixture.origin), convention: try convention(world))
        try await filler.load()
        let ids = try await filler.addWaiting(
            count, head: head(world), at: world.clock.now, from: party(montluel), to: party(iscg),
            until: world.clock.now + 3600)
        return (world, ids)
    }

    private func convention(_ world: World) throws -> Hash {
        try #require(world.sequencer.directory.convention).hash
    }

    private func head(_ world: World) async throws -> Hash {
        try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin)).hash
    }

    private func submitUrgent(_ world: World) async throws -> TransmissionID {
        var envelope = try await world.envelope(of: montluel)
        envelope.routing.urgency = .urgent
        let note = try envelope.signed(by: world.signer(montluel)).note
        _ = try await world.relay.submit(
            Unverified(note), content: .inline([1]), arrived: envelope.content, by: envelope.by)
        return envelope.routing.id
    }

    private func act(
        _ kind: Act.Kind, on id: TransmissionID, _ world: World, reason: ReasonCode? = nil
    ) async throws -> Unverified<Act> {
        let envelope = try #require(try await world.store.transmission(id)).hash
        let (convention, head) = try await (convention(world), head(world))
        let act = try Act(
            by: Fixture.agentName(of: iscg), log: Fixture.origin, convention: convention, head: head,
            transmission: id, envelope: envelope, unit: Fixture.unit(iscg), act: kind, reason: reason,
            at: world.clock.now
        ).signed(by: world.signer(iscg))
        return try Unverified(act.note)
    }

    /// What the unit's mailbox holds on a transmission.
    private func events(on id: TransmissionID, _ world: World) async throws -> [EventRecord] {
        try await world.store.entries(on: id, in: [.unit(Fixture.unit(iscg))]).map {
            try CanonicalJSON.decode(EventRecord.self, from: $0.record)
        }
    }

    private func due(_ world: World) async throws -> [StoredDelivery] {
        let now = world.clock.now
        return try await world.store.read { try $0.deliveriesDue(at: now, limit: 10_000) }
    }

    @Test func whatIsUrgentIsInTheFirstBatch() async throws {
        let (world, ids) = try await filled(600)
        let urgent = try await submitUrgent(world)
        // The others have been due for an hour.
        world.clock.now += 7200
        var (batches, isFinished) = (0, false)
        while !isFinished, batches < 10 {
            let size = try #require(try await world.store.head()?.size)
            if case .nothing = try await world.sequencer.perform(.tick) { isFinished = true }
            let told = try await world.records(from: size)
            let seen = Set(told.compactMap(\.transmission))
            #expect(seen.count <= Draft.dueLimit)
            if batches == 0 {
                #expect(!isFinished && seen.count == Draft.dueLimit)
                #expect(told.contains { $0.event == .escalation && $0.transmission == urgent })
            }
            batches += 1
        }
        #expect(isFinished && batches <= 6, "\(batches)")
        // What the last batch ended is erased by the one a second later.
        _ = try await world.sequencer.perform(.tick)
        #expect(try await due(world).isEmpty)
        for id in ids { #expect(try await world.store.deliveries(of: id).map(\.isErased) == [true]) }
    }

    /// A start lets everybody in after one round; whoever comes finds all the same what time has done.
    @Test func aStartKeepsNobodyOut() async throws {
        let (world, ids) = try await filled(600)
        world.clock.now += 3600
        try await world.relay.start(version: "2", configuration: Hash.of("x"))
        let due = try await due(world)
        let waiting = due.filter { $0.state == .available }
        try #require(waiting.count == 600 - Draft.dueLimit)

        _ = try await submitUrgent(world)
        let (unit, agent) = (try Fixture.unit(iscg), try Fixture.agentName(of: iscg))
        let (asked, opened) = (waiting[0].transmission, waiting[1].transmission)
        await #expect(throws: Problem(.contentGone)) { try await world.relay.header(of: asked, for: unit, by: agent) }
        let act = try await act(.opened, on: opened, world)
        await #expect {
            _ = try await world.sequencer.perform(.act(act, peer: agent))
        } throws: { ($0 as? Problem)?.code == .contentGone }
        #expect(
            try await events(on: opened, world).map(\.event) == [
                .contentConsignment, .acceptanceRejectionExpiry, .erasure, .actRejection
            ])
        #expect(try await self.due(world).count == due.count - 1, "nothing else was done")

        try await world.catchUp()
        for id in ids { #expect(try await world.store.deliveries(of: id).map(\.isErased) == [true]) }
    }

    /// Whoever answers before the relay came to say that nobody did, answers late all the same.
    @Test func aLateAnswerComesAfterTheEscalation() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await submitUrgent(world)
        world.clock.now += 7200 + 3600
        // A DirectoryHead to rely on, without a round in which the relay looks at what is due.
        try await world.publish("cd01")
        let refused = try await act(.refused, on: id, world, reason: .wrongUnit)
        _ = try await world.relay.act(refused, by: Fixture.agentName(of: iscg))
        #expect(
            try await events(on: id, world).map(\.event) == [
                .contentConsignment, .escalation, .escalation, .consignmentRejection
            ])
    }
}
