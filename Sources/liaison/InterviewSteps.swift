// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// A question of the interview.
enum InterviewStep: Hashable {
    case urgency
    /// The telephone call, where the form has no field for it.
    case call
    case field(String)
    /// Whether optional fields are asked at all.
    case optionalFields
    case attachments
}

/// The questions in their order, forwards and back.
extension Interview {
    enum Start { case first, last }

    private var hasCallField: Bool { kind.fields.contains(Self.callField) }

    /// The questions for these answers, each once.
    private func steps(_ answers: Answers, withOptional: Bool) -> [InterviewStep] {
        var steps: [InterviewStep] = urgencies.count > 1 ? [.urgency] : []
        if expectsCall(answers), !hasCallField { steps.append(.call) }
        var names = kind.required + kind.oneOf.joined()
        if expectsCall(answers) { names += [Self.callField, "phone_call_to"].filter(kind.optional.contains) }
        names += Self.safetyFields.filter(kind.optional.contains)
        let rest = kind.optional.filter { !names.contains($0) && isAsked($0) }
        var seen: Set<String> = []
        steps += names.filter { isAsked($0) && seen.insert($0).inserted }.map(InterviewStep.field)
        if !rest.isEmpty { steps.append(.optionalFields) }
        if withOptional { steps += rest.map(InterviewStep.field) }
        if takesAttachments { steps.append(.attachments) }
        return steps
    }

    private func isAsked(_ name: String) -> Bool {
        fixed[name] == nil && (kind.required.contains(name) || isOpen(name))
    }

    /// - Throws: `Terminal.Interruption`.
    func walk(_ answers: inout Answers, from start: Start) throws {
        var withOptional = false
        var place = start == .first ? 0 : steps(answers, withOptional: false).count - 1
        while true {
            let steps = steps(answers, withOptional: withOptional)
            guard steps.indices.contains(place) else { return }
            let step = steps[place]
            if try take(step, &answers, &withOptional) {
                place = unmet(after: step, answers, steps) ?? place + 1
            } else if place > 0 {
                place -= 1
            } else {
                say(language("c'est le premier champ", "this is the first field"))
            }
        }
    }

    /// Where a group begins of which nothing was given, once its last field was asked.
    private func unmet(after step: InterviewStep, _ answers: Answers, _ steps: [InterviewStep]) -> Int? {
        let group = kind.oneOf.first { group in group.last.map(InterviewStep.field) == step }
        guard let group, !group.contains(where: { answers.form[$0] != nil }) else { return nil }
        return steps.firstIndex(of: .field(group[0]))
    }

    /// - Returns: false for a step back.
    private func take(_ step: InterviewStep, _ answers: inout Answers, _ withOptional: inout Bool) throws -> Bool {
        switch step {
        case .urgency: return try askUrgency(&answers)
        case .call: return try askCall(&answers)
        case .attachments: return try askAttachments(&answers)
        case .field(let name):
            let group = kind.oneOf.first { $0.first == name }
            return try ask(name, &answers, .inTurn, lead: group.map { catalogue.atLeastOne(of: $0).text(language) })
        case .optionalFields:
            let labels = steps(answers, withOptional: true).drop { $0 != .optionalFields }.compactMap(label)
            let question = language("Champs facultatifs ?", "Optional fields?")
            guard let isWanted = try decide(question, lead: labels, usual: false) else { return false }
            withOptional = isWanted
            return true
        }
    }

    private func label(_ step: InterviewStep) -> String? {
        guard case .field(let name) = step, let field = catalogue.fields[name] else { return nil }
        return "  \(field.label(language))"
    }

    // MARK: Urgency and telephone

    func askUrgency(_ answers: inout Answers) throws -> Bool {
        try beginQuestion()
        showUrgencies(answers.urgency)
        while true {
            let text = try readWord()
            switch text {
            case "<": return false
            case "?": showUrgencies(answers.urgency)
            default:
                guard let urgency = text.isEmpty ? answers.urgency : urgency(text) else {
                    try beginQuestion()
                    say(language("tapez l'un des numéros ci-dessus", "type one of the numbers above"))
                    continue
                }
                answers.urgency = urgency
                try keep(answers)
                say(language("  compris : ", "  understood: ") + self.text(of: urgency))
                if expectsCall(answers) { sayNumbers() }
                return true
            }
        }
    }

    private func showUrgencies(_ present: Urgency) {
        say("", language("Urgence", "Urgency"))
        for (number, choice) in urgencies.enumerated() { say("  \(number + 1). \(text(of: choice.urgency))") }
        let isUsual = urgencies.first?.urgency == present
        say(
            "  " + language("Entrée : ", "Enter: ") + present.text(language)
                + (isUsual ? language(" (habituelle)", " (the usual one)") : language(" (gardée)", " (kept)")))
    }

    /// By its number, its code or the beginning of its label.
    private func urgency(_ text: String) -> Urgency? {
        let offered = urgencies.map(\.urgency)
        if let number = DecimalNumber.parse(text) {
            return offered.indices.contains(number - 1) ? offered[number - 1] : nil
        }
        let typed = Self.plain(text)
        let found = offered.filter { urgency in
            urgency.rawValue == typed || Self.plain(urgency.text(language)).hasPrefix(typed)
        }
        return found.count == 1 ? found[0] : found.first { $0.rawValue == typed }
    }

    private static func plain(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).lowercased()
    }

    /// When the call was made; asked by the field of the form where there is one.
    func askCall(_ answers: inout Answers) throws -> Bool {
        guard !hasCallField else { return try ask(Self.callField, &answers, .inTurn) }
        guard let field = catalogue.fields[Self.callField] else { return true }
        try beginQuestion()
        showCall(answers.phoneConfirmedAt)
        while true {
            let text = try readWord()
            do {
                switch text {
                case "<": return false
                case "?":
                    showCall(answers.phoneConfirmedAt)
                    continue
                case "": break
                case "-": answers.phoneConfirmedAt = nil
                default: answers.phoneConfirmedAt = Self.instant(try field.parse(text, at: typedContext))
                }
                try keep(answers)
                sayCall(answers)
                return true
            } catch let failure as TypingFailure {
                try beginQuestion()
                say(failure.text(language))
            }
        }
    }

    private func showCall(_ present: Instant?) {
        say(
            "",
            language(
                "Avez-vous déjà appelé ? À quelle heure (23:14), ou Entrée si pas encore",
                "Have you called already? At what time (23:14), or Enter if not yet"))
        if let present { say(language("  gardé : ", "  kept: ") + LocalTime(zone).text(present, language)) }
    }

    private func sayCall(_ answers: Answers) {
        if let call = answers.phoneConfirmedAt {
            return say(language("  appel : ", "  call: ") + LocalTime(zone).text(call, language))
        }
        say(language("Reste à appeler :", "Still to call:"))
        listNumbers()
    }

    // MARK: Attachments

    func askAttachments(_ answers: inout Answers) throws -> Bool {
        try beginQuestion()
        showAttachments(answers.attachments)
        while true {
            let text = try readWord()
            switch text {
            case "": return true
            case "<": return false
            case "?": break
            case "-":
                if let path = answers.attachments.popLast() { say(language("  retirée : ", "  removed: ") + path) }
            default:
                let path = Self.path(text)
                if let why = checkAttachment(answers.attachments + [path]) {
                    try beginQuestion()
                    say(why)
                } else {
                    answers.attachments.append(path)
                    say("  " + language("jointe : ", "attached: ") + FormSummary.file(path, language))
                }
            }
            try keep(answers)
            showAttachments(answers.attachments)
        }
    }

    private func showAttachments(_ paths: [String]) {
        say("")
        guard !paths.isEmpty else {
            return say(
                language(
                    "Pièces jointes ? chemin du fichier, Entrée pour aucune",
                    "Attachments? path of the file, Enter for none"))
        }
        for path in paths { say(language("  gardée : ", "  kept: ") + FormSummary.file(path, language)) }
        say(
            language(
                "Autre pièce jointe ? chemin du fichier, Entrée pour continuer, - pour retirer la dernière",
                "Another attachment? path of the file, Enter to go on, - to remove the last"))
    }

    /// The path that is meant: a file dragged onto the terminal comes in quotation marks, with backslashes or as a URL.
    static func path(_ text: String) -> String {
        if text.hasPrefix("file://"), let url = URL(string: text) { return url.path }
        for mark in ["'", "\""] where text.count > 2 && text.hasPrefix(mark) && text.hasSuffix(mark) {
            return String(text.dropFirst().dropLast())
        }
        let isThere = FileManager.default.fileExists(atPath: text)
        let plain = isThere ? text : text.replacing(/\\(.)/) { String($0.1) }
        return NSString(string: plain).expandingTildeInPath
    }
}
