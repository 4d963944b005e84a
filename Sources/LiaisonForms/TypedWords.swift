// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel

// Words for codes: what people read as a label, they may type.

extension String {
    /// Lower case, without accents, everything but letters and digits as one space: what is compared of words.
    var plainWords: String {
        let plain = folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).lowercased()
        let pieces = plain.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return pieces.joined(separator: " ")
    }
}

extension FieldDefinition {
    static func flag(_ typed: String) -> Bool? {
        switch typed.plainWords {
        case "true", "yes", "y", "oui", "o", "vrai": true
        case "false", "no", "n", "non", "faux": false
        default: nil
        }
    }

    static func isUnknown(_ typed: String) -> Bool {
        typed == "?" || ["unknown", "inconnu", "inconnue", "ne sait pas"].contains(typed.plainWords)
    }

    /// Whether somebody says that there is none, or that nobody knows it.
    static func isNone(_ typed: String) -> Bool {
        isUnknown(typed) || ["aucun", "aucune", "non", "pas de telephone", "none", "no"].contains(typed.plainWords)
    }

    // MARK: Choices

    /// The code that `typed` means: a code, a label in either language, or a beginning of one label only.
    ///
    /// - Parameter language: looked through first; both at once when nil.
    /// - Throws: `TypingFailure`.
    func code(_ typed: String, _ language: Language?) throws -> String {
        if values?[typed] != nil { return typed }
        let words = typed.plainWords
        guard !words.isEmpty, let found = readings(of: words, language).first(where: { !$0.isEmpty }) else {
            throw TypingFailure.notExpected(typed, self)
        }
        guard found.count == 1 else { throw TypingFailure.ambiguous(typed, meanings: labels(of: found)) }
        return found[0]
    }

    /// Codes that `words` may stand for, the surest reading first.
    private func readings(of words: String, _ language: Language?) -> [[String]] {
        var languages: [[Language]] = [Language.allCases]
        if let language { languages = [[language], Language.allCases.filter { $0 != language }] }
        let same: [String] = codes.filter { $0.plainWords == words }
        let labels: [[String]] = languages.map { languages in codes(languages) { $0 == words } }
        // A number alone begins too many things by chance.
        let isWord = words.count > 3 || words.contains(where: \.isLetter)
        guard isWord else { return [same] + labels }
        let beginnings: [[String]] = languages.map { languages in codes(languages) { $0.hasPrefix(words) } }
        return [same] + labels + beginnings
    }

    /// The codes one of whose labels in `languages` is as `matches` says.
    private func codes(_ languages: [Language], where matches: (String) -> Bool) -> [String] {
        codes.filter { code in languages.contains { matches(label(of: code, $0).plainWords) } }
    }

    // MARK: Lists

    /// A list of codes, each once, or of cells.
    ///
    /// - Throws: `TypingFailure`.
    func list(_ pieces: [String], _ language: Language?) throws -> FieldValue {
        guard type == .choices else { return .list(cells(pieces)) }
        var codes: [String] = []
        for piece in pieces {
            let code = try code(piece, language)
            if !codes.contains(code) { codes.append(code) }
        }
        return .list(codes)
    }

    /// `indicator=number` for each piece, by code or label; what a comma inside a label has torn apart belongs together.
    private func cells(_ pieces: [String]) -> [String] {
        var cells: [String] = []
        var beginning: [String] = []
        for piece in pieces {
            beginning.append(piece)
            guard piece.contains("=") else { continue }
            cells.append(cell(beginning.joined(separator: ", ")))
            beginning = []
        }
        return cells + beginning
    }

    /// As typed when it is none: the check then says so.
    private func cell(_ typed: String) -> String {
        let sides = typed.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
        guard sides.count == 2, let code = try? code(sides[0], nil) else { return typed }
        let isSuppressed = ["suppressed", "supprime"].contains(sides[1].plainWords)
        return "\(code)=" + (isSuppressed ? "suppressed" : sides[1])
    }

    // MARK: Labels

    /// The label of a code; the code itself when it has none.
    public func label(of code: String, _ language: Language) -> String {
        if type == .flag { return code == "true" ? language("oui", "yes") : language("non", "no") }
        return values?[code]?.text(language) ?? code
    }

    /// Labels one after the other, parted by semicolons when one of them has a comma.
    public func labels(of codes: [String], _ language: Language) -> String {
        let labels = codes.map { label(of: $0, language) }
        let hasComma = labels.contains { $0.contains(",") }
        return labels.joined(separator: hasComma ? language(" ; ", "; ") : ", ")
    }

    func labels(of codes: [String]) -> Label { Label(fr: labels(of: codes, .fr), en: labels(of: codes, .en)) }
}
