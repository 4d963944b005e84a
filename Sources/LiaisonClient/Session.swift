// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonDossier
import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire

/// One command's view of its rooms: the agent's account, the relay, the log, the directory, the mailboxes that this device holds,
/// and what is sealed and not yet deposited.
public final class Session {
    public let account: Account
    public let relay: any RelayConnection
    public let clock: () -> Instant
    /// Witnesses and authorities that this client's policy names; nil without a policy.
    public let trust: Result<TrustAnchors?, ClientFailure>
    /// What this client knows of the log.
    let logView: LogView
    /// What is and was in force.
    let directoryView: DirectoryView
    /// The mailboxes that this device holds.
    let replica: Replica
    /// What this agent sealed.
    public let outbox: Outbox
    /// This agent's encryption keys.
    public let keys: Keys
    /// Set when this command found the relay in another log than before.
    public internal(set) var followed: FollowedLog?
    /// Size of the largest tree seen before this command.
    let seenBefore: Int?
    /// Of what this command could not deposit, why.
    public internal(set) var whyKept: [TransmissionID: WaitReason] = [:]
    /// Whether the mailboxes are as the relay has them, for this command.
    var isSynced = false

    /// Restores what the vault knows; asks nobody.
    ///
    /// - Parameters:
    ///   - trust: the client's policy; nil when there is none, a failure when nobody can read it.
    ///   - connect: makes the connection for the pinned convention.
    public init(
        account: Account, clock: @escaping () -> Instant,
        trust: Result<TrustAnchors?, ClientFailure> = .success(nil),
        connect: (Account, Convention) throws -> any RelayConnection = { try $0.connect($1) }
    ) throws {
        self.account = account
        self.clock = clock
        self.trust = trust
        var directory = Directory()
        guard let text = try account.vault.value(Table.convention, "current") else {
            throw VaultFailure.damaged("convention")
        }
        try directory.accept(
            Unverified<Convention>(parsing: text), at: clock(), of: [account.record.address.institution])
        guard let convention = directory.convention?.body, let log = convention.log(try account.origin)?.noteKey
        else { throw ClientFailure.broken(.conventionRefused) }
        relay = try connect(account, convention)
        logView = LogView(key: log, vault: account.vault, relay: relay)
        directoryView = DirectoryView(
            account: account, relay: relay, logView: logView, clock: clock, directory: directory)
        replica = Replica(
            account: account, relay: relay, logView: logView, directoryView: directoryView, clock: clock)
        outbox = Outbox(account: account, relay: relay, logView: logView, clock: clock)
        keys = Keys(account: account, relay: relay, logView: logView, directoryView: directoryView, clock: clock)
        seenBefore = try logView.seen.largest?.size
        try outbox.finishSealings()
    }

    // MARK: Refreshing

    /// Brings the directory up to the relay's latest DirectoryHead, which must be proven, fresh, not older than the last one
    /// seen, and say exactly what the relay then hands out; follows the relay to another log where the own institution's
    /// convention says so.
    public func refresh() async throws {
        isSynced = false
        do {
            try await directoryView.refresh()
        } catch ClientFailure.broken(.evidence) where followed == nil {
            try await followLog()
            try await directoryView.refresh()
        }
    }

    /// Goes on with what the vault knows, when the relay cannot be reached: the directory as it was last verified. What is
    /// sealed by it is judged again, and sealed anew where needed, when it is deposited.
    ///
    /// - Throws: `ClientFailure.unreachable` for a vault that has never seen a directory.
    public func workOffline() async throws { try await directoryView.workOffline() }

    /// Brings the mailboxes of the agent's units up to date, once after each refresh and after whatever this agent has done
    /// since; does nothing without the relay.
    public func sync() async throws {
        guard !isSynced else { return }
        try await replica.sync()
        isSynced = offlineSince == nil
    }

    /// When the mailbox that is furthest behind was last brought up to date; nil before the first time.
    public var syncedAt: Instant? { get throws { try replica.syncedAt } }

    // MARK: What the rooms say

    public var address: AgentAddress { account.record.address }
    public var log: NoteKey { logView.key }
    /// The convention and the institutions that this command has to do with; `know` brings in more.
    public var directory: Directory { directoryView.directory }
    /// When the directory in use was verified, once this command works without the relay; nil with it.
    public var offlineSince: Instant? { directoryView.offlineSince }
    /// The convention's.
    public var timeZone: TimeZone { directoryView.timeZone }
    /// The units that this agent acts for now.
    public var ownUnits: [UnitAddress] { directoryView.ownUnits }
    /// The units in which this agent has a post of their own now.
    public var postUnits: [UnitAddress] { directoryView.postUnits }

    /// Brings institutions into `directory`, verified; with `keys` also their agents' encryption keys, up to date. One that
    /// is not in the directory is passed over.
    public func know(_ institutions: some Sequence<InstitutionID>, keys: Bool = false) async throws {
        try await directoryView.know(institutions, keys: keys)
    }

    /// Every institution of the directory.
    public func institutions() throws -> [InstitutionID] { try directoryView.institutions() }

    /// Units that hold a role, in order of address, with their institutions known.
    public func units(holding role: String, keys: Bool = false) async throws -> [LiaisonModel.Unit] {
        try await directoryView.units(holding: role, keys: keys)
    }

    /// Fetches the keys of the units to which this agent may send, where they have changed, so that a later command can seal
    /// for them while the relay cannot be reached.
    public func prepareToWorkOffline() async throws { try await directoryView.prepareToWorkOffline() }

    func conventionInForce() throws -> Verified<Convention> { try directoryView.conventionInForce() }
    func headHash() throws -> Hash { try directoryView.headHash() }
    var servedUnits: [UnitAddress] { directoryView.servedUnits }
    func contentPath(_ id: TransmissionID) -> String { account.contentPath(id) }
    func received(_ id: TransmissionID) throws -> ReceivedItem? { try account.received(id) }
}
