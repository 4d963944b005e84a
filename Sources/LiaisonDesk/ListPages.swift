// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// What the agent's units sent: what still waits for an answer first, as open loops.
struct SentPage: Page {
    static let template = "sent"
    static let tab: String? = "sent"

    let open: [DeliveryItem]
    let answered: [DeliveryItem]
    let hasOpen: Bool
    let hasAnswered: Bool
    let older: Int?
    let refused: [String]

    init(isAll: Bool, _ session: Session, _ voice: Voice) async throws {
        var scope = ListScope()
        scope.isAll = isAll
        let listing = try await session.sent(scope)
        try await session.know(Set(listing.deliveries.map(\.unit.institution)))
        func items(_ deliveries: [VerifiedDelivery]) -> [DeliveryItem] {
            deliveries.map { DeliveryItem($0, isInbox: false, voice, isHere: true) }
        }
        open = items(listing.deliveries.filter { !$0.state.isFinal })
        answered = items(listing.deliveries.filter(\.state.isFinal))
        hasOpen = !open.isEmpty
        hasAnswered = !answered.isEmpty
        older = listing.older > 0 ? listing.older : nil
        refused = listing.refused.map { $0.text(voice.language) }
    }
}

/// What somebody of the agent's units has to act on.
struct AlertsPage: Page {
    static let template = "alerts"
    static let tab: String? = "alerts"

    struct Item: Sendable {
        let path: String
        let classes: String
        let headline: String
        let what: String
        let due: String?
        let toDo: String?
        let breach: String?
        let numbers: [Call]
        let canDismiss: Bool
    }

    let items: [Item]
    let isEmpty: Bool

    init(_ session: Session, _ voice: Voice) async throws {
        let alerts = try await session.alerts()
        try await session.know(
            Set(
                alerts.flatMap { alert in
                    [alert.other.institution, alert.unit.institution]
                        + [alert.routing?.from.institution].compactMap(\.self)
                }), keys: true)
        let language = voice.language
        items = alerts.map { alert in
            Item(
                path: "/transmissions/\(alert.transmission)",
                classes: "delivery--\((alert.routing?.urgency ?? .immediate).rawValue)"
                    + (alert.isStanding ? " delivery--late" : ""),
                headline: voice.headline(alert), what: voice.subject(alert),
                due: alert.reason == .unanswered ? alert.dueAt.map { voice.due($0) } : nil,
                toDo: Self.toDo(alert, language),
                breach: alert.notifyBefore.map {
                    language(
                        "Violation de données à caractère personnel possible (RGPD, article 33) : prévenez votre délégué à la protection des données ; à notifier avant \(voice.when($0)).",
                        "Possible personal data breach (GDPR, article 33): tell your data protection officer; to be notified before \(voice.when($0))."
                    )
                }, numbers: voice.numberLines(alert.other).map(Call.init), canDismiss: !alert.isStanding)
        }
        isEmpty = items.isEmpty
    }

    private static func toDo(_ alert: Alert, _ language: Language) -> String? {
        let isOwn = alert.told == alert.unit
        return switch alert.reason {
        case .unanswered where isOwn, .demand, .reminder, .answer, .arrived:
            language("À faire : l'ouvrir et répondre.", "To do: open it and answer.")
        case .unanswered: language("À faire : téléphonez à l'unité.", "To do: telephone the unit.")
        case .unattended:
            language(
                "À faire : téléphonez, retirez-la, puis envoyez à une autre unité.",
                "To do: telephone, take it back, then send to another unit.")
        case .refused:
            language(
                "Personne ne s'en occupe. À faire : envoyez-la à l'unité compétente, ou téléphonez.",
                "Nobody takes charge of it. To do: send it to the competent unit, or telephone.")
        case .withdrawn: language("À faire : n'en tenez plus compte.", "To do: act on it no longer.")
        case .expired:
            language("À faire : téléphonez, puis refaites l'envoi.", "To do: telephone, then send it again.")
        case .ended: nil
        }
    }
}

/// What was sealed here and has not left.
struct OutboxPage: Page {
    static let template = "outbox"
    static let tab: String? = "outbox"

    struct Item: Sendable {
        let path: String
        let transmission: String
        let control: String
        let what: String
        let why: String
        let numbers: [Call]
        let asksForACall: Bool
    }

    let items: [Item]
    let isEmpty: Bool

    init(_ session: Session, _ voice: Voice) async throws {
        let waiting = try session.outbox.waiting()
        try await session.know(Set(waiting.map(\.routing.to.institution)), keys: true)
        let language = voice.language
        items = waiting.map { item in
            let why =
                item.obstacle(at: session.clock(), largest: Session.largestUnasked).map { $0.text(language) }
                ?? language(
                    "elle part dès que le relais est joignable", "it leaves as soon as the relay is reachable")
            return Item(
                path: "/outbox/\(item.routing.id)", transmission: "/transmissions/\(item.routing.id)",
                control: "call-\(item.routing.id)", what: voice.sealed(item.routing), why: why,
                numbers: voice.numberLines(item.routing.to).map(Call.init),
                asksForACall: item.routing.urgency.asksForACall && item.routing.phoneConfirmedAt == nil
                    && !item.wasHandedIn)
        }
        isEmpty = items.isEmpty
    }
}

/// The units of all institutions, each with whether it can be reached now.
struct DirectoryPage: Page {
    static let template = "directory"
    static let tab: String? = "directory"

    struct Row: Sendable {
        let name: String
        let town: String
        let presence: String
        let address: String
        let numbers: [Call]
    }

    let rows: [Row]
    let isEmpty: Bool
    let words: String

    init(_ words: String, _ session: Session, _ voice: Voice) async throws {
        try await session.know(try session.institutions())
        let wanted = SearchWords(words)
        let units = session.directory.rosters.values.flatMap(\.body.units).sorted { $0.address < $1.address }
            .filter { unit in
                wanted?.isFound(in: [unit.address.description, unit.name, unit.kind, unit.town]) ?? true
            }
        try await session.know(Set(units.map(\.address.institution)), keys: true)
        rows = units.map { unit in
            Row(
                name: unit.name, town: unit.town, presence: voice.text(voice.presence(unit)),
                address: unit.address.description, numbers: voice.numberLines(unit.address).map(Call.init))
        }
        isEmpty = rows.isEmpty
        self.words = words
    }
}

/// What a search found, and where: never the contents themselves.
struct SearchPage: Page {
    static let template = "search"
    static let tab: String? = "search"

    struct Hit: Sendable {
        let path: String
        let title: String
        let who: String
        let state: String
        let places: String
    }

    let words: String
    let hits: [Hit]
    let isEmpty: Bool
    let unread: Int?
    let refused: [String]

    init(_ text: String, _ session: Session, _ voice: Voice) async throws {
        words = text
        guard let wanted = SearchWords(text) else {
            (hits, isEmpty, unread, refused) = ([], false, nil, [])
            return
        }
        let result = try await session.search(wanted, catalogue: voice.catalogue)
        let language = voice.language
        hits = result.hits.map { hit in
            let routing = hit.delivery.routing
            return Hit(
                path: "/transmissions/\(routing.id)", title: voice.heading(routing),
                who: language("de ", "from ") + voice.name(routing.from) + language(" à ", " to ")
                    + voice.name(hit.delivery.unit) + language(", déposée ", ", deposited ")
                    + voice.when(hit.delivery.event.event.at),
                state: hit.delivery.state.text(language),
                places: hit.places.map { voice.name($0) }.joined(separator: ", "))
        }
        isEmpty = hits.isEmpty
        unread = result.unread > 0 ? result.unread : nil
        refused = result.refused.map { $0.text(language) }
    }
}
