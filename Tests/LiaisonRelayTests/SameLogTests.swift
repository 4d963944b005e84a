// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// The log is a function of what was asked, of the clock and of the random bytes: the same story makes the same log, byte for
/// byte, whatever the relay does to be fast. The relay that decided each command by itself, and read what it needed from the store
/// one after the other, made the same log as the one that decides a batch in one transaction. The hashes have changed once
/// since, when what falls due at one instant came to be looked at in order of its urgency.
struct SameLogTests {
    private static let leaves = "a7a190ab2f4db9b90305a1701cbdc4bede9a5275bb7570ee44c6ff5230bb9a6f"
    private static let records = "61920fad5bd2f7e1600d4bdab59696f0ed78e7a3af6ba74342258ce7cb345c75"

    @Test(arguments: Telling.allCases, StoreKind.allCases)
    func theLogIsTheSame(telling: Telling, kind: StoreKind) async throws {
        let story = try await Story(telling, kind)
        try await story.tell()
        let size = try #require(try await story.store.head()?.size)
        var (leaves, records): ([UInt8], [UInt8]) = ([], [])
        for index in 0..<size {
            let entry = try #require(try await story.store.entry(index))
            leaves += entry.commitment.bytes
            records += entry.salt.bytes + entry.record
        }
        #expect(size > 60)
        #expect(Hash.of(leaves).hex == Self.leaves)
        #expect(Hash.of(records).hex == Self.records)
    }
}

/// How the relay meets the commands of a story.
enum Telling: CaseIterable {
    /// One after the other.
    case oneByOne
    /// Each by a sequencer that has read everything anew.
    case reloaded
    /// Those of one instant in one batch.
    case batched
}

/// Some days between three institutions, with keys, ids and times that never change.
private final class Story {
    let store: any RelayStore
    private let directory: TemporaryDirectory
    private let clock = TestClock()
    private let random = RandomBytes.repeatable("same log")
    private let telling: Telling
    /// What waits to be decided in one batch; nil when each command is decided at once.
    private var waiting: [Command]?
    private var sequencer: Sequencer
    private var convention = Hash.of("")
    private var head = Hash.of("")
    private var rosters: [String: Hash] = [:]
    private var count = 0

    private let units = [
        "bta-montluel@ggd01", "corg@ggd01", "iscg-est@avema01", "coordination@avema01", "cms-bourg@cd01", "crip@cd01"
    ]

    init(_ telling: Telling, _ kind: StoreKind) async throws {
        directory = try TemporaryDirectory()
        store = try await kind.open(in: directory)
        self.telling = telling
        sequencer = try Self.sequencer(store, clock, random)
    }

    private static func sequencer(
        _ store: any RelayStore, _ clock: TestClock, _ random: RandomBytes
    ) throws -> Sequencer {
        Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { clock.now }, random: random)
    }

    @discardableResult
    private func perform(_ command: Command) async throws -> Problem.Code? {
        if waiting != nil {
            waiting?.append(command)
            return nil
        }
        if telling == .reloaded {
            sequencer = try Self.sequencer(store, clock, random)
            try await sequencer.load()
        }
        do {
            _ = try await sequencer.perform(command)
            return nil
        } catch let problem as Problem {
            return problem.code
        }
    }

    private func beginBatch() { waiting = telling == .batched ? [] : nil }

    /// Decides and writes what waits as the sequencer does it with what is queued.
    private func endBatch() async throws {
        guard let commands = waiting else { return }
        waiting = nil
        let state = try await sequencer.reload()
        let (size, log, now) = (state.edge.size, try Fixture.signer(Fixture.origin), clock.now)
        try await store.commit { [random] facts in
            var draft = Draft(log: log.name, now: now, store: facts, random: random, state: state)
            _ = try draft.performAll(commands.map { CheckedCommand($0, by: state.directory) })
            draft.finish(after: size, signer: log)
            return (draft.batch, ())
        }
    }

    private func publish(_ institution: String, without gone: String? = nil) async throws {
        let own = units.filter { $0.hasSuffix("@\(institution)") && $0 != gone }
        let agents = try own.map { unit in
            let name = try Fixture.agentName(of: unit)
            return try Fixture.agent(
                name, in: Fixture.unit(unit), key: Fixture.key(name.description), tls: [Hash.of(unit)])
        }
        var roster = try Fixture.roster(
            institution, version: rosters[institution] == nil ? 1 : 2, previous: rosters[institution],
            agents: agents.sorted { $0.address < $1.address })
        roster.issuedAt = clock.now
        if institution == "avema01" {
            for index in roster.agents.indices where roster.agents[index].address.description == "d-01@avema01" {
                roster.agents[index].duties = [.auditor]
            }
        }
        let signed = try roster.signed(by: Fixture.signer(institution))
        rosters[institution] = signed.hash
        try await perform(.publishRoster(Unverified(signed.note)))
    }

    private func tick() async throws {
        try await perform(.tick)
        if let entry = try await store.latestDirectoryHead() { head = Hash.of(entry.record) }
    }

    private func id() throws -> TransmissionID {
        count += 1
        let hex = Hash.of("transmission \(count)").hex
        let groups = [8, 4, 4, 4, 12].reduce(into: (text: "", rest: hex[...])) { made, length in
            made.text += (made.text.isEmpty ? "" : "-") + made.rest.prefix(length)
            made.rest = made.rest.dropFirst(length)
        }
        // Version 4, variant 1, as RFC 9562 has them.
        var text = Array(groups.text)
        (text[14], text[19]) = ("4", "8")
        return try Fixture.unwrap(TransmissionID(String(text)))
    }

    private typealias Sent = (id: TransmissionID, envelope: Hash, to: String)

    @discardableResult
    private func submit(
        _ kind: String, _ from: String, _ to: String, copies: [String] = [], urgency: Urgency = .routine,
        answering: TransmissionID? = nil, expecting code: Problem.Code? = nil
    ) async throws -> Sent {
        let id = try id()
        let content = Array("content of \(id)".utf8)
        let by = try Fixture.agentName(of: from)
        let reference = ContentReference(sha256: Hash.of(content), size: content.count)
        let envelope = try Envelope(
            by: by,
            routing: Routing(
                id: id, log: Fixture.origin, convention: convention, head: head, from: Fixture.unit(from),
                to: Fixture.unit(to), copies: copies.map { try Fixture.unit($0) }, kind: kind, urgency: urgency,
                sealedAt: clock.now, inReplyTo: answering),
            content: reference, manifest: Hash.of("m")
        ).signed(by: Fixture.signer(by.description))
        let refused = try await perform(
            .submit(Unverified(envelope.note), .inline(content), arrived: reference, peer: by))
        if waiting == nil { #expect(refused == code, "\(kind) to \(to)") }
        return (id, envelope.hash, to)
    }

    private func act(
        _ kind: Act.Kind, on sent: Sent, by unit: String? = nil, reason: ReasonCode? = nil,
        expecting code: Problem.Code? = nil
    ) async throws {
        let by = try Fixture.agentName(of: unit ?? sent.to)
        let act = try Act(
            by: by, log: Fixture.origin, convention: convention, head: head, transmission: sent.id,
            envelope: sent.envelope, unit: Fixture.unit(sent.to), act: kind, reason: reason, at: clock.now
        ).signed(by: Fixture.signer(by.description))
        let refused = try await perform(.act(Unverified(act.note), peer: by))
        if waiting == nil { #expect(refused == code, "\(kind) on \(sent.to)") }
    }

    func tell() async throws {
        let (montluel, iscg, cms) = ("bta-montluel@ggd01", "iscg-est@avema01", "cms-bourg@cd01")
        try await perform(.operate(.start(version: "1.0.0", configuration: Hash.of("configuration"))))
        let signed = try Fixture.signed(Fixture.convention())
        convention = signed.note.hash
        try await perform(.publishConvention(signed))
        for institution in ["avema01", "cd01", "ggd01"] { try await publish(institution) }
        for unit in units {
            let by = try Fixture.agentName(of: unit)
            let bytes = Array((0..<38).flatMap { Hash.of("\(unit) \($0)").bytes })
            let keys = try AgentKeys(
                by: by, version: 1, previous: nil, issuedAt: clock.now,
                keys: [
                    EncryptionKey(
                        key: Base64.encode(bytes), notBefore: clock.now, notAfter: clock.now + .days(30))
                ]
            ).signed(by: Fixture.signer(by.description))
            try await perform(.publishKeys(Unverified(keys.note), peer: by))
        }
        try await tick()

        // Answered in each way, with an answer of its own, copies, and what is refused
        beginBatch()
        let first = try await submit("referral", montluel, iscg)
        try await perform(.notify([DeliveryID(transmission: first.id, unit: Fixture.unit(iscg))]))
        try await act(.acknowledged, on: first, expecting: .wrongState)
        try await act(.opened, on: first)
        try await act(.acknowledged, on: first)
        try await act(.acknowledged, on: first, expecting: nil)
        try await submit("reply", iscg, montluel, answering: first.id)
        try await submit("reply", cms, montluel, answering: first.id, expecting: .replyNotBetweenUnits)
        let second = try await submit("referral", montluel, iscg, urgency: .urgent)
        try await act(.opened, on: second)
        try await act(.refused, on: second, reason: .wrongUnit)
        let third = try await submit("referral", montluel, iscg)
        try await act(.withdrawn, on: third, by: montluel, reason: .misdirected)
        try await act(.opened, on: third, expecting: .contentGone)
        try await submit("concern_report", iscg, cms, copies: ["crip@cd01"], urgency: .urgent)
        try await submit("concern_report", iscg, cms, urgency: .urgent, expecting: .copyMissing)
        try await submit("referral", montluel, cms, expecting: .noFlow)
        try await endBatch()

        // Silence: the steps one after the other, then a unit that nobody is left in, then the end of retention
        let silent = try await submit("referral", montluel, iscg, urgency: .urgent)
        try await act(.opened, on: silent)
        for hours in [1, 1, 2, 24] {
            clock.now += .hours(hours)
            try await tick()
        }
        let lost = try await submit("concern_report", iscg, cms, copies: ["crip@cd01"], urgency: .urgent)
        clock.now += .minutes(2)
        try await publish("cd01", without: cms)
        try await tick()
        try await act(.opened, on: lost, expecting: .agentNotInForce)

        // An auditor looks, the operator starts again, a year passes
        let auditor = try Fixture.agent("d-01@avema01")
        let inspection = try Inspection(
            by: auditor, log: Fixture.origin, since: Fixture.start, until: clock.now,
            units: [Fixture.unit(iscg)].sorted(), at: clock.now
        ).signed(by: Fixture.signer(auditor.description))
        try await perform(.inspect(Unverified(inspection.note), peer: auditor, listed: [Fixture.unit(iscg)]))
        try await perform(.operate(.start(version: "1.0.1", configuration: Hash.of("another"))))
        for days in [31, 200] {
            clock.now += .days(days)
            try await tick()
            try await tick()
        }
    }
}
