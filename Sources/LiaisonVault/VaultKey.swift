// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CSodium
public import LiaisonNotes

/// How a passphrase becomes a key: Argon2id (RFC 9106) with its costs, kept in the vault's header.
public struct KeyDerivation: Codable, Hashable, Sendable {
    static let saltLength = 16
    /// What a header may ask for at most: a damaged one must not occupy the machine.
    static let mostMemory = 1 << 30
    static let mostOperations = 16

    public var algorithm = "argon2id13"
    /// Passes over the memory.
    public var operations: Int
    /// Bytes of memory.
    public var memory: Int
    public var salt: String

    /// libsodium's interactive costs: 2 passes over 64 MiB.
    public static func fresh(random: RandomBytes = .system) -> KeyDerivation {
        KeyDerivation(operations: 2, memory: 64 << 20, salt: Base64.encode(random(saltLength)))
    }

    public init(operations: Int, memory: Int, salt: String) {
        self.operations = operations
        self.memory = memory
        self.salt = salt
    }

    /// Whether these costs are below today's.
    var isWeak: Bool { operations < 2 || memory < 64 << 20 }

    /// The 32-byte key for `passphrase`.
    func key(passphrase: GuardedBytes) throws -> GuardedBytes {
        guard algorithm == "argon2id13", let salt = Base64.decode(salt), salt.count == Self.saltLength,
            (1...Self.mostOperations).contains(operations), (8192...Self.mostMemory).contains(memory)
        else { throw VaultFailure.damaged("header") }
        return try GuardedBytes(count: Secretbox.keyLength) { key in
            let length = passphrase.count
            let done = passphrase.withPointer { passphrase in
                passphrase.withMemoryRebound(to: CChar.self, capacity: length) { text in
                    crypto_pwhash(
                        key, UInt64(Secretbox.keyLength), text, UInt64(length), salt, UInt64(operations), memory,
                        crypto_pwhash_ALG_ARGON2ID13)
                }
            }
            guard done == 0 else { throw VaultFailure.outOfMemory }
        }
    }
}

/// XChaCha20-Poly1305 with a random nonce in front, through libsodium.
enum Secretbox {
    static let keyLength = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    private static let nonceLength = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    private static let tagLength = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)

    static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: GuardedBytes, context: [UInt8], random: RandomBytes
    ) -> [UInt8] {
        let nonce = random(nonceLength)
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tagLength)
        var length: UInt64 = 0
        key.withPointer { key in
            _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                &sealed, &length, plaintext.bindMemory(to: UInt8.self).baseAddress, UInt64(plaintext.count),
                context, UInt64(context.count), nil, nonce, key)
        }
        return nonce + sealed
    }

    /// The plaintext of what is no key or passphrase: guarded memory costs several calls into the kernel for each piece.
    static func openPlainly(_ box: [UInt8], key: GuardedBytes, context: [UInt8]) -> [UInt8]? {
        let count = box.count - nonceLength - tagLength
        guard count >= 0 else { return nil }
        var plaintext = [UInt8](repeating: 0, count: count)
        let isGenuine = box.withUnsafeBufferPointer { box in
            guard let start = box.baseAddress else { return false }
            var length: UInt64 = 0
            return key.withPointer { key in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    &plaintext, &length, nil, start + nonceLength, UInt64(box.count - nonceLength), context,
                    UInt64(context.count), start, key) == 0
            }
        }
        return isGenuine ? plaintext : nil
    }

    /// The plaintext in guarded memory; nil when it does not authenticate.
    static func open(_ box: [UInt8], key: GuardedBytes, context: [UInt8]) throws -> GuardedBytes? {
        let count = box.count - nonceLength - tagLength
        guard count >= 0 else { return nil }
        var isGenuine = false
        let plaintext = try GuardedBytes(count: count) { output in
            var length: UInt64 = 0
            let sealed = Array(box[nonceLength...])
            let nonce = Array(box[..<nonceLength])
            isGenuine = key.withPointer { key in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    output, &length, nil, sealed, UInt64(sealed.count), context, UInt64(context.count), nonce,
                    key) == 0
            }
        }
        return isGenuine ? plaintext : nil
    }
}
