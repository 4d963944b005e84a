// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import LiaisonWitness
import Testing

/// A relay that shows two histories, drops an event or goes back to an old backup is found out: by an audit, by a witness,
/// and by another agent's checkpoint that came along in a message.
struct HistoryTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    /// A copy of the relay's store as it is now, served by a relay with the same key.
    private struct Twin {
        let directory: TemporaryDirectory
        let store: SQLiteRelayStore
        let relay: Relay

        init(of world: World) throws {
            directory = try TemporaryDirectory()
            _ = try world.store.copy(to: "\(directory.path)/\(SQLiteRelayStore.fileName)")
            store = try SQLiteRelayStore(directory: directory.path)
            let clock = world.clock
            let sequencer = Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { clock.now })
            relay = Relay(sequencer: sequencer, store: store, clock: { clock.now })
        }
    }

    /// The unit's agent over the twin.
    private func session(_ unit: String, over twin: Twin, _ world: World) async throws -> Session {
        _ = try await twin.relay.sequencer.load()
        let address = try Fixture.agentName(of: unit)
        world.wrap = { _ in DirectConnection(relay: twin.relay, peer: address) }
        defer { world.wrap = { $0 } }
        return try world.session(unit, fresh: true)
    }

    private func witness(_ world: World) throws -> (Witness, TemporaryDirectory) {
        let directory = try TemporaryDirectory()
        let signer = try #require(CosignatureSigner(name: "temoin.example/1", privateKey: .generate()))
        let clock = world.clock
        return (
            Witness(
                signer: signer, store: try WitnessStore(directory: directory.path, isNew: true),
                logs: [try Fixture.noteKey(Fixture.origin)], clock: { clock.now }), directory
        )
    }

    /// Asks a witness as the relay's own service does, without a socket between.
    private func anchoring(_ relay: Relay, _ witness: Witness, _ ups: Ups = Ups()) -> Anchoring {
        Anchoring(
            relay: relay,
            witnesses: [
                Anchoring.Witness(name: "w") { request in
                    switch try witness.add(request.text) {
                    case (.cosign, let line?): WitnessAnswer.cosigned(line: line)
                    case (.conflict(let size), _): .conflict(size: size)
                    default: .refused
                    }
                } latest: {
                    try witness.latest(of: Fixture.origin)
                }
            ], authority: nil
        ) { report in
            if case .witness(_, let isUp) = report { ups.note(isUp) }
        }
    }

    private final class Ups: @unchecked Sendable {
        private let lock = NSLock()
        private var list: [Bool] = []
        func note(_ up: Bool) { lock.withLock { list.append(up) } }
        var all: [Bool] { lock.withLock { list } }
    }

    // MARK: Old backup

    @Test func anAuditFindsAnOldBackupAndTheRelayStopsSigning() async throws {
        let world = try await World(units: [montluel, iscg])
        let twin = try Twin(of: world)
        _ = try await world.sendReferral()
        let sender = try world.session(montluel)
        try await sender.refresh()
        _ = try await sender.audit()
        // The same agent now meets the relay as it was before.
        let later = try await session(montluel, over: twin, world)
        await #expect(throws: ClientFailure.self) { try await later.refresh() }
        // The client has shown it its own word: nothing is signed any more, also after a restart.
        await #expect(throws: Problem(.logStopped)) { try await twin.relay.sequencer.perform(.tick) }
        let again = Sequencer(
            log: try Fixture.signer(Fixture.origin), store: twin.store, clock: { [clock = world.clock] in clock.now })
        await #expect(throws: Problem(.logStopped)) { try await again.perform(.tick) }
    }

    @Test func aWitnessFindsAnOldBackup() async throws {
        let world = try await World(units: [montluel, iscg])
        let twin = try Twin(of: world)
        let (witness, directory) = try witness(world)
        defer { withExtendedLifetime(directory) {} }
        _ = try await world.sendReferral()
        try await anchoring(world.relay, witness).step()
        let ups = Ups()
        try await anchoring(twin.relay, witness, ups).step()
        #expect(ups.all == [false])
        await #expect(throws: Problem(.logStopped)) { try await twin.relay.sequencer.perform(.tick) }
    }

    /// The signed copy of what a relay does not have says whether it went back; a forged one says nothing.
    @Test func onlyItsOwnWordStopsARelay() async throws {
        let world = try await World(units: [montluel])
        let size = try #require(try await world.store.head()?.size)
        let larger = Checkpoint(origin: Fixture.origin, size: size + 10, root: Hash.of("x"))
        let forged = larger.signed(by: try #require(NoteSigner(name: Fixture.origin, privateKey: .generate())))
        await #expect(throws: Problem(.signatureRefused)) { try await world.relay.show(forged.note.serialized) }
        let own = try SignedCheckpoint(parsing: await world.relay.checkpoint(), log: Fixture.noteKey(Fixture.origin))
        try await world.relay.show(own.note.serialized)
        _ = try await world.sequencer.perform(.tick)
        await #expect(throws: Problem(.logStopped)) {
            try await world.relay.show(larger.signed(by: Fixture.signer(Fixture.origin)).note.serialized)
        }
    }

    /// Somebody who had never looked is shown the old backup; a colleague's checkpoint, in an envelope put into it, is of a
    /// longer log.
    @Test func anothersCheckpointFindsAnOldBackup() async throws {
        let world = try await World(units: [montluel, iscg])
        let twin = try Twin(of: world)
        _ = try await world.sendReferral()
        let second = try await world.sendReferral()
        try await pass(second, of: world, to: twin)
        let reader = try await session(iscg, over: twin, world)
        try await reader.refresh()
        await #expect(throws: ClientFailure.broken(.logInconsistent)) { try await reader.audit() }
    }

    // MARK: Two histories

    /// Puts a transmission of one log into another one, as a relay with two histories does: an honest one refuses the
    /// checkpoint that it never had.
    private func pass(_ id: TransmissionID, of world: World, to twin: Twin) async throws {
        _ = try await twin.relay.sequencer.load()
        let stored = try #require(try await world.store.transmission(id))
        let size = try #require(try await world.store.contentSize(of: id, for: Fixture.unit(iscg)))
        let bytes = try await world.store.content(of: id, for: Fixture.unit(iscg), from: 0, count: size)
        let envelope = try Unverified<Envelope>(parsing: stored.envelope)
        let (author, arrived) = (envelope.claimed.by, ContentReference(sha256: Hash.of(bytes), size: bytes.count))
        await #expect(throws: Problem(.checkpointUnknown)) {
            try await twin.relay.submit(envelope, content: .inline(bytes), arrived: arrived, by: author)
        }
        _ = try await twin.relay.sequencer.perform(.submit(envelope, .inline(bytes), arrived: arrived, peer: author))
    }

    private func grow(_ twin: Twin, by count: Int) async throws {
        _ = try await twin.relay.sequencer.load()
        for number in 0..<count {
            _ = try await twin.relay.sequencer.perform(
                .operate(.start(version: "\(number)", configuration: Hash.of("x"))))
        }
    }

    @Test func anAuditFindsTwoHistories() async throws {
        let world = try await World(units: [montluel, iscg])
        let twin = try Twin(of: world)
        _ = try await world.sendReferral()
        let sender = try world.session(montluel)
        try await sender.refresh()
        _ = try await sender.audit()
        // The other history is as long, and longer: the same agent's next command finds it before anything is shown.
        try await grow(twin, by: 20)
        let later = try await session(montluel, over: twin, world)
        await #expect(throws: ClientFailure.broken(.logInconsistent)) { try await later.refresh() }
    }

    /// Two agents are shown different logs; the sender's checkpoint, sealed into the envelope, gives it away.
    @Test func anothersCheckpointFindsTwoHistories() async throws {
        let world = try await World(units: [montluel, iscg, "corg@ggd01"])
        let twin = try Twin(of: world)
        _ = try await twin.relay.sequencer.load()
        // The brigade sees one log…
        _ = try await world.sendReferral()
        let second = try await world.sendReferral()
        // …the social worker another one, into which the relay puts the same envelope.
        let other = try await session(iscg, over: twin, world)
        try await other.refresh()
        _ = try await other.audit()
        try await pass(second, of: world, to: twin)
        let reader = try await session(iscg, over: twin, world)
        try await reader.refresh()
        await #expect(throws: ClientFailure.broken(.logInconsistent)) { try await reader.audit() }
    }

    @Test func aWitnessFindsTwoHistories() async throws {
        let world = try await World(units: [montluel, iscg])
        let twin = try Twin(of: world)
        let (witness, directory) = try witness(world)
        defer { withExtendedLifetime(directory) {} }
        _ = try await world.sendReferral()
        // The other history is as long, and longer.
        try await grow(twin, by: 9)
        try await anchoring(world.relay, witness).step()
        let ups = Ups()
        try await anchoring(twin.relay, witness, ups).step()
        #expect(ups.all == [false])
        await #expect(throws: Problem(.logStopped)) { try await twin.relay.sequencer.perform(.tick) }
        #expect(try await twin.store.anchor(from: 1) == nil)
    }

    // MARK: A dropped event

    @Test func anAuditFindsADroppedEvent() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        // Nothing may be missing in the middle, for somebody who has never looked…
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.mailbox = { _, page in
                var page = page
                if page.events.count > 1 { page.events.remove(at: page.events.count - 2) }
                return page
            }
            return lying
        }
        let sender = try world.session(montluel, fresh: true)
        try await sender.refresh()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await sender.audit() }
        // …and what was withheld for a while is missing as soon as anything comes after it.
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.mailbox = { _, page in
                var page = page
                page.events.removeFirst()
                return page
            }
            return lying
        }
        _ = try await reader.audit()
        _ = try await world.sendReferral()
        let later = try world.session(iscg, fresh: true)
        try await later.refresh()
        _ = try await world.sendReferral()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await later.audit() }
    }

    /// A log rewritten without an acknowledgement: a witness knows the one with it.
    @Test func aWitnessFindsADroppedEvent() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        let twin = try Twin(of: world)
        _ = try await reader.acknowledge(id)
        let (witness, directory) = try witness(world)
        defer { withExtendedLifetime(directory) {} }
        try await anchoring(world.relay, witness).step()
        try await grow(twin, by: 9)
        let ups = Ups()
        try await anchoring(twin.relay, witness, ups).step()
        #expect(ups.all == [false])
        await #expect(throws: Problem(.logStopped)) { try await twin.relay.sequencer.perform(.tick) }
    }

    /// The same without a submission, found by a colleague's checkpoint.
    @Test func anothersCheckpointFindsADroppedEvent() async throws {
        let world = try await World(units: [montluel, iscg])
        let twin = try Twin(of: world)
        _ = try await world.sendReferral()
        let next = try await world.sendReferral()
        // Rewritten without the first, and longer than what the sender saw.
        try await grow(twin, by: 20)
        try await pass(next, of: world, to: twin)
        let reader = try await session(iscg, over: twin, world)
        try await reader.refresh()
        await #expect(throws: ClientFailure.broken(.logInconsistent)) { try await reader.audit() }
    }

    /// A witness whose memory is gone does not begin anew: it would cosign what contradicts what it cosigned.
    @Test func aWitnessWithoutItsMemoryDoesNotSign() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: WitnessStore.Failure.missing) { try WitnessStore(directory: directory.path) }
        _ = try WitnessStore(directory: directory.path, isNew: true)
        _ = try WitnessStore(directory: directory.path)
        #expect(throws: WitnessStore.Failure.exists) { try WitnessStore(directory: directory.path, isNew: true) }
    }

    /// A unit's first transmissions are said to be erased at the audit limit, in a log that is an hour old.
    @Test func theFirstEventsCannotBeCalledErased() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sendReferral()
        let unit = Mailbox.unit(try Fixture.unit(iscg))
        var hidden: [Int] = []
        for index in 0..<(try #require(try await world.store.head()).size) {
            if try await world.store.entry(index)?.mailbox == unit { hidden.append(index) }
        }
        try await world.forge(in: unit, .erasure) { event in
            event.code = "audit_limit"
            event.entries = hidden
        }
        world.wrap = { honest in
            var lying = LyingConnection(honest)
            lying.mailbox = { _, page in
                var page = page
                page.events = page.events.suffix(1)
                return page
            }
            return lying
        }
        let reader = try world.session(iscg, fresh: true)
        try await reader.refresh()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await reader.audit() }
    }

    // MARK: Witnesses

    @Test func theRelayPublishesCosignedCheckpointsAndCarriesOnWithoutWitnesses() async throws {
        let world = try await World(units: [montluel, iscg])
        let (witness, directory) = try witness(world)
        defer { withExtendedLifetime(directory) {} }
        let key = witness.key
        let up = anchoring(world.relay, witness)
        try await up.step()
        _ = try await world.sendReferral()
        try await up.step()
        let published = try SignedCheckpoint(
            parsing: await world.relay.checkpoint(), log: Fixture.noteKey(Fixture.origin))
        #expect(published.checkpoint.size == (try await world.store.head())?.size)
        #expect(key.time(on: published.note) == world.clock.now)
        // A restarted relay does not know how far the witness is; it is told.
        _ = try await world.sendReferral()
        let ups = Ups()
        try await anchoring(world.relay, witness, ups).step()
        #expect(ups.all == [true])
        // Down: traffic goes on, and after a minute the latest checkpoint is published without it.
        let down = Anchoring(
            relay: world.relay,
            witnesses: [
                Anchoring.Witness(name: "w") { _ in
                    throw ClientFailure.unreachable()
                } latest: {
                    nil
                }
            ],
            authority: nil)
        _ = try await world.sendReferral()
        try await down.step()
        world.clock.now += 61
        let plain = try SignedCheckpoint(parsing: await world.relay.checkpoint(), log: Fixture.noteKey(Fixture.origin))
        #expect(plain.checkpoint.size == (try await world.store.head())?.size)
        #expect(key.time(on: plain.note) == nil)
    }

    /// What is not urgent waits for the witnesses that the policy wants; what is urgent never does.
    @Test func urgentMessagesAreNeverBlocked() async throws {
        let world = try await World(units: [montluel, iscg])
        let (witness, directory) = try witness(world)
        defer { withExtendedLifetime(directory) {} }
        world.policy = "witness w \(witness.key)\nquorum w\n"
        let session = try world.session(montluel, fresh: true)
        try await session.refresh()
        #expect(try await session.witnessing() == .notYet)
        for urgency in [Urgency.immediate, .urgent] {
            #expect(try await session.checkWitnessed(for: urgency) == false)
        }
        for urgency in [Urgency.priority, .routine] {
            await #expect(throws: ClientFailure.notWitnessed) { try await session.checkWitnessed(for: urgency) }
        }
        try await anchoring(world.relay, witness).step()
        #expect(try await session.checkWitnessed(for: .routine))
        // A cosignature of yesterday says nothing about now.
        world.clock.now += 3601
        _ = try await world.sequencer.perform(.tick)
        try await session.refresh()
        await #expect(throws: ClientFailure.notWitnessed) { try await session.checkWitnessed(for: .routine) }
    }
}
