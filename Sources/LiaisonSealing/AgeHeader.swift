// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
import LiaisonNotes

/// A recipient stanza: arguments and body (c2sp.org/age, "Recipient stanza").
public struct AgeStanza: Hashable, Sendable {
    public let arguments: [String]
    public let body: [UInt8]

    var text: String {
        var lines = ["-> " + arguments.joined(separator: " ")]
        var rest = RawBase64.encode(body)[...]
        while rest.utf8.count >= 64 {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append(String(rest))
        return lines.joined(separator: "\n") + "\n"
    }
}

public enum AgeFailure: Error, Equatable {
    case malformedHeader(String)
    case headerTooLarge
    case foreignStanza(String)
    case noIdentityMatches
    case wrongMAC
    case damagedChunk(Int)
    case truncated
    case emptyLastChunk
    case badKey
}

/// The textual header of an age v1 file. What parses serialises to the same bytes.
public struct AgeHeader: Hashable, Sendable {
    static let version = "age-encryption.org/v1"
    /// 1,000 recipients and some.
    static let maximumSize = 2 << 20

    public let stanzas: [AgeStanza]
    let mac: Hash

    /// Makes the header for `fileKey`.
    init(stanzas: [AgeStanza], fileKey: GuardedBytes) {
        self.stanzas = stanzas
        mac = Self.mac(over: stanzas, fileKey: fileKey)
    }

    private static func prefix(_ stanzas: [AgeStanza]) -> String {
        version + "\n" + stanzas.map(\.text).joined() + "---"
    }

    public var text: String { "\(Self.prefix(stanzas)) \(RawBase64.encode(mac.bytes))\n" }

    private static func mac(over stanzas: [AgeStanza], fileKey: GuardedBytes) -> Hash {
        let key = fileKey.withUnsafeBytes {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0), salt: [UInt8](), info: Array("header".utf8),
                outputByteCount: 32)
        }
        return Commitment.of(Array(prefix(stanzas).utf8), key: key)
    }

    /// Checks the MAC, which proves that the file key is the one that all stanzas were written with.
    func check(fileKey: GuardedBytes) throws(AgeFailure) {
        guard Sodium.equal(Self.mac(over: stanzas, fileKey: fileKey).bytes, mac.bytes) else { throw .wrongMAC }
    }

    /// Reads the header at the start of `source`; `length` is where the payload begins.
    static func read(from source: some ByteSource) throws -> (header: AgeHeader, length: Int) {
        var lines = LineReader(source: source, limit: maximumSize)
        guard try lines.next() == version else { throw AgeFailure.malformedHeader("version line") }
        var stanzas: [AgeStanza] = []
        while true {
            let line = try lines.next()
            if line.hasPrefix("-> ") {
                stanzas.append(try stanza(line, &lines))
            } else if line.hasPrefix("--- "), !stanzas.isEmpty {
                guard let mac = RawBase64.decode(String(line.dropFirst(4))).flatMap({ Hash($0) }) else {
                    throw AgeFailure.malformedHeader("MAC line")
                }
                return (AgeHeader(stanzas: stanzas, mac: mac), lines.offset)
            } else {
                throw AgeFailure.malformedHeader("stanza")
            }
        }
    }

    private init(stanzas: [AgeStanza], mac: Hash) {
        self.stanzas = stanzas
        self.mac = mac
    }

    private static func stanza(_ line: String, _ lines: inout LineReader) throws -> AgeStanza {
        let arguments = line.dropFirst(3).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard arguments.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw AgeFailure.malformedHeader("stanza arguments")
        }
        var encoded = ""
        while true {
            let line = try lines.next()
            guard line.utf8.count <= 64 else { throw AgeFailure.malformedHeader("stanza body") }
            encoded += line
            if line.utf8.count < 64 { break }
        }
        guard let body = RawBase64.decode(encoded) else { throw AgeFailure.malformedHeader("stanza body") }
        return AgeStanza(arguments: arguments, body: body)
    }
}

/// Lines ended by LF from the start of a source, up to a limit.
private struct LineReader {
    private let source: any ByteSource
    private let limit: Int
    private var buffer: [UInt8] = []
    private var bufferStart = 0
    private(set) var offset = 0

    init(source: any ByteSource, limit: Int) {
        self.source = source
        self.limit = limit
    }

    mutating func next() throws -> String {
        var line: [UInt8] = []
        while true {
            if offset == bufferStart + buffer.count {
                let count = min(4096, source.size - offset)
                guard count > 0 else { throw AgeFailure.truncated }
                guard offset < limit else { throw AgeFailure.headerTooLarge }
                bufferStart = offset
                buffer = try source.read(at: offset, count: count)
            }
            let byte = buffer[offset - bufferStart]
            offset += 1
            if byte == 0x0A { break }
            line.append(byte)
        }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw AgeFailure.malformedHeader("not UTF-8")
        }
        return text
    }
}
