// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes
package import LiaisonPostgreSQLStore
import LiaisonSQLiteStore
package import LiaisonStores
import Subprocess
import SystemPackage

/// The stores that a relay can have: what holds for one holds for the other.
package enum StoreKind: String, CaseIterable, Sendable {
    case sqlite, postgresql

    /// What worlds are made with: all tests run on the other one when `LIAISON_TEST_STORE` names it.
    package static var ordinary: StoreKind {
        ProcessInfo.processInfo.environment["LIAISON_TEST_STORE"].flatMap(StoreKind.init) ?? .sqlite
    }

    /// A store of its own for a directory, the same each time.
    package func open(in directory: TemporaryDirectory) async throws -> any OperatedStore {
        switch self {
        case .sqlite: return try SQLiteRelayStore(directory: directory.path)
        case .postgresql:
            let (address, isNew) = try await PostgreSQLServer.shared.database(for: directory)
            return try await PostgreSQLRelayStore(address, holding: isNew ? .noLog : .relay)
        }
    }
}

/// A PostgreSQL server on a free port, run by an ordinary user; it ends with the process that began it.
///
/// Tests run beside each other, and each of their stores has several connections.
package actor PostgreSQLServer {
    package static let shared = PostgreSQLServer()

    private let thread = WaitingThread()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// The shell's input and output, once it is there.
    private var pipes: (commands: FileDescriptor, answers: FileDescriptor)?
    private var databases: Set<String> = []

    package struct Failure: Error {
        let answer: String
    }

    /// A database whose name the directory gives; new the first time.
    package func database(for directory: TemporaryDirectory) throws -> (PostgreSQLAddress, isNew: Bool) {
        let name = Self.name(for: directory)
        let isNew = databases.insert(name).inserted
        let command = isNew ? "pg_database a \(name) >&2; " : ""
        return (try PostgreSQLAddress(shell("\(command)pg_url a \(name) \(name)")), isNew)
    }

    /// The line that a command prints in the shell that has the server, `a`; see `Tests/Scripts/postgres.bash`.
    package func shell(_ command: String) throws -> String {
        let pipes = try self.pipes ?? start()
        try pipes.commands.writeAll((command + "\n").utf8)
        return try Self.line(from: pipes.answers)
    }

    /// What an SQL command prints, run by the superuser in a directory's database.
    package func sql(_ command: String, for directory: TemporaryDirectory) throws -> String {
        try shell(
            "pg_run \"$pg_bin/psql\" -XAtq \"$(pg_url a \(Self.name(for: directory)))\" -c \"\(command)\" | tr '\\n' ' '; echo"
        )
    }

    /// Whether `needle` is in any file of the tables of a directory's database; what the server has in memory is written first.
    package func isFound(_ needle: [UInt8], for directory: TemporaryDirectory) throws -> Bool {
        _ = try sql("CHECKPOINT", for: directory)
        let number = try sql("SELECT oid FROM pg_database WHERE datname = current_database()", for: directory)
        let path = "\(try shell("echo $pg_home"))/a/data/base/\(number.trimmingCharacters(in: .whitespaces))"
        return try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
            let file = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            return file.range(of: Data(needle)) != nil
        }
    }

    private static func name(for directory: TemporaryDirectory) -> String {
        "d" + Hash.of(directory.path).hex.prefix(20)
    }

    private func start() throws -> (commands: FileDescriptor, answers: FileDescriptor) {
        let (input, output) = (try FileDescriptor.pipe(), try FileDescriptor.pipe())
        // It ends with its input, and this task with it.
        Task.detached {
            try await Subprocess.run(
                .path("/bin/bash"),
                arguments: [
                    "-c",
                    """
                    set -eu; . "$1"; pg_create a >&2
                    pg_sql a -c 'ALTER SYSTEM SET max_connections = 500' >&2; pg_restart a >&2
                    echo "$PGPASSFILE"
                    while read -r command; do eval "$command"; done
                    """, "postgres", "\(Programs.root)/Tests/Scripts/postgres.bash"
                ],
                input: .fileDescriptor(input.readEnd, closeAfterSpawningProcess: true),
                output: .fileDescriptor(output.writeEnd, closeAfterSpawningProcess: true),
                error: .currentStandardError)
        }
        let pipes = (commands: input.writeEnd, answers: output.readEnd)
        self.pipes = pipes
        // libpq asks the environment for it.
        setenv("PGPASSFILE", try Self.line(from: pipes.answers), 1)
        return pipes
    }

    private static func line(from answers: FileDescriptor) throws -> String {
        var (bytes, byte): ([UInt8], [UInt8]) = ([], [0])
        while try byte.withUnsafeMutableBytes({ try answers.read(into: $0) }) == 1 {
            guard byte != [UInt8(ascii: "\n")] else { return String(decoding: bytes, as: UTF8.self) }
            bytes += byte
        }
        throw Failure(answer: "the server ended")
    }
}
