// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
import LiaisonForms
import LiaisonModel

extension Voice {
    /// What happened, to what, what to do, and whom to call.
    ///
    /// - Parameter number: of its line in a list.
    public func text(_ alert: Alert, number: Int? = nil) -> [String] {
        var lines = [(number.map { "\($0). " } ?? "") + headline(alert)]
        lines.append("  " + subject(alert))
        if let due = alert.dueAt, alert.reason == .unanswered {
            lines.append(
                language("  réponse attendue ", "  answer was due ") + when(due)
                    + language(", il y a \(age(due))", ", \(age(due)) ago"))
        }
        lines += advice(alert).map { "  " + $0 }
        lines += numbers(alert.other).map { "  " + $0 }
        lines.append(language("  référence ", "  reference ") + "\(alert.transmission)")
        return lines
    }

    /// What it is about, from whom and to whom; the unit alone where no envelope verifies.
    public func subject(_ alert: Alert) -> String {
        alert.routing.map {
            heading($0) + language(", de ", ", from ") + name($0.from) + language(" à ", " to ") + name(alert.unit)
        } ?? name(alert.unit)
    }

    /// What happened, and when.
    public func headline(_ alert: Alert) -> String {
        let at = language(", \(when(alert.at))", ", \(when(alert.at))")
        switch alert.reason {
        case .unanswered:
            let state = alert.state.map { ", " + $0.text(language) } ?? ""
            return language("SANS RÉPONSE", "UNANSWERED") + state
        case .unattended:
            return language(
                "PERSONNE NE PEUT L'OUVRIR : l'unité n'a plus de lecteur",
                "NOBODY CAN OPEN IT: the unit has no reader left")
        case .refused:
            let code = alert.code.map { language(" : ", ": ") + $0.text(language) } ?? ""
            return language("REFUSÉE", "REFUSED") + code + at
        case .withdrawn:
            let code = alert.code.map { language(" : ", ": ") + $0.text(language) } ?? ""
            return language("RETIRÉE par l'expéditeur", "WITHDRAWN by the sender") + code + at
        case .expired: return language("EXPIRÉE sans réponse", "EXPIRED without an answer") + at
        case .ended: return language("TERMINÉE : ", "ENDED: ") + (alert.state?.text(language) ?? "") + at
        case .demand: return language("DEMANDE à exécuter, puis à confirmer", "DEMAND to confirm") + at
        case .reminder: return language("RELANCE", "REMINDER") + at
        case .answer: return language("RÉPONSE à lire", "ANSWER to read") + at
        case .arrived: return language("À OUVRIR SANS ATTENDRE", "TO BE OPENED AT ONCE") + at
        }
    }

    /// What to do, in the words of the commands.
    public func advice(_ alert: Alert) -> [String] {
        let id = alert.transmission
        let isOwn = alert.told == alert.unit
        switch alert.reason {
        case .unanswered:
            return [
                isOwn
                    ? language(
                        "À faire : liaison read \(id), puis acknowledge ou refuse",
                        "To do: liaison read \(id), then acknowledge or refuse")
                    : language("À faire : téléphonez à l'unité", "To do: telephone the unit")
            ]
        case .unattended:
            return [
                language(
                    "À faire : téléphonez, retirez-la (liaison withdraw \(id)), puis envoyez à une autre unité",
                    "To do: telephone, take it back (liaison withdraw \(id)), then send to another unit")
            ]
        case .refused: return refusalAdvice(alert)
        case .withdrawn:
            return [language("À faire : n'en tenez plus compte", "To do: act on it no longer"), dismissal(id)]
        case .expired:
            return [
                language("À faire : téléphonez, puis refaites l'envoi", "To do: telephone, then send it again"),
                dismissal(id)
            ]
        case .ended: return []
        case .demand, .reminder, .answer, .arrived:
            return [language("À faire : liaison read \(id)", "To do: liaison read \(id)")]
        }
    }

    private func refusalAdvice(_ alert: Alert) -> [String] {
        var lines = [
            language(
                "Personne ne s'en occupe. À faire : envoyez-la à l'unité compétente, ou téléphonez",
                "Nobody takes charge of it. To do: send it to the competent unit, or telephone")
        ]
        if let before = alert.notifyBefore, let opened = alert.openedAt {
            lines += [
                language(
                    "Ouverte \(when(opened)) par une unité qui n'aurait pas dû la recevoir.",
                    "Opened \(when(opened)) by a unit that should not have received it."),
                language(
                    "Violation de données à caractère personnel possible (RGPD, article 33) : prévenez votre délégué à la protection des données ; à notifier avant \(when(before))",
                    "Possible personal data breach (GDPR 33): tell your DPO; to be notified before \(when(before))"),
                language(
                    "À faire : liaison withdraw \(alert.transmission) --reason misdirected demande la destruction",
                    "To do: liaison withdraw \(alert.transmission) --reason misdirected demands its destruction")
            ]
        }
        return lines + [dismissal(alert.transmission)]
    }

    private func dismissal(_ id: TransmissionID) -> String {
        language("Une fois réglé : liaison dismiss \(id)", "Once settled: liaison dismiss \(id)")
    }
}
