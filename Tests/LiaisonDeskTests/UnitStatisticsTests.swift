// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import Testing

@testable import LiaisonClient

/// Figures of a unit say how much there was and never who it was about.
struct UnitStatisticsTests {
    private let start: Instant
    private let period: DayPeriod

    init() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Paris"))
        period = try DayPeriod(first: "2026-11-01", last: "2026-11-30", in: zone, end: .latest)
        start = period.since
    }

    private func items(
        _ count: Int, _ state: DeliveryState = .acknowledged, kind: String = "referral", urgency: Urgency = .priority,
        at: Instant? = nil, answeredAfter answer: Seconds? = .hours(1)
    ) -> [UnitStatistics.Item] {
        let at = at ?? start
        return (0..<count).map { _ in
            UnitStatistics.Item(
                kind: kind, urgency: urgency, state: state, at: at, dueAt: at + .hours(2),
                answeredAt: answer.map { at + $0 })
        }
    }

    @Test func countsByKindUrgencyAndOutcome() {
        let statistics = UnitStatistics(
            items(7) + items(6, answeredAfter: .hours(3))
                + items(5, .refused, kind: "orientation", urgency: .routine, answeredAfter: .hours(2)), in: period)
        #expect(statistics.total == .number(18))
        #expect(statistics.kinds.rows.map(\.key) == ["referral", "orientation"])
        #expect(statistics.kinds["referral"] == .number(13) && statistics.kinds["orientation"] == .number(5))
        #expect(statistics.urgencies[.routine] == .number(5) && statistics.urgencies[.immediate] == .number(0))
        #expect(statistics.outcomes[.acknowledgedInTime] == .number(7))
        #expect(statistics.outcomes[.acknowledgedLate] == .number(6))
        // Until the very second.
        #expect(statistics.outcomes[.refusedInTime] == .number(5) && statistics.outcomes[.refusedLate] == .number(0))
        #expect(statistics.answeredInTime == .number(12))
    }

    @Test func onlyWhatLiesInThePeriodCounts() {
        let statistics = UnitStatistics(
            items(5, at: period.since) + items(5, at: period.until - 1) + items(9, at: period.until)
                + items(9, at: period.since - 1), in: period)
        #expect(statistics.total == .number(10))
    }

    @Test(arguments: 1..<5)
    func aSmallNumberIsNeverShownNorHadBySubtraction(count: Int) {
        let statistics = UnitStatistics(
            items(12) + items(9, .expired, answeredAfter: nil) + items(count, .refused), in: period)
        #expect(statistics.total == .number(21 + count))
        #expect(statistics.outcomes[.refusedInTime] == .few)
        // The smallest of the others goes with it.
        #expect(statistics.outcomes[.expired] == .withheld)
        #expect(statistics.outcomes[.acknowledgedInTime] == .number(12))
        #expect(statistics.answeredInTime == .withheld)
    }

    @Test func whatIsHiddenIsTogetherNoSmallNumber() {
        let statistics = UnitStatistics(
            items(9) + items(1, kind: "orientation") + items(1, kind: "reply") + items(8, kind: "reminder"), in: period)
        #expect(statistics.kinds["orientation"] == .few && statistics.kinds["reply"] == .few)
        #expect(statistics.kinds["reminder"] == .withheld && statistics.kinds["referral"] == .number(9))
    }

    @Test func aSmallTotalIsNotShownEither() {
        let few = UnitStatistics(items(3), in: period)
        #expect(few.total == .few && few.kinds["referral"] == .few)
        let none = UnitStatistics([], in: period)
        #expect(none.total == .number(0) && none.kinds.rows.isEmpty && none.answeredInTime == .number(0))
    }

    /// The order of kinds too few to be shown does not tell which is the rarer.
    @Test func orderTellsNothing() {
        let statistics = UnitStatistics(items(4, kind: "z") + items(1, kind: "a") + items(6, kind: "m"), in: period)
        #expect(statistics.kinds.rows.map(\.key) == ["m", "a", "z"])
    }

    @Test func whatHasNoTimeIsNeverLate() {
        var item = items(1, answeredAfter: .days(9))[0]
        item.dueAt = nil
        #expect(UnitStatistics.outcome(of: item) == .acknowledgedInTime)
        item.state = .opened
        #expect(UnitStatistics.outcome(of: item) == .opened)
    }
}

/// Two days name a period as people mean it: the last one is within it, and days are as long as their zone has them.
struct DayPeriodTests {
    private let paris = TimeZone(identifier: "Europe/Paris") ?? .gmt

    @Test func theLastDayIsWithinIt() throws {
        let period = try DayPeriod(first: "2026-11-29", last: "2026-11-29", in: paris, end: .latest)
        #expect(period.until - period.since == .days(1))
        #expect(period.contains(period.since) && !period.contains(period.until))
    }

    @Test func aDayMayHave25Hours() throws {
        let period = try DayPeriod(first: "2026-10-25", last: "2026-10-25", in: paris, end: .latest)
        #expect(period.until - period.since == .hours(25))
    }

    @Test func whatIsYetToComeIsLeftOut() throws {
        let end = try DayPeriod(first: "2026-11-29", last: "2026-11-29", in: paris, end: .latest).since + .hours(8)
        #expect(try DayPeriod(first: nil, last: "2026-11-29", in: paris, end: end).until == end)
        #expect(throws: DayPeriod.Failure.empty) {
            try DayPeriod(first: "2026-11-30", last: "2026-12-01", in: paris, end: end)
        }
    }

    @Test(arguments: ["", "29/11/2026", "2026-11-31", "2026-1-1", "2026-11-29x", "demain"])
    func whatIsNoDayIsRefused(text: String) {
        #expect(throws: DayPeriod.Failure.notADay(text)) {
            try DayPeriod(first: text, last: nil, in: paris, end: .latest)
        }
    }

    @Test func daysAreWrittenAsFieldsHaveThem() throws {
        let period = try DayPeriod(first: "2026-11-29", last: nil, in: paris, end: .latest)
        #expect(DayPeriod.day(period.since, in: paris) == "2026-11-29")
        #expect(DayPeriod.firstOfMonth(period.since, in: paris) == "2026-11-01")
    }
}
