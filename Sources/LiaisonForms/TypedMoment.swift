// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes

/// Dates and times as people type them.
enum TypedMoment {
    /// What a clock may be fast: a time that is due within it is meant for today.
    private static let tolerance: Seconds = 120

    // MARK: Days

    /// The day that `text` means: `14/03/1990`, `14.3.1990`, `1990-03-14`, `14 mars 1990`; with a clock also `hier`.
    ///
    /// - Throws: `TypingFailure` for a year of two digits and for a day that the calendar does not have.
    /// - Returns: nil when it is no date.
    static func day(_ text: String, _ context: TypedContext?) throws -> Day? {
        let typed = plain(text)
        if let context, let distance = distances[typed] {
            return Day(of: context.now, in: context.zone).moved(days: distance)
        }
        if let match = typed.wholeMatch(of: /([0-9]{4})[\/.-]([0-9]{1,2})[\/.-]([0-9]{1,2})/) {
            return try day(text, Int(match.1), Int(match.2), Int(match.3))
        }
        if let match = typed.wholeMatch(of: /([0-9]{1,2})[\/. -]([0-9]{1,2})[\/. -]([0-9]{4})/) {
            return try day(text, Int(match.3), Int(match.2), Int(match.1))
        }
        if let match = typed.wholeMatch(of: /([0-9]{1,2})(?:er)? ([a-z]{3,9})\.? ([0-9]{4})/) {
            guard let month = month(String(match.2)) else { return nil }
            return try day(text, Int(match.3), month, Int(match.1))
        }
        guard !hasShortYear(typed) else { throw TypingFailure.yearOfTwoDigits(text) }
        return nil
    }

    private static let distances = [
        "aujourd hui": 0, "aujourdhui": 0, "today": 0, "hier": -1, "yesterday": -1, "avant-hier": -2, "avant hier": -2
    ]

    private static let months: [[String]] = [
        ["janvier", "january"], ["fevrier", "february"], ["mars", "march"], ["avril", "april"], ["mai", "may"],
        ["juin", "june"], ["juillet", "july"], ["aout", "august"], ["septembre", "september"],
        ["octobre", "october"], ["novembre", "november"], ["decembre", "december"]
    ]

    /// 1 to 12, by the beginning of its name in either language.
    private static func month(_ typed: String) -> Int? {
        let found = months.indices.filter { months[$0].contains { $0.hasPrefix(typed) } }
        return found.count == 1 ? found[0] + 1 : nil
    }

    private static func hasShortYear(_ typed: String) -> Bool {
        let isNumbers = typed.wholeMatch(of: /[0-9]{1,2}[\/. -][0-9]{1,2}[\/. -][0-9]{1,2}/) != nil
        return isNumbers || typed.wholeMatch(of: /[0-9]{1,2}(?:er)? [a-z]{3,9}\.? [0-9]{1,2}/) != nil
    }

    private static func day(_ text: String, _ year: Int?, _ month: Int?, _ day: Int?) throws -> Day {
        guard let year, let month, let day, let found = Day(year: year, month: month, day: day) else {
            throw TypingFailure.noSuchDay(text)
        }
        return found
    }

    // MARK: Instants

    /// The instant that `text` means, as RFC 3339: `23:14` (the latest that has been), `hier 21h40`, `21/11/2026 23:14`.
    /// Without a clock and a zone, RFC 3339 only.
    ///
    /// - Throws: `TypingFailure`, as `day`, and for an hour that the day does not have.
    /// - Returns: nil when it is no instant.
    static func instant(_ text: String, _ context: TypedContext?) throws -> String? {
        let exact = FieldDefinition.instant(text)
        guard let context else { return exact == nil ? nil : text }
        if let exact { return rfc3339(exact, context.zone) }
        let typed = plain(text)
        if let time = clock(typed[...]) { return try rfc3339(latest(time, text, context), context.zone) }
        guard let match = typed.wholeMatch(of: /(.+?),?(?: a| at)? ([0-9]{1,2} ?[:h] ?(?:[0-9]{2})?)/),
            let time = clock(match.2), let day = try day(String(match.1), context)
        else { return nil }
        return try rfc3339(instant(day, time, text, context), context.zone)
    }

    private struct Time {
        var hour: Int
        var minute: Int
    }

    /// `23:14`, `23h14`, `23 h 14`, `23h`.
    private static func clock(_ text: Substring) -> Time? {
        guard let match = text.wholeMatch(of: /([0-9]{1,2}) ?([:h]) ?([0-9]{2})?/), let hour = Int(match.1),
            match.2 == "h" || match.3 != nil
        else { return nil }
        let minute = match.3.flatMap { Int($0) } ?? 0
        return Time(hour: hour, minute: minute)
    }

    /// Today, or yesterday when that is still to come.
    private static func latest(_ time: Time, _ text: String, _ context: TypedContext) throws -> Instant {
        let today = Day(of: context.now, in: context.zone)
        let found = try? instant(today, time, text, context)
        if let found, found <= context.now + tolerance { return found }
        return try instant(today.moved(days: -1), time, text, context)
    }

    /// Of an hour that comes twice in October, the latest that has been.
    private static func instant(_ day: Day, _ time: Time, _ text: String, _ context: TypedContext) throws -> Instant {
        let found = instants(day, time, context.zone)
        guard let instant = found.last(where: { $0 <= context.now + tolerance }) ?? found.first else {
            throw TypingFailure.noSuchTime(text)
        }
        return instant
    }

    /// Every instant at which the clocks of `zone` show this time on this day: none, one or two.
    private static func instants(_ day: Day, _ time: Time, _ zone: TimeZone) -> [Instant] {
        guard time.hour < 24, time.minute < 60 else { return [] }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = DateComponents(
            year: day.year, month: day.month, day: day.day, hour: time.hour, minute: time.minute)
        guard let date = calendar.date(from: parts) else { return [] }
        let near = [-3600, 0, 3600].map { Instant(date) + $0 }
        return near.filter { instant in
            Day(of: instant, in: zone) == day && calendar.component(.hour, from: instant.date) == time.hour
                && calendar.component(.minute, from: instant.date) == time.minute
        }
    }

    /// RFC 3339 in `zone`, with its distance from UTC.
    static func rfc3339(_ instant: Instant, _ zone: TimeZone) -> String {
        let offset = zone.secondsFromGMT(for: instant.date) / 60 * 60
        let seconds = ((instant.rawValue + offset) % 86_400 + 86_400) % 86_400
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, to: 2) }.joined(separator: ":")
        let minutes = abs(offset) / 60
        let sign = offset < 0 ? "-" : "+"
        let distance = offset == 0 ? "Z" : "\(sign)\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))"
        return "\(Day(of: instant, in: zone).iso)T\(time)\(distance)"
    }

    /// The zone that an RFC 3339 instant is written in.
    static func zone(of text: String) -> TimeZone {
        guard let match = text.wholeMatch(of: /.*([+-])([0-9]{2}):?([0-9]{2})/), let hours = Int(match.2),
            let minutes = Int(match.3)
        else { return .gmt }
        let seconds = hours * 3600 + minutes * 60
        return TimeZone(secondsFromGMT: match.1 == "-" ? -seconds : seconds) ?? .gmt
    }

    // MARK: Text

    /// Lower case, without accents and apostrophes, one plain space between words.
    private static func plain(_ text: String) -> String {
        let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).lowercased()
        return folded.split { $0.isWhitespace || $0 == "'" || $0 == "’" }.joined(separator: " ")
    }
}
