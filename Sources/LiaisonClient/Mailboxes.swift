// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What mailboxes hold, with nothing left out.
extension Session {
    func pages(_ page: (Int) async throws -> EventPage) async throws -> [VerifiedEvidence] {
        var events: [VerifiedEvidence] = []
        var next: Int? = 0
        while let from = next {
            let page = try await page(from)
            for evidence in page.events {
                let event = try await logView.prove(evidence)
                guard event.index >= from, event.index > events.last?.index ?? -1 else {
                    throw ClientFailure.broken(.wrongEvent)
                }
                events.append(event)
            }
            next = page.next
        }
        return events
    }

    /// Checks that each mailbox's numbers run without a gap. What is missing must be as many entries as the log says were
    /// erased at the audit limit, and nothing that is known to stand before such an entry may be younger than that limit:
    /// else the entry was, too.
    ///
    /// - Parameters:
    ///   - known: places of directory documents; like the events, they say how old the log was where.
    ///   - since: for a window of time, the instant before which records may have been erased by a notice after it; nil
    ///     for whole mailboxes, from 1.
    static func checkGaps(
        _ events: [VerifiedEvidence], auditLimit: Int, known: [LogPlace], now: Int, erasableBefore since: Int? = nil
    ) throws -> [Mailbox: Int] {
        let places = known + events.map { LogPlace(index: $0.index, at: $0.event.at) }
        var last: [Mailbox: Int] = [:]
        for (mailbox, events) in Dictionary(grouping: events, by: \.event.mailbox) {
            var erased: Set<Int> = []
            for notice in events {
                guard let entries = notice.event.entries, let end = entries.max() else { continue }
                guard end < notice.index, notice.event.at <= now + Directory.clockTolerance,
                    places.allSatisfy({
                        $0.index > end || $0.at <= notice.event.at - auditLimit + Directory.clockTolerance
                    })
                else { throw ClientFailure.broken(.eventsMissing) }
                erased.formUnion(entries)
            }
            var before = since == nil ? (number: 0, index: -1, at: 0) : nil
            for event in events {
                if let before {
                    let gap = erased.count { before.index < $0 && $0 < event.index }
                    let isOld = since.map { before.at < $0 } ?? false
                    guard event.event.number - before.number - 1 == gap || isOld, !erased.contains(event.index) else {
                        throw ClientFailure.broken(.eventsMissing)
                    }
                }
                before = (event.event.number, event.index, event.event.at)
            }
            last[mailbox] = before?.number
        }
        return last
    }
}
