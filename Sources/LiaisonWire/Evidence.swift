// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes

/// An event with the proof that it is in the log; a stranger checks it with SHA-256 and Ed25519 alone.
public struct Evidence: Codable, Hashable, Sendable {
    /// The canonical JSON of the event record, base64.
    public var record: String
    public var salt: Salt
    /// `c2sp.org/tlog-proof` text.
    public var proof: String

    public init(record: [UInt8], salt: Salt, proof: InclusionProof) {
        self.record = Base64.encode(record)
        self.salt = salt
        self.proof = proof.text
    }

    public enum Failure: Error, Equatable {
        case malformedRecord
        case wrongLog
    }

    /// Checks commitment, inclusion and the log's signature.
    ///
    /// - Throws: `Failure`, `InclusionProof.Failure`, `Checkpoint.Failure`, `SignedNote.Failure`.
    public func verified(by log: NoteKey) throws -> VerifiedEvidence {
        guard let bytes = Base64.decode(record) else { throw Failure.malformedRecord }
        let proof = try InclusionProof(parsing: self.proof)
        let checkpoint = try proof.verify(entry: Commitment.of(bytes, salt: salt).bytes, log: log)
        guard let event = try? CanonicalJSON.decode(EventRecord.self, from: bytes),
            event.type == EventRecord.type
        else { throw Failure.malformedRecord }
        guard event.log == log.name else { throw Failure.wrongLog }
        return VerifiedEvidence(
            event: event, hash: Hash.of(bytes), index: proof.index, checkpoint: checkpoint, evidence: self)
    }
}

/// Evidence that was checked against the log's key. Only `Evidence.verified(by:)` makes one.
public struct VerifiedEvidence: Hashable, Sendable {
    public let event: EventRecord
    /// SHA-256 of the record; for a DirectoryHead, the name that envelopes and acts give it.
    public let hash: Hash
    public let index: Int
    public let checkpoint: SignedCheckpoint
    public let evidence: Evidence

    fileprivate init(
        event: EventRecord, hash: Hash, index: Int, checkpoint: SignedCheckpoint, evidence: Evidence
    ) {
        self.event = event
        self.hash = hash
        self.index = index
        self.checkpoint = checkpoint
        self.evidence = evidence
    }
}
