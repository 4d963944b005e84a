// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// A name and an Ed25519 public key: what a signature line is checked against (c2sp.org/signed-note).
public struct NoteKey: Hashable, Sendable {
    public let name: String
    public let key: VerificationKey

    /// Nil when the name is empty or holds a space, a plus or a control character.
    public init?(name: String, key: VerificationKey) {
        guard Self.isValid(name: name) else { return nil }
        self.name = name
        self.key = key
    }

    /// `SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]`; type 0x01 is plain Ed25519.
    public var id: [UInt8] { Self.id(name: name, type: 0x01, key: key.bytes) }

    public static func id(name: String, type: UInt8, key: [UInt8]) -> [UInt8] {
        Array(Hash.of(Array(name.utf8) + [0x0A, type] + key).bytes.prefix(4))
    }

    public static func isValid(name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != "+" && $0.value > 0x20 && !(0x7F...0x9F).contains($0.value) && !$0.properties.isWhitespace
            }
    }
}

extension NoteKey: LosslessStringConvertible {
    /// The verifier key as text: `name+hex(id)+base64(0x01 ‖ public key)`.
    public var description: String { Self.text(name: name, type: 0x01, key: key) }

    public init?(_ description: String) {
        guard let (name, key) = Self.parse(description, type: 0x01) else { return nil }
        self.init(name: name, key: key)
    }

    /// A verifier key of any type as text.
    package static func text(name: String, type: UInt8, key: VerificationKey) -> String {
        "\(name)+\(Hex.encode(id(name: name, type: type, key: key.bytes)))+\(Base64.encode([type] + key.bytes))"
    }

    package static func parse(_ text: String, type: UInt8) -> (name: String, key: VerificationKey)? {
        let pieces = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard pieces.count == 3, let encoded = Base64.decode(String(pieces[2])), encoded.first == type,
            let key = VerificationKey(encoded.dropFirst()), isValid(name: String(pieces[0])),
            Hex.encode(id(name: String(pieces[0]), type: type, key: key.bytes)) == pieces[1]
        else { return nil }
        return (String(pieces[0]), key)
    }
}

/// A private key together with the name it signs under.
public struct NoteSigner: Sendable {
    public let name: String
    public let privateKey: PrivateKey

    public init?(name: String, privateKey: PrivateKey) {
        guard NoteKey.isValid(name: name) else { return nil }
        self.name = name
        self.privateKey = privateKey
    }

    public var id: [UInt8] { NoteKey.id(name: name, type: 0x01, key: privateKey.publicKey.bytes) }

    public func sign(_ text: String) -> NoteSignature {
        NoteSignature(name: name, keyID: id, signature: privateKey.signature(for: Array(text.utf8)))
    }
}
