// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes

/// Tells a browser in which an agent has signed in before from all others (OWASP, "device cookies"). It opens nothing: it only has its
/// wrong passphrases counted by itself.
struct KnownBrowsers: Sendable {
    static let cookieName = "__Host-liaison-known"
    /// How long a browser keeps it, seconds.
    static let age = 400 * 86_400
    private static let fileName = ".desk-browsers"

    private let mark: BrowserMark

    init(key: [UInt8], random: RandomBytes = .system) { mark = BrowserMark(key: key, random: random) }

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
        let own = mark.new(for: name.description)
        let kept = others.split(separator: "~").filter { $0.utf8.count == own.utf8.count }.map(String.init)
            .filter { mark.number(of: $0, for: name.description) == nil }
        return ([own] + kept).prefix(Self.most).joined(separator: "~")
    }

    /// The browser's own number, when it was given this cookie for this agent.
    func browser(_ cookie: String, of name: VaultName) -> String? {
        cookie.split(separator: "~", maxSplits: Self.most).lazy.compactMap {
            mark.number(of: String($0), for: name.description)
        }.first
    }
}
