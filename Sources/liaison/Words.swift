// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel

// What agents read, in both languages; codes stay in JSON.

extension DeliveryState {
    func text(_ language: Language) -> String {
        switch self {
        case .available: language("disponible, pas encore ouvert", "available, not yet opened")
        case .opened: language("ouvert, pas encore pris en charge", "opened, not yet acknowledged")
        case .acknowledged: language("pris en charge par l'unité", "acknowledged by the unit")
        case .refused: language("refusé", "refused")
        case .withdrawn: language("retiré", "withdrawn")
        case .expired: language("expiré sans réponse", "expired without an answer")
        }
    }
}

extension NewReader {
    func text(_ language: Language) -> String {
        language(
            "Nouveau lecteur depuis le \(Clock.day(since)) : \(agent), à \(unit).",
            "New reader since \(Clock.day(since)): \(agent), at \(unit).")
    }
}

extension Urgency {
    func text(_ language: Language) -> String {
        switch self {
        case .immediate: language("immédiat", "immediate")
        case .urgent: "urgent"
        case .priority: language("prioritaire", "priority")
        case .routine: language("courant", "routine")
        }
    }
}

extension EventName {
    func text(_ language: Language) -> String {
        switch self {
        case .submissionAcceptance: language("dépôt accepté", "submission accepted")
        case .submissionRejection: language("dépôt refusé", "submission rejected")
        case .contentConsignment: language("mis à disposition", "made available")
        case .consignmentNotification:
            language("signalé à l'unité, pas encore ouvert", "shown to the unit, not yet opened")
        case .contentHandover: language("ouvert par un agent", "opened by an agent")
        case .consignmentAcceptance: language("pris en charge", "acknowledged")
        case .consignmentRejection: language("refusé", "refused")
        case .acceptanceRejectionExpiry: language("expiré sans réponse", "expired without an answer")
        case .relayAcceptance: language("accepté par un autre relais", "accepted by another relay")
        case .escalation: language("silence : escalade", "silence: escalated")
        case .withdrawal: language("retiré", "withdrawn")
        case .transfer: language("transmis à un collègue", "handed over to a colleague")
        case .erasure: language("contenu effacé", "content erased")
        case .actRejection: language("acte refusé", "act refused")
        case .inspection: language("journal consulté par un auditeur", "events read by an auditor")
        case .logOpened: language("nouveau journal ouvert", "new log opened")
        case .restore: language("sauvegarde restaurée", "backup restored")
        case .restart: language("relais démarré", "relay started")
        case .configuration: language("configuration du relais changée", "relay's configuration changed")
        case .directoryHead: language("état de l'annuaire", "directory head")
        case .rosterPublished: language("liste publiée", "roster published")
        case .keysPublished: language("clés publiées", "keys published")
        case .conventionPublished: language("convention publiée", "convention published")
        }
    }
}

extension FollowedLog {
    func text(_ language: Language) -> String {
        let lost = seen > size
        return language(
            "Le relais a dû repartir d'une sauvegarde : nouveau journal \(to), après l'entrée \(size) de \(from)."
                + (lost ? " Des entrées que ce poste avait vues sont perdues." : "")
                + "\nÀ renvoyer : liaison resend. Ce qui attendait une réponse est aussi à renvoyer : vérifiez vos envois.",
            "The relay had to go back to a backup: new log \(to), after entry \(size) of \(from)."
                + (lost ? " Entries that this device had seen are lost." : "")
                + "\nTo be sent again: liaison resend. What waited for an answer must be sent again, too: check what you sent."
        )
    }
}
