// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel

/// A form field, as the data file `Kinds/fields.yaml` defines it.
public struct FieldDefinition: Codable, Hashable, Sendable {
    public enum FieldType: String, Codable, Hashable, Sendable {
        case text, date, integer, flag, phone, commune, language, choice, choices, count, texts, instant, reference
        case cells
        case longText = "long_text"
    }

    public var type: FieldType
    public var fr: String
    public var en: String
    public var helpFr: String?
    public var helpEn: String?
    public var max: Int?
    public var min: Int?
    public var values: [String: Choice]?
    /// Whether it is data concerning health (RGPD 4-15).
    public var health: Bool?
    /// Kinds of institutions that may give it; nil for all.
    public var senders: [String]?

    /// One value of a choice.
    public struct Choice: Codable, Hashable, Sendable {
        public var fr: String
        public var en: String
        /// Kinds of institutions that may choose it; nil for all.
        public var senders: [String]?

        public func text(_ language: Language) -> String { language(fr, en) }
    }

    enum CodingKeys: String, CodingKey {
        case type, fr, en, max, min, values, health, senders
        case helpFr = "help_fr"
        case helpEn = "help_en"
    }

    public func label(_ language: Language) -> String { language(fr, en) }
    public func help(_ language: Language) -> String? { language == .fr ? helpFr : helpEn }

    /// The codes of a choice, in alphabetical order.
    public var codes: [String] { values?.keys.sorted() ?? [] }

    /// The codes that an institution of this kind may choose.
    public func codes(for sender: String?) -> [String] {
        guard let sender else { return codes }
        return codes.filter { values?[$0]?.senders?.contains(sender) ?? true }
    }

    func isOffered(_ value: FieldValue, to sender: String) -> Bool {
        guard senders?.contains(sender) ?? true else { return false }
        guard type == .choice || type == .choices else { return true }
        return value.codes.allSatisfy { values?[$0]?.senders?.contains(sender) ?? true }
    }

    private var maximumLength: Int { max ?? 300 }

    /// What a right value looks like, for messages and templates.
    public func expected(_ language: Language) -> String {
        switch type {
        case .text, .texts:
            language(
                "texte de \(min ?? 1) à \(maximumLength) caractères",
                "text of \(min ?? 1) to \(maximumLength) characters")
        case .longText:
            language(
                "texte de \(min ?? 1) à \(maximumLength) caractères, plusieurs lignes possibles",
                "text of \(min ?? 1) to \(maximumLength) characters, several lines allowed")
        case .date: language("date AAAA-MM-JJ", "date YYYY-MM-DD")
        case .integer:
            language("nombre entier de \(min ?? 0) à \(max ?? 999)", "whole number from \(min ?? 0) to \(max ?? 999)")
        case .flag: language("true ou false", "true or false")
        case .phone:
            language("numéro de téléphone (+33…, 0… ou numéro court)", "telephone number (+33…, 0… or short number)")
        case .commune: language("code INSEE de 5 caractères", "INSEE code of 5 characters")
        case .language: language("code de langue ISO 639", "ISO 639 language code")
        case .choice: language("l'un de : ", "one of: ") + codes.joined(separator: ", ")
        case .choices: language("une liste parmi : ", "a list out of: ") + codes.joined(separator: ", ")
        case .count: language("nombre entier à partir de 0, ou unknown", "whole number from 0, or unknown")
        case .instant:
            language("date et heure, 2026-11-21T23:14:00+01:00", "date and time, 2026-11-21T23:14:00+01:00")
        case .reference:
            language(
                "une référence avec au moins un chiffre, sans phrase (\(maximumLength) caractères au plus)",
                "a reference with at least one digit, no sentence (at most \(maximumLength) characters)")
        case .cells:
            language("une liste de indicateur=nombre, parmi : ", "a list of indicator=number, out of: ")
                + codes.joined(separator: ", ")
        }
    }

    /// Reads `text`, as typed after `--set field=`; nil when it cannot be meant for this type.
    public func parse(_ text: String) -> FieldValue? {
        switch type {
        case .integer: Int(text).map(FieldValue.integer)
        case .count: text == "unknown" ? .text(text) : Int(text).map(FieldValue.integer)
        case .flag:
            switch text {
            case "true", "yes", "oui": .flag(true)
            case "false", "no", "non": .flag(false)
            default: nil
            }
        case .choices, .texts, .cells:
            .list(text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        default: .text(text)
        }
    }

    /// Whether `value` is of this type and within its limits.
    public func accepts(_ value: FieldValue) -> Bool {
        switch (type, value) {
        case (.text, .text(let text)): isLine(text)
        case (.longText, .text(let text)): isText(text)
        case (.texts, .list(let list)): !list.isEmpty && list.count <= 20 && list.allSatisfy(isLine)
        case (.date, .text(let text)): Self.isDate(text)
        case (.integer, .integer(let number)): ((min ?? 0)...(max ?? 999)).contains(number)
        case (.count, .integer(let number)): (0...99).contains(number)
        case (.count, .text(let text)): text == "unknown"
        case (.flag, .flag): true
        case (.phone, .text(let text)): Self.isPhone(text)
        case (.commune, .text(let text)): text.wholeMatch(of: /[0-9][0-9AB][0-9]{3}/) != nil
        case (.language, .text(let text)): text.wholeMatch(of: /[a-z]{2,3}/) != nil
        case (.instant, .text(let text)): Self.instant(text) != nil
        case (.reference, .text(let text)):
            text.count <= maximumLength
                && text.wholeMatch(of: /[A-Za-z0-9@._\/ -]*[0-9][A-Za-z0-9@._\/ -]*/) != nil
        case (.cells, .list(let list)):
            !list.isEmpty && Set(list.map { $0.prefix { $0 != "=" } }).count == list.count
                && list.allSatisfy { text in Cell(text).map { values?[$0.indicator] != nil } ?? false }
        case (.choice, .text(let text)): values?[text] != nil
        case (.choices, .list(let list)):
            !list.isEmpty && Set(list).count == list.count && list.allSatisfy { values?[$0] != nil }
        default: false
        }
    }

    private func isLine(_ text: String) -> Bool { isText(text) && !text.contains("\n") }

    /// Neither empty nor too long, nothing that could steer a terminal or reverse the reading direction.
    private func isText(_ text: String) -> Bool {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.count >= (min ?? 1) && text.count <= maximumLength
            && text.unicodeScalars.allSatisfy { !Self.isForbidden($0) }
    }

    /// Control characters other than a line feed, and marks that turn the reading direction.
    public static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
            true
        default: false
        }
    }

    private static func isPhone(_ text: String) -> Bool {
        let digits = text.filter { $0 != " " && $0 != "." && $0 != "-" }
        return digits.wholeMatch(of: /\+?[0-9]{2,15}/) != nil
    }

    static func isDate(_ text: String) -> Bool {
        guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})-([0-9]{2})/),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), year >= 1900
        else { return false }
        let parts = DateComponents(calendar: Calendar(identifier: .gregorian), year: year, month: month, day: day)
        return parts.isValidDate
    }

    static func isLastOfMonth(_ text: String) -> Bool {
        guard isDate(text), let day = Int(text.suffix(2)) else { return false }
        return !isDate(text.prefix(8) + (day < 9 ? "0" : "") + String(day + 1))
    }

    /// Unix seconds of an RFC 3339 date and time.
    public static func instant(_ text: String) -> Int? {
        (try? Date.ISO8601FormatStyle().parse(text)).map { Int($0.timeIntervalSince1970) }
    }

    /// `value` as a person reads it.
    public func display(_ value: FieldValue, _ language: Language) -> String {
        switch value {
        case .text(let text): values?[text]?.text(language) ?? text
        case .integer(let number): String(number)
        case .flag(let flag): flag ? language("oui", "yes") : language("non", "no")
        case .list(let list): list.map { values?[$0]?.text(language) ?? $0 }.joined(separator: ", ")
        }
    }
}
