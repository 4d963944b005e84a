// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonVault
import LiaisonWire
import Testing

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
        let vault = try Vault.create(at: "\(directory.path)/registrar", passphrase: World.passphrase())
        let (key, _, _) = try Registrar.create(
            in: vault, institution: Fixture.institution("avema01"), now: Fixture.start)
        registrar = try Registrar(vault: vault)
        var convention = try Fixture.convention()
        convention.parties[0].keys[0].key = key
        let others = try Fixture.signed(convention, by: ["cd01", "ggd01"])
        let note = try Unverified<Convention>(registrar.sign(convention, onto: others.note))
        _ = try await relay.publish(note)
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
        let deaf = try connection { $0.roster = { _ in throw ClientFailure.unreachable } }
        await #expect(throws: ClientFailure.unreachable) { try await registrar.publish(over: deaf, log: log, now: now) }
        #expect(try published?.version == 1)
        try registrar.revoke(Fixture.agent("d-01@avema01"), reason: "lost_device", at: now)
        guard case .published = try await registrar.publish(over: connection(), log: log, now: now) else {
            Issue.record("not published")
            return
        }
        #expect(try published?.version == 2)
        #expect(try published?.agents.first?.revocation?.reason == "lost_device")
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
