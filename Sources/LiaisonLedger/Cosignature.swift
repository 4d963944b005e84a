// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A witness's name and public key (c2sp.org/tlog-cosignature, Ed25519, key type 0x04).
public struct CosignatureKey: Hashable, Sendable, LosslessStringConvertible {
    static let type: UInt8 = 0x04

    public let name: String
    public let key: VerificationKey

    public init?(name: String, key: VerificationKey) {
        guard NoteKey.isValid(name: name) else { return nil }
        self.name = name
        self.key = key
    }

    public init?(_ description: String) {
        guard let (name, key) = NoteKey.parse(description, type: Self.type) else { return nil }
        self.init(name: name, key: key)
    }

    /// `name+hex(key id)+base64(0x04 ‖ public key)`
    public var description: String { NoteKey.text(name: name, type: Self.type, key: key) }

    public var id: [UInt8] { NoteKey.id(name: name, type: Self.type, key: key.bytes) }

    /// When this witness cosigned `note`: the latest of its lines that verify; nil when none does.
    public func time(on note: SignedNote) -> Instant? {
        times(on: note).max()
    }

    /// All times at which it says that it cosigned this note.
    func times(on note: SignedNote) -> [Instant] {
        note.signatures.filter { $0.name == name && $0.keyID == id }.compactMap { line in
            guard line.signature.count == 72 else { return nil }
            let time = line.signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard let time = Int(exactly: time).map({ Instant($0) }), time.rawValue <= DecimalNumber.largest,
                key.isValid(Array(line.signature.dropFirst(8)), for: Self.message(note.text, at: time))
            else { return nil }
            return time
        }
    }

    static func message(_ text: String, at time: Instant) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}

/// What a witness signs with.
public struct CosignatureSigner: Sendable {
    public let key: CosignatureKey
    private let privateKey: PrivateKey

    /// Nil when `name` cannot name a key.
    public init?(name: String, privateKey: PrivateKey) {
        guard let key = CosignatureKey(name: name, key: privateKey.publicKey) else { return nil }
        self.key = key
        self.privateKey = privateKey
    }

    /// States that at `time` this is the largest tree seen of its log.
    public func cosign(_ checkpoint: Checkpoint, at time: Instant) -> NoteSignature {
        let signature = privateKey.signature(for: CosignatureKey.message(checkpoint.text, at: time))
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: time.rawValue >> (56 - 8 * $0)) }
        return NoteSignature(name: key.name, keyID: key.id, signature: stamp + signature)
    }
}
