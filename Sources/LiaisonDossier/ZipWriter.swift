// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CZip
import Foundation

/// Why a container cannot be read or written.
public enum ZipFailure: Error, Equatable, CustomStringConvertible {
    /// libzip's words, when it could not write.
    case library(String)
    case duplicate(String)
    case tooLarge(String)
    /// The bytes are not those of a container that every reader takes alike.
    case notPlain(String)
    case damaged(String)

    public var description: String {
        switch self {
        case .library(let text): text
        case .duplicate(let name): "the same file twice (\(name))"
        case .tooLarge(let name): "a file that is too large (\(name))"
        case .notPlain(let what): "not a zip that every reader takes alike (\(what))"
        case .damaged(let name): "a file that is not what its size and checksum say (\(name))"
        }
    }
}

/// Writes a zip container through libzip: files in the order given, whole or not at all.
public final class ZipWriter {
    private let archive: OpaquePointer
    private var isOpen = true
    /// What the archive reads from when it is closed.
    private var kept: [UnsafeMutableRawPointer] = []
    private let path: String

    /// Creates `path`, which must not exist.
    public init(creating path: String) throws(ZipFailure) {
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_CREATE | ZIP_EXCL, &code) else { throw .library(zipText(code)) }
        self.archive = archive
        self.path = path
    }

    /// - Parameter compressed: whether deflate may make it smaller; what others seek in, or look for at a fixed place, is
    ///   stored as it is.
    public func add(_ name: String, _ bytes: [UInt8], compressed: Bool = true) throws(ZipFailure) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        bytes.withUnsafeBytes { if let base = $0.baseAddress { copy.copyMemory(from: base, byteCount: bytes.count) } }
        kept.append(copy)
        try add(name, zip_source_buffer(archive, copy, UInt64(bytes.count), 0), compressed: compressed)
    }

    /// Adds a file of the disk, as it is, without holding it in memory.
    public func add(_ name: String, file: String) throws(ZipFailure) {
        try add(name, zip_source_file(archive, file, 0, -1), compressed: false)
    }

    private func add(_ name: String, _ source: OpaquePointer?, compressed: Bool) throws(ZipFailure) {
        guard let source else { throw failure }
        let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw failure
        }
        let method = compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE
        let mode = UInt32(S_IFREG | 0o600) << 16
        guard zip_set_file_compression(archive, UInt64(index), method, 0) == 0,
            zip_file_set_external_attributes(archive, UInt64(index), 0, UInt8(ZIP_OPSYS_UNIX), mode) == 0
        else { throw failure }
    }

    public func close() throws(ZipFailure) {
        guard zip_close(archive) == 0 else { throw failure }
        isOpen = false
    }

    private var failure: ZipFailure { .library(String(cString: zip_strerror(archive))) }

    deinit {
        if isOpen { zip_discard(archive) }
        for pointer in kept { pointer.deallocate() }
    }
}

private func zipText(_ code: Int32) -> String {
    var error = zip_error_t()
    zip_error_init_with_code(&error, code)
    defer { zip_error_fini(&error) }
    return String(cString: zip_error_strerror(&error))
}
