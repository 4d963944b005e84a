// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// A command is decided by what those before it in the same batch have changed.
struct BatchTests {
    private let montluel = "bta-montluel@ggd01"

    /// Decides and writes commands in one batch, as the sequencer does it with what is queued.
    private func batch(
        _ commands: [CheckedCommand], in world: World
    ) async throws -> (results: [Result<Outcome, Problem>], state: RelayState) {
        let state = try await world.sequencer.reload()
        let (size, log, now) = (state.edge.size, try Fixture.signer(Fixture.origin), world.clock.now)
        return try await world.store.commit { facts in
            var draft = Draft(log: log.name, now: now, store: facts, random: .system, state: state)
            let results = try draft.performAll(commands)
            draft.finish(after: size, signer: log)
            return (draft.batch, (results, draft.state))
        }
    }

    private func index(_ result: Result<Outcome, Problem>) throws -> Int? {
        guard case .recorded(let index) = try result.get() else { return nil }
        return index
    }

    /// A store behind a network is asked once for what an inspection counts in the mailboxes of a thousand units, and not for each.
    @Test func anInspectionSaysWhatItAsks() throws {
        let units = try ["iscg-est@avema01", "iscg-ouest@avema01"].map { try Fixture.unit($0) }
        let auditor = try Fixture.agent("d-01@avema01")
        let demand = try Inspection(
            by: auditor, log: Fixture.origin, since: 0, until: 10, units: units, at: 10
        ).signed(by: Fixture.signer("d-01@avema01"))
        let questions = try Questions([.inspect(Unverified(demand.note), peer: auditor, listed: [])])
        #expect(questions.mailboxes == Set([.institution(auditor.institution)] + units.map(Mailbox.unit)))
    }

    /// Whoever hands in the same document twice at once gets the same answer twice, and the log has it once.
    @Test(arguments: StoreKind.allCases)
    func theSameDocumentTwiceIsOneEntry(kind: StoreKind) async throws {
        let world = try await World(units: [montluel], store: kind)
        let author = try Fixture.agentName(of: montluel)
        var roster = try #require(world.rosters["cd01"]).body
        (roster.version, roster.previous) = (roster.version + 1, try #require(world.rosters["cd01"]).hash)
        let present = try #require(world.sequencer.directory.keys(of: author))
        var keys = present.body
        (keys.version, keys.previous) = (keys.version + 1, present.hash)
        let succession = try Succession(
            by: Fixture.institution("avema01"),
            convention: #require(world.sequencer.directory.convention).hash,
            key: Fixture.key("avema01 new").publicKey, notBefore: world.clock.now,
            notAfter: world.clock.now + .days(1)
        ).signed(by: #require(NoteSigner(name: "avema01", privateKey: Fixture.key("avema01 recovery"))))
        let commands: [Command] = [
            try .publishRoster(Unverified(roster.signed(by: Fixture.signer("cd01")).note)),
            try .publishKeys(Unverified(keys.signed(by: world.signer(montluel)).note), peer: author),
            try .publishSuccession(Unverified(succession.note))
        ]
        for command in commands {
            let before = try await world.store.head()?.size ?? 0
            let checked = CheckedCommand(command, by: world.sequencer.directory)
            let (results, state) = try await batch([checked, checked], in: world)
            let first = try index(results[0])
            #expect(try first != nil && index(results[1]) == first)
            // The document and the DirectoryHead.
            #expect(try await world.store.head()?.size == before + 2)
            // What is known without the store is what a restart reads from it.
            let anew = try await world.sequencer.reload()
            #expect(state.rosterEntries == anew.rosterEntries)
            #expect(state.directory.head == anew.directory.head)
        }
    }

    /// What was signed with the key in force when it was queued is refused once a roster before it names another key.
    @Test func aSignatureHoldsWithTheKeyInForce() async throws {
        let world = try await World(units: [montluel, "iscg-est@avema01"])
        let author = try Fixture.agentName(of: montluel)
        let envelope = try await world.envelope(of: montluel).signed(by: world.signer(montluel))
        let submission = try CheckedCommand(
            .submit(Unverified(envelope.note), .inline([1]), arrived: envelope.body.content, peer: author),
            by: world.sequencer.directory)
        #expect(submission.envelope != nil)
        let present = try #require(world.rosters["ggd01"])
        var roster = present.body
        (roster.version, roster.previous) = (present.body.version + 1, present.hash)
        roster.agents = [
            try Fixture.agent(author, in: Fixture.unit(montluel), key: .generate(), tls: roster.agents[0].tls)
        ]
        let enrolment = try CheckedCommand(
            .publishRoster(Unverified(roster.signed(by: Fixture.signer("ggd01")).note)),
            by: world.sequencer.directory)
        let (results, _) = try await batch([enrolment, submission], in: world)
        #expect(try index(results[0]) != nil)
        #expect(throws: Problem(.signatureRefused)) { try results[1].get() }
    }
}
