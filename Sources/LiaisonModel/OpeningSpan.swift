// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// The same hours on one day or on days that follow each other, as people say them: Monday to Friday, 9:00 to 12:00.
public struct OpeningSpan: Hashable, Sendable {
    /// 1 is Monday, 7 Sunday (ISO 8601).
    public var days: ClosedRange<Int>
    /// Minutes after midnight.
    public var from: Int
    public var to: Int
    public var weeks: OpeningHours.Weeks

    public init(days: ClosedRange<Int>, from: Int, to: Int, weeks: OpeningHours.Weeks) {
        self.days = days
        self.from = from
        self.to = to
        self.weeks = weeks
    }

    /// One interval for each of its days.
    public var hours: [OpeningHours] {
        days.map { OpeningHours(day: $0, from: from, to: to, weeks: weeks) }
    }

    /// The fewest spans that say these hours, in the order of the week.
    public static func spans(of hours: [OpeningHours]) -> [OpeningSpan] {
        let alike = Dictionary(grouping: hours) { OpeningHours(day: 0, from: $0.from, to: $0.to, weeks: $0.weeks) }
        let spans = alike.flatMap { times, days in
            runs(of: Set(days.map(\.day)).sorted()).map {
                OpeningSpan(days: $0, from: times.from, to: times.to, weeks: times.weeks)
            }
        }
        return spans.sorted { $0.place < $1.place }
    }

    private var place: (Int, Int, Int, Int, String) {
        (days.lowerBound, from, to, days.upperBound, weeks.rawValue)
    }

    private static func runs(of days: [Int]) -> [ClosedRange<Int>] {
        days.reduce(into: []) { runs, day in
            if let last = runs.last, last.upperBound + 1 == day {
                runs[runs.count - 1] = last.lowerBound...day
            } else {
                runs.append(day...day)
            }
        }
    }
}
