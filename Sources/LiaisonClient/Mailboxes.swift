// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonVault
import LiaisonWire

/// What mailboxes hold, with nothing left out.
extension Session {
    private static let kind = "mailbox"

    /// Every event of the agent's units, in log order, proven and gapless.
    func mailboxEvents() async throws -> [VerifiedEvidence] {
        let events = try await pages { try await relay.events(from: $0) }
        let last = try Self.checkGaps(events)
        for mailbox in ownUnits.map(Mailbox.unit) {
            let number = last[mailbox] ?? 0
            // Nor may the end be missing that an earlier reading saw.
            guard number >= (try account.vault.value(Int.self, Self.kind, mailbox.description) ?? 0) else {
                throw ClientFailure.broken(.eventsMissing)
            }
            try account.vault.put(value: number, Self.kind, mailbox.description)
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

    /// Checks that each mailbox's numbers run from 1 without a gap; what is missing must be what the log says was erased
    /// at the audit limit.
    ///
    /// - Returns: the last number of each mailbox.
    static func checkGaps(_ events: [VerifiedEvidence]) throws -> [Mailbox: Int] {
        var last: [Mailbox: Int] = [:]
        for (mailbox, events) in Dictionary(grouping: events, by: \.event.mailbox) {
            let numbers = events.map(\.event.number)
            guard let largest = numbers.last, zip(numbers, numbers.dropFirst()).allSatisfy(<), numbers.first ?? 0 > 0
            else {
                throw ClientFailure.broken(.eventsMissing)
            }
            let present = Set(events.map(\.index))
            let erased = Set(events.flatMap { $0.event.entries ?? [] })
            guard erased.isDisjoint(with: present), largest - numbers.count == erased.count else {
                throw ClientFailure.broken(.eventsMissing)
            }
            last[mailbox] = largest
        }
        return last
    }
}
