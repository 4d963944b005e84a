// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// What follows the last question: what only the whole form shows to be wrong, the summary, and the decision to send.
extension Interview {
    private enum Decision {
        case send, stop, back
        case correct(FormSummary.Item)
        case clear(FormSummary.Item)
    }

    /// - Returns: whether it is to be sent.
    func conclude(_ answers: inout Answers) throws -> Bool {
        while true {
            guard try mend(&answers) else { return stop() }
            try beginQuestion()
            let summary = FormSummary(answers, fixed: fixed, self)
            show(summary)
            switch try decision(summary) {
            case .send: return true
            case .stop: return stop()
            case .back: try walk(&answers, from: .last)
            case .correct(let item): try correct(item, &answers, summary)
            case .clear(let item): try clear(item, &answers, summary)
            }
        }
    }

    private func stop() -> Bool {
        say(
            language(
                "Rien n'a été envoyé ; les réponses sont gardées dans le coffre, la même commande les reprend.",
                "Nothing was sent; the answers are kept in the vault, the same command takes them up."))
        return false
    }

    // MARK: Summary

    private func show(_ summary: FormSummary) {
        say("", language("Voici tout ce qui sera scellé :", "This is everything that will be sealed:"))
        for line in summary.lines { say(line) }
        say("")
        for line in heading(summary.answers.urgency) { say(line) }
        if expectsCall(summary.answers), summary.answers.phoneConfirmedAt == nil {
            say(language("Reste à appeler :", "Still to call:"))
        }
        listNumbers()
    }

    /// Enter alone decides nothing.
    private func decision(_ summary: FormSummary) throws -> Decision {
        while true {
            say(
                language(
                    "Envoyer ? [o = oui, n = non, numéro = corriger, numéro- = effacer]",
                    "Send? [y = yes, n = no, number = correct, number- = clear]"))
            let text = try readWord().lowercased()
            switch text {
            case let word where Console.isYes(word): if mayBeSent(summary.answers) { return .send }
            case "n", "non", "no": return .stop
            case "<": return .back
            default:
                if let decision = numbered(text, summary) { return decision }
                try beginQuestion()
            }
        }
    }

    private func numbered(_ text: String, _ summary: FormSummary) -> Decision? {
        let clears = text.hasSuffix("-")
        let digits = (clears ? text.dropLast() : text[...]).trimmingCharacters(in: .whitespaces)
        guard let number = DecimalNumber.parse(digits), summary.items.indices.contains(number - 1) else { return nil }
        let item = summary.items[number - 1]
        return clears ? .clear(item) : .correct(item)
    }

    private func mayBeSent(_ answers: Answers) -> Bool {
        if context.flow?.callFirst == true, answers.phoneConfirmedAt == nil {
            say(
                language(
                    "La convention demande d'appeler d'abord : téléphonez, puis indiquez l'heure de l'appel : tapez ici le numéro de sa ligne dans le récapitulatif.",
                    "The convention wants a call first: call, then give the time of the call (by its number above)."))
            return false
        }
        guard let why = checkAttachment(answers.attachments), !answers.attachments.isEmpty else { return true }
        say(why)
        return false
    }

    private func correct(_ item: FormSummary.Item, _ answers: inout Answers, _ summary: FormSummary) throws {
        switch item {
        case .field(let name): _ = try ask(name, &answers, .correction)
        case .fixed: sayFixed(summary.label(of: item))
        case .urgency where urgencies.count < 2: sayFixed(summary.label(of: item))
        case .urgency:
            guard try askUrgency(&answers), expectsCall(answers), answers.phoneConfirmedAt == nil else { return }
            _ = try askCall(&answers)
        case .call: _ = try askCall(&answers)
        case .attachments: _ = try askAttachments(&answers)
        }
    }

    private func clear(_ item: FormSummary.Item, _ answers: inout Answers, _ summary: FormSummary) throws {
        let label = summary.label(of: item)
        switch item {
        case .fixed: return sayFixed(label)
        case .field(let name) where kind.required.contains(name): return sayRequired(label)
        case .urgency: return sayRequired(label)
        case .field(let name):
            answers.form[name] = nil
            if name == Self.callField { answers.phoneConfirmedAt = nil }
        case .call: answers.phoneConfirmedAt = nil
        case .attachments: answers.attachments = []
        }
        try keep(answers)
        say(language("effacé : ", "cleared: ") + label)
    }

    private func sayFixed(_ label: String) {
        say(label + language(" : la convention ne laisse pas de choix", ": the convention leaves no choice"))
    }

    private func sayRequired(_ label: String) {
        say(
            label
                + language(
                    " : obligatoire, ne s'efface pas ; tapez son numéro seul pour corriger",
                    ": required, cannot be cleared; type its number alone to correct it"))
    }

    // MARK: Mending

    /// Asks again, or drops, what only the whole form shows to be wrong.
    ///
    /// - Returns: false when the person decides not to send.
    private func mend(_ answers: inout Answers) throws -> Bool {
        while let finding = finding(in: answers) {
            let why = finding.text(language, fields: catalogue.fields)
            if hasNoPlace(finding) {
                say("", why)
                // What the person did not answer cannot be dropped: planning refuses it, with the same words.
                guard answers.form[finding.field] != nil else { return true }
                try drop(finding.field, &answers)
                continue
            }
            switch finding.rule {
            case .scope:
                guard try settleScope(finding, why, &answers) else { return false }
            case .oneOf: try askGroup(of: finding.field, why, &answers)
            default: _ = try ask(finding.field, &answers, .mending, lead: why)
            }
        }
        return true
    }

    /// Whether the field cannot stay, whatever its value.
    private func hasNoPlace(_ finding: FormFinding) -> Bool {
        switch finding.rule {
        case .unknown, .healthData, .forbidden: true
        case .sender: !isOpen(finding.field)
        default: false
        }
    }

    private func finding(in answers: Answers) -> FormFinding? {
        catalogue.checkTyped(
            answers.form.merging(fixed) { _, fixed in fixed }, kind: kind, context: context, now: now(), zone: zone,
            attachments: answers.attachments.count
        ).first
    }

    private func drop(_ name: String, _ answers: inout Answers) throws {
        answers.form[name] = nil
        if name == Self.callField { answers.phoneConfirmedAt = nil }
        try keep(answers)
        say(language("  champ retiré : ", "  field removed: ") + (catalogue.fields[name]?.label(language) ?? name))
    }

    private func askGroup(of name: String, _ why: String, _ answers: inout Answers) throws {
        let group = kind.oneOf.first { $0.contains(name) } ?? [name]
        for name in group { _ = try ask(name, &answers, .inTurn, lead: name == group[0] ? why : nil) }
    }

    /// What the person did not agree to share stays out, or they agreed and it was not typed: only the sender knows.
    private func settleScope(_ finding: FormFinding, _ why: String, _ answers: inout Answers) throws -> Bool {
        let isAboutFiles = finding.field == "shared_scope"
        let mayBeDropped = isAboutFiles || !kind.required.contains(finding.field)
        try beginQuestion()
        say("", why)
        while true {
            if mayBeDropped {
                say(
                    isAboutFiles
                        ? language("  1. retirer les pièces jointes", "  1. remove the attachments")
                        : language("  1. retirer ce champ", "  1. remove this field"))
            }
            say(
                language("  2. revoir ce que la personne accepte", "  2. review what the person agrees to"),
                language("  n. ne pas envoyer", "  n. do not send"))
            switch try readWord().lowercased() {
            case "1" where isAboutFiles:
                answers.attachments = []
                try keep(answers)
                return true
            case "1" where mayBeDropped:
                try drop(finding.field, &answers)
                return true
            case "2":
                _ = try ask("shared_scope", &answers, .correction)
                return true
            case "n", "non", "no": return false
            default: try beginQuestion()
            }
        }
    }
}
