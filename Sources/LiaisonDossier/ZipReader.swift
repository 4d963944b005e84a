// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CZip
import LiaisonSealing

/// Reads a zip container that reads in one way for every reader (docs/formats.md, section 8; APPNOTE 6.3).
///
/// Zip libraries are generous, each in its own way: one streams, one looks at the end, one trusts the directory. What a
/// dossier proves must not depend on the program that opens it. So the layout is read here, byte by byte, anything
/// unusual is refused, and zlib inflates.
public struct ZipReader {
    private static let maximumFiles = 10_000
    private static let endSize = 22
    private static let longestName = 100

    /// Where a file's data are, and what the container says of them.
    private struct Entry {
        let data: Range<Int>
        let size: Int
        let checksum: UInt32
        let isDeflated: Bool
    }

    private let container: any ByteSource
    /// In the container's order.
    public let names: [String]
    private let entries: [String: Entry]

    /// - Throws: `ZipFailure`, `ByteSourceFailure`.
    public init(opening path: String) throws { try self.init(FileSource(path: path)) }

    init(_ container: any ByteSource) throws {
        self.container = container
        let (count, directory) = try Self.directory(of: container)
        let bytes = try container.read(at: directory.lowerBound, count: directory.count)
        var records = ZipRecords(bytes)
        var names: [String] = []
        var entries: [String: Entry] = [:]
        var next = 0
        for _ in 0..<count {
            let (name, entry) = try Self.entry(of: &records, at: next, in: container, before: directory.lowerBound)
            guard entries.updateValue(entry, forKey: name) == nil else { throw ZipFailure.duplicate(name) }
            names.append(name)
            next = entry.data.upperBound
        }
        guard records.isAtEnd, next == directory.lowerBound else {
            throw ZipFailure.notPlain("bytes that belong to no file")
        }
        for name in [DossierFile.mimetype, DossierFile.content] where entries[name]?.isDeflated == true {
            throw ZipFailure.notPlain("\(name) is not stored as it is")
        }
        guard entries[DossierFile.mimetype] == nil || names.first == DossierFile.mimetype else {
            throw ZipFailure.notPlain("\(DossierFile.mimetype) is not the first file")
        }
        self.names = names
        self.entries = entries
    }

    /// The end record (APPNOTE 4.3.16): how many files there are, and where their directory is.
    private static func directory(of container: any ByteSource) throws -> (count: Int, place: Range<Int>) {
        guard container.size >= endSize else { throw ZipFailure.notPlain("no end record") }
        var end = ZipRecords(try container.read(at: container.size - endSize, count: endSize))
        let isEnd = end.number(4) == 0x0605_4B50
        let isOneDisk = end.number(2) == 0 && end.number(2) == 0
        let (here, all) = (end.number(2), end.number(2))
        let (size, start) = (end.number(4), end.number(4))
        guard isEnd, isOneDisk, here == all, end.number(2) == 0, start + size == container.size - endSize else {
            throw ZipFailure.notPlain("its end record")
        }
        guard all <= maximumFiles, size <= all * (46 + longestName) else { throw ZipFailure.notPlain("too many files") }
        return (all, start..<start + size)
    }

    /// The next record of the directory (APPNOTE 4.3.12) and the local header (4.3.7) that must say the same at `place`.
    private static func entry(
        of directory: inout ZipRecords, at place: Int, in container: any ByteSource, before end: Int
    ) throws -> (String, Entry) {
        guard directory.number(4) == 0x0201_4B50 else { throw ZipFailure.notPlain("its directory") }
        _ = directory.number(2)  // which program made it
        let common = directory.peek(26)
        _ = directory.number(2)  // the version needed to extract
        let (flags, method) = (directory.number(2), directory.number(2))
        _ = directory.number(4)  // time and date
        let checksum = UInt32(directory.number(4))
        let (packed, size) = (directory.number(4), directory.number(4))
        let (nameLength, extras) = (directory.number(2), directory.number(2))
        let (comment, disk) = (directory.number(2), directory.number(2))
        _ = directory.number(6)  // attributes
        let offset = directory.number(4)
        let nameBytes = directory.take(nameLength)
        guard nameBytes.count == nameLength, (1...longestName).contains(nameLength),
            nameBytes.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { throw ZipFailure.notPlain("a file's name") }
        let name = String(decoding: nameBytes, as: UTF8.self)
        let isDeflated = method == 8
        // Bits 1 and 2 tell how hard the deflater worked, and nothing that a reader needs.
        guard extras == 0, comment == 0, disk == 0, isDeflated ? flags & ~6 == 0 : flags == 0,
            isDeflated || method == 0 && packed == size, offset == place
        else { throw ZipFailure.notPlain(name) }
        let start = place + 30 + nameLength
        guard start + packed <= end else { throw ZipFailure.notPlain(name) }
        var local = ZipRecords(try container.read(at: place, count: 30 + nameLength))
        guard local.number(4) == 0x0403_4B50, local.take(26) == common, local.take(nameLength) == nameBytes else {
            throw ZipFailure.notPlain("the two headers of \(name)")
        }
        return (name, Entry(data: start..<start + packed, size: size, checksum: checksum, isDeflated: isDeflated))
    }

    /// A whole file of at most `limit` bytes; nil when there is none of this name.
    func read(_ name: String, limit: Int) throws -> [UInt8]? {
        guard let entry = entries[name] else { return nil }
        // What deflate cannot make smaller it makes larger by a few bytes for each block.
        guard entry.size <= limit, entry.data.count <= limit + limit / 8 + 64 else { throw ZipFailure.tooLarge(name) }
        let data = try container.read(at: entry.data.lowerBound, count: entry.data.count)
        guard let bytes = entry.isDeflated ? inflated(data, to: entry.size) : data,
            Self.checksum(of: bytes, after: 0) == entry.checksum
        else { throw ZipFailure.damaged(name) }
        return bytes
    }

    /// A file stored without compression, to read from at any place.
    func stored(_ name: String) throws -> (any ByteSource)? {
        guard let entry = entries[name] else { return nil }
        guard !entry.isDeflated else { throw ZipFailure.notPlain("\(name) is not stored as it is") }
        let file = SliceSource(whole: container, start: entry.data.lowerBound, size: entry.size)
        var sum: UInt32 = 0
        for start in stride(from: 0, to: file.size, by: 1 << 20) {
            sum = Self.checksum(of: try file.read(at: start, count: min(1 << 20, file.size - start)), after: sum)
        }
        guard sum == entry.checksum else { throw ZipFailure.damaged(name) }
        return file
    }

    private static func checksum(of bytes: [UInt8], after sum: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(UInt(sum), bytes, bytes.count))
    }

    /// The bytes of a raw deflate stream (RFC 1951) that gives `size` of them and ends with its own last byte; otherwise nil.
    private func inflated(_ data: [UInt8], to size: Int) -> [UInt8]? {
        var data = data
        // One byte more than announced, to see that there is no more.
        var bytes = [UInt8](repeating: 0, count: size + 1)
        var stream = z_stream()
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        let isWhole = data.withUnsafeMutableBufferPointer { input in
            bytes.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return inflate(&stream, Z_FINISH) == Z_STREAM_END
            }
        }
        guard isWhole, stream.avail_in == 0, stream.avail_out == 1 else { return nil }
        bytes.removeLast()
        return bytes
    }
}

/// Little-endian numbers and bytes, one after the other. What is not there any more reads as zero and as nothing, so that
/// the signature or the length that follows does not fit.
private struct ZipRecords {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func peek(_ count: Int) -> [UInt8] { Array(rest.prefix(count)) }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return peek(count)
    }

    mutating func number(_ count: Int) -> Int { take(count).reversed().reduce(0) { $0 << 8 | Int($1) } }
}
