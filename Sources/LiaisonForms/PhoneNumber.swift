// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// A telephone number that can be dialled from France.
///
/// National numbers of ten digits and short numbers by the French numbering plan (ARCEP, décision 2018-0881), the overseas
/// ones among them; numbers with their country by ITU-T E.164.
public struct PhoneNumber: Hashable, Sendable {
    /// Digits only, after a plus sign when the country is told: `0639980001`, `+33639980001`, `3919`.
    public let digits: String

    /// - Parameter text: as typed, with spaces, full stops or hyphens between groups; `00` before a country counts as `+`.
    ///   Nil when the plan has no such number.
    public init?(_ text: String) {
        let bare = text.filter { !" .-".contains($0) }
        let digits = bare.hasPrefix("00") ? "+\(bare.dropFirst(2))" : bare
        guard Self.isNational(digits) || Self.isShort(digits) || Self.isInternational(digits) else { return nil }
        self.digits = digits
    }

    private static func isNational(_ digits: String) -> Bool { digits.wholeMatch(of: /0[1-9][0-9]{8}/) != nil }

    /// Emergency and social emergency numbers, European 116xxx, and four digits of 10xx and 3xxx.
    private static func isShort(_ digits: String) -> Bool {
        digits.wholeMatch(of: /1[578]|11[2459]|19[167]|116[0-9]{3}|10[0-9]{2}|3[0-9]{3}/) != nil
    }

    /// Whether it calls for help rather than a person.
    public var isEmergency: Bool { Self.isShort(digits) }

    /// Eight to fifteen digits; after the codes of the French plan, nine, the first of which is no zero.
    private static func isInternational(_ digits: String) -> Bool {
        guard digits.wholeMatch(of: /\+[1-9][0-9]{7,14}/) != nil else { return false }
        guard digits.prefixMatch(of: /\+(?:33|262|590|594|596)/) != nil else { return true }
        return digits.wholeMatch(of: /\+(?:33|262|590|594|596)[1-9][0-9]{8}/) != nil
    }

    /// In groups, as people read it out: `06 39 98 00 01`, `+33 6 39 98 00 01`, `116 006`, `3919`.
    public var grouped: String {
        if digits.hasPrefix("+") { return groupedWithCountry }
        return switch digits.count {
        case 10: Self.groups(digits[...], first: 2)
        case 6: "\(digits.prefix(3)) \(digits.suffix(3))"
        default: digits
        }
    }

    private var groupedWithCountry: String {
        let number = digits.dropFirst()
        let country = number.prefix(Self.countryLength(number))
        let rest = number.dropFirst(country.count)
        let first = country == "33" ? 1 : rest.count % 2 == 0 ? 2 : 3
        return "+\(country) " + Self.groups(rest, first: first)
    }

    /// Digits of the country code at the beginning of `number` (ITU-T E.164, list of assigned codes).
    private static func countryLength(_ number: Substring) -> Int {
        if number.hasPrefix("1") || number.hasPrefix("7") { return 1 }
        let isTwo = number.prefixMatch(of: /2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]/) != nil
        return isTwo ? 2 : 3
    }

    private static func groups(_ digits: Substring, first: Int) -> String {
        var groups = [String(digits.prefix(first))]
        var rest = digits.dropFirst(first)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(2)))
            rest = rest.dropFirst(2)
        }
        return groups.joined(separator: " ")
    }
}
