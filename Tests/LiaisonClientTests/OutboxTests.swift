// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonTLS
import LiaisonTestKit
import LiaisonVault
import LiaisonWire
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import LiaisonClient

/// What was sealed without the relay: what leaves by itself, and what waits for somebody's word.
struct OutboxTests {
    private let montluel = "bta-montluel@ggd01"
    private let est = "iscg-est@avema01"

    private func world() async throws -> World {
        let world = try await World(units: [montluel, est], setting: .example("ain"))
        try await world.resume(montluel)
        try await world.session(montluel).prepareToWorkOffline()
        return world
    }

    /// Seals for nobody to hear.
    private func seal(_ urgency: Urgency = .priority, in world: World) async throws -> TransmissionID {
        let session = try world.session(montluel, fresh: true)
        try await session.workOffline()
        var request = try world.referral()
        request.urgency = urgency
        return try await session.seal(try await session.plan(request, catalogue: world.catalogue))
    }

    private func online(_ world: World) async throws -> Session {
        let session = try world.session(montluel, fresh: true)
        try await session.refresh()
        return session
    }

    private func obstacles(_ items: [FlushedItem]) -> [WaitReason?] {
        items.map { item in
            if case .failure(let reason) = item.result { reason } else { nil }
        }
    }

    /// A draft that a page shows is sealed once: what it became is known, and its answers and files are gone.
    @Test func whatWasSealedIsNoDraftAnyMore() async throws {
        let world = try await world()
        let session = try await online(world)
        let draft = session.newDraftID(of: "referral", to: try #require(UnitAddress(est)))
        try session.keep(SendDraft(form: ["last_name": .text("TESTARD")]), as: draft)
        let plan = try await session.plan(try world.referral(), catalogue: world.catalogue)
        let id = try await session.seal(plan, ofDraft: draft)
        #expect(try session.transmission(ofDraft: draft) == id)
        #expect(try session.drafts().isEmpty)
    }

    /// The program ended when the content had its name and the row was not written: the next one finishes both.
    @Test func aDraftWhoseSealingWasCutOffIsFinished() async throws {
        let world = try await world()
        let first = try await online(world)
        let draft = first.newDraftID(of: "referral", to: try #require(UnitAddress(est)))
        let kept = SendDraft(form: ["last_name": .text("TESTARD")])
        let plan = try await first.plan(try world.referral(), catalogue: world.catalogue)
        let id = try await first.seal(plan, ofDraft: draft)
        let vault = first.account.vault
        try vault.put(try #require(try vault.value(Table.sent, id.description)), Table.sealing, id.description)
        try vault.delete(Table.sent, id.description)
        try vault.delete(Table.sentDraft, draft)
        try first.keep(kept, as: draft)
        let next = try await online(world)
        try next.outbox.finishSealings()
        #expect(try next.outbox.waiting().map(\.routing.id) == [id])
        #expect(try next.transmission(ofDraft: draft) == id)
        #expect(try next.drafts().isEmpty)
    }

    @Test func whatWaitsLeavesTheMostUrgentFirst() async throws {
        let world = try await world()
        let routine = try await seal(in: world)
        world.clock.now += 60
        let urgent = try await seal(.urgent, in: world)
        let session = try await online(world)
        let items = try await session.flush(catalogue: world.catalogue)
        #expect(items.map(\.routing.id) == [urgent, routine])
        #expect(obstacles(items) == [nil, nil])
        #expect(try session.outbox.waiting().isEmpty)
        #expect(try await session.flush(catalogue: world.catalogue).isEmpty)
    }

    /// A night is not asked about, a day is: also when it was sealed anew in between.
    @Test func whatIsOldIsAskedAbout() async throws {
        let world = try await world()
        let id = try await seal(in: world)
        world.clock.now += 11 * 3600
        try await world.resume(montluel)
        var session = try await online(world)
        try await session.sealAnew(id, catalogue: world.catalogue)
        #expect(try session.outbox.waiting(id)?.obstacle(at: world.clock.now) == nil)
        world.clock.now += 2 * 3600
        try await world.resume(montluel)
        session = try await online(world)
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [.isOld])
        #expect(try session.outbox.waiting().map(\.routing.id) == [id])
        // Somebody says that it is right.
        try session.outbox.confirm(id)
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [nil])
    }

    @Test func whatIsLargeWaitsUntilItIsAskedFor() async throws {
        let world = try await world()
        _ = try await seal(in: world)
        let session = try await online(world)
        #expect(obstacles(try await session.flush(catalogue: world.catalogue, largest: 100)) == [.isLarge])
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [nil])
    }

    /// What the relay refused is not handed in again unasked: each time would be an entry of the log.
    @Test func whatWasRefusedIsNotTriedAgain() async throws {
        let world = try await world()
        let first = try await seal(in: world)
        world.clock.now += 1
        let second = try await seal(in: world)
        let attempts = Mutex(0)
        world.wrap = { honest in
            var refusing = LyingConnection(honest)
            refusing.receipt = { receipt in
                // The first submission that this connection sees is refused; what follows goes through.
                let count = attempts.withLock { count in
                    count += 1
                    return count
                }
                guard count > 1 else { throw Problem(.idTaken) }
                return receipt
            }
            return refusing
        }
        let session = try await online(world)
        let items = try await session.flush(catalogue: world.catalogue)
        #expect(items.map(\.routing.id) == [first, second])
        // One that is not taken stops no other.
        #expect(obstacles(items) == [.refused(.idTaken), nil])
        let seen = attempts.withLock { $0 }
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [.refused(.idTaken)])
        #expect(attempts.withLock { $0 } == seen)
    }

    /// What the relay refused it does not have: it can be destroyed here. What it has, or may have, cannot.
    @Test func onlyWhatTheRelayDoesNotHaveIsDiscarded() async throws {
        let world = try await world()
        for (code, isDiscarded) in [(Problem.Code.replyNotBetweenUnits, true), (.idTaken, false)] {
            let id = try await seal(in: world)
            world.wrap = { honest in
                var refusing = LyingConnection(honest)
                refusing.receipt = { _ in throw Problem(code) }
                return refusing
            }
            let session = try await online(world)
            #expect(try await session.flush(catalogue: world.catalogue).contains { $0.routing.id == id })
            world.wrap = { $0 }
            if isDiscarded {
                try session.outbox.discard(id)
                #expect(try session.outbox.waiting(id) == nil)
            } else {
                #expect(throws: ClientFailure.self) { try session.outbox.discard(id) }
            }
            world.clock.now += 1
        }
        let session = try await online(world)
        let id = try await session.seal(try await session.plan(try world.referral(), catalogue: world.catalogue))
        _ = try await session.deposit(id, catalogue: world.catalogue)
        #expect(throws: ClientFailure.alreadyDeposited(id)) { try session.outbox.discard(id) }
    }

    /// A content that has gone from the disk stops no other, and can be taken off the list.
    @Test func aContentThatIsGoneBlocksNothing() async throws {
        let world = try await world()
        let gone = try await seal(.urgent, in: world)
        let sound = try await seal(in: world)
        let session = try await online(world)
        try FileManager.default.removeItem(atPath: session.contentPath(gone))
        let items = try await session.flush(catalogue: world.catalogue)
        #expect(items.map(\.routing.id) == [gone, sound])
        #expect(obstacles(items) == [.failed(.sealedContentLost(gone)), nil])
        try session.outbox.discard(gone)
        #expect(try session.outbox.waiting().isEmpty)
    }

    @Test func aLineThatBreaksLeavesItWhereItIs() async throws {
        let world = try await world()
        let id = try await seal(in: world)
        world.wrap = { honest in
            var breaking = LyingConnection(honest)
            breaking.receipt = { _ in throw ClientFailure.unreachable() }
            return breaking
        }
        let session = try await online(world)
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [.failed(.unreachable())])
        // The relay has it, and nobody knows: the same bytes again are one submission.
        world.wrap = { $0 }
        let again = try await online(world)
        #expect(obstacles(try await again.flush(catalogue: world.catalogue)) == [nil])
        #expect(try again.outbox.waiting(id) == nil)
        #expect(try await world.records().count { $0.event == .submissionAcceptance } == 1)
    }

    /// Each would wait for its own time-out, and whoever started a command with it.
    @Test func aRelayThatFallsSilentIsAskedOnce() async throws {
        let world = try await world()
        let attempts = Mutex(0)
        _ = try await seal(.urgent, in: world)
        _ = try await seal(in: world)
        world.wrap = { honest in
            var breaking = LyingConnection(honest)
            breaking.receipt = { _ in
                attempts.withLock { $0 += 1 }
                throw ClientFailure.unreachable()
            }
            return breaking
        }
        let session = try await online(world)
        let silent = WaitReason.failed(.unreachable())
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [silent, silent])
        #expect(attempts.withLock { $0 } == 1)
        #expect(session.whyKept.count == 2)
    }

    /// What this device cannot write says nothing about the content, which the relay may even have: it is not to be written again.
    @Test func whatCannotBeWrittenIsNoLostContent() async throws {
        let world = try await world()
        _ = try await seal(in: world)
        func failing(_ error: any Error & Sendable) async throws -> Session {
            world.wrap = { honest in
                var failing = LyingConnection(honest)
                failing.receipt = { _ in throw error }
                return failing
            }
            return try await online(world)
        }
        var session = try await failing(ByteSourceFailure.system(call: "write", errno: ENOSPC))
        #expect(
            obstacles(try await session.flush(catalogue: world.catalogue))
                == [.failed(.cannotWrite(session.account.vault.path))])
        session = try await failing(VaultFailure.outOfMemory)
        await #expect(throws: VaultFailure.outOfMemory) { try await session.flush(catalogue: world.catalogue) }
    }

    /// What a log that the relay has left may hold is asked about, also when it has been sealed anew since: its unit may have
    /// read what was sealed first.
    @Test func whatAFormerLogMayHoldIsStillAskedAboutWhenSealedAnew() async throws {
        let world = try await world()
        let id = try await seal(in: world)
        world.wrap = { honest in
            var breaking = LyingConnection(honest)
            breaking.receipt = { _ in throw ClientFailure.unreachable() }
            return breaking
        }
        let broken = try await online(world)
        #expect(obstacles(try await broken.flush(catalogue: world.catalogue)) == [.failed(.unreachable())])
        world.wrap = { $0 }
        let session = try await online(world)
        _ = try session.outbox.leaveLog(after: 0)
        let before = try #require(try session.outbox.item(id))
        #expect(before.wasHandedIn == true && before.mayBeInFormerLog == true)

        try await session.sealAnew(id, catalogue: world.catalogue)
        let after = try #require(try session.outbox.item(id))
        #expect(after.envelope != before.envelope)
        // The relay was not handed these bytes; those before, it was.
        #expect(after.wasHandedIn == nil && after.mayBeInFormerLog == true)
        #expect(try session.outbox.waiting(id)?.wasDeposited == true)
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [.wasDeposited])
    }

    /// A call made meanwhile stands in the envelope; not in one that the relay may have already.
    @Test func aCallMadeMeanwhileIsWrittenDown() async throws {
        let world = try await world()
        let id = try await seal(.urgent, in: world)
        world.clock.now += 1800
        try await world.resume(montluel)
        let session = try await online(world)
        let call = world.clock.now - .minutes(10)
        try await session.recordCall(id, at: call, catalogue: world.catalogue)
        #expect(try session.outbox.sealed(id)?.phoneConfirmedAt == call)
        #expect(obstacles(try await session.flush(catalogue: world.catalogue)) == [nil])
        let reader = try world.session(est, fresh: true)
        try await reader.refresh()
        #expect(try await reader.read(id, catalogue: world.catalogue).envelope.body.routing.phoneConfirmedAt == call)

        let late = try await seal(.urgent, in: world)
        world.wrap = { honest in
            var breaking = LyingConnection(honest)
            breaking.receipt = { _ in throw ClientFailure.unreachable() }
            return breaking
        }
        let broken = try await online(world)
        _ = try await broken.flush(catalogue: world.catalogue)
        await #expect(throws: ClientFailure.self) {
            try await broken.recordCall(late, at: call, catalogue: world.catalogue)
        }
    }

    /// A name that leads nowhere is not silence.
    @Test func aNameThatDoesNotExistIsSaidToBe() async throws {
        let identity = try TLSIdentity(name: "essai", purpose: .client, notBefore: 1_760_000_000, lifetime: 86_400)
        let connection = try HTTPRelayConnection(
            url: "https://relais.invalid", roots: nil, certificatePEM: identity.certificatePEM,
            privateKeyPEM: Array(identity.privateKeyPEM.utf8))
        await #expect(throws: ClientFailure.unreachable(.unknownName)) { _ = try await connection.checkpoint() }
        await connection.close()
    }

    /// Whoever breaks off a request hears that it was broken off, not that the relay cannot be reached.
    @Test func whatIsBrokenOffIsNoSilence() async throws {
        let identity = try TLSIdentity(name: "essai", purpose: .client, notBefore: 1_760_000_000, lifetime: 86_400)
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        let connection = try HTTPRelayConnection(
            url: "https://127.0.0.1:\(port)", roots: nil, certificatePEM: identity.certificatePEM,
            privateKeyPEM: Array(identity.privateKeyPEM.utf8))
        let asking = Task { try await connection.checkpoint() }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
        await connection.close()
        try await silent.close()
    }
}
