// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import LiaisonListener
import LiaisonModel
import LiaisonNotes
public import LiaisonRelay
public import Logging
import NIOCore
public import NIOSSL
public import ServiceLifecycle

/// Builds the relay's listeners: for agents, for the log's readers, and for operations.
public enum RelayServer {
    /// TLS 1.3 only, a client certificate demanded. The certificate proves possession of a key; whom that key
    /// belongs to is for the rosters to say, so any issuer is taken here.
    public static func tls(
        certificates: [NIOSSLCertificate], privateKey: NIOSSLPrivateKey
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv13
        configuration.certificateVerification = .noHostnameVerification
        // Whoever is shut out does not keep a descriptor by not saying goodbye.
        configuration.shutdownTimeout = .milliseconds(200)
        return configuration
    }

    /// - Parameters:
    ///   - metrics: where it is counted who has to wait; made with the same limits.
    ///   - onRunning: told the port once the listener is bound.
    public static func application(
        relay: Relay, tls: TLSConfiguration, host: String, port: Int, limits: ServerLimits = .init(),
        metrics: RelayMetrics? = nil, services: [any Service] = [], logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let shares = metrics?.shares ?? Shares(limits)
        return Application(
            router: RelayRoutes(relay: relay, shares: shares).router(),
            server: listener(tls: tls, limits: limits, note: shares.noteClosing) { try? relay.reader(tls: $0) },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "liaisond",
                availableConnectionsDelegate: MaximumAvailableConnections(limits.descriptors)),
            services: services, onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    /// HTTP/1.1 and HTTP/2 over TLS within the limits.
    ///
    /// - Parameters:
    ///   - note: told whose places were full whenever a connection has to go.
    ///   - institution: whose agent or registrar a client's key is; nil for a stranger's.
    static func listener(
        tls: TLSConfiguration, limits: ServerLimits, note: @escaping @Sendable (String) -> Void = { _ in },
        institution: @escaping @Sendable (Hash) -> InstitutionID?
    ) -> HTTPServerBuilder {
        var http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                RequestDeadlineHandler(head: limits.head, body: limits.body), StreamCount()
            ])
        http.httpDecoder.maxHeaderListSize = limits.headerBytes
        let stream = http
        let places = Places(limits, note: note)
        return HTTPServerBuilder { responder in
            let base = try HTTP2UpgradeChannel(
                tlsChannelConfiguration: TLSChannelConfiguration(
                    tlsConfiguration: tls,
                    customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) }),
                configuration: .init(
                    idleTimeout: .nanoseconds(limits.idle.nanoseconds), streamConfiguration: stream),
                responder: responder)
            return PeerChannel(base: base, limits: limits, places: places, institution: institution)
        }
    }
}
