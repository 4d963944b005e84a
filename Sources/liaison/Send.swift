// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
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
        let outcome = SendOutcome(global.console())
        try await outcome.watch {
            try await global.withSession(.goOn, outbox: .stays) { session, console in
                let voice = Voice(session, console.language)
                // What no convention can permit is refused by the convention, in its words; the hint stands before them.
                let known = voice.catalogue.kind(named: kind)
                if known == nil { sayUnknownKind(voice, console) }
                let id = known?.id ?? kind
                try await session.asking(for: id, try urgency.map(Self.urgency)) {
                    try await send(id, voice, console, outcome)
                }
                // What waited before does not hold up what was just written.
                try await voice.flushOutbox(console)
            }
        }
    }

    private func send(_ kind: String, _ voice: Voice, _ console: Console, _ outcome: SendOutcome) async throws {
        let session = voice.session
        outcome.call(try await voice.rescueNumbers(kind: kind))
        var request = try request(kind, to: try await unit(kind, voice, console), session)
        try await session.know([request.to.institution], keys: true)
        guard let recipient = session.directory.unit(request.to) else {
            throw ClientFailure.unknownUnit(request.to.description)
        }
        let rescue = try await voice.rescueNumbers(kind: request.kind)
        outcome.call(voice.numbers(recipient.address) + rescue)
        let (routing, permit) = try await session.permit(request)
        let briefing = Briefing(voice: voice, routing: routing, permit: permit, recipient: recipient, rescue: rescue)
        try await session.know(Set(briefing.named.map(\.institution)))
        let isAsked = form == nil && fields.isEmpty && Console.isInteractive
        // Whoever is asked field by field is told of the telephone there, where the urgency is chosen.
        for line in (isAsked ? [] : briefing.call) + briefing.beforeTheForm { console.say(line) }
        // Before anybody answers twenty questions for a unit that cannot read them.
        for unit in routing.recipients
        where session.directory.encryptionKeys(of: unit, at: session.clock()).isEmpty {
            throw ClientFailure.noRecipientKeys(unit)
        }
        var draft: String?
        if isAsked {
            guard let answers = try interview(request, briefing, console, outcome) else {
                throw InputRefused(fr: "envoi non confirmé", en: "not confirmed")
            }
            request.form = answers.form
            request.urgency = answers.urgency
            request.attachments = answers.attachments
            request.phoneConfirmedAt = answers.phoneConfirmedAt
            draft = answers.draft
        } else {
            request.form = try readForm(voice)
            try sayThatOthersSeeArguments(voice, console)
        }
        let plan: SendPlan
        do {
            plan = try await session.plan(request, catalogue: voice.catalogue)
        } catch ClientFailure.form(let findings) where form != nil && isatty(STDERR_FILENO) == 0 {
            throw ClientFailure.form(findings.map { withoutValue($0, voice.catalogue) })
        }
        let units = routing.recipients + [routing.from]
        for reader in try await session.newReaders(of: units) { console.say(reader.text(voice)) }
        if !isAsked {
            for line in briefing.echo(of: plan) { console.say(line) }
            guard yes || console.confirm(console.language("Envoyer ?", "Send?")) else {
                throw InputRefused(fr: "envoi non confirmé", en: "not confirmed")
            }
        }
        let id = try await global.timed("seal") { try await session.seal(plan) }
        outcome.reached(.kept(id))
        if let draft { try session.dropDraft(draft) }
        try await session.rememberReaders(of: units)
        try await global.timed("deposit") { try await Deposit.perform(id, session, console, outcome) }
        if plan.routing.phoneConfirmedAt == nil, plan.routing.urgency.asksForACall {
            console.say(console.language("Il reste à téléphoner :", "It remains to telephone:"))
            console.say(voice.numbers(recipient.address))
        }
    }

    /// Says which kinds could be meant.
    private func sayUnknownKind(_ voice: Voice, _ console: Console) {
        console.say(ClientFailure.unknownKind(kind).text(console.language))
        let similar = voice.catalogue.kinds(beginning: kind)
        for kind in similar { console.say("  \(kind.title.text(console.language)) (\(kind.id))") }
    }

    /// The unit named, or chosen on the terminal among those that the convention allows.
    private func unit(_ kind: String, _ voice: Voice, _ console: Console) async throws -> UnitAddress {
        if let to {
            guard let unit = UnitAddress(to) else { throw ClientFailure.unknownUnit(to) }
            return unit
        }
        guard Console.isInteractive else {
            throw ValidationError(
                inWords(
                    "destinataire non indiqué\nconseil : --to UNITÉ, par exemple --to cms-bourg@cd01 (liste : liaison units)",
                    "no recipient\nhint: --to UNIT"))
        }
        let units = try await voice.session.recipients(of: kind)
        try await voice.session.know(Set(units.map(\.address.institution)), keys: true)
        guard !units.isEmpty else { throw ClientFailure.notPermitted(.noFlow) }
        while true {
            for (number, unit) in units.enumerated() {
                console.say("  \(number + 1). \(unit.name), \(unit.town) — \(voice.text(voice.presence(unit)))")
            }
            console.say(console.language("Destinataire (numéro) :", "Recipient (number):"))
            guard let line = try Terminal().readLine(prompt: "> ") else {
                throw InputRefused(fr: "destinataire absent", en: "no recipient")
            }
            let answer = line.trimmingCharacters(in: .whitespaces)
            if let number = DecimalNumber.parse(answer, in: 1...units.count) { return units[number - 1].address }
        }
    }

    private func interview(
        _ request: SendRequest, _ briefing: Briefing, _ console: Console, _ outcome: SendOutcome
    ) throws -> Answers? {
        let voice = briefing.voice
        let session = voice.session
        guard let kind = voice.catalogue[request.kind] else { throw ClientFailure.unknownKind(request.kind) }
        let context = try session.formContext(briefing.routing, briefing.permit.flow)
        let new = Answers(
            form: [:], urgency: briefing.routing.urgency, attachments: request.attachments,
            phoneConfirmedAt: request.phoneConfirmedAt, draft: session.newDraftID(of: request.kind, to: request.to))
        let drafts = try session.drafts(of: request.kind, to: request.to).map { kept in
            let (draft, given) = (kept.draft, new.attachments)
            let answers = Answers(
                form: draft.form, urgency: request.urgency ?? draft.urgency ?? new.urgency,
                attachments: given + draft.attachments.filter { !given.contains($0) },
                phoneConfirmedAt: new.phoneConfirmedAt ?? draft.phoneConfirmedAt, draft: kept.id)
            return (answers: answers, begunAt: kept.begunAt)
        }
        if !drafts.isEmpty { outcome.reached(.notSealed(draft: true)) }
        return try Interview(
            catalogue: voice.catalogue, kind: kind.variant(for: context), context: context, console: console,
            terminal: Terminal(), now: session.clock, zone: session.timeZone,
            urgencies: briefing.urgencies(only: request.urgency), numbers: briefing.numbers, heading: briefing.heading,
            checkAttachment: { paths in
                do {
                    let refusal = try session.refusal(
                        ofAttachments: paths, by: briefing.permit.flow, catalogue: voice.catalogue)
                    return refusal?.text(voice.language)
                } catch {
                    return voice.language("fichier illisible", "file not readable")
                }
            },
            drop: session.dropDraft,
            keep: { answers in
                let draft = SendDraft(
                    form: answers.form, urgency: answers.urgency, attachments: answers.attachments,
                    phoneConfirmedAt: answers.phoneConfirmedAt)
                try session.keep(draft, as: answers.draft)
                outcome.reached(.notSealed(draft: !drafts.isEmpty || !draft.isEmpty))
            }
        ).run(from: new, drafts: drafts)
    }

    private func request(_ kind: String, to: UnitAddress, _ session: Session) throws -> SendRequest {
        var request = SendRequest(kind: kind, to: to)
        if let from {
            guard let unit = UnitAddress(from) else { throw ClientFailure.unknownUnit(from) }
            request.from = unit
        }
        request.urgency = try urgency.map(Self.urgency)
        request.inReplyTo = try replyTo.map { try session.transmission(named: $0) }
        request.phoneConfirmedAt = try phoneConfirmedAt.map { try Typed.pastInstant($0, in: session.timeZone) }
        request.attachments = attachments
        return request
    }

    /// By its code, or the word for it in either language.
    private static func urgency(_ text: String) throws -> Urgency {
        let found = Urgency.allCases.first { urgency in
            urgency.rawValue == text || Language.allCases.contains { urgency.text($0) == text.lowercased() }
        }
        guard let found else {
            func list(_ language: Language) -> String {
                Urgency.allCases.map { "\($0.rawValue) (\($0.text(language)))" }.joined(separator: ", ")
            }
            throw InputRefused(
                fr: "urgence attendue : \(list(.fr))", en: "expected urgency: \(list(.en))")
        }
        return found
    }

    /// The file's fields, then those of --set.
    private func readForm(_ voice: Voice) throws -> [String: FieldValue] {
        let catalogue = voice.catalogue
        var values: [String: FieldValue] = [:]
        if let form {
            let data =
                form == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: form)
            guard let data, let text = String(bytes: data, encoding: .utf8) else {
                throw InputRefused(fr: "formulaire illisible (\(form))", en: "form not readable (\(form))")
            }
            values = try FormFile.parse(text, fields: catalogue.fields)
        }
        let typed = TypedContext(now: Instant.now, zone: voice.session.timeZone, language: voice.language)
        for assignment in fields {
            let pieces = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.count == 2 else {
                throw InputRefused(
                    fr: "attendu : --set champ=valeur (\(assignment))",
                    en: "expected: --set field=value (\(assignment))")
            }
            let name = String(pieces[0])
            let text = String(pieces[1])
            values[name] = catalogue.fields[name]?.interpret(text, at: typed) ?? .text(text)
        }
        return values
    }

    /// What another program reads may end in a journal: then a finding says what is expected, not what was given.
    private func withoutValue(_ finding: FormFinding, _ catalogue: FormCatalogue) -> FormFinding {
        guard finding.rule == .implausible || finding.rule == .type, let field = catalogue.fields[finding.field] else {
            return finding
        }
        return FormFinding(field: finding.field, .withheld(field, finding.rule))
    }

    /// Arguments are in the list of processes, which every user of the machine can read: said once on each device.
    private func sayThatOthersSeeArguments(_ voice: Voice, _ console: Console) throws {
        guard !fields.isEmpty, try voice.session.isFirst(hint: "set") else { return }
        console.say(
            voice.language(
                "Attention : les autres utilisateurs de cette machine peuvent voir ce qui suit --set. Préférez --form - et l'entrée standard.",
                "Note: other users of this machine can see what stands behind --set. Prefer --form - and standard input."
            ))
    }
}
