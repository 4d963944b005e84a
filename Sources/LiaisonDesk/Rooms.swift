// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import Hummingbird
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonNotes
import LiaisonVault

/// The vaults of an institution's desk, and who works with which.
actor Rooms {
    private struct Open {
        let room: Room
        let desk: any HTTPResponder<DeskContext>
        /// How many are being let in at this moment.
        var entering = 0
    }

    private nonisolated let directory: String
    private let trust: Result<TrustAnchors?, ClientFailure>
    private let printer: Printer
    private let doorkeeper: Doorkeeper
    private nonisolated let clock: @Sendable () -> Instant
    /// Whose turn it is to have a key derived from a passphrase, which takes 64 MiB and a core for a moment. Browsers that an agent has
    /// signed in with before go ahead of all others.
    private nonisolated let derivation = Turn()
    private let bounds = Bounds()
    /// Opens the vault that nobody's passphrase opens, for the names that none has: it takes as long to say no.
    private let nobody: Clerk
    private var rooms: [VaultName: Open] = [:]

    /// - Throws: when the vault that nobody opens cannot be made.
    init(
        directory: String, trust: Result<TrustAnchors?, ClientFailure>, printer: Printer,
        doorkeeper: Doorkeeper, clock: @escaping @Sendable () -> Instant
    ) throws {
        self.directory = directory
        self.trust = trust
        self.printer = printer
        self.doorkeeper = doorkeeper
        self.clock = clock
        let nobody = "\(directory)/.nobody"
        if !FileManager.default.fileExists(atPath: "\(nobody)/\(Vault.fileName)") {
            _ = try Vault.create(at: nobody, passphrase: GuardedBytes.random(32))
        }
        self.nobody = Clerk(
            path: nobody, language: printer.language, trust: trust, clock: clock,
            derivation: derivation)
    }

    nonisolated var now: Instant { clock() }

    // MARK: In and out

    private nonisolated func path(of name: VaultName) -> String { "\(directory)/\(name)" }

    private nonisolated func hasVault(_ name: VaultName) -> Bool {
        FileManager.default.fileExists(atPath: "\(path(of: name))/\(Vault.fileName)")
    }

    /// Opens a vault and lets the browser in that gave its passphrase.
    ///
    /// - Parameters:
    ///   - name: nil where what was typed is no vault's name.
    ///   - browser: as it calls itself.
    ///   - isKnown: whether the agent has signed in with it before.
    /// - Returns: the cookie's value.
    /// - Throws: `VaultFailure`, `.wrongPassphrase` for a name that no vault has, too, and after as long.
    func signIn(
        _ name: VaultName?, _ passphrase: GuardedBytes, browser: String, isKnown: Bool
    ) async throws -> String {
        guard let name, hasVault(name) else {
            try await nobody.unlock(passphrase, ahead: false)
            throw VaultFailure.wrongPassphrase
        }
        let room = open(name)
        rooms[name]?.entering += 1
        defer { rooms[name]?.entering -= 1 }
        try await room.clerk.unlock(passphrase, ahead: isKnown)
        room.open()
        return doorkeeper.admit(name, browser: browser)
    }

    /// The vault of somebody who answers an invitation: a new one, or the one that an earlier attempt has left.
    nonisolated func openOrCreate(_ name: VaultName, _ passphrase: GuardedBytes) async throws -> Vault {
        guard hasVault(name) || !FileManager.default.fileExists(atPath: path(of: name)) else {
            throw VaultFailure.exists(name.description)
        }
        await derivation.enter()
        defer { derivation.leave() }
        return hasVault(name)
            ? try Vault.open(at: path(of: name), passphrase: passphrase, patience: 0)
            : try Vault.create(at: path(of: name), passphrase: passphrase)
    }

    private func open(_ name: VaultName) -> Room {
        if let open = rooms[name] { return open.room }
        let clerk = Clerk(
            path: path(of: name), language: printer.language, trust: trust, clock: clock,
            derivation: derivation)
        let room = Room(clerk)
        let router = Router(context: DeskContext.self)
        DeskRoutes(room: room, doorkeeper: doorkeeper, printer: printer, bounds: bounds) { [weak self] guest in
            if let guest { await self?.showOut { $0.guest == guest } }
        }.add(to: router)
        rooms[name] = Open(room: room, desk: router.buildResponder())
        return room
    }

    /// What answers an agent who was let in.
    func desk(of guest: Doorkeeper.Guest) -> (any HTTPResponder<DeskContext>)? {
        guest.agent.flatMap { rooms[$0]?.desk }
    }

    /// Ends stays, and locks the vaults that nobody works with any more.
    func showOut(_ isMeant: @Sendable (Doorkeeper.Stay) -> Bool) async {
        for guest in doorkeeper.end(where: isMeant) {
            guest.agent.flatMap { rooms[$0] }?.room.bulletin.tellOut(guest)
        }
        for (name, open) in rooms where open.entering == 0 && doorkeeper.stays(of: name).isEmpty {
            await open.room.lock()
        }
    }

    /// Ends the stays that have lasted too long, and keeps the lines of the others open.
    func keepHouse() async {
        let doorkeeper = doorkeeper
        let asked = Set(rooms.filter { $0.value.room.clerk.isAskedToLock }.map(\.key))
        await showOut { doorkeeper.isOver($0) || $0.guest.agent.map(asked.contains) ?? false }
        for open in rooms.values { open.room.bulletin.tellBeat() }
    }

    func close() async {
        for open in rooms.values { await open.room.close() }
    }
}
