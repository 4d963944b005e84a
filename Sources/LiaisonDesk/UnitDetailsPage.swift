// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonWords

/// The form of a unit's names, numbers and hours: as the roster has them, or as they were typed with what is wrong.
struct UnitDetailsPage: Page {
    static let template = "unitdetails"
    static let tab: String? = "units"

    /// One line of hours.
    struct Row: Sendable {
        let number: Int
        let legend: String
        let firstDays: [Choice]
        let lastDays: [Choice]
        let from: String
        let to: String
        let weeks: [Choice]
        let error: String?
        let isFirstWrong: Bool
        let isLastWrong: Bool
        let isFromWrong: Bool
        let isToWrong: Bool
    }

    struct Problem: Sendable {
        let control: String
        let text: String
    }

    /// Empty lines after those that say something.
    private static let spare = 2

    let address: String
    let heading: String
    let path: String
    let fields: [FormPage.Field]
    let rows: [Row]
    let hoursError: String?
    let problems: [Problem]
    let hasProblems: Bool

    /// - Parameter form: what was typed; without a name in it, the page shows what the draft says.
    init(_ unit: UnitAddress, _ form: FormBody, _ work: RegistrarAtWork) throws {
        guard let known = try work.registrar.units().first(where: { $0.address == unit }) else {
            throw ClientFailure.unknownUnit(unit.description)
        }
        let language = work.language
        let isTyped = form.has("name")
        var typed = isTyped ? UnitDetailsForm(form) : UnitDetailsForm(UnitDetails(known), language)
        if form.has("more") || !isTyped { typed.addRows(Self.spare) }
        let isJudged = isTyped && !form.has("more")
        let findings = isJudged ? typed.details.findings : []
        address = unit.description
        heading = "\(known.name), \(known.town)"
        path = "/units/\(unit)"
        let fields = UnitDetails.Field.allCases.filter { $0 != .opening }.map { field in
            Self.field(field, typed, findings.first { $0.field == field }?.problem, language)
        }
        self.fields = fields
        let read = isJudged ? typed.readRows : typed.rows.map { _ in nil }
        let rows = zip(typed.rows, read).enumerated().map { index, row in
            var problem: UnitDetailsForm.RowProblem?
            if case .failure(let found) = row.1 { problem = found }
            return Self.row(index + 1, row.0, problem, language)
        }
        self.rows = rows
        hoursError = findings.first { $0.field == .opening }?.problem.text(language)
        problems =
            fields.compactMap { field in
                field.error.map {
                    Problem(control: field.control, text: field.label + language(" : ", ": ") + $0)
                }
            }
            + rows.compactMap { row in
                row.error.map {
                    Problem(control: row.wrongControl, text: row.legend + language(" : ", ": ") + $0)
                }
            } + [hoursError].compactMap(\.self).map { Problem(control: "hours", text: $0) }
        hasProblems = !problems.isEmpty
    }

    private static func field(
        _ field: UnitDetails.Field, _ typed: UnitDetailsForm, _ problem: UnitDetails.Problem?, _ language: Language
    ) -> FormPage.Field {
        let (name, value, help): (String, String, String?) =
            switch field {
            case .name: ("name", typed.name, nil)
            case .town: ("town", typed.town, nil)
            case .phone: ("phone", typed.phone, nil)
            case .dutyPhone, .opening:
                (
                    "duty_phone", typed.dutyPhone,
                    language(
                        "Où appeler en dehors des horaires d'ouverture.", "Where to call outside opening hours.")
                )
            }
        let isNumber = field == .phone || field == .dutyPhone
        return FormPage.Field(
            name: name, control: "f-\(name)", label: field.text(language), isOptional: field == .dutyPhone, help: help,
            value: value, error: problem?.text(language), options: [], isLine: true, isText: false, isChoice: false,
            isChoices: false, isFlag: false, isYes: false, isNo: false, kind: isNumber ? "tel" : "text",
            mode: isNumber ? "tel" : "text")
    }

    private static func row(
        _ number: Int, _ row: UnitDetailsForm.Row, _ problem: UnitDetailsForm.RowProblem?, _ language: Language
    ) -> Row {
        let days = OpeningHours.weekdays(language).enumerated().map { (value: String($0 + 1), label: $1) }
        func choices(_ first: (value: String, label: String), _ chosen: String) -> [Choice] {
            ([first] + days).map { Choice(value: $0.value, label: $0.label, isChosen: $0.value == chosen) }
        }
        let goes = Choice(
            value: UnitDetailsForm.Row.takenOut, label: language("retirer cette ligne", "take this line out"),
            isChosen: row.isTakenOut)
        return Row(
            number: number, legend: language("Plage \(number)", "Hours \(number)"),
            firstDays: choices(("", language("aucun", "none")), row.first) + (row.isBlank ? [] : [goes]),
            lastDays: choices(("", language("même jour", "same day")), row.last), from: row.from, to: row.to,
            weeks: [OpeningHours.Weeks.all, .odd, .even].map {
                Choice(value: $0.rawValue, label: weeks($0, language), isChosen: $0.rawValue == row.weeks)
            }, error: problem?.text(language), isFirstWrong: problem?.control == .first,
            isLastWrong: problem?.control == .last, isFromWrong: problem?.control == .from,
            isToWrong: problem?.control == .to)
    }
}

extension UnitDetailsPage {
    /// In the one word that the list has room for.
    private static func weeks(_ weeks: OpeningHours.Weeks, _ language: Language) -> String {
        switch weeks {
        case .all: language("toutes", "every")
        case .odd: language("impaires", "odd")
        case .even: language("paires", "even")
        }
    }
}

extension UnitDetailsPage.Row {
    /// Where the link of its error leads.
    fileprivate var wrongControl: String {
        let control = isFirstWrong ? "first" : isLastWrong ? "last" : isFromWrong ? "from" : "to"
        return "\(control)-\(number)"
    }
}

extension UnitDetailsForm {
    mutating func addRows(_ count: Int) { rows += Array(repeating: Row(), count: count) }
}
