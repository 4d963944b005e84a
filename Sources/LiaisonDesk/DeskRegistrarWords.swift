// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// The fixed texts of a registrar's pages, by the names that the templates call them by.
enum DeskRegistrarWords {
    static let all: [String: (String, String)] = [
        "people": ("Personnes", "People"),
        "units": ("Unités", "Units"),
        "roster": ("À publier", "To publish"),
        "backToPeople": ("Retour aux personnes", "Back to the people"),
        "backToUnits": ("Retour aux unités", "Back to the units"),
        "done.approved": (
            "Inscription publiée. Dites à la personne de commencer : sa première commande (liaison inbox ou liaison desk) publie ses clés, et rien ne lui est lisible avant.",
            "Taken in and published. Tell the person to begin: their first command (liaison inbox or liaison desk) publishes their keys, and nothing is readable to them before."
        ),
        "done.invitationEnded": (
            "Invitation close ; personne n'a été inscrit.", "Invitation ended; nobody was taken in."
        ),
        "done.published": (
            "Publié : le changement compte dès maintenant.", "Published: the change counts from now on."
        ),
        "done.half": (
            "Signé par vous, et pas encore en vigueur : il manque la signature d'un second gestionnaire.",
            "Signed by you, and not in force yet: a second registrar's signature is missing."
        ),
        "seeUnpublished": ("Voir ce qui reste à publier", "See what is still to be published"),
        "requests": ("Demandes et invitations", "Requests and invitations"),
        "noRequests": ("Aucune invitation en cours.", "No invitation is open."),
        "decide": ("Vérifier et décider", "Check and decide"),
        "look": ("Voir", "Look"),
        "invite": ("Inviter quelqu'un", "Invite somebody"),
        "ending": ("Postes qui prennent fin dans les deux mois", "Posts that end within two months"),
        "person": ("Personne", "Person"),
        "posts": ("Postes", "Posts"),
        "keysOfPerson": ("Clés de lecture", "Reading keys"),
        "nobodyYet": ("Personne n'a encore de poste : invitez quelqu'un.", "Nobody has a post yet: invite somebody."),
        "former": ("Qui ne lit plus", "Who reads no more"),
        "peopleSays": (
            "Qui a un poste, où, depuis quand et jusqu'à quand", "Who has a post, where, since when and until when"
        ),
        "inviteSays": (
            "Le bureau crée un code de neuf mots. La personne le tape sur son poste de travail, ce qui vous envoie une demande ; elle ne lit rien tant que vous ne l'avez pas approuvée.",
            "The desk makes a code of nine words. The person types it on their device, which sends you a request; they read nothing until you have approved it."
        ),
        "roleOfPost": ("Rôle", "Role"),
        "forAPost": ("Poste dans une unité", "Post in a unit"),
        "forTheInstitution": (
            "Pour toute l'institution, sans ouvrir de transmission", "For the whole institution, opening no mail"
        ),
        "unitHelp": (
            "Sans effet pour un rôle de toute l'institution.", "Without effect for a role of the whole institution."
        ),
        "lastDayOfPost": ("Dernier jour du poste", "Last day of the post"),
        "firstDayOfPost": ("Premier jour", "First day"),
        "firstDayHelp": ("Vide : dès la publication.", "Empty: once it is published."),
        "pseudonym": ("Pseudonyme", "Pseudonym"),
        "pseudonymHelp": (
            "Laissez vide pour une nouvelle personne : le prochain libre lui est donné. Pour une personne déjà inscrite qui change de poste de travail, écrivez le sien, par exemple d-07 : ses nouvelles clés remplacent les anciennes.",
            "Leave it empty for a new person: they get the next free one. For somebody in the roster who gets another device, write theirs, for example d-07: the new keys replace the old ones."
        ),
        "hours": ("Validité du code, en heures", "Hours for which the code is valid"),
        "hoursHelp": ("De 1 à 700.", "From 1 to 700."),
        "makeCode": ("Créer le code", "Make the code"),
        "nineWords": ("Neuf mots à dicter au téléphone", "Nine words to be told by telephone"),
        "nineSays": (
            "Ces mots ne sont montrés qu'une fois. Dictez-les au téléphone à une personne dont vous reconnaissez la voix ; ne les écrivez ni ne les envoyez jamais. Le dernier mot permet de vérifier les autres.",
            "These words are shown once. Tell them by telephone to somebody whose voice you know; never write or send them. The last word checks the others."
        ),
        "validUntil": ("Fin de validité du code :", "The code is valid until:"),
        "thenPerson": ("La personne tape sur son poste de travail :", "The person types on their device:"),
        "thenWords": (
            "puis les neuf mots, quand le programme les demande.",
            "then the nine words, when the program asks for them."
        ),
        "thenApprove": (
            "Sa demande apparaît ensuite dans « Personnes » : vérifiez-la et approuvez-la.",
            "Their request then appears under “People”: check it and approve it."
        ),
        "wordsTold": ("Les mots sont dictés", "The words are told"),
        "request": ("Demande", "Request"),
        "invitation": ("Invitation", "Invitation"),
        "checkFirst": ("À vérifier avant d'approuver", "To be checked before you approve"),
        "checkSays": (
            "La demande vient de qui a tapé les neuf mots : le bureau l'a vérifié. Il ne sait pas qui les a entendus. Rappelez la personne au numéro que vous lui connaissez, et demandez-lui si elle vient de taper le code.",
            "The request is from whoever typed the nine words: the desk has verified that. It does not know who heard them. Call the person back on a number that you know, and ask whether they have just typed the code."
        ),
        "talked": (
            "J'ai parlé à la personne, et c'est bien elle qui a tapé le code.",
            "I talked to the person, and it was they who typed the code."
        ),
        "follows": ("Ce qui suit", "What follows"),
        "approve": ("Approuver et publier", "Approve and publish"),
        "refuseRequest": ("Refuser et clore l'invitation", "Refuse and end the invitation"),
        "endApprovedSays": (
            "La liste signée par les deux gestionnaires est publiée. Le code ne vaut alors plus rien.",
            "The roster that both registrars signed is published. The code is then worth nothing any more."
        ),
        "endInvitation": ("Clore l'invitation", "End the invitation"),
        "refuseRequestSays": (
            "Personne ne sera inscrit, et le code ne vaudra plus rien. Une nouvelle invitation restera possible.",
            "Nobody will be taken in, and the code will be worth nothing any more. A new invitation stays possible."
        ),
        "foreignSays": (
            "Quelqu'un a répondu sans connaître les neuf mots. Refusez, puis invitez de nouveau, par téléphone.",
            "Somebody answered who does not know the nine words. Refuse, then invite again, by telephone."
        ),
        "stateOfPerson": ("À savoir", "To know"),
        "revoke": ("Retirer l'accès", "End the access"),
        "revokeSays": (
            "Départ, ordinateur perdu, clé volée : la page suivante dit ce qui s'ensuit avant que rien ne change.",
            "Left, lost device, stolen key: the next page says what follows before anything changes."
        ),
        "endPost": ("Mettre fin au poste", "End the post"),
        "endPostDay": ("Dernier jour (vide : dès maintenant)", "Last day (empty: now)"),
        "assign": ("Affecter à une unité, ou prolonger un poste", "Give a post in a unit, or prolong one"),
        "assignSays": (
            "Un poste que la personne a déjà dans cette unité est remplacé. Aucun poste ne dépasse son habilitation.",
            "A post that the person has in this unit already is replaced. No post outlasts their authorization."
        ),
        "until": ("Dernier jour", "Last day"),
        "next": ("Continuer", "Go on"),
        "unitsSays": (
            "Ouvrez une unité pour dire qui y répond, ou pour changer son nom, ses numéros et ses horaires.",
            "Open a unit to say who answers there, or to change its name, its numbers and its hours."
        ),
        "opening": ("Ouverture", "Opening"),
        "callUnit": ("Numéros", "Numbers"),
        "readers": ("Qui y lit", "Who reads there"),
        "standbyBy": ("Relayée par", "Stood by for by"),
        "details": ("Changer le nom, les numéros ou les horaires", "Change the name, the numbers or the hours"),
        "detailsSays": (
            "Rien ne change encore : la page suivante dit ce qui change et à partir de quand.",
            "Nothing changes yet: the next page says what changes and from when on."
        ),
        "detailsProblems": ("À corriger avant de continuer", "To be corrected before you go on"),
        "hoursSays": (
            "Une ligne par plage, par exemple du lundi au vendredi, de 9 h 00 à 12 h 00. Si aucune ligne n'est remplie, l'unité est ouverte à toute heure.",
            "One line for each span of hours, for example Monday to Friday, 9:00 to 12:00. Without any line the unit is open at all hours."
        ),
        "hoursFirst": ("Premier jour", "First day"),
        "hoursLast": ("Dernier jour", "Last day"),
        "hoursFrom": ("Début", "Begins"),
        "hoursTo": ("Fin", "Ends"),
        "hoursWeeks": ("Semaines", "Weeks"),
        "hoursMore": ("Ajouter des lignes", "Add lines"),
        "correct": ("Corriger", "Correct it"),
        "absence": ("Absence", "Absence"),
        "absenceSays": (
            "Elle commence dès la publication.", "It begins once it is published."
        ),
        "lastDayAbsent": ("Dernier jour de l'absence", "Last day of the absence"),
        "substitutes": ("Unités qui répondent à sa place", "Units that answer instead"),
        "noOtherUnit": ("Votre institution n'a pas d'autre unité.", "Your institution has no other unit."),
        "vacancy": ("Poste vacant", "Vacant post"),
        "presenceAgain": ("Mettre fin à l'absence ou à la vacance", "End the absence or vacancy"),
        "standby": ("Unités de relève", "Standby units"),
        "standbySays": (
            "Tout ce qui est adressé à l'unité est aussi scellé pour elles, et leur est montré dès que plus personne n'y répond. Aucune coche : plus aucune relève.",
            "Everything for the unit is sealed to them as well, and shown to them once nobody there answers. No tick: nobody stands by any more."
        ),
        "inForce": ("Liste en vigueur", "Roster in force"),
        "unpublished": ("Dans votre brouillon, pas encore en vigueur", "In your draft, not in force yet"),
        "nothingUnpublished": ("Tout ce que dit votre brouillon est publié.", "All that your draft says is published."),
        "publish": ("Publier", "Publish"),
        "publishAnew": ("Publier de nouveau", "Publish anew"),
        "publishAnewSays": (
            "Signe la même liste et l'inscrit de nouveau au journal, par exemple après une restauration du relais.",
            "Signs the same roster and puts it into the log anew, for example after the relay was restored."
        ),
        "secondSignature": ("Seconde signature", "Second signature"),
        "secondSays": (
            "Votre institution veut deux signatures. Enregistrez la liste que vous signez, et remettez le fichier à un second gestionnaire ; elle compte dès qu'il l'a signée.",
            "Your institution wants two signatures. Save the roster that you sign, and hand the file to a second registrar; it counts once they have signed it."
        ),
        "saveHalf": ("Signer et enregistrer le fichier", "Sign and save the file"),
        "cosign": ("Signer la liste d'un collègue", "Sign a colleague's roster"),
        "cosignSays": (
            "Le bureau montre d'abord ce qu'elle change.", "The desk first shows what it changes."
        ),
        "fileToSign": ("Le fichier de votre collègue", "Your colleague's file"),
        "lookAtIt": ("Montrer ce qu'elle change", "Show what it changes"),
        "published": ("Ce qui sera publié", "What will be published"),
        "nothingChanges": (
            "Rien ne change : la liste en vigueur dit déjà cela.",
            "Nothing changes: the roster in force says so already."
        ),
        "giveUp": ("Ne rien changer", "Change nothing")
    ]
}
