// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonWords

struct Alerts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: inWords(
            "Ce qui demande que quelqu'un agisse : sans réponse, refusé, retiré, expiré, répondu ; avec les numéros à appeler.",
            "What somebody has to act on: unanswered, refused, withdrawn, expired, answered; with the numbers to call.")
    )
    @OptionGroup var global: GlobalOptions

    private struct Row: Encodable {
        var id: TransmissionID
        var reason: Alert.Reason
        var unit: UnitAddress
        var told: UnitAddress
        var kind: String?
        var urgency: Urgency?
        var code: ReasonCode?
        var state: DeliveryState?
        var at: String
        var dueAt: String?
        var openedAt: String?
        var notifyBefore: String?
        var steps: Int
        var call: UnitAddress
        var phone: String?
        var dutyPhone: String?
    }

    func run() async throws {
        try await global.withSession(.goOn, outbox: .leavesQuietly) { session, console in
            let voice = Voice(session, console.language)
            try await session.knowUndeposited()
            try voice.sayUndeposited(console)
            let isAllSent = try session.outbox.waiting().isEmpty
            let alerts = try await session.alerts()
            try await session.know(
                Set(alerts.flatMap { [$0.other.institution, $0.unit.institution] }), keys: true)
            let rows = alerts.map { row($0, session.directory.unit($0.other)) }
            try session.remember(list: alerts.map(\.transmission))
            try console.print(rows) {
                alerts.isEmpty
                    ? isAllSent
                        ? console.language("Aucune alerte.", "No alert.")
                        : console.language(
                            "Aucune alerte en dehors de ce qui n'est pas transmis.",
                            "No alert besides what is not sent.")
                    : alerts.enumerated().map { number, alert in
                        voice.text(alert, number: number + 1).joined(separator: "\n")
                    }.joined(separator: "\n")
            }
            // The end of an alert is told once.
            for alert in alerts where alert.reason == .ended { try session.dismiss(alert) }
            try voice.sayHowOld(console)
        }
    }

    private func row(_ alert: Alert, _ unit: LiaisonModel.Unit?) -> Row {
        Row(
            id: alert.transmission, reason: alert.reason, unit: alert.unit, told: alert.told,
            kind: alert.routing?.kind, urgency: alert.routing?.urgency, code: alert.code, state: alert.state,
            at: Clock.text(alert.at), dueAt: alert.dueAt.map(Clock.text), openedAt: alert.openedAt.map(Clock.text),
            notifyBefore: alert.notifyBefore.map(Clock.text), steps: alert.steps, call: alert.other,
            phone: unit?.phone, dutyPhone: unit?.dutyPhone)
    }
}

struct Dismiss: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss",
        abstract: inWords(
            "Ne plus montrer sur ce poste les alertes d'une transmission dont vous vous êtes occupé.",
            "No longer show on this device the alerts on a transmission that you have dealt with."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    private struct Answer: Encodable {
        var dismissed: Int
        var standing: Int
    }

    func run() async throws {
        try await global.withSession { session, console in
            let result = try await session.dismiss(transmission.value(session))
            try console.print(Answer(dismissed: result.dismissed, standing: result.standing)) {
                var text =
                    result.dismissed == 0
                    ? console.language("Rien à écarter.", "Nothing to dismiss.")
                    : console.language("Alerte écartée.", "Alert dismissed.")
                if result.standing > 0 {
                    text += console.language(
                        " Une alerte reste : elle ne finit qu'avec une réponse.",
                        " One alert stays: it ends with an answer only.")
                }
                return text
            }
        }
    }
}
