// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
public import LiaisonForms
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

    public func text(_ language: Language) -> String {
        switch self {
        case .noAnswer: ""
        case .unknownName:
            language(
                " : son nom n'existe pas sur ce réseau\nconseil : vérifiez que ce poste est connecté, et au bon réseau",
                ": its name does not exist on this network\nhint: check that this computer is connected, and to the right network"
            )
        case .foreignCertificate:
            language(
                " : ce qui répond à son adresse n'est pas le relais de la convention (certificat refusé)\nconseil : un pare-feu ou un portail de connexion s'interpose peut-être ; prévenez votre informatique, rien n'a été transmis",
                ": what answers at its address is not the convention's relay (certificate refused)\nhint: a firewall or a login portal may stand in between; tell your administrators, nothing was sent"
            )
        case .clock:
            language(
                " : l'horloge de ce poste n'est pas à l'heure\nconseil : réglez la date et l'heure, puis recommencez",
                ": this computer's clock is wrong\nhint: set date and time, then try again")
        case .proxy:
            language(
                " : le serveur mandataire (HTTPS_PROXY) ne répond pas, ou refuse la connexion\nconseil : vérifiez HTTPS_PROXY, puis demandez à votre informatique d'autoriser l'adresse du relais",
                ": the proxy (HTTPS_PROXY) does not answer, or refuses the connection\nhint: check HTTPS_PROXY, then ask your administrators to allow the relay's address"
            )
        }
    }

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
