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
    /// Each by the reader who handed the content on, oldest first.
    public let transfers: [Verified<Transfer>]
    public var disclosures: Disclosures { frame.disclosures }
    let frame: ContentFrame
    private let plaintext: AgeReader
    private let partOffsets: [Int]

    /// Fingerprint of the key that opened it; nil when the file key did.
    public var openedWith: Hash? { plaintext.identity?.recipient.fingerprint }
    /// The key of this one file: whoever has it reads this content and nothing else.
    public var fileKey: GuardedBytes { plaintext.fileKey }
    /// What opens the manifest's commitment in the envelope.
    public var manifestSalt: Salt { frame.manifestSalt }

    /// Fingerprints of all keys that it was ever sealed to.
    public var listed: Set<Hash> {
        transfers.reduce(into: Set(manifest.body.recipients)) { $0.formUnion($1.body.recipients) }
    }

    /// Opens `file` as the content of `envelope`.
    ///
    /// A first pass over the whole file verifies every chunk, part and commitment; parts are released by
    /// `writePart` in a second. No plaintext is written anywhere in between.
    ///
    /// - Parameters:
    ///   - reference: what `file` must be after a transfer; the envelope says so otherwise.
    ///   - transferAuthors: the authors of the transfers that the log proves, oldest first.
    /// - Throws: `AgeFailure`, `ContentFailure`, `SignedNote.Failure` or `CanonicalJSON.Failure`.
    public convenience init(
        _ file: some ByteSource, envelope: Verified<Envelope>, reference: ContentReference? = nil,
        transferAuthors: [NoteKey] = [], identities: [AgeIdentity]
    ) throws {
        try self.init(
            file, envelope: envelope, reference: reference, transferAuthors: transferAuthors,
            by: .identities(identities))
    }

    public init(
        _ file: some ByteSource, envelope: Verified<Envelope>, reference: ContentReference? = nil,
        transferAuthors: [NoteKey] = [], by key: OpeningKey
    ) throws {
        let expected = reference ?? envelope.body.content
        guard file.size == expected.size else { throw ContentFailure.digestMismatch }
        let file = HashedSource(file)
        do {
            plaintext = try AgeReader(file, by: key)
            let (frame, length) = try ContentFrame.read(from: plaintext)
            self.frame = frame
            manifest = try Self.manifest(in: frame, of: envelope)
            transfers = try Self.transfers(in: frame, of: envelope, by: transferAuthors, manifest: manifest.body)
            partOffsets = frame.disclosures.parts.reduce(into: [length]) {
                $0.append($0[$0.count - 1] + $1.description.size)
            }
            let recipients = transfers.last?.body.recipients ?? manifest.body.recipients
            guard recipients.count == plaintext.stanzaCount else { throw ContentFailure.recipientsMismatch }
            if let openedWith, !recipients.contains(openedWith) { throw ContentFailure.notListed }
            try checkFields()
            try checkParts()
            try checkPadding()
        } catch {
            // Whatever else is wrong: first of all it is not the content that the envelope names.
            guard try file.digest() == expected.sha256 else { throw ContentFailure.digestMismatch }
            throw error
        }
        guard try file.digest() == expected.sha256 else { throw ContentFailure.digestMismatch }
    }

    /// The manifest: signed by the envelope's author, about the same routing, committed to by the envelope.
    private static func manifest(
        in frame: ContentFrame, of envelope: Verified<Envelope>
    ) throws -> Verified<Manifest> {
        guard let note = frame.notes.first else { throw ContentFailure.malformedFrame }
        return try Unverified<Manifest>(note).verified(for: envelope, salt: frame.manifestSalt)
    }

    /// The chain of transfers: each about this transmission, by the author that the log names, with a key listed before.
    private static func transfers(
        in frame: ContentFrame, of envelope: Verified<Envelope>, by authors: [NoteKey], manifest: Manifest
    ) throws -> [Verified<Transfer>] {
        let notes = frame.notes.dropFirst()
        guard notes.count == authors.count else { throw ContentFailure.transferRefused }
        var listed = Set(manifest.recipients)
        var transfers: [Verified<Transfer>] = []
        for (note, author) in zip(notes, authors) {
            let transfer = try Unverified<Transfer>(note).verified(by: author)
            guard transfer.body.envelope == envelope.hash, transfer.body.transmission == envelope.body.routing.id,
                transfer.body.log == envelope.body.routing.log,
                transfer.body.recipients == Set(transfer.body.recipients).sorted(),
                envelope.body.routing.recipients.contains(transfer.body.unit), listed.contains(transfer.body.openedWith)
            else { throw ContentFailure.transferRefused }
            listed.formUnion(transfer.body.recipients)
            transfers.append(transfer)
        }
        return transfers
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
            guard try digest(of: pieces(ofPart: index)) == part.description.sha256 else {
                throw ContentFailure.partDamaged(index)
            }
        }
    }

    private func checkPadding() throws {
        var offset = partOffsets[partOffsets.count - 1]
        guard plaintext.size == Padme.padded(offset) else { throw ContentFailure.padding }
        while offset < plaintext.size {
            let count = plaintext.stride(at: offset, of: plaintext.size - offset)
            guard try plaintext.read(at: offset, count: count).allSatisfy({ $0 == 0 }) else {
                throw ContentFailure.padding
            }
            offset += count
        }
    }

    /// Part `index` as a source to read from.
    public func part(_ index: Int) -> any ByteSource {
        SliceSource(whole: plaintext, start: partOffsets[index], size: partOffsets[index + 1] - partOffsets[index])
    }

    /// Hands the bytes of part `index` to `write`, at most 256 KiB at a time.
    public func writePart(_ index: Int, to write: ([UInt8]) throws -> Void) throws {
        let next = pieces(ofPart: index)
        while let piece = try next() { try write(piece) }
    }

    /// The bytes of part `index`, one piece at each call, nil at the end.
    func pieces(ofPart index: Int) -> () throws -> [UInt8]? {
        var offset = partOffsets[index]
        let end = partOffsets[index + 1]
        return { [plaintext] in
            guard offset < end else { return nil }
            let count = plaintext.stride(at: offset, of: end - offset)
            defer { offset += count }
            return try plaintext.read(at: offset, count: count)
        }
    }
}
