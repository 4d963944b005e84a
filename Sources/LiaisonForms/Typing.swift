// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonModel
public import LiaisonNotes

// What is typed is what is meant. Two checks are kept apart:
// - reading checks, `FieldDefinition.accepts` and `FormCatalogue.check`, are for everybody, and for forms that were sealed
//   years ago; they never grow stricter, or what was received could no longer be read;
// - typing checks, `FieldDefinition.parse(_:at:)` and `FormCatalogue.checkTyped`, are the sender's only. They need a clock,
//   and refuse what a reader would still take.

/// When, where and in which language something is typed.
public struct TypedContext: Sendable {
    public var now: Instant
    /// The zone that days and hours are meant in.
    public var zone: TimeZone
    /// The language that words are looked up in first.
    public var language: Language

    public init(now: Instant, zone: TimeZone, language: Language) {
        self.now = now
        self.zone = zone
        self.language = language
    }
}

extension FieldDefinition {
    /// Reads `text` as a person types it, for example `hier`, `14 mars 1990`, `23h14`, `oui`, `violences au sein du couple`.
    ///
    /// - Returns: the value as it is stored: ISO date, RFC 3339 instant in the context's zone, code. It is plausible, and
    ///   every reader accepts it.
    /// - Throws: `TypingFailure`.
    public func parse(_ text: String, at context: TypedContext) throws -> FieldValue {
        let value = try read(text, context)
        if let doubt = doubt(about: value, context) { throw doubt }
        guard accepts(value) else { throw TypingFailure.notExpected(text, self) }
        return value
    }

    /// As `parse(_:at:)`, without judging whether the value can be: for single fields of a form that
    /// `FormCatalogue.checkTyped` judges as a whole. Nil when it cannot be meant for this type.
    public func interpret(_ text: String, at context: TypedContext) -> FieldValue? { try? read(text, context) }

    /// Reads `text` as it stands in a file, where nobody knows when it was written: codes, labels, dates, no relative words
    /// and no hours without their day and zone. Nil when it cannot be meant for this type.
    public func parse(_ text: String) -> FieldValue? { try? read(text, nil) }

    /// Reads the items of a list in a file. Nil when they cannot be meant for this type.
    func parse(_ items: [String]) -> FieldValue? {
        switch type {
        case .choices, .cells: try? list(items, nil)
        default: FieldValue.list(items)
        }
    }

    /// What `text` means, plausible or not.
    ///
    /// - Throws: `TypingFailure`.
    func read(_ text: String, _ context: TypedContext?) throws -> FieldValue {
        let typed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        switch type {
        case .text, .longText: return .text(text)
        case .phone where Self.isNone(typed), .commune where Self.isUnknown(typed): return .text(Self.unknown)
        case .phone, .reference: return .text(Self.withPlainSpaces(typed))
        case .commune: return .text(typed.count == 5 ? typed.uppercased() : typed)
        case .language: return .text(typed.lowercased())
        case .choice: return .text(try code(typed, context?.language))
        case .texts: return .list(Self.pieces(typed) { $0 == "," })
        case .choices, .cells: return try list(Self.pieces(typed) { $0 == "," || $0 == ";" }, context?.language)
        case .date, .instant, .integer, .count, .flag:
            guard let value = try readMeasure(typed, context) else { throw TypingFailure.notExpected(text, self) }
            return value
        }
    }

    private func readMeasure(_ typed: String, _ context: TypedContext?) throws -> FieldValue? {
        switch type {
        case .date: try TypedMoment.day(typed, context).map { FieldValue.text($0.iso) }
        case .instant: try TypedMoment.instant(typed, context).map(FieldValue.text)
        case .count where Self.isUnknown(typed): FieldValue.text("unknown")
        case .integer, .count: Int(typed).map(FieldValue.integer)
        case .flag: Self.flag(typed).map(FieldValue.flag)
        default: nil
        }
    }

    private static func pieces(_ text: String, _ isSeparator: (Character) -> Bool) -> [String] {
        text.split(whereSeparator: isSeparator).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Spaces that do not break and hyphens that do not break come with numbers copied from a page.
    private static func withPlainSpaces(_ text: String) -> String {
        String(
            text.map { character -> Character in
                switch character {
                case "\u{A0}", "\u{202F}", "\u{2009}": " "
                case "\u{2011}": "-"
                default: character
                }
            })
    }
}
