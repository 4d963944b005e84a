// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// The units, how they stand and who reads there.
struct UnitsPage: Page {
    static let template = "units"
    static let tab: String? = "units"

    struct Item: Sendable {
        let address: String
        let name: String
        let path: String
        let state: String?
        let numbers: [Call]
        let opening: [String]
        let openingLine: String
        let readers: String
        let isUnread: Bool
        let standby: String?

        init(_ unit: LiaisonModel.Unit, _ roster: Roster, _ work: RegistrarAtWork) throws {
            let language = work.language
            address = unit.address.description
            name = "\(unit.name), \(unit.town)"
            path = "/units/\(unit.address)"
            state = try Self.state(of: unit, work)
            let duty = unit.dutyPhone.map {
                NumberLine(before: language("Permanence : ", "Duty line: "), phone: $0, after: "")
            }
            numbers = [NumberLine(before: "", phone: unit.phone, after: ""), duty].compactMap(\.self).map(Call.init)
            opening = unit.openingLines(language)
            openingLine = opening.joined(separator: language(" ; ", "; "))
            let names = roster.readers(of: unit.address, at: work.now).map(\.address.description)
            isUnread = names.isEmpty
            readers = isUnread ? language("Personne n'y lit.", "Nobody reads there.") : names.joined(separator: ", ")
            standby =
                unit.standbyUnits.isEmpty ? nil : try unit.standbyUnits.map(work.name).joined(separator: ", ")
        }

        private static func state(of unit: LiaisonModel.Unit, _ work: RegistrarAtWork) throws -> String? {
            guard let absence = unit.absence, unit.isAbsent(at: work.now) else { return nil }
            let language = work.language
            var text =
                absence.reason == .vacancy ? language("Poste vacant", "Post vacant") : language("Absente", "Absent")
            if let until = absence.until { text += language(" jusqu'au ", " until ") + work.lastDay(until) }
            let names = try absence.substitutes.map(work.name).joined(separator: ", ")
            return text
                + (names.isEmpty
                    ? language(", personne ne la supplée", ", nobody stands in")
                    : language(", suppléance assurée par : ", ", stood in for by: ") + names)
        }
    }

    let notices: RegistrarNotices
    let units: [Item]
    let warnings: [String]
    let hasWarnings: Bool

    init(_ work: RegistrarAtWork) throws {
        notices = try RegistrarNotices(work)
        let draft = try work.registrar.draft()
        units = try draft.units.map { try Item($0, draft, work) }
        warnings = Registrar.loneReaders(in: draft, at: work.now).map { $0.warning(work.language).asSentence }
        hasWarnings = !warnings.isEmpty
    }
}
