// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay

/// The embedded store: one SQLite file in write-ahead mode, each commit on disk before it returns.
public struct SQLiteRelayStore: RelayStore {
    let pool: DatabasePool
    /// For cleaning only: it waits for nobody.
    let cleaner: DatabaseQueue
    let checkpoints: Checkpoints
    /// Whoever writes much and can wait goes through here, one at a time: in the queue of those who write, a commit has no more
    /// than one of them before it.
    let bulk = Turnstile(places: 1)

    public enum Failure: Error, Equatable {
        /// SQLite did not accept `synchronous = FULL`: what it acknowledges would not be durable.
        case notDurable
        case damagedRow(String)
        case stagedContentMissing
        /// A batch that does not go on from where the log ends.
        case headMoved
        /// Somebody reads: what is to be erased from every file is still in one.
        case busy
    }

    public static let fileName = "relay.sqlite"

    /// Opens or creates the store in `directory`.
    public init(directory: String) throws { try self.init(file: "\(directory)/\(Self.fileName)") }

    /// Opens or creates the store in one file.
    public init(file: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            // `auto_vacuum` only takes effect on an empty file, before the first table.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA secure_delete = ON")
            // In KiB: what a batch changes stays in memory until it is committed. The write-ahead log is copied back beside
            // the commits (`Checkpoints`); where that does not keep up, a commit does it once the log has 128 MiB.
            try database.execute(sql: "PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 32768")
        }
        pool = try DatabasePool(path: file, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            // GRDB sets NORMAL on a pool's writer after `prepareDatabase`; only FULL is durable per commit.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else { throw Failure.notDurable }
        }
        try Schema.migrator.migrate(pool)
        var impatient = Configuration()
        impatient.busyMode = .immediateError
        cleaner = try DatabaseQueue(path: file, configuration: impatient)
        checkpoints = Checkpoints(cleaner)
    }

    // MARK: Nodes

    /// The directory's lock lets one process in.
    public var isShared: Bool { false }

    public func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }

    public func leads() async -> Bool { true }

    // MARK: Log

    public func head() async throws -> StoredHead? {
        try await pool.read { try Self.head($0) }
    }

    static func head(_ database: Database) throws -> StoredHead? {
        try Row.fetchOne(database, sql: "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1")
            .map { StoredHead(size: $0["size"], checkpoint: $0["note"]) }
    }

    public func tiles(_ ids: Set<TileID>) async throws -> [TileID: Tile] {
        try await pool.read { try SQLiteFacts(database: $0).tiles(ids) }
    }

    public func entries(_ range: Range<Int>) async throws -> [[UInt8]] {
        try await pool.read { database in
            try Data.fetchAll(
                database,
                sql: "SELECT commitment FROM entries WHERE \"index\" >= ? AND \"index\" < ? ORDER BY \"index\"",
                arguments: [range.lowerBound, range.upperBound]
            ).map(Array.init)
        }
    }

    public func end(of mailbox: Mailbox) async throws -> (number: Int, index: Int)? {
        try await pool.read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT number, \"index\" FROM entries WHERE mailbox = ? ORDER BY number DESC LIMIT 1",
                arguments: [mailbox.description]
            ).map { (number: $0["number"], index: $0["index"]) }
        }
    }

    public func entry(_ index: Int) async throws -> StoredEntry? {
        try await entry(where: "\"index\" = ?", [index])
    }

    public func entries(
        on id: TransmissionID, in mailboxes: [Mailbox], from index: Int, limit: Int
    ) async throws -> [StoredEntry] {
        let names = mailboxes.map(\.description)
        return try await pool.read { database in
            let marks = databaseQuestionMarks(count: names.count)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM entries WHERE transmission = ? AND mailbox IN (\(marks)) AND +"index" >= ?
                    ORDER BY +"index" LIMIT ? -- the few of one transmission, not all entries from an index on
                    """,
                arguments: [id.description] + StatementArguments(names) + [index, limit])
            return try Self.entries(rows, database)
        }
    }

    public func entries(in mailbox: Mailbox, after number: Int, limit: Int) async throws -> [StoredEntry] {
        try await pool.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM entries WHERE mailbox = ? AND number > ? AND sealed IS NOT NULL
                    ORDER BY number LIMIT ?
                    """,
                arguments: [mailbox.description, number, limit])
            return try Self.entries(rows, database)
        }
    }

    public func units(told id: TransmissionID, of units: [UnitAddress]) async throws -> [UnitAddress] {
        try await pool.read { try SQLiteFacts(database: $0).units(told: id, of: units) }
    }

    public func directoryHead(_ hash: Hash) async throws -> StoredEntry? {
        try await entry(where: "head = ?", [Data(hash.bytes)])
    }

    public func latestDirectoryHead() async throws -> StoredEntry? {
        try await entry(
            where: "mailbox = 'directory' AND head IS NOT NULL ORDER BY number DESC LIMIT 1", [])
    }

    private func entry(where condition: String, _ arguments: StatementArguments) async throws -> StoredEntry? {
        try await pool.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM entries WHERE \(condition)", arguments: arguments)
                .flatMap { try Self.entry($0, database) }
        }
    }

    /// The entry of a row; nil when its record was erased.
    static func entry(_ row: Row, _ database: Database) throws -> StoredEntry? {
        try entries([row], database).first
    }

    /// The entries of rows whose records, and their keys, were not erased.
    static func entries(_ rows: [Row], _ database: Database) throws -> [StoredEntry] {
        let found = try rows.compactMap { row -> (row: Row, sealed: Data, scope: RecordScope)? in
            guard let sealed: Data = row["sealed"] else { return nil }
            return (row, sealed, try scope(row))
        }
        let keys = try RecordCipher.keys(of: Set(found.map(\.scope.name)), database)
        return try found.compactMap { row, sealed, scope in
            let commitment: Data = row["commitment"]
            guard let key = keys[scope.name],
                let (salt, record) = try RecordCipher.open(sealed, by: key, commitment: commitment)
            else { return nil }
            return StoredEntry(
                index: row["index"], mailbox: try parse(row["mailbox"]), number: row["number"],
                commitment: try digest(commitment), transmission: try optional(row["transmission"]),
                unit: try optional(row["unit"]), at: row["at"], isDirectoryHead: (row["head"] as Data?) != nil,
                scope: scope, record: record, salt: salt)
        }
    }

    private static func scope(_ row: Row) throws -> RecordScope {
        if let name: String = row["scope"] { return RecordScope(name: name, transmission: nil) }
        let transmission: TransmissionID? = try optional(row["transmission"])
        return try transmission.map { RecordScope(delivery: $0, unit: try optional(row["unit"])) } ?? .kept
    }

    // MARK: Directory

    static func documentsInForce(_ database: Database) throws -> [StoredDocument] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM documents AS d WHERE kind IN ('convention', 'succession') OR entry =
                    (SELECT max(entry) FROM documents WHERE kind = d.kind AND subject = d.subject)
                ORDER BY CASE kind WHEN 'convention' THEN 0 WHEN 'keys' THEN 2 ELSE 1 END, entry
                """
        ).map(Self.document)
    }

    public func documents(
        of institution: InstitutionID, from index: Int, keys: Bool
    ) async throws -> [StoredDocument] {
        try await pool.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM documents AS d WHERE institution = ? AND (kind <> 'keys' OR ?)
                        AND (kind = 'succession' OR entry >= ?
                            AND entry = (SELECT max(entry) FROM documents WHERE kind = d.kind AND subject = d.subject))
                    ORDER BY entry
                    """,
                arguments: [institution.description, keys, index]
            ).map(Self.document)
        }
    }

    public func institutionsChanged(from index: Int) async throws -> [InstitutionID] {
        try await pool.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT institution FROM documents WHERE institution IS NOT NULL AND entry >= ?
                    ORDER BY institution
                    """,
                arguments: [index]
            ).map { try Self.parse($0) }
        }
    }

    public func document(_ hash: Hash) async throws -> StoredDocument? {
        try await pool.read { try SQLiteFacts(database: $0).document(hash) }
    }

    static func document(_ row: Row) throws -> StoredDocument {
        guard let kind = StoredDocument.Kind(rawValue: row["kind"]) else { throw Failure.damagedRow("documents") }
        return StoredDocument(
            kind: kind, subject: row["subject"], version: row["version"], hash: try digest(row["hash"]),
            note: row["note"], entry: row["entry"], at: row["at"])
    }

    // MARK: Transmissions

    public func transmission(_ id: TransmissionID) async throws -> StoredTransmission? {
        try await pool.read { try SQLiteFacts(database: $0).transmission(id) }
    }

    public func transmissions(
        _ ids: Set<TransmissionID>
    ) async throws -> [TransmissionID: StoredTransmission] {
        try await pool.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT * FROM transmissions WHERE id IN (\(databaseQuestionMarks(count: ids.count)))",
                arguments: StatementArguments(ids.map(\.description)))
            return try rows.reduce(into: [:]) { found, row in
                let transmission = try Self.transmission(row)
                found[transmission.id] = transmission
            }
        }
    }

    static func transmission(_ row: Row) throws -> StoredTransmission {
        StoredTransmission(
            id: try parse(row["id"]), hash: try digest(row["hash"]), from: try parse(row["sender"]),
            author: try parse(row["author"]), envelope: row["envelope"], contentSize: row["content_size"],
            entry: row["entry"])
    }

    public func deliveries(of id: TransmissionID) async throws -> [StoredDelivery] {
        try await pool.read { try SQLiteFacts(database: $0).deliveries(of: id) }
    }

    public func waiting(in units: [UnitAddress]) async throws -> [UnitAddress: Int] {
        try await pool.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT unit, count(*) AS count FROM deliveries
                    WHERE unit IN (\(databaseQuestionMarks(count: units.count))) AND state IN ('available', 'opened')
                    GROUP BY unit
                    """,
                arguments: StatementArguments(units.map(\.description)))
            return try Dictionary(rows.map { (try Self.parse($0["unit"]), $0["count"]) }) { first, _ in first }
        }
    }

    static func delivery(_ row: Row) throws -> StoredDelivery {
        let rank: Int = row["urgency"]
        guard let state = DeliveryState(rawValue: row["state"]), Urgency.allCases.indices.contains(rank) else {
            throw Failure.damagedRow("deliveries")
        }
        return StoredDelivery(
            transmission: try parse(row["transmission"]), unit: try parse(row["unit"]), state: state,
            dueAt: row["due_at"], expiresAt: row["expires_at"], isNotified: row["notified"], isErased: row["erased"],
            isStandbyCalled: row["standby_called"], isUnattended: row["unattended"], escalated: row["escalated"],
            nextStepAt: row["next_step_at"], entry: row["entry"], urgency: Urgency.allCases[rank])
    }

    public func acts(_ hashes: Set<Hash>) async throws -> [StoredAct] {
        try await acts(
            where: "hash IN (\(databaseQuestionMarks(count: hashes.count))) ORDER BY entry",
            StatementArguments(hashes.map { Data($0.bytes) }))
    }

    private func acts(where condition: String, _ arguments: StatementArguments) async throws -> [StoredAct] {
        try await pool.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM acts WHERE \(condition)", arguments: arguments)
                .map(Self.act)
        }
    }

    static func act(_ row: Row) throws -> StoredAct {
        guard let kind = Act.Kind(rawValue: row["kind"]) else { throw Failure.damagedRow("acts") }
        return StoredAct(
            hash: try digest(row["hash"]), transmission: try parse(row["transmission"]), unit: try parse(row["unit"]),
            author: try parse(row["author"]), kind: kind, note: row["note"], entry: row["entry"])
    }

    // MARK: Values

    static func parse<Value: LosslessStringConvertible>(_ text: String) throws -> Value {
        guard let value = Value(text) else { throw Failure.damagedRow("\(Value.self)") }
        return value
    }

    private static func optional<Value: LosslessStringConvertible>(_ text: String?) throws -> Value? {
        try text.map { try parse($0) }
    }

    static func digest(_ data: Data) throws -> Hash {
        guard let digest = Hash(data) else { throw Failure.damagedRow("digest") }
        return digest
    }
}
