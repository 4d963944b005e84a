// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What mailboxes hold, with nothing left out.
extension Session {
    /// Every event of the agent's units, in log order, proven and gapless.
    func mailboxEvents() async throws -> [VerifiedEvidence] {
        let events = try await pages { try await relay.events(from: $0) }
        let last = try Self.checkGaps(events, auditLimit: conventionInForce().body.auditLimit)
        for mailbox in ownUnits.map(Mailbox.unit) {
            let number = last[mailbox] ?? 0
            // Nor may the end be missing that an earlier reading saw.
            guard number >= (try account.vault.value(Int.self, Account.Class.mailbox, mailbox.description) ?? 0) else {
                throw ClientFailure.broken(.eventsMissing)
            }
            try account.vault.put(value: number, Account.Class.mailbox, mailbox.description)
        }
        return events
    }

    func pages(_ page: (Int) async throws -> EventPage) async throws -> [VerifiedEvidence] {
        var events: [VerifiedEvidence] = []
        var next: Int? = 0
        while let from = next {
            let page = try await page(from)
            for evidence in page.events {
                let event = try await prove(evidence)
                guard event.index >= from, event.index > events.last?.index ?? -1 else {
                    throw ClientFailure.broken(.wrongEvent)
                }
                events.append(event)
            }
            next = page.next
        }
        return events
    }

    /// Checks that each mailbox's numbers run from 1 without a gap. What is missing between two events must be as many
    /// entries between them as the log says were erased at the audit limit, and none of them younger than that.
    ///
    /// - Returns: the last number of each mailbox.
    static func checkGaps(_ events: [VerifiedEvidence], auditLimit: Int) throws -> [Mailbox: Int] {
        var last: [Mailbox: Int] = [:]
        for (mailbox, events) in Dictionary(grouping: events, by: \.event.mailbox) {
            var erased: [Int: Int] = [:]  // index of an erased entry, and when the log said so
            for notice in events {
                for index in notice.event.entries ?? [] where index < notice.index { erased[index] = notice.event.at }
            }
            var before: (number: Int, index: Int, at: Int) = (0, -1, 0)
            for event in events {
                let gap = erased.filter { before.index < $0.key && $0.key < event.index }
                // What stands after something younger than the limit is younger still.
                guard event.event.number - before.number - 1 == gap.count, erased[event.index] == nil,
                    gap.values.allSatisfy({ before.at <= $0 - auditLimit })
                else { throw ClientFailure.broken(.eventsMissing) }
                before = (event.event.number, event.index, event.event.at)
            }
            last[mailbox] = before.number
        }
        return last
    }
}
