// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

// What people read of states and events, in both languages: one word for one fact, wherever it is shown.

extension DeliveryState {
    public func text(_ language: Language) -> String {
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

extension EventName {
    public func text(_ language: Language) -> String {
        switch self {
        case .submissionAcceptance: language("dépôt accepté", "submission accepted")
        case .submissionRejection: language("dépôt refusé", "submission rejected")
        case .contentConsignment: language("mis à disposition de l'unité", "made available to the unit")
        case .consignmentNotification:
            language("signalé à l'unité, pas encore ouvert", "shown to the unit, not yet opened")
        case .contentHandover: language("ouvert par un agent de l'unité", "opened by an agent of the unit")
        case .consignmentAcceptance: language("pris en charge par l'unité", "acknowledged by the unit")
        case .consignmentRejection: language("refusé", "refused")
        case .acceptanceRejectionExpiry: language("expiré sans réponse", "expired without an answer")
        case .relayAcceptance: language("accepté par un autre relais", "accepted by another relay")
        case .escalation: language("silence : escalade", "silence: escalated")
        case .withdrawal: language("retiré", "withdrawn")
        case .transfer: language("remis à un collègue de l'unité", "handed over to a colleague")
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
