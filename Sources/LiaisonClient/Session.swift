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
    /// Checkpoints proven consistent with the refreshed head's.
    private var proven: Set<Checkpoint> = []

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
            // What no longer verifies, since a convention changed or a refresh was cut short, is fetched again.
            var next = directory
            if (try? next.take(bundle, at: published?.at ?? now)) != nil { directory = next }
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
        self.head = head
        proven = [head.checkpoint.checkpoint]
        try await refreshConvention(lines.convention)
        try await refresh(lines.institutions)
        let named = Set(lines.institutions.map(\.institution))
        guard named.isSuperset(of: directory.rosters.keys) else { throw ClientFailure.broken(.directoryRollback) }
        try account.vault.put(value: head.evidence, Account.Class.head, "latest")
    }

    private func verifiedHead() async throws -> VerifiedEvidence {
        let head = try check(try await relay.directoryHead().evidence)
        guard head.event.event == .directoryHead, head.event.mailbox == .directory else {
            throw ClientFailure.broken(.wrongEvent)
        }
        let age = clock() - head.event.at
        guard (-Directory.clockTolerance...Directory.headLifetime).contains(age) else {
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
        if let present = directory.convention, present.hash == hash {
            guard present.signers.count < present.body.parties.count else { return }
            return try await refreshSignatures(of: hash)
        }
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

    /// A convention may gain signatures while it is in force.
    private func refreshSignatures(of hash: Hash) async throws {
        let document = try await relay.document(hash)
        guard let note = try? Unverified<Convention>(parsing: document.note), note.note.hash == hash,
            let verified = try? note.verifiedByItsParties(),
            verified.signers.isSuperset(of: directory.convention?.signers ?? [])
        else { throw ClientFailure.broken(.conventionRefused) }
        try directory.accept(note, at: clock(), pin: account.pin)
        try account.vault.put(value: note.note.serialized, Account.Class.convention, "current")
    }

    /// Fetches what has changed, lets go of all that it supersedes, and takes it in: whole or not at all.
    private func refresh(_ lines: [DirectoryHead.Line]) async throws {
        var changed: [(line: DirectoryHead.Line, bundle: DirectoryBundle, published: Publication)] = []
        for line in lines where !directory.states(line) {
            let bundle = try await relay.bundle(of: line.institution)
            changed.append((line, bundle, try await publication(of: line.roster)))
        }
        var next = directory
        for (line, _, _) in changed { next.release(line.institution) }
        do {
            for (_, bundle, published) in changed { try next.take(bundle, at: published.at) }
        } catch {
            throw ClientFailure.broken(.bundleRefused)
        }
        guard !next.isOlder(than: directory) else { throw ClientFailure.broken(.directoryRollback) }
        guard changed.allSatisfy({ next.states($0.line) }) else { throw ClientFailure.broken(.directoryMismatch) }
        directory = next
        for (line, bundle, _) in changed {
            try account.vault.put(value: bundle, Account.Class.bundle, line.institution.description)
        }
    }

    // MARK: Helpers of all commands

    /// Evidence that also belongs to the one history that this client knows: its checkpoint is proven consistent with the
    /// refreshed head's before anything is concluded from it.
    func prove(_ evidence: Evidence) async throws -> VerifiedEvidence {
        let verified = try check(evidence)
        let checkpoint = verified.checkpoint.checkpoint
        guard let head else { return verified }
        if proven.contains(checkpoint) { return verified }
        try await seen.prove(checkpoint, and: head.checkpoint.checkpoint, over: relay)
        proven.insert(checkpoint)
        return verified
    }

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
    /// Whether what is held is what `line` says.
    func states(_ line: DirectoryHead.Line) -> Bool {
        rosters[line.institution]?.hash == line.roster && keysHash(of: line.institution) == line.keys
    }

    /// Whether any roster or keys document is of a lower version than the one in `other`.
    func isOlder(than other: Directory) -> Bool {
        rosters.contains { id, roster in roster.body.version < other.rosters[id]?.body.version ?? 0 }
            || keys.contains { agent, document in
                document.keys == other.keys[agent]?.keys
                    && document.body.version < other.keys[agent]?.body.version ?? 0
            }
    }

    /// Takes an institution's documents in force, whose roster was published at `instant`.
    mutating func take(_ bundle: DirectoryBundle, at instant: Int) throws {
        try accept(Unverified<Roster>(parsing: bundle.roster), at: instant)
        for keys in bundle.keys { try accept(Unverified<AgentKeys>(parsing: keys)) }
    }
}
