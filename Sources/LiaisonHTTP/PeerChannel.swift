// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import LiaisonListener
import LiaisonModel
import LiaisonNotes
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOSSL
import NIOTLS
import Synchronization

/// Who is at the other end of a connection: the SHA-256 of the client certificate's public key, found once
/// when the handshake completes; and how much patience the relay has left with it.
final class Peer: Sendable {
    @TaskLocal static var current: Peer?

    private struct Found {
        var fingerprint: Hash?
        var network: String?
    }

    private let found = Mutex(Found())
    private let patience: Mutex<Patience>

    init(_ patience: Patience) { self.patience = Mutex(patience) }

    /// Counts a request that is a stranger's, or that is refused because its party has too much in work.
    ///
    /// - Returns: how long its answer has to wait. A refusal costs nearly as much as an answer, so whoever asks on and on is answered
    ///   slowly; waiting costs nothing.
    func strain() -> TimeAmount { patience.withLock { $0.strain(now: .now()) } }

    var fingerprint: Hash? { found.withLock { $0.fingerprint } }
    /// Where the connection comes from; nil while a proxy has not said it.
    var network: String? { found.withLock { $0.network } }

    func set(_ fingerprint: Hash) { found.withLock { $0.fingerprint = fingerprint } }

    func set(network: String) { found.withLock { $0.network = network } }
}

/// HTTP/1.1 and HTTP/2 over mutual TLS, with the peer's fingerprint as a task local for request handlers.
struct PeerChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let base: HTTP2UpgradeChannel.Value
        let peer: Peer
        var channel: any Channel { base.channel }
    }

    let base: HTTP2UpgradeChannel
    let limits: ServerLimits
    let places: Places
    let institution: @Sendable (Hash) -> InstitutionID?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let peer = Peer(Patience(most: limits.refusals, oneMoreEach: limits.refusalWait, now: .now()))
        let isProxy = channel.remoteAddress?.ipAddress.map(limits.proxies.contains) ?? false
        if !isProxy { peer.set(network: Network.prefix(of: channel.remoteAddress)) }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
            let peerHandler = PeerHandler(peer: peer, limits: limits, places: places, institution: institution)
            try pipeline.addHandler(peerHandler, position: .after(tls))
            if isProxy { try pipeline.addHandler(ProxyHeaderHandler(peer: peer), position: .first) }
            // HTTP/2's own idle time-out asks the peer to agree; this one does not.
            try pipeline.addHandler(IdleStateHandler(allTimeout: limits.idle), position: .after(tls))
            return Value(base: value, peer: peer)
        }
    }

    /// Always goes through the base: a child channel that is not consumed traps when it is released.
    func handle(value: Value, logger: Logger) async {
        await Peer.$current.withValue(value.peer) {
            await base.handle(value: value.base, logger: logger)
        }
    }
}

/// How often at once a connection is refused something without having to wait for it; given back over time.
struct Patience {
    private let most: Int
    private let oneMoreEach: TimeAmount
    private var left: Int
    private var since: NIODeadline

    init(most: Int, oneMoreEach: TimeAmount, now: NIODeadline) {
        self.most = most
        self.oneMoreEach = oneMoreEach
        left = most
        since = now
    }

    init(_ rate: RequestRate, now: NIODeadline) {
        self.init(most: rate.burst, oneMoreEach: rate.interval, now: now)
    }

    /// - Returns: how long to wait.
    mutating func strain(by count: Int = 1, now: NIODeadline) -> TimeAmount {
        let each = max(oneMoreEach.nanoseconds, 1)
        let more = (now - since).nanoseconds / each
        if more >= most - left {
            (left, since) = (most, now)
        } else if more > 0 {
            // What has passed of the next interval counts for it.
            left += Int(more)
            since = since + .nanoseconds(more * each)
        }
        let isWithin = count <= left
        left = max(left - count, 0)
        return isWithin ? .zero : oneMoreEach
    }
}

/// Counts the streams of HTTP/2 that a connection has open. Each takes memory that belongs to nobody's share, from before its
/// request is read until after its answer was taken; those beyond the limit are refused, and nothing of them is looked at.
///
/// A stream that its client resets before there is an answer counts like one that is refused: it was work for nothing, and a client
/// that opens and resets without end never has many open.
final class StreamCount: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private var connection: PeerHandler?
    private var isRefused = false
    private var isAnswered = false

    func handlerAdded(context: ChannelHandlerContext) {
        // A request of HTTP/1.1 has the whole connection.
        guard (try? context.pipeline.syncOperations.handler(type: PeerHandler.self)) == nil else { return }
        connection = try? context.channel.parent?.pipeline.syncOperations.handler(type: PeerHandler.self)
        guard let connection else { return }
        isRefused = !connection.streamOpened()
        if isRefused, let id = try? context.channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID) {
            connection.refuse(id)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isRefused { context.fireChannelRead(data) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        isAnswered = true
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        connection?.streamClosed()
        if !isAnswered, !isRefused { connection?.wasted() }
        connection = nil
    }
}

/// Reads the peer's key when the handshake completes; closes a connection whose handshake does not, or that is idle.
final class PeerHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let peer: Peer
    private let limits: ServerLimits
    private let places: Places
    private let institution: @Sendable (Hash) -> InstitutionID?
    /// When the connection ends: first without a handshake, then without a request, then in any case.
    private var deadline: Scheduled<Void>?
    private var place: (id: Int, network: String)?
    /// The institution whose agent or registrar it is; nil for a stranger.
    private var own: InstitutionID?
    private var isSilentStranger = false
    /// Of a connection that speaks HTTP/2.
    private var frames: FrameCounter?
    private var streams = 0
    /// Streams that were refused, or that the peer reset before there was an answer.
    private var wastedStreams = 0
    private var channel: (any Channel)?

    init(peer: Peer, limits: ServerLimits, places: Places, institution: @escaping @Sendable (Hash) -> InstitutionID?) {
        self.peer = peer
        self.limits = limits
        self.places = places
        self.institution = institution
    }

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
        close(in: limits.handshake, context)
        takePlace(context)
    }

    /// - Returns: whether it is within the limit.
    func streamOpened() -> Bool {
        streams += 1
        return streams <= mostStreams
    }

    /// Says to the peer that nothing was done for a stream. A client may have opened some before it was told how many it may
    /// open, and repeats those (RFC 9113, sections 5.1.2 and 8.7); whoever goes on is shut out.
    func refuse(_ stream: HTTP2StreamID) {
        guard wasted(), let channel else { return }
        // What arrived is still being read.
        channel.eventLoop.execute {
            channel.writeAndFlush(HTTP2Frame(streamID: stream, payload: .rstStream(.refusedStream)), promise: nil)
        }
    }

    /// Counts a stream on which nothing was answered.
    ///
    /// - Returns: whether the connection goes on.
    @discardableResult
    func wasted() -> Bool {
        wastedStreams += 1
        guard wastedStreams > limits.wastedStreams, channel != nil else { return true }
        shutOut()
        return false
    }

    /// The key by which an agent or registrar is counted; nil for a stranger, whose network counts.
    private var ownKey: Hash? { own == nil ? nil : peer.fingerprint }

    private var mostStreams: Int { own == nil ? limits.streamsOfAStranger : limits.streams }

    /// Behind the settings that the HTTP/2 handler has sent, which know nothing of this limit.
    private func announceStreams(_ context: ChannelHandlerContext) {
        guard (try? context.pipeline.syncOperations.handler(type: NIOHTTP2Handler.self)) != nil else { return }
        frames = FrameCounter()
        let settings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: mostStreams)]
        let frame = HTTP2Frame(streamID: .rootStream, payload: .settings(.settings(settings)))
        context.channel.writeAndFlush(frame, promise: nil)
    }

    func streamClosed() { streams -= 1 }

    private func takePlace(_ context: ChannelHandlerContext) {
        guard let network = peer.network, place == nil else { return }
        let channel = context.channel
        place = (places.arrived(from: network) { channel.close(promise: nil) }, network)
    }

    private func leave() {
        deadline?.cancel()
        if let place { places.left(place.id, from: place.network, of: own) }
        place = nil
        channel = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isSilentStranger {
            isSilentStranger = false
            close(in: limits.strangerLifetime, context)
        }
        guard countFrames(in: unwrapInboundIn(data)) else { return shutOut() }
        context.fireChannelRead(data)
    }

    /// - Returns: whether the connection goes on.
    private func countFrames(in bytes: ByteBuffer) -> Bool {
        guard let count = frames?.frames(in: bytes), count > 0, let place else { return true }
        return !places.sentTooMany(count, from: place.network, key: ownKey)
    }

    /// Closes the connection, and keeps whoever has it out for a while.
    private func shutOut() {
        if let place { places.shutOut(from: place.network, key: ownKey) }
        channel?.close(promise: nil)
    }

    private func close(in time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// What TLS cannot read, or misses at the end, is a peer that went away: whoever reads a body finds that it was broken off.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isOfTLS = error is NIOSSLError || error is BoringSSLError
        context.fireErrorCaught(isOfTLS ? ChannelError.eof : error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is PeerOrigin: takePlace(context)
        case is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
        case TLSUserEvent.handshakeCompleted:
            recognize(context)
            context.fireUserInboundEventTriggered(event)
            // Now it is known which version of HTTP is spoken.
            announceStreams(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func recognize(_ context: ChannelHandlerContext) {
        var own: InstitutionID?
        if let key = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
            .peerCertificate?.extractPublicKey().toSPKIBytes()
        {
            peer.set(Hash.of(key))
            own = institution(Hash.of(key))
        }
        isSilentStranger = own == nil
        if let own, let place, let key = peer.fingerprint {
            self.own = own
            places.recognized(place.id, from: place.network, as: key, of: own)
        }
        close(in: own == nil ? limits.strangerPatience : limits.lifetime, context)
        if let place, places.isShutOut(from: place.network, key: ownKey) {
            context.close(promise: nil)
        }
    }
}
