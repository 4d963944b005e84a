// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes

/// A store whose rows can be brought over to another: between two kinds of database, or into a backup.
///
/// Both ends know the same tables, so nothing is interpreted on the way: what was proven in one is proven in the other.
public protocol StoreSource {
    /// Hands over every row of every table as of one instant: tables in the order of `StoreTable.all`, rows in the order of
    /// their keys, some at a time.
    func rows(_ take: (StoreTable, [[StoredValue]]) throws -> Void) throws
}

/// A value of a row, in the types that all databases have.
public enum StoredValue: Hashable, Sendable {
    case null
    case int(Int)
    case text(String)
    case bytes([UInt8])
}

/// A table that every store has: its columns, and those that order its rows.
public struct StoreTable: Hashable, Sendable {
    public enum Kind: Sendable { case int, flag, text, bytes }

    public struct Column: Hashable, Sendable {
        public let name: String
        public let kind: Kind
    }

    public let name: String
    public let columns: [Column]
    /// Names of columns, in order.
    public let order: [String]

    private init(_ name: String, by order: [String], _ columns: KeyValuePairs<String, Kind>) {
        self.name = name
        self.order = order
        self.columns = columns.map { Column(name: $0.key, kind: $0.value) }
    }

    /// The names of all columns, as they stand in a statement.
    public var columnNames: String { columns.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    /// The statement for all rows in their order, in any database; without what nobody can reach any more, and is being
    /// deleted.
    public var query: String {
        let condition =
            switch self {
            case .contents: "WHERE id NOT IN (SELECT content FROM discarded)"
            case .chunks: "WHERE content NOT IN (SELECT content FROM discarded)"
            default: ""
            }
        let keys = order.map { "\"\($0)\"" }.joined(separator: ", ")
        return "SELECT \(columnNames) FROM \(name) \(condition) ORDER BY \(keys)"
    }

    /// How many rows are handed over at a time: a document may have some MiB, a chunk has 256 KiB.
    public var rowsAtOnce: Int {
        switch name {
        case "chunks": 32
        case "documents": 16
        default: 256
        }
    }

    /// A row comes after those that it refers to.
    public static let all: [StoreTable] = [
        contents, chunks,
        StoreTable(
            "entries", by: ["index"],
            [
                "index": .int, "mailbox": .text, "number": .int, "commitment": .bytes, "transmission": .text,
                "unit": .text, "at": .int, "head": .bytes, "scope": .text, "sealed": .bytes
            ]),
        StoreTable(
            "record_keys", by: ["scope"], ["scope": .text, "key": .bytes, "transmission": .text, "last_at": .int]),
        StoreTable("tiles", by: ["level", "index"], ["level": .int, "index": .int, "hashes": .bytes]),
        StoreTable("checkpoints", by: ["size"], ["size": .int, "note": .text]),
        StoreTable(
            "documents", by: ["hash"],
            [
                "hash": .bytes, "kind": .text, "subject": .text, "version": .int, "note": .text, "entry": .int,
                "at": .int, "institution": .text
            ]),
        StoreTable(
            "staged", by: ["owner", "digest"],
            ["owner": .text, "digest": .bytes, "content": .int, "complete": .flag, "at": .int]),
        StoreTable(
            "transmissions", by: ["id"],
            [
                "id": .text, "hash": .bytes, "sender": .text, "author": .text, "envelope": .text, "content_size": .int,
                "content": .int, "entry": .int
            ]),
        StoreTable(
            "deliveries", by: ["transmission", "unit"],
            [
                "transmission": .text, "unit": .text, "state": .text, "due_at": .int, "expires_at": .int,
                "notified": .flag, "erased": .flag, "standby_called": .flag, "unattended": .flag, "escalated": .int,
                "next_step_at": .int, "entry": .int, "urgency": .int, "content": .int
            ]),
        StoreTable(
            "acts", by: ["hash"],
            [
                "hash": .bytes, "transmission": .text, "unit": .text, "author": .text, "kind": .text, "note": .text,
                "entry": .int
            ]),
        StoreTable("inspections", by: ["hash"], ["hash": .bytes, "note": .text, "entry": .int]),
        StoreTable("configuration", by: ["id"], ["id": .int, "hash": .bytes]),
        StoreTable("cosignatures", by: ["size", "line"], ["size": .int, "line": .text]),
        StoreTable("time_stamps", by: ["size", "at", "token"], ["size": .int, "token": .bytes, "at": .int]),
        StoreTable("stopped", by: ["id"], ["id": .int, "checkpoint": .text]),
        StoreTable(
            "invitations", by: ["id"],
            [
                "id": .bytes, "institution": .text, "note": .text, "expires_at": .int, "request": .text, "state": .text
            ])
    ]

    public static let contents = StoreTable("contents", by: ["id"], ["id": .int, "size": .int])
    /// Bytes as they were deposited, whatever a store does with them.
    public static let chunks = StoreTable(
        "chunks", by: ["content", "position"], ["content": .int, "position": .int, "bytes": .bytes])
}

/// A digest of everything in a store: two that are equal hold the same rows.
public struct StoreDigest: Equatable, Sendable {
    private var hash = Hash.of([])
    public private(set) var rows = 0

    public init() {}

    public mutating func add(_ table: StoreTable, _ rows: [[StoredValue]]) {
        for row in rows {
            var bytes = hash.bytes + Array(table.name.utf8)
            for value in row {
                switch value {
                case .null: bytes.append(0)
                case .int(let number): append(1, withUnsafeBytes(of: Int64(number).bigEndian, Array.init), to: &bytes)
                case .text(let text): append(2, Array(text.utf8), to: &bytes)
                case .bytes(let value): append(3, value, to: &bytes)
                }
            }
            hash = .of(bytes)
        }
        self.rows += rows.count
    }

    private func append(_ kind: UInt8, _ value: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(kind)
        bytes += withUnsafeBytes(of: Int64(value.count).bigEndian, Array.init)
        bytes += value
    }
}
