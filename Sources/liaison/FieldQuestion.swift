// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// One field, asked until its answer is right or the person goes on without it.
struct FieldQuestion {
    enum Purpose {
        /// In the order of the form.
        case inTurn
        /// From the summary: a list, too, stands there to be edited.
        case correction
        /// The value, or its absence, is wrong as the form is.
        case mending
    }

    enum Answer {
        case value(FieldValue)
        /// The value that was there, or none.
        case kept
        case cleared
        case back
    }

    let name: String
    let field: FieldDefinition
    let isRequired: Bool
    let purpose: Purpose
    let present: FieldValue?
    /// Said before it is asked: why it is.
    let lead: String?
    let interview: Interview

    private var language: Language { interview.language }
    private var isProse: Bool { field.type == .text || field.type == .longText }
    /// The codes that may be chosen here, in the order of their numbers.
    private var codes: [String] { interview.codes(of: name, field) }

    /// - Parameters:
    ///   - keepUnfinished: keeps a text that is too long as it is.
    ///   - pausing: told what has been typed when nothing follows for a while.
    /// - Throws: `Terminal.Interruption`.
    func ask(keepUnfinished: (String) throws -> Void, pausing: (String) throws -> Void) throws -> Answer {
        try interview.beginQuestion()
        if let lead { interview.say("", lead) }
        show()
        var draft = try prefill()
        while true {
            let text = try read(draft, pausing)
            switch text {
            case "<": return .back
            case "?": show()
            case "-":
                if !isRequired { return .cleared }
                try refuse(
                    language(
                        "ce champ est obligatoire : il ne s'efface pas, tapez la bonne valeur",
                        "this field is required: it cannot be cleared, type the right value"))
            case "" where mayBeKept, draft where !draft.isEmpty && mayBeKept: return .kept
            case "": try refuse(needed)
            default:
                guard let why = try problem(with: text, keepUnfinished) else {
                    return .value(try value(text, echoes: true))
                }
                try refuse(why)
                // What is long is edited; anything else is typed anew, so that nothing is added to what was wrong.
                if field.type == .longText || tooLong(text) != nil { draft = text }
            }
        }
    }

    /// Whether Enter alone goes on.
    private var mayBeKept: Bool {
        guard let present else { return !isRequired }
        return purpose != .mending && field.accepts(present)
    }

    private var needed: String {
        guard present != nil else { return language("Ce champ est obligatoire.", "This field is required.") }
        return isRequired
            ? language("tapez une autre valeur", "type another value")
            : language("tapez une autre valeur, ou - pour l'effacer", "type another value, or - to clear it")
    }

    // MARK: Showing

    private func show() {
        var lines = ["", field.label(language) + (isRequired ? "" : language(" (facultatif)", " (optional)"))]
        if let help = field.help(language) { lines.append("  \(help)") }
        for (number, code) in codes.enumerated() {
            lines.append("  \(number + 1). \(field.display(.text(code), language))")
        }
        lines += format
        if let present, !isInEditor { lines += keptLines(present) }
        for line in lines { interview.console.say(line) }
    }

    /// How the answer is to be typed.
    private var format: [String] {
        switch field.type {
        case .text: []
        case .choice where !codes.isEmpty: []
        case .choices where !codes.isEmpty:
            [language("  plusieurs numéros, séparés par des virgules", "  several numbers, separated by commas")]
        case .texts:
            [
                "  \(field.expected(language))"
                    + language(", séparés par des virgules", ", separated by commas")
            ]
        case .longText:
            [
                "  \(field.expected(language))",
                language("  une ligne vide met fin à la saisie", "  an empty line ends it")
            ]
        default: ["  \(field.expected(language))"]
        }
    }

    private func keptLines(_ value: FieldValue) -> [String] {
        let shown = Markup.printable(field.display(value, language)).split(
            separator: "\n", omittingEmptySubsequences: false)
        return [language("  gardé : ", "  kept: ") + (shown.first ?? "")] + shown.dropFirst().map { "    \($0)" }
    }

    /// Whether what was kept stands there to be edited: a long text is added to more often than it is written anew, and what
    /// somebody types never replaces one without showing it.
    private var isInEditor: Bool { field.type == .longText && present != nil && interview.terminal.isTerminal }

    /// What stands in the line to be edited.
    private func prefill() throws -> String {
        guard let present else { return "" }
        if case .text(let text) = present, isProse, !field.accepts(present) {
            try refuse(tooLong(text) ?? field.expected(language))
            return text
        }
        return switch field.type {
        case .longText: typed(present)
        // Something is added to a list more often than it is said anew.
        case .choices where purpose == .correction, .texts where purpose == .correction: typed(present)
        default: ""
        }
    }

    /// `value` as somebody would type it here.
    private func typed(_ value: FieldValue) -> String {
        switch (field.type, value) {
        case (.choice, .text(let code)): number(of: code)
        case (.choices, .list(let list)): list.map(number).joined(separator: ", ")
        case (.texts, .list(let list)), (.cells, .list(let list)): list.joined(separator: ", ")
        case (.instant, .text(let text)): FieldDefinition.instant(text).map(interview.typedTime) ?? text
        case (.text, .text(let text)), (.longText, .text(let text)), (.commune, .text(let text)): text
        default: field.display(value, language)
        }
    }

    private func number(of code: String) -> String {
        codes.firstIndex(of: code).map { String($0 + 1) } ?? field.display(.text(code), language)
    }

    // MARK: Reading

    private static let commands: Set<String> = ["<", "-", "?"]

    /// What of `text`, as it stands in the editor, is an answer so far; nil for a command, and for what was kept already.
    func unfinished(_ text: String) -> String? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let kept = present.map(typed) ?? ""
        return text.isEmpty || text == kept || Self.command(in: text, behind: kept) != nil ? nil : text
    }

    private static func command(in text: String, behind draft: String) -> String? {
        guard text.hasPrefix(draft) else { return nil }
        let rest = String(text.dropFirst(draft.count))
        return commands.contains(rest) ? rest : nil
    }

    /// A command may stand behind the value that stood there to be edited.
    private func read(_ draft: String, _ pausing: (String) throws -> Void) throws -> String {
        let extent: LineBuffer.Extent = field.type == .longText ? .paragraphs : .line
        var known = Self.commands.union(Self.commands.map { draft + $0 })
        // In turn one Enter keeps a value, whatever it is.
        if purpose == .inTurn, mayBeKept { known.insert(draft) }
        guard
            let typed = try interview.terminal.read(
                editing: draft, extent: extent, commands: known, pausing: pausing)
        else { throw Terminal.Interruption(text: "") }
        if typed.hasJoinedLines {
            interview.console.say(
                language(
                    "  collé sur plusieurs lignes : mis sur une seule", "  pasted in several lines: made into one"))
        }
        let text = typed.text.trimmingCharacters(in: .whitespacesAndNewlines)
        return Self.command(in: text, behind: draft) ?? text
    }

    private func refuse(_ why: String) throws {
        try interview.beginQuestion()
        interview.console.say(why)
    }

    /// Why `text` is not taken; nil when it is.
    private func problem(with text: String, _ keepUnfinished: (String) throws -> Void) throws -> String? {
        if let why = tooLong(text) {
            try keepUnfinished(text)
            return why
        }
        do {
            let value = try value(text, echoes: false)
            return interview.finding(about: value, of: name)?.why.text(language)
        } catch let failure as TypingFailure {
            return failure.text(language)
        }
    }

    /// A text is never cut: it is said by how much it is too long.
    private func tooLong(_ text: String) -> String? {
        let most = field.max ?? 300
        guard isProse, text.count > most else { return nil }
        let typed = (fr: Self.grouped(text.count, " "), en: Self.grouped(text.count, ","))
        let allowed = (fr: Self.grouped(most, " "), en: Self.grouped(most, ","))
        return language(
            "votre réponse fait \(typed.fr) caractères, \(allowed.fr) au plus : raccourcissez-la ; votre texte est gardé",
            "your answer has \(typed.en) characters, at most \(allowed.en): shorten it; your text is kept")
    }

    private static func grouped(_ number: Int, _ separator: String) -> String {
        guard number > 999 else { return String(number) }
        return grouped(number / 1000, separator) + separator + String(String(number % 1000 + 1000).dropFirst())
    }

    /// - Throws: `TypingFailure`.
    private func value(_ text: String, echoes: Bool) throws -> FieldValue {
        let value = try meant(text)
        let shown = field.display(value, language)
        if echoes, shown != text { interview.console.say(language("  compris : ", "  understood: ") + shown) }
        return value
    }

    private func meant(_ text: String) throws -> FieldValue {
        switch field.type {
        case .choice: return try choice(text)
        case .choices:
            let pieces = text.split { $0 == "," || $0 == ";" }.map { $0.trimmingCharacters(in: .whitespaces) }
            var chosen: [String] = []
            for piece in pieces where !piece.isEmpty {
                guard case .list(let codes) = try choice(piece) else { continue }
                chosen += codes.filter { !chosen.contains($0) }
            }
            return chosen.isEmpty ? try field.parse(text, at: interview.typedContext) : .list(chosen)
        default: return try field.parse(text, at: interview.typedContext)
        }
    }

    /// By its number in the list that was shown, or as the field reads it.
    private func choice(_ text: String) throws -> FieldValue {
        guard let number = DecimalNumber.parse(text) else { return try field.parse(text, at: interview.typedContext) }
        guard codes.indices.contains(number - 1) else {
            throw TypingFailure.noSuchNumber(number, of: codes.count)
        }
        let code = codes[number - 1]
        return field.type == .choices ? .list([code]) : .text(code)
    }
}
