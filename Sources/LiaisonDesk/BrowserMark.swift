// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import LiaisonNotes

/// What a browser is given to be recognised by, without anything of it being kept: a number of its own, and a code over that number
/// and over what it is given for (HMAC-SHA256, RFC 2104).
struct BrowserMark: Sendable {
    private let key: SymmetricKey
    private let random: RandomBytes

    /// - Parameter key: 32 bytes.
    init(key: [UInt8], random: RandomBytes = .system) {
        self.key = SymmetricKey(data: key)
        self.random = random
    }

    /// A new mark: `<number>.<code>`, both in hexadecimal.
    func new(for purpose: String) -> String {
        let number = Hex.encode(random(16))
        return "\(number).\(code(purpose, number))"
    }

    /// The number of a mark that was given for this; nil for any other text.
    func number(of mark: String, for purpose: String) -> String? {
        let parts = mark.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 2 && isCode(parts[1], purpose, parts[0]) ? parts[0] : nil
    }

    func code(_ purpose: String, _ text: String) -> String {
        Hex.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.message(purpose, text), using: key)))
    }

    /// In the same time wherever they differ.
    func isCode(_ given: String, _ purpose: String, _ text: String) -> Bool {
        guard let given = Hex.decode(given) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(given, authenticating: Self.message(purpose, text), using: key)
    }

    private static func message(_ purpose: String, _ text: String) -> [UInt8] { Array("\(purpose) \(text)".utf8) }
}
