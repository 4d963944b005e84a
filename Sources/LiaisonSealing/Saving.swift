// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

extension OpenedContent {
    /// Writes part `index` into `directory` under its own name, never over an existing file; for this user only.
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
            try writePart(index) { try handle.write(contentsOf: $0) }
            try handle.close()
            return path
        }
        throw ByteSourceFailure.system(call: "open", errno: EEXIST)
    }
}
