// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
public import LiaisonNotes

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
    /// How late a date or an instant may be, when it is typed.
    public var notAfter: RelativeLimit?
    /// How early a date or an instant may be, when it is typed.
    public var notBefore: RelativeLimit?
    /// What the person must have agreed to share, a value of the field `shared_scope`; nil for what is not about the person.
    public var scope: String?
    /// Whether it is the person's own: no emergency number, when it is typed.
    public var ofPerson: Bool?
    /// The rule for a reference, when it is typed.
    var typed: TypedReference.Rule?

    /// One value of a choice.
    public struct Choice: Codable, Hashable, Sendable {
        public var fr: String
        public var en: String
        /// Kinds of institutions that may choose it; nil for all.
        public var senders: [String]?

        public func text(_ language: Language) -> String { language(fr, en) }
    }

    enum CodingKeys: String, CodingKey {
        case type, fr, en, max, min, values, health, senders, scope, typed
        case notAfter = "not_after"
        case ofPerson = "of_person"
        case notBefore = "not_before"
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

    /// Of a text, in characters.
    public var maximumLength: Int { max ?? 300 }

    /// The rule for what is typed here, when it is a reference.
    var typedRule: TypedReference.Rule? { typed ?? (type == .reference ? TypedReference.Rule.reference : nil) }

    /// Whether a number is typed here, and never a name or a sentence.
    public var isReference: Bool { typedRule != nil }

    /// The value of a telephone or a commune that there is not, or that nobody knows.
    static let unknown = "unknown"

    /// Whether `value` is of this type and within its limits: what readers ask, of old forms too.
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
        case (.phone, .text(let text)): text == Self.unknown || Self.isPhone(text)
        case (.commune, .text(let text)):
            text == Self.unknown || text.wholeMatch(of: /[0-9][0-9AB][0-9]{3}/) != nil
        case (.language, .text(let text)): text.wholeMatch(of: /[a-z]{2,3}/) != nil
        case (.instant, .text(let text)): Self.instant(text) != nil
        case (.reference, .text(let text)):
            text.count <= maximumLength && TypedReference.isNumber(text)
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
        // A sign may be made of several, as an accent on a letter; hundreds on one would be a length that nobody sees.
        return trimmed.count >= (min ?? 1) && text.count <= maximumLength
            && text.unicodeScalars.count <= 2 * maximumLength
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
        guard let day = Day(iso: text) else { return false }
        return day.year >= 1900
    }

    static func isLastOfMonth(_ text: String) -> Bool {
        guard isDate(text), let day = Int(text.suffix(2)) else { return false }
        return !isDate(text.prefix(8) + (day < 9 ? "0" : "") + String(day + 1))
    }

    /// The second that an RFC 3339 date and time lies in.
    public static func instant(_ text: String) -> Instant? {
        (try? Date.ISO8601FormatStyle().parse(text)).map { Instant($0) }
    }

    /// `value` as a person reads it.
    public func display(_ value: FieldValue, _ language: Language) -> String {
        switch value {
        case .text(let text): display(text, language)
        case .integer(let number): String(number)
        case .flag(let flag): flag ? language("oui", "yes") : language("non", "no")
        case .list(let list) where type == .cells:
            list.map { display(cell: $0, language) }.joined(separator: language(" ; ", "; "))
        case .list(let list): labels(of: list, language)
        }
    }

    private func display(_ text: String, _ language: Language) -> String {
        switch type {
        case .phone where text == Self.unknown: return language("aucun", "none")
        case .phone: return PhoneNumber(text)?.grouped ?? text
        case .commune where text == Self.unknown: return language("inconnue", "unknown")
        case .commune: return Commune.departement(of: text).map { "\(text) (\($0))" } ?? text
        case .date: return Day(iso: text)?.text(language) ?? text
        case .instant:
            let local = LocalTime(TypedMoment.zone(of: text))
            return Self.instant(text).map { local.text($0, language) } ?? text
        case .count: return text == "unknown" ? language("inconnu", "unknown") : text
        default: return label(of: text, language)
        }
    }

    private func display(cell text: String, _ language: Language) -> String {
        guard let cell = Cell(text) else { return text }
        let count = cell.count.map { String($0) } ?? language("supprimé", "suppressed")
        return "\(label(of: cell.indicator, language)) = \(count)"
    }
}
