// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel

/// References name a file or an agent, never a person.
enum TypedReference {
    /// How strictly a reference is taken when it is typed, `typed` in `Kinds/fields.yaml`.
    enum Rule: String, Codable, Hashable, Sendable {
        /// A number with short prefixes.
        case reference
        /// That, or the address of an agent, which is a pseudonym: `d-07@avema01`.
        case pseudonym
    }

    /// Whether `text` is a number with short prefixes, such as `2026/001234`, `PV 01234/2026/000567` or `MC-2026-118`, the
    /// identifier of a transmission, or a pseudonym where `rule` lets it be.
    static func allows(_ text: String, _ rule: Rule) -> Bool {
        if TransmissionID(text) != nil { return true }
        if rule == .pseudonym, AgentAddress(text) != nil { return true }
        return isNumber(text) && !holdsName(text)
    }

    /// At least one digit, and no sign of a sentence: what readers ask of a reference.
    static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9@._\/ -]*[0-9][A-Za-z0-9@._\/ -]*/) != nil
    }

    /// More than six letters in a row, unless the whole is in capitals around a long number; or a word written as names are.
    private static func holdsName(_ text: String) -> Bool {
        let isCoded = !text.contains(where: \.isLowercase) && text.filter(\.isNumber).count >= 4
        return text.split { !$0.isLetter }.contains { word in
            let isLong = word.count > 6 && !isCoded
            let isCapitalised = word.first?.isUppercase == true && word.dropFirst().allSatisfy(\.isLowercase)
            return isLong || (word.count >= 3 && isCapitalised)
        }
    }
}
