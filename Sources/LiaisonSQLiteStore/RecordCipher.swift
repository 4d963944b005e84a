// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
import GRDB
import LiaisonModel
import LiaisonNotes
import LiaisonRelay

/// Records and salts lie encrypted under one key per delivery in a small table of their own, so that
/// erasing the records and salts of a delivery is deleting one row.
struct RecordCipher {
    let database: Database
    /// The keys that were used since this was made: a batch writes several records under one.
    private var keys: [String: SymmetricKey] = [:]

    init(database: Database) { self.database = database }

    mutating func encrypt(_ entry: StoredEntry) throws -> Data {
        try ChaChaPoly.seal(
            Data(entry.salt.bytes + entry.record), using: try key(for: entry.scope, at: entry.at),
            authenticating: Data(entry.commitment.bytes)
        ).combined
    }

    /// Salt and record of a stored row.
    static func open(_ sealed: Data, by key: SymmetricKey, commitment: Data) throws -> (salt: Salt, record: [UInt8])? {
        let plain = Array(
            try ChaChaPoly.open(ChaChaPoly.SealedBox(combined: sealed), using: key, authenticating: commitment))
        return Salt(plain.prefix(32)).map { ($0, Array(plain.dropFirst(32))) }
    }

    /// The keys of some scopes, as far as they are there, by one statement however many rows a page has.
    static func keys(of scopes: Set<String>, _ database: Database) throws -> [String: SymmetricKey] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: "SELECT scope, key FROM record_keys WHERE scope IN (SELECT value FROM json_each(?))"),
            arguments: [SQLiteFacts.list(scopes)])
        var keys: [String: SymmetricKey] = [:]
        while let row = try rows.next() { keys[row["scope"]] = SymmetricKey(data: row["key"] as Data) }
        return keys
    }

    /// The records of a batch are all of one instant, so the key's time is written with the first of them.
    private mutating func key(for scope: RecordScope, at instant: Instant) throws -> SymmetricKey {
        if let key = keys[scope.name] { return key }
        let key = try storedKey(for: scope, at: instant)
        keys[scope.name] = key
        return key
    }

    private func storedKey(for scope: RecordScope, at instant: Instant) throws -> SymmetricKey {
        let name = scope.name
        if let key = try existingKey(for: name) {
            if scope != .kept {
                try database.cachedStatement(sql: "UPDATE record_keys SET last_at = ? WHERE scope = ?")
                    .execute(arguments: [instant, name])
            }
            return key
        }
        let key = SymmetricKey(size: .bits256)
        let bytes = key.withUnsafeBytes { Data($0) }
        try database.cachedStatement(
            sql: "INSERT INTO record_keys (scope, key, transmission, last_at) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [name, bytes, scope.transmission?.description, scope == .kept ? nil : instant])
        return key
    }

    private func existingKey(for scope: String) throws -> SymmetricKey? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT key FROM record_keys WHERE scope = ?"), arguments: [scope]
        ).map { SymmetricKey(data: $0) }
    }
}
