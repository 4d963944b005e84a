// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A log's signed statement of its size and root (c2sp.org/tlog-checkpoint), without extension lines.
public struct Checkpoint: Hashable, Sendable {
    public static let maximumSize = 64 << 10

    public let origin: String
    public let size: Int
    public let root: Hash

    public enum Failure: Error, Equatable {
        case malformed
        case wrongOrigin(expected: String)
    }

    public init(origin: String, size: Int, root: Hash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that the log signs.
    public var text: String { "\(origin)\n\(size)\n\(root)\n" }

    public init(text: String) throws(Failure) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, let size = DecimalNumber.parse(lines[1]),
            let root = Hash(String(lines[2]))
        else {
            throw .malformed
        }
        self.init(origin: String(lines[0]), size: size, root: root)
        guard self.text == text else { throw .malformed }
    }

    public func signed(by signer: NoteSigner) -> SignedCheckpoint {
        SignedCheckpoint(
            checkpoint: self, note: SignedNote(text: text, signatures: [signer.sign(text)]))
    }
}

/// A checkpoint whose log signature was checked.
public struct SignedCheckpoint: Hashable, Sendable {
    public let checkpoint: Checkpoint
    public let note: SignedNote

    fileprivate init(checkpoint: Checkpoint, note: SignedNote) {
        self.checkpoint = checkpoint
        self.note = note
    }

    /// Parses and verifies: the origin and a signature by the log's key. Lines of others, such as
    /// witnesses, are left for those who know their keys.
    public init(parsing text: String, log: NoteKey) throws {
        let note = try SignedNote(parsing: text, limit: Checkpoint.maximumSize)
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.origin == log.name else { throw Checkpoint.Failure.wrongOrigin(expected: log.name) }
        try note.checkSignature(by: log)
        self.init(checkpoint: checkpoint, note: note)
    }

    /// This checkpoint with more signature lines, such as witnesses'.
    public func adding(_ lines: [NoteSignature]) -> SignedCheckpoint {
        let new = lines.filter { !note.signatures.contains($0) }
        return SignedCheckpoint(
            checkpoint: checkpoint, note: SignedNote(text: note.text, signatures: note.signatures + new))
    }
}
