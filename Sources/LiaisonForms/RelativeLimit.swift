// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes

/// How far from the present a date or an instant may be, as `Kinds/fields.yaml` says it: `today`, `-P130Y`, `-P7D`, `PT2M`.
///
/// An ISO 8601 duration in one unit, negative before the present; `today` is no distance at all.
public struct RelativeLimit: Codable, Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable {
        case years = "Y"
        case days = "D"
        case minutes = "M"
    }

    /// Negative before the present.
    public let amount: Int
    public let unit: Unit

    public init?(_ text: String) {
        guard text != "today" else {
            amount = 0
            unit = .days
            return
        }
        guard let match = text.wholeMatch(of: /(-?)P(T?)([0-9]{1,3})([YDM])/), let number = Int(match.3),
            let unit = Unit(rawValue: String(match.4)), (unit == .minutes) == !match.2.isEmpty
        else { return nil }
        amount = match.1.isEmpty ? number : -number
        self.unit = unit
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let limit = RelativeLimit(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a limit (\(text))")
        }
        self = limit
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private var description: String {
        guard amount != 0 else { return "today" }
        return (amount < 0 ? "-P" : "P") + (unit == .minutes ? "T" : "") + "\(abs(amount))\(unit.rawValue)"
    }

    /// The limit, seen from the present.
    func instant(from now: Instant) -> Instant {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let present = now.date
        return Instant(calendar.date(byAdding: component, value: amount, to: present) ?? present)
    }

    private var component: Calendar.Component {
        switch unit {
        case .years: .year
        case .days: .day
        case .minutes: .minute
        }
    }
}
