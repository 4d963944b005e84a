// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes

// Two clocks: the content at the flow's retention, records and salts at the convention's audit limit.

extension Draft {
    /// Erases one unit's content and says so to it and to the sender.
    mutating func erase(_ delivery: StoredDelivery, from sender: UnitAddress, code: ErasureCode) throws {
        guard let transition = delivery.progress.on(.retentionOver),
            let envelope = try transmission(delivery.transmission)?.hash
        else { return }
        let mailboxes = Set([sender, delivery.unit]).sorted().map(Mailbox.unit)
        _ = try record(transition.event, in: mailboxes) { record in
            record.transmission = delivery.transmission
            record.envelope = envelope
            record.unit = delivery.unit
            record.state = transition.state
            record.code = code.rawValue
        }
        batch.erased.append(delivery.id)
        try put(delivery.advanced(by: transition))
    }

    /// Erases records and salts that are past the audit limit. What remains is the entry, its mailbox and number, and the
    /// statement which entries these were: so a missing number is one that was erased, not one withheld.
    ///
    /// It is looked for them once a minute: the store passes over every transmission of which the first record is due and the last
    /// one is not, and that is a month of them.
    ///
    /// - Returns: of how many transmissions or months, at most `erasureLimit`.
    mutating func eraseRecords() throws -> Int {
        if let checked = state.recordsCheckedAt, now - checked < Self.recordsInterval { return 0 }
        guard let limit = state.directory.convention?.body.auditLimit else { return 0 }
        let allDue = try store.recordsDue(before: now - limit, limit: Self.erasureLimit)
        if allDue.count < Self.erasureLimit { state.recordsCheckedAt = now }
        for due in allDue where !isTouched(due) {
            for (mailbox, entries) in due.entries.sorted(by: { $0.key.description < $1.key.description }) {
                _ = try record(.erasure, in: [mailbox]) { record in
                    record.code = ErasureCode.auditLimit.rawValue
                    record.entries = entries
                }
            }
            batch.erasedRecords.append(due)
        }
        return allDue.count
    }

    static let erasureLimit = 64
    private static let recordsInterval: Seconds = 60

    /// Whether this batch has written about the same transmission or erased the same records already.
    private func isTouched(_ due: ErasableRecords) -> Bool {
        batch.erasedRecords.contains(due)
            || due.scope.transmission.map { id in batch.entries.contains { $0.transmission == id } } ?? false
    }
}
