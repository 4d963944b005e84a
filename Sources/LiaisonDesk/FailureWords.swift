// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Hummingbird
import LiaisonClient
import LiaisonForms
import LiaisonWords

/// Why something failed, in words: as the commands say it, and what only the desk can meet.
enum FailureWords {
    static func text(_ error: any Error, _ language: Language) -> String {
        switch error {
        case let refusal as Doorkeeper.Refusal: text(refusal, language)
        case let error as HTTPError where error.status == .notFound:
            language("Cette page n'existe pas.", "There is no such page.")
        case is HTTPError:
            language("Demande mal formée ; rien n'a été fait.", "Malformed request; nothing was done.")
        case let waiting as LockOut.Waiting: waiting.text(language)
        case is Busy:
            language(
                "Trop de demandes en même temps ; rien n'a été fait.\nRecommencez dans une minute.",
                "Too much is asked for at once; nothing was done.\nTry again in a minute.")
        case is TooMuchText:
            language(
                "Il y a plus de texte que n'en tient un formulaire. Rien n'a été transmis.\nRaccourcissez le texte, ou joignez-le comme fichier.",
                "There is more text than a form holds. Nothing was sent.\nShorten it, or attach it as a file.")
        case is Multipart.Malformed:
            language(
                "Le navigateur a envoyé le fichier sous une forme illisible ; rien n'a été joint.\nRecommencez.",
                "The browser sent the file in a form that cannot be read; nothing was attached.\nTry again.")
        case is Multipart.TooLarge:
            language(
                "Le fichier est trop volumineux pour cette page (32 Mio au plus) ; rien n'en a été retenu.\nLes commandes « liaison » acceptent des fichiers plus grands.",
                "The file is too large for this page (32 MiB at most); nothing of it was kept.\nThe “liaison” commands take larger files."
            )
        case is MissingColleague:
            language("Aucun collègue n'a été choisi ; rien n'a été fait.", "No colleague was chosen; nothing was done.")
        case DayPeriod.Failure.notADay(let text):
            language(
                "Ce n'est pas un jour (\(text)) ; rien n'a été fait.", "This is not a day (\(text)); nothing was done.")
        case DayPeriod.Failure.empty:
            language(
                "La période est vide : le premier jour vient après le dernier, ou n'est pas encore venu. Rien n'a été fait.",
                "The period is empty: its first day comes after its last, or is yet to come. Nothing was done.")
        case is Clerk.Locked:
            language("Le coffre est verrouillé ; rien n'a été fait.", "The vault is locked; nothing was done.")
        case is Changed:
            language(
                "Ce brouillon a été modifié entre-temps, dans un autre onglet ou par une nouvelle version de l'annuaire ; rien n'a été fait.\nRelisez-le, puis envoyez.",
                "This draft was changed meanwhile, in another tab or by a new state of the directory; nothing was done.\nLook at it once more, then send."
            )
        case is AlreadySent:
            language("Ce brouillon est déjà parti.", "This draft has left already.")
        case let failure as NotPublished:
            text(failure.why, language)
                + language(
                    "\nVotre modification est gardée dans votre brouillon, mais n'est pas publiée : elle ne compte pas encore. Voyez « À publier ».",
                    "\nYour change is kept in your draft and is not published: it does not count yet. See “To publish”."
                )
        case let failure as MissingAnswer: failure.text(language)
        case is MissingReason:
            language("Aucun motif n'a été choisi ; rien n'a été fait.", "No reason was chosen; nothing was done.")
        default: ErrorWords.text(error, language)
        }
    }

    private static func text(_ refusal: Doorkeeper.Refusal, _ language: Language) -> String {
        switch refusal {
        case .otherName, .otherSite:
            language(
                "Cette demande vient d'une autre page que celles de ce bureau ; rien n'a été fait.\nOuvrez l'adresse que « liaison desk » affiche, ou celle que votre institution vous a donnée.",
                "This request comes from another page than the desk's own; nothing was done.\nOpen the address that “liaison desk” prints, or the one that your institution gave you."
            )
        case .stranger, .used:
            language(
                "Cette adresse a déjà servi, ou ce navigateur n'est pas celui qui a ouvert le bureau.\nDans le terminal de « liaison desk », appuyez sur Entrée : une nouvelle adresse s'ouvre.",
                "This address was used before, or this is not the browser that opened the desk.\nPress Enter in the terminal of “liaison desk”: a new address opens."
            )
        case .formToken:
            language(
                "Cette page est d'une session terminée ; rien n'a été fait.\nRechargez la page et recommencez.",
                "This page is of a session that has ended; nothing was done.\nLoad the page anew and try again.")
        }
    }
}
