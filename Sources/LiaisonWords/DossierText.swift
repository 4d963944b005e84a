// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonDossier
public import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire

/// A dossier's report as people read it.
public enum DossierText {
    public static func report(_ report: DossierReport, _ catalogue: FormCatalogue, _ language: Language) -> String {
        var lines = report.checks.map { check in
            let mark = outcome(check.outcome, language).padding(toLength: 10, withPad: " ", startingAt: 0)
            return mark + name(check.name, language) + language(" : ", ": ") + check.detail.text(language)
        }
        if let story = report.story { lines += tell(story, catalogue, language) }
        lines.append(
            language(
                "lisez-moi.html n'est pas vérifié : liaison extract en établit une page nouvelle.",
                "lisez-moi.html is not judged: liaison extract makes a new page."))
        lines.append(verdict(report.verdict, language))
        return Markup.printable(lines.joined(separator: "\n"))
    }

    /// Where each unit stands, as far as the dossier goes.
    public static func states(_ story: DossierStory, _ language: Language) -> [String] {
        let time = LocalTime(zone: story.timeZone)
        var lines = story.deliveries.map { delivery in
            "\(delivery.unit)\(language(" : ", ": "))\(delivery.progress.state.text(language))"
        }
        if let erasure = story.erasure {
            lines.append(
                "\(erasure.event.text(language)), \(time.text(erasure.event.at, language)), "
                    + language("entrée \(erasure.index)", "entry \(erasure.index)"))
        }
        if story.isCutShort {
            lines.append(
                language(
                    "Le relais a effacé ses enregistrements au terme de la durée d'audit : ce qui a suivi le dépôt ne peut plus être établi.",
                    "The relay erased its records at the audit limit: what followed the submission cannot be told any more."
                ))
        }
        return lines
    }

    private static func tell(_ story: DossierStory, _ catalogue: FormCatalogue, _ language: Language) -> [String] {
        let time = LocalTime(zone: story.timeZone)
        var lines = states(story, language)
        lines.append(
            language(
                "D'après les événements de ce dossier ; d'autres, plus récents, peuvent exister. Heures : celles du relais.",
                "As far as this dossier's events go; there may be later ones. Times are the relay's."))
        for step in story.steps.told {
            let event = step.event
            let about = [event.unit?.description, event.agent?.description].compactMap { $0 }.joined(separator: ", ")
            lines.append(
                "  \(time.text(event.at, language))  \(step.text(time, language))  \(about)  \(step.proof(language))")
        }
        for (label, value) in story.disclosures?.rows(catalogue, language) ?? [] {
            // A value's further lines are indented: none of them can pass for a line of this report.
            let indented = value.replacing("\n", with: "\n      ")
            lines.append("  \(label)\(language(" : ", ": "))\(indented)")
        }
        return lines + caveats(story, language)
    }

    /// What the dossier leaves to the relay's word.
    public static func caveats(_ story: DossierStory, _ language: Language) -> [String] {
        var lines = story.asStated.map { institution in
            language(
                "\(institution) : liste en vigueur selon le relais",
                "\(institution): roster in force as the relay stated")
        }
        if story.tokens == 0 {
            lines.append(
                language(
                    "Le journal ne porte pas d'horodatage d'un tiers.", "The log has no time-stamp of a third party."))
        }
        if story.cosigners.isEmpty {
            lines.append(language("Le journal n'est attesté par aucun témoin.", "The log has no witness."))
        }
        return lines
    }

    // MARK: Words

    public static func verdict(_ verdict: Verdict, _ language: Language) -> String {
        switch verdict {
        case .valid: language("VALIDE", "VALID")
        case .invalid: language("NON VALIDE", "INVALID")
        case .incomplete: language("INCOMPLET", "INCOMPLETE")
        }
    }

    public static func outcome(_ outcome: DossierCheck.Outcome, _ language: Language) -> String {
        switch outcome {
        case .holds: language("vérifié", "holds")
        case .fails: language("ÉCHOUE", "FAILS")
        case .missing: language("manque", "missing")
        }
    }

    public static func name(_ name: DossierCheck.Name, _ language: Language) -> String {
        switch name {
        case .container: language("fichier", "container")
        case .log: language("journal", "log")
        case .witnesses: language("témoins", "witnesses")
        case .timeStamps: language("horodatage", "time-stamps")
        case .convention: language("convention", "convention")
        case .directory: language("listes", "directory")
        case .envelope: language("enveloppe", "envelope")
        case .events: language("événements", "events")
        case .acts: language("actes", "acts")
        case .content: language("contenu", "content")
        }
    }
}
