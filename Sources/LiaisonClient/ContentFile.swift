// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CFiles
import Foundation
import LiaisonSealing

/// A sealed content being written: whole under its name, or not there at all.
final class ContentFile {
    private let path: String
    private let handle: FileHandle
    /// How many bytes were written since the disk was last told to begin with them.
    private var waiting = 0

    private init(path: String, handle: FileHandle) {
        self.path = path
        self.handle = handle
    }

    static func create(_ path: String) throws -> ContentFile {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let descriptor = open("\(path).part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ByteSourceFailure.system(call: "open", errno: errno) }
        return ContentFile(path: path, handle: FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    /// Goes on with a file that was begun and not finished.
    ///
    /// Its last byte is asked for again, so that there is always something to ask for: the answer holds the evidence.
    ///
    /// - Returns: the file, and how many bytes of it are there; none when nothing was begun.
    static func resume(_ path: String) throws -> (file: ContentFile, size: Int) {
        guard FileManager.default.fileExists(atPath: "\(path).part") else { return (try create(path), 0) }
        let descriptor = open("\(path).part", O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw ByteSourceFailure.system(call: "open", errno: errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let size = max(Int(try handle.seekToEnd()) - 1, 0)
        try handle.truncate(atOffset: UInt64(size))
        return (ContentFile(path: path, handle: handle), size)
    }

    /// Forgets what was begun and not finished.
    static func forget(_ path: String) { unlink("\(path).part") }

    /// Writes a whole file; what was begun and failed, on a full disk for example, leaves nothing behind.
    static func write<Result>(_ path: String, _ body: (ContentFile) throws -> Result) throws -> Result {
        let file = try create(path)
        do {
            let result = try body(file)
            try file.finish()
            return result
        } catch {
            unlink("\(path).part")
            throw error
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try writeAll(bytes, to: handle.fileDescriptor)
        waiting += bytes.count
        // The disk works while the next bytes are made, instead of when all are there. That it failed is found by `finish`.
        guard waiting >= 8 << 20 else { return }
        _ = sync_file_range(handle.fileDescriptor, 0, 0, UInt32(SYNC_FILE_RANGE_WRITE))
        waiting = 0
    }

    func finish() throws {
        try handle.synchronize()
        try handle.close()
        guard rename("\(path).part", path) == 0 else {
            throw ByteSourceFailure.system(call: "rename", errno: errno)
        }
    }
}
