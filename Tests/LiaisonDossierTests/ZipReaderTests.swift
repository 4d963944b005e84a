// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonSealing
import LiaisonTestKit
import Testing

@testable import LiaisonDossier

/// A container reads in one way for every reader, or not at all (docs/formats.md, section 8).
struct ZipReaderTests {
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("mimetype", Array("application/zip".utf8)),
        ("dossier.json", Array(String(repeating: "{\"a\":1}", count: 200).utf8)),
        ("acts/01.note", [])
    ]

    /// What the program itself writes, and where its directory begins.
    private func container() throws -> (bytes: [UInt8], directory: Int) {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/d.asice"
        let writer = try ZipWriter(creating: path)
        for file in Self.files { try writer.add(file.name, file.bytes, compressed: file.name != "mimetype") }
        try writer.close()
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let start = bytes.suffix(6).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        return (bytes, start)
    }

    /// The files in a container, each read whole.
    private func contents(of bytes: [UInt8]) throws -> [String: [UInt8]] {
        let reader = try ZipReader(MemorySource(bytes))
        return try reader.names.reduce(into: [:]) { $0[$1] = try reader.read($1, limit: 1 << 20) }
    }

    @Test func whatIsWrittenReads() throws {
        let reader = try ZipReader(MemorySource(container().bytes))
        #expect(reader.names == Self.files.map(\.name))
        for file in Self.files { #expect(try reader.read(file.name, limit: 1 << 20) == file.bytes) }
        #expect(try reader.read("acts/02.note", limit: 1) == nil)
        #expect(throws: ZipFailure.tooLarge("dossier.json")) { try reader.read("dossier.json", limit: 1399) }
    }

    /// One changed byte anywhere is found, but in the fields that say which program wrote a file and with which rights, and
    /// in the bits that fill up the last byte of a deflated file.
    @Test func everyByteCounts() throws {
        let (bytes, directory) = try container()
        let starts = bytes.indices.filter { bytes[$0...].starts(with: [0x50, 0x4B, 0x03, 0x04]) }
        let ends = Set((starts.dropFirst() + [directory]).map { $0 - 1 })
        let free = Self.freePlaces(in: bytes, from: directory).union(ends)
        for place in bytes.indices where !free.contains(place) {
            for change: UInt8 in [0x01, 0x80] {
                var changed = bytes
                changed[place] ^= change
                #expect(throws: (any Error).self, "byte \(place)") { _ = try contents(of: changed) }
            }
        }
    }

    /// "Made by" and the attributes of each entry of the directory.
    private static func freePlaces(in bytes: [UInt8], from directory: Int) -> Set<Int> {
        var places: Set<Int> = []
        var start = directory
        for file in files {
            places.formUnion([start + 4, start + 5])
            places.formUnion(start + 36..<start + 42)
            start += 46 + file.name.utf8.count
        }
        return places
    }

    @Test func nothingStandsBeforeBetweenOrBehind() throws {
        let (bytes, directory) = try container()
        let foreign = Array("PK".utf8)
        for place in [0, directory, bytes.count] {
            var changed = bytes
            changed.insert(contentsOf: foreign, at: place)
            #expect(throws: ZipFailure.self, "at \(place)") { try contents(of: changed) }
        }
        #expect(throws: ZipFailure.self) { try contents(of: bytes + bytes) }
        #expect(throws: ZipFailure.self) { try contents(of: []) }
        for count in bytes.indices {
            #expect(throws: (any Error).self) { try contents(of: Array(bytes.prefix(count))) }
        }
    }

    /// Bytes that a deflated file has behind its last block are none of the file's, and a streaming reader trips over them.
    @Test func aDeflatedFileEndsWithItsLastByte() throws {
        // An empty final block with fixed codes, then one byte more.
        let whole = container(deflated: [0x03, 0x00])
        #expect(try contents(of: whole) == ["a": []])
        #expect(throws: ZipFailure.damaged("a")) { try contents(of: container(deflated: [0x03, 0x00, 0x00])) }
        #expect(throws: ZipFailure.damaged("a")) { try contents(of: container(deflated: [0x03])) }
    }

    /// A container of one empty file, packed as given.
    private func container(deflated data: [UInt8]) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let common = number(20, 2) + number(0, 2) + number(8, 2) + number(0, 8) + number(data.count, 4) + number(0, 4)
        let local = number(0x0403_4B50, 4) + common + number(1, 2) + number(0, 2) + [0x61] + data
        let entry =
            number(0x0201_4B50, 4) + number(20, 2) + common + number(1, 2) + number(0, 2) + number(0, 14) + [0x61]
        return local + entry + number(0x0605_4B50, 4) + number(0, 4) + number(1, 2) + number(1, 2)
            + number(entry.count, 4) + number(local.count, 4) + number(0, 2)
    }
}
