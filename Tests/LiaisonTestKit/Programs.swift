// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

package import Foundation
import Subprocess
import SystemPackage

/// The programs under test and the scripts beside them.
package enum Programs {
    /// The root of the checkout.
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Where `liaison` and `liaisond` were built.
    package static var bin: String {
        ProcessInfo.processInfo.environment["LIAISON_BIN"] ?? "\(root)/.build/debug"
    }

    /// The Python of the tests' own environment, or the system's.
    package static var python: String {
        let own = "\(root)/.venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: own) ? own : "/usr/bin/env"
    }

    package struct Output: Sendable {
        package let status: Int32
        package let standardOutput: Data
        package let standardError: String

        package var text: String { String(decoding: standardOutput, as: UTF8.self) }
    }

    /// Runs a program to its end. What it starts may go on: its output goes into files, which nobody waits to see closed.
    ///
    /// Foundation's `Process` is not used: it lists the open descriptors at each start, and reads beyond the list when there are
    /// more than 1,360 of them, as with so many tests at once (Swift 6.3.1; swift-corelibs-foundation, issue 5472).
    package static func run(
        _ program: String, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
    ) async throws -> Output {
        let directory = try TemporaryDirectory()
        let (stdin, stdout, stderr) = ("\(directory.path)/in", "\(directory.path)/out", "\(directory.path)/err")
        try input.write(to: URL(fileURLWithPath: stdin))
        func created(_ path: String) throws -> FileDescriptor {
            try .open(path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        }
        var variables: [Environment.Key: String?] = ["LIAISON_BIN": bin, "LC_ALL": nil, "LANG": "en_US.UTF-8"]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments), environment: .inherit.updating(variables),
            input: .fileDescriptor(.open(stdin, .readOnly), closeAfterSpawningProcess: true),
            output: .fileDescriptor(created(stdout), closeAfterSpawningProcess: true),
            error: .fileDescriptor(created(stderr), closeAfterSpawningProcess: true))
        let status =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Output(
            status: status, standardOutput: try Data(contentsOf: URL(fileURLWithPath: stdout)),
            standardError: String(decoding: try Data(contentsOf: URL(fileURLWithPath: stderr)), as: UTF8.self))
    }

    /// Runs one of the independent checkers.
    package static func check(_ script: String, _ arguments: [String], input: Data = Data()) async throws -> Output {
        let path = "\(root)/Tests/Independent/\(script)"
        let prefix = python == "/usr/bin/env" ? ["python3"] : []
        return try await run(python, prefix + [path] + arguments, input: input)
    }
}
