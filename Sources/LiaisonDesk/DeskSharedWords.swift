// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// The fixed texts of an institution's desk before anybody is let in, of its sessions, and of changing the passphrase.
enum DeskSharedWords {
    static let all: [String: (String, String)] = [
        "signInTitle": ("Ouvrir mon bureau", "Open my desk"),
        "signInName": ("Identifiant", "Name"),
        "signIn": ("Ouvrir", "Open"),
        "signInSays": (
            "Le bureau se ferme quinze minutes après votre dernière action ; vos brouillons sont gardés.",
            "The desk closes fifteen minutes after your last action; your drafts are kept."
        ),
        "joinLink": (
            "Première fois : votre gestionnaire vous a dicté neuf mots",
            "First time: your registrar told you nine words"
        ),
        "joinTitle": ("Première ouverture", "The first time"),
        "joinSays": (
            "Votre coffre et vos clés sont créés maintenant, et votre gestionnaire d'annuaire reçoit votre demande.",
            "Your vault and your keys are made now, and your registrar receives your request."
        ),
        "joinWords": ("Les neuf mots", "The nine words"),
        "joinWordsHelp": (
            "Dictés par votre gestionnaire ; séparés par des espaces ou des traits d'union.",
            "As your registrar told you; spaces or hyphens between them."
        ),
        "joinNameHelp": (
            "Il vous sera demandé à chaque ouverture. Lettres sans accent, chiffres, - _ . @ ; par exemple iscg.est.",
            "You will be asked for it each time. Letters without accents, digits, - _ . @; for example iscg.est."
        ),
        "joinPassphrase": ("Choisissez une phrase de passe", "Choose a passphrase"),
        "joinPassphraseHelp": (
            "Cinq mots pris au hasard, ou douze signes mêlés. Personne ne peut la retrouver pour vous : sans elle, votre coffre ne s'ouvre plus.",
            "Five words at random, or a dozen mixed signs. Nobody can find it for you: without it your vault does not open again."
        ),
        "joinAgain": ("La même phrase de passe, encore une fois", "The same passphrase once more"),
        "joinSend": ("Créer mon coffre et envoyer ma demande", "Make my vault and send my request"),
        "joinBack": ("J'ai déjà un coffre", "I have a vault already"),
        "joinedTitle": ("Demande envoyée", "Request sent"),
        "joinedSays": (
            "Prévenez votre gestionnaire d'annuaire : quand votre demande sera approuvée, ouvrez votre bureau avec cet identifiant et votre phrase de passe.",
            "Tell your registrar: once your request is approved, open your desk with this name and your passphrase."
        ),
        "joinedAgent": ("Votre adresse", "Your address"),
        "leave": ("Fermer mon bureau", "Close my desk"),
        "sessions": ("Sessions ouvertes", "Open sessions"),
        "sessionsSay": (
            "Votre bureau est ouvert dans ces navigateurs. Si vous n'en reconnaissez pas un, terminez-le, changez votre phrase de passe et prévenez votre gestionnaire d'annuaire.",
            "Your desk is open in these browsers. If you do not recognise one, end it, change your passphrase and tell your registrar."
        ),
        "sessionThis": ("ce navigateur", "this browser"),
        "sessionSince": ("ouverte le", "open since"),
        "sessionLastUse": ("dernière action", "last action"),
        "sessionEnd": ("Terminer", "End"),
        "sessionsEndOthers": ("Terminer toutes les autres", "End all others"),
        "changePassphrase": ("Changer de phrase de passe", "Change the passphrase"),
        "changePassphraseSays": (
            "Les copies du coffre faites auparavant s'ouvrent encore avec l'ancienne. Si quelqu'un d'autre a pu la connaître, faites aussi révoquer vos clés par votre gestionnaire d'annuaire.",
            "Copies of the vault that were made before still open with the old one. If somebody else may have known it, have your registrar revoke your keys as well."
        ),
        "oldPassphrase": ("Phrase de passe actuelle", "Passphrase of today"),
        "newPassphrase": ("Nouvelle phrase de passe", "New passphrase"),
        "done.passphrase": ("Phrase de passe changée.", "The passphrase is changed."),
        "done.stayEnded": ("Session terminée.", "The session has ended.")
    ]
}
