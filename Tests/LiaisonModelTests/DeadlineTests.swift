// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import Testing

struct DeadlineTests {
    private let calendar = WorkingCalendar(timeZone: "Europe/Paris", holidays: ["2026-05-25"])
    private let office = (1...5).map { OpeningHours(day: $0, from: 510, to: 1050, weeks: .all) }

    private func instant(_ text: String) throws -> Instant {
        Instant(try Date(text, strategy: .iso8601))
    }

    @Test(arguments: [
        // elapsed
        ("2026-05-21T22:00:00Z", Seconds.minutes(15), UrgencyRule.Clock.elapsed, "2026-05-21T22:15:00Z"),
        // Friday to Tuesday: a weekend and Whit Monday between
        ("2026-05-22T09:00:00Z", 86_400, .workingDays, "2026-05-26T09:00:00Z"),
        // Friday 17:00 in Paris, two hours of opening: half an hour that day, then Tuesday from 08:30
        ("2026-05-22T15:00:00Z", 7200, .opening, "2026-05-26T08:00:00Z"),
        // at night: from the next opening on
        ("2026-05-20T21:10:00Z", 3600, .opening, "2026-05-21T07:30:00Z"),
        // over the change to winter time the wall clock counts
        ("2026-10-23T12:00:00Z", 86_400, .workingDays, "2026-10-26T13:00:00Z")
    ])
    func due(from: String, within: Seconds, clock: UrgencyRule.Clock, expected: String) throws {
        #expect(
            calendar.due(from: try instant(from), within: within, clock: clock, opening: office)
                == (try instant(expected)))
    }

    @Test func alternateWeeks() throws {
        let odd = [OpeningHours(day: 2, from: 840, to: 1020, weeks: .odd)]
        #expect(calendar.isOpen(at: try instant("2026-05-19T13:00:00Z"), odd))  // week 21
        #expect(!calendar.isOpen(at: try instant("2026-05-26T13:00:00Z"), odd))  // week 22
        #expect(calendar.isOpen(at: 0, []))
    }
}
