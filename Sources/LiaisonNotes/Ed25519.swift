// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CSodium

/// An Ed25519 public key (RFC 8032), 32 bytes; in JSON a base64 string.
public struct VerificationKey: Hashable, Sendable, Codable {
    public static let length = 32
    public let bytes: [UInt8]

    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// Stands in a draft where a key is still missing: no signature verifies by it.
    package static let unset = VerificationKey(exact: [UInt8](repeating: 0, count: length))

    private init(exact bytes: [UInt8]) { self.bytes = bytes }

    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeValue("the base64 of a 32-byte Ed25519 public key") {
            Base64.decode($0).flatMap(VerificationKey.init)
        }
    }

    public func encode(to encoder: any Encoder) throws { try encoder.encodeValue(Base64.encode(bytes)) }

    /// Whether `signature` (64 bytes) is this key's over `message`. libsodium refuses small-order keys
    /// and non-canonical signatures.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        Sodium.start()
        guard signature.count == Int(crypto_sign_BYTES) else { return false }
        return crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }
}

/// An Ed25519 private key in guarded memory.
public struct PrivateKey: Sendable {
    public let publicKey: VerificationKey
    private let secret: GuardedBytes
    /// The 32-byte seed of RFC 8032, for storage in a vault.
    public let seed: GuardedBytes

    public enum Failure: Error { case wrongSeedLength(Int) }

    public init(seed: GuardedBytes) throws {
        Sodium.start()
        guard seed.count == Int(crypto_sign_SEEDBYTES) else { throw Failure.wrongSeedLength(seed.count) }
        var publicBytes = [UInt8](repeating: 0, count: VerificationKey.length)
        secret = try GuardedBytes(count: Int(crypto_sign_SECRETKEYBYTES)) { secret in
            seed.withPointer { _ = crypto_sign_seed_keypair(&publicBytes, secret, $0) }
        }
        guard let publicKey = VerificationKey(publicBytes) else { throw Failure.wrongSeedLength(seed.count) }
        self.publicKey = publicKey
        self.seed = seed
    }

    public static func generate() throws -> PrivateKey { try PrivateKey(seed: .random(32)) }

    /// The 64-byte signature over `message`.
    public func signature(for message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        secret.withPointer { secret in
            _ = crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
        }
        return signature
    }
}
