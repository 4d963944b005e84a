// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
public import LiaisonWire

/// A transmission that this agent sealed, as its vault keeps it.
public struct SentItem: Codable, Hashable, Sendable {
    public var envelope: String
    /// Of the SubmissionAcceptance; nil until the relay has accepted it in the log that it keeps now.
    public var evidence: Evidence?
    /// Of the same, in a log that the relay had to leave.
    public var former: FormerEvidence?
    /// Whether the relay was handed these very bytes: it may have accepted them, whatever it answered.
    public var wasHandedIn: Bool?
    /// When a person last said that it is right; nil when that was as it was sealed.
    public var confirmedAt: Instant?
    /// Whether a log that the relay has left may have accepted it: the relay was handed it and did not answer.
    public var mayBeInFormerLog: Bool?
    /// Why the relay refused these very bytes, as it said; nil otherwise.
    public var refusal: String?
    /// The draft that it was sealed from, where it was one that pages show.
    public var draft: String?
}

/// What a log proved that the relay does not keep any more: by itself it still convinces whoever has the log's key.
public struct FormerEvidence: Codable, Hashable, Sendable {
    /// The log's verifier key.
    public var log: String
    /// The envelope that it is about: what is sent again is sealed anew.
    public var envelope: String
    public var evidence: Evidence
    /// Whether the relay went back behind it.
    public var isLost: Bool
}

/// A transmission that waits in the outbox: it has NOT been sent.
public struct WaitingItem: Sendable {
    public let routing: Routing
    /// When a person last said that it is right.
    public let confirmedAt: Instant
    /// Of the sealed content, in bytes.
    public let size: Int
    /// Whether it was deposited in a log that the relay has left: its unit may have read it.
    public let wasDeposited: Bool
    /// Whether the relay was handed it and may have accepted it.
    public let wasHandedIn: Bool
    /// Why the relay refused it.
    public let refusal: Problem.Code?

    /// For so long what a person confirmed is deposited without asking again: a night.
    static let fresh: Seconds = .hours(12)

    /// Why somebody has to look at it before it is deposited; nil when it goes by itself.
    ///
    /// - Parameter largest: contents of more bytes would hold up what else is to be done.
    public func obstacle(at now: Instant, largest: Int = .max) -> WaitReason? {
        if let refusal { return .refused(refusal) }
        if wasDeposited { return .wasDeposited }
        if !(0...Self.fresh).contains(now - confirmedAt) { return .isOld }
        return size > largest ? .isLarge : nil
    }
}

/// Why a transmission stays in the outbox.
public enum WaitReason: Error, Equatable, Sendable {
    /// Confirmed longer ago than anybody can answer for unasked.
    case isOld
    /// Deposited in a log that the relay has left; its unit may have read it.
    case wasDeposited
    /// Its upload takes long.
    case isLarge
    case refused(Problem.Code)
    /// The relay or this client did not take it now.
    case failed(ClientFailure)
}

/// What this agent sealed. What the relay has not accepted has NOT been sent: it waits here until it is deposited or discarded.
public final class Outbox {
    private let account: Account
    private let relay: any RelayConnection
    private let logView: LogView
    private let clock: () -> Instant

    init(account: Account, relay: any RelayConnection, logView: LogView, clock: @escaping () -> Instant) {
        self.account = account
        self.relay = relay
        self.logView = logView
        self.clock = clock
    }

    // MARK: Keeping

    /// The folder of what has no evidence: to find it costs what waits, not what was ever sent.
    private static let folder = "outbox waiting"

    private func put(_ item: SentItem, _ id: String) throws {
        try account.vault.write { try put(item, id, in: $0) }
    }

    private func put(_ item: SentItem, _ id: String, in vault: VaultTransaction) throws {
        try vault.put(item, Table.sent, id, folder: item.evidence == nil ? Self.folder : nil)
    }

    /// A vault of an earlier program has no such folder: what waits is put there once.
    private func sortOnce() throws {
        guard try account.vault.value(Table.setting, Self.folder) == nil else { return }
        try account.vault.write { vault in
            for row in try vault.all(Table.sent) where row.value.evidence == nil {
                try vault.put(row.value, Table.sent, row.id, folder: Self.folder)
            }
            try vault.put(true, Table.setting, Self.folder)
        }
    }

    /// Keeps a transmission, envelope and content together, or nothing of it.
    ///
    /// - Parameters:
    ///   - draft: what it is sealed from, which is gone once it is sealed.
    ///   - seal: writes the sealed content and returns its envelope.
    func keep(_ id: TransmissionID, ofDraft draft: String? = nil, _ seal: (ContentFile) throws -> Verified<Envelope>)
        throws
    {
        let name = id.description
        let known = try item(id)
        // What is sealed anew is no younger than what a person confirmed.
        let confirmedAt = try known.map { try $0.confirmedAt ?? own($0).body.routing.sealedAt }
        let item = try ContentFile.write(account.contentPath(id)) { file in
            let envelope = try seal(file)
            let item = SentItem(
                envelope: envelope.note.serialized, evidence: nil, former: known?.former, confirmedAt: confirmedAt,
                mayBeInFormerLog: known?.mayBeInFormerLog, draft: draft)
            // Envelope and content belong together, also when the program ends between the file's name and the row.
            try account.vault.put(item, Table.sealing, name)
            return item
        }
        try finish(item, id)
    }

    /// It is sealed, and what it was sealed from is none any more: both or neither.
    private func finish(_ item: SentItem, _ id: TransmissionID) throws {
        let name = id.description
        try account.vault.write { vault in
            try put(item, name, in: vault)
            try vault.delete(Table.sealing, name)
            if let draft = item.draft { try vault.drop(draft: draft, sealedAs: id) }
        }
    }

    /// Finishes what an earlier program was sealing when it ended: where the content had its name already, the envelope
    /// goes with it; otherwise what was there before is untouched.
    func finishSealings() throws {
        try sortOnce()
        for id in try account.vault.ids(Table.sealing) {
            if let item = try account.vault.value(Table.sealing, id),
                let transmission = TransmissionID(id),
                let file = try? FileSource(path: account.contentPath(transmission)),
                try digest(of: file) == own(item).body.content.sha256
            {
                try finish(item, transmission)
            } else {
                try account.vault.delete(Table.sealing, id)
            }
        }
    }

    // MARK: Depositing

    /// Hands a sealed transmission to the relay and verifies what it answers. May be repeated: the same bytes
    /// under the same id are one submission.
    package func deposit(_ id: TransmissionID, onAcceptance: () -> Void = {}) async throws -> VerifiedEvidence {
        guard let item = try item(id) else {
            throw ClientFailure.unknownTransmission(id.description)
        }
        let envelope = try own(item)
        let receipt: Receipt
        do {
            receipt = try await relay.submit(envelope, content: try FileSource(path: account.contentPath(id))) {
                guard item.wasHandedIn != true else { return }
                var handedIn = item
                handedIn.wasHandedIn = true
                try put(handedIn, id.description)
            }
        } catch let problem as Problem where problem.isFinal && !problem.isMendedBySealingAnew {
            var refused = item
            (refused.wasHandedIn, refused.refusal) = (true, problem.code.rawValue)
            try put(refused, id.description)
            throw problem
        }
        let evidence = try logView.check(receipt.evidence)
        guard evidence.event.event == .submissionAcceptance, evidence.event.envelope == envelope.hash,
            evidence.event.transmission == id, evidence.event.agent == envelope.body.by,
            evidence.event.mailbox == .unit(envelope.body.routing.from)
        else { throw ClientFailure.broken(.wrongEvent) }
        onAcceptance()
        try put(
            SentItem(envelope: item.envelope, evidence: receipt.evidence, former: item.former), id.description)
        try logView.seen.remember(evidence.checkpoint)
        return evidence
    }

    /// What is kept of a transmission that this agent sealed.
    func item(_ id: TransmissionID) throws -> SentItem? { try account.vault.value(Table.sent, id.description) }

    /// An envelope of this agent's own making.
    func own(_ item: SentItem) throws -> Verified<Envelope> {
        try Unverified<Envelope>(parsing: item.envelope).verified(by: account.signer().noteKey)
    }

    /// The routing of a transmission that this agent sealed.
    public func sealed(_ id: TransmissionID) throws -> Routing? {
        try item(id).map { try own($0).body.routing }
    }

    /// What this agent sealed and the relay, or the log that it keeps now, has not accepted, the most urgent first: it has NOT
    /// been sent. What was deposited in a log that the relay left is among it only as long as it may still be unanswered.
    public func waiting() throws -> [WaitingItem] {
        let rows = try account.vault.read { try $0.all(Table.sent, folder: Self.folder) }
        return try rows.compactMap { row in
            let item = try waiting(row.value)
            guard let former = row.value.former, !former.isLost else { return item }
            return isRecent(item.routing) ? item : nil
        }.sorted { ($0.routing.urgency, $0.routing.sealedAt) < ($1.routing.urgency, $1.routing.sealedAt) }
    }

    /// A transmission that waits; nil when the relay has accepted it, or nobody here sealed it.
    public func waiting(_ id: TransmissionID) throws -> WaitingItem? {
        guard let item = try item(id), item.evidence == nil else { return nil }
        return try waiting(item)
    }

    private func waiting(_ item: SentItem) throws -> WaitingItem {
        let envelope = try own(item).body
        return WaitingItem(
            routing: envelope.routing, confirmedAt: item.confirmedAt ?? envelope.routing.sealedAt,
            size: envelope.content.size,
            wasDeposited: item.former != nil || item.mayBeInFormerLog == true,
            wasHandedIn: item.wasHandedIn == true, refusal: item.refusal.flatMap(Problem.Code.init))
    }

    /// Keeps that a person says now that it is right, whatever was said of it before.
    public func confirm(_ id: TransmissionID) throws {
        guard var item = try item(id), item.evidence == nil else {
            throw ClientFailure.unknownTransmission(id.description)
        }
        (item.confirmedAt, item.refusal) = (clock(), nil)
        try put(item, id.description)
    }

    /// Destroys what this agent sealed and will not send.
    ///
    /// - Throws: `Obstacle.mayBeDeposited` for what the relay may have accepted: that is deposited once more, then withdrawn;
    ///   `ClientFailure.alreadyDeposited` for what it has accepted.
    public func discard(_ id: TransmissionID) throws {
        try checkDiscarding(id)
        try account.vault.delete(Table.sent, id.description)
        try? FileManager.default.removeItem(atPath: account.contentPath(id))
    }

    /// Throws what `discard` would, and destroys nothing.
    public func checkDiscarding(_ id: TransmissionID) throws {
        guard let item = try item(id) else {
            throw ClientFailure.unknownTransmission(id.description)
        }
        guard item.evidence == nil else { throw ClientFailure.alreadyDeposited(id) }
        // What it refused for good it does not have; what it has under this identifier already is another matter.
        let isRefused = item.refusal != nil && item.refusal != Problem.Code.idTaken.rawValue
        guard item.wasHandedIn != true || isRefused else {
            throw ClientFailure.obstacle(.mayBeDeposited(id))
        }
    }

    /// Whether it may still wait for an answer: what is older was answered, or has expired with the longest retention.
    func isRecent(_ routing: Routing) -> Bool { routing.sealedAt > clock() - 90 * 86_400 }

    // MARK: Another log

    /// What the relay does not know any more waits to be sent again, if it is still right; the old log's evidence is kept
    /// beside it.
    ///
    /// - Parameter size: of the old log, where the new one goes on from.
    /// - Returns: what the relay went back behind, and what is recent enough to be still unanswered.
    func leaveLog(after size: Int) throws -> (lost: [TransmissionID], pending: [TransmissionID]) {
        let vault = account.vault
        var (lost, pending): ([TransmissionID], [TransmissionID]) = ([], [])
        for id in try vault.ids(Table.sent) {
            guard var item = try vault.value(Table.sent, id) else { continue }
            guard let evidence = item.evidence else {
                if item.wasHandedIn == true {
                    item.mayBeInFormerLog = true
                    try put(item, id)
                }
                continue
            }
            let routing = try own(item).body.routing
            let isLost = try logView.check(evidence).index >= size
            let former = FormerEvidence(
                log: logView.key.description, envelope: item.envelope, evidence: evidence, isLost: isLost)
            try put(SentItem(envelope: item.envelope, evidence: nil, former: former), id)
            if isLost {
                lost.append(routing.id)
            } else if isRecent(routing) {
                pending.append(routing.id)
            }
        }
        return (lost, pending)
    }

    /// What a log that the relay has left proved of a transmission of one's own, verified by that log's key; nil once the log
    /// that it keeps now has it.
    public func former(_ id: TransmissionID) throws -> (log: NoteKey, evidence: VerifiedEvidence)? {
        guard let item = try item(id),
            item.evidence == nil, let former = item.former, let key = NoteKey(former.log)
        else { return nil }
        return (key, try former.evidence.verified(by: key))
    }
}
