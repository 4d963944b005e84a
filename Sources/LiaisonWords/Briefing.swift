// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
import LiaisonForms
public import LiaisonModel
import LiaisonNotes

/// What a sender is told before the form, while confirming, and whom to call: the same lines wherever they stand.
public struct Briefing {
    public let voice: Voice
    public let routing: Routing
    public let permit: Permit
    public let recipient: LiaisonModel.Unit
    public let rescue: [String]

    /// - Parameter rescue: what `Voice.rescueNumbers` says of the kind.
    public init(voice: Voice, routing: Routing, permit: Permit, recipient: LiaisonModel.Unit, rescue: [String]) {
        self.voice = voice
        self.routing = routing
        self.permit = permit
        self.recipient = recipient
        self.rescue = rescue
    }

    private var language: Language { voice.language }

    /// Units that the lines name.
    public var named: [UnitAddress] {
        routing.recipients + recipient.standbyUnits + (recipient.absence?.substitutes ?? [])
    }

    /// Whom to call: the recipient, then rescue.
    public var numbers: [String] { voice.numbers(recipient.address) + rescue }

    /// That the telephone comes first, where it does.
    public var call: [String] {
        guard routing.urgency.asksForACall || permit.flow.callFirst else { return [] }
        return [language("TÉLÉPHONEZ D'ABORD.", "TELEPHONE FIRST.")] + numbers.map { "  \($0)" }
    }

    /// Whether the recipient can be reached now, when an answer is due, and who else will be able to read.
    public var beforeTheForm: [String] {
        var lines: [String] = []
        let presence = voice.presence(recipient)
        if presence != .open { lines.append("\(recipient.name)" + language(" : ", ": ") + voice.text(presence)) }
        if let due = due(routing.urgency) {
            lines.append(language("Réponse attendue : ", "Answer due: ") + voice.when(due))
        }
        let standby = recipient.standbyUnits.filter(voice.canRead)
        if !standby.isEmpty {
            let names = standby.map(voice.name).joined(separator: " ; ")
            lines.append(
                language(
                    "Scellée aussi pour être lue, si l'unité est absente ou ne répond pas, par : \(names).",
                    "Sealed for \(names) as well, who will read it in absence or silence."))
        }
        return lines
    }

    /// When an answer is due, by the recipient's hours.
    private func due(_ urgency: Urgency) -> Instant? {
        guard let rule = permit.flow.rule(for: urgency), let convention = voice.session.directory.convention?.body
        else {
            return nil
        }
        return WorkingCalendar(convention).due(
            from: voice.session.clock(), within: rule.within, clock: rule.clock, opening: recipient.opening)
    }

    /// The urgencies that may be chosen, each with when an answer would be due.
    ///
    /// - Parameter only: one that was chosen already.
    public func urgencies(only chosen: Urgency?) -> [(urgency: Urgency, meaning: String)] {
        permit.flow.urgencies.map(\.urgency).filter { chosen == nil || $0 == chosen }.map { urgency in
            (urgency, due(urgency).map { language("réponse attendue ", "answer due ") + voice.when($0) } ?? "")
        }
    }

    /// To whom, what, how urgent, by when; and who gets a copy.
    public func heading(_ urgency: Urgency) -> [String] {
        var lines = [
            voice.title(routing.kind) + language(", urgence : ", ", urgency: ") + urgency.text(language),
            language("À : ", "To: ") + "\(recipient.name), \(recipient.town) — \(recipient.address)"
        ]
        if let due = due(urgency) { lines.append(language("Réponse attendue : ", "Answer due: ") + voice.when(due)) }
        for copy in routing.copies {
            lines.append(language("Copie obligatoire : ", "Mandatory copy: ") + "\(voice.name(copy)) — \(copy)")
        }
        return lines
    }

    /// The same for a form that was not asked for field by field, with the numbers again.
    public func echo(of plan: SendPlan) -> [String] {
        var lines = heading(plan.routing.urgency)
        if let call = plan.routing.phoneConfirmedAt {
            lines.append(language("Appel téléphonique : ", "Telephone call: ") + voice.when(call))
        }
        if !plan.attachments.isEmpty {
            lines.append(language("Pièces jointes : ", "Attachments: ") + plan.attachments.joined(separator: ", "))
        }
        return lines + numbers.map { "  \($0)" }
    }
}
