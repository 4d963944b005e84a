// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import Testing

@testable import LiaisonDesk

/// A unit's names, numbers and hours as a registrar types them.
struct UnitDetailsFormTests {
    private static let details = UnitDetails(
        name: "Brigade de Gex", town: "Gex", phone: "04 65 71 03 05", dutyPhone: nil,
        opening: OpeningSpan(days: 1...5, from: 540, to: 750, weeks: .all).hours
            + OpeningSpan(days: 6...6, from: 0, to: 1440, weeks: .odd).hours)

    private func query(_ rows: [UnitDetailsForm.Row], phone: String = "04 65 71 03 05") throws -> FormBody {
        let lines = rows.enumerated().map { index, row in
            let number = index + 1
            return
                "first.\(number)=\(row.first)&last.\(number)=\(row.last)&from.\(number)=\(row.from)&to.\(number)=\(row.to)"
                + "&weeks.\(number)=\(row.weeks)"
        }
        return try FormBody(
            urlEncoded: (["name=Brigade+de+Gex", "town=Gex", "phone=\(phone)", "duty_phone="] + lines).joined(
                separator: "&"))
    }

    /// The page that shows what the roster says, sent as it is, changes nothing.
    @Test(arguments: Language.allCases)
    func whatTheRosterSaysIsReadAgainAsItIs(language: Language) throws {
        let shown = UnitDetailsForm(Self.details, language)
        #expect(shown.rows.count == 2)
        let form = UnitDetailsForm(try query(shown.rows))
        #expect(form.isReadable)
        #expect(form.details.changed(from: Self.details).isEmpty)
    }

    private static func row(_ first: String, _ last: String, _ from: String, _ to: String) -> UnitDetailsForm.Row {
        UnitDetailsForm.Row(first: first, last: last, from: from, to: to)
    }

    @Test(arguments: [
        (row("", "", "9h", "12h"), UnitDetailsForm.RowProblem.noDay), (row("8", "", "9h", "12h"), .noDay),
        (row("5", "1", "9h", "12h"), .daysBackwards), (row("5", "8", "9h", "12h"), .daysBackwards),
        (row("1", "5", "neuf", "12h"), .noTime("neuf", .from)), (row("1", "5", "9h", ""), .noTime("", .to)),
        (row("1", "5", "12h", "9h"), .endsBeforeItBegins), (row("1", "5", "9h", "9h"), .endsBeforeItBegins)
    ])
    func whatCannotBeMeantIsToldAndKept(row: UnitDetailsForm.Row, problem: UnitDetailsForm.RowProblem) throws {
        let form = UnitDetailsForm(try query([Self.row("1", "", "8h", "9h"), row]))
        #expect(!form.isReadable)
        guard case .failure(let found) = form.readRows[1] else {
            Issue.record("read")
            return
        }
        #expect(found == problem)
        #expect(
            [form.rows[1].first, form.rows[1].last, form.rows[1].from, form.rows[1].to] == [
                row.first, row.last, row.from, row.to
            ])
    }

    @Test func linesThatSayNothingOrAreTakenOutAreNoHours() throws {
        let form = UnitDetailsForm(
            try query([UnitDetailsForm.Row(), Self.row("none", "5", "9h", "12h"), UnitDetailsForm.Row()]))
        #expect(form.isReadable)
        #expect(form.details.opening.isEmpty)
    }

    /// Lines that say the same twice are one.
    @Test func hoursAreSaidOnce() throws {
        let form = UnitDetailsForm(try query([Self.row("1", "2", "9h", "12h"), Self.row("2", "3", "9", "12:00")]))
        #expect(form.details.opening.map(\.day) == [1, 2, 3])
    }
}
