// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import LiaisonVault
import LiaisonWire
import Testing

/// Who hears of what, until when.
struct AlertTests {
    private let montluel = "bta-montluel@ggd01"
    private let est = "iscg-est@avema01"
    private let ouest = "iscg-ouest@avema01"
    private let coordination = "coordination@avema01"

    private func world() async throws -> World {
        try await World(units: [montluel, est, ouest, coordination], setting: .example("ain"))
    }

    private func session(_ unit: String, _ world: World) async throws -> Session {
        try await world.resume(unit)
        return try world.session(unit)
    }

    private func reasons(_ unit: String, _ world: World) async throws -> [Alert.Reason] {
        try await session(unit, world).alerts().map(\.reason)
    }

    /// Silence reaches the sender and, by its steps, the coordination; an answer ends it, and the end is told to who was alerted.
    @Test func silenceEndsWithAnAnswer() async throws {
        let world = try await world()
        let id = try await world.sendReferral()
        for _ in 0..<10 {
            world.clock.now += 12 * 3600
            try await world.catchUp()
        }
        #expect(try await reasons(montluel, world) == [.unanswered])
        let told = try #require(try await session(coordination, world).alerts().first)
        #expect(told.reason == .unanswered && told.transmission == id)
        // A unit that was only told knows kind and urgency, and whom to call: the silent unit.
        #expect(told.routing?.kind == "referral" && told.routing?.urgency == .priority)
        #expect(told.other.description == est)
        // The silent unit is told to call the sender, not itself.
        #expect(try await session(est, world).alerts().first?.other.description == montluel)

        let reader = try await session(est, world)
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        #expect(try await reasons(montluel, world).isEmpty)
        #expect(try await reasons(est, world).isEmpty)
        let ended = try #require(try await session(coordination, world).alerts().first)
        #expect(ended.reason == .ended && ended.state == .acknowledged)
        try await session(coordination, world).dismiss(ended)
        #expect(try await reasons(coordination, world).isEmpty)
    }

    /// A refusal begins the alert anew, for the sender and for whoever had been alerted; not for the unit that refused.
    @Test func aRefusalBeginsAnew() async throws {
        let world = try await world()
        let id = try await world.sendReferral()
        for _ in 0..<10 {
            world.clock.now += 12 * 3600
            try await world.catchUp()
        }
        let reader = try await session(est, world)
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.refuse(id, reason: .wrongUnit, note: nil, catalogue: world.catalogue)
        let alert = try #require(try await session(montluel, world).alerts().first)
        #expect(alert.reason == .refused && alert.code == .wrongUnit)
        #expect(alert.openedAt == world.clock.now && alert.notifyBefore == world.clock.now + 72 * 3600)
        #expect(try await reasons(coordination, world) == [.refused])
        #expect(try await session(coordination, world).alerts().first?.notifyBefore == nil)
        #expect(try await reasons(est, world).isEmpty)
        let sender = try await session(montluel, world)
        #expect(try await sender.dismiss(id) == (1, 0))
        #expect(try await reasons(montluel, world).isEmpty)
        // Dismissed on one device only.
        #expect(try await reasons(coordination, world) == [.refused])
    }

    /// Nobody ever answered: both ends hear that it is gone.
    @Test func anExpiryIsTold() async throws {
        let world = try await world()
        let id = try await world.sendReferral()
        world.clock.now += 91 * 86_400
        try await world.catchUp()
        for unit in [montluel, est] {
            let alert = try #require(try await session(unit, world).alerts().first)
            #expect(alert.reason == .expired && alert.transmission == id)
        }
    }

    /// Taken back: told to the unit that had it, not to the sender who did it.
    @Test func aWithdrawalIsTold() async throws {
        let world = try await world()
        let id = try await world.sendReferral()
        let sender = try await session(montluel, world)
        _ = try await sender.withdraw(id, reason: .misdirected, catalogue: world.catalogue)
        #expect(try await reasons(est, world) == [.withdrawn])
        #expect(try await reasons(montluel, world).isEmpty)
        let reader = try await session(est, world)
        #expect(try await reader.dismiss(id) == (1, 0))
        #expect(try await reasons(est, world).isEmpty)
    }

    /// What stands until it is answered is not dismissed.
    @Test func silenceIsNotDismissed() async throws {
        let world = try await world()
        let id = try await world.sendReferral()
        for _ in 0..<6 {
            world.clock.now += 12 * 3600
            try await world.catchUp()
        }
        let sender = try await session(montluel, world)
        #expect(try await sender.dismiss(id) == (0, 1))
        #expect(try await reasons(montluel, world) == [.unanswered])
    }

    // MARK: Without the relay

    /// A relay that nobody reaches.
    private func unreachable(_ world: World) {
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.head = { _ in throw ClientFailure.unreachable() }
            lying.receipt = { _ in throw ClientFailure.unreachable() }
            return lying
        }
    }

    @Test func aDeviceSealsWithoutTheRelay() async throws {
        let world = try await world()
        try await session(montluel, world).prepareToWorkOffline()
        unreachable(world)
        let offline = try world.session(montluel, fresh: true)
        await #expect(throws: ClientFailure.unreachable()) { try await offline.refresh() }
        try await offline.workOffline()
        #expect(offline.offlineSince != nil)
        let id = try await offline.seal(try await offline.plan(try world.referral(), catalogue: world.catalogue))
        #expect(try offline.outbox.waiting().map(\.routing.id) == [id])
        // Hours later the relay is back: the head that it was sealed by is out of date, and it goes under the same id.
        world.wrap = { $0 }
        world.clock.now += 5 * 3600
        let online = try await session(montluel, world)
        _ = try await online.deposit(id, catalogue: world.catalogue)
        #expect(try online.outbox.waiting().isEmpty)
        let reader = try await session(est, world)
        #expect(
            try await reader.read(id, catalogue: world.catalogue).form.first { $0.name == "last_name" }?.value
                == .text("TESTARD"))
    }

    /// Without a directory there is nothing to work on.
    @Test func aVaultWithoutADirectoryStops() async throws {
        let world = try await World(units: [montluel, est], setting: .example("ain"))
        unreachable(world)
        let vault = try world.session(montluel).account.vault
        try vault.delete(VaultTable<Evidence>("head"), "latest")
        let offline = try world.session(montluel, fresh: true)
        await #expect(throws: ClientFailure.unreachable()) { try await offline.workOffline() }
    }

    // MARK: Names

    @Test func shortNamesAreUnambiguous() async throws {
        let world = try await World(units: [montluel, est])
        var ids: [TransmissionID] = []
        for _ in 0..<3 { ids.append(try await world.sendReferral()) }
        let session = try world.session(montluel)
        let names = try session.shortNames(of: ids)
        try session.remember(list: ids)
        for (number, id) in ids.enumerated() {
            let name = try #require(names[id])
            #expect(id.description.hasSuffix(name))
            #expect(try session.transmission(named: name) == id)
            #expect(try session.transmission(named: name.uppercased()) == id)
            #expect(try session.transmission(named: String(number + 1)) == id)
            #expect(try session.transmission(named: id.description) == id)
        }
        #expect(throws: ClientFailure.notInTheLastList(4, of: 3)) { try session.transmission(named: "4") }
        for text in ["", "0", "-1", "+1", "01", "abc", "zzzzzzzz"] {
            #expect(throws: ClientFailure.self) { try session.transmission(named: text) }
        }
    }
}
