// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonRelay

/// Records and salts lie encrypted under one key per delivery in a table of their own, so that erasing the records and
/// salts of a delivery is deleting one row; as in the embedded store.
enum RecordCipher {
    static func seal(_ entry: StoredEntry, by key: SymmetricKey) throws -> [UInt8] {
        Array(
            try ChaChaPoly.seal(
                entry.salt.bytes + entry.record, using: key, authenticating: entry.commitment.bytes
            ).combined)
    }

    private static func open(
        _ sealed: [UInt8], by key: SymmetricKey, commitment: Hash
    ) throws -> (salt: Salt, record: [UInt8])? {
        let plain = Array(
            try ChaChaPoly.open(
                ChaChaPoly.SealedBox(combined: sealed), using: key, authenticating: commitment.bytes))
        return Salt(plain.prefix(32)).map { ($0, Array(plain.dropFirst(32))) }
    }

    /// Keys of some scopes, as far as they are there.
    static func keys(of scopes: some Sequence<String>, _ connection: Connection) throws -> [String: SymmetricKey] {
        try keys(in: connection.query(query, [.texts(Array(scopes))]))
    }

    static let query = "SELECT scope, key FROM record_keys WHERE scope = ANY ($1)"

    static func keys(in rows: Rows) throws -> [String: SymmetricKey] {
        try rows.reduce(into: [:]) { keys, row in
            let bytes: [UInt8] = try row("key")
            keys[try row("scope")] = SymmetricKey(data: bytes)
        }
    }

    /// The entries of rows whose records, and their keys, were not erased.
    static func entries(_ rows: Rows, _ connection: Connection) throws -> [StoredEntry] {
        let found = try rows.compactMap { row -> (row: Row, sealed: [UInt8], scope: RecordScope)? in
            guard let sealed: [UInt8] = try row("sealed") else { return nil }
            return (row, sealed, try scope(row))
        }
        guard !found.isEmpty else { return [] }
        let keys = try keys(of: Set(found.map(\.scope.name)), connection)
        return try found.compactMap { row, sealed, scope in
            let commitment: Hash = try row("commitment")
            guard let key = keys[scope.name], let (salt, record) = try open(sealed, by: key, commitment: commitment)
            else { return nil }
            let head: [UInt8]? = try row("head")
            return StoredEntry(
                index: try row("index"), mailbox: try row.name("mailbox"), number: try row("number"),
                commitment: commitment, transmission: try row.name("transmission"), unit: try row.name("unit"),
                at: try row("at"), isDirectoryHead: head != nil, scope: scope, record: record, salt: salt)
        }
    }

    private static func scope(_ row: Row) throws -> RecordScope {
        if let name: String = try row("scope") { return RecordScope(name: name, transmission: nil) }
        let transmission: TransmissionID? = try row.name("transmission")
        return try transmission.map { RecordScope(delivery: $0, unit: try row.name("unit")) } ?? .kept
    }
}
