// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A log's request that a witness cosign (c2sp.org/tlog-witness, `add-checkpoint`).
public struct AddCheckpoint: Hashable, Sendable {
    public static let maximumSize = Checkpoint.maximumSize + 8192
    static let maximumHashes = 63

    /// Size of the tree that the witness cosigned last.
    public let old: Int
    /// That `old` is a prefix of `checkpoint` (RFC 6962 section 2.1.2).
    public let proof: [Hash]
    /// The checkpoint, a signed note verbatim.
    public let checkpoint: String

    public init(old: Int, proof: [Hash], checkpoint: String) {
        self.old = old
        self.proof = proof
        self.checkpoint = checkpoint
    }

    public var text: String { (["old \(old)"] + proof.map(\.description) + ["", checkpoint]).joined(separator: "\n") }

    /// Nil when it is not exactly what the specification says.
    public init?(parsing text: String) {
        guard text.utf8.count <= Self.maximumSize, let blank = text.firstRange(of: "\n\n") else { return nil }
        let lines = text[..<blank.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines[0].hasPrefix("old "), let old = DecimalNumber.parse(lines[0].dropFirst(4)),
            lines.count <= 1 + Self.maximumHashes
        else { return nil }
        let proof = lines.dropFirst().compactMap { Hash(String($0)) }
        self.init(old: old, proof: proof, checkpoint: String(text[blank.upperBound...]))
        guard self.text == text else { return nil }
    }
}

/// What a log hears from a witness.
public enum WitnessAnswer: Hashable, Sendable {
    /// Its signature line, verified.
    case cosigned(line: String)
    /// The size that it cosigned last.
    case conflict(size: Int)
    case refused
}

/// What a witness answers, by what it has cosigned before; nothing here reads or writes.
public enum WitnessRuling: Hashable, Sendable {
    case cosign(SignedCheckpoint)
    /// 404: a log that this witness does not know.
    case unknownLog
    /// 403: no signature by the log's key.
    case notSigned
    /// 400
    case malformed
    /// 409: the log must prove consistency with this size.
    case conflict(size: Int)
    /// 409: the same size with another root: two histories.
    case otherRoot
    /// 422: the proof does not verify.
    case inconsistent

    /// Judges a request of the log `log` against the latest tree cosigned for it, nil before the first.
    public static func judge(
        _ request: AddCheckpoint, log: NoteKey, latest: (size: Int, root: Hash)?
    ) -> WitnessRuling {
        guard let signed = try? SignedCheckpoint(parsing: request.checkpoint, log: log) else { return .notSigned }
        let new = signed.checkpoint
        guard request.old <= new.size else { return .malformed }
        guard request.old == latest?.size ?? 0 else { return .conflict(size: latest?.size ?? 0) }
        guard new.size > 0 || new.root == MerkleTree.emptyRoot else { return .inconsistent }
        guard let latest, latest.size > 0 else { return request.proof.isEmpty ? .cosign(signed) : .inconsistent }
        guard new.size > latest.size else {
            guard new.root == latest.root else { return .otherRoot }
            return request.proof.isEmpty ? .cosign(signed) : .inconsistent
        }
        let holds = ProofCheck.consistency(
            from: latest.size, latest.root, to: new.size, new.root, path: request.proof)
        return holds ? .cosign(signed) : .inconsistent
    }
}
