// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonWire

extension Problem.Code {
    /// What it means, with the code for whoever is asked for help.
    public func text(_ language: Language) -> String {
        meaning(language) + language(" (code pour l'assistance : \(rawValue))", " (\(rawValue))")
    }

    private func meaning(_ language: Language) -> String {
        switch self {
        case .wrongLog: language("scellé pour un autre relais", "sealed for another relay")
        case .conventionUnknown: language("convention inconnue ou remplacée", "convention unknown or superseded")
        case .conventionNotInForce: language("la convention n'est pas en vigueur", "the convention is not in force")
        case .unknownUnit: language("unité inconnue", "unknown unit")
        case .agentNotInForce: language("votre habilitation n'est pas en vigueur", "your authorization is not in force")
        case .notAMember: language("vous n'êtes pas membre de cette unité", "you are not a member of this unit")
        case .noFlow: language("aucun flux ne prévoit cet envoi", "no flow provides for it")
        case .partyNotSigned:
            language("une institution n'a pas signé la convention", "an institution has not signed the convention")
        case .urgencyNotAllowed: language("urgence non prévue pour cet envoi", "urgency not provided for here")
        case .copyMissing: language("il manque une copie obligatoire", "mandatory copy missing")
        case .copyNotAllowed: language("cette copie n'est pas prévue", "copy not provided for")
        case .duplicateRecipient: language("le même destinataire est indiqué deux fois", "recipient named twice")
        case .contentTooLarge: language("contenu trop volumineux", "content too large")
        case .sealedInTheFuture: language("l'horloge de ce poste avance", "this computer's clock is ahead")
        case .sealedTooLongAgo: language("scellé il y a trop longtemps", "sealed too long ago")
        case .replyNeedsReference:
            language(
                "indiquez la transmission à laquelle vous répondez : --reply-to ID",
                "say which transmission this answers: --reply-to ID")
        case .headUnknown, .headTooOld:
            language("l'annuaire de ce poste n'est plus à jour : recommencez", "directory out of date: try again")
        case .directoryChanged: language("l'annuaire a changé : recommencez", "the directory has changed: try again")
        case .notEnrolled:
            language(
                "ce poste n'est pas inscrit, ou ne l'est plus ; une inscription demandée attend qu'un gestionnaire la confirme",
                "this device is not enrolled, or no longer; an enrolment that was asked for waits for a registrar")
        case .notTheAuthor: language("signé par un autre agent", "signed by another agent")
        case .signatureRefused: language("signature non valable", "signature does not verify")
        case .notAParty:
            language("cette transmission ne concerne pas votre unité", "this transmission is not for your unit")
        case .malformed: language("demande mal formée", "malformed request")
        case .documentRefused: language("document refusé", "document refused")
        case .outOfOrder:
            language("une autre version a été publiée entre-temps", "another version was published first")
        case .idTaken: language("un autre envoi porte déjà cet identifiant", "another submission has this identifier")
        case .contentMismatch: language("contenu altéré pendant l'envoi", "content damaged on the way")
        case .contentMissing: language("contenu à envoyer de nouveau", "content to be uploaded again")
        case .contentGone: language("le contenu a été effacé", "content erased")
        case .replyNotBetweenUnits:
            language(
                "une réponse ne peut aller qu'entre les deux mêmes unités",
                "the answer is not between the same two units")
        case .unknownTransmission: language("transmission inconnue", "unknown transmission")
        case .wrongEnvelope: language("l'acte porte sur une autre enveloppe", "act on another envelope")
        case .wrongState: language("impossible dans l'état actuel", "not possible in the present state")
        case .reasonNotAllowed: language("motif non prévu", "reason not provided for")
        case .notOpenedByAuthor:
            language("transmission à lire avant d'y répondre", "to be read before it is answered")
        case .checkpointUnknown:
            language("état du journal inconnu du relais", "a state of the log that the relay does not know")
        case .headerMissing: language("contenu sans en-tête", "content without a header")
        case .callNotRecorded:
            language(
                "appel préalable non renseigné : champ « Appel préalable : date et heure », ou --phone-confirmed-at",
                "call made beforehand not recorded: field phone_call_at, or --phone-confirmed-at")
        case .alreadyAnswered:
            language(
                "une réponse a déjà été donnée : la relance n'est pas envoyée",
                "already answered: the reminder does not go")
        case .invitationUnknown: language("code d'invitation inconnu", "unknown invitation code")
        case .invitationUsed: language("code d'invitation déjà utilisé", "invitation code already used")
        case .invitationExpired: language("code d'invitation expiré", "invitation code expired")
        case .notFound, .methodNotAllowed: language("le relais ne connaît pas cette demande", "not known to the relay")
        case .bodyTooLarge: language("demande trop volumineuse", "request too large")
        case .wrongOffset: language("téléversement interrompu, à reprendre", "upload to go on with")
        case .tooManyRequests: language("trop de demandes en peu de temps", "too many requests in a short time")
        case .tooMuchUnopened:
            language(
                "trop de ce que vous ou votre institution avez envoyé n'a pas encore été ouvert",
                "too much of what you or your institution sent has not been opened yet")
        case .notReady: language("le relais n'est pas encore prêt", "relay not ready yet")
        case .logStopped:
            language(
                "le relais a présenté deux versions du journal : il n'enregistre plus rien ; prévenez son exploitant",
                "the relay was found showing two histories: it writes no more, tell its operator")
        case .storeFailed:
            language("le relais n'a pas pu enregistrer : recommencez", "the relay could not write, try again")
        }
    }
}
