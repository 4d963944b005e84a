// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// One delivery as a list shows it to a script.
struct DeliveryRow: Encodable {
    var id: TransmissionID
    var kind: String
    var from: UnitAddress
    var to: UnitAddress
    var sentAt: String
    var urgency: Urgency
    var state: DeliveryState
    var isErased: Bool
    var dueAt: String?
    var inReplyTo: TransmissionID?

    init(_ delivery: VerifiedDelivery) {
        id = delivery.routing.id
        kind = delivery.routing.kind
        from = delivery.routing.from
        to = delivery.unit
        sentAt = Clock.text(delivery.routing.sealedAt)
        urgency = delivery.routing.urgency
        state = delivery.state
        isErased = delivery.isErased
        dueAt = delivery.dueAt.map(Clock.text)
        inReplyTo = delivery.routing.inReplyTo
    }
}

/// A list as a person reads it: what has not been sent, what somebody has to act on, then the deliveries, numbered.
struct ListPage {
    let voice: Voice
    let listing: Listing
    /// Whether the other side of each delivery is its sender.
    let isInbox: Bool
    let names: [TransmissionID: String]
    let answers: [TransmissionID: [VerifiedDelivery]]

    init(_ voice: Voice, _ listing: Listing, isInbox: Bool, related: Listing) throws {
        self.voice = voice
        self.listing = listing
        self.isInbox = isInbox
        let all = listing.deliveries + related.deliveries
        names = try voice.session.shortNames(
            of: all.flatMap { [$0.routing.id] + [$0.routing.inReplyTo].compactMap(\.self) })
        answers = Dictionary(grouping: all.filter { $0.routing.inReplyTo != nil }) {
            $0.routing.inReplyTo ?? $0.routing.id
        }
    }

    private var language: Language { voice.language }

    var text: String {
        guard !listing.deliveries.isEmpty else { return language("Aucune transmission.", "Nothing.") }
        return listing.deliveries.enumerated().map { text($1, number: $0 + 1) }.joined(separator: "\n")
    }

    private func text(_ delivery: VerifiedDelivery, number: Int) -> String {
        let routing = delivery.routing
        let other = isInbox ? routing.from : delivery.unit
        var lines = [
            "\(number). \(voice.heading(routing))",
            (isInbox ? language("de ", "from ") : language("à ", "to ")) + voice.name(other)
                + (isInbox ? voice.servedFor(delivery) : "")
                + language(
                    ", déposée \(voice.when(depositedAt(delivery)))", ", deposited \(voice.when(depositedAt(delivery)))"
                ),
            voice.state(of: delivery)
        ]
        lines += relations(of: delivery)
        lines.append(language("référence ", "reference ") + "\(routing.id)")
        return lines.enumerated().map { $0.offset == 0 ? $0.element : "   " + $0.element }.joined(separator: "\n")
    }

    private func depositedAt(_ delivery: VerifiedDelivery) -> Instant { delivery.event.event.at }

    /// What it answers, and what answers it.
    private func relations(of delivery: VerifiedDelivery) -> [String] {
        var lines: [String] = []
        if let answered = delivery.routing.inReplyTo {
            lines.append(language("en réponse à ", "in reply to ") + (names[answered] ?? answered.description))
        }
        for answer in answers[delivery.routing.id] ?? [] {
            let name = names[answer.routing.id] ?? answer.routing.id.description
            lines.append(
                language("suivie de : ", "followed by: ") + "\(voice.title(answer.routing.kind)) (\(name)), "
                    + answer.state.text(language))
        }
        return lines
    }

    /// Prints what verifies; warns and fails when something does not, and says how old it is without the relay.
    func show(_ console: Console) throws {
        try voice.session.remember(list: listing.deliveries.map(\.routing.id))
        try console.print(listing.deliveries.map(DeliveryRow.init)) { text }
        if !listing.deliveries.isEmpty, console.format == .text {
            console.say(
                language(
                    "Preuve de chaque étape : liaison track NUMÉRO. Lire : liaison read NUMÉRO.",
                    "Proof of each step: liaison track NUMBER. Read: liaison read NUMBER."))
        }
        if listing.older > 0, console.format == .text {
            console.say(
                language(
                    "Transmissions déjà traitées, non affichées : \(listing.older). Toutes : --all",
                    "Answered ones not shown: \(listing.older). All of them: --all"))
        }
        for failure in listing.refused { console.say(failure.text(language)) }
        if let first = listing.refused.first { throw ExitCode(first.exitCode) }
        try voice.sayHowOld(console)
    }
}

/// Which deliveries of a list are shown.
struct ListOptions: ParsableArguments {
    @Flag(
        help: .both(
            "Aussi toutes celles qui ont leur réponse.", "All that have their answer, too."))
    var all = false

    @Option(help: .day("Déposées à partir de ce jour.", "Deposited from this day on."))
    var since: String?

    @Option(
        help: .both(
            "Seulement ce type de transmission (liaison forms).", "Only this kind of transmission (liaison forms).",
            value: ("type", "kind")))
    var kind: String?

    @Option(
        help: .both("Au plus ce nombre de lignes.", "At most so many lines.", value: ("nombre", "number")))
    var limit: Int?

    func validate() throws {
        guard limit.map({ $0 > 0 }) ?? true else {
            throw ValidationError(inWords("--limit : un nombre à partir de 1", "--limit: a number from 1 on"))
        }
        _ = try Clock.instant(ofDay: since)
    }

    func scope(_ session: Session, _ catalogue: FormCatalogue) throws -> ListScope {
        if let kind, catalogue[kind] == nil { throw ClientFailure.unknownKind(kind) }
        var scope = ListScope()
        scope.isAll = all
        scope.since = try Clock.instant(ofDay: since, in: session.timeZone)
        scope.kind = kind
        scope.limit = limit
        return scope
    }
}

extension Voice {
    /// Without the relay: since when nothing new could come. What is printed may be out of date, and the exit code says so.
    func sayHowOld(_ console: Console) throws {
        guard session.offlineSince != nil else { return }
        if let since = try session.syncedAt {
            console.say(
                language(
                    "À jour \(LocalTime(session.timeZone).near(since, now: session.clock(), language)) : ce qui est arrivé depuis n'est pas affiché.",
                    "Up to date \(LocalTime(session.timeZone).near(since, now: session.clock(), language)): what came since is not shown."
                ))
        }
        throw ExitCode(ClientFailure.unreachable().exitCode)
    }

    /// What was sealed and has not left this device: said before everything else.
    func sayUndeposited(_ console: Console) throws {
        for item in try session.outbox.waiting() {
            console.say(notSent(item))
            console.say(numbers(item.routing.to))
        }
    }
}

struct Inbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: inWords("Les transmissions reçues par vos unités.", "What was delivered to your units."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: ListOptions

    func run() async throws {
        try await global.withSession(.goOn, outbox: .leavesQuietly) { session, console in
            let voice = Voice(session, console.language)
            try await session.knowUndeposited()
            try voice.sayUndeposited(console)
            let listing = try await session.inbox(options.scope(session, voice.catalogue))
            let related = try await session.related(to: listing)
            try await session.know(
                Set(listing.deliveries.flatMap { [$0.routing.from.institution, $0.unit.institution] }), keys: true)
            let alerts = try await session.alerts().filter {
                $0.reason != .answer || !listing.has($0.transmission)
            }
            try await session.know(Set(alerts.map(\.other.institution)), keys: true)
            for alert in alerts { console.say(voice.text(alert).joined(separator: "\n")) }
            try ListPage(voice, listing, isInbox: true, related: related).show(console)
        }
    }
}

struct Sent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sent",
        abstract: inWords(
            "Les transmissions envoyées par vos unités, destinataire par destinataire.",
            "What your units sent, delivery by delivery."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: ListOptions

    func run() async throws {
        try await global.withSession(.goOn, outbox: .leavesQuietly) { session, console in
            let voice = Voice(session, console.language)
            try await session.knowUndeposited()
            try voice.sayUndeposited(console)
            let listing = try await session.sent(options.scope(session, voice.catalogue))
            let related = try await session.related(to: listing)
            try await session.know(Set(listing.deliveries.map(\.unit.institution)))
            try ListPage(voice, listing, isInbox: false, related: related).show(console)
        }
    }
}

extension Listing {
    func has(_ id: TransmissionID) -> Bool { deliveries.contains { $0.routing.id == id } }
}

extension Session {
    /// Brings in whom to call about what has not been deposited.
    func knowUndeposited() async throws {
        try await know(Set(try outbox.waiting().map(\.routing.to.institution)), keys: true)
    }
}
