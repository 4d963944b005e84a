// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

struct Units: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "units",
        abstract: inWords(
            "L'annuaire : unités, téléphones, et qui est joignable maintenant ; aussi sans le relais.",
            "The directory: units, telephone, who can be reached now; also without the relay."))

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "Seulement les unités dont l'adresse, le nom, le type ou la ville contient ce texte.",
            "Only units whose address, name, kind or town contains this.", value: ("texte", "text")))
    var text: String?

    private struct Row: Encodable {
        var unit: UnitAddress
        var kind: String
        var name: String
        var town: String
        var phone: String
        var dutyPhone: String?
        var roles: [String]
        /// open, closed, absent, vacant or without_reader.
        var presence: String
        /// Whether somebody there can open a transmission and the unit is open now.
        var reachable: Bool
        var standby: [UnitAddress]
    }

    func run() async throws {
        try await global.withSession(.goOn) { session, console in
            try await session.know(try session.institutions())
            let voice = Voice(session, console.language)
            let units = session.directory.rosters.values.flatMap(\.body.units).sorted { $0.address < $1.address }
            let shown = units.filter(matches)
            try await session.know(Set(shown.map(\.address.institution)), keys: true)
            let rows = shown.map { unit in
                let presence = voice.presence(unit)
                return Row(
                    unit: unit.address, kind: unit.kind, name: unit.name, town: unit.town, phone: unit.phone,
                    dutyPhone: unit.dutyPhone, roles: unit.roles, presence: presence.code,
                    reachable: presence == .open, standby: unit.standbyUnits)
            }
            try console.print(rows) {
                guard !shown.isEmpty else { return none(console.language) }
                return shown.map { unit in
                    let duty =
                        unit.dutyPhone.map { console.language(", permanence ", ", duty line ") + $0 } ?? ""
                    return "\(unit.name), \(unit.town)" + console.language(" : ", ": ") + unit.phone + duty
                        + "\n  " + voice.text(voice.presence(unit)) + " — \(unit.address)"
                }.joined(separator: "\n")
            }
        }
    }

    private func none(_ language: Language) -> String {
        guard let text else { return language("Aucune unité dans l'annuaire.", "No unit in the directory.") }
        return language("Aucune unité trouvée pour « \(text) ».", "No unit found for \"\(text)\".")
    }

    private func matches(_ unit: LiaisonModel.Unit) -> Bool {
        guard let text = text?.lowercased() else { return true }
        return [unit.address.description, unit.name, unit.kind, unit.town].contains { $0.lowercased().contains(text) }
    }
}

extension Presence {
    /// For scripts.
    fileprivate var code: String {
        switch self {
        case .open: "open"
        case .closed: "closed"
        case .absent: "absent"
        case .vacant: "vacant"
        case .withoutReader: "without_reader"
        }
    }
}
