// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes

/// The plaintext inside the age file, up to the parts:
///
///     magic ‖ manifest salt (32) ‖ count of notes (4) ‖ (length (4) ‖ note)* ‖ length (4) ‖ disclosures
///
/// Lengths are big endian. The parts' bytes follow in order, then zeros up to a Padmé size.
struct ContentFrame {
    static let magic = Array("liaison/content/v1\n".utf8)
    static let maximumNotes = 256
    static let maximumDisclosures = 1 << 20

    var manifestSalt: Salt
    var notes: [SignedNote]
    var disclosures: Disclosures

    func encoded() throws -> [UInt8] {
        var bytes = Self.magic + manifestSalt.bytes + Self.length(notes.count)
        for note in notes {
            let text = Array(note.serialized.utf8)
            bytes += Self.length(text.count) + text
        }
        let json = try CanonicalJSON.encode(disclosures)
        guard json.count <= Self.maximumDisclosures else { throw ContentFailure.formTooLarge }
        return bytes + Self.length(json.count) + json
    }

    private static func length(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// Reads the frame; `length` is where the first part begins.
    static func read(from source: some ByteSource) throws -> (frame: ContentFrame, length: Int) {
        var reader = Reader(source: source)
        guard try reader.take(magic.count) == magic, let salt = Salt(try reader.take(32)) else {
            throw ContentFailure.malformedFrame
        }
        let count = try reader.length(limit: maximumNotes)
        guard count >= 1 else { throw ContentFailure.malformedFrame }
        var notes: [SignedNote] = []
        for _ in 0..<count {
            let bytes = try reader.take(reader.length(limit: Manifest.maximumSize))
            notes.append(try SignedNote(parsing: bytes, limit: Manifest.maximumSize))
        }
        let json = try reader.take(reader.length(limit: maximumDisclosures))
        let disclosures = try CanonicalJSON.decode(Disclosures.self, from: json, newlines: true)
        let names =
            disclosures.fields.map(\.name) + disclosures.parts.flatMap { [$0.description.name, $0.description.type] }
        guard !names.contains(where: { $0.contains("\n") }) else { throw ContentFailure.malformedFrame }
        return (ContentFrame(manifestSalt: salt, notes: notes, disclosures: disclosures), reader.offset)
    }

    private struct Reader {
        let source: any ByteSource
        var offset = 0

        mutating func take(_ count: Int) throws -> [UInt8] {
            guard count <= source.size - offset else { throw ContentFailure.malformedFrame }
            defer { offset += count }
            return try source.read(at: offset, count: count)
        }

        mutating func length(limit: Int) throws -> Int {
            let value = try take(4).reduce(0) { $0 << 8 | Int($1) }
            guard value <= limit else { throw ContentFailure.malformedFrame }
            return value
        }
    }
}

/// Why a content cannot be made or is not shown.
public enum ContentFailure: Error, Equatable {
    case formTooLarge
    case noRecipient
    case malformedFrame
    case digestMismatch
    case authorMismatch
    case routingMismatch
    case manifestNotCommitted
    case recipientsMismatch
    case notListed
    case fieldNotCommitted(String)
    case partNotCommitted(Int)
    case partDamaged(Int)
    case padding
    case transferRefused
}
