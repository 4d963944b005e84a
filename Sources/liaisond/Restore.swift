// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonPostgreSQLStore
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonStores
import LiaisonWitness

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store to one file, also while the relay runs. Keep the key files apart from it.")

    @OptionGroup var data: DataOption

    @Option(help: "The file to write.")
    var output: String

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw ValidationError("the file exists already (\(output))")
        }
        let size = try await data.directory.store().copy(to: output)
        print("\(output): the log up to entry \(size)")
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the store's place; behind anything acknowledged, begin a new log.",
        discussion: """
            A log never goes back: who saw what came after the backup would see it contradicted. Unless the store in place
            shows that nothing came after it, a new log with a new key begins, whose first entry names the old one. The
            convention must then name it: sign a new version and admit it. Stop the relay first.
            """)

    @OptionGroup var data: DataOption

    @Option(help: "The backup.")
    var backup: String

    @Option(help: "The new log's origin, if there has to be one; by default the old one's with the next number.")
    var origin: String?

    @Option(help: "For a store in a database: the empty database that the backup is put into.")
    var store: String?

    func run() async throws {
        let directory = data.directory
        guard FileManager.default.fileExists(atPath: backup) else {
            throw ValidationError("no backup here (\(backup))")
        }
        try directory.checkConfigurationNamesStore()
        let lock = try directory.lock()
        defer { withExtendedLifetime(lock) {} }
        let signer = try directory.logSigner()
        let restored = try SQLiteRelayStore.checkpoint(inFile: backup, log: signer.noteKey)
        let place = try await Place(directory, replacement: store)
        defer { place.discardCopy() }
        let inPlace = try? SQLiteRelayStore.checkpoint(inFile: place.file, log: signer.noteKey)
        // What a relay that has stopped was shown is its own word, too.
        let shown = [backup, place.file].compactMap { try? SQLiteRelayStore.stopped(inFile: $0, log: signer.noteKey) }
        let witnesses = try await witnesses(directory, signer)
        var contradicted = !shown.isEmpty || place.goesOnElsewhere
        if inPlace == restored, !contradicted {
            let sequencer = try await sequencer(directory)
            for seen in witnesses where seen.size < restored.size {
                if try await !sequencer.has(seen) { contradicted = true }
            }
        }
        let ruling = RestoreRuling.judge(
            restored: restored, inPlace: inPlace, witnesses: witnesses + shown, contradicted: contradicted)
        let next = origin ?? Self.next(after: signer.name)
        guard NoteKey.isValid(name: next), next != signer.name else {
            throw ValidationError("the new log needs a new origin (\(next))\nhint: --origin")
        }
        // Nothing is moved before all is known to be in order.
        let aside = try place.setAside()
        switch ruling {
        case .sameLog:
            try await place.fill(from: backup)
            try await record(.restored(.init(restored)), directory)
            print("the log goes on at entry \(restored.size); destroy \(aside), the store that was in place, in time")
        case .newLog(let after):
            // The newest rosters that can be read: a revocation after the backup is not to be undone.
            let isInPlaceNewer = inPlace.map { $0.size > restored.size } == true
            try SQLiteRelayStore.copyDocuments(
                from: isInPlaceNewer ? place.file : backup, to: directory.file(DataDirectory.archive))
            try directory.replaceLog(origin: next)
            try await place.fill(from: nil)
            try await record(.opened(.init(after)), directory)
            print(
                """
                # Something acknowledged may be missing after entry \(after.size) of \(signer.name): a new log has begun.
                # Name it in the convention's next version, beside the old one, and as `log` of every party whose log it is;
                # have it signed, and: liaisond admit. Rosters and keys are then published again from the \(isInPlaceNewer ? "store that was in place" : "backup").
                # The store that was in place is in \(aside): destroy it in time.
                """)
            try printLogs(directory, signer.name)
        }
    }

    /// What the convention's next version says of itself and of its logs: the new one where the old one was.
    private func printLogs(_ directory: DataDirectory, _ old: String) throws {
        let archive = directory.file(DataDirectory.archive)
        let conventions = try SQLiteRelayStore.documentsInForce(inFile: archive)
            .filter { $0.kind == .convention }
            .compactMap { try? Unverified<Convention>(parsing: $0.note) }
        let signer = try directory.logSigner()
        let key = try signer.noteKey
        guard let latest = conventions.max(by: { $0.claimed.version < $1.claimed.version }),
            let known = latest.claimed.log(old)
        else {
            // No convention was admitted yet: the first one names this log only.
            return print("logs:\n  - origin: \(signer.name)\n    key: \(Base64.encode(key.key.bytes))")
        }
        let next = LogDescription(
            origin: signer.name, key: key.key, url: known.url, tlsRoots: known.tlsRoots)
        print("version: \(latest.claimed.version + 1)\nprevious: \(latest.note.hash)\nlogs:")
        for log in [next, known] {
            print(
                """
                  - origin: \(log.origin)
                    key: \(Base64.encode(log.key.bytes))
                    url: \(log.url)
                    tls_roots: [\(log.tlsRoots.joined(separator: ", "))]
                """)
        }
    }

    private func record(_ act: OperatorAct, _ directory: DataDirectory) async throws {
        _ = try await sequencer(directory).perform(.operate(act))
    }

    private func sequencer(_ directory: DataDirectory) async throws -> Sequencer {
        Sequencer(
            log: try directory.logSigner(), store: try await directory.store(),
            clock: { .now })
    }

    /// What the configured witnesses have seen of the log, as far as they answer.
    private func witnesses(_ directory: DataDirectory, _ signer: NoteSigner) async throws -> [Checkpoint] {
        var known: [Checkpoint] = []
        for witness in try await directory.settings().witnessClients(origin: signer.name) {
            guard let note = try? await witness.latest(),
                let checkpoint = try? SignedCheckpoint(parsing: note, log: signer.noteKey).checkpoint
            else { continue }
            known.append(checkpoint)
        }
        return known
    }

    private static func next(after origin: String) -> String {
        let pieces = origin.split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count > 1, let last = pieces.last, let number = DecimalNumber.parse(last) else {
            return origin + "/2"
        }
        return pieces.dropLast().joined(separator: "/") + "/\(number + 1)"
    }
}

extension PreviousTree {
    init(_ checkpoint: Checkpoint) {
        self.init(origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root)
    }
}

/// The place that a backup is put into, and what was there before.
private final class Place {
    private let directory: DataDirectory
    /// Nil for a file in the directory.
    private let database: PostgreSQLAddress?
    /// The database in place, and the connection that lets no node commit there any more; nil for one that cannot be reached.
    private let before: (address: PostgreSQLAddress, alone: PostgreSQLTransfer?)?
    /// The store in place as a file: itself, a copy of a database, or its copy that was set aside; there may be none.
    private(set) var file: String
    private let copy: String?
    /// Whether the log was brought over from there: what is behind the end that it shows is known to nobody here.
    let goesOnElsewhere: Bool

    /// - Parameter replacement: an empty database, when the store in place is one: nothing is ever deleted.
    init(_ directory: DataDirectory, replacement: String?) async throws {
        self.directory = directory
        guard case .database(let address) = try await directory.location() else {
            guard replacement == nil else {
                throw ValidationError("the store is a file in \(directory.path)\nhint: without --store")
            }
            (database, before, copy, file) = (nil, nil, nil, directory.file(SQLiteRelayStore.fileName))
            goesOnElsewhere = false
            return
        }
        guard let replacement, case .database(let other) = try StoreLocation(replacement), other.text != address.text
        else {
            throw ValidationError(
                "the store is a database, which stays as it is (\(address.text))\n"
                    + "hint: --store with an empty database to put the backup into")
        }
        // Before anything is changed.
        try PostgreSQLTransfer(other, isAlone: true).checkHoldsNoLog()
        let alone = try? PostgreSQLTransfer(address, isAlone: true)
        (database, before) = (other, (address, alone))
        let copy = directory.file("in-place-\(Instant.now).sqlite")
        (self.copy, file) = (copy, copy)
        // One that cannot be reached shows nothing; of one that is there, everything has to be read.
        goesOnElsewhere = try alone.map { try !$0.goesOn() } ?? false
        guard let alone else { return }
        do {
            _ = try SQLiteRelayStore.create(at: copy, from: alone)
        } catch {
            Self.remove(copy)
            throw error
        }
    }

    func discardCopy() {
        if let copy { Self.remove(copy) }
    }

    private static func remove(_ store: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: store + suffix) }
    }

    /// - Returns: where the store that was in place is now.
    func setAside() throws -> String {
        if let before {
            if before.alone == nil {
                print(
                    """
                    # The database before, \(before.address.text), cannot be told that the log goes on elsewhere.
                    # Make sure that no node uses it, now or when it is back.
                    """)
            }
            return before.address.text
        }
        let aside = try directory.setAside()
        file = "\(aside)/\(SQLiteRelayStore.fileName)"
        return aside
    }

    /// - Parameter backup: nil for a store with nothing in it.
    func fill(from backup: String?) async throws {
        guard let database else {
            if let backup {
                try FileManager.default.copyItem(atPath: backup, toPath: directory.file(SQLiteRelayStore.fileName))
            } else {
                _ = try SQLiteRelayStore(directory: directory.path)
            }
            return
        }
        if let backup {
            // To open a store is to change its file: the backup stays as it is.
            let opened = directory.file("restoring-\(Instant.now).sqlite")
            defer { Self.remove(opened) }
            try FileManager.default.copyItem(atPath: backup, toPath: opened)
            _ = try PostgreSQLTransfer(database, isAlone: true).fill(from: SQLiteRelayStore(file: opened))
        } else {
            _ = try await PostgreSQLRelayStore(database, holding: .noLog)
        }
        // Not before all is in the new one: when that fails, the command can be given again, and finds what it found.
        try before?.alone?.retire()
        try await directory.setStore(.database(database))
    }
}
