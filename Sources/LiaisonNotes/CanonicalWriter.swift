// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Writes values in the one form that is signed (RFC 8785, integers only): keys in snake case and ascending order, no white space,
/// and no escape but those that JSON asks for.
enum CanonicalWriter {
    static func write(_ value: some Encodable) throws -> [UInt8] {
        let place = WrittenPlace()
        try place.write(value)
        return place.bytes
    }
}

/// A dictionary whose keys are texts.
protocol StringKeyed {}

extension Dictionary: StringKeyed where Key == String {}

/// Where one value is written: a leaf or a closed object as bytes, an object or array as its parts.
private final class WrittenPlace {
    private enum Shape { case leaf, object, array }

    private var shape = Shape.leaf
    /// Whether the keys are values of their own, as those of a dictionary are, and not names of fields.
    private(set) var keepsKeys = false
    private var leaf: [UInt8] = Array("{}".utf8)
    private var parts: [(key: [UInt8], place: WrittenPlace)] = []

    /// All of it; computed once, after the value was encoded.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        switch shape {
        case .leaf: bytes += leaf
        case .array:
            bytes.append(UInt8(ascii: "["))
            for (number, part) in parts.enumerated() {
                if number > 0 { bytes.append(UInt8(ascii: ",")) }
                part.place.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object:
            bytes.append(UInt8(ascii: "{"))
            for (number, part) in parts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }).enumerated() {
                if number > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(part.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                part.place.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    func becomeObject() { shape = .object }
    func becomeArray() { shape = .array }
    var count: Int { parts.count }

    /// The place of a part; one that has the key already is replaced.
    func part(_ key: some CodingKey) -> WrittenPlace { part(keepsKeys ? Array(key.stringValue.utf8) : key.snakeCase) }

    func part(_ key: [UInt8]) -> WrittenPlace {
        let place = WrittenPlace()
        if shape == .object, let known = parts.firstIndex(where: { $0.key == key }) {
            parts[known].place = place
        } else {
            parts.append((key, place))
        }
        return place
    }

    // MARK: Leaves

    func write(_ value: some Encodable) throws {
        switch value {
        case let text as String: write(text)
        case let number as Int: write(number)
        case let flag as Bool: write(flag)
        case let number as any BinaryInteger: leaf = Array(String(number).utf8)
        case is any BinaryFloatingPoint:
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "canonical JSON has no fractions"))
        default:
            keepsKeys = value is any StringKeyed
            try value.encode(to: PlaceEncoder(place: self))
        }
    }

    func write(_ text: String) {
        leaf = []
        var text = text
        text.withUTF8 { Self.append($0, to: &leaf) }
    }

    func write(_ number: Int) { leaf = Array(String(number).utf8) }
    func write(_ flag: Bool) { leaf = Array((flag ? "true" : "false").utf8) }
    func writeNull() { leaf = Array("null".utf8) }

    private static let digits = Array("0123456789abcdef".utf8)

    fileprivate static func append(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x08: bytes += Array("\\b".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case 0x0A: bytes += Array("\\n".utf8)
            case 0x0C: bytes += Array("\\f".utf8)
            case 0x0D: bytes += Array("\\r".utf8)
            case 0..<0x20: bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension CodingKey {
    /// `inReplyTo` as `in_reply_to`.
    fileprivate var snakeCase: [UInt8] {
        var bytes: [UInt8] = []
        for byte in stringValue.utf8 {
            if (0x41...0x5A).contains(byte), !bytes.isEmpty {
                bytes += [UInt8(ascii: "_"), byte | 0x20]
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}

private struct PlaceEncoder: Encoder, SingleValueEncodingContainer {
    let place: WrittenPlace

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        place.becomeObject()
        return KeyedEncodingContainer(KeyedPlaces<Key>(place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        place.becomeArray()
        return PlaceSequence(place: place)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { place.writeNull() }
    func encode(_ value: Bool) { place.write(value) }
    func encode(_ value: String) { place.write(value) }
    func encode(_ value: Int) { place.write(value) }
    func encode(_ value: some Encodable) throws { try place.write(value) }
}

private struct KeyedPlaces<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: WrittenPlace

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { place.part(key).writeNull() }
    func encode(_ value: Bool, forKey key: Key) { place.part(key).write(value) }
    func encode(_ value: String, forKey key: Key) { place.part(key).write(value) }
    func encode(_ value: Int, forKey key: Key) { place.part(key).write(value) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try place.part(key).write(value) }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Other> {
        PlaceEncoder(place: place.part(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        PlaceEncoder(place: place.part(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { PlaceEncoder(place: place.part(Array("super".utf8))) }
    func superEncoder(forKey key: Key) -> any Encoder { PlaceEncoder(place: place.part(key)) }
}

private struct PlaceSequence: UnkeyedEncodingContainer {
    let place: WrittenPlace

    var codingPath: [any CodingKey] { [] }
    var count: Int { place.count }

    func encodeNil() { place.part([]).writeNull() }
    func encode(_ value: Bool) { place.part([]).write(value) }
    func encode(_ value: String) { place.part([]).write(value) }
    func encode(_ value: Int) { place.part([]).write(value) }
    func encode(_ value: some Encodable) throws { try place.part([]).write(value) }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        PlaceEncoder(place: place.part([])).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        PlaceEncoder(place: place.part([])).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { PlaceEncoder(place: place.part([])) }
}

/// An object in canonical JSON, written field by field where encoding it by its type would cost too much: whoever writes it
/// names the fields in the order of their bytes, and a test compares what comes of it with `CanonicalJSON.encode`.
public struct CanonicalObject {
    private var bytes = [UInt8(ascii: "{")]

    /// - Parameter capacity: bytes that it is likely to have.
    public init(capacity: Int) { bytes.reserveCapacity(capacity) }

    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A text; no field when it is nil.
    public mutating func add(_ name: StaticString, _ text: String?) {
        guard var text else { return }
        begin(name)
        text.withUTF8 { WrittenPlace.append($0, to: &bytes) }
    }

    public mutating func add(_ name: StaticString, _ number: Int?) {
        guard let number else { return }
        begin(name)
        bytes += String(number).utf8
    }

    /// A value that is canonical JSON already.
    public mutating func add(_ name: StaticString, encoded value: [UInt8]?) {
        guard let value else { return }
        begin(name)
        bytes += value
    }

    public consuming func closed() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
