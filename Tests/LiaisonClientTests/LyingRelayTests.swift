// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonWire
import Testing

/// A relay that holds back, goes back or hands out something else is caught by the client.
struct LyingRelayTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    /// A session of `unit` whose relay lies as `lie` sets it up.
    private func session(
        _ world: World, _ unit: String, _ lie: @escaping (inout LyingConnection) -> Void
    ) throws -> Session {
        world.wrap = { honest in
            var connection = LyingConnection(honest)
            lie(&connection)
            return connection
        }
        return try world.session(unit, fresh: true)
    }

    @Test func anOlderHeadIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        let old = try await world.relay.directoryHead()
        try await world.publish("cd01")
        let session = try world.session(iscg)
        try await session.refresh()
        let lied = try self.session(world, iscg) { $0.head = { _ in old } }
        await #expect(throws: ClientFailure.broken(.directoryRollback)) { try await lied.refresh() }
    }

    @Test func aHeadOlderThanAnHourIsRefused() async throws {
        let world = try await World(units: [iscg])
        let session = try world.session(iscg)
        world.clock.now += 3600 + 121
        await #expect(throws: ClientFailure.broken(.directoryHeadStale)) { try await session.refresh() }
    }

    @Test func aWithheldRosterIsNoticed() async throws {
        let world = try await World(units: [montluel, iscg])
        let institution = try Fixture.institution("ggd01")
        let old = try await world.relay.bundle(of: institution, from: 0, keys: true)
        let now = world.clock.now
        try await world.publish("ggd01") { $0[0].revocation = Revocation(at: now, reason: .left) }
        let lied = try session(world, iscg) { $0.bundle = { id, bundle in id == institution ? old : bundle } }
        await #expect(throws: ClientFailure.broken(.directoryMismatch)) { try await lied.refresh() }
    }

    /// The relay signs a head into its log that leaves an institution out, with its revocations.
    @Test func aHeadThatForgetsAnInstitutionIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        try await world.forgeHead { $0.removeAll { $0.institution.description == "ggd01" } }
        let session = try session(world, iscg) { connection in
            connection.lines = { answer in
                DirectoryLines(lines: answer.lines.filter { $0.institution.description != "ggd01" })
            }
        }
        await #expect(throws: ClientFailure.broken(.directoryMismatch)) { try await session.refresh() }
    }

    /// The relay signs a head into its log that names an old roster: the newer one is known and stays.
    @Test func aHeadThatNamesAnOldRosterIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        let institution = try Fixture.institution("cd01")
        let old = try #require(world.rosters["cd01"]).hash
        let bundle = try await world.relay.bundle(of: institution, from: 0, keys: true)
        try await world.publish("cd01")
        let session = try world.session(iscg)
        try await session.refresh()
        let keys = world.sequencer.directory.keysHash(of: institution)
        let line = DirectoryHead.Line(institution: institution, roster: old, keys: keys)
        try await world.forgeHead { lines in lines = lines.map { $0.institution == institution ? line : $0 } }
        let lied = try self.session(world, iscg) { connection in
            connection.lines = { _ in DirectoryLines(lines: [line]) }
            connection.bundle = { id, honest in id == institution ? bundle : honest }
        }
        await #expect(throws: ClientFailure.broken(.directoryRollback)) { try await lied.refresh() }
    }

    /// The head commits to one line for each institution: a second one beside it is not taken.
    @Test func aSecondLineForAnInstitutionIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        try await world.publish("ggd01")
        let lied = try session(world, iscg) { connection in
            connection.lines = { answer in
                var second = answer.lines[0]
                second.keys = Hash.of("older keys")
                return DirectoryLines(lines: answer.lines + [second])
            }
        }
        await #expect(throws: ClientFailure.broken(.directoryMismatch)) { try await lied.refresh() }
    }

    @Test func anotherKeyIsNotTaken() async throws {
        let world = try await World(units: [montluel, iscg])
        try await world.session(iscg).keys.rotate()
        let institution = try Fixture.institution("avema01")
        let author = try Fixture.agentName(of: iscg)
        let lied = try session(world, montluel) { connection in
            connection.bundle = { id, bundle in
                guard id == institution else { return bundle }
                // An encryption key of the relay's own, which the agent never signed.
                var keys = try Unverified<AgentKeys>(parsing: bundle.keys[0]).claimed
                keys.version += 1
                let thief = try Fixture.unwrap(NoteSigner(name: author.description, privateKey: .generate()))
                return DirectoryBundle(keys: [try keys.signed(by: thief).note.serialized])
            }
        }
        await #expect(throws: ClientFailure.broken(.bundleRefused)) {
            try await lied.refresh()
            try await lied.know([institution], keys: true)
        }
    }

    @Test func aProofOfAnotherEventIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        let first = try await world.sendReferral()
        let other = try await world.relay.timeline(of: first, for: Fixture.agentName(of: montluel)).events[0]
        let lied = try session(world, montluel) { $0.receipt = { _ in Receipt(evidence: other) } }
        try await lied.refresh()
        let id = try await lied.seal(try await lied.plan(try world.referral(), catalogue: world.catalogue))
        await #expect(throws: ClientFailure.broken(.wrongEvent)) { try await lied.outbox.deposit(id) }
        #expect(try lied.outbox.waiting().map(\.routing.id) == [id])
    }

    @Test func evidenceThatDoesNotVerifyIsNoAcceptance() async throws {
        let world = try await World(units: [montluel, iscg])
        let changes: [@Sendable (inout Evidence) throws -> Void] = [
            { $0.salt = try Fixture.unwrap(Salt(Hash.of("other").bytes)) },
            { $0.record = Base64.encode((Base64.decode($0.record) ?? []) + [0x20]) },
            { $0.proof = $0.proof.replacing("index ", with: "index 1") },
            { $0.proof = $0.proof.replacing("\n\n", with: "\n") }
        ]
        for change in changes {
            let lied = try session(world, montluel) { connection in
                connection.receipt = { honest in
                    var evidence = honest.evidence
                    try change(&evidence)
                    return Receipt(evidence: evidence)
                }
            }
            try await lied.refresh()
            let id = try await lied.seal(try await lied.plan(try world.referral(), catalogue: world.catalogue))
            await #expect(throws: ClientFailure.broken(.evidence)) { try await lied.outbox.deposit(id) }
        }
    }

    @Test func aContentChangedOnTheWayIsUnopenableAndTheSenderLearnsIt() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let lied = try session(world, iscg) { connection in
            connection.content = { bytes in
                var bytes = bytes
                bytes[bytes.count / 2] ^= 1
                return bytes
            }
        }
        try await lied.refresh()
        await #expect(throws: ClientFailure.broken(.contentRefused)) {
            _ = try await lied.read(id, catalogue: world.catalogue)
        }
        world.wrap = { $0 }
        let sender = try world.session(montluel, fresh: true)
        try await sender.refresh()
        let tracked = try await sender.track(id)
        #expect(tracked.deliveries.map(\.state) == [.refused])
        #expect(tracked.events.last?.event.code == ReasonCode.digestMismatch.rawValue)
    }

    /// The relay writes "acknowledged" into its own log, properly signed and proven, without any agent's act.
    @Test func anAcknowledgementWithoutAnActIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let stored = try #require(try await world.store.transmission(id))
        for mailbox in [montluel, iscg] {
            try await world.forge(in: .unit(Fixture.unit(mailbox)), .contentHandover) { event in
                event.transmission = id
                event.envelope = stored.hash
                event.unit = try Fixture.unit(iscg)
                event.state = .opened
                event.act = Hash.of("no act")
                event.agent = try Fixture.agentName(of: iscg)
            }
        }
        let lied = try world.session(montluel, fresh: true)
        try await lied.refresh()
        await #expect(throws: ClientFailure.broken(.actRefused)) { try await lied.track(id) }
    }

    /// A genuine *opened* act does not back an acknowledgement.
    @Test func anActBacksOnlyWhatItSays() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        let opened = try #require(try await world.store.acts(on: id).first)
        let stored = try #require(try await world.store.transmission(id))
        for mailbox in [montluel, iscg] {
            try await world.forge(in: .unit(Fixture.unit(mailbox)), .consignmentAcceptance) { event in
                event.transmission = id
                event.envelope = stored.hash
                event.unit = try Fixture.unit(iscg)
                event.state = .acknowledged
                event.act = opened.hash
                event.agent = opened.author
            }
        }
        let lied = try world.session(montluel, fresh: true)
        try await lied.refresh()
        await #expect(throws: ClientFailure.broken(.actRefused)) { try await lied.track(id) }
    }

    private static func says(_ record: [UInt8], _ name: EventName) -> Bool {
        (try? CanonicalJSON.decode(EventRecord.self, from: record))?.event == name
    }

    @Test func aDeliveryCannotBeLeftOut() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let lied = try session(world, montluel) { connection in
            connection.mailbox = { _, honest in
                var page = honest
                page.events.removeAll { Base64.decode($0.record).map { Self.says($0, .contentConsignment) } ?? false }
                return page
            }
        }
        try await lied.refresh()
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await lied.track(id) }
    }

    /// An opening can be held back only while nothing follows it: the answer shows the hole. Once the relay shows what it held
    /// back, the device is whole again; it never takes a mailbox that ends earlier than it did.
    @Test func aHiddenOpeningShows() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        func sender(without names: Set<EventName>) async throws -> Session {
            let session = try session(world, montluel) { connection in
                connection.mailbox = { _, honest in
                    var page = honest
                    page.events.removeAll { event in
                        Base64.decode(event.record).map { bytes in names.contains { Self.says(bytes, $0) } } ?? false
                    }
                    return page
                }
            }
            try await session.refresh()
            return session
        }
        let hiding = try await sender(without: [.contentHandover])
        #expect(try await hiding.track(id).deliveries.map(\.state) == [.available])
        _ = try await reader.acknowledge(id)
        for _ in 1...2 {
            try await hiding.refresh()
            await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await hiding.track(id) }
        }
        let shorter = try await sender(without: [.contentHandover, .consignmentAcceptance])
        await #expect(throws: ClientFailure.broken(.eventsMissing)) { try await shorter.track(id) }
        let honest = try await sender(without: [])
        #expect(try await honest.track(id).deliveries.map(\.state) == [.acknowledged])
    }

    /// Evidence from another history of the same log convinces nobody who has seen this one.
    @Test func evidenceOfAnotherHistoryIsRefused() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let lied = try session(world, montluel) { connection in
            connection.mailbox = { _, honest in
                var page = honest
                let first = try CanonicalJSON.decode(
                    EventRecord.self, from: Fixture.unwrap(Base64.decode(page.events[0].record)))
                let forged = try Forger().receipt(for: first).evidence
                page.checkpoint = try InclusionProof(parsing: forged.proof).checkpoint
                return page
            }
        }
        try await lied.refresh()
        await #expect(throws: ClientFailure.broken(.logInconsistent)) { try await lied.track(id) }
    }

    @Test func aListCannotShowAnotherSendersEnvelope() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await world.sendReferral()
        let signer = try Fixture.signer("d-09@ggd01")
        let lied = try session(world, iscg) { connection in
            connection.mailbox = { _, honest in
                var page = honest
                var body = try Unverified<Envelope>(parsing: page.envelopes[0]).claimed
                body.by = try Fixture.agent("d-09@ggd01")
                page.envelopes[0] = try body.signed(by: signer).note.serialized
                return page
            }
            connection.timeline = { honest in
                var timeline = honest
                var body = try Unverified<Envelope>(parsing: timeline.envelope).claimed
                body.by = try Fixture.agent("d-09@ggd01")
                timeline.envelope = try body.signed(by: signer).note.serialized
                return timeline
            }
        }
        try await lied.refresh()
        let listing = try await lied.inbox()
        #expect(listing.deliveries.isEmpty)
        #expect(listing.refused == [.broken(.envelopeRefused)])
    }

    /// Two checkpoints with the log's signature that do not continue each other.
    @Test func aRolledBackLogIsNoticed() async throws {
        let world = try await World(units: [montluel, iscg])
        let session = try world.session(iscg)
        try await session.refresh()
        let honest = try await world.relay.directoryHead()
        let event = try honest.evidence.verified(by: Fixture.noteKey(Fixture.origin)).event
        let lied = try self.session(world, iscg) { connection in
            connection.head = { _ in
                var next = event
                next.number += 1
                return try Forger().receipt(for: next)
            }
        }
        await #expect(throws: ClientFailure.broken(.logInconsistent)) { try await lied.refresh() }
    }
}

/// The relay's own key put to a log of one entry that says what it likes.
private struct Forger {
    func receipt(for event: EventRecord) throws -> Receipt {
        let bytes = try CanonicalJSON.encode(event)
        let salt = Salt.fresh()
        var edge = TreeEdge()
        _ = edge.append(MerkleTree.leaf(Commitment.of(bytes, salt: salt).bytes))
        let checkpoint = Checkpoint(origin: Fixture.origin, size: 1, root: edge.root)
            .signed(by: try Fixture.signer(Fixture.origin))
        return Receipt(
            evidence: Evidence(
                record: bytes, salt: salt,
                proof: InclusionProof(index: 0, path: [], checkpoint: checkpoint.note.serialized)))
    }
}
