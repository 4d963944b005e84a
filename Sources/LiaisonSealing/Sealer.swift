// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
public import LiaisonModel
public import LiaisonNotes
import Synchronization

/// An attachment to seal.
public struct PartSource {
    public let name: String
    public let type: String
    public let source: any ByteSource

    public init(name: String, type: String, source: any ByteSource) {
        self.name = name
        self.type = type
        self.source = source
    }
}

/// Makes a signed manifest, the sealed content and the envelope that names both.
public struct Sealer {
    private let signer: NoteSigner
    private let author: AgentAddress
    private let random: RandomBytes

    public init(author: AgentAddress, signer: NoteSigner, random: RandomBytes = .system) {
        self.author = author
        self.signer = signer
        self.random = random
    }

    /// Seals form and parts to `recipients` and hands the age file to `write`.
    ///
    /// Each part is read twice, to commit to it and to seal it; memory does not grow with it.
    public func seal(
        _ routing: Routing, form: [(name: String, value: FieldValue)], formVersion: Int,
        parts: [PartSource], to recipients: [AgeRecipient], write: ([UInt8]) throws -> Void
    ) throws -> Verified<Envelope> {
        let disclosures = Disclosures(
            fields: form.map { .init(name: $0.name, salt: .fresh(from: random), value: $0.value) },
            parts: try parts.map { part in
                .init(
                    salt: .fresh(from: random),
                    description: PartDescription(
                        name: part.name, type: part.type, size: part.source.size,
                        sha256: try digest(of: part.source)))
            })
        let manifest = try Manifest(
            by: author, routing: routing, formVersion: formVersion,
            recipients: recipients.map(\.fingerprint).sorted(),
            fields: disclosures.fields.map { try $0.commitment() },
            parts: disclosures.parts.map { try $0.commitment() }
        ).signed(by: signer)
        let salt = Salt.fresh(from: random)
        let frame = ContentFrame(manifestSalt: salt, notes: [manifest.note], disclosures: disclosures)
        let sources = parts.map(\.source)
        let content = try frame.seal(parts: sources, to: recipients, random: random, write: write)
        for case let file as FileSource in sources { try file.checkUnchanged() }
        return try Envelope(
            by: author, routing: routing, content: content,
            manifest: Commitment.of(Array(manifest.note.text.utf8), salt: salt)
        ).signed(by: signer)
    }
}

extension ContentFrame {
    /// Seals frame and parts, padded, and hands the age file to `write`.
    func seal(
        parts: [any ByteSource], to recipients: [AgeRecipient], random: RandomBytes, write: ([UInt8]) throws -> Void
    ) throws -> ContentReference {
        guard !recipients.isEmpty else { throw ContentFailure.noRecipient }
        let plaintext = ConcatenatedSource([MemorySource(try encoded())] + parts, paddedTo: Padme.padded)
        let (sha256, size) = try AgeFile.seal(plaintext, to: recipients, random: random, write: write)
        return ContentReference(sha256: sha256, size: size)
    }
}

/// SHA-256 of a whole source, piece by piece.
package func digest(of source: any ByteSource) throws -> Hash {
    var offset = 0
    return try digest {
        let count = min(ChunkCipher.sizeAtOnce, source.size - offset)
        guard count > 0 else { return nil }
        defer { offset += count }
        return try source.read(at: offset, count: count)
    }
}

/// SHA-256 of the pieces that `next` makes, hashed beside their making.
func digest(of next: () throws -> [UInt8]?) throws -> Hash {
    let digest = DigestBeside()
    while let piece = try next() { try digest.add(Plaintext(piece)) }
    return try digest.value()
}
