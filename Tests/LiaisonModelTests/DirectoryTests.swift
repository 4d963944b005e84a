// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

struct DirectoryTests {
    private func directory() throws -> Directory {
        var directory = Directory()
        try directory.accept(Fixture.signed(Fixture.convention()), at: Fixture.start)
        return directory
    }

    private func agent(_ name: String, key: String? = nil, tls: String? = nil) throws -> Agent {
        try Fixture.agent(
            Fixture.agent(name), in: Fixture.unit("iscg-est@avema01"), key: Fixture.key(key ?? name),
            tls: [Hash.of(tls ?? name)])
    }

    private func roster(
        _ agents: [Agent], version: Int = 1, previous: Hash? = nil, by institution: String = "avema01"
    ) throws -> Unverified<Roster> {
        let roster = try Fixture.roster(institution, version: version, previous: previous, agents: agents)
        return try Unverified(roster.signed(by: Fixture.signer(institution)).note)
    }

    /// What no convention may say, whoever signed it.
    @Test func aConventionKeepsItsOwnRules() throws {
        let sound = try Fixture.convention()
        let changes: [(inout Convention) -> Void] = [
            { $0.parties.append($0.parties[0]) },
            { $0.logs.append($0.logs[0]) },
            { $0.roles.append($0.roles[0]) },
            { $0.flows.append($0.flows[0]) },
            { $0.flows[0].to = ["nobody"] },
            { $0.flows[0].copies = ["nobody"] },
            { $0.parties[0].rosterSignatures = 0 },
            { $0.parties[0].rosterSignatures = 3 }
        ]
        for (number, change) in changes.enumerated() {
            var broken = sound
            change(&broken)
            var directory = Directory()
            #expect(throws: ConventionFailure.self, "change \(number)") {
                try directory.accept(Fixture.signed(broken), at: Fixture.start)
            }
        }
    }

    @Test func olderRostersAreRefused() throws {
        var directory = try directory()
        let first = try roster([agent("d-01@avema01")])
        let second = try roster([], version: 2, previous: first.note.hash)
        try directory.accept(first, at: Fixture.start)
        try directory.accept(second, at: Fixture.start, chained: true)
        #expect(
            throws: DirectoryRefusal.rosterRollback(try Fixture.institution("avema01"), have: 2, offered: 1)
        ) { try directory.accept(first, at: Fixture.start) }
        let fork = try roster([], version: 3, previous: first.note.hash)
        #expect(throws: DirectoryRefusal.brokenChain("avema01")) {
            try directory.accept(fork, at: Fixture.start, chained: true)
        }
    }

    @Test(arguments: [5000, 5001])
    func aRosterHasOnlySoManyUnits(count: Int) throws {
        var directory = try directory()
        var roster = try Fixture.roster("avema01", agents: [])
        let unit = try #require(roster.units.first)
        roster.units = try (0..<count).map { number in
            var unit = unit
            unit.address = try Fixture.unit("u\(number)@avema01")
            return unit
        }
        let offered = try Unverified<Roster>(roster.signed(by: Fixture.signer("avema01")).note)
        if count == 5000 {
            try directory.accept(offered, at: Fixture.start)
        } else {
            #expect(throws: DirectoryRefusal.tooManyUnits("avema01", limit: 5000)) {
                try directory.accept(offered, at: Fixture.start)
            }
        }
    }

    @Test func onlyTheInstitutionSigns() throws {
        var directory = try directory()
        let roster = try Fixture.roster("avema01", agents: [])
        let foreign = try #require(NoteSigner(name: "avema01", privateKey: Fixture.key("cd01")))
        let note = try roster.signed(by: foreign).note
        #expect(throws: DirectoryRefusal.keyNotInForce("avema01")) {
            try directory.accept(Unverified<Roster>(note), at: Fixture.start)
        }
    }

    @Test func oneKeyUnderTwoAddressesIsRefused() throws {
        var directory = try directory()
        let same = try roster([agent("d-01@avema01"), agent("d-02@avema01", key: "d-01@avema01")])
        #expect(throws: DirectoryRefusal.keyClaimedTwice("d-02@avema01")) {
            try directory.accept(same, at: Fixture.start)
        }
        try directory.accept(roster([agent("d-01@avema01")]), at: Fixture.start)
        // Another institution claims it, under an address of its own and with a proof of its own making.
        let thief = try Fixture.agent(
            Fixture.agent("d-01@cd01"), in: Fixture.unit("crip@cd01"), key: Fixture.key("d-01@avema01"),
            tls: [Hash.of("x")])
        #expect(throws: DirectoryRefusal.keyClaimedTwice("d-01@cd01")) {
            try directory.accept(roster([thief], by: "cd01"), at: Fixture.start)
        }
        let sameTLS = try Fixture.agent(
            Fixture.agent("d-01@cd01"), in: Fixture.unit("crip@cd01"), key: Fixture.key("d-01@cd01"),
            tls: [Hash.of("d-01@avema01")])
        #expect(throws: DirectoryRefusal.keyClaimedTwice("d-01@cd01")) {
            try directory.accept(roster([sameTLS], by: "cd01"), at: Fixture.start)
        }
    }

    @Test func possessionIsProven() throws {
        var directory = try directory()
        var claimed = try agent("d-01@avema01")
        claimed.tls = [Hash.of("another")]
        #expect(throws: DirectoryRefusal.possessionNotProven("d-01@avema01")) {
            try directory.accept(roster([claimed]), at: Fixture.start)
        }
    }

    @Test func addressesStayWithTheirInstitution() throws {
        var directory = try directory()
        let foreign = try Fixture.agent(
            Fixture.agent("d-01@cd01"), in: Fixture.unit("iscg-est@avema01"), key: Fixture.key("d-01@cd01"), tls: [])
        #expect(throws: DirectoryRefusal.foreignAddress("d-01@cd01")) {
            try directory.accept(roster([foreign]), at: Fixture.start)
        }
    }

    private func keys(
        _ name: String, _ key: String, version: Int = 1, previous: Hash? = nil, days: Int = 30
    ) throws -> Unverified<AgentKeys> {
        let bytes = Array(String(repeating: key, count: 2000).utf8.prefix(EncryptionKey.length))
        let document = AgentKeys(
            by: try Fixture.agent(name), version: version, previous: previous, issuedAt: Fixture.start,
            keys: [
                EncryptionKey(
                    key: Base64.encode(bytes), notBefore: Fixture.start, notAfter: Fixture.start + .days(days))
            ])
        return try Unverified(document.signed(by: Fixture.signer(name)).note)
    }

    @Test func encryptionKeysBelongToOneAgent() throws {
        var directory = try directory()
        try directory.accept(roster([agent("d-01@avema01"), agent("d-02@avema01")]), at: Fixture.start)
        let first = try keys("d-01@avema01", "one")
        try directory.accept(first)
        #expect(throws: DirectoryRefusal.keyClaimedTwice("d-02@avema01")) {
            try directory.accept(keys("d-02@avema01", "one"))
        }
        #expect(throws: DirectoryRefusal.keyLivesTooLong("d-02@avema01")) {
            try directory.accept(keys("d-02@avema01", "two", days: 31))
        }
        try directory.accept(keys("d-01@avema01", "three", version: 2, previous: first.note.hash))
        #expect(
            throws: DirectoryRefusal.keysRollback(try Fixture.agent("d-01@avema01"), have: 2, offered: 1)
        ) { try directory.accept(first) }
    }

    @Test func conventionsAreSignedByTheOwnInstitutionAndNeverGoBack() throws {
        let pin = try Fixture.noteKey("avema01")
        var directory = Directory()
        #expect(throws: DirectoryRefusal.notSignedByOwnInstitution) {
            try directory.accept(
                Fixture.signed(Fixture.convention(), by: ["cd01"]), at: Fixture.start, pins: [pin])
        }
        let first = try Fixture.signed(Fixture.convention())
        try directory.accept(first, at: Fixture.start, pins: [pin])
        try directory.accept(
            Fixture.signed(Fixture.convention(version: 2, previous: first.note.hash)), at: Fixture.start, pins: [pin])
        #expect(throws: DirectoryRefusal.conventionRollback(have: 2, offered: 1)) {
            try directory.accept(first, at: Fixture.start, pins: [pin])
        }
        #expect(directory.convention(first.note.hash, at: Fixture.start + 7 * 86_400) != nil)
        #expect(directory.convention(first.note.hash, at: Fixture.start + 7 * 86_400 + 1) == nil)
    }

    /// A key signs a convention when its dates include the convention's beginning, from the first to before the last.
    @Test(arguments: [(0, 1, true), (-10, 0, false), (1, 10, false), (-10, 1, true)])
    func aPartysKeyCountsByItsDates(from: Int, to: Int, counts: Bool) throws {
        var convention = try Fixture.convention()
        let begins = convention.notBefore.rawValue
        convention.parties[0].keys = [
            PartyKey(
                key: convention.parties[0].keys[0].key, notBefore: Instant(begins + from),
                notAfter: Instant(begins + to))
        ]
        let own = convention.parties[0].institution.description
        let signed = try Fixture.signed(convention, by: [own, "cd01"])
        #expect(((try? signed.verifiedByItsParties()) != nil) == counts)
        // Whose signature is looked at only later counts by the same rule.
        var directory = Directory()
        try? directory.accept(signed, at: Fixture.start, of: [Fixture.institution("cd01")])
        try directory.vouch(for: Fixture.institution(own))
        #expect((directory.convention?.signers.contains(own) ?? false) == counts)
    }

    @Test func noByteOfAConventionCanChange() throws {
        let bytes = Array(try Fixture.signed(Fixture.convention(), by: ["avema01"]).note.serialized.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: (any Error).self, "byte \(index)") {
                try Unverified<Convention>(parsing: changed).verifiedByItsParties()
            }
        }
    }

    @Test func revocationEndsMembership() throws {
        var agent = try agent("d-01@avema01")
        let unit = try Fixture.unit("iscg-est@avema01")
        #expect(agent.isMember(of: unit, at: Fixture.start))
        agent.revocation = Revocation(at: Fixture.start + 10, reason: .left)
        #expect(agent.isMember(of: unit, at: Fixture.start + 9))
        #expect(!agent.isMember(of: unit, at: Fixture.start + 10))
    }
}
