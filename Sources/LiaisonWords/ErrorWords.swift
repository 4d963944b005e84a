// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonVault
import LiaisonWire

/// What ended a command or a page's request, in words: what was wrong, and what to do next where that is known.
public enum ErrorWords {
    public static func text(_ error: any Error, _ language: Language) -> String {
        switch error {
        case let failure as ClientFailure: failure.text(language)
        case let problem as Problem: ClientFailure.refused(problem).text(language)
        case let failure as VaultFailure: text(failure, language)
        case let failure as FormFile.Failure: text(failure, language)
        case let failure as TypingFailure: failure.text(language)
        case is SignedNote.Failure, is CanonicalJSON.Failure:
            language("document signé non valable (\(error))", "signed document not valid (\(error))")
        case is DirectoryRefusal:
            language("document de l'annuaire refusé (\(error))", "directory document refused (\(error))")
        case let failure as ByteSourceFailure:
            language("erreur de lecture ou d'écriture (\(failure))", "read or write (\(failure))")
        default: language("échec (\(type(of: error)))", "failure (\(type(of: error)))")
        }
    }

    private static func text(_ failure: VaultFailure, _ language: Language) -> String {
        switch failure {
        case .missing(let path): language("aucun coffre à cet endroit (\(path))", "no vault here (\(path))")
        case .exists(let path):
            language("un coffre existe déjà à cet endroit (\(path))", "a vault exists already (\(path))")
        case .wrongPassphrase: language("phrase de passe incorrecte", "wrong passphrase")
        case .inUse:
            language(
                "coffre utilisé par un autre programme : réessayez plus tard",
                "vault in use by another program: try again")
        case .damaged(let part):
            language(
                "coffre endommagé (\(part)) ; rien n'y a été modifié\nconseil : restaurez la dernière sauvegarde",
                "vault damaged (\(part)), nothing in it was changed\nhint: restore the latest copy")
        case .newer(let version):
            language(
                "coffre créé par une version plus récente du programme (\(version))",
                "vault of a newer version (\(version))")
        case .unreadable(let path, _): language("coffre illisible (\(path))", "vault not readable (\(path))")
        case .outOfMemory: language("mémoire insuffisante", "not enough memory")
        }
    }

    private static func text(_ failure: FormFile.Failure, _ language: Language) -> String {
        switch failure {
        case .notAMap:
            language(
                "le formulaire n'est pas une liste de champs avec leurs valeurs", "the form is not a map of fields")
        case .notReadable(let line):
            language("formulaire illisible (ligne \(line ?? 0))", "form not readable (line \(line ?? 0))")
        case .duplicate(let field): language("champ en double (\(field))", "field given twice (\(field))")
        case .value(let field): language("\(field) : valeur illisible", "\(field): value not readable")
        }
    }
}
