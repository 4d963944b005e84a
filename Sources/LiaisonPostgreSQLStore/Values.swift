// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes

// PostgreSQL's binary formats: numbers in network order, arrays as their `array_send` writes them.

/// A parameter of a statement.
enum Parameter {
    case int(Int?)
    case text(String?)
    case bytes([UInt8]?)
    case flag(Bool)
    case ints([Int?])
    case texts([String?])
    case byteStrings([[UInt8]?])
    case flags([Bool])

    static func instant(_ instant: Instant?) -> Parameter { .int(instant?.rawValue) }
    static func text(_ value: some CustomStringConvertible) -> Parameter { .text(Optional(value.description)) }
    static func hash(_ hash: Hash) -> Parameter { .bytes(hash.bytes) }

    /// Nil for NULL.
    var binary: [UInt8]? {
        switch self {
        case .int(let value): value.map(Self.encode)
        case .text(let value): value.map { Array($0.utf8) }
        case .bytes(let value): value
        case .flag(let value): [value ? 1 : 0]
        case .ints(let values): Self.array(values.map { $0.map(Self.encode) }, of: 20)
        case .texts(let values): Self.array(values.map { $0.map { Array($0.utf8) } }, of: 25)
        case .byteStrings(let values): Self.array(values, of: 17)
        case .flags(let values): Self.array(values.map { [$0 ? 1 : 0] }, of: 16)
        }
    }

    private static func encode(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int64(value).bigEndian, Array.init) }

    /// - Parameter type: the elements' number in `pg_type`.
    private static func array(_ elements: [[UInt8]?], of type: Int32) -> [UInt8] {
        func encode(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
        guard !elements.isEmpty else { return encode(0) + encode(0) + encode(type) }
        var bytes = encode(1) + encode(elements.contains { $0 == nil } ? 1 : 0) + encode(type)
        bytes += encode(Int32(elements.count)) + encode(1)
        for element in elements {
            bytes += encode(element.map { Int32($0.count) } ?? -1)
            bytes += element ?? []
        }
        return bytes
    }
}

/// A type that a column can have.
protocol Column {
    init?(binary: UnsafeRawBufferPointer)
}

extension Int: Column {
    init?(binary: UnsafeRawBufferPointer) {
        switch binary.count {
        case 4: self = Int(Int32(bigEndian: binary.loadUnaligned(as: Int32.self)))
        case 8: self = Int(Int64(bigEndian: binary.loadUnaligned(as: Int64.self)))
        default: return nil
        }
    }
}

extension Bool: Column {
    init?(binary: UnsafeRawBufferPointer) {
        guard binary.count == 1 else { return nil }
        self = binary[0] != 0
    }
}

extension String: Column {
    init?(binary: UnsafeRawBufferPointer) { self.init(validating: binary, as: UTF8.self) }
}

extension [UInt8]: Column {
    init?(binary: UnsafeRawBufferPointer) { self.init(binary) }
}

extension Instant: Column {
    init?(binary: UnsafeRawBufferPointer) {
        guard let number = Int(binary: binary) else { return nil }
        self.init(number)
    }
}

extension Hash: Column {
    init?(binary: UnsafeRawBufferPointer) { self.init(Array(binary)) }
}

/// Names that stand in the database as text.
extension Row {
    func name<Value: LosslessStringConvertible>(_ column: String) throws -> Value {
        guard let name: Value = try name(column) else { throw PostgreSQLFailure.damagedRow(column) }
        return name
    }

    func name<Value: LosslessStringConvertible>(_ column: String) throws -> Value? {
        guard let text: String = try self(column) else { return nil }
        guard let value = Value(text) else { throw PostgreSQLFailure.damagedRow(column) }
        return value
    }
}
