// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonPostgreSQLStore
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonSealing
import LiaisonTLS
import LiaisonTestKit
import LiaisonWire

/// An agent whose keys the generator has.
struct Correspondent {
    let unit: UnitAddress
    let address: AgentAddress
    let signer: NoteSigner
    let tls: TLSIdentity
}

/// A relay's data directory: a convention of three institutions, in which 128 agents of two of them write referrals to 16
/// units of the third.
struct Site {
    let directory: TemporaryDirectory
    let senders: [Correspondent]
    let recipients: [Correspondent]
    let convention: Hash

    var path: String { directory.path + "/relay" }

    static let senderCount = 128
    static let recipientCount = 16

    /// Made with `liaisond init`; the log's key is replaced by the one that fixtures have, so that the benchmark can fill the
    /// store with entries that verify.
    init(programs: String) async throws {
        directory = try TemporaryDirectory()
        let path = directory.path + "/relay"
        _ = try await Programs.run("\(programs)/liaisond", ["init", "--data", path, "--origin", Fixture.origin])
        try FileManager.default.removeItem(atPath: path + "/log-key")
        try Fixture.key(Fixture.origin).create(file: path + "/log-key")
        senders = try (0..<Self.senderCount).map { number in
            try Self.correspondent(number, "bta", of: number.isMultiple(of: 2) ? "ggd01" : "cd01")
        }
        recipients = try (0..<Self.recipientCount).map { try Self.correspondent($0, "iscg", of: "avema01") }
        let convention = try Fixture.signed(Fixture.convention())
        self.convention = convention.note.hash
        try await publish(convention, to: SQLiteRelayStore(directory: path))
    }

    private static func correspondent(_ number: Int, _ unit: String, of institution: String) throws -> Correspondent {
        let address = try Fixture.agent("d-\(number + 1)@\(institution)")
        return Correspondent(
            unit: try Fixture.unit("\(unit)-\(number + 1)@\(institution)"), address: address,
            signer: try Fixture.signer(address.description),
            tls: try TLSIdentity(
                name: address.description, purpose: .client, notBefore: .now - .hours(1), lifetime: .days(2)))
    }

    private func publish(_ convention: Unverified<Convention>, to store: SQLiteRelayStore) async throws {
        let sequencer = Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { .now })
        _ = try await sequencer.perform(.publishConvention(convention))
        let all = senders + recipients
        for institution in ["avema01", "cd01", "ggd01"] {
            let own = all.filter { $0.unit.institution.description == institution }
            var roster = try Fixture.roster(institution, agents: [])
            roster.issuedAt = .now
            roster.units = own.map { member in
                LiaisonModel.Unit(
                    address: member.unit, kind: "test", name: "Unité fictive", town: "Ville-Fictive",
                    phone: "04 65 71 00 00", dutyPhone: nil,
                    roles: [institution == "avema01" ? "iscg" : "investigator"], opening: [], absence: nil)
            }
            roster.agents = try own.map { member in
                try Fixture.agent(
                    member.address, in: member.unit, key: member.signer.privateKey, tls: [member.tls.fingerprint])
            }
            roster.agents.sort { $0.address < $1.address }
            roster.units.sort { $0.address < $1.address }
            let signed = try roster.signed(by: Fixture.signer(institution))
            _ = try await sequencer.perform(
                .publishRoster(Unverified(parsing: signed.note.serialized), chained: true))
        }
        for member in all {
            let bytes = RandomBytes.system(EncryptionKey.length)
            let keys = try AgentKeys(
                by: member.address, version: 1, previous: nil, issuedAt: .now,
                keys: [EncryptionKey(key: Base64.encode(bytes), notBefore: .now, notAfter: .now + .days(30))]
            ).signed(by: member.signer)
            _ = try await sequencer.perform(
                .publishKeys(Unverified(parsing: keys.note.serialized), peer: member.address, chained: true))
        }
    }

    /// Where the configuration says that it is.
    func store() async throws -> any RelayStore {
        let configuration = try String(contentsOfFile: path + "/liaisond.conf", encoding: .utf8)
        let line = configuration.split(separator: "\n").first { $0.hasPrefix("LIAISOND_STORE=") }
        guard let line else { return try SQLiteRelayStore(directory: path) }
        return try await PostgreSQLRelayStore(PostgreSQLAddress(String(line.dropFirst("LIAISOND_STORE=".count))))
    }

    /// A head of today, logged by this process while no relay runs: what was sealed on it is taken for an hour.
    func freshHead() async throws -> Hash {
        let store = try await store()
        let relay = Relay(
            sequencer: Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { .now }), store: store,
            clock: { .now })
        _ = try await relay.sequencer.load()
        _ = try await relay.sequencer.perform(.tick)
        return try await relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin)).hash
    }
}
