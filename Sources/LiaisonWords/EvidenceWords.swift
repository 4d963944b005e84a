// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
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
            language("affiché dans la liste de l'unité, pas encore ouvert", "seen in the unit's list, not yet opened")
        case .contentHandover: language("ouvert par un agent de l'unité", "opened by an agent of the unit")
        case .consignmentAcceptance: language("pris en charge par l'unité", "acknowledged by the unit")
        case .consignmentRejection: language("refusé", "refused")
        case .acceptanceRejectionExpiry: language("expiré sans réponse", "expired without an answer")
        case .relayAcceptance: language("accepté par un autre relais", "accepted by another relay")
        case .escalation: language("sans réponse dans le délai : alerte", "not answered in time: alert")
        case .unattended:
            language(
                "plus personne dans l'unité ne peut l'ouvrir", "nobody is left in the unit who could open it")
        case .withdrawal: language("retiré", "withdrawn")
        case .transfer: language("remis à un collègue de l'unité", "handed on to a colleague of the unit")
        case .retrieval:
            language(
                "contenu scellé récupéré pour être remis à un collègue ou exporté, sans être affiché à personne",
                "sealed content fetched to be handed on or exported, shown to nobody")
        case .erasure: language("contenu effacé du relais", "content erased from the relay")
        case .actRejection: language("acte refusé", "act refused")
        case .inspection: language("journal consulté par un auditeur", "events read by an auditor")
        case .logOpened: language("nouveau journal ouvert", "new log opened")
        case .restore: language("sauvegarde restaurée", "backup restored")
        case .restart: language("relais démarré", "relay started")
        case .configuration: language("configuration du relais modifiée", "relay's configuration changed")
        case .directoryHead: language("état de l'annuaire publié", "directory head")
        case .rosterPublished: language("liste d'agents publiée", "roster published")
        case .keysPublished: language("clés publiées", "keys published")
        case .conventionPublished: language("convention publiée", "convention published")
        }
    }
}

extension EventRecord {
    /// The event and why, as people read it.
    public func text(_ language: Language) -> String {
        guard entries == nil else {
            return language(
                "enregistrements effacés du relais, au terme de la durée d'audit",
                "records erased from the relay, at the audit limit")
        }
        let name = event.text(language)
        guard let code else { return name }
        if event == .restart { return name + language(", version ", ", version ") + code }
        guard let why = EvidenceCode.words(code, language) else {
            return name + language(" (code pour l'assistance : \(code))", ": \(code)")
        }
        return name + language(" : ", ": ") + why
    }
}

/// The codes of events in words.
public enum EvidenceCode {
    public static func text(_ code: String, _ language: Language) -> String {
        words(code, language) ?? language("code pour l'assistance : \(code)", code)
    }

    /// Nil for a decision of the convention, a role that it names and a version.
    static func words(_ code: String, _ language: Language) -> String? {
        ReasonCode(rawValue: code)?.text(language) ?? ErasureCode(rawValue: code)?.text(language)
            ?? step(code, language)
    }

    /// Whom a step of an escalation calls.
    private static func step(_ code: String, _ language: Language) -> String? {
        switch EscalationTarget(code) {
        case .unit: language("nouvelle alerte à l'unité", "unit")
        case .substitute: language("alerte à l'unité suppléante", "substitute")
        case .manager: language("alerte au responsable de l'unité", "manager")
        case .standby: language("alerte aux unités de relève", "standby")
        case .role: nil
        }
    }
}

extension ErasureCode {
    public func text(_ language: Language) -> String {
        switch self {
        case .retention: language("fin de la durée de conservation", "end of retention")
        case .withdrawn: language("retiré avant toute ouverture", "withdrawn before anybody opened it")
        case .auditLimit: language("fin de la durée d'audit", "audit limit")
        }
    }
}

extension ReasonCode {
    public func text(_ language: Language) -> String {
        switch self {
        case .wrongUnit: language("mauvaise unité", "wrong unit")
        case .notCompetent: language("hors de la compétence de l'unité", "not within the unit's competence")
        case .duplicate: language("doublon", "duplicate")
        case .personDeclines: language("la personne ne souhaite pas d'aide", "the person declines")
        case .incomplete: language("incomplet", "incomplete")
        case .misdirected: language("erreur de destinataire", "misdirected")
        case .consentWithdrawn: language("accord retiré", "consent withdrawn")
        case .sentInError: language("envoyé par erreur", "sent in error")
        case .keysLost: language("clés de l'unité perdues", "the unit's keys are lost")
        case .digestMismatch: language("contenu différent de son empreinte", "content does not match its hash")
        case .notARecipient: language("non chiffré pour ce poste", "not sealed to this device")
        case .contentDamaged: language("contenu endommagé", "content damaged")
        case .manifestMismatch: language("contenu différent de son manifeste", "content does not match the manifest")
        case .authorNotInForce:
            language("auteur dont l'habilitation n'est pas en vigueur", "author not in force")
        case .formInvalid: language("formulaire non conforme", "form invalid")
        case .notPermitted: language("non autorisé par la convention", "not permitted by the convention")
        case .dataSubjectRequest: language("demande de la personne concernée", "request of the data subject")
        case .noLongerNeeded: language("devenu inutile", "no longer needed")
        case .unlawful: language("traitement illicite", "unlawful processing")
        }
    }
}
