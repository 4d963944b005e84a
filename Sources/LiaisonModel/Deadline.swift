// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Time limits in a convention's time zone: elapsed seconds, opening hours or working days.
public struct WorkingCalendar: Sendable {
    private let calendar: Calendar
    private let holidays: Set<String>

    /// Unknown time zones count as UTC; `convention check` refuses them before anybody signs.
    public init(timeZone: String, holidays: [String]) {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(identifier: timeZone) ?? .gmt
        self.calendar = calendar
        self.holidays = Set(holidays)
    }

    public init(_ convention: Convention) {
        self.init(timeZone: convention.timeZone, holidays: convention.holidays)
    }

    /// When `within` seconds (on the clock of working days at most ten years) after `instant` are over on `clock`, Unix seconds.
    ///
    /// - Parameter opening: the unit's hours; empty means always open.
    public func due(
        from instant: Int, within: Int, clock: UrgencyRule.Clock, opening: [OpeningHours]
    ) -> Int {
        switch clock {
        case .elapsed: instant + within
        case .workingDays: workingDays(from: instant, count: min((within + 86_399) / 86_400, 3660))
        case .opening: opening.isEmpty ? instant + within : open(from: instant, seconds: within, opening)
        }
    }

    public func isOpen(at instant: Int, _ opening: [OpeningHours]) -> Bool {
        opening.isEmpty
            || intervals(ofDayAt: instant, opening).contains { $0.start <= instant && instant < $0.end }
    }

    /// When it opens next, Unix seconds; nil when that is not within two months, or it never closes.
    public func opens(after instant: Int, _ opening: [OpeningHours]) -> Int? {
        var day = instant
        for _ in 0..<62 {
            if let next = intervals(ofDayAt: day, opening).first(where: { $0.start > instant }) { return next.start }
            day = nextDay(after: day)
        }
        return nil
    }

    private func workingDays(from instant: Int, count: Int) -> Int {
        var date = Date(timeIntervalSince1970: Double(instant))
        var left = count
        while left > 0, let next = calendar.date(byAdding: .day, value: 1, to: date) {
            date = next
            if isWorkingDay(date) { left -= 1 }
        }
        return Int(date.timeIntervalSince1970)
    }

    /// Walks the open intervals of at most two years; a unit that never opens is due when they end.
    private func open(from instant: Int, seconds: Int, _ opening: [OpeningHours]) -> Int {
        var left = seconds
        var day = instant
        for _ in 0..<731 {
            for interval in intervals(ofDayAt: day, opening) where interval.end > instant {
                let start = max(interval.start, instant)
                if interval.end - start >= left { return start + left }
                left -= interval.end - start
            }
            day = nextDay(after: day)
        }
        return day
    }

    private func isWorkingDay(_ date: Date) -> Bool {
        !calendar.isDateInWeekend(date) && !holidays.contains(dayName(date))
    }

    private func dayName(_ date: Date) -> String {
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    private func nextDay(after instant: Int) -> Int {
        let start = calendar.startOfDay(for: Date(timeIntervalSince1970: Double(instant)))
        let next = calendar.date(byAdding: .day, value: 1, to: start) ?? start.addingTimeInterval(86_400)
        return Int(next.timeIntervalSince1970)
    }

    private func intervals(
        ofDayAt instant: Int, _ opening: [OpeningHours]
    ) -> [(start: Int, end: Int)] {
        let date = Date(timeIntervalSince1970: Double(instant))
        guard !holidays.contains(dayName(date)) else { return [] }
        let start = calendar.startOfDay(for: date)
        // Calendar counts Sunday as 1; ISO 8601 Monday.
        let weekday = (calendar.component(.weekday, from: date) + 5) % 7 + 1
        let isOdd = !calendar.component(.weekOfYear, from: date).isMultiple(of: 2)
        return opening.filter { hours in
            hours.day == weekday
                && (hours.weeks == .all || (hours.weeks == .odd) == isOdd)
        }
        .compactMap { hours in
            guard let from = calendar.date(byAdding: .minute, value: hours.from, to: start),
                let to = calendar.date(byAdding: .minute, value: hours.to, to: start)
            else { return nil }
            return (Int(from.timeIntervalSince1970), Int(to.timeIntervalSince1970))
        }
        .sorted { $0.0 < $1.0 }
    }
}
