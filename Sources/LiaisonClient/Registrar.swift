// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
public import LiaisonNotes
import LiaisonTLS
public import LiaisonVault
import LiaisonWire

/// Who signs for an institution: its key, and the roster being drafted.
public struct Registrar {
    public let vault: Vault
    public let institution: InstitutionID

    struct Record: Codable, Hashable {
        var institution: InstitutionID
        var units: [LiaisonModel.Unit]
        var agents: [Agent]
        /// TLS keys of the institution's registrars, this one's included.
        var registrars: [Hash]

        init(institution: InstitutionID, registrars: [Hash]) {
            self.institution = institution
            units = []
            agents = []
            self.registrars = registrars
        }

        init(_ roster: Roster) {
            institution = roster.by
            units = roster.units
            agents = roster.agents
            registrars = roster.registrars
        }
    }

    private enum Class {
        static let own = "self"
        static let convention = "convention"
    }

    public init(vault: Vault) throws {
        guard let record = try vault.value(Table.registrar, Class.own) else {
            throw ClientFailure.registrar(.notARegistrarsVault)
        }
        self.vault = vault
        institution = record.institution
    }

    /// Makes a registrar's key, and a recovery key whose seed is handed out once and not kept.
    ///
    /// - Returns: the registrar's key, the recovery key, and the TLS key's hash for a colleague's roster.
    public static func create(
        in vault: Vault, institution: InstitutionID, now: Instant
    ) throws -> (key: VerificationKey, recovery: PrivateKey, tls: Hash) {
        let key = try PrivateKey.generate()
        let certificate = try TLSIdentity(
            name: institution.description, purpose: .client, notBefore: now - 3600, lifetime: TLSIdentity.lifetime)
        try vault.putSecret(key.seed, "institution")
        try vault.put(certificate)
        try vault.put(
            Record(institution: institution, registrars: [certificate.fingerprint]), Table.registrar, Class.own)
        return (key.publicKey, try .generate(), certificate.fingerprint)
    }

    public func signer() throws -> NoteSigner {
        guard let seed = try vault.secret("institution"),
            let signer = NoteSigner(name: institution.description, privateKey: try PrivateKey(seed: seed))
        else { throw VaultFailure.damaged("institution key") }
        return signer
    }

    // MARK: The convention

    /// The signed convention that this registrar works under.
    public func convention() throws -> Verified<Convention> {
        guard let text = try vault.value(Table.registrarConvention, Class.convention) else {
            throw ClientFailure.registrar(.noConvention)
        }
        return try Unverified<Convention>(parsing: text).verifiedByItsParties()
    }

    public func remember(_ convention: Unverified<Convention>) throws {
        let verified = try convention.verifiedByItsParties()
        guard verified.body.party(institution) != nil else { throw ClientFailure.broken(.conventionRefused) }
        try vault.put(verified.note.serialized, Table.registrarConvention, Class.convention)
    }

    /// The home log of the institution.
    public func log() throws -> LogDescription {
        let convention = try convention().body
        guard let party = convention.party(institution), let log = convention.log(party.log) else {
            throw ClientFailure.broken(.conventionRefused)
        }
        return log
    }

    public func connect(events: ConnectionEvents = .init()) throws -> HTTPRelayConnection {
        try vault.connect(to: try log(), events: events)
    }

    // MARK: The roster being drafted

    func record() throws -> Record {
        guard let record = try vault.value(Table.registrar, Class.own) else {
            throw VaultFailure.damaged("registrar")
        }
        return record
    }

    func put(_ record: Record) throws { try vault.put(record, Table.registrar, Class.own) }

    func change(_ body: (inout Record) throws -> Void) throws {
        var record = try record()
        try body(&record)
        try put(record)
    }

    public func units() throws -> [LiaisonModel.Unit] { try record().units }
    public func agents() throws -> [Agent] { try record().agents }

    /// The draft as a roster that has no version yet.
    public func draft() throws -> Roster {
        let record = try record()
        return Roster(
            by: institution, version: 0, issuedAt: 0, units: record.units, agents: record.agents,
            registrars: record.registrars)
    }

    /// Puts a draft back that was taken before a change.
    public func restore(_ draft: Roster) throws { try put(Record(draft)) }

    /// Adds or changes a unit. Its absence stays; its standby units do, too, unless the new ones are given: an empty list
    /// ends them.
    ///
    /// - Throws: `RegistrarObstacle.unitRefused` when its name, numbers or hours will not do.
    public func put(_ unit: LiaisonModel.Unit) throws {
        guard unit.address.institution == institution else {
            throw ClientFailure.registrar(.unitOfAnotherInstitution(unit.address))
        }
        let findings = UnitDetails(unit).findings
        guard findings.isEmpty else { throw ClientFailure.registrar(.unitRefused(findings)) }
        try change { record in
            let known = record.units.first { $0.address == unit.address }
            var unit = unit
            unit.absence = known?.absence
            if let named = unit.standby {
                unit.standby = named.isEmpty ? nil : named
            } else {
                unit.standby = known?.standby
            }
            record.units.removeAll { $0.address == unit.address }
            record.units.append(unit)
            record.units.sort { $0.address < $1.address }
        }
    }

    /// Lets another registrar's client read the directory and handle invitations, or no longer.
    public func set(registrar fingerprint: Hash, isAllowed: Bool) throws {
        try change { record in
            record.registrars.removeAll { $0 == fingerprint }
            if isAllowed { record.registrars.append(fingerprint) }
        }
    }

    private func checkUnit(_ unit: UnitAddress, _ record: Record) throws {
        guard record.units.contains(where: { $0.address == unit }) else {
            throw ClientFailure.unknownUnit(unit.description)
        }
    }

    private func index(of agent: AgentAddress, _ record: Record) throws -> Int {
        guard let index = record.agents.firstIndex(where: { $0.address == agent }) else {
            throw ClientFailure.registrar(.unknownAgent(agent))
        }
        return index
    }

    // MARK: Agents

    /// What a registrar types for an agent: the role of a post, or a duty, which opens no mail.
    enum Role {
        case post(PostRole)
        case duty(Duty)

        init(_ text: String) throws {
            if let role = PostRole(rawValue: text) {
                self = .post(role)
            } else if let duty = Duty(rawValue: text) {
                self = .duty(duty)
            } else {
                let known = PostRole.allCases.map(\.rawValue) + Duty.allCases.map(\.rawValue)
                throw ClientFailure.registrar(.unknownRole(known: known))
            }
        }
    }

    /// Takes an agent's request into the roster; the request proves that the keys are the agent's.
    public func enrol(
        _ request: Unverified<Possession>, units: [UnitAddress], role: String, from: Instant, until: Instant
    ) throws {
        let claimed = request.claimed
        guard claimed.by.institution == institution, let key = NoteKey(name: claimed.signer, key: claimed.key) else {
            throw ClientFailure.registrar(.requestForAnotherInstitution(claimed.by))
        }
        let verified = try request.verified(by: key)
        let role = try Role(role)
        try change { record in
            for unit in units { try checkUnit(unit, record) }
            guard let signature = verified.note.signatures.first?.signature else { return }
            record.agents.removeAll { $0.address == claimed.by }
            var agent = Agent(
                address: claimed.by, key: claimed.key, possession: Base64.encode(signature), notBefore: from,
                notAfter: until, posts: [], duties: [], tls: claimed.tls)
            switch role {
            case .post(let role):
                agent.posts = units.map { Post(unit: $0, role: role, notBefore: from, notAfter: until) }
            case .duty(let duty): agent.duties = [duty]
            }
            record.agents.append(agent)
            record.agents.sort { $0.address < $1.address }
        }
    }

    /// Gives an agent a post in a unit for a time.
    public func assign(_ agent: AgentAddress, to unit: UnitAddress, role: String, from: Instant, until: Instant?) throws
    {
        guard let role = PostRole(rawValue: role) else {
            throw ClientFailure.registrar(.unknownRole(known: PostRole.allCases.map(\.rawValue)))
        }
        try change { record in
            try checkUnit(unit, record)
            let index = try index(of: agent, record)
            let end = min(until ?? .latest, record.agents[index].notAfter)
            guard from < end else { throw ClientFailure.registrar(.authorizationEndsFirst(agent)) }
            record.agents[index].posts.removeAll { $0.unit == unit }
            record.agents[index].posts.append(Post(unit: unit, role: role, notBefore: from, notAfter: end))
        }
    }

    /// Ends an agent's post in a unit; the agent keeps the others.
    public func unassign(_ agent: AgentAddress, from unit: UnitAddress, at instant: Instant) throws {
        try change { record in
            let index = try index(of: agent, record)
            guard let post = record.agents[index].posts.firstIndex(where: { $0.unit == unit }) else {
                throw ClientFailure.registrar(.notInUnit(agent, unit))
            }
            if record.agents[index].posts[post].notBefore < instant {
                record.agents[index].posts[post].notAfter = min(record.agents[index].posts[post].notAfter, instant)
            } else {
                record.agents[index].posts.remove(at: post)
            }
        }
    }

    public func revoke(_ address: AgentAddress, reason: RevocationReason, at instant: Instant) throws {
        try change { record in
            record.agents[try index(of: address, record)].revocation = Revocation(at: instant, reason: reason)
        }
    }

    // MARK: Units

    /// Says that a unit does not answer for a while, and who does; nil ends it.
    public func set(_ absence: Absence?, of unit: UnitAddress) throws {
        try change { record in
            try checkUnit(unit, record)
            for substitute in absence?.substitutes ?? [] {
                try checkUnit(substitute, record)
                guard substitute != unit else { throw ClientFailure.registrar(.substituteForItself) }
            }
            for index in record.units.indices where record.units[index].address == unit {
                record.units[index].absence = absence
            }
        }
    }

    /// Names the units to whose agents everything for `unit` is sealed as well, and who read it when nobody else can; none
    /// ends it.
    public func set(standby units: [UnitAddress], of unit: UnitAddress) throws {
        try change { record in
            try checkUnit(unit, record)
            for other in units {
                try checkUnit(other, record)
                guard other != unit else { throw ClientFailure.registrar(.standbyForItself) }
            }
            guard Set(units).count == units.count else { throw ClientFailure.registrar(.standbyUnitTwice) }
            for index in record.units.indices where record.units[index].address == unit {
                record.units[index].standby = units.isEmpty ? nil : units
            }
        }
    }

    /// Signs a convention; a note that others have signed gains a line.
    public func sign(_ convention: Convention, onto note: SignedNote?) throws -> SignedNote {
        guard let party = convention.party(institution) else {
            throw ClientFailure.registrar(.notAParty(institution))
        }
        let signer = try signer()
        guard party.noteKeys(at: convention.notBefore).contains(try signer.noteKey) else {
            throw ClientFailure.registrar(.keyNotInForce(institution))
        }
        let text = try convention.noteText()
        guard let note else { return SignedNote(text: text, signatures: [signer.sign(text)]) }
        guard note.text == text else { throw ClientFailure.broken(.conventionRefused) }
        return note.signed(by: signer)
    }
}

// MARK: Readers

/// A unit that only one person reads for, and no unit stands by for.
public struct LoneReader: Hashable, Sendable {
    public let unit: LiaisonModel.Unit
    public let agent: AgentAddress
}

/// A unit that a new roster leaves without anybody who has a post there.
public struct LastReader: Hashable, Sendable {
    public let unit: LiaisonModel.Unit
    /// From when on.
    public let from: Instant
    /// Its standby units that somebody reads for: to them it was sealed before, and the relay shows it at once.
    public let standby: [UnitAddress]
    /// The substitutes of its absence that somebody reads for: to them it is sealed since the absence began.
    public let substitutes: [UnitAddress]

    public var leavesNobody: Bool { standby.isEmpty && substitutes.isEmpty }
}

extension Roster {
    /// The agents with a post in `unit` itself at `instant`, whoever stands in or by for it.
    public func readers(of unit: UnitAddress, at instant: Instant) -> [Agent] {
        agents.filter { $0.isMember(of: unit, at: instant) }
    }

    fileprivate func isRead(_ unit: UnitAddress, at instant: Instant) -> Bool {
        agents.contains { $0.isMember(of: unit, at: instant) }
    }
}

extension Registrar {
    /// The units whose mail nobody could read while one person is away.
    public static func loneReaders(in roster: Roster, at instant: Instant) -> [LoneReader] {
        roster.units.filter(\.standbyUnits.isEmpty).compactMap { unit in
            let readers = roster.readers(of: unit.address, at: instant)
            guard readers.count == 1, let reader = readers.first else { return nil }
            return LoneReader(unit: unit, agent: reader.address)
        }
    }

    /// The units whose last reader is there by `before` and not by `after`: now, or from an instant on at which a post ends
    /// that `after` has changed. A unit that only others stood by for counts as well when the last of these goes.
    public static func lastReaders(from before: Roster, to after: Roster, now: Instant) -> [LastReader] {
        let known = Dictionary(before.agents.map { ($0.address, $0) }) { first, _ in first }
        let ends = after.agents.filter { known[$0.address] != $0 }.flatMap { agent -> [Instant] in
            agent.posts.map(\.notAfter) + [agent.notAfter, agent.revocation?.at ?? 0]
        }
        let instants = Set(ends.filter { $0 > now } + [now]).sorted()
        let units = Dictionary(before.units.map { ($0.address, $0) }) { first, _ in first }
        return after.units.compactMap { unit in
            guard let old = units[unit.address] else { return nil }
            return instants.lazy.compactMap { Self.lastReader(of: unit, before, old, after, at: $0) }.first
        }
    }

    private static func lastReader(
        of unit: LiaisonModel.Unit, _ before: Roster, _ old: LiaisonModel.Unit, _ after: Roster, at instant: Instant
    ) -> LastReader? {
        guard !after.isRead(unit.address, at: instant) else { return nil }
        let (standby, substitutes) = (old.standbyUnits, old.substitutes(at: instant))
        // Nothing that waits was sealed to units that come in with this very roster.
        let found = LastReader(
            unit: unit, from: instant,
            standby: unit.standbyUnits.filter { standby.contains($0) && after.isRead($0, at: instant) },
            substitutes: unit.substitutes(at: instant).filter {
                substitutes.contains($0) && after.isRead($0, at: instant)
            })
        if before.isRead(unit.address, at: instant) { return found }
        return found.leavesNobody && (standby + substitutes).contains { before.isRead($0, at: instant) } ? found : nil
    }

    /// The same for the roster in force and the draft, or another roster that is to come.
    public func lastReaders(in roster: Roster? = nil, now: Instant) throws -> [LastReader] {
        guard let published = try published() else { return [] }
        return Self.lastReaders(from: published, to: try roster ?? draft(), now: now)
    }
}
