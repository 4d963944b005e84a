// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
public import LiaisonNotes
import LiaisonTLS
public import LiaisonVault
public import LiaisonWire

/// Who signs for an institution: its key, and the roster being drafted.
public struct Registrar {
    public let vault: Vault
    public let institution: InstitutionID

    private struct Record: Codable {
        var institution: InstitutionID
        var units: [LiaisonModel.Unit]
        var agents: [Agent]
        /// Of the last roster signed.
        var version: Int
        var previous: Hash?
    }

    private static let kind = "registrar"
    private static let own = "self"

    public init(vault: Vault) throws {
        guard let record = try vault.value(Record.self, Self.kind, Self.own) else {
            throw ClientFailure.input(
                fr: "ce coffre n'est pas celui d'un gestionnaire d'annuaire\nconseil : liaison registrar create",
                en: "this vault is not a registrar's\nhint: liaison registrar create")
        }
        self.vault = vault
        institution = record.institution
    }

    /// Makes an institution's key and its recovery key; the recovery seed is handed out once and not kept.
    public static func create(
        in vault: Vault, institution: InstitutionID, now: Int
    ) throws -> (key: VerificationKey, recovery: PrivateKey) {
        let key = try PrivateKey.generate()
        let recovery = try PrivateKey.generate()
        let certificate = try TLSIdentity(
            name: institution.description, purpose: .client, notBefore: now - 3600, lifetime: TLSIdentity.lifetime)
        try vault.put(key.seed, Account.Class.secret, "institution")
        try vault.put(certificate)
        try vault.put(
            value: Record(institution: institution, units: [], agents: [], version: 0, previous: nil), kind, own)
        return (key.publicKey, recovery)
    }

    public func signer() throws -> NoteSigner {
        guard let seed = try vault.secret(Account.Class.secret, "institution"),
            let signer = NoteSigner(name: institution.description, privateKey: try PrivateKey(seed: seed))
        else { throw VaultFailure.damaged("institution key") }
        return signer
    }

    // MARK: The roster being drafted

    private func record() throws -> Record {
        guard let record = try vault.value(Record.self, Self.kind, Self.own) else {
            throw VaultFailure.damaged("registrar")
        }
        return record
    }

    private func change(_ body: (inout Record) throws -> Void) throws {
        var record = try record()
        try body(&record)
        try vault.put(value: record, Self.kind, Self.own)
    }

    public func put(_ unit: LiaisonModel.Unit) throws {
        guard unit.address.institution == institution else {
            throw ClientFailure.input(
                fr: "unité d'une autre institution (\(unit.address))",
                en: "unit of another institution (\(unit.address))")
        }
        try change { record in
            record.units.removeAll { $0.address == unit.address }
            record.units.append(unit)
            record.units.sort { $0.address < $1.address }
        }
    }

    public func units() throws -> [LiaisonModel.Unit] { try record().units }
    public func agents() throws -> [Agent] { try record().agents }

    /// Takes an agent's request into the roster; the request proves that the keys are the agent's.
    public func enrol(
        _ request: Unverified<Possession>, units: [UnitAddress], role: String, from: Int, until: Int
    ) throws {
        let claimed = request.claimed
        guard claimed.by.institution == institution, let key = NoteKey(name: claimed.signer, key: claimed.key) else {
            throw ClientFailure.input(
                fr: "demande pour une autre institution (\(claimed.by))",
                en: "request for another institution (\(claimed.by))")
        }
        let verified = try request.verified(by: key)
        let known = try record().units.map(\.address)
        for unit in units where !known.contains(unit) { throw ClientFailure.unknownUnit(unit.description) }
        guard let signature = verified.note.signatures.first?.signature else { return }
        try change { record in
            record.agents.removeAll { $0.address == claimed.by }
            record.agents.append(
                Agent(
                    address: claimed.by, key: claimed.key, possession: Base64.encode(signature), notBefore: from,
                    notAfter: until,
                    posts: units.map { Post(unit: $0, role: role, notBefore: from, notAfter: until) }, duties: [],
                    tls: claimed.tls, revocation: nil))
            record.agents.sort { $0.address < $1.address }
        }
    }

    public func revoke(_ address: AgentAddress, reason: String, at instant: Int) throws {
        try change { record in
            guard let index = record.agents.firstIndex(where: { $0.address == address }) else {
                throw ClientFailure.input(fr: "agent inconnu (\(address))", en: "unknown agent (\(address))")
            }
            record.agents[index].revocation = Revocation(at: instant, reason: reason)
        }
    }

    // MARK: Signing and publishing

    public func connect(_ log: LogDescription) throws -> HTTPRelayConnection { try vault.connect(to: log) }

    /// Signs the next version of the roster, publishes it and verifies that the log holds it.
    ///
    /// The signed roster is kept until the log is known to hold it: an answer that got lost is asked for
    /// again with the same bytes, never with another roster of the same version.
    public func publish(over relay: any RelayConnection, log: NoteKey, now: Int) async throws -> VerifiedEvidence {
        if let pending = try pending() {
            do {
                _ = try await publish(pending, relay, log)
            } catch is Problem where (try? self.pending()) == .some(nil) {
                // refused for good: nothing of it is in the log
            }
        }
        let record = try record()
        let roster = try Roster(
            by: institution, version: record.version + 1, previous: record.previous, issuedAt: now,
            units: record.units, agents: record.agents
        ).signed(by: signer())
        try vault.put(value: roster.note.serialized, Self.kind, "pending")
        return try await publish(roster, relay, log)
    }

    private func pending() throws -> Verified<Roster>? {
        try vault.value(String.self, Self.kind, "pending").map {
            try Unverified<Roster>(parsing: $0).verified(by: signer().noteKey)
        }
    }

    private func publish(
        _ roster: Verified<Roster>, _ relay: any RelayConnection, _ log: NoteKey
    ) async throws -> VerifiedEvidence {
        let receipt: Receipt
        do {
            receipt = try await relay.publish(roster)
        } catch let problem as Problem where problem.status < 500 && problem.code != .tooManyRequests {
            try vault.delete(Self.kind, "pending")  // refused for good: the next one is signed anew
            throw problem
        }
        guard let evidence = try? receipt.evidence.verified(by: log) else { throw ClientFailure.broken(.evidence) }
        guard evidence.event.event == .rosterPublished, evidence.event.document == roster.hash else {
            throw ClientFailure.broken(.wrongEvent)
        }
        try change { record in
            record.version = roster.body.version
            record.previous = roster.hash
        }
        try vault.delete(Self.kind, "pending")
        return evidence
    }

    /// Signs a convention; a note that others have signed gains a line.
    public func sign(_ convention: Convention, onto note: SignedNote?) throws -> SignedNote {
        guard convention.party(institution) != nil else {
            throw ClientFailure.input(
                fr: "la convention ne nomme pas cette institution (\(institution))",
                en: "the convention does not name this institution (\(institution))")
        }
        let signer = try signer()
        let text = try convention.noteText()
        guard let note else { return SignedNote(text: text, signatures: [signer.sign(text)]) }
        guard note.text == text else { throw ClientFailure.broken(.conventionRefused) }
        return note.signed(by: signer)
    }
}
