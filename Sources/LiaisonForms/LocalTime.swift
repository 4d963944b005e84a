// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonNotes

/// Instants as people of a time zone read them, with the zone's distance from UTC: an hour that comes twice in October
/// is then two.
public struct LocalTime: Sendable {
    public let zone: TimeZone

    public init(_ zone: TimeZone) { self.zone = zone }

    /// - Parameter identifier: as the convention names its zone (IANA); an unknown one is UTC.
    public init(zone identifier: String) { zone = TimeZone(identifier: identifier) ?? .gmt }

    /// For example `21/11/2026 à 18:55:37 (UTC+1)`.
    public func text(_ instant: Instant, _ language: Language) -> String {
        let date = instant.date
        let calendar = Calendar(identifier: .gregorian)
        let french: Date.FormatString = "\(day: .twoDigits)/\(month: .twoDigits)/\(year: .defaultDigits) à "
        let english: Date.FormatString = "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) "
        let clock: Date.FormatString =
            "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)"
        let texts = [language == .fr ? french : english, clock].map {
            date.formatted(Date.VerbatimFormatStyle(format: $0, timeZone: zone, calendar: calendar))
        }
        return texts.joined() + " (\(offset(at: date)))"
    }

    /// The day: 21/11/2026 in French, 2026-11-21 in English.
    public func day(_ instant: Instant, _ language: Language) -> String {
        let day = instant.date.formatted(Date.ISO8601FormatStyle(timeZone: zone).year().month().day())
        return language(day.split(separator: "-").reversed().joined(separator: "/"), day)
    }

    /// As people say it who look at it now: `aujourd'hui à 18 h 55`, `demain à 10 h 30`, `lundi 30 novembre à 9 h 00`; with
    /// the year when it is another one. Minutes are enough here; `text` says it for good.
    public func near(_ instant: Instant, now: Instant, _ language: Language) -> String {
        let date = instant.date
        let calendar = calendar(language)
        let days = daysBetween(now, instant, calendar)
        let parts = calendar.dateComponents([.hour, .minute, .weekday, .day, .month, .year], from: date)
        let minute = parts.minute.map { ($0 < 10 ? "0" : "") + String($0) } ?? "00"
        let hour = language("\(parts.hour ?? 0) h \(minute)", "\(parts.hour ?? 0):\(minute)")
        let relative: String? =
            switch days {
            case -1: language("hier", "yesterday")
            case 0: language("aujourd'hui", "today")
            case 1: language("demain", "tomorrow")
            default: nil
            }
        let thisYear = calendar.component(.year, from: now.date)
        let year = parts.year == thisYear ? "" : " \(parts.year ?? 0)"
        let weekday = Self.weekdays(language)[((parts.weekday ?? 1) + 6) % 7]
        let month = Self.months(language)[((parts.month ?? 1) + 11) % 12]
        let ordinal = parts.day == 1 ? language("1er", "1") : "\(parts.day ?? 0)"
        let day = relative ?? "\(weekday) \(ordinal) \(month)\(year)"
        return day + language(" à ", " at ") + hour
    }

    /// How long ago `instant` was: `4 min`, `3 h`, `2 jours`.
    public static func age(_ instant: Instant, now: Instant, _ language: Language) -> String {
        let length = max(now - instant, 0)
        switch length {
        case ..<(.minutes(1)): return language("moins d'une minute", "less than a minute")
        case ..<(.hours(1)): return "\(length.minutes) min"
        case ..<(.days(1)): return "\(length.hours) h"
        default:
            let days = length.days
            return language("\(days) jour\(days > 1 ? "s" : "")", "\(days) day\(days > 1 ? "s" : "")")
        }
    }

    private func calendar(_ language: Language) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }

    private func daysBetween(_ now: Instant, _ instant: Instant, _ calendar: Calendar) -> Int? {
        let days = [now, instant].map { calendar.startOfDay(for: $0.date) }
        return calendar.dateComponents([.day], from: days[0], to: days[1]).day
    }

    private static func weekdays(_ language: Language) -> [String] {
        language == .fr
            ? ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"]
            : ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    }

    private static func months(_ language: Language) -> [String] {
        language == .fr
            ? [
                "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
                "novembre", "décembre"
            ]
            : [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December"
            ]
    }

    private func offset(at date: Date) -> String {
        let minutes = zone.secondsFromGMT(for: date) / 60
        guard minutes != 0 else { return "UTC" }
        let rest = abs(minutes) % 60
        return "UTC\(minutes < 0 ? "-" : "+")\(abs(minutes) / 60)"
            + (rest == 0 ? "" : ":\(rest < 10 ? "0" : "")\(rest)")
    }
}
