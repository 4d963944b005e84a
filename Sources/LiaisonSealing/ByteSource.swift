// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Bytes that can be read at any place: memory, a file, the plaintext of an age file.
public protocol ByteSource {
    var size: Int { get }
    /// Exactly `count` bytes from `offset`; both must lie within `size`.
    func read(at offset: Int, count: Int) throws -> [UInt8]
}

public enum ByteSourceFailure: Error, Equatable {
    case outOfBounds
    case changedWhileReading(String)
    case system(call: String, errno: Int32)

    /// Whether there was no room for what was to be written.
    public var isOfAFullDisk: Bool {
        if case .system(_, let errno) = self { errno == ENOSPC || errno == EDQUOT } else { false }
    }
}

public struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    public var size: Int { bytes.count }

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= bytes.count else { throw ByteSourceFailure.outOfBounds }
        return Array(bytes[offset..<offset + count])
    }
}

/// A regular file, read with `pread`.
public final class FileSource: ByteSource, Sendable {
    private let descriptor: Int32
    private let path: String
    private let modified: Int
    public let size: Int

    public init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ByteSourceFailure.system(call: "open", errno: errno) }
        self.path = path
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ByteSourceFailure.system(call: "fstat", errno: errno)
        }
        size = Int(status.st_size)
        modified = status.nanoseconds
    }

    deinit { close(descriptor) }

    public func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= size else { throw ByteSourceFailure.outOfBounds }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw ByteSourceFailure.system(call: "pread", errno: errno) }
                guard got > 0 else { throw ByteSourceFailure.changedWhileReading(path) }
                filled += got
            }
        }
    }

    /// Throws when the file is no longer what it was when opened.
    public func checkUnchanged() throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == size, status.nanoseconds == modified else {
            throw ByteSourceFailure.changedWhileReading(path)
        }
    }
}

extension stat {
    fileprivate var nanoseconds: Int { Int(st_mtim.tv_sec) * 1_000_000_000 + Int(st_mtim.tv_nsec) }
}

/// A piece of another source.
package struct SliceSource: ByteSource {
    private let whole: any ByteSource
    private let start: Int
    package let size: Int

    package init(whole: any ByteSource, start: Int, size: Int) {
        self.whole = whole
        self.start = start
        self.size = size
    }

    package func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= size else { throw ByteSourceFailure.outOfBounds }
        return try whole.read(at: start + offset, count: count)
    }
}

/// Several sources one after the other, then zeros up to `size`.
struct ConcatenatedSource: ByteSource {
    private let pieces: [(start: Int, source: any ByteSource)]
    let size: Int

    init(_ sources: [any ByteSource], paddedTo size: (Int) -> Int) {
        var start = 0
        var pieces: [(Int, any ByteSource)] = []
        for source in sources {
            pieces.append((start, source))
            start += source.size
        }
        self.pieces = pieces
        self.size = size(start)
    }

    func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= size else { throw ByteSourceFailure.outOfBounds }
        // Mostly it all lies in one of them.
        if let piece = pieces.first(where: { $0.start <= offset && offset + count <= $0.start + $0.source.size }) {
            return try piece.source.read(at: offset - piece.start, count: count)
        }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for (start, source) in pieces {
            let from = max(offset, start)
            let to = min(offset + count, start + source.size)
            if from < to { result += try source.read(at: from - start, count: to - from) }
        }
        result += [UInt8](repeating: 0, count: count - result.count)
        return result
    }
}
