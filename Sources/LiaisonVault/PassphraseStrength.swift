// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// How hard a passphrase is to guess, estimated in bits.
///
/// A word counts as one out of a list of 8,000, however long it is; a digit or a sign by its alphabet; what repeats or counts
/// up counts once. That is less than zxcvbn knows and errs on the strict side: a stolen vault can be tried offline, slowed
/// only by Argon2id. CNIL, délibération 2022-100, asks 80 bits of a password alone and 50 with slowing.
public enum PassphraseStrength {
    /// Five words at random, or a dozen mixed signs.
    public static let required = 60.0

    private static let word = 12.9
    private enum Sort { case letter, digit, sign }

    public static func bits(_ text: String) -> Double {
        var bits = 0.0
        var run: [Character] = []
        var runSort = Sort.sign
        var seenWords: Set<String> = []
        func close() {
            defer { run = [] }
            guard !run.isEmpty else { return }
            switch runSort {
            case .letter:
                let letters = String(run).lowercased()
                guard seenWords.insert(letters).inserted else { return }
                bits += min(Double(distinct(run)) * 4.7, word)
            case .digit: bits += Double(distinct(run)) * 3.3
            case .sign: bits += Double(distinct(run)) * 5
            }
        }
        for character in text where !character.isWhitespace || !run.isEmpty {
            let sort: Sort = character.isLetter ? .letter : character.isNumber ? .digit : .sign
            if sort != runSort || character.isWhitespace { close() }
            runSort = sort
            if !character.isWhitespace { run.append(character) }
        }
        close()
        return bits
    }

    /// How many of its characters do not repeat the one before or go on counting from it.
    private static func distinct(_ run: [Character]) -> Int {
        var count = 0
        var last: UInt32?
        for character in run {
            let value = character.unicodeScalars.first?.value ?? 0
            if let last, value == last || value == last &+ 1 || value == last &- 1 {
                // "aaa", "123", "cba"
            } else {
                count += 1
            }
            last = value
        }
        return count
    }
}
