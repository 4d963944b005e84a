// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonLedger
import LiaisonNotes
import LiaisonPostgreSQLStore
import LiaisonRelay
import LiaisonSQLiteStore

/// Where a relay's store is.
enum StoreLocation {
    /// The file in the relay's directory.
    case file
    case database(PostgreSQLAddress)

    /// - Parameter text: `sqlite`, or an address that begins with `postgresql://`.
    init(_ text: String) throws {
        do {
            self = text == "sqlite" ? .file : .database(try PostgreSQLAddress(text))
        } catch let failure as PostgreSQLFailure {
            throw ValidationError(failure.description)
        }
    }
}

/// What the operator's commands need of a store, whatever database it is.
protocol OperatedStore: RelayStore {
    /// Copies the whole store to one file, also while others write; returns the size of its log.
    func copy(to path: String) throws -> Int
    /// - Parameter directory: for what is needed meanwhile.
    func verify(log: NoteKey, in directory: DataDirectory) throws -> StoreReport
    func vacuum() throws
    /// What durability the store gives, when there is something to say.
    func durability() async throws -> String
}

extension SQLiteRelayStore: OperatedStore {
    func verify(log: NoteKey, in directory: DataDirectory) throws -> StoreReport { try verify(log: log) }

    func durability() async throws -> String { "a commit is on this machine's disk" }
}

/// What reads all of a database reads a copy, which is the same rows in a file.
extension PostgreSQLRelayStore: OperatedStore {
    func copy(to path: String) throws -> Int {
        _ = try SQLiteRelayStore.create(at: path, from: PostgreSQLTransfer(address, isAlone: false))
        return try SQLiteRelayStore.size(ofFile: path)
    }

    func verify(log: NoteKey, in directory: DataDirectory) throws -> StoreReport {
        let copy = directory.file("verify-\(Instant.now)")
        try FileManager.default.createDirectory(
            atPath: copy, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: copy) }
        _ = try self.copy(to: "\(copy)/\(SQLiteRelayStore.fileName)")
        return try SQLiteRelayStore(directory: copy).verify(log: log)
    }

    func vacuum() throws { try PostgreSQLTransfer(address, isAlone: true).rewrite() }
}
