// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
public import LiaisonNotes

/// The stanza type of the post-quantum hybrid: HPKE base mode over X-Wing (c2sp.org/age).
enum XWing {
    static let stanzaType = "mlkem768x25519"
    static let info = Array("age-encryption.org/mlkem768x25519".utf8)
    static let encapsulatedLength = 1120
    static let bodyLength = 32
    static let suite = HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
}

/// A recipient's public key: 1,216 bytes, `age1pq1…` as text.
public struct AgeRecipient: Hashable, Sendable {
    public static let length = 1216
    public let bytes: [UInt8]

    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    public init?(text: String) {
        guard let bytes = Bech32.decode(prefix: "age1pq", text) else { return nil }
        self.init(bytes)
    }

    public var text: String { Bech32.encode(prefix: "age1pq", bytes) }
    public var fingerprint: Hash { Hash.of(bytes) }

    /// Whether something can be sealed to it: an import checks the length only.
    public var isUsable: Bool { (try? wrap(.random(16))) != nil }

    /// Seals the 16-byte file key to this recipient.
    func wrap(_ fileKey: GuardedBytes) throws -> AgeStanza {
        do {
            let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes)
            var sender = try HPKE.Sender(recipientKey: key, ciphersuite: XWing.suite, info: Data(XWing.info))
            let body = try fileKey.withUnsafeBytes { try sender.seal(Data($0)) }
            return AgeStanza(
                arguments: [XWing.stanzaType, RawBase64.encode(sender.encapsulatedKey)], body: Array(body))
        } catch { throw AgeFailure.badKey }
    }
}

/// A decryption identity: a 32-byte seed in guarded memory, `AGE-SECRET-KEY-PQ-1…` as text.
public struct AgeIdentity: Sendable {
    static let prefix = "age-secret-key-pq-"
    public let seed: GuardedBytes
    public let recipient: AgeRecipient

    public init(seed: GuardedBytes) throws {
        guard seed.count == 32 else { throw AgeFailure.badKey }
        let key = try seed.withUnsafeBytes {
            try XWingMLKEM768X25519.PrivateKey(seedRepresentation: Data($0), publicKey: nil)
        }
        guard let recipient = AgeRecipient(Array(key.publicKey.rawRepresentation)) else { throw AgeFailure.badKey }
        self.seed = seed
        self.recipient = recipient
    }

    public static func generate() throws -> AgeIdentity { try AgeIdentity(seed: .random(32)) }

    public init(text: String) throws {
        guard var bytes = Bech32.decode(prefix: Self.prefix, text) else { throw AgeFailure.badKey }
        try self.init(seed: GuardedBytes(moving: &bytes))
    }

    /// The identity in age's own encoding: a secret.
    public func secretText() -> String {
        seed.withCopy { Bech32.encode(prefix: Self.prefix, $0).uppercased() }
    }

    /// The file key in `stanza`, nil when it is for somebody else.
    func unwrap(_ stanza: AgeStanza) throws(AgeFailure) -> GuardedBytes? {
        guard stanza.arguments.count == 2, let encapsulated = RawBase64.decode(stanza.arguments[1]),
            encapsulated.count == XWing.encapsulatedLength, stanza.body.count == XWing.bodyLength
        else { throw .malformedHeader("stanza") }
        do {
            let key = try seed.withUnsafeBytes {
                try XWingMLKEM768X25519.PrivateKey(seedRepresentation: Data($0), publicKey: nil)
            }
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: XWing.suite, info: Data(XWing.info),
                encapsulatedKey: Data(encapsulated))
            var opened = Array(try recipient.open(Data(stanza.body)))
            return try GuardedBytes(moving: &opened)
        } catch { return nil }
    }
}
