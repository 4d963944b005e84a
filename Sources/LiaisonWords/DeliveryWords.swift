// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
import LiaisonForms
import LiaisonModel
public import LiaisonWire

// What people read of a delivery: in a list, and step by step.

extension Voice {
    /// Whose mail it is, where it is not one's own: another unit's that one stands in for, or a copy.
    public func servedFor(_ delivery: VerifiedDelivery) -> String {
        let copy = delivery.unit == delivery.routing.to ? "" : language(" (copie)", " (copy)")
        guard !session.postUnits.contains(delivery.unit) else { return copy }
        return copy
            + language(", pour \(name(delivery.unit)), en suppléance", ", for \(name(delivery.unit)), standing in")
    }

    /// Where it stands, and when an answer is due or was.
    public func state(of delivery: VerifiedDelivery) -> String {
        var text = delivery.state.text(language)
        if delivery.isErased { text += language(", contenu effacé du relais", ", content erased from the relay") }
        guard !delivery.state.isFinal, let due = delivery.dueAt else { return text }
        let isLate = due < session.clock()
        return text
            + (isLate
                ? language(", EN RETARD : réponse attendue ", ", OVERDUE: answer was due ")
                : language(", réponse attendue ", ", answer due ")) + when(due)
    }

    /// Where a delivery stands, then its events, one in a line.
    public func text(_ delivery: Timeline.Delivery, _ events: [ProvenEvent]) -> String {
        var lines = [name(delivery.unit) + language(" : ", ": ") + delivery.state.text(language)]
        if !delivery.state.isFinal, let due = delivery.dueAt {
            lines[0] += language(", réponse attendue ", ", answer due ") + when(due)
        }
        return (lines + steps(events)).joined(separator: "\n")
    }

    /// When what happened, and which entries of the log prove it: a line for each step.
    public func steps(_ events: [ProvenEvent]) -> [String] {
        let time = LocalTime(session.timeZone)
        return events.told.map { step in
            "  \(time.text(step.event.at, language))  \(step.text(time, language)), "
                + language("preuve : ", "proof: ") + step.proof(language)
        }
    }
}
