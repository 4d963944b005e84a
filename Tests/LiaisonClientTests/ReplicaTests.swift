// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonVault
import LiaisonWire
import Synchronization
import Testing

@testable import LiaisonClient

/// The mailboxes that a device holds: whatever happens on the way, they end where the relay's are, and nothing is in them that
/// was not verified.
struct ReplicaTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    private struct Cut: Error {}

    /// Lets so many requests through, then none.
    private final class Scissors: Sendable {
        private let left: Mutex<Int>
        init(_ requests: Int) { left = Mutex(requests) }
        func pass() throws {
            try left.withLock {
                guard $0 > 0 else { throw Cut() }
                $0 -= 1
            }
        }
    }

    private static func number(of logged: LoggedRecord) throws -> Int {
        try CanonicalJSON.decode(EventRecord.self, from: Base64.decode(logged.record) ?? []).number
    }

    /// What lists and histories show, to be compared.
    private func picture(_ session: Session, _ ids: [TransmissionID]) async throws -> [String] {
        var lines: [String] = []
        for delivery in try await session.inbox(.all, isShown: false).deliveries + session.sent(.all).deliveries {
            lines.append("\(delivery.routing.id) \(delivery.unit) \(delivery.state) \(delivery.isErased)")
        }
        for id in ids {
            for event in try await session.track(id).events { lines.append("\(event.index) \(event.event.event)") }
        }
        return lines + (try await session.alerts().map { "\($0.reason) \($0.transmission)" })
    }

    /// A world with several transmissions in different states.
    private func busy() async throws -> (world: World, ids: [TransmissionID]) {
        let world = try await World(units: [montluel, iscg])
        var ids: [TransmissionID] = []
        for number in 0..<6 {
            let id = try await world.sendReferral()
            ids.append(id)
            let reader = try world.session(iscg)
            try await reader.refresh()
            if number > 0 { _ = try await reader.read(id, catalogue: world.catalogue) }
            if number > 2 { _ = try await reader.acknowledge(id) }
            if number > 4 { _ = try await reader.erase(id, reason: .noLongerNeeded) }
        }
        return (world, ids)
    }

    /// Cut after each number of requests, a device goes on where it was and ends with the same picture.
    @Test func cutAnywhereItGoesOn() async throws {
        let (world, ids) = try await busy()
        let whole = try world.session(montluel, fresh: true)
        try await whole.refresh()
        let expected = try await picture(whole, ids)
        #expect(!expected.isEmpty)
        try whole.replica.forget()
        var cuts = 0
        for requests in 0..<14 {
            let scissors = Scissors(requests)
            world.wrap = { honest in
                var lying = LyingConnection(honest)
                lying.mailbox = { _, page in
                    try scissors.pass()
                    // Pages of one event, so that there is something to cut.
                    var page = page
                    if page.events.count > 1 {
                        page.events = Array(page.events.prefix(1))
                        page.next = try Self.number(of: page.events[0])
                    }
                    return page
                }
                return lying
            }
            let cut = try world.session(montluel, fresh: true)
            try await cut.refresh()
            do {
                try await cut.sync()
            } catch is Cut {
                cuts += 1
            }
        }
        #expect(cuts > 4)
        world.wrap = { $0 }
        let after = try world.session(montluel, fresh: true)
        try await after.refresh()
        #expect(try await picture(after, ids) == expected)
    }

    /// A record, a salt or a place that the tree does not have; a tile or a checkpoint that is another's.
    @Test func whatTheTreeDoesNotHoldIsNotTaken() async throws {
        let (world, _) = try await busy()
        let changes: [@Sendable (inout MailboxPage) throws -> Void] = [
            { $0.events[0].index += 1 },
            { $0.events[0].salt = $0.events[1].salt },
            { $0.events[0].record = $0.events[1].record },
            { $0.events[0].index = 1 << 40 },
            { $0.checkpoint = $0.checkpoint.replacing("\n\n", with: "\nx\n\n") }
        ]
        for (number, change) in changes.enumerated() {
            world.wrap = { honest in
                var lying = LyingConnection(honest)
                lying.mailbox = { _, page in
                    var page = page
                    try change(&page)
                    return page
                }
                return lying
            }
            let session = try world.session(iscg, fresh: true)
            try session.replica.forget()
            try await session.refresh()
            await #expect(throws: ClientFailure.broken(.evidence), "change \(number)") {
                try await session.replica.sync()
            }
            #expect(try session.replica.mailboxes().isEmpty)
        }
    }

    /// Another mailbox's events, an event twice, or an older page are none of this mailbox's next ones.
    @Test func onlyTheNextEventsOfTheMailboxAreTaken() async throws {
        let (world, _) = try await busy()
        let other = try await world.relay.mailbox(
            of: Fixture.unit(montluel), after: 0, for: Fixture.agentName(of: montluel))
        let pages: [@Sendable (MailboxPage) -> MailboxPage] = [
            { _ in other },
            { page in
                var page = page
                page.events.append(page.events[0])
                return page
            }
        ]
        for lie in pages {
            world.wrap = { honest in
                var lying = LyingConnection(honest)
                lying.mailbox = { _, page in lie(page) }
                return lying
            }
            let session = try world.session(iscg, fresh: true)
            try session.replica.forget()
            try await session.refresh()
            await #expect(throws: ClientFailure.broken(.wrongEvent)) { try await session.replica.sync() }
        }
    }

    /// An event that this program does not know ends the sync; what was held stays readable.
    @Test func anUnknownEventOfANewerRelayIsSaid() async throws {
        let (world, ids) = try await busy()
        let session = try world.session(iscg, fresh: true)
        try await session.refresh()
        try await session.sync()
        let before = try session.replica.mailbox(of: Fixture.unit(iscg))
        try await world.forge(in: .unit(Fixture.unit(iscg)), .unattended, saying: "FutureEvent") {
            $0.transmission = ids[0]
        }
        await #expect(throws: ClientFailure.programTooOld("FutureEvent")) { try await session.replica.sync() }
        #expect(try session.replica.mailbox(of: Fixture.unit(iscg))?.number == before?.number)
        let offline = try world.session(iscg, fresh: true)
        try await offline.workOffline()
        #expect(try await offline.inbox(.all, isShown: false).deliveries.count == ids.count)
    }

    /// Whoever leaves a unit holds nothing of it any more.
    @Test func whatAnAgentMayNotReadAnyMoreGoes() async throws {
        let (world, ids) = try await busy()
        let session = try world.session(iscg, fresh: true)
        try await session.refresh()
        #expect(try await session.inbox(.all, isShown: false).deliveries.count == ids.count)
        try await world.publish("avema01", change: { $0[0].posts = [] })
        try await session.refresh()
        #expect(try await session.inbox(.all, isShown: false).deliveries.isEmpty)
        #expect(try session.replica.mailboxes().isEmpty && session.replica.transmission(ids[0]) == nil)
    }

    /// Who stood in for a unit keeps their own mailbox when it is over, and nothing of the other's.
    @Test func theEndOfAnAbsenceTakesOnlyItsMailbox() async throws {
        let ouest = "iscg-ouest@avema01"
        let world = try await World(units: [montluel, iscg, ouest], setting: .example("ain"))
        func send(to unit: String) async throws -> TransmissionID {
            let sender = try world.session(montluel, fresh: true)
            try await sender.refresh()
            var request = try world.referral()
            request.to = try Fixture.unit(unit)
            let id = try await sender.seal(try await sender.plan(request, catalogue: world.catalogue))
            _ = try await sender.outbox.deposit(id)
            return id
        }
        let (own, other) = (try await send(to: iscg), try await send(to: ouest))
        func stand(in isAbsent: Bool) async throws {
            let substitute = try Fixture.unit(iscg)
            try await world.publish(
                "avema01",
                also: { roster in
                    for index in roster.units.indices where roster.units[index].address.description == ouest {
                        roster.units[index].absence =
                            isAbsent ? Absence(reason: .leave, substitutes: [substitute]) : nil
                    }
                })
        }
        try await stand(in: true)
        let session = try world.session(iscg, fresh: true)
        try await session.refresh()
        #expect(Set(try await session.inbox(.all, isShown: false).deliveries.map(\.routing.id)) == [own, other])
        let number = try session.replica.mailbox(of: Fixture.unit(iscg))?.number
        try await stand(in: false)
        try await session.refresh()
        #expect(try await session.inbox(.all, isShown: false).deliveries.map(\.routing.id) == [own])
        #expect(try session.replica.mailbox(of: Fixture.unit(iscg))?.number == number)
        #expect(try session.replica.transmission(other) == nil && session.replica.events(on: other).isEmpty)
        #expect(try await session.track(own).deliveries.map(\.state) == [.available])
    }

    /// A relay cannot have a device forget: neither by a notice of a time to come, nor one entry after the other, nor by one
    /// entry that explains two.
    @Test func aYoungRecordIsNotErasedFromTheDevice() async throws {
        let (world, ids) = try await busy()
        let session = try world.session(iscg, fresh: true)
        try await session.refresh()
        try await session.sync()
        let unit = try Fixture.unit(iscg)
        let held = try session.replica.events(in: unit, from: 0)
        let limit = try #require(world.sequencer.directory.convention).body.auditLimit
        // The first event of all is as old as the limit asks, the second one is of today.
        for (entries, at) in [
            (held.map(\.index), world.clock.now + 10 * 365 * 86_400), ([held[0].index], world.clock.now)
        ] {
            try await world.forge(in: .unit(unit), .erasure) { event in
                event.at = at
                event.code = "audit_limit"
                event.entries = entries
            }
            await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await session.replica.sync() }
            #expect(try session.replica.events(in: unit, from: 0) == held)
        }
        #expect(limit > 0 && ids.count == 6)
    }

    /// A copy on the device outlives the relay's word that its retention is over.
    @Test func aContentIsNotDeletedBeforeItsRetention() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg, fresh: true)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        _ = try await reader.acknowledge(id)
        let stored = try #require(try await world.store.transmission(id))
        for mailbox in [iscg, montluel] {
            try await world.forge(in: .unit(Fixture.unit(mailbox)), .erasure) { event in
                event.transmission = id
                event.envelope = stored.hash
                event.unit = try Fixture.unit(iscg)
                event.state = .acknowledged
                event.code = "retention"
            }
        }
        let sender = try world.session(montluel, fresh: true)
        try await sender.refresh()
        for session in [reader, sender] {
            try await session.sync()
            #expect(FileManager.default.fileExists(atPath: session.contentPath(id)))
        }
    }

    /// A note that was missing once is asked for again, and what it made unreadable is read.
    @Test func whatWasRefusedForAMissingNoteComesBack() async throws {
        let (world, ids) = try await busy()
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.mailbox = { _, page in
                var page = page
                (page.envelopes, page.acts) = ([], [])
                return page
            }
            lying.timeline = { _ in throw Problem(.unknownTransmission) }
            return lying
        }
        let session = try world.session(iscg, fresh: true)
        try session.replica.forget()
        try await session.refresh()
        let listing = try await session.inbox(.all, isShown: false)
        #expect(listing.deliveries.isEmpty && listing.refused.count == ids.count)
        world.wrap = { $0 }
        let later = try world.session(iscg, fresh: true)
        try await later.refresh()
        let again = try await later.inbox(.all, isShown: false)
        #expect(again.deliveries.count == ids.count && again.refused.isEmpty)
    }

    /// An answer that no agent signed ends no alert.
    @Test func anInventedAnswerEndsNoAlert() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let stored = try #require(try await world.store.transmission(id))
        let sender = try world.session(montluel, fresh: true)
        try await sender.refresh()
        let due = try #require(try await sender.sent().deliveries.first?.dueAt)
        world.clock.now = due + 3600
        func forge(_ name: EventName, _ state: DeliveryState, _ fill: (inout EventRecord) -> Void) async throws {
            try await world.forge(in: .unit(Fixture.unit(montluel)), name) { event in
                event.transmission = id
                event.envelope = stored.hash
                event.unit = try Fixture.unit(iscg)
                event.state = state
                fill(&event)
            }
        }
        try await forge(.escalation, .available) {
            $0.dueAt = due
            $0.code = "unit"
        }
        _ = try await world.sequencer.perform(.tick)
        try await sender.refresh()
        #expect(try await sender.alerts().map(\.reason).contains(.unanswered))
        let agent = try Fixture.agentName(of: iscg)
        for (name, state) in [
            (EventName.contentHandover, DeliveryState.opened), (.consignmentAcceptance, .acknowledged)
        ] {
            try await forge(name, state) {
                $0.act = Hash.of("no act")
                $0.agent = agent
            }
        }
        try await sender.refresh()
        #expect(try await sender.alerts().map(\.reason).contains(.unanswered))
        #expect(try await sender.sent().refused == [.broken(.actRefused)])
    }

    /// Two devices of one agent, or a vault copied back from a backup: each goes on from its own end.
    @Test func aVaultFromABackupCatchesUp() async throws {
        let (world, ids) = try await busy()
        let session = try world.session(montluel, fresh: true)
        try await session.refresh()
        try await session.sync()
        let vault = session.account.vault
        let file = "\(vault.path)/vault.sqlite"
        let backup = try #require(FileManager.default.contents(atPath: file))
        let later = try await world.sendReferral()
        try await session.refresh()
        let expected = try await picture(session, ids + [later])
        // The same file again, as it was before.
        let copy = try TemporaryDirectory()
        try backup.write(to: URL(fileURLWithPath: "\(copy.path)/vault.sqlite"))
        let restored = try world.session(inVaultAt: copy.path)
        try await restored.refresh()
        #expect(try await picture(restored, ids + [later]) == expected)
    }

    /// Lists show what waits first and leave out what was answered long ago, unless it is asked for.
    @Test func listsShowWhatWaitsFirst() async throws {
        let (world, ids) = try await busy()
        let session = try world.session(iscg, fresh: true)
        try await session.refresh()
        let states = try await session.inbox(isShown: false).deliveries.map(\.state)
        #expect(states == states.sorted { !$0.isFinal && $1.isFinal })
        var scope = ListScope()
        scope.limit = 2
        let two = try await session.inbox(scope, isShown: false)
        #expect(two.deliveries.count == 2 && two.deliveries.allSatisfy { !$0.state.isFinal })
        scope = ListScope()
        scope.since = world.clock.now + 1
        #expect(try await session.inbox(scope, isShown: false).deliveries.isEmpty)
        scope = ListScope()
        scope.kind = "referral"
        #expect(try await session.inbox(scope, isShown: false).deliveries.count == ids.count)
        scope.kind = "reply"
        #expect(try await session.inbox(scope, isShown: false).deliveries.isEmpty)
    }
}
