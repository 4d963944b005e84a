// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Hummingbird
import LiaisonListener
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonWire
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// A request with the key that its connection was authenticated by.
struct RelayRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// SHA-256 of the client certificate's public key.
    let fingerprint: Hash?
    /// The address that the connection comes from, to slow down guessing; kept nowhere.
    let source: String
    /// What this request holds of the relay's memory; nil before it has a place.
    var share: Share?
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        fingerprint = Peer.current?.fingerprint
        self.source = Peer.current?.network ?? Network.prefix(of: source.channel.remoteAddress)
        channel = source.channel
    }

    /// Answers with a share of the relay's memory, which is kept until the answer has left.
    func answer(
        _ request: Request, holding share: Share, _ next: (Request, RelayRequestContext) async throws -> Response
    ) async throws -> Response {
        keep(share)
        var context = self
        context.share = share
        if request.method == .get { share.beginWork() }
        defer { share.endWork() }
        var response = try await next(request, context)
        let body = response.body
        if let length = body.contentLength { share.holdAnswer(length) }
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            defer { withExtendedLifetime(share) {} }
            try await body.write(writer)
        }
        return response
    }

    /// Keeps a share until the stream of HTTP/2 is closed: an answer that was written to it may wait there for a client that does
    /// not take it.
    private func keep(_ share: Share) {
        guard channel.parent?.parent != nil else { return }
        channel.closeFuture.whenComplete { _ in withExtendedLifetime(share) {} }
    }

    /// Waits as long as the connection has to, having strained the relay's patience.
    func strain() async throws { try await wait(Peer.current?.strain() ?? .zero) }

    /// Waits while there were too many requests of this agent.
    func takeTurn(_ shares: Shares, _ urgency: Urgency) async throws {
        guard let fingerprint else { return }
        try await wait(shares.wait(of: fingerprint, urgency))
    }

    /// The same for whoever reads the log on its own listener.
    func takeTurnAtLog(_ shares: Shares) async throws { try await wait(shares.waitForLog(from: source)) }

    private func wait(_ time: TimeAmount) async throws {
        guard time > .zero else { return }
        // No longer than the client is there: what waits holds memory that belongs to nobody's share.
        let end = channel.eventLoop.scheduleTask(in: time) {}
        channel.closeFuture.whenComplete { _ in end.cancel() }
        try await withTaskCancellationHandler {
            try? await end.futureResult.get()
        } onCancel: {
            end.cancel()
        }
        try Task.checkCancellation()
        try checkIsThere()
    }

    /// Nothing is done for a client that has gone while it had to wait.
    func checkIsThere() throws {
        guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
    }

    /// Ends the request without an answer: its stream of HTTP/2, or its connection.
    func close() { channel.close(promise: nil) }

    /// The agent on the connection, asked of the directory anew for each request.
    func peer(_ relay: Relay) throws -> AgentAddress {
        guard let fingerprint else { throw Problem(.notEnrolled) }
        return try relay.peer(tls: fingerprint)
    }

    /// The agent on the connection, who may have been revoked: for what is signed, and refused by name.
    func author(_ relay: Relay) throws -> AgentAddress {
        guard let fingerprint else { throw Problem(.notEnrolled) }
        return try relay.author(tls: fingerprint)
    }

    /// Whoever may read directory and log: an agent or a registrar.
    func reader(_ relay: Relay) throws -> InstitutionID {
        guard let fingerprint else { throw Problem(.notEnrolled) }
        return try relay.reader(tls: fingerprint)
    }

    /// The institution whose registrar is on the connection.
    func registrar(_ relay: Relay) throws -> InstitutionID {
        guard let fingerprint else { throw Problem(.notEnrolled) }
        return try relay.registrar(tls: fingerprint)
    }

    /// The body of a request, counted as it comes.
    ///
    /// - Throws: `Problem(.bodyTooLarge)`; `Problem(.tooManyRequests)` when this party holds enough already.
    func body(of request: Request, upTo limit: Int) async throws -> ByteBuffer {
        var body = ByteBuffer()
        for try await var piece in request.body {
            guard body.readableBytes + piece.readableBytes <= limit else { throw Problem(.bodyTooLarge) }
            try share?.hold(piece.readableBytes)
            body.writeBuffer(&piece)
        }
        share?.beginWork()
        return body
    }

    /// A path parameter as the value it stands for.
    func parameter<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value {
        guard let text = parameters.get(name), let value = parse(text) else { throw Problem(.notFound) }
        return value
    }
}

/// Gives each request its place among those of its agent and institution, kept until its answer has left; streams have a limit
/// of their own.
struct ShareMiddleware: RouterMiddleware {
    let shares: Shares
    let relay: Relay

    func handle(
        _ request: Request, context: RelayRequestContext,
        next: (Request, RelayRequestContext) async throws -> Response
    ) async throws -> Response {
        let institution = context.fingerprint.flatMap { try? relay.reader(tls: $0) }
        let urgency = Urgency(priority: request.headers[.priority])
        if institution == nil {
            try await context.strain()
        } else {
            try await context.takeTurn(shares, urgency)
        }
        do {
            guard request.uri.path != Route.stream.template else {
                try await relay.freshen()
                return try await next(request, context)
            }
            let share = try shares.enter(
                from: context.source, key: context.fingerprint, institution: institution, urgency, close: context.close)
            try await relay.freshen()
            return try await context.answer(request, holding: share, next)
        } catch let problem as Problem where problem.code == .tooManyRequests && institution != nil {
            try await context.strain()
            throw problem
        }
    }
}

/// The same for whoever reads the log on its own listener: only so many at a time, and so many in each second, of one network and
/// in all. They and the strangers of the relay's own listener do not keep each other out.
struct LogShareMiddleware: RouterMiddleware {
    let shares: Shares

    func handle(
        _ request: Request, context: RelayRequestContext,
        next: (Request, RelayRequestContext) async throws -> Response
    ) async throws -> Response {
        try await context.takeTurnAtLog(shares)
        do {
            let share = try shares.enterLog(from: context.source, close: context.close)
            return try await context.answer(request, holding: share, next)
        } catch let problem as Problem where problem.code == .tooManyRequests {
            try await context.strain()
            throw problem
        }
    }
}

/// Turns every failure into problem details; nothing of an unexpected error leaves the relay.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: RelayRequestContext,
        next: (Request, RelayRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return try problem.response()
        } catch let error as HTTPError {
            return try Problem(Self.code(for: error.status)).response()
        } catch is CancellationError {
            throw CancellationError()
        } catch  where Self.isBrokenOff(error) {
            // Nobody waits for an answer any more, and nothing of the relay's failed.
            return try Problem(.malformed).response()
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            return try Problem(.storeFailed).response()
        }
    }

    /// Whether the client went away in the middle of a body.
    private static func isBrokenOff(_ error: any Error) -> Bool {
        switch error {
        case is ChannelError, is IOError, is HTTPParserError, is NIOHTTP2Errors.StreamClosed: true
        default: false
        }
    }

    private static func code(for status: HTTPResponse.Status) -> Problem.Code {
        switch status {
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .contentTooLarge: .bodyTooLarge
        default: .malformed
        }
    }
}

extension Problem {
    func response() throws -> Response {
        var headers: HTTPFields = [.contentType: Self.mediaType]
        if let retryAfter { headers[.retryAfter] = retryAfter.description }
        return Response(
            status: .init(code: status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: try WireJSON.encode(self))))
    }
}
