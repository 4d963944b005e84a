// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

package import Foundation

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

    /// Runs a program to its end.
    package static func run(
        _ program: String, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
    ) throws -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        var variables = ProcessInfo.processInfo.environment
        variables["LIAISON_BIN"] = bin
        variables["LC_ALL"] = nil
        variables["LANG"] = "en_US.UTF-8"
        process.environment = variables.merging(environment) { $1 }
        let directory = try TemporaryDirectory()
        let (stdin, stdout, stderr) = ("\(directory.path)/in", "\(directory.path)/out", "\(directory.path)/err")
        try input.write(to: URL(fileURLWithPath: stdin))
        for path in [stdout, stderr] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardInput = FileHandle(forReadingAtPath: stdin)
        process.standardOutput = FileHandle(forWritingAtPath: stdout)
        process.standardError = FileHandle(forWritingAtPath: stderr)
        try process.run()
        process.waitUntilExit()
        return Output(
            status: process.terminationStatus,
            standardOutput: FileManager.default.contents(atPath: stdout) ?? Data(),
            standardError: String(decoding: FileManager.default.contents(atPath: stderr) ?? Data(), as: UTF8.self))
    }

    /// Runs one of the independent checkers.
    package static func check(_ script: String, _ arguments: [String], input: Data = Data()) throws -> Output {
        let path = "\(root)/Tests/Independent/\(script)"
        let prefix = python == "/usr/bin/env" ? ["python3"] : []
        return try run(python, prefix + [path] + arguments, input: input)
    }
}
