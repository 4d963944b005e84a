// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonNotes

/// From the beginning of one day to the end of another, as people of a time zone name days.
public struct DayPeriod: Hashable, Sendable {
    /// Why two days are no period.
    public enum Failure: Error, Hashable, Sendable {
        /// Not a day, as `YYYY-MM-DD` names one.
        case notADay(String)
        /// The last day comes before the first, or the first is yet to come.
        case empty
    }

    public let since: Instant
    /// Not within it any more.
    public let until: Instant

    /// - Parameters:
    ///   - first: `YYYY-MM-DD`; from the beginning for nil.
    ///   - last: likewise; until now for nil.
    ///   - end: what comes later is nobody's to ask for.
    /// - Throws: `Failure`.
    public init(first: String?, last: String?, in zone: TimeZone, end: Instant) throws(Failure) {
        let calendar = Self.calendar(zone)
        since = try Self.beginning(of: first, zone).map { Instant($0) } ?? 0
        var until = end
        if let last = try Self.beginning(of: last, zone) {
            guard let next = calendar.date(byAdding: .day, value: 1, to: last) else { throw .notADay("\(last)") }
            until = min(Instant(next), end)
        }
        self.until = until
        guard since < until else { throw .empty }
    }

    public func contains(_ instant: Instant) -> Bool { since <= instant && instant < until }

    /// The day that an instant lies in, as fields for days have it: `2026-11-29`.
    public static func day(_ instant: Instant, in zone: TimeZone) -> String {
        instant.date.formatted(style(zone))
    }

    /// The first day of the month that an instant lies in.
    public static func firstOfMonth(_ instant: Instant, in zone: TimeZone) -> String {
        day(instant, in: zone).dropLast(2) + "01"
    }

    private static func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }

    private static func style(_ zone: TimeZone) -> Date.ISO8601FormatStyle {
        Date.ISO8601FormatStyle(timeZone: zone).year().month().day()
    }

    private static func beginning(of day: String?, _ zone: TimeZone) throws(Failure) -> Date? {
        guard let day else { return nil }
        // The style reads more than it writes.
        guard let date = try? style(zone).parse(day), date.formatted(style(zone)) == day else {
            throw .notADay(day)
        }
        return date
    }
}
