// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// JSON in the one form that is signed: RFC 8785, integers only, no control characters.
///
/// Decoding is strict by definition: what was read is encoded again and must give the same bytes.
/// That one comparison refuses duplicate and unknown fields, other orders, white space, other number
/// forms and non-canonical escapes. `CanonicalReader` finds the same in one pass; what it does not take is judged by the
/// definition, which also says why.
public enum CanonicalJSON {
    /// Why a text is not canonical.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        case controlCharacter
        case numberTooLong
        case negativeNumber
        case notCanonical(field: String?)
        case malformed(String)

        public var description: String {
            switch self {
            case .controlCharacter: "a control character or an escape that canonical JSON does not use"
            case .numberTooLong: "a number beyond 15 digits"
            case .negativeNumber: "a number below zero"
            case .notCanonical(let field):
                "not canonical (order, duplicate or unknown field\(field.map { " \"\($0)\"" } ?? ""))"
            case .malformed(let what): what
            }
        }
    }

    /// The canonical UTF-8 bytes of `value`.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try CanonicalWriter.write(value)
    }

    /// Reads a `Value` whose canonical encoding is exactly `bytes`.
    ///
    /// - Parameter newlines: whether strings may hold U+000A, as the free texts of a form may.
    /// - Throws: `Failure`.
    public static func decode<Value: Codable>(
        _ type: Value.Type, from bytes: [UInt8], newlines: Bool = false
    ) throws -> Value {
        if let value = CanonicalReader.read(type, from: bytes, newlines: newlines) { return value }
        return try decodeByDefinition(type, from: bytes, newlines: newlines)
    }

    /// Reads any JSON of ours, canonical or not, as answers are: fields that are not known are passed over.
    package static func read<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        if let value = CanonicalReader.read(type, from: bytes, newlines: true) { return value }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(bytes))
    }

    package static func decodeByDefinition<Value: Codable>(
        _ type: Value.Type, from bytes: [UInt8], newlines: Bool = false
    ) throws -> Value {
        try scan(bytes, newlines: newlines)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let value: Value
        do {
            value = try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Failure.malformed(error.place)
        }
        let again = try encode(value)
        guard again == bytes else { throw Failure.notCanonical(field: unknownField(in: bytes, not: again)) }
        return value
    }

    /// Refuses what canonical text of ours never holds: control characters, escapes of them, long numbers.
    private static func scan(_ bytes: [UInt8], newlines: Bool) throws(Failure) {
        var inString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte >= 0x20, byte != 0x7F else { throw .controlCharacter }
            // U+0080 to U+009F
            if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] < 0xA0 { throw .controlCharacter }
            if inString, byte == UInt8(ascii: "\\") {
                index += 1
                let next = index < bytes.count ? bytes[index] : 0
                let allowed = next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                guard allowed || (newlines && next == UInt8(ascii: "n")) else { throw .controlCharacter }
            } else if byte == UInt8(ascii: "\"") {
                inString.toggle()
            }
            index += 1
        }
        try checkNumbers(in: bytes)
    }

    /// Refuses numbers beyond `DecimalNumber.largest`, in any JSON, also those that an exponent makes large; and numbers
    /// below zero, which nothing of ours counts.
    ///
    /// - Throws: `Failure.numberTooLong`, `Failure.negativeNumber`.
    package static func checkNumbers(in bytes: [UInt8]) throws(Failure) {
        var inString = false
        var isEscaped = false
        var digits = 0
        for byte in bytes {
            if inString {
                inString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            inString = byte == UInt8(ascii: "\"")
            guard byte != UInt8(ascii: "-") else { throw .negativeNumber }
            let hasExponent = digits > 0 && (byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"))
            digits = (0x30...0x39).contains(byte) ? digits + 1 : 0
            guard digits <= 15, !hasExponent else { throw .numberTooLong }
        }
    }

    /// A field that stands in `bytes` and not in their re-encoding, for the error message.
    private static func unknownField(in bytes: [UInt8], not again: [UInt8]) -> String? {
        keys(bytes).subtracting(keys(again)).min()
    }

    private static func keys(_ bytes: [UInt8]) -> Set<String> {
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) else { return [] }
        var found: Set<String> = []
        collect(object, into: &found)
        return found
    }

    private static func collect(_ value: Any, into found: inout Set<String>) {
        switch value {
        case let object as [String: Any]:
            for (key, value) in object {
                found.insert(key)
                collect(value, into: &found)
            }
        case let array as [Any]: for value in array { collect(value, into: &found) }
        default: break
        }
    }
}

extension DecodingError {
    /// Where and what, without the values themselves.
    fileprivate var place: String {
        let (path, what): ([any CodingKey], String) =
            switch self {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
            case .typeMismatch(_, let context): (context.codingPath, "wrong type")
            case .valueNotFound(_, let context): (context.codingPath, "null")
            case .dataCorrupted(let context): (context.codingPath, context.debugDescription)
            @unknown default: ([], "malformed")
            }
        let name = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return name.isEmpty ? "malformed JSON" : "field \(name.drop { $0 == "." }): \(what)"
    }
}
