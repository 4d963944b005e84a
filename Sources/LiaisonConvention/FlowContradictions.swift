// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonModel
import LiaisonNotes

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
            return found(.unknownKind(flow.kind, known: catalogue.kinds.map(\.id)), at: "flows.\(flow.id).kind")
        }
        checkEnds(flow, kind)
        checkLaw(flow, kind)
        checkAttachments(flow, kind)
    }

    private mutating func foundPoliceRequest(_ flow: Flow) {
        found(.policeRequest(kind: flow.kind), at: "flows.\(flow.id).kind")
    }

    // MARK: Roles

    private mutating func checkRoles(_ flow: Flow) {
        for (key, list) in [("from", flow.from), ("to", flow.to), ("copies", flow.copies)] {
            let place = "flows.\(flow.id).\(key)"
            if list.isEmpty, key != "copies" {
                found(.noRole, at: place)
            }
            for role in list {
                if !roles.contains(role) {
                    found(.unknownRole(role), at: place)
                } else if units(holding: [role]).isEmpty {
                    found(.roleWithoutUnit(role), at: place)
                }
            }
        }
    }

    // MARK: Times

    private mutating func checkTimes(_ flow: Flow) {
        let place = "flows.\(flow.id)"
        if flow.retention > .days(90) || flow.retention < .days(1) {
            found(.retentionOutOfBounds, at: "\(place).retention")
        }
        if flow.urgencies.isEmpty {
            found(.noUrgency, at: "\(place).urgencies")
        }
        if Set(flow.urgencies.map(\.urgency)).count != flow.urgencies.count {
            found(.urgencyGivenTwice, at: "\(place).urgencies")
        }
        for rule in flow.urgencies {
            let rulePlace = "\(place).urgencies.\(rule.urgency.rawValue)"
            if rule.within <= 0 || Self.longest(rule.within, rule.clock) >= flow.retention {
                found(.deadlineAfterErasure, at: rulePlace)
            }
            if rule.clock == .elapsed, rule.within < .days(1) {
                for unit in units(holding: flow.to) where !unit.opening.isEmpty && unit.dutyPhone == nil {
                    found(.unreachableAtNight(unit.address), at: rulePlace)
                }
            }
        }
        guard let reply = flow.reply else { return }
        if Self.longest(reply.within, reply.clock) >= flow.retention {
            found(.replyAfterErasure, at: "\(place).reply")
        }
        let back = convention.flows.contains {
            $0.kind == reply.kind && !Set($0.from).isDisjoint(with: flow.to) && !Set($0.to).isDisjoint(with: flow.from)
        }
        if !back {
            found(.replyWithoutFlow(kind: reply.kind), at: "\(place).reply")
        }
    }

    /// The longest that a time limit may last as time passes: week-ends and nights add to it.
    private static func longest(_ within: Seconds, _ clock: UrgencyRule.Clock) -> Seconds {
        switch clock {
        case .elapsed: within
        case .workingDays: within / 5 * 7 + (within.rawValue.isMultiple(of: 5) ? 0 : .days(2))
        case .opening: within * 3 + .days(4)
        }
    }

    // MARK: Escalation

    private mutating func checkEscalation(_ flow: Flow) {
        var earlier: [EscalationTarget] = []
        var last: Seconds = -1
        for step in flow.escalation {
            let place = "flows.\(flow.id).escalation.\(step.to)"
            let role = step.to.role
            if let role, !roles.contains(role) {
                found(.escalationToUnknownRole(step.to), at: place)
            } else if let role, units(holding: [role]).isEmpty {
                found(.escalationToRoleWithoutUnit(step.to), at: place)
            }
            if earlier.contains(step.to) || (role.map { flow.to == [$0] && units(holding: [$0]).count == 1 } ?? false) {
                found(.escalationComesBack(to: step.to), at: place)
            }
            if step.after < last {
                found(.escalationOutOfOrder, at: place)
            }
            if step.after >= flow.retention {
                found(.escalationAfterErasure, at: place)
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
        found(.escalationWithoutHabilitation(step.to), at: place)
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
            found(.contentReturnedToPolice(kind: reply.kind), at: "\(place).reply")
        }
        for (key, present, allowed) in [("from", senders, kind.law.from), ("to", recipients, kind.law.to)] {
            for wrong in present.subtracting(allowed ?? Array(present)).sorted() {
                if key == "to", InstitutionKind.statistics.contains(wrong), kind.law.nominative { continue }
                found(
                    .notForInstitution(kind: flow.kind, institution: wrong, allowed: allowed ?? []),
                    at: "\(place).\(key)")
            }
        }
        if kind.law.nominative, !(kind.law.to ?? []).contains("prefecture"),
            !recipients.isDisjoint(with: InstitutionKind.statistics)
        {
            found(.namesForStatistics, at: "\(place).to")
        }
        if kind.law.sharesSecrets {
            for unit in units(holding: flow.from + flow.to + flow.copies) where !isBoundBySecrecy(unit) {
                found(.notBoundBySecrecy(unit.address, kind: flow.kind), at: place)
            }
        }
        for wanted in kind.law.copiesTo where !kinds(holding: flow.copies).contains(wanted) {
            found(.mandatoryCopyMissing(institution: wanted), at: "\(place).copies")
        }
    }

    private mutating func checkLaw(_ flow: Flow, _ kind: FormKind) {
        let place = "flows.\(flow.id)"
        if flow.legalBases.isEmpty {
            found(.noLegalBasis(allowed: kind.law.legalBases), at: "\(place).legal_bases")
        }
        for basis in flow.legalBases where !kind.law.legalBases.contains(basis) {
            found(.legalBasisOfOtherKinds(basis, allowed: kind.law.legalBases), at: "\(place).legal_bases")
        }
        switch (kind.law.adhesion, flow.adhesion) {
        case (.required, .recorded), (.required, .notRequired):
            found(.adhesionNotDemanded, at: "\(place).adhesion")
        case (.neverRequired, .required), (.notRequired, .required), (.notRequired, .recorded):
            found(.adhesionInTheWay, at: "\(place).adhesion")
        case (.required, .required), (.neverRequired, .recorded), (.neverRequired, .notRequired),
            (.notRequired, .notRequired), (.open, _):
            break
        }
        if kind.law.callFirst, !flow.callFirst {
            found(.callMissing, at: place)
        }
        if kind.law.replyOnly != flow.replyOnly {
            found(.replyOnlyUnsuitable(wanted: kind.law.replyOnly), at: "\(place).reply_only")
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
            found(.attachmentsNotAllowed, at: place)
        }
        for type in flow.attachments.types where !Self.types.contains(type) {
            found(.attachmentTypeRefused(type, allowed: Self.types.sorted()), at: "\(place).types")
        }
        if flow.attachments.bytes < 1 || flow.attachments.bytes > Self.largest {
            found(.attachmentSizeOutOfBounds(most: Self.largest), at: "\(place).bytes")
        }
    }
}
