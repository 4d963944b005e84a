// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonWords

/// A unit's names, numbers and hours as a registrar has typed them, kept letter by letter until they are right.
struct UnitDetailsForm: Sendable {
    /// Hours on one day or several, as the controls of one line hold them.
    struct Row: Sendable {
        var first = ""
        var last = ""
        var from = ""
        var to = ""
        var weeks = OpeningHours.Weeks.all.rawValue

        var isBlank: Bool { [first, last, from, to].allSatisfy(\.isEmpty) }
        /// Whether it is taken out by the word for it.
        var isTakenOut: Bool { first == Self.takenOut }

        /// What the list of first days says for a line that is to go.
        static let takenOut = "none"
    }

    enum Control: String, Sendable { case first, last, from, to }

    /// Why a line of hours cannot be meant so, and at which of its controls.
    enum RowProblem: Error, Hashable {
        case noDay, daysBackwards
        case noTime(String, Control)
        case endsBeforeItBegins

        var control: Control {
            switch self {
            case .noDay: .first
            case .daysBackwards: .last
            case .noTime(_, let control): control
            case .endsBeforeItBegins: .to
            }
        }

        func text(_ language: Language) -> String {
            switch self {
            case .noDay:
                language(
                    "Aucun jour n'est choisi : choisissez-en un, ou effacez les heures.",
                    "No day is chosen: choose one, or clear the hours.")
            case .daysBackwards:
                language(
                    "Le dernier jour vient avant le premier : une ligne va de lundi à dimanche ; faites-en deux.",
                    "The last day comes before the first: a line goes from Monday to Sunday; make it two.")
            case .noTime("", _):
                language("Il manque une heure, par exemple 9 h 00.", "A time is missing, for example 9:00.")
            case .noTime(let text, _):
                language(
                    "Ce n'est pas une heure (\(text)) ; par exemple 9 h 00 ou 17:30.",
                    "This is not a time (\(text)); for example 9:00 or 17:30.")
            case .endsBeforeItBegins:
                language(
                    "La fin vient avant le début : après minuit, faites une autre ligne pour le lendemain.",
                    "The end comes before the beginning: past midnight, make another line for the next day.")
            }
        }
    }

    /// More than a form may bring: the roster takes fewer hours.
    private static let mostRows = 100

    var name: String
    var town: String
    var phone: String
    var dutyPhone: String
    var rows: [Row]

    /// What the roster says now.
    init(_ details: UnitDetails, _ language: Language) {
        name = details.name
        town = details.town
        phone = details.phone
        dutyPhone = details.dutyPhone ?? ""
        rows = OpeningSpan.spans(of: details.opening).map { span in
            Row(
                first: String(span.days.lowerBound), last: span.days.count == 1 ? "" : String(span.days.upperBound),
                from: OpeningHours.clock(span.from, language), to: OpeningHours.clock(span.to, language),
                weeks: span.weeks.rawValue)
        }
    }

    /// What was typed.
    init(_ form: FormBody) {
        func text(_ name: String) -> String { (form[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines) }
        name = text("name")
        town = text("town")
        phone = text("phone")
        dutyPhone = text("duty_phone")
        rows = (1...Self.mostRows).prefix { form.has("first.\($0)") }.map { number in
            Row(
                first: text("first.\(number)"), last: text("last.\(number)"), from: text("from.\(number)"),
                to: text("to.\(number)"), weeks: text("weeks.\(number)"))
        }
    }

    /// Hours by line; nil for a line that says nothing.
    var readRows: [Result<OpeningSpan, RowProblem>?] {
        rows.map { row in row.isBlank || row.isTakenOut ? nil : Result { () throws(RowProblem) in try Self.read(row) } }
    }

    private static func read(_ row: Row) throws(RowProblem) -> OpeningSpan {
        guard let first = Int(row.first), (1...7).contains(first) else { throw .noDay }
        let last = Int(row.last) ?? first
        guard first <= last, last <= 7 else { throw .daysBackwards }
        guard let from = ClockTime.minutes(row.from) else { throw .noTime(row.from, .from) }
        guard let to = ClockTime.minutes(row.to) else { throw .noTime(row.to, .to) }
        guard from < to else { throw .endsBeforeItBegins }
        return OpeningSpan(
            days: first...last, from: from, to: to, weeks: OpeningHours.Weeks(rawValue: row.weeks) ?? .all)
    }

    /// What it says, without the lines of hours that cannot be read.
    var details: UnitDetails {
        let spans = readRows.compactMap { try? $0?.get() }
        let hours = Set(spans.flatMap(\.hours)).sorted {
            ($0.day, $0.from, $0.to, $0.weeks.rawValue) < ($1.day, $1.from, $1.to, $1.weeks.rawValue)
        }
        return UnitDetails(
            name: name, town: town, phone: phone, dutyPhone: dutyPhone.isEmpty ? nil : dutyPhone, opening: hours)
    }

    /// Whether all of it can be read; what it says may still be refused.
    var isReadable: Bool {
        readRows.allSatisfy { row in
            if case .failure = row { return false }
            return true
        }
    }
}
