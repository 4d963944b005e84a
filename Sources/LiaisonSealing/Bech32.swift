// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Bech32 (BIP 173) without a length limit, as age encodes keys (c2sp.org/age).
public enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generator: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]

    /// Lower-case text of `bytes` after the human-readable `prefix`.
    public static func encode(prefix: String, _ bytes: some Sequence<UInt8>) -> String {
        let words = regroup(bytes, from: 8, to: 5, padding: true) ?? []
        let check = polymod(expand(prefix) + words + [UInt8](repeating: 0, count: 6)) ^ 1
        let checksum = (0..<6).map { UInt8(check >> (5 * (5 - UInt32($0))) & 31) }
        return prefix + "1" + String(decoding: (words + checksum).map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// The bytes after `prefix`; nil for mixed case, a wrong prefix, checksum or padding.
    public static func decode(prefix: String, _ text: String) -> [UInt8]? {
        let lower = text.lowercased()
        guard text == lower || text == text.uppercased(), lower.hasPrefix(prefix + "1") else { return nil }
        let words = lower.utf8.dropFirst(prefix.utf8.count + 1).compactMap { byte in
            alphabet.firstIndex(of: byte).map { UInt8($0) }
        }
        guard words.count == lower.utf8.count - prefix.utf8.count - 1, words.count >= 6,
            polymod(expand(prefix) + words) == 1
        else { return nil }
        return regroup(words.dropLast(6), from: 5, to: 8, padding: false)
    }

    private static func expand(_ prefix: String) -> [UInt8] {
        prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        var check: UInt32 = 1
        for value in values {
            let top = check >> 25
            check = (check & 0x1FF_FFFF) << 5 ^ UInt32(value)
            for (bit, term) in generator.enumerated() where top >> UInt32(bit) & 1 == 1 { check ^= term }
        }
        return check
    }

    private static func regroup(
        _ values: some Sequence<UInt8>, from: Int, to: Int, padding: Bool
    ) -> [UInt8]? {
        var accumulator = 0
        var bits = 0
        var result: [UInt8] = []
        for value in values {
            accumulator = (accumulator << from | Int(value)) & 0xFFFF
            bits += from
            while bits >= to {
                bits -= to
                result.append(UInt8(accumulator >> bits & (1 << to - 1)))
            }
        }
        let rest = accumulator & (1 << bits - 1)
        if padding {
            if bits > 0 { result.append(UInt8(rest << (to - bits))) }
        } else if bits >= from || rest != 0 {
            return nil
        }
        return result
    }
}
