// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonLedger
public import LiaisonNotes
public import LiaisonRelay

/// Backups: a store as one file.
extension SQLiteRelayStore {
    /// Copies the whole store, consistently, also while others write; returns the size of its log.
    public func copy(to path: String) throws -> Int {
        let copy = try DatabaseQueue(path: path)
        try pool.backup(to: copy)
        try copy.writeWithoutTransaction {
            // No journal beside the copy keeps what is overwritten in it.
            try $0.execute(
                sql: "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = MEMORY; PRAGMA secure_delete = ON")
        }
        // What is being erased here does not stay in the copy.
        while try copy.write({ try ChunkTable(database: $0).deleteDiscarded() }) {}
        return try copy.read { try Self.head($0)?.size ?? 0 }
    }

    /// The latest checkpoint in a store's file, by this log's key; the file is only read.
    public static func checkpoint(inFile path: String, log: NoteKey) throws -> Checkpoint {
        guard let head = try reading(path, { try Self.head($0) }) else { throw Failure.damagedRow("checkpoints") }
        return try SignedCheckpoint(parsing: head.checkpoint, log: log).checkpoint
    }

    /// Entries of the log in a store's file; the file is only read.
    public static func size(ofFile path: String) throws -> Int { try reading(path) { try Self.head($0)?.size ?? 0 } }

    /// Copies a store's directory documents, and nothing else, to a new file.
    public static func copyDocuments(from path: String, to copy: String) throws {
        let documents = try documentsInForce(inFile: path)
        let queue = try DatabaseQueue(path: copy)
        try Schema.migrator.migrate(queue)
        try queue.write { database in
            var batch = Batch()
            batch.documents = documents
            try Writer(database: database).write(batch)
        }
    }

    /// The checkpoint that made this log stop, if one did; the file is only read.
    public static func stopped(inFile path: String, log: NoteKey) throws -> Checkpoint? {
        try reading(path) { try String.fetchOne($0, sql: "SELECT checkpoint FROM stopped") }
            .map { try SignedCheckpoint(parsing: $0, log: log).checkpoint }
    }

    /// The directory documents in force in a store's file.
    public static func documentsInForce(inFile path: String) throws -> [StoredDocument] {
        try reading(path) { try Self.documentsInForce($0) }
    }

    private static func reading<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read(body)
    }
}
