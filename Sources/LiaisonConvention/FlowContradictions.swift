// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonModel

/// The contradictions of one flow: in itself, with the units, and with the law of its kind.
extension Check {
    mutating func check(_ flow: Flow) {
        checkRoles(flow)
        checkTimes(flow)
        checkEscalation(flow)
        guard let kind = catalogue[flow.kind] else {
            if kinds(holding: flow.to).contains("iscg_operator"),
                !kinds(holding: flow.from).isDisjoint(with: InstitutionKind.police)
            {
                return foundPoliceRequest(flow)
            }
            let known = catalogue.kinds.map(\.id).joined(separator: ", ")
            return found(
                "unknown_kind", "flows.\(flow.id).kind", ("type inconnu (\(flow.kind))", "unknown kind (\(flow.kind))"),
                ("l'un de : \(known)", "one of: \(known)"))
        }
        checkEnds(flow, kind)
        checkLaw(flow, kind)
        checkAttachments(flow, kind)
    }

    private mutating func foundPoliceRequest(_ flow: Flow) {
        found(
            "police_request", "flows.\(flow.id).kind",
            (
                "la police demanderait le contenu d'un accompagnement (\(flow.kind))",
                "the police would ask for the content of a case (\(flow.kind))"
            ),
            (
                "aucune convention ne le permet : l'ISCG ne participe pas aux investigations ; retirez ce flux",
                "no convention permits it: the social worker takes no part in investigations; take this flow out"
            ))
    }

    // MARK: Roles

    private mutating func checkRoles(_ flow: Flow) {
        for (key, list) in [("from", flow.from), ("to", flow.to), ("copies", flow.copies)] {
            let place = "flows.\(flow.id).\(key)"
            if list.isEmpty, key != "copies" {
                found(
                    "no_role", place, ("aucun rôle", "no role"), ("nommez au moins un rôle", "name one role at least"))
            }
            for role in list {
                if !roles.contains(role) {
                    found(
                        "unknown_role", place, ("rôle inconnu (\(role))", "unknown role (\(role))"),
                        ("un rôle de la liste roles", "a role of the list roles"))
                } else if units(holding: [role]).isEmpty {
                    found(
                        "role_without_unit", place,
                        ("aucune unité ne tient le rôle \(role)", "no unit holds the role \(role)"),
                        (
                            "donnez ce rôle à une unité ou retirez-le du flux",
                            "give this role to a unit or take it out of the flow"
                        ))
                }
            }
        }
    }

    // MARK: Times

    private mutating func checkTimes(_ flow: Flow) {
        let place = "flows.\(flow.id)"
        if flow.retention > 90 * Self.day || flow.retention < Self.day {
            found(
                "retention", "\(place).retention", ("hors de 1 à 90 jours", "not between 1 and 90 days"),
                (
                    "le relais transporte, il n'archive pas : au plus P90D",
                    "the relay carries, it is no archive: at most P90D"
                ))
        }
        if flow.urgencies.isEmpty {
            found(
                "no_urgency", "\(place).urgencies", ("aucune urgence admise", "no urgency allowed"),
                ("par exemple routine, P5D, working_days", "for example routine, P5D, working_days"))
        }
        if Set(flow.urgencies.map(\.urgency)).count != flow.urgencies.count {
            found(
                "duplicate_urgency", "\(place).urgencies", ("urgence en double", "urgency given twice"),
                ("une règle par urgence", "one rule for each urgency"))
        }
        for rule in flow.urgencies {
            let rulePlace = "\(place).urgencies.\(rule.urgency.rawValue)"
            if rule.within <= 0 || Self.longest(rule.within, rule.clock) >= flow.retention {
                found(
                    "deadline_after_retention", rulePlace,
                    ("le contenu serait effacé avant l'échéance", "the content would be erased before the deadline"),
                    ("un délai plus court ou une conservation plus longue", "a shorter deadline or a longer retention"))
            }
            if rule.clock == .elapsed, rule.within < Self.day {
                for unit in units(holding: flow.to) where !unit.opening.isEmpty && unit.dutyPhone == nil {
                    found(
                        "unreachable_at_night", rulePlace,
                        (
                            "\(unit.address) n'est pas toujours ouverte et n'a pas de numéro de permanence",
                            "\(unit.address) is not always open and has no duty number"
                        ),
                        ("ajoutez duty_phone ou comptez en heures d'ouverture", "add duty_phone or count opening hours")
                    )
                }
            }
        }
        guard let reply = flow.reply else { return }
        if Self.longest(reply.within, reply.clock) >= flow.retention {
            found(
                "reply_after_retention", "\(place).reply",
                ("le retour viendrait après l'effacement", "the return would come after the erasure"),
                ("un délai plus court ou une conservation plus longue", "a shorter deadline or a longer retention"))
        }
        let back = convention.flows.contains {
            $0.kind == reply.kind && !Set($0.from).isDisjoint(with: flow.to) && !Set($0.to).isDisjoint(with: flow.from)
        }
        if !back {
            found(
                "reply_without_flow", "\(place).reply",
                ("aucun flux ne porte le retour \(reply.kind)", "no flow carries the return \(reply.kind)"),
                ("ajoutez un flux \(reply.kind) en sens inverse", "add a flow \(reply.kind) the other way"))
        }
    }

    /// The longest that a time limit may last in seconds that pass: week-ends and nights add to it.
    private static func longest(_ within: Int, _ clock: UrgencyRule.Clock) -> Int {
        switch clock {
        case .elapsed: within
        case .workingDays: within / 5 * 7 + (within % 5 == 0 ? 0 : 2 * day)
        case .opening: within * 3 + 4 * day
        }
    }

    // MARK: Escalation

    private mutating func checkEscalation(_ flow: Flow) {
        var earlier: [EscalationTarget] = []
        var last = -1
        for step in flow.escalation {
            let place = "flows.\(flow.id).escalation.\(step.to)"
            let role = step.to.role
            if let role, !roles.contains(role) {
                found(
                    "unknown_role", place,
                    ("escalade vers un rôle inconnu (\(step.to))", "escalation to an unknown role (\(step.to))"),
                    (
                        "unit, substitute, manager, standby ou un rôle", "unit, substitute, manager, standby or a role"
                    ))
            } else if let role, units(holding: [role]).isEmpty {
                found(
                    "role_without_unit", place,
                    ("aucune unité ne tient le rôle \(step.to)", "no unit holds the role \(step.to)"),
                    ("donnez ce rôle à une unité", "give this role to a unit"))
            }
            if earlier.contains(step.to) || (role.map { flow.to == [$0] && units(holding: [$0]).count == 1 } ?? false) {
                found(
                    "escalation_loop", place,
                    ("l'escalade revient à \(step.to)", "the escalation comes back to \(step.to)"),
                    ("chaque étape atteint quelqu'un d'autre", "each step reaches somebody else"))
            }
            if step.after < last {
                found(
                    "escalation_order", place, ("plus tôt que l'étape d'avant", "earlier than the step before"),
                    ("classez les étapes par délai", "order the steps by time"))
            }
            if step.after >= flow.retention {
                found(
                    "escalation_after_retention", place,
                    ("après l'effacement du contenu", "after the content is erased"),
                    ("une étape plus proche", "an earlier step"))
            }
            // Standby units have the content anyway: it is sealed to them from the start.
            if step.content, step.to != .standby { checkHabilitation(flow, step, place) }
            earlier.append(step.to)
            last = step.after
        }
    }

    /// Content goes only to a unit that is a recipient in law of this kind.
    private mutating func checkHabilitation(_ flow: Flow, _ step: EscalationStep, _ place: String) {
        let law = catalogue[flow.kind]?.law
        let allowed = law?.to.map(Set.init)
        let able =
            step.to.role.map { role in
                units(holding: [role]).allSatisfy { unit in
                    (allowed?.contains(kind(of: unit))
                        ?? (kind(of: unit) != "" && !InstitutionKind.statistics.contains(kind(of: unit))))
                        && (law?.sharesSecrets != true || isBoundBySecrecy(unit))
                        && (law?.to != nil || kinds(holding: flow.to).contains(kind(of: unit)))
                }
            } ?? false
        guard !able else { return }
        found(
            "escalation_without_habilitation", place,
            (
                "\(step.to) n'est pas destinataire en droit du contenu",
                "\(step.to) is no recipient in law of the content"
            ),
            (
                "content: false : la référence seule suffit à l'alerte",
                "content: false: the reference alone is enough for an alert"
            ))
    }

    // MARK: The law of the kind

    private mutating func checkEnds(_ flow: Flow, _ kind: FormKind) {
        let place = "flows.\(flow.id)"
        let senders = kinds(holding: flow.from)
        let recipients = kinds(holding: flow.to)
        if !senders.isDisjoint(with: InstitutionKind.police), recipients.contains("iscg_operator"),
            !InstitutionKind.fromPoliceToISCG.contains(flow.kind)
        {
            foundPoliceRequest(flow)
        }
        if let reply = flow.reply, !senders.isDisjoint(with: InstitutionKind.police),
            recipients.contains("iscg_operator"),
            reply.kind != "follow_up_report"
        {
            found(
                "police_request", "\(place).reply",
                (
                    "le retour à la police serait un contenu (\(reply.kind))",
                    "the return to the police would be content (\(reply.kind))"
                ),
                (
                    "follow_up_report : pris en charge ou non, rien d'autre",
                    "follow_up_report: taken up or not, nothing else"
                ))
        }
        for (key, present, allowed) in [("from", senders, kind.law.from), ("to", recipients, kind.law.to)] {
            for wrong in present.subtracting(allowed ?? Array(present)).sorted() {
                if key == "to", InstitutionKind.statistics.contains(wrong), kind.law.nominative { continue }
                let list = (allowed ?? []).joined(separator: ", ")
                found(
                    "not_for_institution", "\(place).\(key)",
                    ("\(flow.kind) n'est pas pour \(wrong)", "\(flow.kind) is not for \(wrong)"),
                    ("seulement : \(list)", "only: \(list)"))
            }
        }
        if kind.law.nominative, !(kind.law.to ?? []).contains("prefecture"),
            !recipients.isDisjoint(with: InstitutionKind.statistics)
        {
            found(
                "statistics_nominative", "\(place).to",
                ("préfecture et financeurs ne reçoivent que des nombres", "préfecture and funders get numbers only"),
                ("un flux activity_report, ou d'autres destinataires", "a flow activity_report, or other recipients"))
        }
        if kind.law.sharesSecrets {
            for unit in units(holding: flow.from + flow.to + flow.copies) where !isBoundBySecrecy(unit) {
                found(
                    "secrecy", place,
                    (
                        "\(flow.kind) partage des secrets et \(unit.address) n'y est pas tenue (CASF L226-2-2)",
                        "\(flow.kind) shares secrets and \(unit.address) is not bound by them (CASF L226-2-2)"
                    ),
                    (
                        "retirez ce rôle du flux, ou corrigez le régime de secret de l'institution",
                        "take this role out of the flow, or mend the institution's secrecy regime"
                    ))
            }
        }
        for wanted in kind.law.copiesTo where !kinds(holding: flow.copies).contains(wanted) {
            found(
                "copy_missing", "\(place).copies",
                ("copie obligatoire absente (CASF L226-4)", "mandatory copy missing (CASF L226-4)"),
                (
                    "copies: un rôle de l'institution \(wanted), la CRIP",
                    "copies: a role of the institution \(wanted), the child-protection unit"
                ))
        }
    }

    private mutating func checkLaw(_ flow: Flow, _ kind: FormKind) {
        let place = "flows.\(flow.id)"
        if flow.legalBases.isEmpty {
            found(
                "no_legal_basis", "\(place).legal_bases", ("aucune base légale", "no legal basis"),
                (
                    "l'une de : \(kind.law.legalBases.joined(separator: ", "))",
                    "one of: \(kind.law.legalBases.joined(separator: ", "))"
                ))
        }
        for basis in flow.legalBases where !kind.law.legalBases.contains(basis) {
            let list = kind.law.legalBases.joined(separator: ", ")
            found(
                "legal_basis", "\(place).legal_bases",
                ("ne fonde pas ce type (\(basis))", "is no ground of this kind (\(basis))"),
                ("parmi : \(list)", "out of: \(list)"))
        }
        switch (kind.law.adhesion, flow.adhesion) {
        case (.required, .recorded), (.required, .notRequired):
            found(
                "adhesion_missing", "\(place).adhesion",
                ("ce type demande l'adhésion de la personne", "this kind demands the person's adhesion"),
                ("adhesion: required", "adhesion: required"))
        case (.neverRequired, .required), (.notRequired, .required), (.notRequired, .recorded):
            found(
                "adhesion_blocks", "\(place).adhesion",
                (
                    "l'adhésion bloquerait ce que la loi permet sans elle",
                    "adhesion would block what the law permits without it"
                ), ("adhesion: not_required", "adhesion: not_required"))
        default: break
        }
        if kind.law.callFirst, !flow.callFirst {
            found(
                "call_missing", place,
                ("le téléphone vient d'abord pour ce type", "the telephone comes first for this kind"),
                ("call_first: true", "call_first: true"))
        }
        if kind.law.replyOnly != flow.replyOnly {
            found(
                "reply_only", "\(place).reply_only",
                ("reply_only ne convient pas à ce type", "reply_only does not suit this kind"),
                ("reply_only: \(kind.law.replyOnly)", "reply_only: \(kind.law.replyOnly)"))
        }
    }

    // MARK: Attachments

    private static let types: Set<String> = [
        "application/pdf", "image/png", "image/jpeg", "text/plain", "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ]
    private static let largest = 2 << 30

    private mutating func checkAttachments(_ flow: Flow, _ kind: FormKind) {
        let place = "flows.\(flow.id).attachments"
        guard flow.attachments.count > 0 else { return }
        if !kind.law.attachments {
            found(
                "attachments", place, ("ce type n'a pas de pièce jointe", "this kind has no attachment"),
                ("retirez attachments", "take attachments out"))
        }
        for type in flow.attachments.types where !Self.types.contains(type) {
            let list = Self.types.sorted().joined(separator: ", ")
            found(
                "attachment_type", "\(place).types",
                ("type de fichier refusé (\(type))", "file type refused (\(type))"),
                ("parmi : \(list)", "out of: \(list)"))
        }
        if flow.attachments.bytes < 1 || flow.attachments.bytes > Self.largest {
            found(
                "attachment_size", "\(place).bytes",
                ("hors de 1 à \(Self.largest) octets", "not between 1 and \(Self.largest) bytes"),
                ("par exemple 26214400", "for example 26214400"))
        }
    }
}
