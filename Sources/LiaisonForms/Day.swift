// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes

/// A day of the Gregorian calendar.
public struct Day: Hashable, Comparable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nil when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        let parts = DateComponents(calendar: Calendar(identifier: .gregorian), year: year, month: month, day: day)
        guard parts.isValidDate else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter text: `1990-03-14`.
    init?(iso text: String) {
        guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day that an instant belongs to in `zone`.
    init(of instant: Instant, in zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = instant.date
        year = calendar.component(.year, from: date)
        month = calendar.component(.month, from: date)
        day = calendar.component(.day, from: date)
    }

    public static func < (one: Day, other: Day) -> Bool {
        (one.year, one.month, one.day) < (other.year, other.month, other.day)
    }

    func moved(by limit: RelativeLimit) -> Day { Day(of: limit.instant(from: startInGMT), in: .gmt) }

    func moved(days: Int) -> Day { Day(of: startInGMT + .days(days), in: .gmt) }

    private var startInGMT: Instant {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let start = calendar.date(from: DateComponents(year: year, month: month, day: day))
        return Instant(start ?? .distantPast)
    }

    /// `1990-03-14`, as it is stored.
    var iso: String { "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))" }

    /// As people read it: `14/03/1990`, in English `1990-03-14`.
    public func text(_ language: Language) -> String {
        language("\(padded(day, to: 2))/\(padded(month, to: 2))/\(padded(year, to: 4))", iso)
    }
}

/// `number` with zeros before it.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
