// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonSealing
import LiaisonWire

struct Resend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Déposer ce qui a été scellé pendant que le relais était injoignable.",
            "Deposit what was sealed while the relay could not be reached."))

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "La transmission ; sans elle, la liste de celles qui attendent.",
            "The transmission; without it, those waiting are listed.", value: ("numero", "id")))
    var id: String?

    @Flag(
        help: .both(
            "Détruire sur ce poste ce qui ne doit plus être envoyé.",
            "Destroy on this device what shall not be sent any more."))
    var discard = false

    @Flag(help: .withoutConfirmation)
    var yes = false

    func run() async throws {
        guard let id else { return try await list() }
        guard !discard else { return try await destroy(id) }
        let outcome = SendOutcome(global.console())
        try await outcome.watch {
            try await global.withSession(.goOn) { session, console in
                let id = try session.transmission(named: id)
                guard let routing = try session.sealed(id) else {
                    throw ClientFailure.unknownTransmission(id.description)
                }
                outcome.reached(.kept(id))
                let voice = try Voice(session, console)
                try await session.know(routing.recipients.map(\.institution))
                outcome.call(voice.numbers(routing.to) + (try await voice.rescueNumbers(kind: routing.kind)))
                try await show(routing, voice)
                let question = console.language(
                    "Scellée plus tôt : est-ce encore juste ? Envoyer ?", "Sealed earlier: is it still right? Send?")
                guard yes || console.confirm(question) else {
                    throw ClientFailure.input(fr: "envoi non confirmé", en: "not confirmed")
                }
                try await Deposit.perform(id, session, console, outcome)
            }
        }
    }

    /// To whom, what, when it was sealed, and the whole form: what was right then may be wrong now.
    private func show(_ routing: Routing, _ voice: Voice) async throws {
        let opened = try await voice.session.read(routing.id, catalogue: voice.catalogue)
        let page = ReadingPage(
            voice: voice, opened: opened, delivery: nil, parts: opened.parts.map { ($0.name, $0.size, nil) },
            related: [],
            corrections: [])
        for line in page.lines { voice.console.say(line) }
        voice.console.say("")
        voice.console.say(voice.numbers(routing.to))
    }

    private func destroy(_ id: String) async throws {
        try await global.withSession(.goOn) { session, console in
            let id = try session.transmission(named: id)
            guard let routing = try session.sealed(id) else {
                throw ClientFailure.unknownTransmission(id.description)
            }
            let voice = try Voice(session, console)
            try await session.know([routing.to.institution])
            try await show(routing, voice)
            let question = console.language("La détruire sans l'envoyer ?", "Destroy it without sending it?")
            guard yes || console.confirm(question) else {
                throw ClientFailure.input(fr: "rien n'a été détruit", en: "nothing was destroyed")
            }
            try session.discard(id)
            console.say(console.language("Détruite ; elle n'a pas été transmise.", "Destroyed; it was not sent."))
        }
    }

    private func list() async throws {
        try await global.withSession(.goOn) { session, console in
            try await session.knowUndeposited()
            let waiting = try session.undeposited()
            let voice = try Voice(session, console)
            try session.remember(list: waiting.map(\.id))
            try console.print(waiting.map(\.id)) {
                waiting.isEmpty
                    ? console.language("Aucune transmission n'attend d'être déposée.", "Nothing is waiting.")
                    : waiting.enumerated().map { number, routing in
                        console.language(
                            "\(number + 1). NON TRANSMIS : \(voice.heading(routing)), pour \(voice.name(routing.to)), scellée \(voice.when(routing.sealedAt))\n   Pour la déposer : liaison resend \(routing.id)",
                            "\(number + 1). NOT SENT: \(voice.heading(routing)), for \(voice.name(routing.to)), sealed \(voice.when(routing.sealedAt))\n   Not deposited: liaison resend \(routing.id)"
                        )
                    }.joined(separator: "\n")
            }
        }
    }
}

/// Depositing what was sealed, as `send` and `resend` do it.
enum Deposit {
    /// Says what an acceptance means: not that anybody has read it.
    static func perform(
        _ id: TransmissionID, _ session: Session, _ console: Console, _ outcome: SendOutcome
    ) async throws {
        outcome.reached(.kept(id))
        if session.offlineSince != nil { try await session.refresh() }
        if let urgency = try session.sealed(id)?.urgency,
            try await !session.checkWitnessed(for: urgency)
        {
            console.say(
                console.language(
                    "Journal pas encore attesté par vos témoins ; l'envoi part quand même, parce qu'il est urgent.",
                    "Log not yet witnessed by your witnesses; it goes all the same, it is urgent."))
        }
        outcome.reached(.unconfirmed(id))
        let evidence = try await session.deposit(id, catalogue: FormCatalogue()) { outcome.reached(.sent(id)) }
        let answer = Answer(id: id, state: .available, evidence: .init(evidence))
        try console.print(answer) {
            console.language(
                "\(id) : déposé, pas encore ouvert (preuve : entrée \(evidence.index) sur \(answer.evidence.treeSize))",
                "\(id): deposited, not yet opened (proof: entry \(evidence.index) of \(answer.evidence.treeSize))")
        }
    }
}

/// What a submission or an act came to, with its place in the log.
struct Answer: Encodable {
    struct Place: Encodable {
        var index: Int
        var treeSize: Int

        init(_ evidence: VerifiedEvidence) {
            index = evidence.index
            treeSize = evidence.checkpoint.checkpoint.size
        }
    }

    var id: TransmissionID
    var state: DeliveryState
    var evidence: Place
}
