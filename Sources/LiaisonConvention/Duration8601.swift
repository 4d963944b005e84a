// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Durations of ISO 8601 without years and months, whose length varies: `P30D`, `PT15M`, `P1DT12H`, `P2W`.
public enum Duration8601 {
    /// Nil when `text` is not such a duration.
    public static func parse(_ text: String) -> Seconds? {
        let pattern =
            /P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,9})S)?)?/
        guard let match = text.wholeMatch(of: pattern), text != "P", !text.hasSuffix("T") else { return nil }
        let parts = [match.1, match.2, match.3, match.4, match.5].map { $0.flatMap { Int($0) } ?? 0 }
        return Seconds(zip(parts, [7 * 86_400, 86_400, 3600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 })
    }
}
