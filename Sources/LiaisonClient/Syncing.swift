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
extension Session {
    /// Does nothing without the relay.
    ///
    /// - Throws: `ClientFailure.broken(.eventsMissing)` for a mailbox with a hole that no erasure explains.
    public func sync() async throws {
        guard offlineSince == nil else {
            // What was never brought up to date is not shown as if it were empty.
            guard try syncedAt != nil else { throw ClientFailure.unreachable }
            return
        }
        let units = ownUnits
        for unit in try replica.mailboxes() where !units.contains(unit) { try await leave(unit) }
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
            let update = try await update(id, try replica.events(on: id), await OfferedNotes(page))
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

    /// When the mailbox that is furthest behind was last brought up to date, Unix seconds; nil before the first time.
    public var syncedAt: Int? {
        get throws {
            let times = try ownUnits.map { try replica.mailbox(of: $0)?.syncedAt }
            return times.contains(nil) ? nil : times.compactMap(\.self).min()
        }
    }

    /// What this agent may not read any more goes, and what only followed from it.
    private func leave(_ unit: UnitAddress) async throws {
        let table = Table.event(in: .unit(unit))
        var touched: Set<TransmissionID> = []
        try account.vault.read { vault in
            try vault.each(table) { row in
                if let id = try replica.event(row.value.logged).event.transmission { touched.insert(id) }
                return true
            }
        }
        var updates: [ReplicaUpdate] = []
        for id in touched.sorted() {
            let rest = try replica.events(on: id).filter { $0.event.mailbox != .unit(unit) }
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
        var held = try replica.mailbox(of: unit) ?? HeldMailbox(index: -1)
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
            let known = try replica.events(on: id).filter {
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
            let retention = try? await context(of: routing, flow: flow).flow?.retention,
            let deposited = update.events.first(where: { !$0.event.event.isRefusal })?.event.at,
            clock() + Directory.clockTolerance >= deposited + retention
        else { return }
        try? FileManager.default.removeItem(atPath: contentPath(update.id))
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
        for unit in try replica.mailboxes() {
            try account.vault.read { vault in
                try vault.each(Table.event(in: .unit(unit)), newestFirst: true, places: 0...end) { row in
                    youngest = max(youngest, row.value.latest)
                    return false
                }
            }
        }
        for place in try account.publications() where place.index <= end { youngest = max(youngest, place.at) }
        try await underAuditLimit { limit in
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
                if let id = try replica.event(held.logged).event.transmission { found.insert(id) }
            }
        }
    }

    // MARK: Transmissions

    /// What follows from all events about a transmission, those of the page among them.
    private func update(
        _ id: TransmissionID, _ events: [ProvenEvent], _ offered: OfferedNotes
    ) async throws -> ReplicaUpdate {
        let events = Set(events).sorted { $0.index < $1.index }
        let known = try replica.transmission(id)
        var update = ReplicaUpdate(id: id, own: Set(ownUnits), events: events)
        update.recipients =
            known?.envelope.flatMap { try? Unverified<Envelope>(parsing: $0).claimed.routing.recipients } ?? []
        // What was refused changed nothing, and may outlast what it was about.
        guard update.isTold else { return update }
        do {
            let (held, envelope) = try await judge(id, events, offered, known)
            update.held = held
            if let held, held.refusal == nil {
                try await replay(events, of: held, envelope, offered.acts, into: &update)
            }
        } catch let failure as ClientFailure where failure.isAboutOne {
            update.refuse(failure)
        } catch let problem as Problem where problem.status < 429 {
            // A document or an act that the relay does not have.
            update.refuse(.broken(.actRefused))
        }
        return update
    }

    /// The transmission that events are about: as it is held, or judged by the directory of its place.
    private func judge(
        _ id: TransmissionID, _ events: [ProvenEvent], _ offered: OfferedNotes, _ known: HeldTransmission?
    ) async throws -> (HeldTransmission?, Verified<Envelope>?) {
        if var known, known.flow != nil {
            known.refusal = nil  // of what followed: that is judged anew
            return (known, nil)
        }
        if let known, known.refusal != nil, known.envelope != nil { return (known, nil) }
        let beginning = events.first {
            $0.event.event == .submissionAcceptance
                || $0.event.event == .contentConsignment && $0.event.mailbox == $0.event.unit.map(Mailbox.unit)
        }
        // What a refusal says of an envelope is its author's word.
        guard let first = beginning ?? events.first(where: { !$0.event.event.isRefusal }),
            let hash = first.event.envelope
        else { return (known, nil) }
        if known != nil, beginning == nil { return (known, nil) }
        guard let note = offered.envelopes[hash] else { throw ClientFailure.broken(.envelopeRefused) }
        let (envelope, permit) = try await judge(note, of: id, at: first, isTold: beginning == nil)
        guard let key = envelope.keys.first?.key else { throw ClientFailure.broken(.envelopeRefused) }
        return (HeldTransmission(envelope: envelope.note.serialized, key: key, flow: permit?.flow.id), envelope)
    }

    /// Checks that an event and an envelope belong together, and that the author was in force and the convention permitted
    /// it when the log took it.
    ///
    /// - Parameter isTold: whether the mailbox was only told of it: then the signature alone is judged.
    func judge(
        _ note: Unverified<Envelope>, of id: TransmissionID, at first: ProvenEvent, isTold: Bool
    ) async throws -> (Verified<Envelope>, Permit?) {
        let (routing, event) = (note.claimed.routing, first.event)
        guard routing.id == id, event.transmission == id, event.envelope == note.note.hash,
            event.event != .contentConsignment || event.unit.map(routing.recipients.contains) ?? false,
            event.event != .submissionAcceptance
                || event.mailbox == .unit(routing.from) && event.agent == note.claimed.by
        else { throw ClientFailure.broken(.wrongEvent) }
        let past = try await past(for: routing, before: first.index)
        guard let key = past.directory.agent(note.claimed.by)?.noteKey, let envelope = try? note.verified(by: key)
        else {
            throw ClientFailure.broken(.envelopeRefused)
        }
        guard !isTold else { return (envelope, nil) }
        do {
            let permit = try past.directory.permit(
                routing, by: envelope.body.by, log: log.name, size: envelope.body.content.size,
                at: past.instant(of: first))
            return (envelope, permit)
        } catch let code as DecisionCode {
            throw ClientFailure.notPermitted(code)
        }
    }

    /// Replays every delivery that own mailboxes tell, and verifies the acts behind it that were not verified before.
    private func replay(
        _ events: [ProvenEvent], of held: HeldTransmission, _ judged: Verified<Envelope>?, _ offered: ActIndex,
        into update: inout ReplicaUpdate
    ) async throws {
        let envelope = try judged ?? self.envelope(of: held)
        let routing = envelope.body.routing
        guard events.allSatisfy({ $0.event.envelope == envelope.hash || $0.event.event.isRefusal }) else {
            throw ClientFailure.broken(.wrongEvent)
        }
        update.recipients = routing.recipients
        update.envelope = envelope
        let verified = try replica.verifiedActs(on: update.id)
        var acts = offered
        for unit in routing.recipients where held.flow != nil {
            guard let replay = try replayed(unit, events, routing) else { continue }
            for event in replay.events {
                guard let hash = event.event.act, let row = Replica.row(ofActBehind: event), !verified.contains(row)
                else {
                    continue
                }
                if acts[hash] == nil {
                    // Not in this page: it came with an earlier one that was not written.
                    acts = ActIndex(try await relay.timeline(of: update.id).acts)
                }
                let act = try await act(behind: event, after: replay.before[hash], among: acts, routing)
                update.acts.append((row, act.note.serialized))
            }
            update.replays.append(replay)
        }
        // Whoever submits is told of every delivery in the same moment; a page may end in between.
        if held.flow != nil, ownUnits.contains(routing.from),
            Set(update.replays.map(\.unit)) != Set(routing.recipients)
        {
            throw ClientFailure.broken(.eventsMissing)
        }
    }

    /// One delivery's replay; nil where no own mailbox tells it from its beginning.
    func replayed(
        _ unit: UnitAddress, _ events: [ProvenEvent], _ routing: Routing
    ) throws -> DeliveryReplay? {
        do {
            return try DeliveryReplay(of: unit, in: events)
        } catch ReplayFailure.noConsignment where !ownUnits.contains(routing.from) && !ownUnits.contains(unit) {
            return nil  // only told about
        } catch is ReplayFailure {
            throw ClientFailure.broken(.wrongEvent)
        }
    }

    /// The envelope of a transmission that is held: signed by the key that was its author's.
    func envelope(of held: HeldTransmission) throws -> Verified<Envelope> {
        guard let text = held.envelope, let key = held.key, let note = try? Unverified<Envelope>(parsing: text),
            let author = NoteKey(name: note.claimed.by.description, key: key),
            let verified = try? note.verified(by: author)
        else { throw VaultFailure.damaged("row transmission") }
        return verified
    }
}

extension ClientFailure {
    /// Whether it speaks of one transmission, and stops no other.
    var isAboutOne: Bool {
        switch self {
        case .notPermitted, .broken(.wrongEvent), .broken(.envelopeRefused), .broken(.actRefused),
            .broken(.eventsMissing), .broken(.conventionRefused), .broken(.bundleRefused), .broken(.directoryMismatch):
            true
        default: false
        }
    }
}

/// Acts by their hashes.
struct ActIndex {
    private let acts: [Hash: Unverified<Act>]

    /// - Parameter notes: what is no act is passed over.
    init(_ notes: [String]) { self.init(notes.compactMap { try? Unverified<Act>(parsing: $0) }) }

    init(_ parsed: [Unverified<Act>]) {
        acts = Dictionary(parsed.map { ($0.note.hash, $0) }) { first, _ in first }
    }

    subscript(hash: Hash) -> Unverified<Act>? { acts[hash] }
}

/// The envelopes and acts of a page, parsed once, by their hashes.
struct OfferedNotes {
    let envelopes: [Hash: Unverified<Envelope>]
    let acts: ActIndex

    /// No notes: what is needed is held already.
    static let none = OfferedNotes(envelopes: [:], acts: ActIndex([String]()))

    private init(envelopes: [Hash: Unverified<Envelope>], acts: ActIndex) {
        self.envelopes = envelopes
        self.acts = acts
    }

    init(_ page: MailboxPage) async {
        let envelopes = await page.envelopes.inParallel { try? Unverified<Envelope>(parsing: $0) }.compactMap(\.self)
        self.envelopes = Dictionary(envelopes.map { ($0.note.hash, $0) }) { first, _ in first }
        acts = ActIndex(await page.acts.inParallel { try? Unverified<Act>(parsing: $0) }.compactMap(\.self))
    }
}

/// What is to be written about one transmission.
struct ReplicaUpdate: Sendable {
    let id: TransmissionID
    /// The agent's units.
    let own: Set<UnitAddress>
    /// All events about it that are held now.
    let events: [ProvenEvent]
    var held: HeldTransmission?
    var recipients: [UnitAddress] = []
    var envelope: Verified<Envelope>?
    var replays: [DeliveryReplay] = []
    /// Acts as notes, each with its row: verified now behind an event, and not before.
    var acts: [(row: String, note: String)] = []

    init(id: TransmissionID, own: Set<UnitAddress>, events: [ProvenEvent]) {
        self.id = id
        self.own = own
        self.events = events
    }

    /// Whether anything is told of it but refusals.
    var isTold: Bool { events.contains { !$0.event.event.isRefusal } }

    /// The log has it, and it does not hold: the lists say so.
    mutating func refuse(_ failure: ClientFailure) {
        held = held ?? HeldTransmission()
        held?.refusal = HeldRefusal(failure)
        replays = []
    }

    /// Whether the relay has erased the content for every unit that is told of here.
    var isContentErased: Bool { !replays.isEmpty && replays.allSatisfy(\.end.isErased) }

    /// Takes away what lists and alerts said of it before.
    func clear(_ vault: VaultTransaction) throws {
        for unit in recipients {
            try vault.delete(Table.inboxDelivery, Replica.row(id, unit))
            try vault.delete(Table.sentDelivery, Replica.row(id, unit))
        }
        try vault.delete(folder: Replica.alerts(of: id))
        guard !isTold || held == nil else { return }
        // The audit limit is over: nothing of it is known any more.
        try vault.delete(Table.transmission, id.description)
        try vault.delete(Table.reply, id.description)
        try vault.delete(folder: Replica.acts(of: id))
    }

    /// What stands of it from now on.
    func rows(in vault: Vault) throws -> [SealedRow] {
        guard isTold, let held else { return [] }
        var rows = [
            try vault.sealed(
                held, Table.transmission, id.description, folder: held.refusal == nil ? nil : Replica.refused,
                place: events[0].index)
        ]
        for act in acts {
            rows.append(try vault.sealed(act.note, Table.act, act.row, folder: Replica.acts(of: id)))
        }
        // What no act backs ends no alert.
        for alert in AlertBoard.alerts(from: held.refusal == nil ? events : events.filter { $0.event.act == nil }) {
            rows.append(
                try vault.sealed(alert, Table.alert, alert.dismissalID, folder: Replica.alerts(of: id)))
        }
        guard let routing = envelope?.body.routing else { return rows }
        if let answered = routing.inReplyTo {
            rows.append(
                try vault.sealed(
                    id, Table.reply, id.description, folder: Replica.replies(to: answered), place: events[0].index))
        }
        return try rows + replays.flatMap { try self.rows(of: $0, routing, in: vault) }
    }

    /// A delivery in the list of who received it, and of who sent it.
    private func rows(of replay: DeliveryReplay, _ routing: Routing, in vault: Vault) throws -> [SealedRow] {
        let consignment = events.first {
            $0.event.event == .contentConsignment && $0.event.unit == replay.unit
                && $0.event.mailbox == .unit(replay.unit)
        }
        let submission = events.first { $0.event.event == .submissionAcceptance }
        let lists: [(Replica.List, ProvenEvent?)] = [
            (.inbox, own.contains(replay.unit) ? consignment : nil),
            (.sent, own.contains(routing.from) ? submission : nil)
        ]
        return try lists.compactMap { list, event in
            guard let event else { return nil }
            let state = replay.end.state
            let delivery = HeldDelivery(
                transmission: id, unit: replay.unit, state: state, isErased: replay.end.isErased,
                isNotified: replay.end.isNotified, dueAt: replay.dueAt, inReplyTo: routing.inReplyTo,
                event: event.logged)
            return try vault.sealed(
                delivery, Replica.table(list), Replica.row(id, replay.unit),
                folder: Replica.folder(list, isOpen: !state.isFinal), place: event.index)
        }
    }
}
