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
import Synchronization
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
        limits.wastedStreams = 20
        limits.frames = RequestRate(burst: 1280, perSecond: 64)
        limits.framesOfStrangers = RequestRate(burst: 640, perSecond: 64)
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

    /// - Parameters:
    ///   - beginning: is sent in the moment in which the handshake is over.
    ///   - heard: what takes everything that the listener says.
    private func connect(
        _ port: Int, speaking protocols: [String] = [], saying beginning: [UInt8] = [], heard: Heard = Heard()
    ) async throws -> any Channel {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = protocols
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
                    try channel.pipeline.syncOperations.addHandler(heard)
                    if !beginning.isEmpty { channel.writeAndFlush(ByteBuffer(bytes: beginning), promise: nil) }
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    /// Everything that the listener said, as frames of HTTP/2 (RFC 9113, section 4.1).
    private final class Heard: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let bytes = Mutex<[UInt8]>([])

        var frames: [(kind: UInt8, stream: UInt8, payload: [UInt8])] {
            var rest = bytes.withLock { $0 }[...]
            var frames: [(kind: UInt8, stream: UInt8, payload: [UInt8])] = []
            while rest.count >= 9 {
                let head = Array(rest.prefix(9))
                let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
                guard rest.count >= 9 + length else { break }
                frames.append((head[3], head[8], Array(rest.dropFirst(9).prefix(length))))
                rest = rest.dropFirst(9 + length)
            }
            return frames
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.withLock { $0 += unwrapInboundIn(data).readableBytesView }
        }
    }

    /// Requests that do not come to their end, each on a stream of its own.
    private static func unfinished(_ count: Int, from first: Int = 0) -> [UInt8] {
        let fields: [UInt8] = [0x82, 0x87, 0x04, 0x0B] + Array("/checkpoint".utf8) + [0x01, 0x01, 0x78]
        return (first..<first + count).flatMap {
            [0, 0, UInt8(fields.count), 1, 4, 0, 0, 0, UInt8(2 * $0 + 1)] + fields
        }
    }

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

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
            let slow = try await connect(port, saying: Array("GET /checkpoint HTTP/1.1\r\n".utf8))
            #expect(try await !isClosed(slow, within: 2))
            try? await slow.close().get()
        }
    }

    /// Each client is told how many streams it may open. Those that it opened before it was told are refused and may be repeated,
    /// the others are answered; whoever goes on is shut out.
    @Test(arguments: [false, true])
    func aClientIsToldHowManyStreams(isAgent: Bool) async throws {
        try await listening(knowing: isAgent ? [client.fingerprint] : []) { port in
            let (heard, most) = (Heard(), isAgent ? 32 : 8)
            let line = try await connect(
                port, speaking: ["h2"], saying: Self.preface + Self.unfinished(most + 2), heard: heard)
            func refused() -> [UInt8] {
                heard.frames.filter { $0.kind == 3 && $0.payload == [0, 0, 0, 7] }.map(\.stream)
            }
            func answered() -> Int { heard.frames.count { $0.kind == 1 } }
            for _ in 0..<600 where refused().count < 2 || answered() < most {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(refused() == [UInt8(2 * most + 1), UInt8(2 * most + 3)])
            #expect(answered() == most)
            let settings = heard.frames.filter { $0.kind == 4 }
            #expect(settings.contains { $0.payload == [0, 3, 0, 0, 0, UInt8(most)] })
            #expect(line.isActive)
            let more = Self.unfinished(limits.wastedStreams, from: most + 2)
            try? await line.writeAndFlush(ByteBuffer(bytes: more)).get()
            #expect(try await isClosed(line, within: 60))
            try? await line.close().get()
        }
    }

    /// Of streams that are opened and reset at once never many are open.
    @Test func whoResetsStreamsWithoutEndIsShutOut() async throws {
        try await listening(knowing: [client.fingerprint]) { port in
            func resets(_ count: Int) -> [UInt8] {
                (0..<count).flatMap {
                    Self.unfinished(1, from: $0) + [0, 0, 4, 3, 0, 0, 0, 0, UInt8(2 * $0 + 1), 0, 0, 0, 8]
                }
            }
            let few = try await connect(port, speaking: ["h2"], saying: Self.preface + resets(limits.wastedStreams))
            #expect(try await !isClosed(few, within: 2))
            let many = try await connect(
                port, speaking: ["h2"], saying: Self.preface + resets(limits.wastedStreams + 1))
            #expect(try await isClosed(many, within: 60))
            try? await few.close().get()
        }
    }

    /// Frames that ask for nothing are counted, too.
    @Test(arguments: [false, true])
    func whoSendsFramesWithoutEndIsShutOut(isAgent: Bool) async throws {
        try await listening(knowing: isAgent ? [client.fingerprint] : []) { port in
            // WINDOW_UPDATE of the connection, by one byte.
            let frame: [UInt8] = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1]
            func updates(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in frame } }
            let line = try await connect(port, speaking: ["h2"], saying: Self.preface + updates(64))
            #expect(try await !isClosed(line, within: 1))
            let most = (isAgent ? limits.frames : limits.framesOfStrangers).burst + 64 * 64
            try? await line.writeAndFlush(ByteBuffer(bytes: updates(most))).get()
            #expect(try await isClosed(line, within: 60))
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
