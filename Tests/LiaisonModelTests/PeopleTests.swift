// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

/// Substitutes, second signatures, successions and invitation codes.
struct PeopleTests {
    private func directory(_ change: (inout Convention) throws -> Void = { _ in }) throws -> Directory {
        var convention = try Fixture.convention()
        try change(&convention)
        var directory = Directory()
        try directory.accept(Fixture.signed(convention), at: Fixture.start)
        return directory
    }

    private func roster(
        version: Int = 1, previous: Hash? = nil, absence: Absence? = nil, by signers: [NoteSigner]
    ) throws -> Unverified<Roster> {
        let agent = try Fixture.agent(
            Fixture.agent("d-01@avema01"), in: Fixture.unit("coordination@avema01"), key: Fixture.key("d-01"), tls: [])
        var roster = try Fixture.roster("avema01", version: version, previous: previous, agents: [agent])
        for index in roster.units.indices where roster.units[index].address.local == "iscg-est" {
            roster.units[index].absence = absence
        }
        let text = try roster.noteText()
        return try Unverified(SignedNote(text: text, signatures: signers.map { $0.sign(text) }))
    }

    @Test func aSubstituteActsWhileTheUnitIsAbsent() throws {
        var directory = try directory()
        let unit = try Fixture.unit("iscg-est@avema01")
        let substitute = try Fixture.unit("coordination@avema01")
        let until = Fixture.start + 86_400
        let own = try Fixture.signer("avema01")
        try directory.accept(
            roster(absence: Absence(reason: .leave, until: until, substitutes: [substitute]), by: [own]),
            at: Fixture.start)
        let agent = try #require(directory.agent(try Fixture.agent("d-01@avema01")))
        #expect(directory.isMember(agent, of: unit, at: until - 1))
        #expect(!directory.isMember(agent, of: unit, at: until))
        #expect(directory.units(of: agent.address, at: until - 1) == [substitute, unit])
        #expect(directory.units(of: agent.address, at: until) == [substitute])
        #expect(directory.members(of: unit, at: until - 1).map(\.address) == [agent.address])
        for wrong in ["cms-bourg@cd01", "iscg-est@avema01", "nobody@avema01"] {
            let absence = Absence(reason: .vacancy, substitutes: [try Fixture.unit(wrong)])
            let offered = try roster(version: 2, absence: absence, by: [own])
            #expect(throws: DirectoryRefusal.unknownUnit(wrong)) { try directory.accept(offered, at: Fixture.start) }
        }
    }

    @Test func twoRegistrarsSignWhereTheInstitutionWantsIt() throws {
        let second = try #require(NoteSigner(name: "avema01", privateKey: Fixture.key("second")))
        let first = try Fixture.signer("avema01")
        var directory = try directory { convention in
            convention.parties[0].rosterSignatures = 2
            convention.parties[0].keys.append(
                PartyKey(key: second.privateKey.publicKey, notBefore: 0, notAfter: Fixture.start + 86_400 * 900))
        }
        for one in [first, second] {
            let offered = try roster(by: [one])
            #expect(throws: DirectoryRefusal.signatureMissing("avema01", needed: 2)) {
                try directory.accept(offered, at: Fixture.start)
            }
        }
        let twice = try roster(by: [first, first])
        #expect(throws: (any Error).self) { try directory.accept(twice, at: Fixture.start) }
        let stranger = try #require(NoteSigner(name: "avema01", privateKey: Fixture.key("stranger")))
        let three = try roster(by: [first, second, stranger])
        #expect(throws: SignedNote.Failure.tooManySignatures(3)) { try directory.accept(three, at: Fixture.start) }
        try directory.accept(roster(by: [first, second]), at: Fixture.start)
        #expect(directory.rosters[try Fixture.institution("avema01")]?.keys.count == 2)
    }

    @Test func aSuccessionPutsAnotherKeyInForce() throws {
        var directory = try directory()
        let institution = try Fixture.institution("avema01")
        let old = try Fixture.signer("avema01")
        let new = try #require(NoteSigner(name: "avema01", privateKey: Fixture.key("new")))
        let recovery = try #require(NoteSigner(name: "avema01", privateKey: Fixture.key("avema01 recovery")))
        try directory.accept(roster(by: [old]), at: Fixture.start)
        func succession(_ convention: Hash, by signer: NoteSigner) throws -> Unverified<Succession> {
            let document = Succession(
                by: institution, convention: convention, key: new.privateKey.publicKey, notBefore: Fixture.start + 10,
                notAfter: Fixture.start + 86_400)
            return try Unverified(document.signed(by: signer).note)
        }
        let convention = try #require(directory.convention).hash
        let forged = try succession(convention, by: old)
        #expect(throws: (any Error).self) { try directory.accept(forged) }
        let elsewhere = try succession(Hash.of("other"), by: recovery)
        #expect(throws: DirectoryRefusal.wrongConvention("avema01")) { try directory.accept(elsewhere) }
        try directory.accept(succession(convention, by: recovery))
        #expect(directory.signingKeys(of: institution, at: Fixture.start) == [try old.noteKey])
        #expect(directory.signingKeys(of: institution, at: Fixture.start + 10) == [try new.noteKey])
        #expect(directory.signingKeys(of: institution, at: Fixture.start + 86_400).isEmpty)
        let present = try #require(directory.rosters[institution]).hash
        let stolen = try roster(version: 2, previous: present, by: [old])
        #expect(throws: DirectoryRefusal.keyNotInForce("avema01")) {
            try directory.accept(stolen, at: Fixture.start + 10)
        }
        try directory.accept(roster(version: 2, previous: present, by: [new]), at: Fixture.start + 10)
    }

    /// After two successions a roster between them is judged by the first one's key: the key before it stays dead.
    @Test func aSecondSuccessionDoesNotReviveAnOldKey() throws {
        let institution = try Fixture.institution("avema01")
        let old = try Fixture.signer("avema01")
        let recovery = try #require(NoteSigner(name: "avema01", privateKey: Fixture.key("avema01 recovery")))
        let keys = try (0..<2).map { _ in try #require(NoteSigner(name: "avema01", privateKey: .generate())) }
        var directory = try directory()
        let convention = try #require(directory.convention).hash
        var successions: [(note: Verified<Succession>, index: Int)] = []
        for (number, key) in keys.enumerated() {
            let note = try Succession(
                by: institution, convention: convention, key: key.privateKey.publicKey,
                notBefore: Fixture.start + 100 * number, notAfter: Fixture.start + 86_400
            ).signed(by: recovery)
            try directory.accept(Unverified<Succession>(note.note))
            successions.append((note, 10 + 10 * number))
        }
        func accepts(_ signer: NoteSigner, at index: Int) throws -> Bool {
            var directory = directory
            return
                (try? directory.accept(
                    roster(by: [signer]), published: LogPlace(index: index, at: Fixture.start + 1), convention: 0,
                    successions: successions)) != nil
        }
        for (signer, index, counts) in [
            (old, 5, true), (old, 15, false), (old, 25, false), (keys[0], 5, false), (keys[0], 15, true),
            (keys[0], 25, false), (keys[1], 15, false), (keys[1], 25, true)
        ] {
            #expect(try accepts(signer, at: index) == counts, "\(index)")
        }
    }

    @Test func codesAreReadBackAndMistakesAreFound() throws {
        for _ in 0..<50 {
            let code = InvitationCode.fresh()
            #expect(code.words.count == 9 && code.words.allSatisfy { $0.count == 5 })
            let read = try InvitationCode(text: code.words.joined(separator: " ").uppercased())
            #expect(read.bytes == code.bytes && read.id == code.id)
            var words = code.words
            words.swapAt(0, 1)
            if words != code.words {
                #expect(throws: InvitationCode.Failure.checkWord) {
                    try InvitationCode(text: words.joined(separator: "-"))
                }
            }
        }
        // The examples of the proquint page: 127.0.0.1 is lusab-babad, 63.84.220.193 is gutih-tugad.
        let known = try #require(
            InvitationCode(secret: [127, 0, 0, 1, 63, 84, 220, 193] + [UInt8](repeating: 0, count: 8)))
        #expect(known.words.prefix(4) == ["lusab", "babad", "gutih", "tugad"])
        #expect(throws: InvitationCode.Failure.wrongCount(2)) { try InvitationCode(text: "lusab babad") }
        #expect(throws: InvitationCode.Failure.unreadable(place: 3)) {
            try InvitationCode(text: "lusab babad xxxxx tugad babab babab babab babab babab")
        }
    }

    /// The relay knows the id; neither the secret nor the keys of the two codes follow from it or from each other.
    @Test func whatIsDerivedIsApart() {
        let code = InvitationCode.fresh()
        let texts = [code.id, code.mac(ofInvitation: "x"), code.mac(ofRequest: "x"), code.mac(ofInvitation: "y")]
        #expect(Set(texts).count == 4)
        #expect(texts.allSatisfy { $0.bytes.prefix(16) != code.bytes[...] })
    }
}
