// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire

/// This agent's encryption keys: made, published, kept and destroyed in time.
public final class Keys {
    private let account: Account
    private let relay: any RelayConnection
    private let logView: LogView
    private let directoryView: DirectoryView
    private let clock: () -> Instant

    init(
        account: Account, relay: any RelayConnection, logView: LogView, directoryView: DirectoryView,
        clock: @escaping () -> Instant
    ) {
        self.account = account
        self.relay = relay
        self.logView = logView
        self.directoryView = directoryView
        self.clock = clock
    }

    private var address: AgentAddress { account.record.address }
    private var directory: Directory { directoryView.directory }

    /// A new key is made this long before the old one ends, and the old one stays for that overlap.
    static let rotationMargin: Seconds = .days(7)

    /// Sees to it that this agent has a published key that lasts, and destroys keys that nothing retained
    /// needs any more.
    public func maintain() async throws {
        let now = clock()
        let published = Set(directory.encryptionKeys(of: address, at: now).map(\.key))
        let lasting = try account.identities().contains {
            published.contains($0.record.key.key) && $0.record.key.notAfter - now > Self.rotationMargin
        }
        if !lasting { try await rotate() }
        try destroyOutlivedKeys(now: now)
    }

    /// Makes, publishes and keeps a new encryption key.
    ///
    /// - Parameter keepingOthers: whether the present keys stay published until they end.
    public func rotate(keepingOthers: Bool = true) async throws {
        let now = clock()
        let identity = try AgeIdentity.generate()
        let from = now - Directory.clockTolerance
        let key = EncryptionKey(
            key: Base64.encode(identity.recipient.bytes), notBefore: from,
            notAfter: from + Directory.keyLifetime)
        try account.add(identity, IdentityRecord(key: key))
        let present = directory.keys(of: address)
        let kept =
            keepingOthers ? present?.body.keys.filter { $0.notAfter > now }.suffix(AgentKeys.keyLimit - 1) ?? [] : []
        let document = try AgentKeys(
            by: address, version: (present?.body.version ?? 0) + 1, previous: present?.hash, issuedAt: now,
            keys: kept + [key]
        ).signed(by: account.signer())
        let evidence = try logView.check(try await relay.publish(document).evidence)
        guard evidence.event.event == .keysPublished, evidence.event.document == document.hash else {
            throw ClientFailure.broken(.wrongEvent)
        }
        try logView.seen.remember(evidence.checkpoint)
        try await directoryView.refresh()
    }

    /// This agent's encryption keys, the newest first.
    public func list() throws -> [OwnKey] {
        let now = clock()
        let published = Set(directory.encryptionKeys(of: address, at: now).compactMap(\.fingerprint))
        let retention = try directoryView.conventionInForce().body.flows.map(\.retention).max() ?? 0
        return try account.identities().map { record, identity in
            let fingerprint = identity.recipient.fingerprint
            return OwnKey(
                fingerprint: fingerprint, notBefore: record.key.notBefore, notAfter: record.key.notAfter,
                isPublished: published.contains(fingerprint), destroyedAfter: record.key.notAfter + retention)
        }
    }

    /// Forward secrecy as far as it is claimed: what expired cannot be opened with a stolen device.
    private func destroyOutlivedKeys(now: Instant) throws {
        let retention = try directoryView.conventionInForce().body.flows.map(\.retention).max() ?? 0
        for (record, identity) in try account.identities() where record.key.notAfter + retention < now {
            let id = identity.recipient.fingerprint.hex
            try account.vault.deleteSecret("encryption \(id)")
            try account.vault.delete(Table.identity, id)
        }
    }

    /// The decryption identities in age's own encoding: secrets. Noted in the vault and followed by a rotation,
    /// so that what is sealed later is not for the exported keys alone.
    public func exportIdentities() async throws -> [String] {
        let texts = try account.identities().map { $0.identity.secretText() }
        try account.note("decryption identities exported", at: clock())
        try await rotate(keepingOthers: false)
        return texts
    }
}

/// One of the agent's own encryption keys.
public struct OwnKey: Sendable {
    public let fingerprint: Hash
    public let notBefore: Instant
    public let notAfter: Instant
    /// Whether senders seal to it now.
    public let isPublished: Bool
    /// When nothing retained needs it any more, and its private half is destroyed.
    public let destroyedAfter: Instant
}
