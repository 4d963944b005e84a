// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// The directory as this client has verified it: what is in force, and what was in force at earlier places of the log.
public final class DirectoryView {
    let account: Account
    let relay: any RelayConnection
    let logView: LogView
    let clock: () -> Instant
    /// The convention and the institutions that this command has to do with; `know` brings in more.
    public internal(set) var directory: Directory
    /// The DirectoryHead that the directory stands for, once refreshed.
    private(set) var head: VerifiedEvidence?
    /// The one that this client knew before.
    private(set) var formerHead: VerifiedEvidence?
    /// When the directory in use was verified, once this command works without the relay; nil with it.
    public private(set) var offlineSince: Instant?
    /// What was put together of the past since the last refresh.
    var past = PastDirectories()

    private var address: AgentAddress { account.record.address }

    /// - Parameter directory: the convention that the vault knows.
    init(
        account: Account, relay: any RelayConnection, logView: LogView, clock: @escaping () -> Instant,
        directory: Directory
    ) {
        self.account = account
        self.relay = relay
        self.logView = logView
        self.clock = clock
        self.directory = directory
    }

    // MARK: Refreshing

    /// Brings the directory up to the relay's latest DirectoryHead, which must be proven, fresh, not older
    /// than the last one seen, and say exactly what the relay then hands out.
    func refresh() async throws {
        do {
            try await refreshOnce()
        } catch ClientFailure.broken(.directoryMismatch) {
            // Something may have been published between two answers; a relay that lies does so again.
            try await refreshOnce()
        }
    }

    private func refreshOnce() async throws {
        let (head, stated) = try await logView.directoryHead(at: clock())
        self.head = head
        formerHead = try account.vault.value(Table.head, "latest").map { try logView.check($0) }
        logView.rely(on: head.checkpoint.checkpoint)
        past = PastDirectories()
        try await refreshConvention(stated.convention)
        try await refreshLines(stated)
        try account.vault.put(head.evidence, Table.head, "latest")
        offlineSince = nil
        try await know([address.institution], keys: true)
    }

    /// Goes on with what the vault knows, when the relay cannot be reached: the directory as it was last verified. What is
    /// sealed by it is judged again, and sealed anew where needed, when it is deposited.
    ///
    /// - Throws: `ClientFailure.unreachable` for a vault that has never seen a directory.
    func workOffline() async throws {
        guard let last = try account.vault.value(Table.head, "latest").map({ try logView.check($0) })
        else {
            throw ClientFailure.unreachable()
        }
        head = last
        logView.rely(on: last.checkpoint.checkpoint)
        offlineSince = last.event.at
        try await know([address.institution], keys: true)
    }

    func refreshConvention(_ hash: Hash) async throws {
        if let present = directory.convention, present.hash == hash {
            guard present.note.signatures.count < present.body.parties.count else { return }
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
        // Whoever was away while a key was succeeded and the next version signed by the new one learns of both.
        if let own = try? await relay.bundle(of: address.institution, from: head?.index ?? 0, keys: false) {
            try take(own.successions, of: address.institution)
        }
        do {
            for note in missing.reversed() {
                try directory.accept(note, at: clock(), pins: try pins, of: [address.institution])
            }
        } catch {
            throw ClientFailure.broken(.conventionRefused)
        }
        try rememberConvention()
    }

    /// A convention may gain signatures while it is in force.
    private func refreshSignatures(of hash: Hash) async throws {
        let document = try await relay.document(hash)
        guard let present = directory.convention?.note, let note = try? Unverified<Convention>(parsing: document.note),
            note.note.hash == hash, Set(note.note.signatures).isSuperset(of: present.signatures)
        else { throw ClientFailure.broken(.conventionRefused) }
        guard note.note.signatures.count > present.signatures.count else { return }
        try directory.accept(note, at: clock(), of: [address.institution])
        try rememberConvention()
    }

    private func rememberConvention() throws {
        guard let note = directory.convention?.note.serialized else { return }
        try account.vault.put(note, Table.convention, "current")
    }

    /// The keys by which the own institution vouches for the next convention: the successor's after a succession, those of
    /// the convention in force otherwise, and the one pinned at enrolment before there is any.
    var pins: [NoteKey] {
        get throws {
            let frame = try frame(for: address.institution)
            let name = address.institution.description
            if let key = frame.successions[address.institution]?.body.key {
                return NoteKey(name: name, key: key).map { [$0] } ?? []
            }
            let own = frame.convention?.body.party(address.institution)?.keys ?? []
            return own.isEmpty ? account.pins : own.compactMap { NoteKey(name: name, key: $0.key) }
        }
    }

    // MARK: What commands ask

    /// The hash of the head that envelopes and acts name.
    func headHash() throws -> Hash {
        guard let head else { throw ClientFailure.broken(.directoryHeadStale) }
        return head.hash
    }

    func conventionInForce() throws -> Verified<Convention> {
        guard let convention = directory.convention else { throw ClientFailure.broken(.conventionRefused) }
        return convention
    }

    /// The convention's.
    public var timeZone: TimeZone { directory.convention.flatMap { TimeZone(identifier: $0.body.timeZone) } ?? .gmt }

    /// The units that this agent acts for now.
    public var ownUnits: [UnitAddress] { directory.units(of: address, at: clock()) }

    /// The units in which this agent has a post of their own now.
    public var postUnits: [UnitAddress] {
        let posts = directory.agent(address)?.posts.map(\.unit) ?? []
        return posts.filter { unit in directory.agent(address)?.isMember(of: unit, at: clock()) ?? false }
    }

    /// These, and the units for which this agent stands by: what the relay shows of them it shows because their silence has
    /// called the agent in.
    var servedUnits: [UnitAddress] {
        Set(ownUnits).union(directory.standbyUnits(of: address, at: clock())).sorted()
    }

    // MARK: Audit limits

    /// Checks by the audit limit in force; where that fails, by the shortest there was: records may have been erased under
    /// an earlier version, and a shorter limit lets through whatever a longer one does.
    func underAuditLimit<Result>(_ check: (Seconds) throws -> Result) async throws -> Result {
        do {
            return try check(conventionInForce().body.auditLimit)
        } catch {
            return try check(await shortestAuditLimit())
        }
    }

    /// Of the convention in force and those before it.
    private func shortestAuditLimit() async throws -> Seconds {
        let present = try conventionInForce().body
        var (shortest, next) = (present.auditLimit, present.previous)
        while let earlier = next {
            guard let version: Unverified<Convention> = try? await document(earlier) else { break }
            shortest = min(shortest, version.claimed.auditLimit)
            next = version.claimed.previous
        }
        return shortest
    }
}
