// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonNotes
import LiaisonVault
import LiaisonWords
import Synchronization

/// Works with one vault, one thing at a time, as one command after the other would: each thing opens the vault with the key
/// that the passphrase gave, and closes it, so that the commands stay possible beside the desk.
///
/// The key is in guarded memory, and goes when the desk locks: after a time without use, when the person locks, when the screen
/// does, and at the end.
actor Clerk {
    /// Whether the relay is asked.
    enum Reach: Sendable {
        /// What this device holds, as it was last verified; nobody is asked. Only for an agent whom the silence of another unit has
        /// called in, the relay is: it alone tells that unit's deliveries.
        case here
        /// The directory and the mailboxes are brought up to date first.
        case relay
        /// As `relay`, and as `here` where the relay cannot be reached.
        case relayIfReachable
    }

    /// Whose vault it is. What is in a vault, this included, shows only once it is open.
    enum Office: Sendable {
        case mailbox, registrar
    }

    /// The vault is locked: the passphrase is asked for first.
    struct Locked: Error {}

    /// How long after the last use the desk locks.
    static let period = SessionKeyRing.usual

    let path: String
    let language: Language
    private let trust: Result<TrustAnchors?, ClientFailure>
    private nonisolated let clock: @Sendable () -> Instant
    private nonisolated let known = Mutex(Office.mailbox)
    private var key: GuardedBytes?
    private var connection: HTTPRelayConnection?
    private var lastUse = Instant.earliest
    /// How often it was locked: what began before a lock is not answered after it.
    private var locks = 0
    private let turn = Turn()
    private let derivation: Turn

    /// - Parameter derivation: whose turn it is to derive a key from a passphrase, which takes 64 MiB and a core for a moment.
    init(
        path: String, language: Language, trust: Result<TrustAnchors?, ClientFailure>,
        clock: @escaping @Sendable () -> Instant, derivation: Turn = Turn()
    ) {
        self.path = path
        self.language = language
        self.trust = trust
        self.clock = clock
        self.derivation = derivation
    }

    nonisolated var now: Instant { clock() }

    /// As it was found when the vault was last open.
    nonisolated var office: Office { known.withLock(\.self) }

    // MARK: The lock

    var isLocked: Bool { key == nil }

    /// - Parameter isAhead: whether its turn comes before those of others who wait to have a key derived.
    /// - Throws: `VaultFailure`, and `Locked` when somebody locked meanwhile.
    func unlock(_ passphrase: GuardedBytes, ahead isAhead: Bool = true) async throws {
        let (path, derivation) = (path, derivation)
        try await unlock {
            try Self.connected(
                await Self.patiently {
                    await derivation.enter(ahead: isAhead)
                    defer { derivation.leave() }
                    return try Vault.open(at: path, passphrase: passphrase, patience: 0)
                })
        }
    }

    /// Goes on with the key that the session has kept (`liaison unlock`).
    func unlock(key: GuardedBytes) async throws {
        let path = path
        try await unlock { try Self.connected(await Self.opened(path, key)) }
    }

    private typealias Opened = (key: GuardedBytes, connection: HTTPRelayConnection, office: Office)

    private func unlock(_ open: @Sendable () async throws -> Opened) async throws {
        let mine = locks
        await turn.enter()
        defer { turn.leave() }
        let opened = try await open()
        guard locks == mine, key == nil else {
            // Where it is open already, in another tab or another browser, the passphrase was all that was asked.
            await opened.connection.close()
            if locks != mine { throw Locked() }
            lastUse = clock()
            return
        }
        Vault.forgetAskedToLock(at: path)
        key = opened.key
        connection = opened.connection
        known.withLock { $0 = opened.office }
        lastUse = clock()
    }

    private static func opened(_ path: String, _ key: GuardedBytes) async throws -> Vault {
        try await patiently { try Vault.open(at: path, key: key, patience: 0) }
    }

    /// Waits for a command that has the vault open, and holds up nobody else meanwhile.
    private static func patiently(_ open: () async throws -> Vault) async throws -> Vault {
        let end = ContinuousClock.now + .seconds(5)
        while true {
            do {
                return try await open()
            } catch VaultFailure.inUse where ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private static func connected(_ vault: Vault) throws -> Opened {
        do {
            return (vault.key, try Registrar(vault: vault).connect(), .registrar)
        } catch ClientFailure.registrar(.notARegistrarsVault) {
            // Then it is an agent's.
        }
        let account = try Account(vault: vault)
        guard let convention = try account.convention() else { throw VaultFailure.damaged("convention") }
        return (vault.key, try account.connect(convention), .mailbox)
    }

    /// Puts the vault under another passphrase.
    ///
    /// - Throws: `Locked`, and `VaultFailure.wrongPassphrase` when the old one is not the vault's.
    func change(_ old: GuardedBytes, to new: GuardedBytes) async throws {
        await turn.enter()
        defer { turn.leave() }
        guard key != nil else { throw Locked() }
        lastUse = clock()
        let (path, derivation) = (path, derivation)
        _ = try await Self.patiently {
            await derivation.enter(ahead: true)
            defer { derivation.leave() }
            let vault = try Vault.open(at: path, passphrase: old, patience: 0)
            try vault.change(passphrase: new)
            return vault
        }
    }

    /// Forgets the key at once. What is at work loses its line to the relay, and what it finds is shown to nobody.
    func lock() async {
        locks += 1
        key = nil
        let old = connection
        connection = nil
        await old?.close()
    }

    /// Whether nobody has used the desk for so long that it locks.
    var isUnused: Bool { clock() - lastUse > Self.period }

    /// Whether `liaison lock` was given beside the desk.
    nonisolated var isAskedToLock: Bool { Vault.isAskedToLock(at: path) }

    // MARK: Work

    /// The connection of the unlocked vault, to listen on.
    func line() throws -> HTTPRelayConnection {
        guard let connection else { throw Locked() }
        return connection
    }

    /// Opens the vault, does one thing with a session, and closes it.
    ///
    /// - Parameters:
    ///   - isUse: whether a person asks; then the time until the desk locks begins anew.
    /// - Throws: `Locked`, and what the work throws.
    func work<Value: Sendable>(
        _ reach: Reach = .here, isUse: Bool = true,
        _ body: @Sendable (Session, Voice) async throws -> Value
    ) async throws -> Value {
        let setting = (trust, clock, language)
        return try await open(isUse: isUse) { try await Self.perform($0, $1, setting, reach, body) }
    }

    /// Opens the vault, whoever's it is, does one thing with it, and closes it.
    func open<Value: Sendable>(
        isUse: Bool, _ body: @Sendable (Vault, HTTPRelayConnection) async throws -> Value
    ) async throws -> Value {
        await turn.enter()
        defer { turn.leave() }
        guard let key, let connection else { throw Locked() }
        if isUse { lastUse = clock() }
        let mine = locks
        do {
            let value = try await Self.open(path, key, connection, body)
            guard locks == mine else { throw Locked() }
            return value
        } catch {
            throw locks == mine ? error : Locked()
        }
    }

    private static func open<Value: Sendable>(
        _ path: String, _ key: GuardedBytes, _ connection: HTTPRelayConnection,
        _ body: @Sendable (Vault, HTTPRelayConnection) async throws -> Value
    ) async throws -> Value {
        try await body(opened(path, key), connection)
    }

    private static func perform<Value: Sendable>(
        _ vault: Vault, _ connection: HTTPRelayConnection,
        _ setting: (
            trust: Result<TrustAnchors?, ClientFailure>, clock: @Sendable () -> Instant, language: Language
        ),
        _ reach: Reach, _ body: @Sendable (Session, Voice) async throws -> Value
    ) async throws -> Value {
        let account = try Account(vault: vault)
        func begin() throws -> Session {
            try Session(account: account, clock: setting.clock, trust: setting.trust) { _, _ in connection }
        }
        var session = try begin()
        switch reach {
        case .here:
            if try await !hasWorkedHere(session) {
                try await prepare(session)
                try await session.sync()
            } else if try session.isCalledIn {
                session = try begin()
                try await prepareIfReachable(session)
            }
        case .relay: try await prepare(session)
        case .relayIfReachable: try await prepareIfReachable(session)
        }
        return try await body(session, Voice(session, setting.language))
    }

    /// Goes on with what this device holds.
    ///
    /// - Returns: false where that has never been brought up to date: it is not shown as if it were empty.
    private static func hasWorkedHere(_ session: Session) async throws -> Bool {
        do {
            try await session.workOffline()
        } catch ClientFailure.unreachable {
            return false
        }
        return try session.ownUnits.isEmpty || session.syncedAt != nil
    }

    private static func prepareIfReachable(_ session: Session) async throws {
        do {
            try await prepare(session)
        } catch ClientFailure.unreachable {
            try await session.workOffline()
        }
    }

    private static func prepare(_ session: Session) async throws {
        try await session.refresh()
        try await session.keys.maintain()
        try await session.prepareToWorkOffline()
    }
}
