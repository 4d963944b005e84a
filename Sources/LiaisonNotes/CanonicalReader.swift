// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Reads canonical JSON in one pass, and takes only what would be encoded to the very same bytes.
///
/// Why that holds without encoding again: the text has no white space, its keys are strictly ascending, its strings carry no
/// escape that could be spared, its numbers are plain integers, and it holds no `null`. Every key is asked for by the type that is
/// read, else the text is refused; a synthesised `Codable` type asks for exactly the keys that it writes; and each leaf is a string,
/// an integer, a flag, or a value that is held against its own text (`Decoder.decodeValue`). `CanonicalJSONTests` holds this reader
/// to the definition, "decode, encode, compare", over every document and random changes of it.
///
/// What it does not take may still be canonical: whoever asks then reads by the definition, which also says what is wrong.
enum CanonicalReader {
    /// The value, or nil.
    ///
    /// - Parameter newlines: whether strings may hold U+000A, written as `\n`.
    static func read<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8], newlines: Bool) -> Value? {
        guard let text = CanonicalText(bytes, newlines: newlines) else { return nil }
        guard let value = try? Value(from: NodeDecoder(text: text, node: 0)), text.isRead else { return nil }
        return value
    }
}

/// The values of a canonical text in the order in which they stand, each with where it ends.
final class CanonicalText {
    enum Kind { case object, array, text, escapedText, number, truth }

    struct Node {
        var kind: Kind
        /// Of a text without its quotes.
        var start: Int
        var end: Int
        /// The first node behind this one and all that it holds.
        var next: Int
        /// Of an object or array; the value of a number; 1 for true.
        var count: Int
    }

    let bytes: [UInt8]
    private(set) var nodes: [Node] = []
    /// Which keys were asked for, by their nodes.
    private var isAsked: [Bool] = []
    private var unasked = 0

    /// Deeper than any document.
    private static let deepest = 64

    init?(_ bytes: [UInt8], newlines: Bool) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 12)
        var parser = Parser(newlines: newlines)
        guard bytes.withUnsafeBufferPointer({ parser.value($0, depth: 0) && parser.place == $0.count }) else {
            return nil
        }
        nodes = parser.nodes
        unasked = parser.keys
        isAsked = [Bool](repeating: false, count: nodes.count)
    }

    /// Whether every key was asked for.
    var isRead: Bool { unasked == 0 }

    /// Notes that the value of a key was asked for.
    func ask(_ key: Int) {
        guard !isAsked[key] else { return }
        isAsked[key] = true
        unasked -= 1
    }

    func string(_ node: Int) -> String? {
        let node = nodes[node]
        switch node.kind {
        case .text: return String(validating: bytes[node.start..<node.end], as: UTF8.self)
        case .escapedText:
            var plain: [UInt8] = []
            plain.reserveCapacity(node.end - node.start)
            var isEscaped = false
            for byte in bytes[node.start..<node.end] {
                if !isEscaped, byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    plain.append(isEscaped && byte == UInt8(ascii: "n") ? 0x0A : byte)
                    isEscaped = false
                }
            }
            return String(validating: plain, as: UTF8.self)
        default: return nil
        }
    }

    /// Whether a key's text is `name` as canonical JSON writes it: `inReplyTo` is `in_reply_to`.
    func isKey(_ node: Int, _ name: String) -> Bool {
        let node = nodes[node]
        var place = node.start
        var isFirst = true
        for byte in name.utf8 {
            if (0x41...0x5A).contains(byte) {
                guard !isFirst, place + 1 < node.end, bytes[place] == UInt8(ascii: "_"), bytes[place + 1] == byte | 0x20
                else { return false }
                place += 2
            } else {
                guard place < node.end, bytes[place] == byte else { return false }
                place += 1
            }
            isFirst = false
        }
        return place == node.end
    }

    private struct Parser {
        let newlines: Bool
        var nodes: [Node] = []
        var keys = 0
        var place = 0

        init(newlines: Bool) { self.newlines = newlines }

        mutating func value(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> Bool {
            guard place < bytes.count, depth < CanonicalText.deepest else { return false }
            switch bytes[place] {
            case UInt8(ascii: "{"): return object(bytes, depth)
            case UInt8(ascii: "["): return array(bytes, depth)
            case UInt8(ascii: "\""): return text(bytes)
            case UInt8(ascii: "t"): return truth("true", 1, bytes)
            case UInt8(ascii: "f"): return truth("false", 0, bytes)
            default: return number(bytes)
            }
        }

        private mutating func take(_ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            guard place < bytes.count, bytes[place] == byte else { return false }
            place += 1
            return true
        }

        private mutating func object(_ bytes: UnsafeBufferPointer<UInt8>, _ depth: Int) -> Bool {
            let own = nodes.count
            nodes.append(Node(kind: .object, start: place, end: 0, next: 0, count: 0))
            place += 1
            var (count, last) = (0, -1)
            while !take(UInt8(ascii: "}"), bytes) {
                guard count == 0 || take(UInt8(ascii: ","), bytes), place < bytes.count,
                    bytes[place] == UInt8(ascii: "\"")
                else { return false }
                let key = nodes.count
                guard text(bytes), nodes[key].kind == .text, last < 0 || precedes(last, key, bytes) else {
                    return false
                }
                last = key
                guard take(UInt8(ascii: ":"), bytes), value(bytes, depth: depth + 1) else { return false }
                count += 1
            }
            keys += count
            close(own, count)
            return true
        }

        /// Whether one key stands before another in canonical order; not for the same.
        private func precedes(_ one: Int, _ other: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            bytes[nodes[one].start..<nodes[one].end].lexicographicallyPrecedes(
                bytes[nodes[other].start..<nodes[other].end])
        }

        private mutating func array(_ bytes: UnsafeBufferPointer<UInt8>, _ depth: Int) -> Bool {
            let own = nodes.count
            nodes.append(Node(kind: .array, start: place, end: 0, next: 0, count: 0))
            place += 1
            var count = 0
            while !take(UInt8(ascii: "]"), bytes) {
                guard count == 0 || take(UInt8(ascii: ","), bytes), value(bytes, depth: depth + 1) else { return false }
                count += 1
            }
            close(own, count)
            return true
        }

        private mutating func close(_ own: Int, _ count: Int) {
            nodes[own].end = place
            nodes[own].next = nodes.count
            nodes[own].count = count
        }

        private mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            place += 1
            let start = place
            var isEscaped = false
            while place < bytes.count {
                let byte = bytes[place]
                switch byte {
                case UInt8(ascii: "\""):
                    nodes.append(
                        Node(
                            kind: isEscaped ? .escapedText : .text, start: start, end: place, next: nodes.count + 1,
                            count: 0))
                    place += 1
                    return true
                case UInt8(ascii: "\\"):
                    let next = place + 1 < bytes.count ? bytes[place + 1] : 0
                    guard
                        next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                            || newlines && next == UInt8(ascii: "n")
                    else { return false }
                    isEscaped = true
                    place += 2
                case 0..<0x20, 0x7F: return false
                // U+0080 to U+009F
                case 0xC2 where place + 1 < bytes.count && bytes[place + 1] < 0xA0: return false
                default: place += 1
                }
            }
            return false
        }

        private mutating func truth(_ word: StaticString, _ value: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            let length = word.utf8CodeUnitCount
            guard place + length <= bytes.count,
                (0..<length).allSatisfy({ bytes[place + $0] == word.utf8Start[$0] })
            else { return false }
            nodes.append(
                Node(kind: .truth, start: place, end: place + length, next: nodes.count + 1, count: value))
            place += length
            return true
        }

        /// An integer from 0 to `DecimalNumber.largest`, without a leading zero.
        private mutating func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            let start = place
            var value = 0
            while place < bytes.count, (0x30...0x39).contains(bytes[place]), place - start < 16 {
                value = value * 10 + Int(bytes[place] - 0x30)
                place += 1
            }
            let length = place - start
            guard (1...15).contains(length), length == 1 || bytes[start] != 0x30 else { return false }
            nodes.append(Node(kind: .number, start: start, end: place, next: nodes.count + 1, count: value))
            return true
        }
    }
}

/// Why a node is not what a type wants. Nobody sees it: the definition says what is wrong.
private struct NotTaken: Error {}

private struct NodeDecoder: Decoder {
    let text: CanonicalText
    let node: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard text.nodes[node].kind == .object else { throw NotTaken() }
        return KeyedDecodingContainer(KeyedNodes<Key>(text: text, node: node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard text.nodes[node].kind == .array else { throw NotTaken() }
        return NodeSequence(text: text, node: node)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension CanonicalText {
    fileprivate func decode<Value: Decodable>(_ type: Value.Type, _ node: Int) throws -> Value {
        // The leaves, without a decoder between.
        if type == String.self, let value = string(node) as? Value { return value }
        if type == Int.self, let value = try integer(node) as? Value { return value }
        if type == Bool.self, let value = try truth(node) as? Value { return value }
        // The keys of a dictionary are nobody's fields.
        guard !(type is any StringKeyed.Type) else { throw NotTaken() }
        return try Value(from: NodeDecoder(text: self, node: node))
    }

    fileprivate func integer(_ node: Int) throws -> Int {
        guard nodes[node].kind == .number else { throw NotTaken() }
        return nodes[node].count
    }

    fileprivate func truth(_ node: Int) throws -> Bool {
        guard nodes[node].kind == .truth else { throw NotTaken() }
        return nodes[node].count == 1
    }

    fileprivate func text(_ node: Int) throws -> String {
        guard let text = string(node) else { throw NotTaken() }
        return text
    }
}

extension NodeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) throws -> Bool { try text.truth(node) }
    func decode(_ type: String.Type) throws -> String { try text.text(node) }
    func decode(_ type: Int.Type) throws -> Int { try text.integer(node) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try text.decode(type, node) }
}

private struct KeyedNodes<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let text: CanonicalText
    let node: Int

    var codingPath: [any CodingKey] { [] }

    /// Only what knows its keys is read here.
    var allKeys: [Key] { [] }

    private func find(_ key: Key) -> Int? {
        let name = key.stringValue
        var place = node + 1
        let end = text.nodes[node].next
        while place < end {
            let value = place + 1
            if text.isKey(place, name) {
                text.ask(place)
                return value
            }
            place = text.nodes[value].next
        }
        return nil
    }

    private func value(_ key: Key) throws -> Int {
        guard let value = find(key) else { throw NotTaken() }
        return value
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { false }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try text.truth(value(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try text.text(value(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try text.integer(value(key)) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try text.decode(type, value(key))
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try find(key).map(text.truth) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try find(key).map(text.text) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try find(key).map(text.integer) }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try find(key).map { try text.decode(type, $0) }
    }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Other> { throw NotTaken() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw NotTaken() }
    func superDecoder() throws -> any Decoder { throw NotTaken() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw NotTaken() }
}

private struct NodeSequence: UnkeyedDecodingContainer {
    let text: CanonicalText
    private var place: Int
    private let end: Int
    let size: Int
    private(set) var currentIndex = 0

    init(text: CanonicalText, node: Int) {
        self.text = text
        place = node + 1
        end = text.nodes[node].next
        size = text.nodes[node].count
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { size }
    var isAtEnd: Bool { place >= end }

    private mutating func next() throws -> Int {
        guard place < end else { throw NotTaken() }
        defer {
            place = text.nodes[place].next
            currentIndex += 1
        }
        return place
    }

    mutating func decodeNil() throws -> Bool { false }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try text.truth(next()) }
    mutating func decode(_ type: String.Type) throws -> String { try text.text(next()) }
    mutating func decode(_ type: Int.Type) throws -> Int { try text.integer(next()) }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try text.decode(type, next()) }
    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw NotTaken()
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NotTaken() }
    mutating func superDecoder() throws -> any Decoder { throw NotTaken() }
}
