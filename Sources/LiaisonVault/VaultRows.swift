// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CSodium
import Foundation
import GRDB
import LiaisonNotes

/// A table of the vault: its name, and what its rows hold.
public struct VaultTable<Value: Codable>: Sendable {
    public let name: String

    public init(_ name: String) { self.name = name }
}

/// A row's value and the identifier under which it was put.
public struct VaultRow<Value> {
    public let id: String
    public let value: Value
}

/// How rows are found and sealed: keyed hashes (BLAKE2b, RFC 7693) for names, XChaCha20-Poly1305 for what they hold. The
/// identifier is sealed with the value.
struct RowCipher: Sendable {
    /// The vault's own key, under which values lie.
    let key: GuardedBytes
    /// The key of the hashes, derived from it.
    private let index: GuardedBytes
    private let random: RandomBytes

    init(key: GuardedBytes, random: RandomBytes) throws {
        self.key = key
        self.random = random
        index = try GuardedBytes(count: Int(crypto_generichash_KEYBYTES)) { index in
            _ = key.withPointer {
                crypto_kdf_derive_from_key(index, Int(crypto_generichash_KEYBYTES), 1, "vaultrow", $0)
            }
        }
    }

    /// By what the vault's key is recognised.
    var check: String { Base64.encode(hash("check")) }

    /// The hash of names that say together what a row is; one is never the beginning of another.
    func hash(_ names: String..., length: Int = 16) -> [UInt8] {
        let text = names.flatMap { name in
            let bytes = Array(name.utf8)
            return withUnsafeBytes(of: UInt32(bytes.count).bigEndian, Array.init) + bytes
        }
        var digest = [UInt8](repeating: 0, count: length)
        index.withPointer { key in
            _ = crypto_generichash(&digest, length, text, UInt64(text.count), key, Int(crypto_generichash_KEYBYTES))
        }
        return digest
    }

    func seal(_ id: String, _ value: UnsafeRawBufferPointer, at key: [UInt8]) throws -> Data {
        let name = Array(id.utf8)
        let plain = try GuardedBytes(count: 2 + name.count + value.count) { bytes in
            bytes[0] = UInt8(name.count >> 8 & 0xFF)
            bytes[1] = UInt8(name.count & 0xFF)
            for (place, byte) in name.enumerated() { bytes[2 + place] = byte }
            for (place, byte) in value.enumerated() { bytes[2 + name.count + place] = byte }
        }
        return Data(plain.withUnsafeBytes { Secretbox.seal($0, key: self.key, context: key, random: random) })
    }

    func seal(_ id: String, _ value: [UInt8], at key: [UInt8]) -> Data {
        let name = Array(id.utf8)
        let plain = [UInt8(name.count >> 8 & 0xFF), UInt8(name.count & 0xFF)] + name + value
        return Data(plain.withUnsafeBytes { Secretbox.seal($0, key: self.key, context: key, random: random) })
    }

    /// What stands behind the identifier; nil for what does not authenticate.
    func open(_ sealed: Data, at key: [UInt8]) -> (id: String, value: ArraySlice<UInt8>)? {
        guard let plain = Secretbox.openPlainly(Array(sealed), key: self.key, context: key), plain.count >= 2 else {
            return nil
        }
        let end = 2 + (Int(plain[0]) << 8 | Int(plain[1]))
        guard end <= plain.count else { return nil }
        return (String(decoding: plain[2..<end], as: UTF8.self), plain[end...])
    }

    /// A secret, in guarded memory.
    func openSecret(_ sealed: Data, at key: [UInt8]) throws -> GuardedBytes? {
        guard let plain = try Secretbox.open(Array(sealed), key: self.key, context: key), plain.count >= 2 else {
            return nil
        }
        return try plain.withUnsafeBytes { bytes in
            let start = 2 + (Int(bytes[0]) << 8 | Int(bytes[1]))
            guard start <= bytes.count else { return nil }
            return try GuardedBytes(count: bytes.count - start) { secret in
                for place in 0..<bytes.count - start { secret[place] = bytes[start + place] }
            }
        }
    }
}

/// A row that was sealed before it is written: sealing many costs more than writing them, and can be done in parallel.
public struct SealedRow: Sendable {
    fileprivate let key: [UInt8]
    fileprivate let table: String
    fileprivate let folder: String?
    fileprivate let place: Int
    fileprivate let sealed: Data
}

extension Vault {
    /// Seals a row for `VaultTransaction.put(_:)`.
    public func sealed<Value>(
        _ value: Value, _ table: VaultTable<Value>, _ id: String, folder: String? = nil, place: Int = 0
    ) throws -> SealedRow {
        try rows.sealed(value, table, id, folder: folder, place: place)
    }
}

extension RowCipher {
    func sealed<Value>(
        _ value: Value, _ table: VaultTable<Value>, _ id: String, folder: String?, place: Int
    ) throws -> SealedRow {
        let key = hash(table.name, id)
        return SealedRow(
            key: key, table: table.name, folder: folder, place: place,
            sealed: seal(id, try CanonicalJSON.encode(value), at: key))
    }
}

/// Reads and writes rows within one transaction.
public struct VaultTransaction {
    let database: Database
    let rows: RowCipher

    // MARK: Secrets

    /// The table of secrets, whose values are bytes and not JSON.
    private static let secrets = "secret"

    func secret(_ id: String) throws -> GuardedBytes? {
        let key = rows.hash(Self.secrets, id)
        guard let sealed = try sealed(at: key) else { return nil }
        guard let secret = try rows.openSecret(sealed, at: key) else { throw VaultFailure.damaged("row secret") }
        return secret
    }

    func putSecret(_ secret: GuardedBytes, _ id: String) throws { try put(secret, Self.secrets, id) }

    func deleteSecret(_ id: String) throws { try delete(Self.secrets, id) }

    /// Bytes as an earlier program kept them, or a secret.
    func put(_ secret: GuardedBytes, _ kind: String, _ id: String) throws {
        let key = rows.hash(kind, id)
        try put(try secret.withUnsafeBytes { try rows.seal(id, $0, at: key) }, at: key, kind, folder: nil, place: 0)
    }

    private func delete(_ kind: String, _ id: String) throws {
        try database.cachedStatement(sql: "DELETE FROM rows WHERE key = ?").execute(
            arguments: [Data(rows.hash(kind, id))])
    }

    // MARK: Values

    public func value<Value>(_ table: VaultTable<Value>, _ id: String) throws -> Value? {
        let key = rows.hash(table.name, id)
        return try sealed(at: key).map { try open($0, at: key, table).value }
    }

    /// - Parameters:
    ///   - folder: what groups rows, if anything does.
    ///   - place: where it stands among them; not secret.
    public func put<Value>(
        _ value: Value, _ table: VaultTable<Value>, _ id: String, folder: String? = nil, place: Int = 0
    ) throws {
        try put(rows.sealed(value, table, id, folder: folder, place: place))
    }

    public func put(_ row: SealedRow) throws {
        try put(row.sealed, at: row.key, row.table, folder: row.folder, place: row.place)
    }

    public func delete<Value>(_ table: VaultTable<Value>, _ id: String) throws { try delete(table.name, id) }

    /// Deletes all rows of a folder.
    public func delete(folder: String) throws {
        try database.cachedStatement(sql: "DELETE FROM rows WHERE folder = ?").execute(
            arguments: [self.folder(folder)])
    }

    /// Deletes all rows of a table.
    public func empty<Value>(_ table: VaultTable<Value>) throws {
        try database.execute(sql: "DELETE FROM rows WHERE kind = ?", arguments: [kind(table.name)])
    }

    public func ids<Value>(_ table: VaultTable<Value>) throws -> [String] {
        var ids: [String] = []
        let cursor = try Row.fetchCursor(
            database, sql: "SELECT key, sealed FROM rows WHERE kind = ?", arguments: [kind(table.name)])
        while let row = try cursor.next() {
            let (key, sealed): (Data, Data) = (row["key"], row["sealed"])
            guard let opened = rows.open(sealed, at: Array(key)) else {
                throw VaultFailure.damaged("row \(table.name)")
            }
            ids.append(opened.id)
        }
        return ids.sorted()
    }

    /// How many rows a table has, or one of its folders.
    public func count<Value>(_ table: VaultTable<Value>, folder: String? = nil) throws -> Int {
        let (condition, arguments) = selection(table, folder)
        return try Int.fetchOne(
            database, sql: "SELECT count(*) FROM rows WHERE \(condition)", arguments: arguments) ?? 0
    }

    /// The rows of a table, or of one of its folders, by their places.
    ///
    /// - Parameters:
    ///   - folder: rows of other tables in it must hold the same kind of value.
    ///   - newestFirst: whether the highest place comes first.
    ///   - places: those between which a row must stand.
    ///   - body: gets one row after the other, and says whether it wants the next one.
    public func each<Value>(
        _ table: VaultTable<Value>, folder: String? = nil, newestFirst: Bool = false,
        places: ClosedRange<Int> = 0...Int.max, _ body: (VaultRow<Value>) throws -> Bool
    ) throws {
        let (condition, arguments) = selection(table, folder)
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT key, sealed FROM rows WHERE \(condition) AND place BETWEEN ? AND ?
                ORDER BY place \(newestFirst ? "DESC" : "ASC")
                """,
            arguments: arguments + [places.lowerBound, places.upperBound])
        while let row = try cursor.next() {
            let (key, sealed): (Data, Data) = (row["key"], row["sealed"])
            guard try body(open(sealed, at: Array(key), table)) else { return }
        }
    }

    /// The rows of a table, or of one of its folders, by their places.
    public func all<Value>(_ table: VaultTable<Value>, folder: String? = nil) throws -> [VaultRow<Value>] {
        let (condition, arguments) = selection(table, folder)
        // One statement, prepared once: nothing else is asked while its rows come.
        let statement = try database.cachedStatement(
            sql: "SELECT key, sealed FROM rows WHERE \(condition) ORDER BY place ASC")
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            let (key, sealed): (Data, Data) = (row["key"], row["sealed"])
            return try open(sealed, at: Array(key), table)
        }
    }

    /// A folder is of all tables: rows of several tables may lie in one.
    private func selection<Value>(
        _ table: VaultTable<Value>, _ folder: String?
    ) -> (condition: String, arguments: StatementArguments) {
        folder.map { ("folder = ?", [self.folder($0)]) } ?? ("kind = ?", [kind(table.name)])
    }

    // MARK: Rows as they lie

    private func kind(_ name: String) -> Data { Data(rows.hash(name, length: 16)) }

    private func folder(_ name: String) -> Data { Data(rows.hash("folder", name, length: 16)) }

    private func sealed(at key: [UInt8]) throws -> Data? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT sealed FROM rows WHERE key = ?"), arguments: [Data(key)])
    }

    private func open<Value>(_ sealed: Data, at key: [UInt8], _ table: VaultTable<Value>) throws -> VaultRow<Value> {
        guard let opened = rows.open(sealed, at: key),
            let value = try? CanonicalJSON.read(Value.self, from: Array(opened.value))
        else { throw VaultFailure.damaged("row \(table.name)") }
        return VaultRow(id: opened.id, value: value)
    }

    private func put(_ sealed: Data, at key: [UInt8], _ table: String, folder: String?, place: Int) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO rows (key, kind, folder, place, sealed) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (key) DO UPDATE SET folder = excluded.folder, place = excluded.place, sealed = excluded.sealed
                """
        ).execute(arguments: [Data(key), kind(table), folder.map { self.folder($0) }, place, sealed])
    }
}
