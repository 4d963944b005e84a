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
/// unlocks, and found by a keyed hash. One process holds it at a time.
///
/// What stands in clear is how many rows there are of which size, which of them go together, and in which order.
public final class Vault: Sendable {
    public static let fileName = "vault.sqlite"
    /// 1 until November 2026: names and identifiers of rows stood in clear.
    static let version = 2

    /// The directory of the vault, for sealed contents beside it.
    public let path: String
    private let database: DatabaseQueue
    private let lock: FileLock
    let rows: RowCipher
    private let random: RandomBytes

    private struct Header: Codable {
        var version: Int
        var derivation: KeyDerivation
        /// The vault's key under the passphrase's.
        var key: String
        /// A keyed hash by which the vault's own key is recognised; absent before that was asked.
        var check: String?
    }

    private init(
        path: String, database: DatabaseQueue, lock: FileLock, key: GuardedBytes, random: RandomBytes
    ) throws {
        self.path = path
        self.database = database
        self.lock = lock
        self.random = random
        rows = try RowCipher(key: key, random: random)
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
                sql: "CREATE TABLE header (id INTEGER PRIMARY KEY CHECK (id = 1), json BLOB NOT NULL);" + schema)
            try write(header(key, derivation, passphrase: passphrase, random: random), database)
        }
        return try Vault(path: path, database: database, lock: lock, key: key, random: random)
    }

    /// Of version 2. `kind` and `folder` are keyed hashes as well: of the table's name, and of what groups its rows, or rows of
    /// several tables.
    private static let schema = """
        CREATE TABLE rows (
            number INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE,
            kind BLOB NOT NULL,
            folder BLOB,
            place INTEGER NOT NULL,
            sealed BLOB NOT NULL
        );
        CREATE INDEX rows_kind ON rows (kind, place);
        CREATE INDEX rows_folder ON rows (folder, place) WHERE folder IS NOT NULL;
        """

    /// Unlocks a vault; raises its derivation costs to today's when they are below, and brings one of an earlier version
    /// over, whole or not at all.
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
            let vault = try Vault(path: path, database: database, lock: lock, key: key, random: random)
            if header.version < 2 { try vault.migrate(header, key: key) }
            if header.derivation.isWeak || header.check == nil { try vault.change(passphrase: passphrase) }
            return vault
        } catch let error as DatabaseError {
            throw VaultFailure.damaged(error.resultCode == .SQLITE_NOTADB ? "not a vault" : "file")
        }
    }

    /// Opens a vault with its own key, which a session kept.
    ///
    /// - Throws: `VaultFailure.wrongPassphrase` when it is not this vault's key.
    public static func open(
        at path: String, key: GuardedBytes, patience: Double = 5, random: RandomBytes = .system
    ) throws -> Vault {
        guard FileManager.default.fileExists(atPath: "\(path)/\(fileName)") else {
            throw VaultFailure.missing(path)
        }
        let lock = try lock(path, patience)
        do {
            let database = try open(path)
            let header = try database.read { try read($0) }
            guard header.version <= version else { throw VaultFailure.newer(version: header.version) }
            let vault = try Vault(path: path, database: database, lock: lock, key: key, random: random)
            guard header.version == version, header.check == vault.rows.check else {
                throw VaultFailure.wrongPassphrase
            }
            return vault
        } catch let error as DatabaseError {
            throw VaultFailure.damaged(error.resultCode == .SQLITE_NOTADB ? "not a vault" : "file")
        }
    }

    // MARK: Locking from elsewhere

    private static func noticePath(_ path: String) -> String { "\(path)/lock.asked" }

    /// Asks a program that keeps the vault's key, a desk, to forget it.
    ///
    /// - Throws: when nothing can be written beside the vault.
    public static func askToLock(at path: String) throws {
        guard !isAskedToLock(at: path) else { return }
        try PrivateFile.create(noticePath(path), "")
    }

    public static func isAskedToLock(at path: String) -> Bool {
        FileManager.default.fileExists(atPath: noticePath(path))
    }

    /// What was asked before is void: somebody has given the passphrase.
    public static func forgetAskedToLock(at path: String) {
        try? FileManager.default.removeItem(atPath: noticePath(path))
    }

    /// The vault's own key, for a session to keep. Who has it reads everything.
    public var key: GuardedBytes { rows.key }

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
                sql: """
                    PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;
                    PRAGMA cache_size = -32768
                    """)
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
        return Header(
            version: version, derivation: derivation, key: Base64.encode(box),
            check: try RowCipher(key: key, random: random).check)
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
        let header = try Self.header(rows.key, .fresh(random: random), passphrase: passphrase, random: random)
        try database.write { try Self.write(header, $0) }
    }

    /// From version 1, whose rows were found by class and identifier in clear.
    private func migrate(_ header: Header, key: GuardedBytes) throws {
        var header = header
        header.version = Self.version
        try database.write { database in
            try database.execute(sql: Self.schema)
            let transaction = VaultTransaction(database: database, rows: rows)
            let old = try Row.fetchCursor(database, sql: "SELECT class, id, sealed FROM items")
            while let row = try old.next() {
                let (kind, id, sealed): (String, String, Data) = (row["class"], row["id"], row["sealed"])
                guard
                    let plain = try Secretbox.open(Array(sealed), key: key, context: Array("\(kind)\u{0}\(id)".utf8))
                else { throw VaultFailure.damaged("row \(kind)") }
                try transaction.put(plain, kind, id)
            }
            try database.execute(sql: "DROP TABLE items")
            try Self.write(header, database)
        }
    }

    // MARK: Rows

    /// Reads, within one view of the vault; may be asked within another reading, whose view it then shares.
    public func read<Result>(_ body: (VaultTransaction) throws -> Result) throws -> Result {
        try database.unsafeReentrantRead { try body(VaultTransaction(database: $0, rows: rows)) }
    }

    /// Writes all of what `body` does, or nothing of it.
    public func write<Result>(_ body: (VaultTransaction) throws -> Result) throws -> Result {
        try database.write { try body(VaultTransaction(database: $0, rows: rows)) }
    }

    /// A secret key, in guarded memory; nil when there is none of this name.
    public func secret(_ id: String) throws -> GuardedBytes? { try read { try $0.secret(id) } }

    public func putSecret(_ secret: GuardedBytes, _ id: String) throws { try write { try $0.putSecret(secret, id) } }

    public func deleteSecret(_ id: String) throws { try write { try $0.deleteSecret(id) } }

    public func value<Value>(_ table: VaultTable<Value>, _ id: String) throws -> Value? {
        try read { try $0.value(table, id) }
    }

    public func put<Value>(_ value: Value, _ table: VaultTable<Value>, _ id: String) throws {
        try write { try $0.put(value, table, id) }
    }

    public func delete<Value>(_ table: VaultTable<Value>, _ id: String) throws {
        try write { try $0.delete(table, id) }
    }

    /// The identifiers of a table's rows, in order.
    public func ids<Value>(_ table: VaultTable<Value>) throws -> [String] { try read { try $0.ids(table) } }
}
