// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms

/// The fixed texts of the pages, by the names that the templates call them by. What is said of transmissions, units and failures comes
/// from `LiaisonWords`, as in the commands.
enum DeskWords {
    static func texts(_ language: Language) -> [String: String] { language == .fr ? french : english }

    private static let french = everything.mapValues(\.0)
    private static let english = everything.mapValues(\.1)
    private static let everything = all.merging(DeskRegistrarWords.all) { own, _ in own }

    private static let all = own.merging(audit) { $1 }.merging(DeskSharedWords.all) { $1 }

    static let own: [String: (String, String)] = [
        "done.acknowledged": (
            "Prise en charge par votre unité ; l'expéditeur le sait.", "Your unit takes charge; the sender knows."
        ),
        "done.refused": ("Refusée ; l'expéditeur en est informé.", "Refused; the sender will know."),
        "done.withdrawn": ("Retirée.", "Withdrawn."),
        "done.erased": ("Effacement demandé ; le détail est ci-dessous.", "Erasure asked for; details stand below."),
        "write": ("Écrire", "Write"),
        "drafts": ("Brouillons", "Drafts"),
        "drop": ("Jeter", "Discard"),
        "what": ("Que voulez-vous transmettre ?", "What do you want to send?"),
        "toWhom": ("à qui ?", "to whom?"),
        "mayNotSend": (
            "La convention ne permet à vos unités d'envoyer rien de tel.",
            "The convention lets your units send nothing of the kind."
        ),
        "backToKinds": ("Retour au choix du type", "Back to the kinds"),
        "nobodyReads": ("Personne ne peut y lire : téléphonez.", "Nobody there can read: telephone."),
        "writeTo": ("Écrire à cette unité", "Write to this unit"),
        "problems": ("À corriger avant l'envoi", "To correct before sending"),
        "telephoneFirst": ("TÉLÉPHONEZ D'ABORD.", "TELEPHONE FIRST."),
        "never": ("Ne jamais y écrire :", "Never write here:"),
        "urgency": ("Urgence", "Urgency"),
        "optional": ("facultatif", "optional"),
        "callWhen": ("Heure de votre appel téléphonique", "When you telephoned"),
        "callHelp": (
            "Par exemple 23:14. Laissez vide si vous n'avez pas encore appelé.",
            "For example 23:14. Leave it empty if you have not called yet."
        ),
        "byConvention": ("(selon la convention)", "(by the convention)"),
        "review": ("Relire avant l'envoi", "Look at it once more"),
        "keep": ("Garder comme brouillon", "Keep as a draft"),
        "attach": ("Joindre des fichiers", "Attach files"),
        "attachNow": ("Joindre", "Attach"),
        "remove": ("Enlever", "Remove"),
        "yes": ("oui", "yes"),
        "no": ("non", "no"),
        "lastLook": ("Relire avant l'envoi", "Once more before it leaves"),
        "whoReads": ("Qui pourra la lire", "Who will be able to read it"),
        "send": ("Sceller et envoyer", "Seal and send"),
        "change": ("Modifier", "Change"),
        "notSent": ("NON TRANSMIS", "NOT SENT"),
        "notSentSealed": (
            "Elle est scellée et gardée sur ce poste ; elle part dès que le relais est joignable, sans risque de doublon.",
            "It is sealed and kept on this device; it leaves as soon as the relay is reachable, never twice."
        ),
        "notSentDraft": ("Vos réponses sont gardées dans le coffre.", "Your answers are kept in the vault."),
        "continue": ("Voir ce qui attend", "See what waits"),
        "done.sent": (
            "Déposée, pas encore lue. La preuve du dépôt est ci-dessous.",
            "Deposited, not yet read. The proof of it stands below."
        ),
        "done.sentBefore": (
            "Ce brouillon est déjà parti : voici la transmission.", "This draft has left already: here it is."
        ),
        "done.stillHere": (
            "Le relais est injoignable : elle N'EST PAS PARTIE. Elle part dès qu'il répond.",
            "The relay cannot be reached: it HAS NOT LEFT. It leaves as soon as the relay answers."
        ),
        "done.callNoted": (
            "L'heure de l'appel est notée. Le relais est injoignable : elle N'EST PAS PARTIE. Elle part dès qu'il répond.",
            "The time of the call is noted. The relay cannot be reached: it HAS NOT LEFT. It leaves as soon as the relay answers."
        ),
        "done.kept": ("Brouillon gardé dans le coffre.", "Draft kept in the vault."),
        "done.dropped": ("Brouillon jeté.", "Draft discarded."),
        "saved": ("Brouillon gardé à ", "Draft kept at "),
        "sent": ("Envoyées", "Sent"),
        "alerts": ("Alertes", "Alerts"),
        "outbox": ("Pas encore parties", "Not yet sent"),
        "directory": ("Annuaire", "Directory"),
        "openLoops": ("En attente d'une réponse", "Waiting for an answer"),
        "noOpenLoops": ("Tout ce que vos unités ont envoyé a sa réponse.", "All that your units sent has its answer."),
        "answered": ("Avec réponse", "Answered"),
        "noAlerts": ("Aucune alerte.", "No alerts."),
        "dismiss": ("Ne plus afficher", "Do not show again"),
        "outboxSays": (
            "Ce qui est ici est scellé sur ce poste et N'EST PAS PARTI. Relisez avant de déposer.",
            "What is here is sealed on this device and HAS NOT LEFT. Look at it once more before you deposit it."
        ),
        "nothingWaits": ("Rien n'attend : tout est parti.", "Nothing waits: everything has left."),
        "callSince": ("Heure de l'appel passé depuis, par exemple 23:25", "When you called since, for example 23:25"),
        "depositNow": ("Déposer maintenant", "Deposit now"),
        "discard": ("Détruire sans envoyer", "Destroy without sending"),
        "discardSays": (
            "Elle disparaît de ce poste et n'aura jamais été transmise ; cela ne s'annule pas.",
            "It goes from this device and will never have been sent; it cannot be undone."
        ),
        "unitSearch": ("Unité, commune ou institution", "Unit, town or institution"),
        "noUnit": ("Aucune unité ne correspond.", "No unit is called so."),
        "directorySays": (
            "Les unités, et si l'on peut les joindre maintenant", "The units, and whether they can be reached now"
        ),
        "presence": ("En ce moment", "At the moment"),
        "searchWhat": ("Nom, numéro, commune, jour…", "Name, number, town, day…"),
        "searchSays": (
            "Cherche sur ce poste, dans ce que vos unités ont reçu et envoyé ; le relais n'en sait rien.",
            "Searches on this device, in what your units received and sent; the relay learns nothing of it."
        ),
        "foundNothing": ("Rien trouvé.", "Nothing found."),
        "foundIn": ("Trouvé dans :", "Found in:"),
        "searchedByEnvelope": (
            "Cherchées par leur enveloppe seulement, car leur contenu n'a pas été lu sur ce poste ou n'y est plus :",
            "Searched by their envelopes only, because their contents were not read on this device or are gone:"
        ),
        "proof": ("Établir la preuve", "Make the proof"),
        "proofSays": (
            "Un dossier (.asice) prouve à un tiers ce qui s'est passé. Avec le contenu, qui le détient peut le lire.",
            "A dossier (.asice) proves to a stranger what happened. With the content, whoever has it reads it."
        ),
        "proofWithout": ("sans le contenu", "without the content"),
        "proofWith": ("avec le contenu", "with the content"),
        "answer": ("Répondre ou compléter", "Answer or add to it"),
        "answerKind": ("Type de réponse", "Kind of answer"),
        "done.dismissed": ("L'alerte n'est plus affichée.", "The alert is not shown again."),
        "done.discarded": ("Détruite ; elle n'a pas été transmise.", "Destroyed; it was not sent."),
        "envelopeOnly": ("Voir l'enveloppe sans ouvrir", "See the envelope without opening"),
        "enterKey": ("Entrée", "Enter"),
        "keysTitle": ("Touches", "Keys"),
        "keysOff": ("Ne pas utiliser ces touches", "Do not use these keys"),
        "keysClose": ("Fermer", "Close"),
        "keysMove": ("ligne suivante, ligne précédente", "next line, line before"),
        "keysOpen": ("ouvrir ce qui est choisi", "open what is chosen"),
        "keysSearch": ("rechercher", "search"),
        "skip": ("Aller au contenu", "Go to the content"),
        "sections": ("Rubriques", "Sections"),
        "lock": ("Verrouiller", "Lock"),
        "unlock": ("Déverrouiller", "Unlock"),
        "passphrase": ("Phrase de passe", "Passphrase"),
        "lockedTitle": ("Coffre verrouillé", "Vault locked"),
        "lockedWhy": (
            "Rien de ce que vous avez ouvert n'est affiché tant que le coffre est verrouillé.",
            "Nothing of what you opened is shown while the vault is locked."
        ),
        "call": ("En cas de danger : ", "In danger: "),
        "or": (" ou ", " or "),
        "inbox": ("Boîte de réception", "Inbox"),
        "search": ("Rechercher", "Search"),
        "filter": ("Afficher", "Show"),
        "allUnits": ("toutes les unités", "all units"),
        "allKinds": ("tous les types", "all kinds"),
        "kind": ("Type", "Kind"),
        "unit": ("Unité", "Unit"),
        "scope": ("État", "State"),
        "waitingOnly": ("en attente, puis les dernières traitées", "waiting, then the latest answered"),
        "everything": ("toutes", "all"),
        "nothing": ("Aucune transmission.", "Nothing."),
        "open": ("Ouvrir", "Open"),
        "openSays": (
            "L'ouverture est signée et inscrite au journal : l'expéditeur saura que votre unité a lu.",
            "The opening is signed and goes into the log: the sender will know that your unit has read it."
        ),
        "acknowledge": ("Prendre en charge", "Take charge"),
        "acknowledgeSays": (
            "L'expéditeur saura que votre unité s'en charge ; cela ne s'annule pas.",
            "The sender will know that your unit takes charge; it cannot be undone."
        ),
        "refuse": ("Ne pas prendre en charge", "Do not take charge"),
        "refuseSays": (
            "L'expéditeur en est informé avec le motif ; cela ne s'annule pas.",
            "The sender is told, with the reason; it cannot be undone."
        ),
        "reason": ("Motif", "Reason"),
        "note": (
            "Un mot pour l'expéditeur (facultatif, transmis scellé)", "A note to the sender (optional, travels sealed)"
        ),
        "withdraw": ("Retirer", "Withdraw"),
        "withdrawSays": (
            "Ce que personne n'a ouvert est détruit ; une unité qui l'a ouverte reçoit la demande de la détruire.",
            "What nobody has opened is destroyed; a unit that opened it is asked to destroy it."
        ),
        "erase": ("Faire effacer le contenu", "Have the content erased"),
        "eraseSays": (
            "Le contenu disparaît du relais pour les unités qui ont répondu ; ce qui a été répondu reste prouvé.",
            "The content goes from the relay for the units that have answered; what was answered stays proven."
        ),
        "from": ("De", "From"),
        "to": ("À", "To"),
        "deposited": ("Déposée", "Deposited"),
        "sealed": ("Scellée", "Sealed"),
        "due": ("Réponse attendue", "Answer due"),
        "reference": ("Référence", "Reference"),
        "state": ("État", "State"),
        "callMade": ("Appel téléphonique de l'expéditeur", "The sender's telephone call"),
        "inReplyTo": ("En réponse à", "In reply to"),
        "form": ("Formulaire", "Form"),
        "safety": ("Avant tout appel ou toute visite", "Before any call or visit"),
        "attachments": ("Pièces jointes", "Attachments"),
        "save": ("Enregistrer", "Save"),
        "thread": ("À propos de cette transmission", "About this transmission"),
        "timeline": ("Ce que le journal prouve", "What the log proves"),
        "numbers": ("Qui appeler", "Whom to call"),
        "confidential": (
            "Document confidentiel, couvert par le secret professionnel (code pénal, article 226-13). À ne remettre à personne d'autre que ses destinataires.",
            "Confidential, covered by professional secrecy (code pénal, article 226-13). For its recipients only."
        ),
        "backToInbox": ("Retour à la boîte de réception", "Back to the inbox"),
        "older": ("Transmissions déjà traitées, non affichées : ", "Answered ones not shown: "),
        "corrected": ("corrigé", "corrected"),
        "formerValue": ("ancienne valeur, fausse", "old value, wrong"),
        "refusedTitle": ("Ce n'est pas fait", "Not done"),
        "whatNow": ("Que faire maintenant", "What to do now"),
        "keys": (
            "Touches : j et k pour changer de ligne, Entrée pour ouvrir, a pour prendre en charge, / pour rechercher.",
            "Keys: j and k to move, Enter to open, a to take charge, / to search."
        )
    ]
}
