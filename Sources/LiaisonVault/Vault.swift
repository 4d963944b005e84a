// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonNotes

/// Why a vault does not open. Nothing in it is changed then.
public enum VaultFailure: Error, Equatable {
    case missing(String)
    case exists(String)
    case wrongPassphrase
    case inUse
    case damaged(String)
    case newer(version: Int)
    case unreadable(path: String, errno: Int32)
    case outOfMemory
}

/// An agent's local store: one SQLite file in which every row is encrypted under a key that the passphrase
/// unlocks. One process holds it at a time.
public final class Vault: Sendable {
    public static let fileName = "vault.sqlite"
    static let version = 1

    /// The directory of the vault, for sealed contents beside it.
    public let path: String
    private let database: DatabaseQueue
    private let lock: FileLock
    private let key: GuardedBytes
    private let random: RandomBytes

    private struct Header: Codable {
        var version: Int
        var derivation: KeyDerivation
        /// The vault's key under the passphrase's.
        var key: String
    }

    private init(path: String, database: DatabaseQueue, lock: FileLock, key: GuardedBytes, random: RandomBytes) {
        self.path = path
        self.database = database
        self.lock = lock
        self.key = key
        self.random = random
    }

    // MARK: Opening

    /// Makes a vault in a directory that has none.
    ///
    /// - Parameter derivation: the costs; weaker ones than today's are raised when the vault is next opened.
    public static func create(
        at path: String, passphrase: GuardedBytes, derivation: KeyDerivation = .fresh(), patience: Double = 5,
        random: RandomBytes = .system
    ) throws -> Vault {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let lock = try lock(path, patience)
        guard !FileManager.default.fileExists(atPath: "\(path)/\(fileName)") else {
            throw VaultFailure.exists(path)
        }
        let database = try open(path)
        let key = try GuardedBytes.random(Secretbox.keyLength)
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE header (id INTEGER PRIMARY KEY CHECK (id = 1), json BLOB NOT NULL);
                    CREATE TABLE items (
                        class TEXT NOT NULL,
                        id TEXT NOT NULL,
                        sealed BLOB NOT NULL,
                        PRIMARY KEY (class, id)
                    ) WITHOUT ROWID;
                    """)
            try write(header(key, derivation, passphrase: passphrase, random: random), database)
        }
        return Vault(path: path, database: database, lock: lock, key: key, random: random)
    }

    /// Unlocks a vault; raises its derivation costs to today's when they are below.
    public static func open(
        at path: String, passphrase: GuardedBytes, patience: Double = 5, random: RandomBytes = .system
    ) throws -> Vault {
        guard FileManager.default.fileExists(atPath: "\(path)/\(fileName)") else {
            throw VaultFailure.missing(path)
        }
        let lock = try lock(path, patience)
        do {
            let database = try open(path)
            let header = try database.read { try read($0) }
            guard header.version <= version else { throw VaultFailure.newer(version: header.version) }
            let outer = try header.derivation.key(passphrase: passphrase)
            guard let box = Base64.decode(header.key) else { throw VaultFailure.damaged("header") }
            guard let key = try Secretbox.open(box, key: outer, context: headerContext) else {
                throw VaultFailure.wrongPassphrase
            }
            let vault = Vault(path: path, database: database, lock: lock, key: key, random: random)
            if header.derivation.isWeak { try vault.change(passphrase: passphrase) }
            return vault
        } catch let error as DatabaseError {
            throw VaultFailure.damaged(error.resultCode == .SQLITE_NOTADB ? "not a vault" : "file")
        }
    }

    private static func lock(_ path: String, _ patience: Double) throws(VaultFailure) -> FileLock {
        do {
            return try FileLock(path: "\(path)/vault.lock", patience: patience)
        } catch {
            switch error {
            case .inUse: throw .inUse
            case .unreadable(let path, let errno): throw .unreadable(path: path, errno: errno)
            }
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA")
        }
        let file = "\(path)/\(fileName)"
        let database = try DatabaseQueue(path: file, configuration: configuration)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        return database
    }

    private static let headerContext = Array("liaison/vault/v1".utf8)

    private static func header(
        _ key: GuardedBytes, _ derivation: KeyDerivation, passphrase: GuardedBytes, random: RandomBytes
    ) throws -> Header {
        let outer = try derivation.key(passphrase: passphrase)
        let box = key.withUnsafeBytes { Secretbox.seal($0, key: outer, context: headerContext, random: random) }
        return Header(version: version, derivation: derivation, key: Base64.encode(box))
    }

    private static func write(_ header: Header, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO header (id, json) VALUES (1, ?)",
            arguments: [Data(try CanonicalJSON.encode(header))])
    }

    private static func read(_ database: Database) throws -> Header {
        guard let json = try Data.fetchOne(database, sql: "SELECT json FROM header WHERE id = 1") else {
            throw VaultFailure.damaged("header")
        }
        do {
            return try CanonicalJSON.decode(Header.self, from: Array(json))
        } catch {
            throw VaultFailure.damaged("header")
        }
    }

    /// Puts the vault's key under a new passphrase, with today's derivation costs.
    public func change(passphrase: GuardedBytes) throws {
        let header = try Self.header(key, .fresh(random: random), passphrase: passphrase, random: random)
        try database.write { try Self.write(header, $0) }
    }

    // MARK: Items

    private func context(_ kind: String, _ id: String) -> [UInt8] { Array("\(kind)\u{0}\(id)".utf8) }

    public func secret(_ kind: String, _ id: String) throws -> GuardedBytes? {
        let row = try database.read {
            try Data.fetchOne($0, sql: "SELECT sealed FROM items WHERE class = ? AND id = ?", arguments: [kind, id])
        }
        guard let row else { return nil }
        guard let plain = try Secretbox.open(Array(row), key: key, context: context(kind, id)) else {
            throw VaultFailure.damaged("item \(kind)")
        }
        return plain
    }

    public func put(_ secret: GuardedBytes, _ kind: String, _ id: String) throws {
        let box = secret.withUnsafeBytes {
            Secretbox.seal($0, key: key, context: context(kind, id), random: random)
        }
        try database.write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO items (class, id, sealed) VALUES (?, ?, ?)",
                arguments: [kind, id, Data(box)])
        }
    }

    public func delete(_ kind: String, _ id: String) throws {
        try database.write {
            try $0.execute(sql: "DELETE FROM items WHERE class = ? AND id = ?", arguments: [kind, id])
        }
    }

    /// The identifiers of a class, in order.
    public func ids(_ kind: String) throws -> [String] {
        try database.read {
            try String.fetchAll($0, sql: "SELECT id FROM items WHERE class = ? ORDER BY id", arguments: [kind])
        }
    }

    public func value<Value: Codable>(_ type: Value.Type, _ kind: String, _ id: String) throws -> Value? {
        try secret(kind, id)?.withCopy { try CanonicalJSON.decode(type, from: $0, newlines: true) }
    }

    public func put(value: some Codable, _ kind: String, _ id: String) throws {
        var bytes = try CanonicalJSON.encode(value)
        try put(GuardedBytes(moving: &bytes), kind, id)
    }
}
