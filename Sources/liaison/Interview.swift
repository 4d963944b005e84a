// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes

/// What the interview comes to.
struct Answers {
    var form: [String: FieldValue]
    var urgency: Urgency
    var attachments: [String]
    /// When the sender called.
    var phoneConfirmedAt: Instant?
    /// The draft that they are kept in.
    var draft: String
}

/// Asks for a transmission on the terminal, for somebody tired: one question at a time, each answer checked as it is typed
/// and kept at once, every step back possible, and the whole shown before it is sealed.
///
/// `InterviewSteps` has the questions in their order, `InterviewEnd` what follows the last of them.
struct Interview {
    static let callField = "phone_call_at"
    /// Asked even of who skips optional fields: a mistake here puts somebody in danger.
    static let safetyFields = ["unsafe_channels", "staff_safety_alert", "safe_contact_window", "safe_phone"]

    let catalogue: FormCatalogue
    let kind: FormKind
    let context: FormContext
    let console: Console
    let terminal: Terminal
    let now: () -> Instant
    let zone: TimeZone
    let urgencies: [(urgency: Urgency, meaning: String)]
    let numbers: [String]
    let heading: (Urgency) -> [String]
    let checkAttachment: ([String]) -> String?
    let drop: (String) throws -> Void
    let keep: (Answers) throws -> Void
    /// What the convention leaves no choice about.
    let fixed: [String: FieldValue]

    /// - Parameters:
    ///   - kind: already the variant for the context.
    ///   - urgencies: those that the flow offers, the usual one first, with what each means here.
    ///   - numbers: whom to call, a line each.
    ///   - heading: the lines that say to whom and what, by the urgency chosen.
    ///   - checkAttachment: judges all paths together; nil when they may be attached, otherwise why not.
    ///   - drop: called with the draft that is to be deleted.
    ///   - keep: called after each answer.
    init(
        catalogue: FormCatalogue, kind: FormKind, context: FormContext, console: Console, terminal: Terminal,
        now: @escaping () -> Instant, zone: TimeZone, urgencies: [(urgency: Urgency, meaning: String)],
        numbers: [String],
        heading: @escaping (Urgency) -> [String], checkAttachment: @escaping ([String]) -> String?,
        drop: @escaping (String) throws -> Void, keep: @escaping (Answers) throws -> Void
    ) {
        self.catalogue = catalogue
        self.kind = kind
        self.context = context
        self.console = console
        self.terminal = terminal
        self.now = now
        self.zone = zone
        self.urgencies = urgencies
        self.numbers = numbers
        self.heading = heading
        self.checkAttachment = checkAttachment
        self.drop = drop
        self.keep = keep
        fixed = kind.defaults(for: context)
    }

    var language: Language { console.language }
    var typedContext: TypedContext { TypedContext(now: now(), zone: zone, language: language) }
    var takesAttachments: Bool { (context.flow?.attachments.count ?? 0) > 0 }

    /// Whether the telephone comes before the transmission.
    func expectsCall(_ answers: Answers) -> Bool {
        answers.urgency.asksForACall || context.flow?.callFirst == true
    }

    /// - Parameters:
    ///   - new: what was given with the command.
    ///   - drafts: those that were kept, with the time each was begun.
    /// - Returns: what is to be sent; nil when the person decides not to send.
    /// - Throws: `InputRefused` when Ctrl-C is typed or the terminal is gone; the answers are kept then.
    func run(from new: Answers, drafts: [(answers: Answers, begunAt: Instant?)]) throws -> Answers? {
        do {
            return try terminal.held {
                var answers = try begin(new, drafts)
                try walk(&answers, from: .first)
                guard try conclude(&answers) else { return nil }
                answers.form.merge(fixed) { _, fixed in fixed }
                return answers
            }
        } catch is Terminal.Interruption {
            throw InputRefused(
                fr: "interrompu : les réponses sont gardées dans le coffre, la même commande les reprend",
                en: "interrupted: the answers are kept in the vault, the same command takes them up")
        }
    }

    // MARK: Beginning

    private func begin(_ new: Answers, _ drafts: [(answers: Answers, begunAt: Instant?)]) throws -> Answers {
        introduce()
        var answers = try resumed(drafts) ?? new
        if let usual = urgencies.first?.urgency, !urgencies.contains(where: { $0.urgency == answers.urgency }) {
            answers.urgency = usual
        }
        answers.form = answers.form.filter { fixed[$0.key] == nil }
        answers.attachments = usable(answers.attachments)
        if urgencies.count < 2, expectsCall(answers) { sayNumbers() }
        return answers
    }

    private func introduce() {
        say("", kind.title.text(language), kind.never.text(language), "")
        say(
            language(
                "Entrée : passe un champ facultatif, ou garde la valeur.",
                "Enter: skips an optional field, or keeps the value."),
            language("<      : revient au champ précédent.", "<     : goes back to the field before."),
            language("-      : efface la valeur d'un champ.", "-     : clears the value of a field."),
            language("?      : réaffiche l'aide du champ.", "?     : shows the help of the field again."),
            language(
                "Ctrl-C : interrompt ; vos réponses sont gardées au fur et à mesure.",
                "Ctrl-C: interrupts; answers are kept as you go."))
    }

    /// The draft that is gone on with, if any. A form about somebody else is begun beside those that are kept: what was said
    /// of one person never stands in the form of another.
    private func resumed(_ drafts: [(answers: Answers, begunAt: Instant?)]) throws -> Answers? {
        for (answers, begunAt) in drafts {
            let resumes = language("Reprendre ce brouillon ?", "Go on with this draft?")
            if try decide(resumes, lead: [summary(of: answers, begunAt)], usual: true) != false { return answers }
            if try decide(language("L'effacer ?", "Delete it?"), usual: false) == true {
                try drop(answers.draft)
                say(language("brouillon effacé", "draft deleted"))
            } else {
                say(
                    language(
                        "le brouillon reste gardé ; il vous sera proposé de nouveau",
                        "the draft stays kept; it will be offered again"))
            }
        }
        return nil
    }

    /// A line by which its author knows a draft: the first answers, and when it was begun.
    private func summary(of draft: Answers, _ begunAt: Instant?) -> String {
        let first = kind.fields.compactMap { name in
            draft.form[name].flatMap { catalogue.fields[name]?.display($0, language) }
        }.prefix(2)
        let shown =
            first.isEmpty
            ? language("aucun champ rempli", "no field filled in") : Markup.printable(first.joined(separator: " "))
        guard let begunAt else { return language("Brouillon gardé : \(shown)", "A draft was kept: \(shown)") }
        return language(
            "Brouillon commencé le \(typedTime(begunAt)) : \(shown)", "Draft begun \(typedTime(begunAt)): \(shown)")
    }

    private func usable(_ paths: [String]) -> [String] {
        var usable: [String] = []
        for path in paths {
            guard let why = checkAttachment(usable + [path]) else {
                usable.append(path)
                continue
            }
            say(why)
        }
        return usable
    }

    // MARK: Saying and reading

    func say(_ lines: String...) { for line in lines { console.say(line) } }

    /// What is typed or pasted before a question is asked is no answer to it.
    func beginQuestion() throws {
        guard try terminal.dropPending() else { return }
        say(
            language(
                "Attention : ce qui a été tapé ou collé en trop n'a pas été pris.",
                "Mind: what was typed or pasted beyond the answer was not taken."))
    }

    /// A short answer.
    func readWord() throws -> String {
        guard let typed = try terminal.read() else { throw Terminal.Interruption(text: "") }
        return typed.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A question answered by yes or no, or by Enter for `usual`; nil for a step back.
    ///
    /// - Parameter lead: lines said before.
    func decide(_ question: String, lead: [String] = [], usual: Bool) throws -> Bool? {
        let choice = usual ? language("[O/n]", "[Y/n]") : language("[o/N]", "[y/N]")
        while true {
            try beginQuestion()
            say("")
            for line in lead { say(line) }
            say("\(question) \(choice)")
            switch try readWord().lowercased() {
            case "": return usual
            case let word where Console.isYes(word): return true
            case "n", "non", "no": return false
            case "<": return nil
            default: say(language("répondez par o (oui) ou n (non)", "answer y (yes) or n (no)"))
            }
        }
    }

    func sayNumbers() {
        say("", language("TÉLÉPHONEZ D'ABORD.", "TELEPHONE FIRST."))
        listNumbers()
    }

    func listNumbers() { for number in numbers { say("  \(number)") } }

    /// An urgency with what it means here.
    func text(of urgency: Urgency) -> String {
        let meaning = urgencies.first { $0.urgency == urgency }?.meaning ?? ""
        return urgency.text(language) + (meaning.isEmpty ? "" : language(" : ", ": ") + meaning)
    }

    /// A time as somebody types it here: `21/11/2026 à 23:14`.
    func typedTime(_ instant: Instant) -> String {
        let shown = LocalTime(zone).text(instant, language).prefix { $0 != "(" }
        return String(shown.trimmingCharacters(in: .whitespaces).dropLast(3))
    }

    // MARK: Fields

    /// What is wrong with one value, whatever the others are.
    func finding(about value: FieldValue, of name: String) -> FormFinding? {
        catalogue.checkTyped(value, of: name, kind: kind, context: context, now: now(), zone: zone).first
    }

    /// The codes that may be chosen for a field, in the order of their numbers; none when it is no choice.
    func codes(of name: String, _ field: FieldDefinition) -> [String] {
        guard field.type == .choice || field.type == .choices else { return [] }
        let limits = kind.only[name]
        let bases = name == "legal_basis" ? context.flow?.legalBases : nil
        return field.codes(for: context.senderKind).filter {
            limits?.contains($0) ?? true && bases?.contains($0) ?? true
        }
    }

    /// Whether the sender may give a field at all.
    func isOpen(_ name: String) -> Bool {
        guard let field = catalogue.fields[name] else { return false }
        return field.senders?.contains(context.senderKind ?? "") ?? true && (context.healthData || field.health != true)
    }

    /// Asks one field, and keeps the answer.
    ///
    /// - Parameter lead: said before.
    /// - Returns: false for a step back.
    func ask(
        _ name: String, _ answers: inout Answers, _ purpose: FieldQuestion.Purpose, lead: String? = nil
    ) throws -> Bool {
        guard let field = catalogue.fields[name] else { return true }
        let question = FieldQuestion(
            name: name, field: field, isRequired: kind.required.contains(name), purpose: purpose,
            present: answers.form[name], lead: lead, interview: self)
        let before = answers
        switch try asking(question, before) {
        case .back: return false
        case .kept: return true
        case .cleared: answers.form[name] = nil
        case .value(let value): answers.form[name] = value
        }
        if name == Self.callField { answers.phoneConfirmedAt = Self.instant(answers.form[name]) }
        try keep(answers)
        return true
    }

    /// A long text is kept as far as it was typed when somebody pauses or interrupts it: with what was kept before, which stands
    /// there to be edited.
    private func asking(_ question: FieldQuestion, _ answers: Answers) throws -> FieldQuestion.Answer {
        func keepUnfinished(_ text: String) throws {
            var unfinished = answers
            unfinished.form[question.name] = .text(text)
            try keep(unfinished)
        }
        func keepTyped(_ typed: String) throws {
            if question.field.type == .longText, let text = question.unfinished(typed) { try keepUnfinished(text) }
        }
        do {
            return try question.ask(keepUnfinished: keepUnfinished, pausing: keepTyped)
        } catch let interruption as Terminal.Interruption {
            try keepTyped(interruption.text)
            throw interruption
        }
    }

    static func instant(_ value: FieldValue?) -> Instant? {
        guard case .text(let text)? = value else { return nil }
        return FieldDefinition.instant(text)
    }
}

extension Console {
    func prompt() { StandardError.write("> ") }

    /// Whether somebody can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }
}
