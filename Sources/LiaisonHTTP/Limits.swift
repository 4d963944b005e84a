// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import NIOCore

/// How many requests, or frames, may come at once, and how many more in each second.
public struct RequestRate: Sendable {
    public let burst: Int
    public let perSecond: Int

    var interval: TimeAmount { .nanoseconds(1_000_000_000 / Int64(perSecond)) }

    /// Large enough for "no bound"; what is computed with it does not overflow.
    private static let largest = 1_000_000_000

    public init(burst: Int, perSecond: Int) {
        self.burst = min(max(burst, 1), Self.largest)
        self.perSecond = min(max(perSecond, 1), Self.largest)
    }
}

/// Time-outs and bounds of the listener: a silent or slow client never holds more than these.
public struct ServerLimits: Sendable {
    /// From the TCP connection to the end of the TLS handshake.
    public var handshake: TimeAmount = .seconds(10)
    /// From a connection's readiness, or its last answer, to the next request's complete head.
    public var head: TimeAmount = .seconds(60)
    /// From a request's head to the end of its body.
    public var body: TimeAmount = .seconds(60)
    /// How long a connection may pass no byte, and an HTTP/2 connection have no stream.
    public var idle: TimeAmount = .seconds(60)
    /// Connections of agents and registrars, whom a roster names.
    public var connections = 4096
    /// Connections of everybody else, and of them from one network.
    public var strangers = 256
    public var strangersOfOneSource = 32
    /// Connections with one agent's or registrar's key, and of one institution.
    public var connectionsOfOneKey = 64
    public var connectionsOfOneInstitution = 1024
    /// From the handshake of a stranger to the first byte of a request.
    public var strangerPatience: TimeAmount = .seconds(5)
    /// What one agent, one institution, all strangers together, and all may have in work at a time.
    public var agent = ShareLimits(requests: 16, bytes: 24 << 20)
    public var institution = ShareLimits(requests: 128, bytes: 96 << 20)
    public var strangersShare = ShareLimits(requests: 32, bytes: 24 << 20)
    /// Of the strangers of one network.
    public var networkShare = ShareLimits(requests: 4, bytes: 8 << 20)
    /// Of those who read the log on its own listener, all together and from one network.
    public var logShare = ShareLimits(requests: 256, bytes: 16 << 20)
    public var logNetworkShare = ShareLimits(requests: 64, bytes: 8 << 20)
    public var all = ShareLimits(requests: 1024, bytes: 192 << 20)
    /// What each may have in work besides, of requests that say that they are urgent. An alarm may be an agent's first command,
    /// which asks for the directory, eight institutions at a time.
    public var agentUrgent = ShareLimits(requests: 12, bytes: 20 << 20)
    public var institutionUrgent = ShareLimits(requests: 32, bytes: 24 << 20)
    public var allUrgent = ShareLimits(requests: 128, bytes: 96 << 20)
    /// How often at once one connection may be refused because its party has too much in work, or ask as a stranger. After that
    /// each answer waits for `refusalWait`, and each time that `refusalWait` has passed, one more is answered without waiting.
    public var refusals = 32
    public var refusalWait: TimeAmount = .seconds(5)
    /// Requests of one agent or registrar that are answered as fast as they come: a first refresh takes some 1,500. Those beyond
    /// wait like what is refused too often. Requests that say that they are urgent are counted apart.
    public var agentRate = RequestRate(burst: 2500, perSecond: 333)
    public var agentUrgentRate = RequestRate(burst: 500, perSecond: 333)
    /// Requests of those who read the log on its own listener that are answered as fast as they come, from one network and in
    /// all: a log of a million entries is some 8,000 tiles and bundles. Those beyond wait in the same way.
    public var logNetworkRate = RequestRate(burst: 500, perSecond: 50)
    public var logRate = RequestRate(burst: 1000, perSecond: 200)
    /// Streams that one connection may have open, which each client is told.
    public var streams = 32
    public var streamsOfAStranger = 8
    /// Streams of one connection on which nothing was answered: those beyond are refused, since a client may open some before it was
    /// told (RFC 9113, section 6.5.2), and some its client resets before there is an answer. Whoever goes on is shut out for a while:
    /// an agent or registrar by its key, a stranger by its network, which keeps nobody out whom a roster names.
    public var wastedStreams = 100
    public var shutOut: TimeAmount = .seconds(5)
    /// Frames of HTTP/2 that one agent's or registrar's key may send, and all strangers of one network: the largest
    /// content at the speed of a fast line, or two rosters of the largest, need a quarter of that. Whoever sends more is shut out.
    public var frames = RequestRate(burst: 262_144, perSecond: 131_072)
    public var framesOfStrangers = RequestRate(burst: 16_384, perSecond: 2048)
    /// How long a connection may last in all.
    public var lifetime: TimeAmount = .hours(1)
    /// The same for a peer that no roster names: long enough to hand in a roster.
    public var strangerLifetime: TimeAmount = .seconds(30)
    /// All header fields of a request together, in bytes.
    public var headerBytes = 16 << 10

    /// Addresses of proxies that pass TLS through, and say by the PROXY protocol where each connection comes from: each of
    /// their connections has to.
    public var proxies: Set<String> = []

    public init() {}

    /// Descriptors that the connections take.
    public var descriptors: Int { connections + strangers }
}
