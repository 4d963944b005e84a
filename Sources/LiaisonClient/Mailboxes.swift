// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What mailboxes hold, with nothing left out.
extension Session {
    /// Checks that each mailbox's numbers run without a gap. What is missing must be as many entries as the log says were
    /// erased at the audit limit, and nothing that is known to stand before such an entry may be younger than that limit:
    /// else the entry was, too.
    ///
    /// - Parameters:
    ///   - events: in order of the log. A mailbox's first one before `since` says where it begins; without one, it begins
    ///     with number 1.
    ///   - since: the beginning of what is asked for.
    static func checkGaps(_ events: [VerifiedEvidence], since: Instant, auditLimit: Seconds, now: Instant) throws {
        let places = events.map { LogPlace(index: $0.index, at: $0.event.at) }
        for events in Dictionary(grouping: events, by: \.event.mailbox).values {
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
            var before = (number: 0, index: -1)
            if let first = events.first, first.event.at < since {
                before = (first.event.number - 1, first.index - 1)
            }
            for event in events {
                let gap = erased.count { before.index < $0 && $0 < event.index }
                guard event.event.number - before.number - 1 == gap, !erased.contains(event.index) else {
                    throw ClientFailure.broken(.eventsMissing)
                }
                before = (event.event.number, event.index)
            }
        }
    }
}
