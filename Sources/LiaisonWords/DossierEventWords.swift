// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonDossier
import LiaisonForms
import LiaisonModel

// What a dossier's events, acts and content were found to be.

extension DossierDetail.Evidence {
    func text(_ language: Language) -> String {
        switch self {
        case .refused(let error):
            language(
                "une preuve n'est pas valable (code pour l'assistance : \(error))",
                "evidence that does not hold (\(error))")
        case .tooYoung(let entry):
            language(
                "entrée \(entry) : plus récente que ce qui atteste le journal",
                "entry \(entry) is younger than what vouches for the log")
        case .otherCheckpoint(let entry):
            language(
                "entrée \(entry) : prouvée sous un autre point de contrôle",
                "entry \(entry) is proven under another checkpoint")
        case .otherFields(let entry, let event):
            language(
                "entrée \(entry) : ses champs ne sont pas ceux de l'événement « \(event.text(.fr)) »",
                "entry \(entry) has not the fields of \(event.rawValue)")
        case .entryTwice: language("une entrée figure deux fois", "an entry twice")
        }
    }
}

extension DossierDetail.Events {
    func text(_ language: Language) -> String {
        switch self {
        case .follow(let entries):
            language(
                "\(entries) entrées, chacune dans le journal et découlant de la précédente",
                "\(entries) entries, each in the log and each following from the one before")
        case .otherTransmission(let entry):
            language(
                "entrée \(entry) : elle porte sur une autre transmission",
                "entry \(entry) is about another transmission")
        case .otherSubmitter:
            language("un dépôt au nom d'un autre agent", "a submission in another agent's name")
        case .notARecipient(let entry):
            language(
                "entrée \(entry) : son unité n'est pas destinataire",
                "entry \(entry) is about a unit that is no recipient")
        case .noConsignment(let unit):
            language("la mise à disposition de l'unité \(unit)", "the consignment to \(unit)")
        case .contradiction(let one, let other):
            language(
                "les entrées \(one) et \(other) se contredisent", "entries \(one) and \(other) contradict each other")
        case .otherStory(let entry, let mailbox):
            language(
                "entrée \(entry) : la boîte de \(mailbox) raconte autre chose",
                "entry \(entry): the mailbox of \(mailbox) tells something else")
        case .cannotFollow(let entry):
            language(
                "entrée \(entry) : ne peut pas suivre ce qui précède", "entry \(entry) cannot follow what comes before")
        case .otherDueDate(let entry):
            language(
                "entrée \(entry) : une autre échéance que celle de la mise à disposition",
                "entry \(entry): due at another time than the consignment says")
        }
    }
}

extension DossierDetail.Acts {
    func text(_ language: Language) -> String {
        switch self {
        case .signed(let acts):
            language(
                "actes : \(acts), chacun signé par un agent qui en avait alors le pouvoir",
                "\(acts) acts, each signed by an agent who could make it then")
        case .notAnAct(let name): language("\(name) n'est pas un acte", "\(name) is no act")
        case .withoutEvent:
            language("un acte auquel ne correspond aucun événement", "an act that no event is about")
        case .noAct(let entry): language("l'acte à l'origine de l'entrée \(entry)", "the act behind entry \(entry)")
        case .otherRefusedAct(let entry):
            language(
                "entrée \(entry) : l'acte refusé est d'un autre agent ou porte sur autre chose",
                "entry \(entry): the refused act is another agent's or about something else")
        case .notItsAct(let entry):
            language(
                "entrée \(entry) : elle dit autre chose que son acte, ou son auteur n'en avait pas le pouvoir",
                "entry \(entry) says something else than its act, or its author could not make it")
        }
    }
}

extension DossierDetail.Content {
    func text(_ language: Language) -> String {
        switch self {
        case .opens:
            language("s'ouvre, et c'est ce que l'expéditeur a signé", "opens, and is what the sender committed to")
        case .disclosed(let count, let all):
            language(
                "\(count) champs et pièces jointes divulgués sur \(all), comme l'expéditeur les a signés",
                "\(count) of \(all) fields and attachments disclosed, as the sender committed to them")
        case .withheld:
            language("non joint par l'auteur du dossier", "withheld by whoever made the dossier")
        case .erased: language("effacé du relais, selon le journal", "erased from the relay, as the log says")
        case .noFiles: language("les fichiers du contenu", "the files of the content")
        case .unmentioned:
            language(
                "un contenu que dossier.json ne mentionne pas", "content that dossier.json does not speak of")
        case .notErased:
            language(
                "annoncé comme effacé, sans événement qui le montre", "called erased, and no event says so")
        case .refused(let error):
            language("contenu non vérifiable (code pour l'assistance : \(error))", error)
        case .otherLegalBasis:
            language(
                "une base légale que la convention ne permet pas ici",
                "a legal basis that the convention does not permit here")
        case .noFileKey:
            language("il n'y a pas de clé de fichier de 16 octets", "no file key of 16 bytes")
        case .otherContent:
            language(
                "ce n'est pas le contenu que nomme l'enveloppe ou la transmission à un collègue",
                "not the content that envelope or transfer name")
        }
    }
}
