// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import HTTPTypes
import Hummingbird
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonWire
import ServiceLifecycle

/// The relay's interface, as `docs/openapi.yaml` describes it.
struct RelayRoutes {
    let relay: Relay
    private let shares: Shares
    /// Answers that may be large are counted once they are there: so many of them are made at a time, and urgent ones apart.
    private let largeAnswers = Turnstile(places: 4)
    private let urgentLargeAnswers = Turnstile(places: 4)
    /// What an auditor may ask for can be much work: fewer at a time than a store has readers, urgent or not.
    private let inspections = Turnstile(places: 2)

    init(relay: Relay, shares: Shares) {
        self.relay = relay
        self.shares = shares
    }

    func router() -> Router<RelayRequestContext> {
        let router = Router(context: RelayRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: ShareMiddleware(shares: shares, relay: relay))
        for route in Route.allCases {
            router.on(RouterPath(route.template), method: .init(route.method), use: handler(of: route))
        }
        LogRoutes(relay: relay) { _ = try $0.reader(relay) }.add(to: router)
        return router
    }

    private typealias Handler = @Sendable (Request, RelayRequestContext) async throws -> Response

    private func handler(of route: Route) -> Handler {
        switch route {
        // MARK: Directory
        case .directoryHead:
            return { _, context in
                _ = try context.reader(relay)
                return ready(try await relay.directoryHeadAnswer())
            }
        case .earlierDirectoryHead:
            return { _, context in
                _ = try context.reader(relay)
                return try json(await relay.directoryHead(context.parameter("hash") { Hash(hex: $0) }))
            }
        case .directoryEntry:
            return { _, context in
                _ = try context.reader(relay)
                return try json(await relay.directoryEntry(context.parameter("index") { DecimalNumber.parse($0) }))
            }
        case .document:
            return { request, context in
                _ = try context.reader(relay)
                return try await large(request, context) {
                    try json(await relay.document(context.parameter("hash") { Hash(hex: $0) }))
                }
            }
        case .directoryLines:
            return { request, context in
                _ = try context.reader(relay)
                return try await large(request, context) {
                    ready(try await relay.linesAnswer(from: cursor(of: request)))
                }
            }
        case .bundle:
            return { request, context in
                _ = try context.reader(relay)
                let institution = try context.parameter("institution") { InstitutionID($0) }
                let keys = request.uri.queryParameters.get("keys", as: Bool.self) ?? true
                return try await large(request, context) {
                    ready(
                        try await relay.bundleAnswer(of: institution, from: cursor(of: request), keys: keys))
                }
            }
        case .publishRoster:
            return { request, context in
                // A roster is its institution's by its signature alone: the first one is published by nobody yet enrolled.
                let bytes = try await context.body(of: request, upTo: Roster.maximumSize)
                return try json(await relay.publishRoster(Array(bytes.readableBytesView)), status: .created)
            }
        case .publishSuccession:
            return { request, context in
                let note: Unverified<Succession> = try await note(in: request, context)
                return try json(await relay.publish(note), status: .created)
            }
        case .publishKeys:
            return { request, context in
                let peer = try context.peer(relay)
                let note: Unverified<AgentKeys> = try await note(in: request, context)
                return try json(await relay.publish(note, by: peer), status: .created)
            }

        // MARK: Enrolment
        case .waiting:
            return { _, context in
                try json(await relay.waiting(in: context.registrar(relay)))
            }
        case .invitations:
            return { _, context in
                try json(await relay.invitations(of: context.registrar(relay)))
            }
        case .invite:
            return { request, context in
                let institution = try context.registrar(relay)
                try await relay.invite(try value(in: request, context), by: institution)
                return Response(status: .noContent)
            }
        case .closeInvitation:
            return { request, context in
                let institution = try context.registrar(relay)
                let id = try context.parameter("hash") { Hash(hex: $0) }
                guard let state = request.uri.queryParameters.get("as").flatMap({ InvitationState(rawValue: $0) })
                else {
                    throw Problem(.malformed)
                }
                try await relay.close(id, as: state, by: institution)
                return Response(status: .noContent)
            }
        // The invited are nobody's agents yet.
        case .invitation:
            return { _, context in
                let id = try context.parameter("hash") { Hash(hex: $0) }
                return try json(await relay.invitation(id, from: context.source))
            }
        case .requestEnrolment:
            return { request, context in
                let id = try context.parameter("hash") { Hash(hex: $0) }
                try await relay.request(id, try value(in: request, context), from: context.source)
                return Response(status: .noContent)
            }

        // MARK: Transmissions
        case .submit:
            return { request, context in
                try await submit(request, context, by: context.author(relay))
            }
        case .timeline:
            return { request, context in
                let peer = try context.peer(relay)
                let id = try context.parameter("id") { TransmissionID($0) }
                return try json(await relay.timeline(of: id, from: cursor(of: request), for: peer))
            }
        case .openContent:
            return { request, context in
                let peer = try context.author(relay)
                let act: Unverified<Act> = try await note(in: request, context)
                guard try context.parameter("id", { TransmissionID($0) }) == act.claimed.transmission else {
                    throw Problem(.wrongEnvelope)
                }
                try context.share?.reserve(Wire.segmentSize)
                return try segment(try await relay.open(act, from: number("offset", of: request), by: peer))
            }
        case .contentHeader:
            return { request, context in
                let peer = try context.peer(relay)
                let id = try context.parameter("id") { TransmissionID($0) }
                guard let unit = request.uri.queryParameters.get("unit").flatMap({ UnitAddress($0) }) else {
                    throw Problem(.malformed)
                }
                return octets(try await relay.header(of: id, for: unit, by: peer))
            }
        case .mailbox:
            return { request, context in
                let unit = try context.parameter("unit") { UnitAddress($0) }
                return try json(
                    await relay.mailbox(of: unit, after: number("after", of: request), for: context.peer(relay)))
            }
        case .stream:
            return { request, context in
                let peer = try context.peer(relay)
                try relay.checkMayFollow(peer)
                return try stream(to: peer, after: place(of: request))
            }
        case .notify:
            return { request, context in
                try await relay.notify(value(in: request, context), by: context.peer(relay))
                return Response(status: .noContent)
            }
        case .inspect:
            return { request, context in
                let peer = try context.author(relay)
                let note: Unverified<Inspection> = try await note(in: request, context)
                return try await large(context, through: inspections) {
                    try json(await relay.inspect(note, from: cursor(of: request), by: peer))
                }
            }
        case .act:
            return { request, context in
                let peer = try context.author(relay)
                let act: Unverified<Act> = try await note(in: request, context)
                // These two are taken where the content leaves, and nowhere else.
                guard act.claimed.act != .opened, act.claimed.act != .retrieved else { throw Problem(.malformed) }
                return try json(await relay.act(act, by: peer), status: .created)
            }
        case .stagedSize:
            return { _, context in
                let digest = try context.parameter("hash") { Hash(hex: $0) }
                return try json(await relay.stagedSize(digest, by: context.peer(relay)))
            }
        case .stage:
            return { request, context in
                let peer = try context.peer(relay)
                let digest = try context.parameter("hash") { Hash(hex: $0) }
                let offset = try number("offset", of: request)
                let bytes = try await body(of: request, context)
                guard !bytes.isEmpty, bytes.count <= Wire.segmentSize else { throw Problem(.bodyTooLarge) }
                return try json(await relay.stage(bytes, of: digest, at: offset, by: peer))
            }

        // MARK: Log
        case .anchor:
            return { _, context in
                _ = try context.reader(relay)
                return try json(await relay.anchor(from: context.parameter("size") { DecimalNumber.parse($0) }))
            }
        case .showCheckpoint:
            return { request, context in
                _ = try context.reader(relay)
                let body = try await context.body(of: request, upTo: Checkpoint.maximumSize)
                try await relay.show(String(buffer: body))
                return Response(status: .noContent)
            }
        }
    }

    // MARK: Streams and submissions

    /// A message of a stream; by itself, so that what it takes to write it is not part of what every stream keeps while it waits.
    @inline(never)
    private static func text(of message: StreamMessage) throws -> ByteBuffer {
        switch message {
        case .heartbeat: return ByteBuffer(string: ":\n\n")
        case .grown(let mailbox, let place):
            let data = String(decoding: try WireJSON.encode(mailbox), as: UTF8.self)
            return ByteBuffer(string: "id: \(place)\nevent: mailbox\ndata: \(data)\n\n")
        }
    }

    /// Server-sent events (WHATWG HTML, section 9.2): `data` says which mailbox has reached which number, `id` up to where.
    private func stream(to peer: AgentAddress, after place: Int) throws -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                // A first byte, so that whoever listens knows that the line is there.
                try await writer.write(ByteBuffer(string: ":\n\n"))
                // A relay that is told to stop would wait for the end of what is being answered.
                try await withGracefulShutdownHandler {
                    try await relay.follow(peer, after: place, heartbeat: Self.heartbeat) { message in
                        try await writer.write(Self.text(of: message))
                    }
                } onGracefulShutdown: {
                    relay.sequencer.signals.close()
                }
                try await writer.finish(nil)
            })
    }

    /// Well below the time after which a silent connection is closed.
    private static let heartbeat = Duration.seconds(15)

    /// Up to where the listener was told before; -1 when it does not say.
    private func place(of request: Request) throws -> Int {
        guard let name = HTTPField.Name("Last-Event-ID"), let text = request.headers[name] else { return -1 }
        guard let place = DecimalNumber.parse(text) else { throw Problem(.malformed) }
        return place
    }

    /// Body: the envelope, of the length that a header gives, and the content behind it. Without content
    /// behind it, the content was staged before.
    private func submit(
        _ request: Request, _ context: RelayRequestContext, by peer: AgentAddress
    ) async throws -> Response {
        guard let name = HTTPField.Name(Wire.envelopeLengthHeader),
            let length = request.headers[name].flatMap({ DecimalNumber.parse($0, in: 1...Envelope.maximumSize) })
        else { throw Problem(.malformed) }
        let (head, content) = try await parts(of: request, length, context)
        let envelope: Unverified<Envelope> = try parse(head)
        guard !content.isEmpty else {
            return try json(await relay.submitStaged(envelope, by: peer), status: .created)
        }
        let arrived = ContentReference(sha256: Hash.of(content), size: content.count)
        let receipt = try await relay.submit(envelope, content: .inline(content), arrived: arrived, by: peer)
        return try json(receipt, status: .created)
    }

    // MARK: Bodies

    private func large(
        _ request: Request, _ context: RelayRequestContext, _ make: () async throws -> Response
    ) async throws -> Response {
        let isApart = Urgency(priority: request.headers[.priority]).isApart
        return try await large(context, through: isApart ? urgentLargeAnswers : largeAnswers, make)
    }

    /// Makes an answer that may be large when it is its turn, and counts it before the next one is made.
    private func large(
        _ context: RelayRequestContext, through turnstile: Turnstile, _ make: () async throws -> Response
    ) async throws -> Response {
        try await turnstile.pass {
            try context.checkIsThere()
            // Whoever lets earlier ones lie asks again later.
            try context.share?.hold(0)
            let response = try await make()
            context.share?.holdAnswer(response.body.contentLength ?? 0)
            return response
        }
    }

    /// The first bytes of a body, and those behind them. They are copied out of it once, and it is let go of before anything is
    /// done with them, so that who waits for a commit holds one copy.
    private func parts(
        of request: Request, _ length: Int, _ context: RelayRequestContext
    ) async throws -> (head: [UInt8], rest: [UInt8]) {
        var body = try await context.body(of: request, upTo: Wire.maximumBody)
        guard let head = body.readBytes(length: length) else { throw Problem(.malformed) }
        return (head, Array(body.readableBytesView))
    }

    private func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        ready(try WireJSON.encode(value), status: status)
    }

    private func ready(_ json: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }

    private func octets(_ bytes: [UInt8], headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/octet-stream"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Body: the evidence, of the length that a header gives, and the segment behind it.
    private func segment(_ segment: ContentSegment) throws -> Response {
        let evidence = try WireJSON.encode(segment.evidence)
        var headers = HTTPFields()
        if let name = HTTPField.Name(Wire.evidenceLengthHeader) { headers[name] = String(evidence.count) }
        return octets(evidence + segment.bytes, headers: headers)
    }

    private func body(of request: Request, _ context: RelayRequestContext) async throws -> [UInt8] {
        Array(try await context.body(of: request, upTo: Wire.maximumBody).readableBytesView)
    }

    private func value<Value: Decodable>(
        in request: Request, _ context: RelayRequestContext
    ) async throws -> Value {
        let bytes = Array(
            try await context.body(of: request, upTo: 4 * CodedText.maximumSize).readableBytesView)
        guard let value = try? WireJSON.decode(Value.self, from: bytes) else { throw Problem(.malformed) }
        return value
    }

    private func note<Body: Document>(
        in request: Request, _ context: RelayRequestContext
    ) async throws -> Unverified<Body> {
        let buffer = try await context.body(of: request, upTo: Body.maximumSize)
        return try parse(Array(buffer.readableBytesView))
    }

    private func parse<Body: Document>(_ bytes: [UInt8]) throws -> Unverified<Body> {
        do {
            return try Unverified<Body>(parsing: bytes)
        } catch {
            throw Problem(.malformed)
        }
    }

    /// A number that the query must say.
    private func number(_ name: String, of request: Request) throws -> Int {
        guard let text = request.uri.queryParameters.get(name), let number = DecimalNumber.parse(text) else {
            throw Problem(.malformed)
        }
        return number
    }

    /// Where a list goes on; from its beginning when the request does not say.
    private func cursor(of request: Request) throws -> Int {
        guard let text = request.uri.queryParameters.get("from") else { return 0 }
        guard let cursor = DecimalNumber.parse(text) else { throw Problem(.malformed) }
        return cursor
    }
}

extension HTTPRequest.Method {
    fileprivate init(_ method: Route.Method) {
        switch method {
        case .get: self = .get
        case .post: self = .post
        case .put: self = .put
        }
    }
}
