// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonTLS
import NIOCore
import NIOPosix
import NIOSSL

/// What came of some requests: how long each took from the moment when it was due, and in which time all were answered.
struct Measured {
    var latencies: [Double] = []
    /// Answers by their status.
    var statuses: [UInt: Int] = [:]
    /// How many of its requests each line got answers to: the first ones of its list.
    var answered: [Int] = []
    var seconds = 0.0
    /// Milliseconds of processor time: of the relay, and of the generator.
    var relayTime = 0.0
    var ownTime = 0.0

    var rate: Double { seconds > 0 ? Double(latencies.count) / seconds : 0 }

    /// Milliseconds of the relay's processor time for one answer.
    var cost: Double { latencies.isEmpty ? 0 : relayTime / Double(latencies.count) }

    /// The latency, in milliseconds, that this share of the answers stays under.
    func percentile(_ share: Double) -> Double {
        let sorted = latencies.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]
    }
}

/// One connection over mutual TLS 1.3 that sends ready-made HTTP/1.1 requests, one at a time, and reads no more of an answer
/// than its status and where it ends.
final class Line: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    // Only touched on the connection's event loop.
    fileprivate var answered: ((Line, UInt) -> Void)?
    /// Told when the connection ends.
    fileprivate var lost: (() -> Void)?
    fileprivate var next = 0
    fileprivate var dueAt = NIODeadline.now()
    /// Given whatever comes, as it comes, instead of answers.
    fileprivate var piece: ((ByteBuffer) -> Void)?
    private(set) var context: ChannelHandlerContext?
    var isOpen: Bool { context?.channel.isActive ?? false }
    private var received = ByteBuffer()
    /// Of the answer that is coming: its status, and bytes of its body that are still to come; nil between answers.
    private var coming: (status: UInt, rest: Int)?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if let piece { return piece(buffer) }
        received.writeBuffer(&buffer)
        while true {
            if coming == nil { coming = readHead() }
            guard let answer = coming else { return }
            let taken = min(answer.rest, received.readableBytes)
            received.moveReaderIndex(forwardBy: taken)
            guard taken == answer.rest else {
                coming?.rest -= taken
                received.discardReadBytes()
                return
            }
            coming = nil
            received.discardReadBytes()
            answered?(self, answer.status)
        }
    }

    /// The status line and `content-length`, which every answer of the relay but a stream has.
    private func readHead() -> (status: UInt, rest: Int)? {
        let view = received.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: view[view.startIndex..<end.lowerBound], as: UTF8.self).lowercased()
        received.moveReaderIndex(to: end.upperBound)
        let lines = head.split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { UInt($0) } ?? 0
        let length = lines.first { $0.hasPrefix("content-length:") }?.split(separator: ":").last
        return (status, length.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 0)
    }

    func channelInactive(context: ChannelHandlerContext) {
        lost?()
        lost = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func send(_ bytes: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
}

/// Drives lines to one relay on one thread.
final class Generator: @unchecked Sendable {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let port: Int
    private let daemon: Daemon

    init(_ daemon: Daemon) {
        self.daemon = daemon
        port = daemon.port
    }

    func close() async throws { try await group.shutdownGracefully() }

    /// - Parameter source: the loopback address that the connection comes from.
    func line(_ identity: TLSIdentity, from source: String? = nil) async throws -> Line {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.certificateVerification = .none
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificatePEM.utf8))
            .map { .certificate($0) }
        tls.privateKey = .privateKey(
            try NIOSSLPrivateKey(bytes: Array(identity.privateKeyPEM.utf8), format: .pem))
        tls.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: tls)
        let line = Line()
        var bootstrap = ClientBootstrap(group: group)
        if let source { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0)) }
        _ =
            try await bootstrap
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(line)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return line
    }

    func closing(_ lines: [Line]) async {
        // All at once: where a stream is open, the other side answers a closing only when it next has something to say.
        let closings = lines.compactMap { $0.context?.channel.close() }
        for closing in closings { try? await closing.get() }
    }

    private func measuring(_ body: () async throws -> Measured) async throws -> Measured {
        let before = (daemon.processorTime, Daemon.processorTime(of: getpid()))
        let start = ContinuousClock.now
        var measured = try await body()
        measured.seconds = (ContinuousClock.now - start) / .seconds(1)
        measured.relayTime = daemon.processorTime - before.0
        measured.ownTime = Daemon.processorTime(of: getpid()) - before.1
        return measured
    }

    /// Each line sends its requests one after the other, the next when the last one is answered, for at most `limit`.
    ///
    /// - Parameter requests: one list for each line; a list that is at its end begins anew where `isRepeated`.
    func closedLoop(
        _ lines: [Line], _ requests: [[ByteBuffer]], for limit: TimeAmount, isRepeated: Bool = false
    ) async throws -> Measured {
        try await measuring {
            let loop = group.next()
            let promise = loop.makePromise(of: Measured.self)
            loop.execute {
                let run = Run(lines: lines, requests: requests, isRepeated: isRepeated, end: .now() + limit)
                run.done = { promise.succeed($0) }
                run.startAll()
            }
            return try await promise.futureResult.get()
        }
    }

    /// Requests are due at a fixed rate, whatever has been answered; how long each took counts from when it was due.
    func openLoop(
        _ lines: [Line], _ requests: [[ByteBuffer]], rate: Double, for limit: TimeAmount
    ) async throws -> Measured {
        try await measuring {
            let loop = group.next()
            let promise = loop.makePromise(of: Measured.self)
            loop.execute {
                let run = Run(lines: lines, requests: requests, isRepeated: false, end: .now() + limit)
                run.done = { promise.succeed($0) }
                run.schedule(rate: rate, on: loop)
            }
            return try await promise.futureResult.get()
        }
    }

    /// Sends one request on a line of its own that answers without end, and tells each piece and when it came.
    func listen(_ line: Line, _ request: ByteBuffer, _ heard: @escaping @Sendable (String, NIODeadline) -> Void) {
        group.next().execute {
            line.piece = { heard(String(buffer: $0), .now()) }
            line.send(request)
        }
    }
}

/// One round; it lives on the event loop, and nothing else touches it.
private final class Run: @unchecked Sendable {
    private let lines: [Line]
    private let requests: [[ByteBuffer]]
    private let isRepeated: Bool
    private let end: NIODeadline
    private var measured = Measured()
    private var waiting = 0
    private var backlog: [NIODeadline] = []
    private var idle: [Int] = []
    private var isScheduled = false
    private var start = NIODeadline.now()
    /// How many were due until now.
    private var due = 0
    private var isEnding = false
    /// Lines that wait for an answer.
    private var isSent: [Bool]
    var done: ((Measured) -> Void)?

    init(lines: [Line], requests: [[ByteBuffer]], isRepeated: Bool, end: NIODeadline) {
        self.lines = lines
        self.requests = requests
        self.isRepeated = isRepeated
        self.end = end
        measured.latencies.reserveCapacity(100_000)
        measured.answered = lines.map { _ in 0 }
        isSent = lines.map { _ in false }
        for (number, line) in lines.enumerated() {
            line.next = 0
            line.answered = { [self] line, status in answered(number, line, status) }
            line.lost = { [self] in lost(number) }
        }
    }

    func startAll() {
        for number in lines.indices { send(number, dueAt: .now()) }
        finishIfDone()
    }

    func schedule(rate: Double, on loop: any EventLoop) {
        isScheduled = true
        idle = Array(lines.indices)
        start = .now()
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: .microseconds(500)) { [self] task in
            if tick(rate) { task.cancel() }
        }
    }

    /// - Returns: whether the time is over.
    private func tick(_ rate: Double) -> Bool {
        let now = NIODeadline.now()
        while true {
            let next = start + .nanoseconds(Int64(Double(due) / rate * 1e9))
            guard next <= now, next < end else { break }
            due += 1
            backlog.append(next)
        }
        drain()
        guard now >= end else { return false }
        isEnding = true
        backlog = []
        finishIfDone()
        return true
    }

    private func drain() {
        while !backlog.isEmpty, let number = idle.popLast() { send(number, dueAt: backlog.removeFirst()) }
    }

    private func send(_ number: Int, dueAt: NIODeadline) {
        let (line, own) = (lines[number], requests[number])
        if isRepeated, line.next == own.count { line.next = 0 }
        guard line.next < own.count else { return }
        guard line.isOpen else { return }
        waiting += 1
        isSent[number] = true
        line.dueAt = dueAt
        line.send(own[line.next])
        line.next += 1
    }

    private func answered(_ number: Int, _ line: Line, _ status: UInt) {
        waiting -= 1
        isSent[number] = false
        measured.answered[number] += 1
        let now = NIODeadline.now()
        measured.latencies.append(Double((now - line.dueAt).nanoseconds) / 1e6)
        measured.statuses[status, default: 0] += 1
        if isScheduled {
            idle.append(number)
            if !isEnding { drain() }
        } else if now < end {
            send(number, dueAt: now)
        }
        finishIfDone()
    }

    private func lost(_ number: Int) {
        guard isSent[number] else { return }
        isSent[number] = false
        waiting -= 1
        finishIfDone()
    }

    private func finishIfDone() {
        guard waiting == 0, !isScheduled || isEnding else { return }
        done?(measured)
        done = nil
        for line in lines { (line.answered, line.lost) = (nil, nil) }
    }
}
