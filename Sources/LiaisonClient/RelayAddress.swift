// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// Where a relay is: `https://relais.example` or `https://relais.example:8443`.
public struct RelayAddress: Hashable, Sendable {
    /// What is wrong with an address.
    public enum Fault: Error, Hashable {
        case notHTTPS
        case noHost
        /// A host with a character that no host has.
        case host(String)
        /// No number from 1 to 65535.
        case port(String)
        /// A user, a query or a fragment.
        case more
    }

    /// Without a slash at its end.
    public let url: String

    /// - Parameter text: `https://` may be left out.
    /// - Throws: `Obstacle.relayAddressNotReadable`.
    public init(_ text: String) throws(ClientFailure) {
        do {
            url = try Self.read(text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw .obstacle(.relayAddressNotReadable(text, error))
        }
    }

    private static func read(_ text: String) throws(Fault) -> String {
        var rest = text[...]
        if let mark = text.range(of: "://") {
            guard text[..<mark.lowerBound].lowercased() == "https" else { throw .notHTTPS }
            rest = text[mark.upperBound...]
        }
        let place = rest.prefix { !"/?#".contains($0) }
        guard !place.contains("@"), !rest.contains(where: { "?#".contains($0) }) else { throw .more }
        // Colons within brackets are those of an IPv6 address.
        let named = place.first == "[" ? place.prefix { $0 != "]" } : place.prefix { $0 != ":" }
        let isBracketed = place.first == "["
        var after = place[named.endIndex...]
        if isBracketed {
            guard after.popFirst() == "]", named.dropFirst().allSatisfy({ $0.isHexDigit || ":.".contains($0) }) else {
                throw .host(String(place))
            }
        }
        guard !named.isEmpty else { throw .noHost }
        guard isBracketed || named.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }),
            after.isEmpty || after.first == ":"
        else { throw .host(String(place)) }
        if after.popFirst() != nil {
            guard after.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(after), 1...65_535 ~= port else {
                throw .port(String(after))
            }
        }
        while rest.last == "/" { rest.removeLast() }
        let url = "https://\(rest)"
        guard let host = URL(string: url)?.host, !host.isEmpty else { throw .host(String(rest)) }
        return url
    }
}
