// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Hummingbird
import LiaisonModel
import LiaisonNotes
import LiaisonTLS
import LiaisonTestKit
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import LiaisonHTTP

/// How long the listener waits for whom, over real connections.
struct PatienceTests {
    private let server: TLSIdentity
    private let client: TLSIdentity
    private let institution: InstitutionID

    init() throws {
        server = try TLSIdentity(name: "relay", purpose: .server, notBefore: .now - 60, lifetime: .days(1))
        client = try TLSIdentity(name: "somebody", purpose: .client, notBefore: .now - 60, lifetime: .days(1))
        institution = try #require(InstitutionID("avema01"))
    }

    /// Everything is patient but with strangers who say nothing.
    private var limits: ServerLimits {
        var limits = ServerLimits()
        limits.strangerPatience = .milliseconds(500)
        (limits.handshake, limits.head, limits.body, limits.idle) = (.hours(1), .hours(1), .hours(1), .hours(1))
        limits.strangerLifetime = .hours(1)
        return limits
    }

    /// Runs the listener on a free port for as long as `ask` takes.
    private func listening(
        knowing known: Set<Hash> = [], _ ask: @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let tls = RelayServer.tls(
            certificates: try NIOSSLCertificate.fromPEMBytes(Array(server.certificatePEM.utf8)),
            privateKey: try NIOSSLPrivateKey(bytes: Array(server.privateKeyPEM.utf8), format: .pem))
        let router = Router()
        router.get("checkpoint") { _, _ in "" }
        let institution = institution
        try await Listening.run { bound, logger in
            Application(
                router: router,
                server: RelayServer.listener(tls: tls, limits: limits) { known.contains($0) ? institution : nil },
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { bound($0.localAddress?.port ?? 0) }, logger: logger)
        } asking: {
            try await ask($0)
        }
    }

    /// - Parameter beginning: is sent in the moment in which the handshake is over.
    private func connect(_ port: Int, saying beginning: String = "") async throws -> any Channel {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(client.certificatePEM.utf8)).map {
            .certificate($0)
        }
        configuration.privateKey = .privateKey(
            try NIOSSLPrivateKey(bytes: Array(client.privateKeyPEM.utf8), format: .pem))
        let context = try NIOSSLContext(configuration: configuration)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    if !beginning.isEmpty { channel.writeAndFlush(ByteBuffer(string: beginning), promise: nil) }
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    private func isClosed(_ line: any Channel, within seconds: Int) async throws -> Bool {
        for _ in 0..<(10 * seconds) where line.isActive { try await Task.sleep(for: .milliseconds(100)) }
        return !line.isActive
    }

    @Test func aStrangerWhoSaysNothingIsClosed() async throws {
        try await listening { port in
            let silent = try await connect(port)
            #expect(try await isClosed(silent, within: 60))
        }
    }

    /// A first byte is enough for as long as a stranger may stay.
    @Test func aStrangerWhoBeginsIsWaitedFor() async throws {
        try await listening { port in
            let slow = try await connect(port, saying: "GET /checkpoint HTTP/1.1\r\n")
            #expect(try await !isClosed(slow, within: 2))
            try? await slow.close().get()
        }
    }

    @Test func anAgentMayBeSilent() async throws {
        try await listening(knowing: [client.fingerprint]) { port in
            let silent = try await connect(port)
            #expect(try await !isClosed(silent, within: 2))
            try? await silent.close().get()
        }
    }
}
