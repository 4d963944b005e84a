// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

extension OpenedContent {
    /// Writes part `index` into `directory` under its own name, never over an existing file; for this user only. A part that
    /// cannot be written whole, on a full disk for example, is taken away again.
    ///
    /// - Returns: the path.
    /// - Throws: `ByteSourceFailure`, or what reading the part throws.
    public func save(_ index: Int, named name: String, in directory: String) throws -> String {
        let name = name.split(separator: "/").last.map(String.init) ?? "part"
        let stem = name.first == "." ? "_" + name : name
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for attempt in 0..<1000 {
            let path = "\(directory)/" + (attempt == 0 ? stem : "\(attempt)-\(stem)")
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 || errno == EEXIST else {
                throw ByteSourceFailure.system(call: "open", errno: errno)
            }
            guard descriptor >= 0 else { continue }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            do {
                try write(index, to: descriptor)
                try handle.close()
            } catch {
                unlink(path)
                throw error
            }
            return path
        }
        throw ByteSourceFailure.system(call: "open", errno: EEXIST)
    }

    /// Written beside the opening.
    private func write(_ index: Int, to descriptor: Int32) throws {
        let next = pieces(ofPart: index)
        let conveyor = Conveyor()
        // Nothing is written any more once this has ended, however it ended.
        defer { conveyor.wait() }
        while let piece = try next().map({ Plaintext($0) }) {
            try conveyor.add { try piece.withBytes { try writeAll($0, to: descriptor) } }
        }
        try conveyor.finish()
    }
}

/// Writes all of `bytes` at the place where the descriptor stands.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes { buffer in
            write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw ByteSourceFailure.system(call: "write", errno: errno) }
        written += count
    }
}
