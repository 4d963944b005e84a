// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonLedger
public import LiaisonNotes

/// What a witness remembers of each log: the largest tree that it cosigned. On disk before anything is signed.
public struct WitnessStore: Sendable {
    private let queue: DatabaseQueue

    public static let fileName = "witness.sqlite"

    public enum Failure: Error { case notDurable, damaged, missing, exists }

    /// Opens the memory of a witness. One that is gone is never begun anew: the witness would sign what contradicts it.
    ///
    /// - Parameter isNew: for a key that has signed nothing yet.
    public init(directory: String, isNew: Bool = false) throws {
        let path = "\(directory)/\(Self.fileName)"
        guard FileManager.default.fileExists(atPath: path) != isNew else { throw isNew ? Failure.exists : .missing }
        queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            // EXTRA: with a rollback journal the commit is the removal of a file, durable once its directory is.
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 3 else { throw Failure.notDurable }
            guard isNew else { return }
            try database.execute(
                sql: """
                    CREATE TABLE trees (
                        origin TEXT PRIMARY KEY,
                        size INTEGER NOT NULL,
                        root BLOB NOT NULL,
                        checkpoint TEXT NOT NULL
                    ) WITHOUT ROWID
                    """)
        }
    }

    /// Judges a request against what is remembered; a tree that is to be cosigned is remembered, in the same transaction,
    /// before this returns.
    public func rule(_ request: AddCheckpoint, log: NoteKey) throws -> WitnessRuling {
        try queue.write { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT size, root FROM trees WHERE origin = ?", arguments: [log.name])
            let latest = try row.map { row -> (size: Int, root: Hash) in
                guard let root = Hash(row["root"] as Data) else { throw Failure.damaged }
                return (row["size"], root)
            }
            let ruling = WitnessRuling.judge(request, log: log, latest: latest)
            if case .cosign(let signed) = ruling {
                // Without the lines of others, which nobody has verified.
                let own = signed.note.signatures.filter { $0.name == log.name && $0.keyID == log.id }
                let note = SignedNote(text: signed.note.text, signatures: own)
                try database.execute(
                    sql: "INSERT OR REPLACE INTO trees (origin, size, root, checkpoint) VALUES (?, ?, ?, ?)",
                    arguments: [
                        log.name, signed.checkpoint.size, Data(signed.checkpoint.root.bytes), note.serialized
                    ])
            }
            return ruling
        }
    }

    /// The largest checkpoint cosigned of a log, as the log signed it.
    public func latest(_ origin: String) throws -> String? {
        try queue.read {
            try String.fetchOne($0, sql: "SELECT checkpoint FROM trees WHERE origin = ?", arguments: [origin])
        }
    }
}
