// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire
import LiaisonWords

/// Takes a dossier from somebody and says what it proves and what it does not, as `liaison verify` judges it.
struct VerifyPage: Page {
    static let template = "verify"

    /// Whether it is to be believed, in a word, a sentence, and the look of a notice.
    struct Judgement: Sendable {
        let file: String
        let verdict: String
        let meaning: String
        let notice: String
    }

    struct Check: Sendable {
        let outcome: String
        let name: String
        let detail: String
    }

    struct Step: Sendable {
        let when: String
        let what: String
        let unit: String
        let agent: String
        let entries: String
    }

    struct Row: Sendable {
        let label: String
        let value: String
    }

    /// What the dossier tells; only of one that nothing contradicts.
    struct Story: Sendable {
        let facts: [Row]
        let steps: [Step]
        let content: [Row]
        let hasContent: Bool
        let caveats: [String]
    }

    /// Why there is nothing to judge.
    let problem: String?
    let judgement: Judgement?
    let checks: [Check]
    let hasChecks: Bool
    let story: Story?

    init(problem: String? = nil) {
        self.problem = problem
        (judgement, checks, hasChecks, story) = (nil, [], false, nil)
    }

    /// - Parameters:
    ///   - name: as the browser names the file.
    init(_ report: DossierReport, named name: String, _ voice: Voice) {
        let language = voice.language
        problem = nil
        let (meaning, notice): (String, String) =
            switch report.verdict {
            case .valid:
                (
                    language(
                        "Toutes les vérifications aboutissent : ce que le dossier montre ci-dessous est prouvé.",
                        "Every check holds: what the dossier shows below is proven."), "ok"
                )
            case .incomplete:
                (
                    language(
                        "Rien ne se contredit, mais il manque quelque chose : ce qui suit n'est pas entièrement prouvé.",
                        "Nothing contradicts, but something is missing: what follows is not fully proven."), "warn"
                )
            case .invalid:
                (
                    language(
                        "Ne vous appuyez pas sur ce fichier : une vérification échoue, et rien de son contenu n'est affiché. Demandez à qui vous l'a remis de l'établir de nouveau.",
                        "Do not rely on this file: a check fails, and nothing of its content is shown. Ask whoever gave it to you to make it anew."
                    ), "danger"
                )
            }
        judgement = Judgement(
            file: Markup.printable(name), verdict: DossierText.verdict(report.verdict, language), meaning: meaning,
            notice: "notice--\(notice)")
        checks = report.checks.map { check in
            Check(
                outcome: DossierText.outcome(check.outcome, language), name: DossierText.name(check.name, language),
                detail: Markup.printable(check.detail.text(language)))
        }
        hasChecks = !checks.isEmpty
        story = report.verdict == .invalid ? nil : report.story.map { Story($0, voice) }
    }
}

extension VerifyPage.Story {
    init(_ story: DossierStory, _ voice: Voice) {
        let language = voice.language
        let time = LocalTime(zone: story.timeZone)
        let routing = story.envelope.body.routing
        /// As the rosters of the time name it.
        func name(_ address: UnitAddress) -> String {
            guard let unit = story.units[address] else { return address.description }
            let institution = story.parties[address.institution].map { ", \($0)" } ?? ""
            return Markup.printable("\(unit.name), \(unit.town)\(institution) (\(address))")
        }
        var facts: [(String, String)] = [
            (language("Transmission", "Transmission"), voice.title(routing.kind)),
            (language("Référence", "Reference"), routing.id.description),
            (language("Urgence", "Urgency"), routing.urgency.text(language)),
            (language("De", "From"), name(routing.from) + " — " + story.envelope.body.by.description),
            (language("À", "To"), routing.recipients.map(name).joined(separator: "\n"))
        ]
        if let call = routing.phoneConfirmedAt {
            facts.append(
                (
                    language("Appel déclaré par l'expéditeur", "Call that the sender declares"),
                    time.text(call, language)
                ))
        }
        facts.append((language("État", "State"), DossierText.states(story, language).joined(separator: "\n")))
        facts.append((language("Dossier établi le", "Dossier made"), time.text(story.madeAt, language)))
        self.facts = facts.map { VerifyPage.Row(label: $0.0, value: Markup.printable($0.1)) }
        steps = story.steps.told.map { step in
            let event = step.event
            let agent = event.event == .submissionAcceptance ? story.envelope.body.by : step.first.act?.body.by
            return VerifyPage.Step(
                when: time.text(event.at, language), what: Markup.printable(step.text(time, language)),
                unit: event.unit.map(name) ?? "", agent: agent?.description ?? language("le relais", "the relay"),
                entries: step.entries)
        }
        content = (story.disclosures?.rows(voice.catalogue, language) ?? []).map {
            VerifyPage.Row(label: $0.label, value: Markup.printable($0.value))
        }
        hasContent = !content.isEmpty
        caveats = DossierText.caveats(story, language).map(Markup.printable)
    }
}
