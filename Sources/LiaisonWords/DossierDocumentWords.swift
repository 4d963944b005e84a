// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonDossier
import LiaisonForms
import LiaisonModel

// What a dossier's convention, rosters and envelope were found to be.

extension DossierDetail.Convention {
    func text(_ language: Language) -> String {
        switch self {
        case .signed(let name, let version, let institutions):
            language(
                "\(name) version \(version), signée par \(list(institutions))",
                "\(name) version \(version), signed by \(list(institutions))")
        case .noTrustedKey(let institutions):
            language("aucune clé de confiance de \(list(institutions))", "no trusted key of \(list(institutions))")
        case .notSigned(let institution):
            language("non signée par \(institution)", "not signed by \(institution)")
        case .notSignedByTrustedKey(let institution):
            language(
                "non signée par la clé de confiance de \(institution)",
                "not signed by the trusted key of \(institution)")
        case .notTheEnvelopes:
            language(
                "ce n'est pas la convention que nomme l'enveloppe", "not the convention that the envelope names")
        case .refused(let error):
            language("convention non valable (code pour l'assistance : \(error))", error)
        case .otherLogKey:
            language("elle nomme une autre clé pour ce journal", "it names another key for this log")
        case .publishedAfterTransmission:
            language("publiée après la transmission", "published after the transmission")
        case .twoConventions: language("deux conventions", "two conventions")
        case .noPublication: language("la publication de la convention", "the convention's publication")
        }
    }
}

private func list(_ institutions: [InstitutionID]) -> String {
    institutions.map(\.description).joined(separator: ", ")
}

extension DossierDetail.Directory {
    func text(_ language: Language) -> String {
        switch self {
        case .inForce(let documents):
            language(
                "\(documents) documents, en vigueur par leur place dans le journal",
                "\(documents) documents, in force by their place in the log")
        case .otherDocuments:
            language(
                "directory.json ne nomme pas les documents du dossier",
                "directory.json does not list the dossier's documents")
        case .wrongFile(let name):
            language("\(name) n'est pas ce qu'il doit être", "\(name) is not what it should be")
        case .publishesOther(let entry):
            language("entrée \(entry) : elle publie autre chose", "entry \(entry) publishes something else")
        case .noPublication(let entry):
            language("entrée \(entry) : ce n'est pas une publication", "entry \(entry) is no publication")
        case .rostersDoNotFollow(let institution):
            language(
                "des listes de \(institution) qui ne se suivent pas",
                "rosters of \(institution) that do not follow each other")
        case .rosterRefused(let institution, let error):
            language(
                "la liste de \(institution) n'est pas valable (code pour l'assistance : \(error))",
                "the roster of \(institution) does not hold (\(error))")
        case .noRoster(let institution, let entry):
            language(
                "la liste de \(institution) pour l'entrée \(entry)", "the roster of \(institution) for entry \(entry)")
        }
    }
}

extension DossierDetail.Envelope {
    func text(_ language: Language) -> String {
        switch self {
        case .signed(let agent, let unit):
            language("signée par \(agent) pour \(unit)", "signed by \(agent) for \(unit)")
        case .notReadable(let error):
            language("enveloppe illisible (code pour l'assistance : \(error))", error)
        case .otherTransmission: language("elle porte sur une autre transmission", "of another transmission")
        case .notTaken: language("la preuve que le journal l'a prise", "no evidence that the log took it")
        case .notSignedByAuthor: language("non signée par son auteur", "not signed by its author")
        case .notPermitted(let code):
            language(
                "la convention ne la permet pas (code pour l'assistance : \(code.rawValue))",
                "the convention does not permit it (\(code.rawValue))")
        }
    }
}
