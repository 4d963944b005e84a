// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// Why events do not tell the story of a delivery.
public enum ReplayFailure: Error, Equatable, Sendable {
    /// No mailbox tells it from its ContentConsignment on.
    case noConsignment
    /// Two entries, by their indices, tell the same step differently.
    case contradiction(Int, Int)
    /// A mailbox that heard of it later tells something that the delivery's own do not.
    case otherStory(Int, Mailbox)
    /// An entry that the table does not allow after those before it.
    case cannotFollow(Int)
    /// An entry that counts silence from another instant than the consignment.
    case otherDueDate(Int)
}

/// One delivery, followed through the table of docs/events.md by the events of one or several mailboxes (docs/formats.md,
/// section 8.2, step 9). Client, audit and dossier replay with this and nothing else.
///
/// The same events stand in several mailboxes: of those that tell the delivery from its beginning one may tell more than
/// another, and none may contradict another. A mailbox that heard of it later tells some of the same, in the same order.
public struct DeliveryReplay: Sendable {
    public let unit: UnitAddress
    /// The mailbox that tells most, the unit's own where several tell as much.
    public let mailbox: Mailbox
    /// Its events about the delivery, from the ContentConsignment on.
    public let events: [ProvenEvent]
    /// Where the delivery stands after them.
    public let end: DeliveryProgress
    /// Where it stood before the event of each act.
    public let before: [Hash: DeliveryProgress]

    /// When an acknowledgement was or is due.
    public var dueAt: Instant? { events[0].event.dueAt }

    /// - Parameter events: in order of the log; those about other deliveries, and refusals, are passed over.
    /// - Returns: nil when none is about this delivery.
    /// - Throws: `ReplayFailure`.
    public init?(of unit: UnitAddress, in events: [ProvenEvent]) throws {
        let about = Dictionary(
            grouping: events.filter { $0.event.unit == unit && !$0.event.event.isRefusal }, by: \.event.mailbox)
        guard !about.isEmpty else { return nil }
        func rank(_ mailbox: Mailbox) -> (Int, String) { (mailbox == .unit(unit) ? 0 : 1, mailbox.description) }
        let whole = about.filter { $0.value[0].event.isBeginning }.sorted { rank($0.key) < rank($1.key) }
        // The first of those that tell most.
        guard let most = whole.max(by: { $0.value.count < $1.value.count }) else { throw ReplayFailure.noConsignment }
        for (_, other) in whole {
            for (one, same) in zip(other, most.value) where !one.event.tells(same.event) {
                throw ReplayFailure.contradiction(one.index, same.index)
            }
        }
        for (mailbox, heard) in about where !whole.contains(where: { $0.key == mailbox }) {
            var rest = most.value[...]
            for event in heard {
                guard let place = rest.firstIndex(where: { $0.event.tells(event.event) }) else {
                    throw ReplayFailure.otherStory(event.index, mailbox)
                }
                rest = rest[(place + 1)...]
            }
        }
        self.unit = unit
        self.mailbox = most.key
        self.events = most.value
        (end, before) = try Self.follow(most.value)
    }

    private static func follow(
        _ events: [ProvenEvent]
    ) throws -> (end: DeliveryProgress, before: [Hash: DeliveryProgress]) {
        var progress = DeliveryProgress()
        var before: [Hash: DeliveryProgress] = [:]
        for event in events.dropFirst() {
            guard event.event.dueAt == nil || event.event.dueAt == events[0].event.dueAt else {
                throw ReplayFailure.otherDueDate(event.index)
            }
            // Which act it was is judged with the act itself: several may lead to the same event and state.
            let triggers =
                event.event.act == nil
                ? [event.event.triggerWithoutAct].compactMap(\.self) : Act.Kind.allCases.map(DeliveryTrigger.act)
            guard let transition = triggers.lazy.compactMap({ progress.transition(by: $0, to: event.event) }).first
            else { throw ReplayFailure.cannotFollow(event.index) }
            if let act = event.event.act { before[act] = progress }
            progress.advance(by: transition, recordedBy: event.event)
        }
        return (progress, before)
    }
}

extension EventRecord {
    fileprivate var isBeginning: Bool { event == .contentConsignment && state == .available }

    /// Whether both stand for the same step, in two mailboxes.
    fileprivate func tells(_ other: EventRecord) -> Bool {
        event == other.event && state == other.state && act == other.act && code == other.code && dueAt == other.dueAt
    }
}

extension DeliveryProgress {
    /// The transition by `trigger`, if it is the one that `event` records.
    public func transition(by trigger: DeliveryTrigger, to event: EventRecord) -> DeliveryTransition? {
        on(trigger).flatMap { $0.event == event.event && $0.state == event.state ? $0 : nil }
    }
}
