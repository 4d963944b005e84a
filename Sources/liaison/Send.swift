// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonWire

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Sceller un formulaire et ses pièces jointes pour une unité, et les déposer.",
            "Seal a form and its attachments for a unit, and deposit them."))

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "Le type de transmission, par exemple orientation (liste : liaison forms).",
            "The kind, for example orientation (see: liaison forms).", value: ("type", "kind")))
    var kind: String

    @Option(
        help: .unit(
            "L'unité destinataire, par exemple cms-bourg@cd01 ; sur un terminal, elle se choisit dans une liste.",
            "The unit that shall receive it, for example cms-bourg@cd01; on a terminal you choose."))
    var to: String?

    @Option(
        help: .unit(
            "L'unité au nom de laquelle vous écrivez, si vous êtes membre de plusieurs.",
            "The unit it is sent from, when you belong to several."))
    var from: String?

    @Option(
        help: .file(
            "Le formulaire, en YAML ou en JSON ; - pour l'entrée standard.",
            "The form as a YAML or JSON file; - reads standard input."))
    var form: String?

    @Option(
        name: .customLong("set"),
        help: .both(
            "Un champ du formulaire ; peut être répété.", "One field; may be repeated.",
            value: ("champ=valeur", "field=value")))
    var fields: [String] = []

    @Option(
        name: .customLong("attach"),
        help: .file("Un fichier à joindre ; peut être répété.", "A file to attach; may be repeated."))
    var attachments: [String] = []

    @Option(
        help: .both(
            "La transmission à laquelle celle-ci répond.", "The transmission that this answers.", value: ("id", "id")))
    var replyTo: String?

    @Option(
        help: .both(
            "immediate (immédiate), urgent (urgente), priority (prioritaire) ou routine (courante).",
            "immediate, urgent, priority or routine.", value: ("urgence", "urgency")))
    var urgency: String?

    @Option(
        help: .both(
            "L'heure de votre appel téléphonique, si vous avez aussi appelé : 21:40, ou 2026-11-21T21:40:00+01:00.",
            "When you also told it by telephone: 21:40, or 2026-11-21T21:40:00+01:00.", value: ("heure", "time")))
    var phoneConfirmedAt: String?

    @Flag(help: .withoutConfirmation)
    var yes = false

    func run() async throws {
        try await Deposit.unlessAccepted(global) { recipient in
            try await global.withSession { session, console in
                let catalogue = try FormCatalogue()
                if catalogue[kind] == nil { console.say(ClientFailure.unknownKind(kind).text(console.language)) }
                var request = try request(to: try await unit(session, console), session.timeZone)
                try await session.know([request.to.institution])
                recipient = session.directory.unit(request.to)
                guard recipient != nil else { throw ClientFailure.unknownUnit(request.to.description) }
                let (routing, permit) = try await session.permit(request)
                if routing.urgency.asksForACall || permit.flow.callFirst {
                    console.say(console.language("TÉLÉPHONEZ D'ABORD.", "TELEPHONE FIRST."))
                    console.sayNumbers(recipient)
                }
                sayAbsence(of: recipient, console)
                request.form = try readForm(catalogue)
                let isAsked = form == nil && fields.isEmpty && Console.isInteractive
                if isAsked { request.form = try interview(request, routing, permit, session, catalogue, console) }
                let plan = try await session.plan(request, catalogue: catalogue)
                let units = routing.recipients + [routing.from]
                for reader in try await session.newReaders(of: units) { console.say(reader.text(console.language)) }
                guard yes || confirm(plan, recipient, catalogue, session.timeZone, isAsked, console) else {
                    throw ClientFailure.input(fr: "envoi non confirmé", en: "not confirmed")
                }
                let id = try await global.timed("seal") { try await session.seal(plan) }
                try session.dropDraft(of: request.kind, to: request.to)
                try await session.rememberReaders(of: units)
                try await global.timed("deposit") { try await Deposit.perform(id, session, console) }
            }
        }
    }

    /// The unit named, or chosen on the terminal among those that the convention allows.
    private func unit(_ session: Session, _ console: Console) async throws -> UnitAddress {
        if let to {
            guard let unit = UnitAddress(to) else { throw ClientFailure.unknownUnit(to) }
            return unit
        }
        guard Console.isInteractive else {
            throw ValidationError(
                inWords("pas de destinataire\nconseil : --to ADRESSE", "no recipient\nhint: --to UNIT"))
        }
        let units = try await session.recipients(of: kind)
        guard !units.isEmpty else { throw ClientFailure.notPermitted(.noFlow) }
        while true {
            for (number, unit) in units.enumerated() { console.say("  \(number + 1). \(unit.name), \(unit.town)") }
            console.say(console.language("Destinataire (numéro) :", "Recipient (number):"))
            console.prompt()
            guard let line = readLine() else {
                throw ClientFailure.input(fr: "pas de destinataire", en: "no recipient")
            }
            if let number = Int(line.trimmingCharacters(in: .whitespaces)), units.indices.contains(number - 1) {
                return units[number - 1].address
            }
        }
    }

    /// Senders are told before they send.
    private func sayAbsence(of unit: LiaisonModel.Unit?, _ console: Console) {
        guard let unit, let absence = unit.absence, unit.isAbsent(at: Clock.now()) else { return }
        let language = console.language
        var text =
            absence.reason == .vacancy
            ? language("\(unit.name) : poste vacant", "\(unit.name): post vacant")
            : language("\(unit.name) : absence", "\(unit.name): absent")
        if let until = absence.until {
            text += language(" jusqu'au ", " until ") + Clock.day(until - 1)
        }
        if !absence.substitutes.isEmpty {
            text +=
                language(", suppléance assurée par : ", ", stood in for by: ")
                + absence.substitutes.map(\.description).joined(separator: ", ")
        }
        console.say(text)
    }

    private func interview(
        _ request: SendRequest, _ routing: Routing, _ permit: Permit, _ session: Session, _ catalogue: FormCatalogue,
        _ console: Console
    ) throws -> [String: FieldValue] {
        guard let kind = catalogue[request.kind] else { throw ClientFailure.unknownKind(request.kind) }
        let context = try session.formContext(routing, permit.flow)
        var answers: [String: FieldValue] = [:]
        if let draft = try session.draft(of: request.kind, to: request.to) {
            let question = console.language(
                "Reprendre le brouillon enregistré ?", "Go on with the draft that was kept?")
            if console.confirm(question) { answers = draft }
        }
        return try Interview(
            catalogue: catalogue, kind: kind.variant(for: context), context: context, console: console,
            keep: { try session.keep($0, of: request.kind, to: request.to) }
        ).run(from: answers)
    }

    private func request(to: UnitAddress, _ zone: TimeZone) throws -> SendRequest {
        var request = SendRequest(kind: kind, to: to)
        if let from {
            guard let unit = UnitAddress(from) else { throw ClientFailure.unknownUnit(from) }
            request.from = unit
        }
        if let urgency {
            guard let known = Urgency(rawValue: urgency) else {
                let codes = Urgency.allCases.map(\.rawValue).joined(separator: ", ")
                throw ClientFailure.input(fr: "urgence attendue : \(codes)", en: "expected urgency: \(codes)")
            }
            request.urgency = known
        }
        if let replyTo {
            guard let id = TransmissionID(replyTo) else { throw ClientFailure.unknownTransmission(replyTo) }
            request.inReplyTo = id
        }
        request.phoneConfirmedAt = try phoneConfirmedAt.map { try Typed.pastInstant($0, in: zone) }
        request.attachments = attachments
        return request
    }

    /// The file's fields, then those of --set.
    private func readForm(_ catalogue: FormCatalogue) throws -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        if let form {
            let data =
                form == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: form)
            guard let data, let text = String(bytes: data, encoding: .utf8) else {
                throw ClientFailure.input(fr: "formulaire illisible (\(form))", en: "form not readable (\(form))")
            }
            values = try FormFile.parse(text, fields: catalogue.fields)
        }
        for assignment in fields {
            let pieces = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.count == 2 else {
                throw ClientFailure.input(
                    fr: "attendu : --set champ=valeur (\(assignment))",
                    en: "expected: --set field=value (\(assignment))")
            }
            let name = String(pieces[0])
            values[name] = catalogue.fields[name]?.parse(String(pieces[1])) ?? .text(String(pieces[1]))
        }
        return values
    }

    /// Echoes unit, kind, town and urgency, and asks.
    private func confirm(
        _ plan: SendPlan, _ unit: LiaisonModel.Unit?, _ catalogue: FormCatalogue, _ zone: TimeZone,
        _ isAsked: Bool, _ console: Console
    ) -> Bool {
        let language = console.language
        if isAsked {
            console.say("")
            for name in plan.kind.fields {
                guard let value = plan.form[name], let field = catalogue.fields[name] else { continue }
                console.say("  \(field.label(language))" + language(" : ", ": ") + field.display(value, language))
            }
        }
        console.say(
            plan.kind.title.text(language) + language(", urgence : ", ", urgency: ")
                + plan.routing.urgency.text(language))
        if let unit {
            console.say(language("À : ", "To: ") + "\(unit.name), \(unit.town) — \(unit.kind) — \(unit.address)")
        }
        if let call = plan.routing.phoneConfirmedAt {
            let time = LocalTime(zone).text(call, language)
            console.say(language("Appel téléphonique : ", "Telephone call: ") + time)
        }
        for copy in plan.routing.copies {
            console.say(language("Copie obligatoire : ", "Mandatory copy: ") + copy.description)
        }
        return console.confirm(language("Envoyer ?", "Send?"))
    }
}

/// Depositing what was sealed, as `send` and `resend` do it.
enum Deposit {
    /// Whatever ends `body` before the relay's acceptance is proven says that it was not sent and whom to call.
    static func unlessAccepted(
        _ global: GlobalOptions, _ body: (inout LiaisonModel.Unit?) async throws -> Void
    ) async throws {
        var recipient: LiaisonModel.Unit?
        do {
            try await body(&recipient)
        } catch {
            global.console().sayNotSent(to: recipient)
            throw error
        }
    }

    /// Says what an acceptance means: not that anybody has read it.
    static func perform(_ id: TransmissionID, _ session: Session, _ console: Console) async throws {
        let evidence: VerifiedEvidence
        do {
            if let urgency = try session.sealed(id)?.urgency, try await !session.checkWitnessed(for: urgency) {
                console.say(
                    console.language(
                        "Vos témoins n'ont pas encore attesté le journal ; comme la transmission est urgente, elle part quand même.",
                        "Log not yet witnessed by your witnesses; it goes all the same, it is urgent."))
            }
            evidence = try await session.deposit(id, catalogue: FormCatalogue())
        } catch {
            console.say(
                console.language(
                    "La transmission reste scellée dans votre coffre. Pour la déposer plus tard : liaison resend \(id)",
                    "Kept sealed in the vault: liaison resend \(id)"))
            throw error
        }
        let answer = Answer(id: id, state: .available, evidence: .init(evidence))
        try console.print(answer) {
            console.language(
                "\(id) : déposé, pas encore ouvert (preuve : entrée \(evidence.index) sur \(answer.evidence.treeSize) du journal)",
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

struct Resend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Déposer ce qui a été scellé pendant que le relais était injoignable.",
            "Deposit what was sealed while the relay could not be reached."))

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "La transmission ; sans elle, celles qui attendent sont affichées.",
            "The transmission; without it, those waiting are listed."))
    var id: String?

    @Flag(help: .withoutConfirmation)
    var yes = false

    func run() async throws {
        guard let id else { return try await list() }
        try await Deposit.unlessAccepted(global) { recipient in
            try await global.withSession { session, console in
                guard let id = TransmissionID(id), let routing = try session.sealed(id) else {
                    throw ClientFailure.unknownTransmission(id)
                }
                try await session.know([routing.to.institution])
                recipient = session.directory.unit(routing.to)
                let question = console.language(
                    "Cette transmission a été scellée plus tôt. Est-elle encore exacte ?",
                    "Sealed earlier: is it still right?")
                guard yes || console.confirm(question) else {
                    throw ClientFailure.input(fr: "envoi non confirmé", en: "not confirmed")
                }
                try await Deposit.perform(id, session, console)
            }
        }
    }

    private func list() async throws {
        try await global.withSession { session, console in
            let waiting = try session.undelivered()
            try console.print(waiting) {
                waiting.isEmpty
                    ? console.language("Aucune transmission en attente.", "Nothing is waiting.")
                    : waiting.map {
                        console.language(
                            "Pas encore déposée : liaison resend \($0)", "Not deposited: liaison resend \($0)")
                    }.joined(separator: "\n")
            }
        }
    }
}
