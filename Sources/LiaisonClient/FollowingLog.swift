// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
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
        try await refreshConvention(hash)
        guard let convention = directory.convention?.body, convention.party(address.institution)?.log == stated.log,
            let key = convention.log(stated.log)?.noteKey
        else { throw ClientFailure.broken(.evidence) }
        let opened = try await relay.entry(0).evidence.verified(by: key)
        guard opened.event.event == .logOpened, opened.index == 0, let previous = opened.event.previous,
            previous.origin == log.name
        else { throw ClientFailure.broken(.evidence) }
        try forgetLog(after: previous.size)
        try account.moved(to: stated.log)
        log = key
        seen = SeenLog(vault: account.vault, log: key)
        followed = FollowedLog(from: previous.origin, size: previous.size, to: key.name, seen: seenBefore ?? 0)
    }

    /// Places in the old log say nothing about the new one. What was deposited behind the point that the relay went back
    /// to is not there any more: it waits to be sent again.
    private func forgetLog(after size: Int) throws {
        let vault = account.vault
        for id in try vault.ids(Account.Class.sent) {
            guard let item = try vault.value(SentItem.self, Account.Class.sent, id), let evidence = item.evidence,
                try check(evidence).index >= size
            else { continue }
            try vault.put(value: SentItem(envelope: item.envelope, evidence: nil), Account.Class.sent, id)
        }
        for kind in Account.Class.ofOneLog {
            for id in try vault.ids(kind) { try vault.delete(kind, id) }
        }
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
}
