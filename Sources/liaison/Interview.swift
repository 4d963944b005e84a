// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel

/// Asks a form field by field on the terminal, checks each answer as it is typed, and keeps what was answered.
struct Interview {
    let catalogue: FormCatalogue
    let kind: FormKind
    let context: FormContext
    let console: Console
    /// Keeps the answers so far; called after each.
    let keep: ([String: FieldValue]) throws -> Void

    private var language: Language { console.language }

    /// - Throws: `ClientFailure.input` when the terminal is closed before the end; the answers are kept then.
    func run(from answers: [String: FieldValue]) throws -> [String: FieldValue] {
        var form = answers
        let given = kind.defaults(for: context)
        console.say(
            language(
                "\(kind.title.text(language)). La touche Entrée passe un champ facultatif ; vos réponses sont gardées au fur et à mesure.",
                "\(kind.title.text(language)). Enter skips an optional field; answers are kept as you go."))
        console.say(kind.never.text(language))
        for name in kind.required where given[name] == nil { try ask(name, &form, isRequired: true) }
        for group in kind.oneOf {
            while !group.contains(where: { form[$0] != nil }) {
                for name in group where form[name] == nil { try ask(name, &form, isRequired: false) }
            }
        }
        let asked = Set(kind.oneOf.joined())
        let optional = kind.optional.filter { !asked.contains($0) && isOpen($0) }
        if !optional.isEmpty, console.confirm(language("Champs facultatifs ?", "Optional fields?")) {
            for name in optional { try ask(name, &form, isRequired: false) }
        }
        return try mend(form, given)
    }

    /// What only the whole form shows to be wrong is asked again.
    private func mend(
        _ form: [String: FieldValue], _ given: [String: FieldValue]
    ) throws -> [String: FieldValue] {
        var form = form
        while let finding = catalogue.check(form.merging(given) { $1 }, kind: kind, context: context).first {
            console.say(finding.text(language))
            form[finding.field] = nil
            guard finding.rule != .forbidden, finding.rule != .unknown, finding.rule != .healthData else { continue }
            try ask(finding.field, &form, isRequired: true)
        }
        return form
    }

    private func isOpen(_ name: String) -> Bool {
        guard let field = catalogue.fields[name] else { return false }
        return field.senders?.contains(context.senderKind ?? "") ?? true && (context.healthData || field.health != true)
    }

    // MARK: One field

    private func ask(_ name: String, _ form: inout [String: FieldValue], isRequired: Bool) throws {
        guard let field = catalogue.fields[name] else { return }
        let codes = offered(name, field)
        show(name, field, codes, present: form[name], isRequired: isRequired)
        while true {
            let text = try read(field)
            if text.isEmpty {
                if form[name] != nil || !isRequired { return }
                console.say(language("Ce champ est obligatoire.", "This field is required."))
                continue
            }
            guard let value = value(text, field, codes) else {
                console.say(language("attendu : ", "expected: ") + field.expected(language))
                continue
            }
            if let finding = catalogue.check(value, of: name, kind: kind, context: context).first {
                console.say(finding.text(language))
                continue
            }
            form[name] = value
            return try keep(form)
        }
    }

    /// The codes that may be chosen here, in the order of their numbers.
    private func offered(_ name: String, _ field: FieldDefinition) -> [String] {
        guard field.type == .choice || field.type == .choices else { return [] }
        let limits = kind.only[name]
        let bases = name == "legal_basis" ? context.flow?.legalBases : nil
        return field.codes(for: context.senderKind).filter {
            limits?.contains($0) ?? true && bases?.contains($0) ?? true
        }
    }

    private func show(
        _ name: String, _ field: FieldDefinition, _ codes: [String], present: FieldValue?, isRequired: Bool
    ) {
        var lines = ["", field.label(language) + (isRequired ? "" : language(" (facultatif)", " (optional)"))]
        if let help = field.help(language) { lines.append("  \(help)") }
        for (number, code) in codes.enumerated() {
            lines.append("  \(number + 1). \(field.values?[code]?.text(language) ?? code)")
        }
        if codes.isEmpty, field.type != .text { lines.append("  " + field.expected(language)) }
        if field.type == .choices {
            lines.append(
                language("  plusieurs numéros, séparés par des virgules", "  several numbers, separated by commas"))
        }
        if field.type == .longText {
            lines.append(language("  une ligne vide met fin à la saisie", "  an empty line ends it"))
        }
        if let present { lines.append(language("  gardé : ", "  kept: ") + field.display(present, language)) }
        for line in lines { console.say(line) }
    }

    private func value(_ text: String, _ field: FieldDefinition, _ codes: [String]) -> FieldValue? {
        guard !codes.isEmpty else {
            return field.parse(text)
        }
        let chosen = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.map { piece in
            Int(piece).flatMap { codes.indices.contains($0 - 1) ? codes[$0 - 1] : nil } ?? piece
        }
        return field.type == .choices ? .list(chosen) : chosen.count == 1 ? .text(chosen[0]) : nil
    }

    private func read(_ field: FieldDefinition) throws -> String {
        var lines: [String] = []
        while true {
            console.prompt()
            guard let line = readLine() else {
                throw ClientFailure.input(
                    fr: "interrompu : les réponses sont gardées dans le coffre ; relancez la commande pour continuer",
                    en: "interrupted: the answers are kept in the vault, the same command takes them up")
            }
            let text = line.trimmingCharacters(in: .whitespaces)
            guard field.type == .longText else { return text }
            if text.isEmpty { return lines.joined(separator: "\n") }
            lines.append(text)
        }
    }

}

extension Console {
    func prompt() { FileHandle.standardError.write(Data("> ".utf8)) }

    /// Whether somebody can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }
}
