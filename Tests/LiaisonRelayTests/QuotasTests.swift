// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// A flood ends where its bucket does; what is urgent, and what others send, goes on.
struct QuotasTests {
    private let start: Instant = 1_780_000_000
    private let flooding: AgentAddress
    private let colleague: AgentAddress
    private let other: AgentAddress
    private let quotas: Quotas

    init() throws {
        flooding = try Fixture.agent("d-01@ggd01")
        colleague = try Fixture.agent("d-02@ggd01")
        other = try Fixture.agent("d-01@avema01")
        var limits = Quotas.Limits()
        limits.agentSubmissions = .init(burst: 10, perHour: 60)
        limits.agentUrgent = .init(burst: 3, perHour: 60)
        limits.institutionSubmissions = .init(burst: 15, perHour: 60)
        limits.agentContentMegabytes = .init(burst: 8, perHour: 3600)
        limits.agentKeys = .init(burst: 2, perHour: 1)
        quotas = Quotas(limits)
    }

    private func submit(
        _ agent: AgentAddress, _ urgency: Urgency = .routine, bytes: Int = 0, after seconds: Int = 0
    ) -> Problem? {
        do {
            try quotas.submit(by: agent, urgency, bytes: bytes, now: start + Seconds(seconds))
            return nil
        } catch { return error }
    }

    @Test func aFloodEndsWithItsBucket() {
        #expect((0..<10).allSatisfy { _ in submit(flooding) == nil })
        let problem = submit(flooding)
        #expect(problem?.code == .tooManyRequests && problem?.retryAfter == 60)
        #expect(submit(flooding, .urgent) == nil, "the alarm goes")
        #expect(submit(other) == nil)
        // The colleague's bucket is full, and the institution's is not empty.
        #expect((0..<5).allSatisfy { _ in submit(colleague) == nil })
        #expect(submit(colleague) != nil, "the institution's is")
        #expect(submit(colleague, .immediate) == nil)
    }

    @Test func bucketsFillAgain() {
        for _ in 0..<10 { _ = submit(flooding) }
        #expect(submit(flooding, after: 59) != nil)
        #expect(submit(flooding, after: 60) == nil)
        #expect(submit(flooding, after: 60) != nil)
        #expect((0..<10).allSatisfy { _ in submit(flooding, after: 3600) == nil })
        #expect(submit(flooding, after: 3600) != nil, "no fuller than full")
        #expect(submit(flooding, after: -100_000) != nil, "a clock that goes back fills nothing")
    }

    @Test func contentsAreCountedByTheirSize() {
        #expect(submit(flooding, bytes: 8 << 20) == nil)
        #expect(submit(flooding, bytes: 1 << 20)?.retryAfter == 1)
        #expect(submit(flooding) == nil, "a form without attachments goes")
        #expect(submit(flooding, bytes: 1 << 20, after: 1) == nil)
        // Larger than the bucket: it goes when the bucket is full, and not never.
        #expect(submit(flooding, bytes: 20 << 20, after: 2) != nil)
        #expect(submit(flooding, bytes: 20 << 20, after: 60) == nil)
        #expect(submit(flooding, bytes: 1 << 20, after: 61) != nil)
    }

    @Test func whatIsRefusedCostsNothing() {
        for _ in 0..<10 { _ = submit(flooding) }
        for _ in 0..<1000 { _ = submit(flooding) }
        #expect(submit(flooding, after: 60) == nil)
    }

    @Test func keysAreFewADay() throws {
        try quotas.publishKeys(of: flooding, now: start)
        try quotas.publishKeys(of: flooding, now: start)
        let refusal = #expect(throws: Problem(.tooManyRequests)) {
            try quotas.publishKeys(of: flooding, now: start + .minutes(59))
        }
        #expect(refusal?.retryAfter == .minutes(1))
        try quotas.publishKeys(of: flooding, now: start + .hours(1))
    }

    /// An institution's rosters are counted by their size, only those that are signed and new, and nobody else's wait for them.
    @Test func rostersAreFewAnHour() async throws {
        let world = try await World(units: [])
        var limits = Quotas.Limits()
        limits.institutionRosterMegabytes = .init(burst: 1, perHour: 1)
        let clock = world.clock
        let relay = Relay(
            sequencer: world.sequencer, store: world.store, clock: { clock.now }, quotas: Quotas(limits))
        var last = try #require(world.rosters["cd01"])
        func publish(after roster: Verified<Roster>, signedBy signer: String) async throws -> Verified<Roster> {
            var next = roster.body
            (next.version, next.previous) = (roster.body.version + 1, roster.hash)
            let signed = try next.signed(by: Fixture.signer(signer))
            _ = try await relay.publishRoster(Array(signed.note.serialized.utf8))
            return signed
        }
        // The smallest counts as 256 KiB.
        for _ in 0..<4 { last = try await publish(after: last, signedBy: "cd01") }
        let refusal = await #expect(throws: Problem(.tooManyRequests)) {
            try await publish(after: last, signedBy: "cd01")
        }
        #expect(refusal?.retryAfter == .minutes(15))
        #expect(relay.quotaRefusals == ["institution_rosters": 1])
        #expect(world.sequencer.directory.rosters[last.body.by]?.hash == last.hash)
        // What the relay has already is no new roster, whoever hands it in and however often.
        for _ in 0..<10 { _ = try await relay.publishRoster(Array(last.note.serialized.utf8)) }
        _ = try await publish(after: try #require(world.rosters["ggd01"]), signedBy: "ggd01")
        clock.now += .minutes(15)
        // What somebody else signs takes nothing from the institution.
        await #expect(throws: Problem(.signatureRefused)) {
            var foreign = last.body
            foreign.version += 1
            let note = try foreign.noteText()
            let line = try #require(NoteSigner(name: "cd01", privateKey: Fixture.key("somebody"))).sign(note)
            let bytes = Array(SignedNote(text: note, signatures: [line]).serialized.utf8)
            _ = try await relay.publishRoster(bytes)
        }
        last = try await publish(after: last, signedBy: "cd01")
    }

    /// What the relay refuses uses up nothing of the institution that it names, whoever hands it in.
    @Test func refusedDocumentsUseUpNothing() async throws {
        let world = try await World(units: [])
        var limits = Quotas.Limits()
        limits.institutionRosterMegabytes = .init(burst: 1, perHour: 1)
        limits.institutionSuccessions = .init(burst: 1, perHour: 1)
        let clock = world.clock
        let relay = Relay(
            sequencer: world.sequencer, store: world.store, clock: { clock.now }, quotas: Quotas(limits))
        let roster = try #require(world.rosters["cd01"])
        func refused(_ body: Roster, signedBy signer: String, _ code: Problem.Code) async throws {
            let note = try body.noteText()
            let bytes = SignedNote(text: note, signatures: [try Fixture.signer(signer).sign(note)]).serialized
            do {
                _ = try await relay.publishRoster(Array(bytes.utf8))
                Issue.record("taken")
            } catch let problem as Problem { #expect(problem.code == code) }
        }
        for version in 0..<10 {
            // Another institution's name under what this one signs, and versions that are none.
            var foreign = roster.body
            foreign.version += 1 + version
            try await refused(foreign, signedBy: "ggd01", .signatureRefused)
            var replaced = roster.body
            replaced.version = 100 + version
            try await refused(replaced, signedBy: "cd01", .outOfOrder)
        }
        var next = roster.body
        (next.version, next.previous) = (roster.body.version + 1, roster.hash)
        _ = try await relay.publishRoster(Array(next.signed(by: Fixture.signer("cd01")).note.serialized.utf8))
        #expect(relay.quotaRefusals == [:])
    }

    @Test func wrongCodesOfManyNetworksLockNobodyOut() {
        let guesses = GuessLimit()
        for number in 0..<50_000 { guesses.failed("network \(number)", now: start) }
        #expect(guesses.mayAsk("somebody else", now: start))
        for _ in 0..<GuessLimit.perMinute { guesses.failed("guesser", now: start) }
        #expect(!guesses.mayAsk("guesser", now: start))
        #expect(guesses.mayAsk("guesser", now: start + .minutes(1)))
    }

    /// However many guess, what is remembered of them is bounded, and who guessed last is remembered longest.
    @Test func wrongCodesOfManyNetworksFillNoMemory() {
        let guesses = GuessLimit()
        var most = 0
        func others(_ count: Int, _ name: String) {
            for number in 0..<count {
                guesses.failed("\(name) \(number)", now: start)
                most = max(most, guesses.remembered)
            }
        }
        others(50_000, "before")
        for _ in 0..<GuessLimit.perMinute { guesses.failed("guesser", now: start) }
        others(GuessLimit.sources - 1, "behind")
        #expect(!guesses.mayAsk("guesser", now: start))
        others(2 * GuessLimit.sources, "further behind")
        #expect(guesses.mayAsk("guesser", now: start))
        #expect(most == 2 * GuessLimit.sources)
    }

    /// What an agent may hand in, and the bucket that it is taken from.
    enum Handover: CaseIterable {
        case submission, stagedSubmission, upload, act, opening, keys

        var bucket: String {
            switch self {
            case .submission, .stagedSubmission: "agent_submissions"
            case .upload: "agent_content"
            case .act, .opening: "agent_acts"
            case .keys: "agent_keys"
            }
        }
    }

    /// Whatever it is, the relay asks the quota before it does anything else.
    @Test(arguments: Handover.allCases) func everythingHasAQuota(handover: Handover) async throws {
        let (montluel, iscg) = ("bta-montluel@ggd01", "iscg-est@avema01")
        let world = try await World(units: [montluel, iscg])
        var limits = Quotas.Limits()
        let one = Quotas.Rate(burst: 1, perHour: 1)
        (limits.agentSubmissions, limits.agentActs, limits.agentKeys) = (one, one, one)
        limits.agentContentMegabytes = one
        let clock = world.clock
        let relay = Relay(
            sequencer: world.sequencer, store: world.store, clock: { clock.now }, quotas: Quotas(limits))
        let (author, signer) = (try Fixture.agentName(of: montluel), try world.signer(montluel))
        let envelope = try await world.envelope(of: montluel)
        let submission = try Unverified<Envelope>(envelope.signed(by: signer).note)
        let opening = try Act(
            by: author, log: Fixture.origin, convention: envelope.routing.convention, head: envelope.routing.head,
            transmission: envelope.routing.id, envelope: Hash.of("none"), unit: Fixture.unit(iscg), act: .opened,
            at: clock.now
        ).signed(by: signer)
        let present = try #require(world.sequencer.directory.keys(of: author))
        var keys = present.body
        (keys.version, keys.previous) = (present.body.version + 1, present.hash)
        func hand() async throws {
            switch handover {
            case .submission:
                _ = try await relay.submit(
                    submission, content: .inline([1]), arrived: envelope.content, by: author)
            case .stagedSubmission: _ = try await relay.submitStaged(submission, by: author)
            case .upload:
                let bytes = [UInt8](repeating: 1, count: 1 << 20)
                _ = try await relay.stage(bytes, of: Hash.of(bytes), at: 0, by: author)
            case .act: _ = try await relay.act(Unverified(opening.note), by: author)
            case .opening: _ = try await relay.open(Unverified(opening.note), from: 0, by: author)
            case .keys: _ = try await relay.publish(Unverified(keys.signed(by: signer).note), by: author)
            }
        }
        // Whatever else there is to say of it: only the second time it is too much.
        do { try await hand() } catch let problem as Problem { #expect(problem.code != .tooManyRequests) }
        #expect(relay.quotaRefusals == [:])
        await #expect(throws: Problem(.tooManyRequests)) { try await hand() }
        #expect(relay.quotaRefusals == [handover.bucket: 1])
    }

    /// A demand counts for every mailbox that it makes an entry in, and a demand that finds no room uses up nothing.
    @Test func demandsOfAnAuditorAreBounded() throws {
        var (count, now) = (InspectionCount(), Instant(7200))
        for _ in 0..<InspectionCount.perMinute { try count.add(entries: 1, at: now) }
        #expect(throws: Problem(.tooManyRequests)) { try count.add(entries: 1, at: now) }
        for _ in 0..<11 {
            now += 60
            try count.add(entries: 1001, at: now)
        }
        now += 60
        #expect(throws: Problem(.tooManyRequests, retryAfter: .hours(1) - .minutes(12))) {
            try count.add(entries: 1001, at: now)
        }
        try count.add(entries: InspectionCount.entriesPerHour - 11 * 1001 - InspectionCount.perMinute, at: now)
        #expect(throws: Problem(.tooManyRequests, retryAfter: .hours(1) - .minutes(12))) {
            try count.add(entries: 1, at: now)
        }
        try count.add(entries: 1001, at: 10_800)
    }

    /// Who meets a bound that is no bucket is counted as well.
    @Test func whoeverWaitsIsCounted() async throws {
        let iscg = "iscg-est@avema01"
        let world = try await World(units: [iscg])
        try await world.publish("avema01", change: { $0[0].duties = [.auditor] })
        let (relay, agent) = (world.relay, try Fixture.agentName(of: iscg))
        for _ in 0..<MailboxSignals.limit { _ = try world.sequencer.signals.listen(agent) }
        #expect(throws: Problem(.tooManyRequests)) { try relay.checkMayFollow(agent) }
        for number in 0...GuessLimit.perMinute {
            let code = number < GuessLimit.perMinute ? Problem.Code.invitationUnknown : .tooManyRequests
            await #expect(throws: Problem(code)) { try await relay.invitation(Hash.of("guess"), from: "a") }
        }
        func inspect(_ since: Instant) async throws {
            let demand = try Inspection(
                by: agent, log: Fixture.origin, since: since, until: world.clock.now, at: world.clock.now
            ).signed(by: world.signer(iscg))
            _ = try await relay.inspect(Unverified(demand.note), from: 0, by: agent)
        }
        for since in 0..<InspectionCount.perMinute { try await inspect(Instant(since)) }
        await #expect(throws: Problem(.tooManyRequests)) { try await inspect(100) }
        #expect(relay.quotaRefusals == ["agent_streams": 1, "guesses": 1, "agent_inspections": 1])
    }
}
