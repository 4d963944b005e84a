// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Under which address a desk is reached.
enum Site: Hashable, Sendable {
    /// On the loopback interface, by a port: a desk of one's own.
    case loopback(port: Int)
    /// Over TLS, by the names of its certificate, on whatever port: an institution's desk.
    case institution(names: [String])

    var scheme: String {
        switch self {
        case .loopback: "http"
        case .institution: "https"
        }
    }

    /// Where a browser begins.
    var address: String {
        switch self {
        case .loopback(let port): "http://127.0.0.1:\(port)"
        case .institution(let names): "https://\(names.first ?? "")"
        }
    }

    /// Browsers keep cookies by host and not by port: two desks of one machine have cookies of different names. `__Host-` makes a
    /// browser take the cookie only over TLS, from this host and for all its paths (RFC 6265bis, section 4.1.3.2).
    var cookieName: String {
        switch self {
        case .loopback(let port): "liaison-desk-\(port)"
        case .institution: "__Host-liaison-desk"
        }
    }

    /// Whether a request's `Host` is this desk. TLS says which machine answers; a port in front of another one says nothing.
    func isNamed(_ host: String) -> Bool {
        switch self {
        case .loopback(let port): return ["127.0.0.1:\(port)", "localhost:\(port)"].contains(host)
        case .institution(let names):
            let parts = host.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            return parts.count <= 2 && parts.first.map { names.contains(String($0)) } ?? false
        }
    }
}
