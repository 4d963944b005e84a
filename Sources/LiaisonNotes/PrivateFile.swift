// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// A file that only its owner reads, on disk before anything rests on it, and never written over another.
public enum PrivateFile {
    public struct Failure: Error, CustomStringConvertible {
        public let path: String
        let errno: Int32
        public var description: String { "cannot create (\(path)): \(String(cString: strerror(errno)))" }
    }

    /// - Throws: `Failure` when the file cannot be created, above all because it is there already.
    public static func create(_ path: String, _ text: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
    }
}

extension PrivateFile {
    /// Puts a new text in a file's place, whole or not at all.
    public static func replace(_ path: String, _ text: String) throws {
        try create(path + ".new", text)
        guard rename(path + ".new", path) == 0 else { throw Failure(path: path, errno: errno) }
    }
}

extension PrivateKey {
    /// Reads a file of one line, the base64 of the seed.
    ///
    /// - Throws: what reading it throws, or `Failure` when it holds no seed.
    public init(file path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard var seed = Base64.decode(text) else { throw Failure.wrongSeedLength(0) }
        try self.init(seed: GuardedBytes(moving: &seed))
    }

    /// Writes such a file.
    public func create(file path: String) throws {
        try PrivateFile.create(path, seed.withCopy { Base64.encode($0) } + "\n")
    }
}
