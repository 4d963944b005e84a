// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes

struct Units: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "L'annuaire : les unités, leur téléphone, et lesquelles sont joignables maintenant.",
            "The directory: units, telephone, who can be reached now."))

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "Seulement les unités dont l'adresse, le nom, le type ou la commune contient ce texte.",
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
        /// Whether somebody there can open a transmission and the unit is open now.
        var reachable: Bool
    }

    func run() async throws {
        try await global.withSession { session, console in
            let now = Clock.now()
            try await session.know(try session.institutions())
            let calendar = session.directory.convention.map { WorkingCalendar($0.body) }
            let units = session.directory.rosters.values.flatMap(\.body.units).sorted { $0.address < $1.address }
            let shown = units.filter(matches)
            try await session.know(Set(shown.map(\.address.institution)), keys: true)
            let rows = shown.map { unit in
                Row(
                    unit: unit.address, kind: unit.kind, name: unit.name, town: unit.town, phone: unit.phone,
                    dutyPhone: unit.dutyPhone, roles: unit.roles,
                    reachable: !unit.isAbsent(at: now) && calendar?.isOpen(at: now, unit.opening) ?? true
                        && !session.directory.encryptionKeys(of: unit.address, at: now).isEmpty)
            }
            try console.print(rows) {
                rows.map { row in
                    let reachable =
                        row.reachable
                        ? console.language("joignable", "reachable")
                        : console.language("fermée ou sans lecteur", "closed or without a reader")
                    let duty = row.dutyPhone.map { console.language(", permanence ", ", duty line ") + $0 } ?? ""
                    return "\(row.unit)" + console.language(" : ", ": ")
                        + "\(row.name), \(row.town), \(row.phone)\(duty) (\(reachable))"
                }.joined(separator: "\n")
            }
        }
    }

    private func matches(_ unit: LiaisonModel.Unit) -> Bool {
        guard let text = text?.lowercased() else { return true }
        return [unit.address.description, unit.name, unit.kind, unit.town].contains { $0.lowercased().contains(text) }
    }
}
