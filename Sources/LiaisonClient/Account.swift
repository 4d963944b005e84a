// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
public import LiaisonTLS
public import LiaisonVault

/// Who the vault's owner is and whom it trusts to begin with.
public struct AccountRecord: Codable, Hashable, Sendable {
    public var address: AgentAddress
    /// The log's origin.
    public var log: String
    /// The key of the own institution, pinned at enrolment.
    public var pin: VerificationKey
}

/// An encryption identity's dates, beside its secret.
struct IdentityRecord: Codable, Hashable, Sendable {
    var key: EncryptionKey
}

/// Typed access to an agent's vault: its keys, and what it must remember between two commands.
public struct Account {
    public let vault: Vault
    public let record: AccountRecord

    private static let own = "self"

    public init(vault: Vault) throws {
        guard let record = try vault.value(Table.account, Self.own) else {
            throw ClientFailure.obstacle(.notAnAgentsVault)
        }
        self.vault = vault
        self.record = record
    }

    /// Makes an agent's keys in an empty vault, pins the convention, and returns the request for the registrar:
    /// a signed proof that the keys are the agent's own.
    ///
    /// - Parameters:
    ///   - tls: an identity of the institution's own PKI; self-issued when nil.
    ///   - pin: the institution's key when an invitation names it; the convention's otherwise.
    public static func create(
        in vault: Vault, address: AgentAddress, convention: Unverified<Convention>, now: Instant,
        tls: TLSIdentity? = nil,
        pin: NoteKey? = nil
    ) throws -> Verified<Possession> {
        let party = convention.claimed.party(address.institution)
        guard let party, let pin = pin ?? party.noteKeys(at: now).first else {
            throw ClientFailure.obstacle(.unknownInstitution(address.institution))
        }
        var directory = Directory()
        // The invitation, or whoever handed the file over, vouches for the convention; one of the institution's keys signed it.
        let pins = party.keys.compactMap { NoteKey(name: address.institution.description, key: $0.key) }
        try directory.accept(convention, at: now, pins: pins)
        let key = try PrivateKey.generate()
        let certificate =
            try tls
            ?? TLSIdentity(
                name: address.description, purpose: .client, notBefore: now - 3600, lifetime: TLSIdentity.lifetime)
        try vault.putSecret(key.seed, "signing")
        try vault.put(certificate)
        try vault.put(convention.note.serialized, Table.convention, "current")
        try vault.put(AccountRecord(address: address, log: party.log, pin: pin.key), Table.account, own)
        guard let signer = NoteSigner(name: address.description, privateKey: key) else {
            throw ClientFailure.unknownUnit(address.description)
        }
        return try Possession(by: address, key: key.publicKey, tls: [certificate.fingerprint])
            .signed(by: signer)
    }

    /// The signed proof that the keys are this agent's: the same at each call (RFC 8032 signatures are deterministic).
    func possession() throws -> Verified<Possession> {
        let signer = try signer()
        return try Possession(
            by: record.address, key: signer.privateKey.publicKey, tls: [vault.identity().fingerprint]
        ).signed(by: signer)
    }

    /// Where the directory documents that this vault knows were published.
    func publications() throws -> [LogPlace] {
        try vault.ids(Table.publication).compactMap { try vault.value(Table.publication, $0) }
    }

    /// The convention as it was last verified, to find the relay by; nil in a damaged vault.
    public func convention() throws -> Convention? {
        try vault.value(Table.convention, "current").flatMap { try Unverified<Convention>(parsing: $0).claimed }
    }

    // MARK: Keys

    public func signer() throws -> NoteSigner {
        guard let seed = try vault.secret("signing"),
            let signer = NoteSigner(name: record.address.description, privateKey: try PrivateKey(seed: seed))
        else { throw VaultFailure.damaged("signing key") }
        return signer
    }

    /// The own institution's key, pinned at enrolment.
    public var pins: [NoteKey] {
        NoteKey(name: record.address.institution.description, key: record.pin).map { [$0] } ?? []
    }

    /// The log that the relay keeps now: the one of enrolment until it was followed to another.
    var origin: String {
        get throws { try vault.value(Table.origin, "origin") ?? record.log }
    }

    func moved(to origin: String) throws { try vault.put(origin, Table.origin, "origin") }

    /// The connection to the relay that the convention names for this account's log.
    ///
    /// - Parameter events: told while somebody waits for the relay.
    public func connect(
        _ convention: Convention, events: ConnectionEvents = .init()
    ) throws -> HTTPRelayConnection {
        guard let log = convention.log(record.log) else { throw VaultFailure.damaged("account") }
        return try vault.connect(to: log, events: events)
    }

    /// The encryption identities, newest first.
    func identities() throws -> [(record: IdentityRecord, identity: AgeIdentity)] {
        try vault.ids(Table.identity).compactMap { id in
            guard let record = try vault.value(Table.identity, id),
                let seed = try vault.secret("encryption \(id)")
            else { return nil }
            return (record, try AgeIdentity(seed: seed))
        }
        .sorted { $0.0.key.notBefore > $1.0.key.notBefore }
    }

    func add(_ identity: AgeIdentity, _ record: IdentityRecord) throws {
        let id = identity.recipient.fingerprint.hex
        try vault.putSecret(identity.seed, "encryption \(id)")
        try vault.put(record, Table.identity, id)
    }

    // MARK: Transmissions

    /// Where the sealed content of a transmission lies, as it was written or fetched here.
    func contentPath(_ id: TransmissionID) -> String { "\(vault.path)/contents/\(id).age" }

    func received(_ id: TransmissionID) throws -> ReceivedItem? { try vault.value(Table.received, id.description) }

    // MARK: Memory

    func note(_ what: String, at instant: Instant) throws {
        try vault.put(what, Table.note, "\(instant) \(TransmissionID.fresh())")
    }
}
