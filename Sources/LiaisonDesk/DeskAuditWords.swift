// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// The fixed texts of the pages that look at what happened: dossiers, the log, figures; and of handing on to a colleague.
extension DeskWords {
    static let audit: [String: (String, String)] = [
        "more": ("Autres pages", "Other pages"),
        "verify": ("Vérifier une preuve", "Judge a dossier"),
        "dossier": ("Le dossier de preuve (fichier .asice)", "The dossier (an .asice file)"),
        "dossierHelp": (
            "Il est vérifié sur ce poste, sans le relais, et rien n'en est enregistré.",
            "It is judged on this device, without the relay, and nothing of it is kept."
        ),
        "verifyNow": ("Vérifier ce fichier", "Judge this file"),
        "verifiedFile": ("Fichier vérifié :", "File judged:"),
        "proves": ("Ce que ce dossier prouve", "What this dossier proves"),
        "provenEvents": ("Ce qui s'est passé, dans l'ordre du journal", "What happened, in order of the log"),
        "relayTime": ("Heure du relais", "The relay's time"),
        "event": ("Événement", "Event"),
        "declaredBy": ("Auteur de la déclaration", "Declared by"),
        "entry": ("Entrée du journal", "Entry of the log"),
        "disclosed": ("Contenu divulgué par ce dossier", "Content that this dossier discloses"),
        "notDisclosed": (
            "Ce dossier ne divulgue rien du contenu de la transmission.",
            "This dossier discloses nothing of the transmission's content."
        ),
        "provesNot": ("Ce qu'il ne prouve pas", "What it does not prove"),
        "provesNotReading": (
            "« Ouvert » veut dire qu'un agent de l'unité s'est fait remettre le contenu ; cela ne prouve pas qu'il l'a lu.",
            "“Opened” means that an agent of the unit was given the content; that it was read is not proven."
        ),
        "provesNotWho": (
            "Les agents n'y sont que des pseudonymes : seule leur institution sait qui ils sont.",
            "Agents are pseudonyms in it: only their institution knows who they are."
        ),
        "provesNotLater": (
            "Il montre ce que son auteur y a mis : d'autres événements, plus récents ou adressés à d'autres unités, peuvent exister.",
            "It shows what its author put into it: there may be later events, or others to other units."
        ),
        "provesNotPage": (
            "La page lisez-moi.html qu'il contient n'est pas vérifiée : ne vous fiez qu'à ce qui est affiché ici.",
            "The page lisez-moi.html in it is not judged: rely only on what is shown here."
        ),
        "checks": ("Ce qui a été vérifié", "What was checked"),
        "checksCaption": ("Chaque vérification et son résultat", "Each check and its outcome"),
        "checked": ("Vérification", "Check"),
        "outcome": ("Résultat", "Outcome"),
        "detail": ("Détail", "Detail"),
        "verifiedBy": (
            "Vérifié d'après la convention en vigueur sur ce poste et, s'il en a une, sa politique de témoins et d'horodatage.",
            "Judged by the convention in force on this device and, where it has one, its policy of witnesses and time-stamps."
        ),
        "audit": ("Journal en clair", "The log in plain words"),
        "auditOnlyFor": (
            "Réservé aux auditeurs et aux délégués à la protection des données de votre institution. Votre fonction ne permet pas de lire les événements de toutes ses unités.",
            "Only for your institution's auditors and data protection officers. Your duty does not let you read the events of all its units."
        ),
        "auditInstead": (
            "Ce que le journal prouve d'une transmission de votre unité se lit sur la page de cette transmission.",
            "What the log proves of a transmission of your own unit stands on that transmission's page."
        ),
        "auditSays": (
            "Les événements de toutes les unités de votre institution, tels que le journal les prouve ; jamais un contenu.",
            "The events of all units of your institution, as the log proves them; never a content."
        ),
        "auditTrace": (
            "Cette lecture est elle-même un événement : votre pseudonyme et l'heure s'inscrivent au journal, dans la boîte de chaque unité.",
            "This reading is itself an event: your pseudonym and the time go into the log, into the mailbox of each unit."
        ),
        "auditRead": ("Lire le journal", "Read the log"),
        "auditDone": (
            "Cette lecture est inscrite au journal ; recharger cette page l'y inscrirait une seconde fois.",
            "This reading is in the log; to load this page anew would put it there once more."
        ),
        "auditCounts": ("Combien d'événements de chaque sorte", "How many events of each kind"),
        "auditEvents": ("Les événements, dans l'ordre du journal", "The events, in order of the log"),
        "auditOmitted": (
            "Choisissez une période plus courte : seuls les derniers événements sont affichés. Événements plus anciens, non affichés :",
            "Choose a shorter period: only the latest events are shown. Earlier ones that are not shown:"
        ),
        "auditUnit": ("Boîte", "Mailbox"),
        "allMailboxes": ("toutes les boîtes de l'institution", "all mailboxes of the institution"),
        "allEvents": ("tous les événements", "all events"),
        "noEvent": ("Aucun événement dans cette période.", "No event in this period."),
        "firstDay": ("Du (premier jour)", "From (first day)"),
        "lastDay": ("Au (dernier jour, compris)", "To (last day, included)"),
        "howMany": ("Nombre", "Number"),
        "mailbox": ("Boîte", "Mailbox"),
        "about": ("Unité concernée, transmission", "Unit and transmission"),
        "askedBy": ("Demandé par", "Asked by"),
        "colon": ("\u{A0}:", ":"),
        "statistics": ("Statistiques de l'unité", "The unit's figures"),
        "count": ("Compter", "Count"),
        "total": ("Total", "Total"),
        "noOwnUnit": (
            "Vous n'avez de poste dans aucune unité : il n'y a rien à compter.",
            "You have no post in any unit: there is nothing to count."
        ),
        "nothingCounted": ("Rien dans cette période.", "Nothing in this period."),
        "statisticsNotReport": (
            "Ces chiffres servent à l'unité elle-même. Ils ne sont pas le bilan transmis à la préfecture, qui s'établit et s'envoie à part.",
            "These figures are for the unit itself. They are not the report that goes to the prefecture, which is made and sent apart."
        ),
        "statisticsSmall": (
            "Un nombre de 1 à 4 s'affiche « moins de 5 », et un autre nombre n'est pas affiché là où une soustraction le révélerait : aucun chiffre ne doit mener à une personne.",
            "A number from 1 to 4 is shown as “fewer than 5”, and another number is not shown where a subtraction would tell it: no figure may lead to a person."
        ),
        "statisticsOverlap": (
            "Ne diffusez pas les chiffres de deux périodes qui se recouvrent : leur différence pourrait désigner quelqu'un.",
            "Do not pass on the figures of two periods that overlap: their difference could point at somebody."
        ),
        "statisticsSource": (
            "Comptées d'après ce que ce poste détient : une transmission compte une fois pour chaque unité destinataire, au jour de son dépôt.",
            "Counted from what this device holds: a transmission counts once for each receiving unit, on the day of its deposit."
        ),
        "transfer": ("Remettre à un collègue", "Hand on to a colleague"),
        "noColleague": (
            "Personne d'autre n'a de poste dans vos unités : il n'y a personne à qui remettre vos échanges.",
            "Nobody else has a post in your units: there is nobody to hand your threads on to."
        ),
        "whatFollows": ("Ce qui va se passer", "What follows"),
        "transferOpen": (
            "Tous les échanges en cours de vos unités communes, que ce poste peut ouvrir, sont scellés de nouveau : votre collègue pourra les lire aussi.",
            "All open threads of the units that you share, which this device can open, are sealed anew: your colleague will read them, too."
        ),
        "transferNotClosed": (
            "Ce qui est refusé, retiré, expiré ou effacé n'est pas remis.",
            "What is refused, withdrawn, expired or erased is not handed on."
        ),
        "transferLog": (
            "Chaque remise est signée de votre pseudonyme et inscrite au journal ; elle ne s'annule pas.",
            "Each is signed with your pseudonym and goes into the log; it cannot be undone."
        ),
        "transferKept": (
            "Vous gardez votre accès, et la signature du premier auteur reste vérifiable.",
            "You keep your own access, and the first author's signature stays verifiable."
        ),
        "colleague": ("À quel collègue ?", "To which colleague?"),
        "noKeyYet": (
            "n'a pas encore publié de clé : qu'il ouvre d'abord sa boîte une fois",
            "has not published a key yet: let them open their mailbox once first"
        ),
        "transferNow": ("Remettre les échanges en cours", "Hand the open threads on"),
        "transferReport": (
            "Le détail de chaque échange est ci-dessous.", "What came of each thread stands below."
        ),
        "transferCaption": ("Ce qu'il est advenu de chaque échange", "What came of each thread"),
        "openThread": ("Échange", "Thread"),
        "noOpenThread": ("Aucun échange en cours.", "No open thread.")
    ]
}
