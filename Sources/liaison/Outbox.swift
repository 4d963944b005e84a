// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire
import LiaisonWords

struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox",
        abstract: inWords(
            "La boîte d'envoi : ce qui a été scellé et n'est pas encore parti.",
            "What was sealed and has not left this device yet."),
        discussion: inWords(
            """
            Ce qui attend part avec la commande suivante qui atteint le relais, le plus urgent d'abord. Ce qui a été scellé il y a plus \
            de douze heures, ce que le relais a refusé et ce qui est volumineux attend qu'une personne le demande.
            """,
            """
            What waits leaves with the next command that reaches the relay, the most urgent first. What was sealed more than twelve \
            hours ago, what the relay refused and what is large waits until somebody asks for it.
            """),
        aliases: ["resend"])

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "La transmission à relire et à déposer ; sans elle, la liste de celles qui attendent.",
            "The transmission to look at and to deposit; without it, those waiting are listed.",
            value: ("numéro", "id")))
    var id: String?

    @Flag(help: .both("Déposer tout ce qui attend.", "Deposit everything that waits."))
    var flush = false

    @Flag(
        help: .both(
            "Détruire sur ce poste la transmission, qui ne doit plus être envoyée.",
            "Destroy on this device the transmission, which shall not be sent any more."))
    var discard = false

    @Option(
        help: .both(
            "L'heure de l'appel passé depuis le scellement : 23:25, ou 2026-11-21T23:25:00+01:00.",
            "When you called after it was sealed: 23:25, or 2026-11-21T23:25:00+01:00.", value: ("heure", "time")))
    var phoneConfirmedAt: String?

    @Flag(help: .withoutConfirmation)
    var yes = false

    func validate() throws {
        guard !flush || id == nil && !discard && phoneConfirmedAt == nil else {
            throw ValidationError(
                inWords(
                    "--flush dépose tout ce qui attend\nconseil : pour une seule transmission, liaison outbox NUMÉRO",
                    "--flush deposits everything that waits\nhint: for one transmission, liaison outbox ID"))
        }
        guard id != nil || !discard && phoneConfirmedAt == nil else {
            throw ValidationError(
                inWords(
                    "indiquez la transmission\nconseil : liaison outbox donne la liste",
                    "name the transmission\nhint: liaison outbox lists them"))
        }
    }

    func run() async throws {
        switch id {
        case nil where flush: try await flushAll()
        case nil: try await list()
        case .some(let id) where discard: try await destroy(id)
        case .some(let id): try await deposit(id)
        }
    }

    // MARK: One

    /// A number is that of a line of the outbox, whatever list was shown last.
    private func transmission(_ name: String, _ session: Session) throws -> TransmissionID {
        let waiting = try session.outbox.waiting()
        if let number = DecimalNumber.parse(name, in: 1...max(waiting.count, 1)), number <= waiting.count {
            return waiting[number - 1].routing.id
        }
        return try session.transmission(named: name)
    }

    private func deposit(_ id: String) async throws {
        let outcome = SendOutcome(global.console())
        outcome.reached(.nothingBegun)
        try await outcome.watch {
            try await global.withSession(.goOn, outbox: .stays) { session, console in
                let id = try transmission(id, session)
                try await deposit(id, Voice(session, console.language), console, outcome)
            }
        }
    }

    /// Shows a transmission, asks whether it is still right and whether somebody has called meanwhile, and deposits it.
    private func deposit(
        _ id: TransmissionID, _ voice: Voice, _ console: Console, _ outcome: SendOutcome
    ) async throws {
        let session = voice.session
        guard let routing = try session.outbox.sealed(id) else {
            throw ClientFailure.unknownTransmission(id.description)
        }
        guard let waiting = try session.outbox.waiting(id) else {
            return console.say(ClientFailure.alreadyDeposited(id).text(console.language))
        }
        outcome.reached(.kept(id))
        // A slip in the hour is said before anybody reads the form.
        let called = try phoneConfirmedAt.map { try call($0, after: waiting, voice) }
        try await session.know(routing.recipients.map(\.institution))
        outcome.call(voice.numbers(routing.to) + (try await voice.rescueNumbers(kind: routing.kind)))
        try await show(routing, voice, console)
        let question = console.language(
            "Scellée plus tôt : est-ce encore juste ? Envoyer ?", "Sealed earlier: is it still right? Send?")
        guard yes || console.confirm(question) else {
            throw InputRefused(fr: "envoi non confirmé", en: "not confirmed")
        }
        if let call = try called ?? callMadeMeanwhile(waiting, voice, console) {
            try await session.recordCall(id, at: call, catalogue: voice.catalogue)
        }
        try session.outbox.confirm(id)
        try await Deposit.perform(id, session, console, outcome)
    }

    /// An hour that was typed: after the sealing, or what was typed is of another day.
    private func call(_ text: String, after item: WaitingItem, _ voice: Voice) throws -> Instant {
        let call = try Typed.pastInstant(text, in: voice.session.timeZone)
        // An hour without seconds is that of the minute in which it was sealed, too.
        guard call >= item.confirmedAt - 60 else {
            throw InputRefused(
                fr:
                    "\(voice.when(call)) : c'est avant le scellement (\(voice.when(item.confirmedAt)))\nconseil : indiquez l'heure de l'appel passé depuis, par exemple 23:25",
                en:
                    "\(voice.when(call)): that is before it was sealed (\(voice.when(item.confirmedAt)))\nhint: the time of the call made since, for example 23:25"
            )
        }
        return call
    }

    /// When somebody called after the sealing, as a person answers.
    private func callMadeMeanwhile(_ item: WaitingItem, _ voice: Voice, _ console: Console) throws -> Instant? {
        guard item.routing.urgency.asksForACall, item.routing.phoneConfirmedAt == nil, !item.wasHandedIn, !yes,
            Console.isInteractive
        else { return nil }
        while true {
            console.say(
                voice.language(
                    "Avez-vous téléphoné depuis ? Heure de l'appel, par exemple 23:25 (Entrée : pas encore) :",
                    "Have you called since? Time of the call, for example 23:25 (Enter: not yet):"))
            guard let line = readLine(), !line.isEmpty else { return nil }
            do {
                return try call(line, after: item, voice)
            } catch {
                console.say(Console.text(error, voice.language))
            }
        }
    }

    /// To whom, what, when it was sealed, and the whole form: what was right then may be wrong now.
    private func show(_ routing: Routing, _ voice: Voice, _ console: Console) async throws {
        guard let opened = try? await voice.session.read(routing.id, catalogue: voice.catalogue) else {
            // What is damaged or gone can still be named, and discarded.
            console.say(ClientFailure.sealedContentLost(routing.id).text(voice.language))
            return console.say(voice.sealed(routing))
        }
        let page = ReadingPage(
            voice: voice, opened: opened, delivery: nil, parts: opened.parts.map { ($0.name, $0.size, nil) },
            related: [],
            corrections: [])
        for line in page.lines { console.say(line) }
        console.say("")
        console.say(voice.numbers(routing.to))
    }

    private func destroy(_ id: String) async throws {
        try await global.withSession(.goOn, outbox: .stays) { session, console in
            let id = try transmission(id, session)
            guard let routing = try session.outbox.sealed(id) else {
                throw ClientFailure.unknownTransmission(id.description)
            }
            // Nobody is asked about what cannot be destroyed.
            try session.outbox.checkDiscarding(id)
            let voice = Voice(session, console.language)
            try await session.know([routing.to.institution])
            try await show(routing, voice, console)
            let question = console.language("La détruire sans l'envoyer ?", "Destroy it without sending it?")
            guard yes || console.confirm(question) else {
                throw InputRefused(fr: "rien n'a été détruit", en: "nothing was destroyed")
            }
            try session.outbox.discard(id)
            console.say(console.language("Détruite ; elle n'a pas été transmise.", "Destroyed; it was not sent."))
        }
    }

    // MARK: All

    private struct Row: Encodable {
        var id: TransmissionID
        var kind: String
        var to: UnitAddress
        var urgency: Urgency
        var sealedAt: String
        var state: State
        /// Why somebody has to ask for it; absent for what leaves by itself, or has left.
        var reason: String?

        enum State: String, Encodable { case waiting, deposited }

        init(_ routing: Routing, _ state: State, _ reason: WaitReason?) {
            id = routing.id
            kind = routing.kind
            to = routing.to
            urgency = routing.urgency
            sealedAt = Clock.text(routing.sealedAt)
            self.state = state
            self.reason = reason?.code
        }
    }

    private func list() async throws {
        try await global.withSession(.goOn, outbox: .stays) { session, console in
            try await session.knowUndeposited()
            let waiting = try session.outbox.waiting()
            let voice = Voice(session, console.language)
            try session.remember(list: waiting.map(\.routing.id))
            let rows = waiting.map { Row($0.routing, .waiting, $0.obstacle(at: session.clock())) }
            try console.print(rows) {
                waiting.isEmpty
                    ? console.language("Aucune transmission n'attend d'être déposée.", "Nothing is waiting.")
                    : waiting.enumerated().map { "\($0 + 1). \(voice.notSent($1))" }.joined(separator: "\n")
            }
        }
    }

    private func flushAll() async throws {
        let outcome = SendOutcome(global.console())
        try await global.withSession(.goOn, outbox: .stays) { session, console in
            let voice = Voice(session, console.language)
            try await session.knowUndeposited()
            guard session.offlineSince == nil else {
                try voice.sayUndeposited(console)
                throw ExitCode(ClientFailure.unreachable().exitCode)
            }
            let items = try await session.flush(catalogue: voice.catalogue)
            for item in items where Console.isInteractive && item.result.isAskedAbout {
                // Each is shown and asked about; a no leaves it where it is.
                do {
                    try await deposit(item.routing.id, voice, console, outcome)
                } catch is InputRefused {
                    continue
                } catch ClientFailure.obstacle {
                    continue
                }
            }
            let rows = try items.map { item in
                let isWaiting = try session.outbox.waiting(item.routing.id) != nil
                return Row(item.routing, isWaiting ? .waiting : .deposited, isWaiting ? item.result.reason : nil)
            }
            try console.print(rows) {
                items.isEmpty
                    ? console.language("Aucune transmission n'attend d'être déposée.", "Nothing is waiting.")
                    : zip(items, rows).filter { $1.state == .waiting || $0.result.reason == nil }.map {
                        voice.text($0.0)
                    }
                    .joined(separator: "\n")
            }
            guard rows.allSatisfy({ $0.state == .deposited }) else { throw ExitCode(75) }
        }
    }
}

extension Result<VerifiedEvidence, WaitReason> {
    fileprivate var reason: WaitReason? {
        if case .failure(let reason) = self { reason } else { nil }
    }

    /// Whether a person can say that it goes all the same.
    fileprivate var isAskedAbout: Bool {
        switch reason {
        case .isOld, .wasDeposited, .refused: true
        case .isLarge, .failed, nil: false
        }
    }
}

extension WaitReason {
    /// For scripts.
    var code: String {
        switch self {
        case .isOld: "old"
        case .wasDeposited: "was_deposited"
        case .isLarge: "large"
        case .refused: "refused"
        case .failed: "failed"
        }
    }
}

extension Voice {
    /// Deposits what waits and needs nobody's word, and says what has left; what is only to be asked about is in the lists.
    func flushOutbox(_ console: Console, saysFailures: Bool = true) async throws {
        guard try !session.outbox.waiting().isEmpty else { return }
        try await session.knowUndeposited()
        for item in try await session.flush(catalogue: catalogue, largest: Session.largestUnasked) {
            switch item.result {
            case .success: console.say(text(item))
            case .failure(.failed) where saysFailures: console.say(text(item))
            case .failure: break
            }
        }
    }
}

/// Depositing what was sealed, as `send` and `outbox` do it.
enum Deposit {
    /// Says what an acceptance means: not that anybody has read it.
    static func perform(
        _ id: TransmissionID, _ session: Session, _ console: Console, _ outcome: SendOutcome
    ) async throws {
        outcome.reached(.kept(id))
        let urgency = try session.outbox.sealed(id)?.urgency
        if session.offlineSince != nil {
            try await HTTPRelayConnection.$urgency.withValue(urgency ?? .routine) { try await session.refresh() }
        }
        if let urgency, try await !session.checkWitnessed(for: urgency) {
            console.say(
                console.language(
                    "Journal pas encore attesté par vos témoins ; l'envoi part quand même, parce qu'il est urgent.",
                    "Log not yet witnessed by your witnesses; it goes all the same, it is urgent."))
        }
        outcome.reached(.unconfirmed(id))
        let evidence = try await session.deposit(id, catalogue: .shipped) { outcome.reached(.sent(id)) }
        // So that the lists have it, also without the relay; that it is deposited does not hang on it.
        try? await session.sync()
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
