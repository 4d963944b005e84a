// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// Why the relay cannot be reached, as far as this computer can tell: each has another remedy.
public enum LineFailure: String, Hashable, Sendable, CaseIterable {
    /// Nothing answers at its address, or not in time.
    case noAnswer
    /// Its name leads to no address.
    case unknownName
    /// Something answers, and not with the certificate that the convention names.
    case foreignCertificate
    /// This computer's clock stands outside the time for which the relay's certificate counts, or before what it has seen.
    case clock
    /// The way out of this network refuses the connection.
    case proxy

    /// What an error of the HTTP client says of the line.
    ///
    /// - Parameters:
    ///   - isProxied: whether the way goes through a proxy.
    ///   - isClockRight: whether this computer's clock stands within the time for which the expected certificates count.
    init(_ error: any Error, isProxied: Bool, isClockRight: Bool) {
        let refusals: [HTTPClientError] = [
            .proxyAuthenticationRequired, .invalidProxyResponse, .httpProxyHandshakeTimeout
        ]
        switch error {
        case let error as HTTPClientError where refusals.contains(error): self = .proxy
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            self = isClockRight ? .foreignCertificate : .clock
        case let error as NIOConnectionError:
            // With a proxy, its own address is the one that was looked up and called.
            if isProxied { self = .proxy } else { self = error.connectionErrors.isEmpty ? .unknownName : .noAnswer }
        default: self = .noAnswer
        }
    }
}
