// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Hummingbird
import HummingbirdCore
import HTTPTypes
public import LiaisonRelay
import LiaisonWire
public import Logging
public import NIOSSL
import NIOCore

/// The listeners beside the relay's own: the log for everybody, and what the operator's tools ask.
extension RelayServer {
    /// Checkpoint, tiles and entries (c2sp.org/tlog-tiles) for whoever connects: nothing there is more than hashes.
    ///
    /// - Parameter metrics: where it is counted who has to wait; made with the same limits.
    public static func logApplication(
        relay: Relay, tls: TLSConfiguration, host: String, port: Int, limits: ServerLimits = .init(),
        metrics: RelayMetrics? = nil, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let shares = metrics?.shares ?? Shares(limits)
        var tls = tls
        tls.certificateVerification = .none
        let router = Router(context: RelayRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: LogShareMiddleware(shares: shares))
        LogRoutes(relay: relay, freshensCheckpoint: true) { _ in }.add(to: router)
        return Application(
            router: router, server: listener(tls: tls, limits: limits, note: shares.noteClosing) { _ in nil },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "liaisond",
                availableConnectionsDelegate: MaximumAvailableConnections(limits.descriptors)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }

    /// Health, readiness and metrics, for the loopback interface: plain HTTP.
    public static func operationsApplication(
        relay: Relay, metrics: RelayMetrics, host: String, port: Int, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = Router()
        router.get("health") { _, _ in "alive\n" }
        // A commit is what matters: a disk that is full or a log that has stopped is not ready.
        router.get("ready") { _, _ in
            do {
                _ = try await relay.sequencer.perform(.probe)
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ready\n")))
            } catch {
                let code = (error as? Problem)?.code.rawValue ?? "store_failed"
                return Response(status: .serviceUnavailable, body: .init(byteBuffer: ByteBuffer(string: code + "\n")))
            }
        }
        router.get("metrics") { _, _ in
            // As far as this node knows: an operator looks when the database is away, too.
            let size = relay.sequencer.head?.size ?? 0
            let pending = await relay.sequencer.scrubPendingSince
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(
                    byteBuffer: ByteBuffer(
                        string: metrics.text(
                            entries: size, scrubPendingSince: pending, isStopped: relay.sequencer.isStopped,
                            quotaRefusals: relay.quotaRefusals))))
        }
        return Application(
            router: router, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "liaisond"),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }
}
