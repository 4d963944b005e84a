// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import Testing

struct ClockTimeTests {
    @Test(arguments: [
        ("9", 540), ("09", 540), ("9h", 540), ("9 h 30", 570), ("9 H 30", 570), ("09:00", 540), ("17.45", 1065),
        ("0:00", 0),
        ("24:00", 1440), ("24", 1440), (" 8 h 05 ", 485)
    ])
    func timesAreReadAsPeopleWriteThem(text: String, minutes: Int) {
        #expect(ClockTime.minutes(text) == minutes)
    }

    @Test(arguments: ["", "h", "25", "24:01", "9:60", "9:5", "9-12", "midi", "9 h 30 m", "009", "９"])
    func whatIsNoTimeIsNone(text: String) {
        #expect(ClockTime.minutes(text) == nil)
    }
}
