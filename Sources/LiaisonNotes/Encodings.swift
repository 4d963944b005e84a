// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Base 64 of RFC 4648 section 4, canonical only: what decodes encodes back to the same text.
public enum Base64 {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
    }

    public static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}

/// Base 64 without padding, as the header of an age file wants it (c2sp.org/age).
public enum RawBase64 {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(Base64.encode(bytes).prefix { $0 != "=" })
    }

    public static func decode(_ text: String) -> [UInt8]? {
        guard !text.contains("=") else { return nil }
        return Base64.decode(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}

/// Lower-case hexadecimal.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    public static func decode(_ text: String) -> [UInt8]? {
        let values = text.utf8.compactMap { digits.firstIndex(of: $0) }
        guard values.count == text.utf8.count, values.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}

/// Whole numbers that another party wrote as text: the one place that reads them.
///
/// ASCII digits without sign or leading zero, within a bound: what is accepted is written again to the same text, and sums
/// of thousands of such numbers do not overflow.
public enum DecimalNumber {
    /// Fifteen digits, as in canonical JSON.
    public static let largest = 999_999_999_999_999

    /// The number, or nil when `text` is not exactly one within `range`.
    public static func parse(_ text: some StringProtocol, in range: ClosedRange<Int> = 0...largest) -> Int? {
        let digits = text.utf8
        guard (1...15).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return range.contains(value) ? value : nil
    }
}

/// A value that JSON holds as one string, and that takes only the one text that `description` gives back: `CanonicalReader`
/// relies on it.
public protocol TextCodable: Codable, LosslessStringConvertible, Hashable, Comparable, Sendable {
    /// What a right text looks like, for error messages.
    static var expected: String { get }
}

extension TextCodable {
    public init(from decoder: any Decoder) throws { self = try decoder.decodeValue(Self.expected) { Self($0) } }
    public func encode(to encoder: any Encoder) throws { try encoder.encodeValue(description) }
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension Decoder {
    /// Decodes one JSON string through `parse`; the error names what was expected.
    package func decodeValue<Value>(_ expected: String, _ parse: (String) -> Value?) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = parse(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected \(expected)")
        }
        return value
    }
}

extension Encoder {
    package func encodeValue(_ text: String) throws {
        var container = singleValueContainer()
        try container.encode(text)
    }
}

/// A source of random bytes; `system` is libsodium's generator, tests pass their own.
public struct RandomBytes: Sendable {
    private let make: @Sendable (Int) -> [UInt8]

    public init(_ make: @escaping @Sendable (Int) -> [UInt8]) { self.make = make }

    public func callAsFunction(_ count: Int) -> [UInt8] { make(count) }
}
