// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonHistory
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// Brings the mailboxes of the agent's units up to date: what comes after the last number held of each is fetched, proven by
/// tiles, judged once by the directory of its place, replayed and written, page by page. Cut anywhere, it goes on where it was.
extension Replica {
    /// Does nothing without the relay.
    ///
    /// - Throws: `ClientFailure.broken(.eventsMissing)` for a mailbox with a hole that no erasure explains.
    func sync() async throws {
        guard directoryView.offlineSince == nil else {
            // What was never brought up to date is not shown as if it were empty.
            guard try syncedAt != nil else { throw ClientFailure.unreachable() }
            return
        }
        let units = directoryView.ownUnits
        for unit in try mailboxes() where !units.contains(unit) { try await leave(unit) }
        for unit in units { try await sync(unit) }
        try await askAgain()
    }

    /// What was refused is asked for once more: a note may have been missing, on its way or on purpose.
    private func askAgain() async throws {
        let refused = try account.vault.read { vault in
            try vault.all(Table.transmission, folder: Replica.refused).map(\.id)
        }
        for id in refused.prefix(Self.askedAgain).compactMap({ TransmissionID($0) }) {
            guard let timeline = try? await relay.timeline(of: id) else { continue }
            let page = MailboxPage(
                checkpoint: "", events: [], envelopes: [timeline.envelope], acts: timeline.acts, next: nil)
            let update = try await self.update(id, try events(on: id), await OfferedNotes(page))
            guard update.held?.refusal == nil else { continue }
            let rows = try update.rows(in: account.vault)
            try account.vault.write { vault in
                try update.clear(vault)
                for row in rows { try vault.put(row) }
            }
        }
    }

    /// How many are asked for again at a time.
    private static let askedAgain = 20

    /// When the mailbox that is furthest behind was last brought up to date; nil before the first time.
    var syncedAt: Instant? {
        get throws {
            let times = try directoryView.ownUnits.map { try mailbox(of: $0)?.syncedAt }
            return times.contains(nil) ? nil : times.compactMap(\.self).min()
        }
    }

    /// What this agent may not read any more goes, and what only followed from it.
    private func leave(_ unit: UnitAddress) async throws {
        let table = Table.event(in: .unit(unit))
        var touched: Set<TransmissionID> = []
        try account.vault.read { vault in
            try vault.each(table) { row in
                if let id = try event(row.value.logged).event.transmission { touched.insert(id) }
                return true
            }
        }
        var updates: [ReplicaUpdate] = []
        for id in touched.sorted() {
            let rest = try self.events(on: id).filter { $0.event.mailbox != .unit(unit) }
            updates.append(try await update(id, rest, .none))
        }
        let vault = account.vault
        try vault.write { transaction in
            try transaction.empty(table)
            for update in updates {
                try update.clear(transaction)
                for row in try update.rows(in: vault) { try transaction.put(row) }
            }
            try transaction.delete(Table.held, unit.description)
        }
    }

    private func sync(_ unit: UnitAddress) async throws {
        var held = try mailbox(of: unit) ?? HeldMailbox(index: -1)
        if held.isHoled == true {
            // What was withheld once may be there now: the mailbox is taken anew, and ends no earlier than it did.
            let end = max(held.number, try account.vault.value(Table.mailbox, unit.description) ?? 0)
            try account.vault.put(end, Table.mailbox, unit.description)
            try await leave(unit)
            held = HeldMailbox(index: -1)
        }
        while true {
            let page = try await relay.mailbox(of: unit, after: held.number)
            let next = try await take(page, of: unit, after: held)
            guard let number = page.next else { return try close(next, of: unit) }
            guard number == next.number, number > held.number else { throw ClientFailure.broken(.malformedAnswer) }
            held = next
        }
    }

    /// At a mailbox's end: no hole may be left, nor the end be missing that was there before.
    private func close(_ held: HeldMailbox, of unit: UnitAddress) throws {
        var held = held
        if !held.gaps.isEmpty {
            held.isHoled = true
            try account.vault.put(held, Table.held, unit.description)
        }
        guard held.gaps.isEmpty, held.number >= (try account.vault.value(Table.mailbox, unit.description) ?? 0) else {
            throw ClientFailure.broken(.eventsMissing)
        }
        held.syncedAt = clock()
        try account.vault.write { vault in
            try vault.put(held, Table.held, unit.description)
            try vault.delete(Table.mailbox, unit.description)
        }
    }

    // MARK: Pages

    /// Verifies a page and writes it, whole or not at all.
    ///
    /// - Returns: how far the mailbox is held then.
    private func take(_ page: MailboxPage, of unit: UnitAddress, after held: HeldMailbox) async throws -> HeldMailbox {
        guard !page.events.isEmpty else { return held }
        let (events, checkpoint) = try await logView.events(of: page)
        var (after, kept, erased) = (held, [HeldEvent](), Set<Int>())
        for event in events {
            guard event.event.mailbox == .unit(unit), event.event.number > after.number, event.index > after.index
            else { throw ClientFailure.broken(.wrongEvent) }
            let missing = event.event.number - after.number - 1
            if missing > 0 {
                after.gaps.append(.init(after: after.index, before: event.index, count: missing))
            }
            after.number = event.event.number
            after.index = event.index
            // A clock that ran ahead says nothing of how old the log was.
            after.latest = max(after.latest, min(event.event.at, clock() + Directory.clockTolerance))
            kept.append(HeldEvent(logged: event.logged, latest: after.latest))
            if event.event.entries != nil {
                try await explain(&after.gaps, by: event, of: unit, kept)
                erased.formUnion(event.event.entries ?? [])
            }
        }
        let offered = await OfferedNotes(page)
        let touched = Set(events.filter { !$0.event.event.isRefusal }.compactMap(\.event.transmission))
        let forgotten = try transmissions(ofErased: erased, in: unit)
        var updates: [ReplicaUpdate] = []
        let new = Dictionary(grouping: events.filter { !erased.contains($0.index) }, by: \.event.transmission)
        for id in touched.union(forgotten).sorted() {
            let known = try self.events(on: id).filter {
                !($0.event.mailbox == .unit(unit) && erased.contains($0.index))
            }
            updates.append(try await update(id, known + (new[id] ?? []), offered))
        }
        let (vault, table) = (account.vault, Table.event(in: .unit(unit)))
        let rows = await zip(kept, events).filter { !erased.contains($1.index) }.inParallel { held, event in
            Result {
                try vault.sealed(
                    held, table, "\(event.index)", folder: event.event.transmission.map(Replica.folder(of:)),
                    place: event.index)
            }
        }
        let derived = await updates.inParallel { update in Result { try update.rows(in: vault) } }
        try vault.write { vault in
            for row in rows { try vault.put(row.get()) }
            for index in erased { try vault.delete(table, "\(index)") }
            for update in updates { try update.clear(vault) }
            for rows in derived { for row in try rows.get() { try vault.put(row) } }
            try vault.put(after, Table.held, unit.description)
            try logView.seen.remember(checkpoint, in: vault)
        }
        for update in updates where update.isContentErased { await dropContent(of: update) }
        return after
    }

    /// Deletes this device's copy of a content whose retention is over: not on the relay's word alone, nor on the other
    /// institution's.
    private func dropContent(of update: ReplicaUpdate) async {
        guard let routing = update.envelope?.body.routing, let flow = update.held?.flow,
            let retention = try? await directoryView.context(of: routing, flow: flow).flow?.retention,
            let deposited = update.events.first(where: { !$0.event.event.isRefusal })?.event.at,
            clock() + Directory.clockTolerance >= deposited + retention
        else { return }
        try? FileManager.default.removeItem(atPath: account.contentPath(update.id))
        ContentFile.forget(account.contentPath(update.id))
    }

    /// What the log says was erased explains as many missing numbers; nothing that is known to stand at or before the last
    /// such entry may be younger than the audit limit at the time (docs/formats.md, section 6.6).
    private func explain(
        _ gaps: inout [HeldMailbox.Gap], by notice: ProvenEvent, of unit: UnitAddress, _ page: [HeldEvent]
    ) async throws {
        guard let entries = notice.event.entries.map(Set.init), let end = entries.max(), end < notice.index,
            notice.event.at <= clock() + Directory.clockTolerance
        else { throw ClientFailure.broken(.eventsMissing) }
        var youngest = page.last { $0.logged.index <= end }?.latest ?? 0
        for unit in try mailboxes() {
            try account.vault.read { vault in
                try vault.each(Table.event(in: .unit(unit)), newestFirst: true, places: 0...end) { row in
                    youngest = max(youngest, row.value.latest)
                    return false
                }
            }
        }
        for place in try account.publications() where place.index <= end { youngest = max(youngest, place.at) }
        try await directoryView.underAuditLimit { limit in
            guard youngest <= notice.event.at - limit + Directory.clockTolerance else {
                throw ClientFailure.broken(.eventsMissing)
            }
        }
        // Each is one that is missing here, or one that is still held.
        for entry in entries {
            if let place = gaps.firstIndex(where: { $0.after < entry && entry < $0.before && $0.count > 0 }) {
                gaps[place].count -= 1
                continue
            }
            let isHeld = try account.vault.value(Table.event(in: .unit(unit)), "\(entry)") != nil
            guard isHeld || page.contains(where: { $0.logged.index == entry }) else {
                throw ClientFailure.broken(.eventsMissing)
            }
        }
        gaps.removeAll { $0.count == 0 }
    }

    private func transmissions(ofErased indices: Set<Int>, in unit: UnitAddress) throws -> Set<TransmissionID> {
        try account.vault.read { vault in
            try indices.reduce(into: []) { found, index in
                guard let held = try vault.value(Table.event(in: .unit(unit)), "\(index)") else { return }
                if let id = try event(held.logged).event.transmission { found.insert(id) }
            }
        }
    }
}
