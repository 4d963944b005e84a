// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// A time of the day as people write it.
public enum ClockTime {
    /// Minutes after midnight, up to 24:00: `9`, `9h`, `9 h 30`, `09:30`, `9.30`. Nil when it is no time.
    public static func minutes(_ text: String) -> Int? {
        let bare = text.lowercased().filter { !$0.isWhitespace }
        guard let match = bare.wholeMatch(of: /([0-9]{1,2})(?:[h:.]([0-9]{2})?)?/), let hours = Int(match.1) else {
            return nil
        }
        let minutes = hours * 60 + (match.2.flatMap { Int($0) } ?? 0)
        guard match.2.map({ $0 < "60" }) ?? true, minutes <= 24 * 60 else { return nil }
        return minutes
    }
}
