// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// A relay that had to be put back behind what it had acknowledged goes on in a new log, under a new key. A client follows
/// only where its own institution signed a convention that names that log.
extension Session {
    /// - Throws: `ClientFailure.broken(.evidence)` when no such convention is shown.
    func followLog() async throws {
        // The head is not believed: it is only asked which log and convention it is about.
        guard let bytes = Base64.decode(try await relay.directoryHead().evidence.record),
            let stated = try? CanonicalJSON.decode(EventRecord.self, from: bytes), stated.log != log.name,
            let hash = stated.head?.convention
        else { throw ClientFailure.broken(.evidence) }
        try await directoryView.refreshConvention(hash)
        guard let convention = directory.convention?.body, convention.party(address.institution)?.log == stated.log,
            let key = convention.log(stated.log)?.noteKey
        else { throw ClientFailure.broken(.evidence) }
        let opened = try await relay.entry(0).evidence.verified(by: key)
        guard opened.event.event == .logOpened, opened.index == 0, let previous = opened.event.previous,
            previous.origin == log.name
        else { throw ClientFailure.broken(.evidence) }
        if let last = try logView.seen.largest, last.size == previous.size, last.root != previous.root {
            throw ClientFailure.broken(.logInconsistent)
        }
        let (lost, pending) = try leaveLog(after: previous.size)
        try account.moved(to: stated.log)
        logView.follow(key)
        followed = FollowedLog(
            from: previous.origin, size: previous.size, to: key.name, seen: seenBefore ?? 0, lost: lost,
            pending: pending)
    }

    /// Places in the old log say nothing about the new one.
    private func leaveLog(after size: Int) throws -> (lost: [TransmissionID], pending: [TransmissionID]) {
        let vault = account.vault
        let left = try outbox.leaveLog(after: size)
        try vault.put(logView.seen.notes, Table.former, log.name)
        // What says something about one log only.
        try replica.forget()
        try vault.write { vault in
            try vault.empty(Table.head)
            try vault.empty(Table.checkpoint)
            try vault.empty(Table.publication)
            try vault.empty(Table.mailbox)
            try vault.empty(Table.audit)
            try vault.empty(Table.lines)
            try vault.empty(Table.keys)
        }
        return left
    }
}

/// That the relay went on in another log.
public struct FollowedLog: Hashable, Sendable {
    public let from: String
    /// Where the old log ended, by the new one's first entry.
    public let size: Int
    public let to: String
    /// What this client had seen of the old one; more than `size` means that something acknowledged was lost.
    public let seen: Int
    /// What this agent had sent and the relay went back behind.
    public let lost: [TransmissionID]
    /// What this agent had sent before, within the longest retention: nobody is reminded of it any more.
    public let pending: [TransmissionID]
}
