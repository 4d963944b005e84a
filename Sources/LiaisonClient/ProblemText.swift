// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonWire

extension Problem.Code {
    /// What it means, with the code for whoever is asked for help.
    public func text(_ language: Language) -> String { "\(meaning(language)) (\(rawValue))" }

    private func meaning(_ language: Language) -> String {
        switch self {
        case .wrongLog: language("scellé pour un autre relais", "sealed for another relay")
        case .conventionUnknown: language("convention inconnue ou dépassée", "convention unknown or superseded")
        case .conventionNotInForce: language("la convention n'est pas en vigueur", "the convention is not in force")
        case .unknownUnit: language("unité inconnue", "unknown unit")
        case .agentNotInForce: language("votre habilitation n'est pas en vigueur", "your authorization is not in force")
        case .notAMember: language("vous n'êtes pas membre de cette unité", "you are not a member of this unit")
        case .noFlow: language("aucun flux ne prévoit cet envoi", "no flow provides for it")
        case .partyNotSigned:
            language("une institution n'a pas signé la convention", "an institution has not signed the convention")
        case .urgencyNotAllowed: language("urgence non prévue pour cet envoi", "urgency not provided for here")
        case .copyMissing: language("copie obligatoire absente", "mandatory copy missing")
        case .copyNotAllowed: language("copie non prévue", "copy not provided for")
        case .duplicateRecipient: language("destinataire en double", "recipient named twice")
        case .contentTooLarge: language("contenu trop volumineux", "content too large")
        case .sealedInTheFuture: language("l'horloge de ce poste avance", "this computer's clock is ahead")
        case .sealedTooLongAgo: language("scellé depuis trop longtemps", "sealed too long ago")
        case .replyNeedsReference:
            language("réponse sans transmission d'origine : --reply-to", "answer without what it answers: --reply-to")
        case .headUnknown, .headTooOld, .directoryChanged:
            language("annuaire à rafraîchir, recommencez", "directory to refresh, try again")
        case .notEnrolled:
            language("ce poste n'est pas enrôlé ou ne l'est plus", "this device is not enrolled, or no longer")
        case .notTheAuthor: language("signé par un autre agent", "signed by another agent")
        case .signatureRefused: language("signature non valable", "signature does not verify")
        case .notAParty:
            language("cette transmission n'est pas pour votre unité", "this transmission is not for your unit")
        case .malformed: language("demande malformée", "malformed request")
        case .documentRefused: language("document refusé", "document refused")
        case .outOfOrder: language("une autre version a été publiée avant", "another version was published first")
        case .idTaken: language("un autre envoi porte déjà cet identifiant", "another submission has this identifier")
        case .contentMismatch: language("contenu abîmé en route", "content damaged on the way")
        case .contentMissing: language("contenu à envoyer de nouveau", "content to be uploaded again")
        case .contentGone: language("contenu effacé", "content erased")
        case .replyNotBetweenUnits:
            language("la réponse n'est pas entre les deux mêmes unités", "the answer is not between the same two units")
        case .unknownTransmission: language("transmission inconnue", "unknown transmission")
        case .wrongEnvelope: language("acte sur une autre enveloppe", "act on another envelope")
        case .wrongState: language("impossible dans l'état actuel", "not possible in the present state")
        case .reasonNotAllowed: language("motif non prévu", "reason not provided for")
        case .notOpenedByAuthor:
            language("à lire avant de répondre", "to be read before it is answered")
        case .headerMissing: language("contenu sans en-tête", "content without a header")
        case .callNotRecorded:
            language(
                "appel préalable non noté : champ phone_call_at, ou --phone-confirmed-at",
                "call made beforehand not recorded: field phone_call_at, or --phone-confirmed-at")
        case .alreadyAnswered:
            language("déjà répondu : la relance ne part pas", "already answered: the reminder does not go")
        case .invitationUnknown: language("code d'invitation inconnu", "unknown invitation code")
        case .invitationUsed: language("code d'invitation déjà utilisé", "invitation code already used")
        case .invitationExpired: language("code d'invitation périmé", "invitation code expired")
        case .notFound, .methodNotAllowed: language("inconnu du relais", "not known to the relay")
        case .bodyTooLarge: language("demande trop volumineuse", "request too large")
        case .wrongOffset: language("envoi à reprendre", "upload to go on with")
        case .tooManyRequests: language("relais occupé, recommencez", "relay busy, try again")
        case .notReady: language("relais pas encore prêt", "relay not ready yet")
        case .logStopped:
            language(
                "le relais a été surpris à montrer deux histoires : il n'écrit plus, prévenez son exploitant",
                "the relay was found showing two histories: it writes no more, tell its operator")
        case .storeFailed: language("le relais n'a pas pu écrire, recommencez", "the relay could not write, try again")
        }
    }
}
