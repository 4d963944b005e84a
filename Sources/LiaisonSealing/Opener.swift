// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
public import LiaisonModel
public import LiaisonNotes

/// A content in which everything that the seal itself can prove was found true. What the directory and
/// the convention must say besides is the client's to check, before anything is shown.
public final class OpenedContent {
    public let manifest: Verified<Manifest>
    public let disclosures: Disclosures
    private let plaintext: AgeReader
    private let partOffsets: [Int]

    /// Opens `file` as the content of `envelope`.
    ///
    /// A first pass over the whole file verifies every chunk, part and commitment; parts are released by
    /// `writePart` in a second. No plaintext is written anywhere in between.
    ///
    /// - Throws: `AgeFailure`, `ContentFailure`, `SignedNote.Failure` or `CanonicalJSON.Failure`.
    public init(
        _ file: some ByteSource, envelope: Verified<Envelope>, identities: [AgeIdentity]
    ) throws {
        guard file.size == envelope.body.content.size, try digest(of: file) == envelope.body.content.sha256
        else { throw ContentFailure.digestMismatch }
        plaintext = try AgeReader(file, identities: identities)
        let (frame, length) = try ContentFrame.read(from: plaintext)
        disclosures = frame.disclosures
        manifest = try Self.manifest(in: frame, of: envelope)
        partOffsets = disclosures.parts.reduce(into: [length]) { $0.append($0[$0.count - 1] + $1.description.size) }
        guard manifest.body.recipients.count == plaintext.stanzaCount else {
            throw ContentFailure.recipientsMismatch
        }
        guard manifest.body.recipients.contains(plaintext.identity.recipient.fingerprint) else {
            throw ContentFailure.notListed
        }
        try checkFields()
        try checkParts()
        try checkPadding()
    }

    /// The manifest: signed by the envelope's author, about the same routing, committed to by the envelope.
    private static func manifest(
        in frame: ContentFrame, of envelope: Verified<Envelope>
    ) throws -> Verified<Manifest> {
        guard frame.notes.count == 1, let note = frame.notes.first else { throw ContentFailure.transferRefused }
        let unverified = try Unverified<Manifest>(note)
        guard let author = envelope.keys.first, unverified.claimed.by == envelope.body.by else {
            throw ContentFailure.authorMismatch
        }
        let manifest = try unverified.verified(by: author)
        guard manifest.body.routing == envelope.body.routing else { throw ContentFailure.routingMismatch }
        let commitment = Commitment.of(Array(note.text.utf8), salt: frame.manifestSalt)
        guard commitment == envelope.body.manifest else { throw ContentFailure.manifestNotCommitted }
        return manifest
    }

    private func checkFields() throws {
        guard disclosures.fields.count == manifest.body.fields.count else {
            throw ContentFailure.fieldNotCommitted("")
        }
        for (field, committed) in zip(disclosures.fields, manifest.body.fields)
        where try field.commitment() != committed {
            throw ContentFailure.fieldNotCommitted(field.name)
        }
    }

    private func checkParts() throws {
        guard disclosures.parts.count == manifest.body.parts.count else {
            throw ContentFailure.partNotCommitted(0)
        }
        for (index, part) in disclosures.parts.enumerated() {
            guard try part.commitment() == manifest.body.parts[index] else {
                throw ContentFailure.partNotCommitted(index)
            }
            guard part.description.size >= 0, partOffsets[index + 1] <= plaintext.size else {
                throw ContentFailure.partDamaged(index)
            }
            var hasher = SHA256()
            try writePart(index) { hasher.update(data: $0) }
            guard Hash.of(hasher) == part.description.sha256 else { throw ContentFailure.partDamaged(index) }
        }
    }

    private func checkPadding() throws {
        var offset = partOffsets[partOffsets.count - 1]
        guard plaintext.size == Padme.padded(offset) else { throw ContentFailure.padding }
        while offset < plaintext.size {
            let count = min(64 << 10, plaintext.size - offset)
            guard try plaintext.read(at: offset, count: count).allSatisfy({ $0 == 0 }) else {
                throw ContentFailure.padding
            }
            offset += count
        }
    }

    /// Hands the bytes of part `index` to `write`, 64 KiB at a time.
    public func writePart(_ index: Int, to write: ([UInt8]) throws -> Void) throws {
        var offset = partOffsets[index]
        while offset < partOffsets[index + 1] {
            let count = min(64 << 10, partOffsets[index + 1] - offset)
            try write(try plaintext.read(at: offset, count: count))
            offset += count
        }
    }
}
