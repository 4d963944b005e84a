// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonVault
import LiaisonWire
import LiaisonWords
import Testing

@testable import LiaisonClient

struct RegistrarTests {
    private let directory: TemporaryDirectory
    private let relay: Relay
    private let registrar: Registrar
    private let log: NoteKey
    private let now = Fixture.start

    /// A relay whose convention names the key of a registrar's vault for avema01.
    init() async throws {
        directory = try TemporaryDirectory()
        let store = try SQLiteRelayStore(directory: directory.path)
        let sequencer = Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { Fixture.start })
        relay = Relay(sequencer: sequencer, store: store, clock: { Fixture.start })
        log = try Fixture.noteKey(Fixture.origin)
        let vault = try Vault.create(
            at: "\(directory.path)/registrar", passphrase: World.passphrase(), derivation: World.cheapDerivation())
        let (key, _, _) = try Registrar.create(
            in: vault, institution: Fixture.institution("avema01"), now: Fixture.start)
        registrar = try Registrar(vault: vault)
        var convention = try Fixture.convention()
        convention.parties[0].keys[0].key = key
        let others = try Fixture.signed(convention, by: ["cd01", "ggd01"])
        let note = try Unverified<Convention>(registrar.sign(convention, onto: others.note))
        _ = try await relay.sequencer.perform(.publishConvention(note))
        try registrar.remember(note)
        for unit in try Fixture.roster("avema01", agents: []).units { try registrar.put(unit) }
    }

    private func connection(_ change: (inout LyingConnection) -> Void = { _ in }) throws -> LyingConnection {
        var connection = LyingConnection(DirectConnection(relay: relay, peer: try Fixture.agent("x@avema01")))
        change(&connection)
        return connection
    }

    private func enrol(_ name: String) throws {
        let signer = try Fixture.signer(name)
        let request = try Possession(by: Fixture.agent(name), key: signer.privateKey.publicKey, tls: []).signed(
            by: signer)
        try registrar.enrol(
            Unverified(request.note), units: [Fixture.unit("iscg-est@avema01")], role: "agent", from: now,
            until: now + 86_400)
    }

    private var published: Roster? {
        get throws { relay.sequencer.directory.rosters[try Fixture.institution("avema01")]?.body }
    }

    /// The answer to a roster is lost; what the registrar changes before the next attempt is not.
    @Test func aLostAnswerLosesNoChange() async throws {
        try enrol("d-01@avema01")
        let deaf = try connection { $0.roster = { _ in throw ClientFailure.unreachable() } }
        await #expect(throws: ClientFailure.unreachable()) {
            try await registrar.publish(over: deaf, log: log, now: now)
        }
        #expect(try published?.version == 1)
        try registrar.revoke(Fixture.agent("d-01@avema01"), reason: .lostDevice, at: now)
        guard case .published = try await registrar.publish(over: connection(), log: log, now: now) else {
            Issue.record("not published")
            return
        }
        #expect(try published?.version == 2)
        #expect(try published?.agents.first?.revocation?.reason == .lostDevice)
    }

    /// A relay that takes a revocation into its log and goes on showing everybody the roster before it.
    @Test func aSwallowedRevocationShows() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        let (head, lines) = (try await relay.directoryHead(), try await relay.lines(from: 0))
        let bundle = try await relay.bundle(of: Fixture.institution("avema01"), from: 0, keys: false)
        try registrar.revoke(Fixture.agent("d-01@avema01"), reason: .lostDevice, at: now)
        let lying = try connection {
            $0.head = { _ in head }
            $0.lines = { _ in lines }
            $0.bundle = { _, _ in bundle }
        }
        await #expect(throws: ClientFailure.broken(.ownRosterNotShown)) {
            try await registrar.publish(over: lying, log: log, now: now)
        }
        // Every later look says so, too; until the relay shows it.
        await #expect(throws: ClientFailure.broken(.ownRosterNotShown)) {
            try await registrar.sync(over: lying, log: log, now: now)
        }
        try await registrar.sync(over: connection(), log: log, now: now)
    }

    /// A relay that has gone back behind what it showed the registrar.
    @Test func aRegistrarNoticesAnotherHistory() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        let early = try await relay.directoryHead()
        try enrol("d-02@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        let lying = try connection { $0.head = { _ in early } }
        await #expect(throws: ClientFailure.broken(.directoryRollback)) {
            try await registrar.sync(over: lying, log: log, now: now)
        }
    }

    /// The line of an institution that has published cannot go while its convention stands.
    @Test func aLineThatGoesShows() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        let institution = try Fixture.institution("avema01")
        let lying = try connection {
            $0.lines = { honestly in
                var lines = honestly
                lines.lines.removeAll { $0.institution == institution }
                return lines
            }
        }
        // It is not what the head says either.
        await #expect(throws: ClientFailure.broken(.directoryMismatch)) {
            try await registrar.sync(over: lying, log: log, now: now)
        }
    }

    // MARK: Who reads

    private let est = "iscg-est@avema01"
    private let coordination = "coordination@avema01"

    /// A roster with an agent of each name in the unit beside it.
    private func roster(_ agents: [(name: String, unit: String)], standby: [String: [String]] = [:]) throws -> Roster {
        var roster = try Fixture.roster(
            "avema01",
            agents: agents.map { name, unit in
                try Fixture.agent(
                    Fixture.agent("\(name)@avema01"), in: Fixture.unit(unit), key: Fixture.key(name), tls: [])
            })
        for index in roster.units.indices {
            roster.units[index].standby = try standby[roster.units[index].address.description]?.map(Fixture.unit)
        }
        return roster
    }

    private func without(_ name: String, _ roster: Roster) -> Roster {
        var roster = roster
        for index in roster.agents.indices where roster.agents[index].address.description == "\(name)@avema01" {
            roster.agents[index].revocation = Revocation(at: now, reason: .left)
        }
        return roster
    }

    private func lost(_ before: Roster, _ after: Roster) -> [String] {
        Registrar.lastReaders(from: before, to: after, now: now).map { last in
            let takers = (last.standby + last.substitutes).map(\.description).joined(separator: " ")
            return "\(last.unit.address) +\(last.from - now): \(takers)"
        }
    }

    @Test func aUnitWithOneReaderAndNoStandbyIsNamed() throws {
        func lone(_ roster: Roster) -> [String] {
            Registrar.loneReaders(in: roster, at: now).map { "\($0.unit.address) \($0.agent)" }
        }
        let one = try roster([("a", est)])
        #expect(lone(one) == ["\(est) a@avema01"])
        #expect(lone(without("a", one)) == [])
        let two = try roster([("a", est), ("b", est)])
        #expect(lone(two) == [])
        #expect(lone(without("b", two)) == ["\(est) a@avema01"])
        #expect(lone(try roster([("a", est)], standby: [est: [coordination]])) == [])
    }

    /// Who goes last is found before the roster goes out, with the units that take over.
    @Test func theLastReaderOfAUnitIsFound() throws {
        let one = try roster([("a", est)])
        #expect(lost(one, one) == [])
        #expect(lost(one, without("a", one)) == ["\(est) +0: "])
        let two = try roster([("a", est), ("b", est)])
        #expect(lost(two, without("b", two)) == [])
        // Another agent comes in as the last one goes.
        #expect(lost(one, without("a", two)) == [])
        // A standby unit takes over, if somebody reads there and what waits was sealed to it.
        let stood = try roster([("a", est), ("c", coordination)], standby: [est: [coordination]])
        #expect(lost(stood, without("a", stood)) == ["\(est) +0: \(coordination)"])
        let empty = try roster([("a", est)], standby: [est: [coordination]])
        #expect(lost(empty, without("a", empty)) == ["\(est) +0: "])
        let unstood = try roster([("a", est), ("c", coordination)])
        #expect(lost(unstood, without("a", stood)) == ["\(est) +0: "])
        // When the standby unit's last reader follows, both queues are lost.
        let vacant = without("a", stood)
        #expect(lost(vacant, without("c", vacant)) == ["\(coordination) +0: ", "\(est) +0: "])
    }

    /// A post that ends later leaves the unit later; one that begins later leaves it until then.
    @Test func aPostThatIsMovedIsFoundWhenItEnds() throws {
        let one = try roster([("a", est)])
        var ending = one
        ending.agents[0].posts[0].notAfter = now + 3600
        #expect(lost(one, ending) == ["\(est) +3600: "])
        #expect(lost(ending, one) == [])
        var coming = one
        coming.agents[0].posts[0].notBefore = now + 3600
        #expect(lost(one, coming) == ["\(est) +0: "])
    }

    /// What the registrar set stays when a draft that says nothing of it is read again; what the draft says counts.
    @Test func standbyUnitsOutliveADraftThatIsSilent() throws {
        let (unit, other) = (try Fixture.unit(est), try Fixture.unit(coordination))
        func standby() throws -> [UnitAddress]? { try registrar.units().first { $0.address == unit }?.standby }
        var drafted = try #require(try registrar.units().first { $0.address == unit })
        try registrar.set(standby: [other], of: unit)
        try registrar.put(drafted)
        #expect(try standby() == [other])
        drafted.standby = []
        try registrar.put(drafted)
        #expect(try standby() == nil)
        drafted.standby = [other]
        try registrar.put(drafted)
        #expect(try standby() == [other])
        try registrar.set(standby: [], of: unit)
        #expect(try standby() == nil)
        let nobody = try Fixture.unit("nobody@avema01")
        for wrong in [[unit], [other, other], [nobody]] {
            #expect(throws: ClientFailure.self) { try registrar.set(standby: wrong, of: unit) }
        }
    }

    /// What a registrar has begun before knowing any roster is not replaced without a word.
    @Test func aDraftFromBeforeTheFirstRosterIsNotLostWithoutAWord() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        // As on the device of a colleague, who has seen no roster yet and is at work on one.
        try registrar.vault.delete(Table.registrarNote, "published")
        #expect(try registrar.published() == nil)
        try enrol("d-02@avema01")
        await #expect(throws: ClientFailure.registrar(.draftReplaced(version: 1))) {
            try await registrar.sync(over: connection(), log: log, now: now)
        }
        #expect(try registrar.draft().agents.map(\.address.description) == ["d-01@avema01"])
        try await registrar.sync(over: connection(), log: log, now: now)
    }

    /// A colleague who signs reads to whom a unit's mail is sealed from then on.
    @Test func aColleagueReadsWhoStandsBy() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        var next = try registrar.draft()
        next.version = 2
        let index = try #require(next.units.firstIndex { $0.address.description == est })
        next.units[index].standby = [try Fixture.unit(coordination)]
        #expect(
            try registrar.changes(to: next).lines(.fr) == [
                "avema01, version 2 de la liste :", "- modification : \(est)",
                "- ce qui est pour \(est) est aussi scellé pour : \(coordination)"
            ])
        #expect(try registrar.lastReaders(in: next, now: now).isEmpty)
        try registrar.revoke(Fixture.agent("d-01@avema01"), reason: .left, at: now)
        #expect(try registrar.lastReaders(now: now).map(\.unit.address.description) == [est])
    }

    /// An approval that was never published is taken back by a rejection.
    @Test func aRejectedApplicantIsNotInTheNextRoster() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        let (code, invitation) = try await registrar.invite(
            to: Fixture.unit("iscg-est@avema01"), role: "agent", as: nil, until: nil, validFor: 3600,
            over: connection(),
            now: now)
        #expect(invitation.agent.description == "d-02@avema01")
        let signer = try Fixture.signer("d-02@avema01")
        let possession = try Possession(by: invitation.agent, key: signer.privateKey.publicKey, tls: []).signed(
            by: signer)
        let text = possession.note.serialized
        try await relay.request(code.id, .init(text: text, mac: code.mac(ofRequest: text)), from: "test")
        let request = try #require(try await registrar.requests(over: connection()).first)
        #expect(try registrar.approve(request, now: now))
        try registrar.reject(request)
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        #expect(try published?.agents.map(\.address.description) == ["d-01@avema01"])
    }

    /// A request whose code does not come from the words is nobody's.
    @Test func aRequestOfSomebodyElseIsNotValid() async throws {
        try enrol("d-01@avema01")
        _ = try await registrar.publish(over: connection(), log: log, now: now)
        let (code, invitation) = try await registrar.invite(
            to: Fixture.unit("iscg-est@avema01"), role: "agent", as: nil, until: nil, validFor: 3600,
            over: connection(),
            now: now)
        let thief = try #require(NoteSigner(name: invitation.agent.description, privateKey: .generate()))
        let possession = try Possession(by: invitation.agent, key: thief.privateKey.publicKey, tls: []).signed(
            by: thief)
        let guess = InvitationCode.fresh()
        let text = possession.note.serialized
        try await relay.request(code.id, .init(text: text, mac: guess.mac(ofRequest: text)), from: "test")
        let request = try #require(try await registrar.requests(over: connection()).first)
        #expect(request.possession == nil)
        #expect(throws: ClientFailure.self) { try registrar.approve(request, now: now) }
    }
}
