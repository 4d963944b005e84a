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

/// What is forced past the client is refused by the relay, with the same code where there is one.
struct RelayDecisionTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    private func submit(_ world: World, change: (inout Envelope) throws -> Void) async throws -> Receipt {
        let content = Array("sealed".utf8)
        let head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
        var body = Envelope(
            by: try Fixture.agentName(of: montluel),
            routing: Routing(
                id: .fresh(), log: Fixture.origin,
                convention: try #require(world.sequencer.directory.convention).hash, head: head.hash,
                from: try Fixture.unit(montluel), to: try Fixture.unit(iscg), copies: [], kind: "referral",
                urgency: .routine, sealedAt: world.clock.now),
            content: ContentReference(sha256: Hash.of(content), size: content.count), manifest: Hash.of("m"))
        try change(&body)
        let note = try body.signed(by: world.signer(montluel)).note
        return try await world.relay.submit(
            Unverified(note), content: .inline(content),
            arrived: ContentReference(sha256: Hash.of(content), size: content.count),
            by: Fixture.agentName(of: montluel))
    }

    @Test func theRelaySaysNoWithTheSameCodes() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await submit(world) { _ in }
        let start = world.clock.now
        let cases: [(Problem.Code, (inout Envelope) throws -> Void)] = [
            (.noFlow, { $0.routing.kind = "case_request" }),
            (.noFlow, { $0.routing.to = try Fixture.unit("cms-bourg@cd01") }),
            // an envelope that was accepted elsewhere and is replayed here
            (.wrongLog, { $0.routing.log = "relais.example/other" }),
            (.conventionUnknown, { $0.routing.convention = Hash.of("x") }),
            (.headUnknown, { $0.routing.head = Hash.of("x") }),
            (.sealedInTheFuture, { $0.routing.sealedAt = start + 1000 }),
            (.sealedTooLongAgo, { $0.routing.sealedAt = start - 4 * 86_400 }),
            (.urgencyNotAllowed, { $0.routing.urgency = .immediate }),
            (.notAMember, { $0.routing.from = try Fixture.unit("corg@ggd01") }),
            (.copyNotAllowed, { $0.routing.copies = [try Fixture.unit("crip@cd01")] }),
            (.replyNotBetweenUnits, { $0.routing.inReplyTo = .fresh() }),
            (.contentMismatch, { $0.content.sha256 = Hash.of("x") }),
            (.contentTooLarge, { $0.content.size = 100 << 20 })
        ]
        let size = try #require(try await world.store.head()?.size)
        for (code, change) in cases {
            await #expect(throws: Problem(code), "\(code)") { try await submit(world, change: change) }
        }
        // Ten refusals a minute are entries, with their codes; then one says how many more there were.
        let refused = try await world.records(from: size)
        #expect(refused.map(\.event) == [EventName](repeating: .submissionRejection, count: 10))
        #expect(refused.compactMap(\.code) == cases.prefix(10).map(\.0.rawValue))
        world.clock.now += 60
        _ = try await world.sequencer.perform(.tick)
        let counted = try #require(try await world.records(from: size + 10).last)
        #expect(counted.event == .submissionRejection && counted.count == cases.count - 10)
        #expect(counted.mailbox == .institution(try Fixture.institution("ggd01")))
    }

    /// A stranger cannot buy entries: neither with a note that does not verify, nor in another's name.
    @Test func refusalsOfStrangersAreNoEntries() async throws {
        let world = try await World(units: [montluel, iscg])
        _ = try await submit(world) { _ in }
        let size = try await world.store.head()?.size
        let envelope = try await world.envelope(of: montluel)
        let forged = try envelope.signed(by: Fixture.signer(envelope.by.description))
        let content = ContentReference(sha256: Hash.of("x"), size: 1)
        await #expect(throws: Problem(.signatureRefused)) {
            _ = try await world.relay.submit(
                Unverified(forged.note), content: .inline([1]), arrived: content, by: envelope.by)
        }
        let signed = try envelope.signed(by: world.signer(montluel))
        await #expect(throws: Problem(.notTheAuthor)) {
            _ = try await world.relay.submit(
                Unverified(signed.note), content: .inline([1]), arrived: content, by: Fixture.agentName(of: iscg))
        }
        #expect(try await world.store.head()?.size == size)
    }

    /// A head is relied on for an hour; the relay logs a new one before that, without which nothing is taken.
    @Test func anOldHeadIsNotReliedOn() async throws {
        let world = try await World(units: [montluel, iscg])
        world.clock.now += 3600
        _ = try await submit(world) { _ in }
        world.clock.now += 1
        await #expect(throws: Problem(.headTooOld)) { try await submit(world) { _ in } }
        _ = try await world.sequencer.perform(.tick)
        _ = try await submit(world) { _ in }
    }

    @Test func onlyTheAuthorHandsIn() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let stored = try #require(try await world.store.transmission(id))
        let envelope = try Unverified<Envelope>(parsing: stored.envelope)
        await #expect(throws: Problem(.notTheAuthor)) {
            try await world.relay.submit(
                envelope, content: .inline([]), arrived: envelope.claimed.content, by: Fixture.agentName(of: iscg))
        }
        var forged = envelope.claimed
        forged.routing.id = .fresh()
        let thief = try #require(NoteSigner(name: forged.by.description, privateKey: .generate()))
        let note = try forged.signed(by: thief).note
        await #expect(throws: Problem(.signatureRefused)) {
            try await world.relay.submit(
                Unverified(note), content: .inline([]), arrived: forged.content, by: forged.by)
        }
    }

    @Test func actsStayWithTheirTransmissionAndUnit() async throws {
        let world = try await World(units: [montluel, iscg, "cms-bourg@cd01"])
        let first = try await world.sendReferral()
        let second = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        let (one, two) = (try await reader.delivery(first), try await reader.delivery(second))
        let address = reader.address
        let clock = world.clock
        func act(_ change: (inout Act) throws -> Void) throws -> Unverified<Act> {
            var act = Act(
                by: address, log: Fixture.origin, convention: one.routing.convention, head: one.routing.head,
                transmission: first, envelope: one.envelope.hash, unit: one.unit, act: .refused,
                reason: .wrongUnit, at: clock.now)
            try change(&act)
            return try Unverified(act.signed(by: world.signer(iscg)).note)
        }
        let cases: [(Problem, (inout Act) throws -> Void)] = [
            (Problem(.wrongEnvelope), { $0.transmission = second }),
            (Problem(.wrongEnvelope), { $0.envelope = two.envelope.hash }),
            (Problem(.unknownTransmission), { $0.unit = try Fixture.unit("cms-bourg@cd01") }),
            (Problem(.unknownTransmission), { $0.transmission = .fresh() }),
            (Problem(.wrongLog), { $0.log = "relais.example/other" }),
            (Problem(.reasonNotAllowed), { $0.reason = .misdirected }),
            (Problem(.reasonNotAllowed), { $0.reason = nil }),
            (
                Problem(.wrongState, state: .available),
                {
                    $0.act = .acknowledged; $0.reason = nil
                }
            ),
            (
                Problem(.notAParty),
                {
                    $0.act = .withdrawn; $0.reason = .misdirected
                }
            ),
            (Problem(.headUnknown), { $0.head = Hash.of("x") }),
            (Problem(.sealedInTheFuture), { $0.at += 1000 })
        ]
        for (problem, change) in cases {
            await #expect(throws: problem) { try await world.relay.act(act(change), by: address) }
        }
        _ = try await world.relay.act(act { _ in }, by: address)
        await #expect(throws: Problem(.wrongState, state: .refused)) {
            try await world.relay.act(act { $0.reason = .duplicate }, by: address)
        }
    }

    /// A colleague of the receiving unit cannot act in another unit's name; the sender cannot acknowledge.
    @Test func strangersDoNotAct() async throws {
        let world = try await World(units: [montluel, iscg, "cms-bourg@cd01"])
        let id = try await world.sendReferral()
        let sender = try world.session(montluel)
        try await sender.refresh()
        let stored = try #require(try await world.store.transmission(id))
        for unit in [montluel, "cms-bourg@cd01"] {
            let act = try Act(
                by: Fixture.agentName(of: unit), log: Fixture.origin,
                convention: try #require(world.sequencer.directory.convention).hash,
                head: try Unverified<Envelope>(parsing: stored.envelope).claimed.routing.head, transmission: id,
                envelope: stored.hash, unit: Fixture.unit(iscg), act: .opened, at: world.clock.now
            ).signed(by: world.signer(unit))
            await #expect(throws: Problem(.notAParty)) {
                try await world.relay.open(Unverified(act.note), from: 0, by: Fixture.agentName(of: unit))
            }
        }
    }

    /// Many at once land in few batches, each once, gapless in every mailbox.
    @Test func concurrentSubmissionsAreBatched() async throws {
        let world = try await World(units: [montluel, iscg])
        let before = try world.store.verify(log: Fixture.noteKey(Fixture.origin)).checkpoints
        nonisolated(unsafe) let unchecked = world
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = try await submit(unchecked) { _ in } } }
            try await group.waitForAll()
        }
        let report = try world.store.verify(log: Fixture.noteKey(Fixture.origin))
        #expect(report.findings.isEmpty)
        #expect(report.checkpoints - before < 100)
        #expect(try await world.store.end(of: .unit(Fixture.unit(iscg)))?.number == 100)
    }

    /// Two sequencers over one store, as `admit` beside a running relay: nobody's entry is lost or doubled.
    @Test func anotherNodeMovesTheHead() async throws {
        let world = try await World(units: [montluel, iscg])
        let clock = world.clock
        let other = Sequencer(
            log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now })
        clock.now += 1800
        _ = try await other.perform(.tick)
        _ = try await submit(world) { _ in }
        clock.now += 1800
        _ = try await other.perform(.tick)
        _ = try await submit(world) { _ in }
        #expect(try world.store.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
    }

    /// A relay that starts anew states the same directory, whatever was enrolled, dropped or replaced before.
    @Test func aRestartGivesTheSameDirectory() async throws {
        let world = try await World(units: [montluel, iscg])
        let clock = world.clock
        func restarted() async throws -> DirectoryHead? {
            let sequencer = Sequencer(
                log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now })
            _ = try await sequencer.load()
            return sequencer.directory.head
        }
        #expect(try await restarted() == world.sequencer.directory.head)

        // The same address enrolled anew with another key: the old encryption keys go.
        let address = try Fixture.agentName(of: montluel)
        let key = try PrivateKey.generate()
        let anew = try Fixture.agent(address, in: Fixture.unit(montluel), key: key, tls: [Hash.of("new device")])
        try await world.publish("ggd01") { $0 = [anew] }
        #expect(world.sequencer.directory.keys(of: address) == nil)
        #expect(try await restarted() == world.sequencer.directory.head)

        // The new device begins its keys at version 1 again.
        let signer = try #require(NoteSigner(name: address.description, privateKey: key))
        let bytes = [UInt8](repeating: 7, count: EncryptionKey.length)
        let keys = try AgentKeys(
            by: address, version: 1, previous: nil, issuedAt: clock.now,
            keys: [EncryptionKey(key: Base64.encode(bytes), notBefore: clock.now, notAfter: clock.now + 86_400)]
        ).signed(by: signer)
        _ = try await world.relay.publish(Unverified<AgentKeys>(keys.note), by: address)
        #expect(try await restarted() == world.sequencer.directory.head)

        // An agent with keys is dropped, then a party.
        try await world.publish("avema01") { $0 = [] }
        #expect(try await restarted() == world.sequencer.directory.head)
        var convention = try Fixture.convention(
            version: 2, previous: try #require(world.sequencer.directory.convention).hash)
        convention.parties.removeAll { $0.institution.description == "ggd01" }
        _ = try await world.sequencer.perform(
            .publishConvention(Fixture.signed(convention, by: ["avema01", "cd01"])))
        #expect(world.sequencer.directory.rosters.count == 2)
        #expect(try await restarted() == world.sequencer.directory.head)
    }

    /// How long a content is, only the agents of its unit learn; a demand of theirs for what is not there is no opening.
    @Test func theSizeIsForTheUnit() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let stored = try #require(try await world.store.transmission(id))
        let convention = try #require(world.sequencer.directory.convention)
        let head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
        func open(by unit: String, from offset: Int) async throws {
            let agent = try Fixture.agentName(of: unit)
            let act = try Act(
                by: agent, log: Fixture.origin, convention: convention.hash, head: head.hash, transmission: id,
                envelope: stored.hash, unit: Fixture.unit(iscg), act: .opened, at: world.clock.now
            ).signed(by: world.signer(unit))
            _ = try await world.relay.open(Unverified(act.note), from: offset, by: agent)
        }
        await #expect(throws: Problem(.wrongOffset)) { try await open(by: iscg, from: 1 << 40) }
        #expect(try await world.store.deliveries(of: id).map(\.state) == [.available])
        for offset in [0, 1 << 40] {
            let problem = await #expect(throws: Problem.self) { try await open(by: montluel, from: offset) }
            #expect(problem?.code != .wrongOffset, "from \(offset)")
        }
    }

    /// One staged content serves one submission, and a second claim on it does not sink anybody else's.
    @Test func aStagedContentServesOnce() async throws {
        let world = try await World(units: [montluel, iscg])
        let content = [UInt8](repeating: 9, count: 300_000)
        let peer = try Fixture.agentName(of: montluel)
        let digest = Hash.of(content)
        await #expect(throws: Problem(.wrongOffset)) {
            try await world.relay.stage([1], of: digest, at: 5, by: peer)
        }
        await #expect(throws: Problem(.contentTooLarge)) {
            try await world.relay.stage([1], of: digest, at: .max, by: peer)
        }
        _ = try await world.relay.stage(Array(content[..<100_000]), of: digest, at: 0, by: peer)
        #expect(try await world.relay.stagedSize(digest, by: peer).offset == 100_000)
        _ = try await world.relay.stage(Array(content[100_000...]), of: digest, at: 100_000, by: peer)
        func staged(_ size: Int = 300_000, of digest: Hash = digest) async throws -> Receipt {
            let head = try await world.relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
            let body = Envelope(
                by: peer,
                routing: Routing(
                    id: .fresh(), log: Fixture.origin,
                    convention: try #require(world.sequencer.directory.convention).hash, head: head.hash,
                    from: try Fixture.unit(montluel), to: try Fixture.unit(iscg), copies: [], kind: "referral",
                    urgency: .routine, sealedAt: world.clock.now),
                content: ContentReference(sha256: digest, size: size), manifest: Hash.of("m"))
            return try await world.relay.submitStaged(
                Unverified(body.signed(by: world.signer(montluel)).note), by: peer)
        }
        await #expect(throws: Problem(.contentMismatch)) { try await staged(299_999) }
        #expect(await world.sequencer.scrubPendingSince == nil)
        _ = try await world.relay.stage([1, 2, 3], of: Hash.of("others"), at: 0, by: peer)
        await #expect(throws: Problem(.contentMismatch)) { try await staged(3, of: Hash.of("others")) }
        #expect(await world.sequencer.scrubPendingSince != nil, "what is not what it says is erased")
        _ = try await staged()
        await #expect(throws: Problem(.contentMissing)) { try await staged() }
        #expect(try world.store.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
    }

    @Test func everyDecisionHasItsProblem() {
        for code in DecisionCode.allCases { #expect(Problem(code).code.rawValue == code.rawValue) }
    }

    /// A new convention gives its parties' keys later dates: what stood before it stands, for clients and after a restart.
    @Test func rostersStandUnderANewConvention() async throws {
        let world = try await World(units: ["bta-montluel@ggd01", "iscg-est@avema01"])
        world.clock.now += 3600
        let present = try #require(world.sequencer.directory.convention)
        var next = try Fixture.convention(version: 2, previous: present.hash)
        next.notBefore = world.clock.now
        for index in next.parties.indices { next.parties[index].keys[0].notBefore = world.clock.now }
        _ = try await world.sequencer.perform(.publishConvention(Fixture.signed(next)))
        #expect(world.sequencer.directory.rosters.count == 3)
        for unit in ["bta-montluel@ggd01", "iscg-est@avema01"] {
            let session = try world.session(unit, fresh: true)
            try await session.refresh()
            #expect(session.directory.convention?.body.version == 2)
        }
        let clock = world.clock
        let restarted = Sequencer(
            log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now })
        try await restarted.load()
        #expect(restarted.directory.head == world.sequencer.directory.head)
        _ = try await world.sendReferral()
        // A convention that no longer lists the key lets the roster go; the institution goes on from its last one.
        var third = try Fixture.convention(
            version: 3, previous: try #require(world.sequencer.directory.convention).hash)
        third.parties[2].keys[0].key = try Fixture.key("ggd01 new").publicKey
        let text = try third.noteText()
        let signers = try ["avema01", "cd01"].map { try Fixture.signer($0) }
        let offered = try Unverified<Convention>(SignedNote(text: text, signatures: signers.map { $0.sign(text) }))
        _ = try await world.sequencer.perform(.publishConvention(offered))
        #expect(world.sequencer.directory.rosters.count == 2)
        let last = try #require(world.rosters["ggd01"])
        let signer = try #require(NoteSigner(name: "ggd01", privateKey: Fixture.key("ggd01 new")))
        let roster = try Fixture.roster("ggd01", version: last.body.version + 1, previous: last.hash, agents: [])
            .signed(by: signer)
        for sequencer in [world.sequencer, restarted] {
            _ = try? await sequencer.load()
            #expect(sequencer.directory.rosters.count == 2)
        }
        _ = try await world.relay.publishRoster(Array(roster.note.serialized.utf8))
        #expect(world.sequencer.directory.rosters.count == 3)
    }

    /// A code that is wrong, used or expired is refused with its own word, and guessing has to wait.
    @Test func invitationsAreUsedOnceAndInTime() async throws {
        let world = try await World(units: [])
        let relay = world.relay
        let institution = try Fixture.institution("avema01")
        func invite() async throws -> Hash {
            let status = InvitationStatus(
                id: Hash.of(TransmissionID.fresh().description), invitation: CodedText(text: "{}", mac: Hash.of("mac")),
                expiresAt: world.clock.now + 60, state: .open, request: nil)
            try await relay.invite(status, by: institution)
            return status.id
        }
        let id = try await invite()
        let request = CodedText(text: "request", mac: Hash.of("request"))
        #expect(try await relay.invitation(id, from: "a").invitation.text == "{}")
        try await relay.request(id, request, from: "a")
        try await relay.request(id, request, from: "a")  // the same again: its answer was lost
        await #expect(throws: Problem(.invitationUsed)) {
            try await relay.request(id, CodedText(text: "other", mac: Hash.of("other")), from: "a")
        }
        await #expect(throws: Problem(.invitationUsed)) { try await relay.invitation(id, from: "a") }
        let late = try await invite()
        world.clock.now += 60
        await #expect(throws: Problem(.invitationExpired)) { try await relay.invitation(late, from: "a") }
        await #expect(throws: Problem(.invitationUnknown)) {
            try await relay.close(late, as: .rejected, by: Fixture.institution("cd01"))
        }
        for _ in 0..<GuessLimit.perMinute {
            await #expect(throws: Problem(.invitationUnknown)) {
                try await relay.invitation(Hash.of("guess"), from: "b")
            }
        }
        await #expect(throws: Problem(.tooManyRequests)) { try await relay.invitation(Hash.of("guess"), from: "b") }
        await #expect(throws: Problem(.invitationUnknown)) { try await relay.invitation(Hash.of("guess"), from: "c") }
        world.clock.now += 60
        await #expect(throws: Problem(.invitationUnknown)) { try await relay.invitation(Hash.of("guess"), from: "b") }
    }
}
