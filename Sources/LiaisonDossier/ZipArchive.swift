// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CZip
import Foundation
import LiaisonSealing

/// Why a container cannot be read or written.
public enum ZipFailure: Error, Equatable, CustomStringConvertible {
    /// libzip's words.
    case library(String)
    case tooManyFiles
    case duplicate(String)
    case tooLarge(String)
    case notPlain

    public var description: String {
        switch self {
        case .library(let text): text
        case .tooManyFiles: "too many files"
        case .duplicate(let name): "the same file twice (\(name))"
        case .notPlain: "a comment, extra field, encryption, method or prefix that a dossier does not have"
        case .tooLarge(let name): "a file that is too large (\(name))"
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

/// Reads a zip container through libzip.
public final class ZipReader {
    static let maximumFiles = 10_000
    private let archive: OpaquePointer
    /// In the container's order.
    public let names: [String]
    private let places: [String: Int]

    public init(opening path: String) throws(ZipFailure) {
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code) else { throw .library(zipText(code)) }
        self.archive = archive
        let count = Int(zip_get_num_entries(archive, 0))
        // Names as they stand in the container: other readers shall see the same files.
        names = (0..<min(count, Self.maximumFiles)).compactMap {
            zip_get_name(archive, zip_uint64_t($0), zip_flags_t(ZIP_FL_ENC_RAW)).map { String(cString: $0) }
        }
        guard count <= Self.maximumFiles, names.count == count else { throw .tooManyFiles }
        places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        guard places.count == count else {
            throw .duplicate(names.first { name in names.count { $0 == name } > 1 } ?? "")
        }
        guard isPlain(path) else { throw .notPlain }
    }

    /// Nothing that other readers may take differently: a comment, extra fields, encryption, methods but stored and
    /// deflated, bytes before the first file.
    private func isPlain(_ path: String) -> Bool {
        var length: Int32 = 0
        guard zip_get_archive_comment(archive, &length, zip_flags_t(ZIP_FL_ENC_RAW)) == nil || length == 0,
            let start = FileHandle(forReadingAtPath: path)?.readData(ofLength: 4), Array(start) == [0x50, 0x4B, 3, 4]
        else { return false }
        return (0..<zip_uint64_t(names.count)).allSatisfy { index in
            var status = zip_stat_t()
            let places = [ZIP_FL_CENTRAL, ZIP_FL_LOCAL].map { zip_flags_t($0) }
            return zip_stat_index(archive, index, 0, &status) == 0 && status.encryption_method == 0
                && [UInt16(ZIP_CM_STORE), UInt16(ZIP_CM_DEFLATE)].contains(status.comp_method)
                && places.allSatisfy { zip_file_extra_fields_count(archive, index, $0) == 0 }
        }
    }

    private func status(of name: String) -> (index: zip_uint64_t, status: zip_stat_t)? {
        guard let place = places[name] else { return nil }
        var status = zip_stat_t()
        guard zip_stat_index(archive, zip_uint64_t(place), 0, &status) == 0 else { return nil }
        return (zip_uint64_t(place), status)
    }

    /// A whole file of at most `limit` bytes; nil when there is none of this name.
    func read(_ name: String, limit: Int) throws(ZipFailure) -> [UInt8]? {
        guard let (index, status) = status(of: name) else { return nil }
        guard let size = Int(exactly: status.size), size <= limit else { throw .tooLarge(name) }
        guard let file = zip_fopen_index(archive, index, 0) else { throw failure }
        defer { zip_fclose(file) }
        var bytes = [UInt8](repeating: 0, count: size + 1)
        var count = 0
        while true {
            let read = bytes.withUnsafeMutableBytes { buffer in
                zip_fread(file, buffer.baseAddress.map { $0 + count }, UInt64(size + 1 - count))
            }
            guard read >= 0, count + Int(read) <= size else { throw .library("a file that does not read (\(name))") }
            guard read > 0 else { break }
            count += Int(read)
        }
        guard count == size else { throw .library("a file that does not read (\(name))") }
        return Array(bytes.prefix(size))
    }

    /// A file stored without compression, to read from at any place.
    func stored(_ name: String) throws(ZipFailure) -> (any ByteSource)? {
        guard let (index, status) = status(of: name), let size = Int(exactly: status.size) else { return nil }
        guard status.comp_method == UInt16(ZIP_CM_STORE), let file = zip_fopen_index(archive, index, 0) else {
            throw .library("content not stored as it is")
        }
        return StoredFile(archive: self, file: file, size: size)
    }

    private var failure: ZipFailure { .library(String(cString: zip_strerror(archive))) }

    deinit { zip_discard(archive) }
}

private final class StoredFile: ByteSource {
    private let archive: ZipReader
    private let file: OpaquePointer
    let size: Int

    init(archive: ZipReader, file: OpaquePointer, size: Int) {
        self.archive = archive
        self.file = file
        self.size = size
    }

    func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= size else { throw ByteSourceFailure.outOfBounds }
        guard zip_fseek(file, Int64(offset), SEEK_SET) == 0 else {
            throw ZipFailure.library("content not stored as it is")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                zip_fread(file, buffer.baseAddress.map { $0 + done }, UInt64(count - done))
            }
            guard read > 0 else { throw ByteSourceFailure.outOfBounds }
            done += Int(read)
        }
        return bytes
    }

    deinit { zip_fclose(file) }
}

private func zipText(_ code: Int32) -> String {
    var error = zip_error_t()
    zip_error_init_with_code(&error, code)
    defer { zip_error_fini(&error) }
    return String(cString: zip_error_strerror(&error))
}
