// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
package import LiaisonModel
package import LiaisonNotes
import Synchronization

/// A clock that tests set.
package final class TestClock: Sendable {
    private let instant: Mutex<Instant>

    package init(_ instant: Instant = 1_780_000_000) { self.instant = Mutex(instant) }

    package var now: Instant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }
}

extension RandomBytes {
    /// The same bytes in every run: SHA-256 of a label and a counter.
    package static func repeatable(_ label: String) -> RandomBytes {
        let counter = Counter()
        return RandomBytes { count in
            var bytes: [UInt8] = []
            while bytes.count < count { bytes += Hash.of("\(label) \(counter.next())").bytes }
            return Array(bytes.prefix(count))
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }
}

/// Keys and documents of visibly fictitious parties.
package enum Fixture {
    package static let start: Instant = 1_780_000_000
    package static let origin = "relais.example/test"

    /// The key that `label` always has.
    package static func key(_ label: String) throws -> PrivateKey {
        var seed = Hash.of("fixture \(label)").bytes
        return try PrivateKey(seed: GuardedBytes(moving: &seed))
    }

    package static func signer(_ name: String) throws -> NoteSigner {
        try unwrap(NoteSigner(name: name, privateKey: key(name)))
    }

    package static func noteKey(_ name: String) throws -> NoteKey { try signer(name).noteKey }

    package struct Missing: Error {}

    package static func unwrap<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    package static func institution(_ text: String) throws -> InstitutionID { try unwrap(InstitutionID(text)) }
    package static func unit(_ text: String) throws -> UnitAddress { try unwrap(UnitAddress(text)) }
    package static func agent(_ text: String) throws -> AgentAddress { try unwrap(AgentAddress(text)) }

    /// The roles that each unit of the test convention holds.
    package static let units: [String: [String]] = [
        "iscg-est@avema01": ["iscg"], "coordination@avema01": ["coordination"],
        "bta-montluel@ggd01": ["investigator"], "corg@ggd01": ["operations"],
        "cms-bourg@cd01": ["social_service"], "crip@cd01": ["crip"]
    ]

    package static func flow(
        _ kind: String, _ from: [String], _ to: [String], bases: [String], adhesion: Adhesion = .recorded,
        copies: [String] = [], callFirst: Bool = false, urgencies: [UrgencyRule], replyOnly: Bool = false,
        escalation: [EscalationStep] = [], attachments: AttachmentRule = .init(count: 0, bytes: 0, types: [])
    ) -> Flow {
        Flow(
            id: "\(kind)-\(from[0])", kind: kind, from: from, to: to, legalBases: bases, adhesion: adhesion,
            copies: copies, callFirst: callFirst, urgencies: urgencies, reply: nil, replyOnly: replyOnly,
            escalation: escalation,
            retention: 30 * 86_400, attachments: attachments)
    }

    package static func convention(
        version: Int = 1, previous: Hash? = nil, tlsRoots: [String] = [], url: String = "https://127.0.0.1:1"
    ) throws -> Convention {
        let pdf = AttachmentRule(count: 2, bytes: 2 << 30, types: ["application/pdf", "application/octet-stream"])
        let routine = UrgencyRule(urgency: .routine, within: 5 * 86_400, clock: .elapsed)
        let urgent = UrgencyRule(urgency: .urgent, within: 7200, clock: .elapsed)
        let roles = Set(units.values.joined()).sorted()
        return Convention(
            name: "test", version: version, previous: previous, notBefore: start - 86_400 * 100,
            notAfter: start + 86_400 * 1000, grace: 7 * 86_400, maximumAge: 3 * 86_400,
            auditLimit: 365 * 86_400, healthData: false, timeZone: "Europe/Paris", holidays: [],
            logs: [LogDescription(origin: origin, key: try key(origin).publicKey, url: url, tlsRoots: tlsRoots)],
            parties: try ["avema01", "cd01", "ggd01"].map { id in
                Party(
                    institution: try institution(id), kind: "test", name: "Institution \(id) (fictive)",
                    secrecy: true,
                    keys: [
                        PartyKey(
                            key: try key(id).publicKey, notBefore: start - 86_400 * 100,
                            notAfter: start + 86_400 * 1000)
                    ], recovery: try key("\(id) recovery").publicKey, log: origin)
            },
            roles: roles.map { Role(id: $0, fr: $0, en: $0) },
            flows: [
                flow(
                    "referral", ["investigator"], ["iscg"], bases: ["casf_l121_1_1"],
                    urgencies: [routine, urgent],
                    escalation: [
                        .init(to: .unit, after: 0, content: false),
                        .init(to: .role("coordination"), after: 3600, content: false)
                    ]),
                flow(
                    "orientation", ["iscg"], ["social_service"], bases: ["casf_l121_6_2"], adhesion: .required,
                    urgencies: [routine], attachments: pdf),
                flow(
                    "concern_report", ["iscg"], ["social_service"], bases: ["casf_l226_2_1"],
                    adhesion: .notRequired, copies: ["crip"], urgencies: [urgent]),
                flow(
                    "judicial_transmission", ["iscg"], ["operations"], bases: ["cp_223_6"], adhesion: .notRequired,
                    callFirst: true, urgencies: [urgent]),
                flow(
                    "reply", ["iscg", "investigator", "social_service"], ["iscg", "investigator", "social_service"],
                    bases: ["thread"], adhesion: .notRequired, urgencies: [routine], replyOnly: true)
            ])
    }

    /// The convention as a note that the given parties signed.
    package static func signed(
        _ convention: Convention, by parties: [String] = ["avema01", "cd01", "ggd01"]
    ) throws -> Unverified<Convention> {
        let text = try convention.noteText()
        return try Unverified(SignedNote(text: text, signatures: parties.map { try signer($0).sign(text) }))
    }

    /// One agent of each unit: `d-01@…` and on, in order of the unit.
    package static func agentName(of unit: String) throws -> AgentAddress {
        let institution = unit.split(separator: "@")[1]
        let own = units.keys.filter { $0.hasSuffix("@\(institution)") }.sorted()
        let number = try unwrap(own.firstIndex(of: unit)) + 1
        return try agent("d-0\(number)@\(institution)")
    }

    package static func agent(
        _ address: AgentAddress, in unit: UnitAddress, key: PrivateKey, tls: [Hash],
        notAfter: Instant = start + 500 * 86_400
    ) throws -> Agent {
        let signer = try unwrap(NoteSigner(name: address.description, privateKey: key))
        let possession = try Possession(by: address, key: key.publicKey, tls: tls).signed(by: signer)
        return Agent(
            address: address, key: key.publicKey,
            possession: Base64.encode(possession.note.signatures[0].signature), notBefore: start - 86_400,
            notAfter: notAfter,
            posts: [Post(unit: unit, role: .agent, notBefore: start - 86_400, notAfter: notAfter)], duties: [],
            tls: tls, revocation: nil)
    }

    package static func roster(
        _ institution: String, version: Int = 1, previous: Hash? = nil, agents: [Agent]
    ) throws -> Roster {
        Roster(
            by: try Fixture.institution(institution), version: version, previous: previous, issuedAt: start,
            units: try units.keys.filter { $0.hasSuffix("@\(institution)") }.sorted().map { address in
                LiaisonModel.Unit(
                    address: try unit(address), kind: "test", name: "Unité \(address) (fictive)", town: "Ville-Fictive",
                    phone: "04 65 71 00 00", dutyPhone: nil, roles: units[address] ?? [], opening: [], absence: nil)
            }, agents: agents)
    }
}

/// A directory that is removed with the value's last user.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path = "\(NSTemporaryDirectory())liaison-\(TransmissionID.fresh())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
