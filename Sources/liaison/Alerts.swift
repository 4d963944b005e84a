// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes

struct Alerts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Les transmissions restées sans réponse dans le délai, par référence, avec les numéros à appeler.",
            "What nobody has answered in time, by reference, with the numbers to call."))
    @OptionGroup var global: GlobalOptions

    private struct Row: Encodable {
        var id: TransmissionID
        var unit: UnitAddress
        var told: UnitAddress
        var state: DeliveryState?
        var dueAt: String?
        var steps: Int
        var phone: String?
        var dutyPhone: String?
    }

    func run() async throws {
        try await global.withSession { session, console in
            let alerts = try await session.alerts()
            try await session.know(Set(alerts.map(\.unit.institution)))
            let rows = alerts.map { alert in
                let unit = session.directory.unit(alert.unit)
                return Row(
                    id: alert.transmission, unit: alert.unit, told: alert.told, state: alert.state,
                    dueAt: alert.dueAt.map(Clock.text), steps: alert.steps, phone: unit?.phone,
                    dutyPhone: unit?.dutyPhone)
            }
            try console.print(rows) {
                rows.isEmpty
                    ? console.language("Aucune alerte.", "No alert.")
                    : rows.map { text($0, console.language) }.joined(separator: "\n")
            }
        }
    }

    private func text(_ row: Row, _ language: Language) -> String {
        let due = row.dueAt.map { language(", attendu avant ", ", was due by ") + $0 } ?? ""
        let duty = row.dutyPhone.map { language(", permanence ", ", duty line ") + $0 } ?? ""
        let state = row.state.map { ", " + $0.text(language) } ?? ""
        return language("SANS RÉPONSE ", "UNANSWERED ") + "\(row.id)\n  \(row.unit)\(state)\(due)\n"
            + language("  Appelez : ", "  Call: ") + "\(row.phone ?? "")\(duty)"
    }
}
