// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
import LiaisonNotes

/// Tells a browser in which an agent has signed in before from all others (OWASP, "device cookies"). It opens nothing: it only has its
/// wrong passphrases counted by itself.
struct KnownBrowsers: Sendable {
    static let cookieName = "__Host-liaison-known"
    /// How long a browser keeps it, seconds.
    static let age = 400 * 86_400
    private static let fileName = ".desk-browsers"

    private let key: SymmetricKey
    private let random: RandomBytes

    init(key: [UInt8], random: RandomBytes = .system) {
        self.key = SymmetricKey(data: key)
        self.random = random
    }

    /// Takes the key that lies beside the vaults, and makes it where there is none.
    init(in directory: String) throws {
        let path = "\(directory)/\(Self.fileName)"
        if !FileManager.default.fileExists(atPath: path) {
            try PrivateFile.create(path, Base64.encode(RandomBytes.system(32)) + "\n")
        }
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let key = Base64.decode(text), key.count == 32 else { throw SharedDesk.Failure.keyFile(path) }
        self.init(key: key)
    }

    /// So many agents of one browser are remembered.
    private static let most = 8

    /// A new cookie for an agent's browser.
    ///
    /// - Parameter others: the cookie that it had, with what it says of other agents of the same computer.
    func cookie(for name: VaultName, beside others: String = "") -> String {
        let number = Hex.encode(random(16))
        let own = "\(number).\(Hex.encode(code(number, name)))"
        let kept = others.split(separator: "~").filter { $0.utf8.count == own.utf8.count }.map(String.init)
            .filter { browserNumber($0, name) == nil }
        return ([own] + kept).prefix(Self.most).joined(separator: "~")
    }

    /// The browser's own number, when it was given this cookie for this agent.
    func browser(_ cookie: String, of name: VaultName) -> String? {
        cookie.split(separator: "~", maxSplits: Self.most).lazy.compactMap { browserNumber(String($0), name) }.first
    }

    private func browserNumber(_ piece: String, _ name: VaultName) -> String? {
        let parts = piece.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let given = Hex.decode(parts[1]),
            HMAC<SHA256>.isValidAuthenticationCode(given, authenticating: text(parts[0], name), using: key)
        else { return nil }
        return parts[0]
    }

    private func text(_ number: String, _ name: VaultName) -> [UInt8] { Array("\(number) \(name)".utf8) }

    private func code(_ number: String, _ name: VaultName) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: text(number, name), using: key))
    }
}

/// What an agent signs in as at an institution's desk: the name of the vault's directory.
///
/// Lower case, 2 to 64 letters of ASCII, digits and `- _ . @`, beginning with a letter or a digit: so it is one directory's name on
/// any file system, and never leads elsewhere.
struct VaultName: Hashable, CustomStringConvertible, Sendable {
    let description: String

    init?(_ typed: String) {
        let name = typed.trimmingCharacters(in: .whitespaces).lowercased()
        let isAllowed = name.utf8.allSatisfy { octet in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
                || "-_.@".utf8.contains(octet)
        }
        guard isAllowed, (2...64).contains(name.utf8.count), let first = name.first, first.isLetter || first.isNumber
        else { return nil }
        description = name
    }
}
