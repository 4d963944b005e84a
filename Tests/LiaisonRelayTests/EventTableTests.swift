// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import Testing

/// Every act in every state against the real relay: what the table says happens, and nothing else.
struct EventTableTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    /// A delivery in `state`, brought there by acts and time.
    private func delivery(_ state: DeliveryState, _ world: World) async throws -> TransmissionID {
        let id = try await world.sendReferral()
        let way: [Act.Kind] =
            switch state {
            case .available, .expired: []
            case .opened: [.opened]
            case .acknowledged: [.opened, .acknowledged]
            case .refused: [.refused]
            case .withdrawn: []
            }
        for kind in way { _ = try await perform(kind, on: id, world) }
        world.clock.now += 1  // the same act at the same instant is a repetition
        return id
    }

    private func perform(_ kind: Act.Kind, on id: TransmissionID, _ world: World) async throws -> Receipt {
        let unit = kind == .withdrawn ? montluel : iscg
        let stored = try #require(try await world.store.transmission(id))
        let head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
        let content = kind == .transferred ? Array("anew \(id)".utf8) : []
        let peer = try Fixture.agentName(of: unit)
        if !content.isEmpty { _ = try await world.relay.stage(content, of: Hash.of(content), at: 0, by: peer) }
        let act = try Act(
            by: peer, log: Fixture.origin, convention: #require(world.sequencer.directory.convention).hash,
            head: head.hash, transmission: id, envelope: stored.hash, unit: Fixture.unit(iscg), act: kind,
            reason: ReasonCode.allowed(with: kind).first,
            content: content.isEmpty ? nil : ContentReference(sha256: Hash.of(content), size: content.count),
            at: world.clock.now
        ).signed(by: world.signer(unit))
        return try await world.relay.act(Unverified(act.note), by: peer)
    }

    private func unitEvents(_ id: TransmissionID, _ world: World) async throws -> [EventRecord] {
        try await world.store.entries(on: id, in: [.unit(Fixture.unit(iscg))]).map {
            try CanonicalJSON.decode(EventRecord.self, from: $0.record)
        }
    }

    @Test func everyActInEveryState() async throws {
        let world = try await World(units: [montluel, iscg])
        var accepted = 0
        for state in DeliveryState.allCases where state != .withdrawn && state != .expired {
            for kind in Act.Kind.allCases {
                let id = try await delivery(state, world)
                if kind == .transferred || kind == .unopenable, state == .available {
                    _ = try await perform(.retrieved, on: id, world)
                }
                accepted += try await check(kind, in: state, on: id, world) ? 1 : 0
                // Refusals are limited by the minute; the next pair has one of its own.
                world.clock.now += 60
                _ = try await world.sequencer.perform(.tick)
            }
        }
        #expect(accepted == 17)
    }

    /// What is withdrawn or has expired is erased, too: nothing at all follows.
    @Test(arguments: [DeliveryState.withdrawn, .expired])
    func nothingFollowsErasure(state: DeliveryState) async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await delivery(state, world)
        if state == .withdrawn {
            _ = try await perform(.withdrawn, on: id, world)
            world.clock.now += 1
        } else {
            world.clock.now += 31 * 86_400
            try await world.catchUp()
        }
        let stored = try #require(try await world.store.deliveries(of: id).first)
        #expect(stored.state == state && stored.isErased)
        for kind in Act.Kind.allCases {
            await #expect(throws: Problem(.contentGone), "\(kind)") { _ = try await perform(kind, on: id, world) }
        }
        #expect(try await unitEvents(id, world).filter { !$0.event.isRefusal }.last?.event == .erasure)
    }

    private func check(
        _ kind: Act.Kind, in state: DeliveryState, on id: TransmissionID, _ world: World
    ) async throws -> Bool {
        let before = try await unitEvents(id, world)
        let transition = state.on(.act(kind))
        if let transition {
            let receipt = try await perform(kind, on: id, world)
            let event = try receipt.evidence.verified(by: Fixture.noteKey(Fixture.origin)).event
            // Opened and retrieved are said once for an agent and a delivery: the same again is no new event.
            let isRepeated = kind.isSaidOnce && before.contains { $0.event == transition.event }
            #expect(
                event.event == transition.event && (event.state == transition.state || isRepeated), "\(state) \(kind)")
            if isRepeated { #expect(try await unitEvents(id, world).count == before.count, "\(state) \(kind)") }
        } else {
            await #expect(throws: Problem(.wrongState, state: state), "\(state) \(kind)") {
                _ = try await perform(kind, on: id, world)
            }
        }
        // Append-only: what was there is there; what was refused is there, too, as a refusal.
        let after = try await unitEvents(id, world)
        #expect(Array(after.prefix(before.count)) == before)
        // A withdrawal by the sender that is refused stands in the institution's mailbox.
        if transition == nil, kind != .withdrawn {
            #expect(after.last?.event == .actRejection && after.last?.code == "wrong_state")
        }
        #expect(after.allSatisfy { $0.event.rule.allows($0) })
        #expect(try await world.store.deliveries(of: id).first?.state == transition?.state ?? state)
        return transition != nil
    }

    /// Every record of a busy relay has the fields of its row, and the store's own check agrees.
    @Test func everyRecordHasItsRow() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sequencer.perform(.operate(.start(version: "1", configuration: Hash.of("a"))))
        _ = try await world.sequencer.perform(.operate(.start(version: "1", configuration: Hash.of("a"))))
        _ = try await world.sequencer.perform(.operate(.start(version: "1", configuration: Hash.of("b"))))
        let id = try await world.sendReferral()
        let shown = ShownDeliveries(deliveries: [.init(transmission: id, unit: try Fixture.unit(iscg))])
        for _ in 1...2 { try await world.relay.notify(shown, by: Fixture.agentName(of: iscg)) }
        _ = try await perform(.opened, on: id, world)
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        let records = try await world.records()
        for record in records { #expect(record.event.rule.allows(record), "\(record.event)") }
        func count(_ event: EventName) -> Int { records.count { $0.event == event } }
        #expect(count(.restart) == 3 && count(.configuration) == 2)
        #expect(count(.consignmentNotification) == 2, "once, in two mailboxes")
        #expect(try world.store.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
        // A new log begins with the old one's end, and only there.
        await #expect(throws: Problem(.outOfOrder)) {
            _ = try await world.sequencer.perform(
                .operate(.opened(PreviousTree(origin: "x", size: 1, root: Hash.of("x")))))
        }
    }
}
