// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// One delivery as a list shows it.
struct DeliveryItem: Sendable {
    let path: String
    /// Of the control that opens it, so that the focus stays on it when the list changes.
    let control: String
    let urgency: String
    let urgencyWords: String
    /// A sign beside the word: meaning is never by colour alone.
    let urgencySign: String
    let classes: String
    let title: String
    let other: String
    let deposited: String
    let state: String
    let due: String?
    /// Whom to call about what is urgent or late: whoever sent it.
    let numbers: [Call]
    let hasNumbers: Bool
    /// Whether looking at it is an opening that the log will hold.
    let opens: Bool
    let relations: [String]

    init(_ delivery: VerifiedDelivery, isInbox: Bool, _ voice: Voice, isHere: Bool, relations: [String] = []) {
        let (routing, language) = (delivery.routing, voice.language)
        let now = voice.session.clock()
        let isWaiting = !delivery.state.isFinal
        path = "/transmissions/\(routing.id)"
        control = "t-\(routing.id)-\(delivery.unit.description.replacing("@", with: "-"))"
        urgency = routing.urgency.rawValue
        urgencyWords = routing.urgency.text(language)
        urgencySign = routing.urgency.sign
        let isLate = isWaiting && delivery.dueAt.map { $0 < now } ?? false
        let isNew = isInbox && delivery.state == .available
        classes =
            "delivery--\(routing.urgency.rawValue)" + (isLate ? " delivery--late" : "")
            + (isNew ? " delivery--new" : "")
            + (isWaiting ? "" : " delivery--done")
        title = voice.title(routing.kind)
        other =
            isInbox
            ? language("de ", "from ") + voice.name(routing.from) + voice.servedFor(delivery)
            : language("à ", "to ") + voice.name(delivery.unit)
        deposited = language("déposée ", "deposited ") + voice.when(delivery.event.event.at)
        state =
            delivery.state.text(language)
            + (delivery.isErased ? language(", contenu effacé du relais", ", content erased from the relay") : "")
        due = isWaiting ? delivery.dueAt.map { voice.due($0) } : nil
        let isToCall = isInbox && isWaiting && (isLate || routing.urgency.asksForACall)
        numbers = isToCall ? voice.numberLines(routing.from).map(Call.init) : []
        hasNumbers = !numbers.isEmpty
        opens = isInbox && !isHere
        self.relations = relations
    }
}

extension Urgency {
    var sign: String {
        switch self {
        case .immediate: "‼"
        case .urgent: "!"
        case .priority: "▲"
        case .routine: "·"
        }
    }
}

/// A choice of a list, as a form offers it.
struct Choice: Sendable {
    let value: String
    let label: String
    let isChosen: Bool
}

/// What waits first, the most urgent on top, then what was answered last.
struct InboxPage: Page {
    static let template = "inbox"
    static let tab: String? = "inbox"

    /// What of it a person asked for.
    struct Query: Sendable {
        var unit: UnitAddress?
        var kind: String?
        var isAll = false
    }

    let items: [DeliveryItem]
    let isEmpty: Bool
    let older: Int?
    let units: [Choice]
    let hasUnits: Bool
    let kinds: [Choice]
    let isAll: Bool
    /// Why some are not shown.
    let refused: [String]
    /// Those that nobody of their unit has been shown yet.
    let unseen: [ShownDeliveries.Item]

    init(_ query: Query, _ session: Session, _ voice: Voice) async throws {
        var scope = ListScope()
        scope.isAll = query.isAll
        scope.kind = query.kind
        var listing = try await session.inbox(scope)
        if let unit = query.unit { listing.deliveries.removeAll { $0.unit != unit } }
        let related = try await session.related(to: listing)
        try await session.know(
            Set(listing.deliveries.flatMap { [$0.routing.from.institution, $0.unit.institution] }))
        let answers = Dictionary(grouping: related.deliveries) { $0.routing.inReplyTo ?? $0.routing.id }
        items = try listing.deliveries.map { delivery in
            let language = voice.language
            let followers = (answers[delivery.routing.id] ?? []).map {
                language("suivie de : ", "followed by: ") + voice.title($0.routing.kind) + ", "
                    + $0.state.text(language)
            }
            return DeliveryItem(
                delivery, isInbox: true, voice, isHere: try session.isOpenedHere(delivery), relations: followers)
        }
        isEmpty = items.isEmpty
        older = listing.older > 0 ? listing.older : nil
        units = session.ownUnits.map {
            Choice(value: $0.description, label: voice.name($0), isChosen: $0 == query.unit)
        }
        hasUnits = units.count > 1
        kinds = voice.catalogue.kinds.map {
            Choice(value: $0.id, label: $0.title.text(voice.language), isChosen: $0.id == query.kind)
        }
        isAll = query.isAll
        unseen = listing.unseen
        refused = listing.refused.map { $0.text(voice.language) }
    }
}

extension Voice {
    /// Until when an answer is expected, as one says it: `avant demain à 18 h 00`, `en retard de 2 h`.
    func due(_ instant: Instant) -> String {
        let now = session.clock()
        guard instant < now else { return language("avant ", "by ") + when(instant) }
        return language("en retard de ", "late by ") + LocalTime.age(instant, now: now, language)
    }
}
