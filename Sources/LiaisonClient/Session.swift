// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire

/// One command's view: the agent's account, the relay, and the directory as far as it was verified.
public final class Session {
    public let account: Account
    public let relay: any RelayConnection
    public let log: NoteKey
    public let clock: () -> Int
    public let language: Language
    public private(set) var directory: Directory
    /// The DirectoryHead that the directory stands for, once refreshed.
    private(set) var head: VerifiedEvidence?
    let seen: SeenLog

    public var address: AgentAddress { account.record.address }

    /// Restores what the vault knows; asks nobody.
    ///
    /// - Parameter connect: makes the connection for the pinned convention.
    public init(
        account: Account, clock: @escaping () -> Int, language: Language,
        connect: (Account, Convention) throws -> any RelayConnection = { try $0.connect($1) }
    ) throws {
        self.account = account
        self.clock = clock
        self.language = language
        directory = try Self.stored(account, at: clock())
        guard let convention = directory.convention?.body, let log = convention.log(account.record.log)?.noteKey
        else { throw ClientFailure.broken(.conventionRefused) }
        self.log = log
        seen = SeenLog(vault: account.vault, log: log)
        relay = try connect(account, convention)
    }

    private static func stored(_ account: Account, at now: Int) throws -> Directory {
        var directory = Directory()
        guard let text = try account.vault.value(String.self, Account.Class.convention, "current") else {
            throw VaultFailure.damaged("convention")
        }
        try directory.accept(Unverified<Convention>(parsing: text), at: now, pin: account.pin)
        for id in try account.vault.ids(Account.Class.bundle) {
            guard let bundle = try account.vault.value(DirectoryBundle.self, Account.Class.bundle, id) else { continue }
            let hash = try SignedNote(parsing: bundle.roster, limit: Roster.maximumSize).hash
            let published = try account.vault.value(Publication.self, Publication.kind, hash.hex)
            try directory.take(bundle, at: published?.at ?? now)
        }
        return directory
    }

    // MARK: Refreshing the directory

    /// Brings the directory up to the relay's latest DirectoryHead, which must be proven, fresh, not older
    /// than the last one seen, and say exactly what the relay then hands out.
    public func refresh() async throws {
        let head = try await verifiedHead()
        guard let lines = head.event.head else { throw ClientFailure.broken(.wrongEvent) }
        try await seen.reconcile(head.checkpoint, over: relay)
        try await refreshConvention(lines.convention)
        for line in lines.institutions { try await refresh(line) }
        let named = Set(lines.institutions.map(\.institution))
        guard named.isSuperset(of: directory.rosters.keys) else { throw ClientFailure.broken(.directoryRollback) }
        try account.vault.put(value: head.evidence, Account.Class.head, "latest")
        self.head = head
    }

    private func verifiedHead() async throws -> VerifiedEvidence {
        let head = try check(try await relay.directoryHead().evidence)
        guard head.event.event == .directoryHead, head.event.mailbox == .directory else {
            throw ClientFailure.broken(.wrongEvent)
        }
        guard abs(clock() - head.event.at) <= Directory.headLifetime + Directory.clockTolerance else {
            throw ClientFailure.broken(.directoryHeadStale)
        }
        if let last = try account.vault.value(Evidence.self, Account.Class.head, "latest") {
            let known = try check(last)
            guard head.event.number > known.event.number || head.hash == known.hash else {
                throw ClientFailure.broken(.directoryRollback)
            }
        }
        return head
    }

    private func refreshConvention(_ hash: Hash) async throws {
        guard directory.convention?.hash != hash else { return }
        // Versions that this client has missed are taken one after the other.
        var missing: [Unverified<Convention>] = []
        var next: Hash? = hash
        while let wanted = next, wanted != directory.convention?.hash {
            let document = try await relay.document(wanted)
            guard let note = try? Unverified<Convention>(parsing: document.note), note.note.hash == wanted,
                missing.count < 100
            else { throw ClientFailure.broken(.conventionRefused) }
            missing.append(note)
            next = note.claimed.previous
        }
        do {
            for note in missing.reversed() { try directory.accept(note, at: clock(), pin: account.pin) }
        } catch {
            throw ClientFailure.broken(.conventionRefused)
        }
        if let text = directory.convention?.note.serialized {
            try account.vault.put(value: text, Account.Class.convention, "current")
        }
    }

    private func refresh(_ line: DirectoryHead.Line) async throws {
        let institution = line.institution
        if directory.rosters[institution]?.hash == line.roster, directory.keysHash(of: institution) == line.keys {
            return
        }
        let bundle = try await relay.bundle(of: institution)
        let published = try await publication(of: line.roster)
        do {
            try directory.take(bundle, at: published.at)
        } catch DirectoryRefusal.rosterRollback, DirectoryRefusal.keysRollback {
            throw ClientFailure.broken(.directoryRollback)
        } catch {
            throw ClientFailure.broken(.bundleRefused)
        }
        guard directory.rosters[institution]?.hash == line.roster, directory.keysHash(of: institution) == line.keys
        else { throw ClientFailure.broken(.directoryMismatch) }
        try account.vault.put(value: bundle, Account.Class.bundle, institution.description)
    }

    // MARK: Helpers of all commands

    /// Evidence, verified against the log's key.
    func check(_ evidence: Evidence) throws -> VerifiedEvidence {
        do {
            return try evidence.verified(by: log)
        } catch {
            throw ClientFailure.broken(.evidence)
        }
    }

    /// The hash of the head that envelopes and acts name.
    func headHash() throws -> Hash {
        guard let head else { throw ClientFailure.broken(.directoryHeadStale) }
        return head.hash
    }

    func conventionInForce() throws -> Verified<Convention> {
        guard let convention = directory.convention else { throw ClientFailure.broken(.conventionRefused) }
        return convention
    }

    /// The units that this agent belongs to now.
    public var ownUnits: [UnitAddress] { directory.units(of: address, at: clock()) }
}

extension Directory {
    /// Takes an institution's documents in force, whose roster was published at `instant`.
    mutating func take(_ bundle: DirectoryBundle, at instant: Int) throws {
        try accept(Unverified<Roster>(parsing: bundle.roster), at: instant)
        for keys in bundle.keys { try accept(Unverified<AgentKeys>(parsing: keys)) }
    }
}
