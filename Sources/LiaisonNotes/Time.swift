// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation

/// A moment: whole seconds since 1970-01-01T00:00:00Z without leap seconds (POSIX.1, "seconds since the Epoch"), as every
/// document carries it. In JSON a number.
public struct Instant: RawRepresentable, Hashable, Comparable, Codable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public init(_ unixSeconds: Int) { rawValue = unixSeconds }

    /// The second that `date` lies in.
    public init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        rawValue = Int(exactly: seconds) ?? (seconds < 0 ? .min : .max)
    }

    /// What the system's clock says. For those who hand a clock to others; decisions take their time as a parameter.
    public static var now: Instant { Instant(Date()) }

    public var date: Date { Date(timeIntervalSince1970: Double(rawValue)) }

    public static let earliest = Instant(.min)
    public static let latest = Instant(.max)

    public static func < (one: Instant, other: Instant) -> Bool { one.rawValue < other.rawValue }

    /// Sums and differences stop at the ends instead of trapping: another party may have chosen what is added.
    public static func + (instant: Instant, length: Seconds) -> Instant {
        Instant(instant.rawValue.adding(length.rawValue))
    }
    public static func - (instant: Instant, length: Seconds) -> Instant {
        Instant(instant.rawValue.subtracting(length.rawValue))
    }
    public static func - (one: Instant, other: Instant) -> Seconds {
        Seconds(one.rawValue.subtracting(other.rawValue))
    }
    public static func += (instant: inout Instant, length: Seconds) { instant = instant + length }
    public static func -= (instant: inout Instant, length: Seconds) { instant = instant - length }
}

extension Instant {
    /// In which period of this length it lies, counted from 1970: the minute, the day.
    public func period(of length: Seconds) -> Int {
        let (whole, rest) = rawValue.quotientAndRemainder(dividingBy: max(length.rawValue, 1))
        return rest < 0 ? whole - 1 : whole
    }
}

extension Instant: ExpressibleByIntegerLiteral, CustomStringConvertible {
    public init(integerLiteral unixSeconds: Int) { rawValue = unixSeconds }

    /// The number, as JSON has it.
    public var description: String { String(rawValue) }
}

/// A length of time in whole seconds. In JSON a number.
public struct Seconds: RawRepresentable, Hashable, Comparable, Codable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public init(_ count: Int) { rawValue = count }

    public static func minutes(_ count: Int) -> Seconds { .seconds(count, of: 60) }
    public static func hours(_ count: Int) -> Seconds { .seconds(count, of: 3600) }
    public static func days(_ count: Int) -> Seconds { .seconds(count, of: 86_400) }

    private static func seconds(_ count: Int, of length: Int) -> Seconds { Seconds(length) * count }

    /// The whole days, hours or minutes in it.
    public var days: Int { rawValue / 86_400 }
    public var hours: Int { rawValue / 3600 }
    public var minutes: Int { rawValue / 60 }

    /// Without its sign.
    public var magnitude: Seconds { self < 0 ? 0 - self : self }

    public static func < (one: Seconds, other: Seconds) -> Bool { one.rawValue < other.rawValue }

    /// Like those of `Instant`, these stop at the ends.
    public static func + (one: Seconds, other: Seconds) -> Seconds {
        Seconds(one.rawValue.adding(other.rawValue))
    }
    public static func - (one: Seconds, other: Seconds) -> Seconds {
        Seconds(one.rawValue.subtracting(other.rawValue))
    }
    public static func * (length: Seconds, count: Int) -> Seconds {
        let (product, overflows) = length.rawValue.multipliedReportingOverflow(by: count)
        guard overflows else { return Seconds(product) }
        return Seconds((length.rawValue < 0) == (count < 0) ? .max : .min)
    }
    /// Nothing when `count` is zero.
    public static func / (length: Seconds, count: Int) -> Seconds {
        guard count != 0 else { return 0 }
        let (quotient, overflows) = length.rawValue.dividedReportingOverflow(by: count)
        return Seconds(overflows ? .max : quotient)
    }
    public static prefix func - (length: Seconds) -> Seconds { 0 - length }
    public static func += (length: inout Seconds, other: Seconds) { length = length + other }
    public static func -= (length: inout Seconds, other: Seconds) { length = length - other }
}

extension Seconds: ExpressibleByIntegerLiteral, CustomStringConvertible {
    public init(integerLiteral count: Int) { rawValue = count }

    /// The number, as JSON has it.
    public var description: String { String(rawValue) }
}

extension Int {
    /// The sum, or the end that lies in its direction: where it overflows, both numbers have the same sign.
    fileprivate func adding(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (self < 0 ? .min : .max) : sum
    }

    /// The difference, or the end that lies in its direction: where it overflows, the sign is that of the first number.
    fileprivate func subtracting(_ other: Int) -> Int {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (self < 0 ? .min : .max) : difference
    }
}
