// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Crypto
public import Foundation

/// A SHA-256 digest, 32 bytes; in JSON a base64 string (RFC 4648 section 4, padded).
public struct Hash: TextCodable {
    public static let length = 32
    public let bytes: [UInt8]

    /// Takes exactly 32 bytes, otherwise nil.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// 32 bytes by construction: the output of a hash.
    fileprivate init(exact bytes: [UInt8]) { self.bytes = bytes }

    /// The SHA-256 of `data`.
    public static func of(_ data: some DataProtocol) -> Hash {
        Hash(exact: Array(SHA256.hash(data: data)))
    }

    /// The digest of what `hasher` was fed.
    public static func of(_ hasher: SHA256) -> Hash { Hash(exact: Array(hasher.finalize())) }

    /// The SHA-256 of the UTF-8 bytes of `text`.
    public static func of(_ text: String) -> Hash { of(Array(text.utf8)) }
}

extension Hash {
    public init?(_ description: String) {
        guard let bytes = Base64.decode(description) else { return nil }
        self.init(bytes)
    }

    public var description: String { Base64.encode(bytes) }

    /// Lower-case hexadecimal, for paths of URLs and names of files.
    public var hex: String { Hex.encode(bytes) }

    public init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    public static var expected: String { "the base64 of 32 bytes" }
}

/// HMAC-SHA256 (RFC 2104), the commitment used for log entries, form fields and the manifest.
public enum Commitment {
    /// `HMAC-SHA256(key: salt, value)`, 32 bytes.
    public static func of(_ value: some DataProtocol, salt: Salt) -> Hash {
        of(value, key: SymmetricKey(data: salt.bytes))
    }

    package static func of(_ value: [UInt8], key: [UInt8]) -> Hash {
        of(value, key: SymmetricKey(data: key))
    }

    package static func of(_ value: some DataProtocol, key: SymmetricKey) -> Hash {
        Hash(exact: Array(HMAC<SHA256>.authenticationCode(for: value, using: key)))
    }
}

/// 32 fresh random bytes that make a commitment unguessable; in JSON a base64 string.
public struct Salt: Hashable, Sendable, Codable {
    public let bytes: [UInt8]

    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    public init(from decoder: any Decoder) throws {
        self = try decoder.decodeValue("the base64 of 32 bytes") { Base64.decode($0).flatMap(Salt.init) }
    }

    public func encode(to encoder: any Encoder) throws { try encoder.encodeValue(Base64.encode(bytes)) }

    /// A salt from `random`, which must be a cryptographic source.
    public static func fresh(from random: RandomBytes = .system) -> Salt {
        Salt(exact: random(32))
    }

    private init(exact bytes: [UInt8]) {
        precondition(bytes.count == 32, "a random source gave the wrong length")
        self.bytes = bytes
    }
}
