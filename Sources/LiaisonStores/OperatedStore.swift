// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonNotes
public import LiaisonPostgreSQLStore
public import LiaisonRelay
public import LiaisonSQLiteStore

/// Where a relay's store is.
public enum StoreLocation: Sendable, CustomStringConvertible {
    /// The file in the relay's directory.
    case file
    case database(PostgreSQLAddress)

    /// - Parameter text: `sqlite`, or an address that begins with `postgresql://`.
    /// - Throws: `PostgreSQLFailure.unsuitable`.
    public init(_ text: String) throws {
        self = text == "sqlite" ? .file : .database(try PostgreSQLAddress(text))
    }

    public var description: String {
        switch self {
        case .file: "sqlite"
        case .database(let address): address.text
        }
    }
}

/// What the operator's commands need of a store, whatever database it is.
public protocol OperatedStore: RelayStore {
    /// Copies the whole store to one file, an embedded store, also while others write; returns the size of its log.
    func copy(to path: String) throws -> Int
    /// Re-derives everything from the log, and says where the store differs.
    ///
    /// - Parameter log: the key that signs the log.
    func verify(log: NoteKey) throws -> StoreReport
    /// Rewrites the whole store, so that nothing of what was erased is left in any page; nobody writes meanwhile.
    func vacuum() throws
    /// What durability a commit has, in words.
    func durability() async throws -> String
}

extension SQLiteRelayStore: OperatedStore {
    public func durability() async throws -> String { "a commit is on this machine's disk" }
}

/// What reads all of a database reads a copy, which is the same rows in a file.
extension PostgreSQLRelayStore: OperatedStore {
    public func copy(to path: String) throws -> Int {
        _ = try SQLiteRelayStore.create(at: path, from: PostgreSQLTransfer(address, isAlone: false))
        return try SQLiteRelayStore.size(ofFile: path)
    }

    /// In the directory for temporary files, where there has to be room for the whole store.
    public func verify(log: NoteKey) throws -> StoreReport {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("liaison-\(UUID())").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = "\(directory)/\(SQLiteRelayStore.fileName)"
        _ = try copy(to: path)
        return try SQLiteRelayStore(file: path).verify(log: log)
    }

    public func vacuum() throws { try PostgreSQLTransfer(address, isAlone: true).rewrite() }
}
