// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonNotes

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

    /// When `within` (on the clock of working days at most ten years) after `instant` is over on `clock`.
    ///
    /// - Parameter opening: the unit's hours; empty means always open.
    public func due(
        from instant: Instant, within: Seconds, clock: UrgencyRule.Clock, opening: [OpeningHours]
    ) -> Instant {
        switch clock {
        case .elapsed: instant + within
        case .workingDays: workingDays(from: instant, count: min((within + 86_399).days, 3660))
        case .opening: opening.isEmpty ? instant + within : open(from: instant, within, opening)
        }
    }

    public func isOpen(at instant: Instant, _ opening: [OpeningHours]) -> Bool {
        opening.isEmpty
            || intervals(ofDayAt: instant, opening).contains { $0.start <= instant && instant < $0.end }
    }

    /// When it opens next; nil when that is not within two months, or it never closes.
    public func opens(after instant: Instant, _ opening: [OpeningHours]) -> Instant? {
        var day = instant
        for _ in 0..<62 {
            if let next = intervals(ofDayAt: day, opening).first(where: { $0.start > instant }) { return next.start }
            day = nextDay(after: day)
        }
        return nil
    }

    private func workingDays(from instant: Instant, count: Int) -> Instant {
        var date = instant.date
        var left = count
        while left > 0, let next = calendar.date(byAdding: .day, value: 1, to: date) {
            date = next
            if isWorkingDay(date) { left -= 1 }
        }
        return Instant(date)
    }

    /// Walks the open intervals of at most two years; a unit that never opens is due when they end.
    private func open(from instant: Instant, _ within: Seconds, _ opening: [OpeningHours]) -> Instant {
        var left = within
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

    private func nextDay(after instant: Instant) -> Instant {
        let start = calendar.startOfDay(for: instant.date)
        let next = calendar.date(byAdding: .day, value: 1, to: start) ?? start.addingTimeInterval(86_400)
        return Instant(next)
    }

    private func intervals(
        ofDayAt instant: Instant, _ opening: [OpeningHours]
    ) -> [(start: Instant, end: Instant)] {
        let date = instant.date
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
            return (Instant(from), Instant(to))
        }
        .sorted { $0.0 < $1.0 }
    }
}
