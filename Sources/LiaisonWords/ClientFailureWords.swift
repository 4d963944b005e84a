// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonClient
public import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire

extension ClientFailure {
    public func text(_ language: Language) -> String {
        switch self {
        case .notPermitted(let code):
            language("la convention ne le permet pas : ", "the convention does not permit it: ")
                + Problem(code).code.text(language)
        case .refused(let problem):
            Self.refusal(problem, language)
        case .unreachable(let why): language("relais injoignable", "relay unreachable") + why.text(language)
        case .form(let findings):
            language("formulaire à corriger :", "form to correct:")
                + findings.map { "\n  - " + Self.text($0, language) }.joined()
        case .unknownKind(let kind):
            language(
                "type de transmission inconnu (\(kind))\nconseil : liaison forms",
                "unknown kind of transmission (\(kind))\nhint: liaison forms")
        case .unknownUnit(let unit): language("unité inconnue (\(unit))", "unknown unit (\(unit))")
        case .unknownTransmission(let id):
            language("transmission inconnue (\(id))", "unknown transmission (\(id))")
        case .ambiguous(let text, let ids):
            language(
                "plusieurs transmissions commencent ou finissent par \(text) :",
                "several transmissions begin or end with \(text):")
                + ids.map { "\n  \($0)" }.joined()
        case .notInTheLastList(let number, let count):
            language(
                "la dernière liste n'a pas de numéro \(number) (\(count == 0 ? "elle est vide" : "elle va de 1 à \(count)"))\nconseil : liaison inbox",
                "the last list has no number \(number) (\(count == 0 ? "it is empty" : "it goes from 1 to \(count)"))\nhint: liaison inbox"
            )
        case .noRecipientKeys(let unit):
            language(
                "aucun agent de cette unité ne peut lire de transmission (\(unit))",
                "nobody in this unit can read yet (\(unit))")
        case .attachment(let refusal):
            language(
                "pièce jointe refusée (\(refusal.text(language)))", "attachment refused (\(refusal.text(language)))")
        case .chooseUnit(let units):
            language(
                "vous êtes membre de plusieurs unités : choisissez avec --from (",
                "several units: choose with --from (")
                + units.map(\.description).joined(separator: ", ") + ")"
        case .notWitnessed:
            language(
                "journal pas encore attesté par les témoins que votre politique exige ; une transmission urgente part quand même",
                "log not yet witnessed as your policy wants; what is urgent always goes")
        case .notMember: language("vous n'êtes membre d'aucune unité", "you are a member of no unit")
        case .sealedContentLost(let id):
            language(
                "son contenu scellé manque sur ce poste ou y est endommagé : écrivez-la de nouveau\nconseil : liaison outbox \(id) --discard la retire de la liste",
                "its sealed content is missing on this device or damaged: write it again\nhint: liaison outbox \(id) --discard takes it off the list"
            )
        case .notForThisDevice:
            language(
                "transmission scellée pour d'autres clés que celles de ce poste\nconseil : un collègue de l'unité peut l'ouvrir, ou vous la transférer (liaison transfer)",
                "sealed to other keys than this device's\nhint: a colleague of the unit can open it, or transfer it to you (liaison transfer)"
            )
        case .gone(.withdrawn):
            language(
                "retirée par l'expéditeur avant d'être ouverte : n'en tenez plus compte",
                "withdrawn by the sender before it was opened: act on it no longer")
        case .gone(let state):
            language("le contenu est effacé (\(state.text(.fr)))", "the content is erased (\(state.text(.en)))")
        case .answered(let state):
            language("elle a déjà sa réponse : \(state.text(.fr))", "it has its answer already: \(state.text(.en))")
        case .alreadyDeposited(let id):
            language(
                "elle est déjà déposée, il n'y a rien à faire\nconseil : liaison track \(id) dit où elle en est, liaison withdraw \(id) la retire tant que personne ne l'a ouverte",
                "it is deposited already, there is nothing to do\nhint: liaison track \(id) says where it stands, liaison withdraw \(id) takes it back while nobody has opened it"
            )
        case .nobodyCanOpen:
            language(
                "transmission que plus personne dans l'unité ne peut ouvrir, faute de clé ; l'expéditeur en est informé et doit l'envoyer de nouveau",
                "nobody in the unit has a key for it any more; the sender is told and must send it again")
        case .consentWithdrawn(let instant):
            language(
                "la personne a retiré son accord (\(LocalTime(.current).text(instant, .fr))) : aucune autre orientation ne peut être envoyée dans cet échange\nconseil : si la personne donne un nouvel accord, envoyez une nouvelle orientation, sans --reply-to, avec la date de ce nouvel accord",
                "the person withdrew their agreement (\(LocalTime(.current).text(instant, .en))): no further orientation in this thread\nhint: with a new agreement, a new transmission that does not answer this one, with its date"
            )
        case .obstacle(let obstacle): obstacle.text(language)
        case .registrar(let obstacle): obstacle.text(language)
        case .cannotWrite(let path): language("écriture impossible (\(path))", "cannot write (\(path))")
        case .service(let name): language("aucune réponse valable (\(name))", "no valid answer (\(name))")
        case .programTooOld(let event):
            language(
                "le relais est plus récent que ce programme : mettez-le à jour (événement inconnu : \(event))",
                "the relay is newer than this program: update it (unknown event: \(event))")
        case .broken(let breach):
            language(
                "la vérification a échoué ; rien n'est affiché (\(breach.text(language)))",
                "verification failed, nothing is shown (\(breach.text(language)))")
        }
    }

    /// In French by the field's label; in English by its identifier, as files and scripts name it.
    private static func text(_ finding: FormFinding, _ language: Language) -> String {
        guard language == .fr else { return finding.text(.en) }
        let fields = FormCatalogue.shipped.fields
        guard fields[finding.field] == nil else { return finding.text(.fr, fields: fields) }
        return "« \(Markup.printable(finding.field)) » : \(finding.why.fr)"
    }

    private static func refusal(_ problem: Problem, _ language: Language) -> String {
        let details: [String?] = [
            problem.state.map { language(" ; état : \($0.text(.fr))", " (\($0.text(.en)))") },
            problem.entry.map {
                language(" ; refus au journal : entrée \($0)", ", refusal in the log: entry \($0)")
            },
            problem.retryAfter.map { again(after: $0, language) }
        ]
        return language("refusé par le relais : ", "refused by the relay: ") + problem.code.text(language)
            + details.compactMap(\.self).joined()
    }

    /// When to try again, as the relay said, rounded up: `; recommencez dans 15 min`.
    private static func again(after wait: Seconds, _ language: Language) -> String {
        let text =
            if wait < .minutes(1) {
                language("un instant", "a moment")
            } else if wait < .hours(2) {
                "\((wait + Seconds(59)).minutes) min"
            } else {
                "\((wait + Seconds(3599)).hours) h"
            }
        return language(" ; recommencez dans \(text)", "; try again in \(text)")
    }
}

extension ClientFailure.Breach {
    public func text(_ language: Language) -> String {
        switch self {
        case .malformedAnswer: language("réponse du relais mal formée", "malformed answer of the relay")
        case .evidence: language("la preuve n'est pas valable", "the evidence does not hold")
        case .wrongEvent: language("la preuve porte sur un autre événement", "evidence of another event")
        case .directoryHeadStale:
            language(
                "l'état de l'annuaire n'est pas d'aujourd'hui : vérifiez la date et l'heure de ce poste ; si elles sont justes, prévenez votre informatique",
                "the directory head is not of today: check this computer's date and time; where they are right, tell your administrators"
            )
        case .directoryRollback:
            language("annuaire plus ancien que celui déjà reçu", "directory rolled back")
        case .directoryMismatch:
            language("annuaire différent de son état publié", "directory differs from its head")
        case .conventionRefused: language("convention refusée", "convention refused")
        case .bundleRefused:
            language(
                "liste d'agents ou clés d'une institution refusées", "an institution's roster or keys refused")
        case .logInconsistent:
            language(
                "le journal contredit ce qu'il montrait auparavant ; les deux points de contrôle signés sont conservés près du coffre (contradiction-*.txt)",
                "log inconsistent with what it showed before; both signed checkpoints are kept beside the vault (contradiction-*.txt)"
            )
        case .envelopeRefused: language("enveloppe refusée", "envelope refused")
        case .eventsMissing: language("il manque des événements", "events are missing")
        case .ownRosterNotShown:
            language(
                "le relais ne montre pas aux autres la liste que votre institution a publiée : une révocation peut rester sans effet\nconseil : prévenez l'exploitant du relais, et appelez les unités concernées",
                "the relay does not show others the roster that your institution published: a revocation may have no effect\nhint: tell the relay's operator, and call the units concerned"
            )
        case .invitationRefused:
            language("invitation non valable pour ce code", "invitation not valid for this code")
        case .actRefused: language("acte refusé", "act refused")
        case .contentRefused:
            language("contenu refusé ; l'expéditeur en est informé", "content refused, the sender is told")
        }
    }
}
