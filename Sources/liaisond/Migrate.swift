// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonNotes
import LiaisonPostgreSQLStore
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonStores

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the store over to another database; log, keys and every byte that was proven stay.",
        discussion: """
            Stop the relay first, on every node. What was written is read again and compared, row by row, with what was read,
            before the new place is written into the configuration. The store before keeps everything, but no relay goes on
            from it: a file is moved aside, and a database is marked, so that a node that still uses it signs nothing.
            """)

    @OptionGroup var data: DataOption

    @Option(help: "Where the store is: sqlite, or a PostgreSQL address; by default as the configuration says.")
    var from: String?

    @Option(help: "Where it is to be: sqlite, or the address of an empty PostgreSQL database.")
    var to: String

    func run() async throws {
        let directory = data.directory
        try directory.checkConfigurationNamesStore()
        let lock = try directory.lock()
        defer { withExtendedLifetime(lock) {} }
        let source = try await directory.location()
        let target = try StoreLocation(to)
        if let from, try StoreLocation(from).description != source.description {
            throw ValidationError("the store is elsewhere (\(source)), not at \(from)\nhint: without --from")
        }
        switch (source, target) {
        case (.file, .database(let address)):
            let store = try directory.embeddedStore()
            let database = try PostgreSQLTransfer(address, isAlone: true)
            try compare(try database.fill(from: store), with: database)
            try await directory.setStore(target)
            print(
                "the store is in \(address.text); destroy \(try directory.setAside(withArchive: false)), the one before, in time"
            )
        case (.database(let address), .file):
            let database = try PostgreSQLTransfer(address, isAlone: true)
            try database.checkGoesOn()
            let path = directory.file(SQLiteRelayStore.fileName)
            guard !FileManager.default.fileExists(atPath: path) else {
                throw ValidationError("a store is there already (\(path))")
            }
            // In its place only when it is whole; one from an attempt that was broken off is none.
            let new = directory.file("migrating.sqlite")
            for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: new + suffix) }
            try compare(try SQLiteRelayStore.create(at: new, from: database), withFile: new)
            try database.retire()
            try FileManager.default.moveItem(atPath: new, toPath: path)
            try await directory.setStore(target)
            print("the store is in \(path); destroy the database before, \(address.text), in time")
        case (.database(let address), .database(let other)):
            guard address.text != other.text else { throw ValidationError("the store is there already (\(to))") }
            let database = try PostgreSQLTransfer(address, isAlone: true)
            try database.checkGoesOn()
            let new = try PostgreSQLTransfer(other, isAlone: true)
            try compare(try new.fill(from: database), with: new)
            try database.retire()
            try await directory.setStore(target)
            print("the store is in \(other.text); destroy the database before, \(address.text), in time")
        case (.file, .file): throw ValidationError("the store is there already (\(to))")
        }
    }

    /// The same for a file, which is closed, and whole in itself, when this returns.
    private func compare(_ written: StoreDigest, withFile path: String) throws {
        try compare(written, with: SQLiteRelayStore(file: path))
        guard !FileManager.default.fileExists(atPath: path + "-wal") else {
            throw ValidationError("another program has \(path) open: the store stays where it was")
        }
    }

    /// What was written is what is there.
    private func compare(_ written: StoreDigest, with store: some StoreSource) throws {
        var found = StoreDigest()
        try store.rows { found.add($0, $1) }
        guard found == written else {
            throw ValidationError("what was written is not what is there: the store stays where it was")
        }
        print("\(found.rows) rows, the same at both ends")
    }
}
