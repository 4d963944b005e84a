// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonDossier
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonWire
import Testing

/// Dossiers that only a relay with the log's key can make: every proof in them holds, and what they say does not.
struct ForgedDossierTests {
    let montluel = "bta-montluel@ggd01"
    let iscg = "iscg-est@avema01"

    /// A world with one transmission, opened or not.
    struct Case {
        let world: World
        let id: TransmissionID

        func judge(
            _ keep: (EventRecord) -> Bool = { _ in true }, acts: [String] = [], policy: String = "quorum none\n"
        ) async throws -> DossierReport {
            let trust = try TrustAnchors(text: anchors(policy))
            return DossierVerifier.verify(try await parts(keep: keep, acts), trust: trust)
        }

        func anchors(_ policy: String = "quorum none\n") throws -> String {
            TrustAnchors.text(of: try #require(world.sequencer.directory.convention).body) + policy
        }

        /// Every event about the transmission that `keep` lets in, with all rosters, put together by hand.
        func parts(
            keep: (EventRecord) -> Bool = { _ in true }, _ forged: [String]
        ) async throws -> DossierParts {
            let head = try #require(try await world.store.head())
            let size = head.size
            var note = try SignedCheckpoint(parsing: head.checkpoint, log: Fixture.noteKey(Fixture.origin))
            if let (signer, time) = cosigner {
                let line = signer.cosign(note.checkpoint, at: time)
                let both = SignedNote(text: note.note.text, signatures: note.note.signatures + [line])
                note = try SignedCheckpoint(parsing: both.serialized, log: Fixture.noteKey(Fixture.origin))
            }
            let checkpoint = note.note.serialized
            var events: [Evidence] = []
            var published: [(Hash, Evidence)] = []
            for index in 0..<size {
                guard let entry = try await world.store.entry(index) else { continue }
                let record = try CanonicalJSON.decode(EventRecord.self, from: entry.record)
                let plan = try #require(ProofPlan.inclusion(of: index, in: size))
                let path = try #require(plan.hashes(from: try await world.store.tiles(plan.tiles)))
                let proof = InclusionProof(index: index, path: path, checkpoint: checkpoint)
                let evidence = Evidence(record: entry.record, salt: entry.salt, proof: proof)
                if record.transmission == id, keep(record) { events.append(evidence) }
                if let document = record.document, record.mailbox == .directory {
                    published.append((document, evidence))
                }
            }
            let transmission = try #require(try await world.store.transmission(id))
            let convention = try #require(world.sequencer.directory.convention)
            var parts = DossierParts()
            parts.add(DossierFile.envelope, transmission.envelope)
            parts.add(DossierFile.checkpoint, checkpoint)
            parts.add(DossierFile.events, try CanonicalJSON.encode(DossierEvents(events: events)))
            let notes = try await world.store.acts(on: id).map(\.note) + forged
            for (number, note) in notes.enumerated() { parts.add(DossierFile.act(number + 1), note) }
            var list: [DossierDirectory.Document] = []
            for (hash, evidence) in published {
                guard let note = try await document(hash), !list.contains(where: { $0.evidence == evidence }) else {
                    continue
                }
                let file = hash == convention.hash ? DossierFile.convention : DossierFile.document(list.count + 1)
                parts.add(file, note)
                list.append(.init(file: file, evidence: evidence))
            }
            parts.add(DossierFile.directory, try CanonicalJSON.encode(DossierDirectory(documents: list)))
            parts.add(DossierFile.page, "")
            parts.add(
                DossierFile.head,
                try CanonicalJSON.encode(
                    DossierHead(
                        transmission: id, log: Fixture.noteKey(Fixture.origin).description, madeAt: world.clock.now,
                        content: .withheld)))
            return parts
        }

        /// Conventions and rosters of the log, and those of the test's making.
        private func document(_ hash: Hash) async throws -> String? {
            if let forged = forgeries[hash] { return forged }
            guard let published = try? await world.relay.document(hash) else { return nil }
            return published.note.hasPrefix(AgentKeys.type) ? nil : published.note
        }

        var forgeries: [Hash: String] = [:]
        var cosigner: (CosignatureSigner, Instant)?

        func cosigned(by signer: CosignatureSigner, at time: Instant) -> Case {
            var copy = self
            copy.cosigner = (signer, time)
            return copy
        }
    }

    func opened() async throws -> Case {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        return Case(world: world, id: id)
    }

    func forge(
        _ test: Case, in mailboxes: [String], _ name: EventName, _ fill: (inout EventRecord) throws -> Void
    ) async throws {
        let stored = try #require(try await test.world.store.transmission(test.id))
        for mailbox in mailboxes {
            try await test.world.forge(in: .unit(Fixture.unit(mailbox)), name) { event in
                event.transmission = test.id
                event.envelope = stored.hash
                event.unit = try Fixture.unit(iscg)
                try fill(&event)
            }
        }
    }

    /// - Parameter colleague: who makes it instead of the unit's agent.
    func act(
        _ kind: Act.Kind, _ test: Case, by colleague: (name: AgentAddress, signer: NoteSigner)? = nil
    ) async throws -> Verified<Act> {
        let stored = try #require(try await test.world.store.transmission(test.id))
        return try Act(
            by: colleague?.name ?? Fixture.agentName(of: iscg), log: Fixture.origin, convention: stored.hash,
            head: stored.hash, transmission: test.id, envelope: stored.hash, unit: Fixture.unit(iscg), act: kind,
            at: test.world.clock.now
        ).signed(by: colleague?.signer ?? test.world.signer(iscg))
    }

    /// What the test puts together by hand is judged as what a client makes.
    @Test func anHonestOneIsValid() async throws {
        let report = try await opened().judge()
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.deliveries.map(\.progress.state) == [.opened])
    }

    /// Of two mailboxes the one that tells more is told: the maker cannot choose the more convenient state.
    @Test func theFurthestStateIsTold() async throws {
        let test = try await opened()
        let reader = try test.world.session(iscg)
        try await reader.refresh()
        _ = try await reader.acknowledge(test.id)
        let own = Mailbox.unit(try Fixture.unit(iscg))
        let report = try await test.judge { $0.event != .consignmentAcceptance || $0.mailbox != own }
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.deliveries.map(\.progress.state) == [.acknowledged])
    }

    @Test func mailboxesThatContradictAreInvalid() async throws {
        let test = try await opened()
        let (acknowledged, refused) = (try await act(.acknowledged, test), try await act(.opened, test))
        try await forge(test, in: [iscg], .consignmentAcceptance) { event in
            event.state = .acknowledged
            event.act = acknowledged.hash
            event.agent = acknowledged.body.by
        }
        try await forge(test, in: [montluel], .contentHandover) { event in
            event.state = .opened
            event.act = refused.hash
            event.agent = refused.body.by
        }
        let report = try await test.judge(acts: [acknowledged.note.serialized, refused.note.serialized])
        #expect(report.verdict == .invalid, "\(report.checks)")
        #expect(report.checks.last?.name == .events)
    }

    /// An act of a revoked agent, logged behind the revocation with a time before it.
    @Test func anEarlierTimeDoesNotUndoARevocation() async throws {
        let test = try await opened()
        let before = test.world.clock.now
        test.world.clock.now += 600
        let now = test.world.clock.now
        try await test.world.publish(
            "avema01", change: { $0[0].revocation = Revocation(at: now, reason: .lostDevice) })
        let late = try await act(.acknowledged, test)
        try await forge(test, in: [iscg, montluel], .consignmentAcceptance) { event in
            event.at = before
            event.state = .acknowledged
            event.act = late.hash
            event.agent = late.body.by
        }
        let report = try await test.judge(acts: [late.note.serialized])
        #expect(report.verdict == .invalid, "\(report.checks)")
        #expect(report.checks.last?.name == .acts)
        let sender = try test.world.session(montluel)
        try await sender.refresh()
        await #expect(throws: ClientFailure.self) { try await sender.track(test.id) }
    }

    /// A unit is not silent before its answer is due.
    @Test func silenceBeforeItIsDueIsInvalid() async throws {
        let test = try await opened()
        let due = test.world.clock.now + 1
        try await forge(test, in: [iscg, montluel], .escalation) { event in
            event.state = .opened
            event.dueAt = due
            event.code = "unit"
        }
        let report = try await test.judge()
        #expect(report.verdict == .invalid, "\(report.checks)")
        #expect(report.checks.last?.name == .events)
    }

    /// Silence is counted from the instant that the consignment names, and from no other.
    @Test(arguments: [0, -1]) func silenceIsCountedFromTheConsignment(_ shift: Int) async throws {
        let test = try await opened()
        let consigned = try #require(try await events(of: test).first { $0.event == .contentConsignment })
        let due = try #require(consigned.dueAt)
        test.world.clock.now = due + 1
        try await forge(test, in: [iscg, montluel], .escalation) { event in
            event.state = .opened
            event.dueAt = due + Seconds(shift)
            event.code = "unit"
        }
        let report = try await test.judge()
        #expect((report.verdict == .valid) == (shift == 0), "\(report.checks)")
        #expect(shift == 0 || report.checks.last?.name == .events)
    }

    /// A mailbox that hears of a delivery later tells nothing that the delivery's own do not.
    @Test(arguments: [DeliveryState.opened, .refused])
    func aThirdMailboxTellsTheSame(_ state: DeliveryState) async throws {
        let test = try await opened()
        try await forge(test, in: [montluel, iscg], .unattended) { $0.state = .opened }
        try await forge(test, in: ["iscg-sud@avema01"], .unattended) { $0.state = state }
        let report = try await test.judge()
        #expect((report.verdict == .valid) == (state == .opened), "\(report.checks)")
    }

    /// An Erasure in an agent's name leans on that agent's act.
    @Test func anErasureWithoutAnActNamesNobody() async throws {
        let test = try await opened()
        let reader = try test.world.session(iscg)
        try await reader.refresh()
        _ = try await reader.acknowledge(test.id)
        try await forge(test, in: [iscg, montluel], .erasure) { event in
            event.state = .acknowledged
            event.code = "data_subject_request"
            event.agent = try Fixture.agentName(of: iscg)
        }
        let report = try await test.judge()
        #expect(report.verdict == .invalid, "\(report.checks)")
        #expect(report.checks.last?.name == .events)
    }

    /// A refused act may be shown, if it is the one that was refused; the relay keeps none, so it may also be missing.
    @Test func aRefusedActIsItsAgents() async throws {
        let test = try await opened()
        let refused = try await act(.erased, test)
        try await forge(test, in: [iscg], .actRejection) { event in
            event.code = "no_transition"
            event.act = refused.hash
            event.agent = refused.body.by
        }
        #expect(try await test.judge().verdict == .valid)
        #expect(try await test.judge(acts: [refused.note.serialized]).verdict == .valid)
        try await forge(test, in: [iscg], .actRejection) { event in
            event.code = "no_transition"
            event.act = refused.hash
            event.agent = try Fixture.agentName(of: montluel)
        }
        let report = try await test.judge(acts: [refused.note.serialized])
        #expect(report.verdict == .invalid, "\(report.checks)")
        #expect(report.checks.last?.name == .acts)
    }

    private func events(of test: Case) async throws -> [EventRecord] {
        let size = try #require(try await test.world.store.head()).size
        var records: [EventRecord] = []
        for index in 0..<size {
            guard let entry = try await test.world.store.entry(index) else { continue }
            records.append(try CanonicalJSON.decode(EventRecord.self, from: entry.record))
        }
        return records.filter { $0.transmission == test.id }
    }

    /// A roster that nobody signed, said to be the next one, does not hide that the true next one is not here.
    @Test func anUnsignedLaterRosterSaysNothing() async throws {
        var test = try await opened()
        let present = try #require(test.world.sequencer.directory.rosters[Fixture.institution("avema01")])
        var next = present.body
        next.version += 1
        next.previous = present.hash
        let thief = try #require(NoteSigner(name: "avema01", privateKey: .generate()))
        let note = try next.signed(by: thief).note
        try await test.world.forge(in: .directory, .rosterPublished) { $0.document = note.hash }
        test.forgeries[note.hash] = note.serialized
        let report = try await test.judge()
        #expect(report.verdict == .valid, "\(report.checks)")
        #expect(report.story?.asStated.contains(try Fixture.institution("avema01")) == true)
    }

    /// What a witness cosigned at ten holds nothing of eleven.
    @Test func nothingIsYoungerThanItsCosignature() async throws {
        let test = try await opened()
        let signer = try #require(CosignatureSigner(name: "w", privateKey: .generate()))
        test.world.clock.now += 3600
        let reader = try test.world.session(iscg)
        try await reader.refresh()
        _ = try await reader.acknowledge(test.id)
        let policy = "witness w \(signer.key)\nquorum w\n"
        #expect(try await test.judge(policy: policy).verdict == .incomplete)
        let report = try await test.cosigned(by: signer, at: test.world.clock.now - 3000).judge(policy: policy)
        #expect(report.verdict == .invalid, "\(report.checks)")
        #expect(report.checks.last?.name == .events)
        #expect(try await test.cosigned(by: signer, at: test.world.clock.now).judge(policy: policy).verdict == .valid)
    }
}
