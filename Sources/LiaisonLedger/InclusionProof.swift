// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A proof that an entry is in a log, as text (c2sp.org/tlog-proof), without extra data.
public struct InclusionProof: Hashable, Sendable {
    public static let header = "c2sp.org/tlog-proof@v1"
    static let maximumSize = 128 << 10
    static let maximumHashes = 63

    public let index: Int
    public let path: [Hash]
    /// The checkpoint as the log issued it, verbatim.
    public let checkpoint: String

    public enum Failure: Error, Equatable {
        case malformed
        case notInTree
    }

    public init(index: Int, path: [Hash], checkpoint: String) {
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    public var text: String {
        ([Self.header, "index \(index)"] + path.map(\.description) + ["", checkpoint]).joined(separator: "\n")
    }

    public init(parsing text: String) throws(Failure) {
        guard text.utf8.count <= Self.maximumSize, let blank = text.firstRange(of: "\n\n") else { throw .malformed }
        let lines = text[..<blank.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines.count <= 2 + Self.maximumHashes, lines[0] == Self.header,
            lines[1].hasPrefix("index "), let index = DecimalNumber.parse(lines[1].dropFirst(6))
        else { throw .malformed }
        var path: [Hash] = []
        for line in lines.dropFirst(2) {
            guard let hash = Hash(String(line)) else { throw .malformed }
            path.append(hash)
        }
        self.init(index: index, path: path, checkpoint: String(text[blank.upperBound...]))
        guard self.text == text else { throw .malformed }
    }

    /// Checks that `entry` is at `index` under a checkpoint of `log`, and returns that checkpoint.
    public func verify(entry: [UInt8], log: NoteKey) throws -> SignedCheckpoint {
        let signed = try SignedCheckpoint(parsing: checkpoint, log: log)
        guard
            ProofCheck.inclusion(
                of: MerkleTree.leaf(entry), at: index, in: signed.checkpoint.size, path: path,
                root: signed.checkpoint.root)
        else { throw Failure.notInTree }
        return signed
    }
}
