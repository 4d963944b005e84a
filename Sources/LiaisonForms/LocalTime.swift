// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation

/// Instants as people of a time zone read them, with the zone's distance from UTC: an hour that comes twice in October
/// is then two.
public struct LocalTime: Sendable {
    public let zone: TimeZone

    public init(_ zone: TimeZone) { self.zone = zone }

    /// - Parameter identifier: as the convention names its zone (IANA); an unknown one is UTC.
    public init(zone identifier: String) { zone = TimeZone(identifier: identifier) ?? .gmt }

    /// For example `21/11/2026 à 18:55:37 (UTC+1)`.
    public func text(_ instant: Int, _ language: Language) -> String {
        let date = Date(timeIntervalSince1970: Double(instant))
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

    private func offset(at date: Date) -> String {
        let minutes = zone.secondsFromGMT(for: date) / 60
        guard minutes != 0 else { return "UTC" }
        let rest = abs(minutes) % 60
        return "UTC\(minutes < 0 ? "-" : "+")\(abs(minutes) / 60)"
            + (rest == 0 ? "" : ":\(rest < 10 ? "0" : "")\(rest)")
    }
}
