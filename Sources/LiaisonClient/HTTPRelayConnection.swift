// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
import Foundation
public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonSealing
public import LiaisonWire
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import Synchronization

/// A relay reached over HTTPS with a client certificate.
public struct HTTPRelayConnection: RelayConnection {
    private let client: HTTPClient
    private let url: String
    private let isProxied: Bool
    /// When the certificates that the relay's must lead to count; nil for whatever certificate.
    private let validity: ClosedRange<Int>?
    private let events: ConnectionEvents
    /// What the requests of a task are for: all of them say how urgent it is.
    @TaskLocal public static var urgency = Urgency.routine
    private static let silence = Duration.seconds(3)

    /// Opens no connection yet; `close` must be called.
    ///
    /// - Parameters:
    ///   - roots: DER of the certificates that the relay's must lead to; nil only to fetch an invitation, whose own code
    ///     then says what the relay is.
    ///   - privateKeyPEM: a secret.
    ///   - events: told while somebody waits.
    public init(
        url: String, roots: [[UInt8]]?, certificatePEM: String, privateKeyPEM: [UInt8],
        events: ConnectionEvents = .init()
    ) throws {
        // Before the client is made: one with such an address would end the program where it connects.
        let address = try RelayAddress(url)
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        if roots == nil { tls.certificateVerification = .none }
        let roots = roots ?? []
        let certificates = try roots.map { try NIOSSLCertificate(bytes: $0, format: .der) }
        tls.trustRoots = .certificates(certificates)
        validity = certificates.map { Int($0.notValidBefore)...max(Int($0.notValidBefore), Int($0.notValidAfter)) }
            .reduce(nil as ClosedRange<Int>?) { known, next in
                known.map { min($0.lowerBound, next.lowerBound)...max($0.upperBound, next.upperBound) } ?? next
            }
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
            .map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: privateKeyPEM, format: .pem))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        // A large upload may take as long as it takes, as long as bytes move; the relay then has time to look through it.
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(90), write: .seconds(15))
        configuration.redirectConfiguration = .disallow
        let proxy = try Self.proxy(ProcessInfo.processInfo.environment)
        configuration.proxy = proxy
        isProxied = proxy != nil
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.url = address.url
        self.events = events
    }

    public func close() async { try? await client.shutdown() }

    /// `HTTPS_PROXY`, as other tools read it.
    ///
    /// - Throws: `Obstacle.proxyNotReadable` for one that names no host, or a port that none has: going round it in silence would only end in
    ///   "unreachable".
    private static func proxy(_ environment: [String: String]) throws -> HTTPClient.Configuration.Proxy? {
        guard let text = environment["HTTPS_PROXY"] ?? environment["https_proxy"], !text.isEmpty else { return nil }
        guard let url = URL(string: text), let host = url.host, 1...65_535 ~= url.port ?? 3128 else {
            throw ClientFailure.obstacle(.proxyNotReadable(text))
        }
        return .server(host: host, port: url.port ?? 3128)
    }

    // MARK: Requests

    private func request(
        _ route: Route, _ values: [String] = [], query: KeyValuePairs<String, String> = [:],
        headers: HTTPHeaders = [:], body: [UInt8]? = nil, isLong: Bool = false,
        moved: (@Sendable (Int) -> Void)? = nil
    ) async throws -> HTTPClientResponse {
        let method = HTTPMethod(rawValue: route.method.rawValue.uppercased())
        return try await request(
            method, route.path(values, query: query), headers: headers, body: body, isLong: isLong, moved: moved)
    }

    /// - Parameter path: begins with a slash.
    private func request(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil, isLong: Bool = false,
        moved: (@Sendable (Int) -> Void)? = nil
    ) async throws -> HTTPClientResponse {
        let isLong = isLong || body?.count ?? 0 > Self.shortBody
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = headers
        if Self.urgency.isApart { request.headers.replaceOrAdd(name: Urgency.header, value: Self.urgency.priority) }
        if let body, let moved {
            request.body = .stream(Self.pieces(of: body, moved), length: .known(Int64(body.count)))
        }
        if let body, moved == nil { request.body = .bytes(ByteBuffer(bytes: body)) }
        let start = ContinuousClock.now
        var took: String { "\(Int((ContinuousClock.now - start) / .milliseconds(1))) ms" }
        do {
            let response = try await isLong ? client.execute(request, timeout: .minutes(30)) : answer(to: request)
            events.log.debug("\(method.rawValue) \(path): \(response.status.code), \(took)")
            guard (200..<300).contains(response.status.code) else { throw try await problem(in: response) }
            return response
        } catch let problem as Problem {
            events.log.debug("\(method.rawValue) \(path): \(problem.code.rawValue)")
            throw problem
        } catch {
            events.log.debug("\(method.rawValue) \(path): \(error), \(took)")
            throw try unreachable(error)
        }
    }

    /// - Throws: `CancellationError` when it is the request's own task that ended it.
    private func unreachable(_ error: any Error) throws -> ClientFailure {
        try Task.checkCancellation()
        if let failure = error as? ClientFailure { return failure }
        let isClockRight = validity?.contains(Instant.now.rawValue) ?? true
        return .unreachable(LineFailure(error, isProxied: isProxied, isClockRight: isClockRight))
    }

    /// A body in pieces, each told as it leaves.
    private static func pieces(
        of body: [UInt8], _ moved: @escaping @Sendable (Int) -> Void
    ) -> AsyncStream<ByteBuffer> {
        let place = Mutex(0)
        return AsyncStream {
            let start = place.withLock { place in
                defer { place = min(place + shortBody, body.count) }
                return place
            }
            moved(start)
            let piece = body[start..<min(start + shortBody, body.count)]
            return piece.isEmpty ? nil : ByteBuffer(bytes: piece)
        }
    }

    /// Bytes of a body that has left in a moment on any line.
    private static let shortBody = 64 << 10
    private static let patience = Duration.seconds(15)

    /// The answer's head: a word after three seconds without one, an end after fifteen.
    private func answer(to request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try await withThrowingTaskGroup(of: HTTPClientResponse?.self) { group in
            group.addTask { try await client.execute(request, timeout: .minutes(30)) }
            group.addTask { [events] in
                try await Task.sleep(for: Self.silence)
                events.isSilent()
                try await Task.sleep(for: Self.patience - Self.silence)
                return nil
            }
            defer { group.cancelAll() }
            guard let response = try await group.next() ?? nil else { throw ClientFailure.unreachable() }
            return response
        }
    }

    private func problem(in response: HTTPClientResponse) async throws -> Problem {
        let body = try await response.body.collect(upTo: 64 << 10)
        guard let problem = try? WireJSON.decode(Problem.self, from: Array(body.readableBytesView)) else {
            throw ClientFailure.unreachable()
        }
        return problem
    }

    private static let largestAnswer = 64 << 20

    private func bytes(
        of response: HTTPClientResponse, moved: (@Sendable (Int) -> Void)? = nil
    ) async throws -> [UInt8] {
        do {
            guard let moved else {
                return Array(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
            }
            var bytes: [UInt8] = []
            for try await piece in response.body {
                guard bytes.count + piece.readableBytes <= Self.largestAnswer else {
                    throw ClientFailure.broken(.malformedAnswer)
                }
                bytes += piece.readableBytesView
                moved(bytes.count)
            }
            return bytes
        } catch {
            throw try unreachable(error)
        }
    }

    private func json<Value: Decodable>(
        _ route: Route, _ values: [String] = [], query: KeyValuePairs<String, String> = [:],
        headers: HTTPHeaders = [:], body: [UInt8]? = nil, isLong: Bool = false,
        moved: (@Sendable (Int) -> Void)? = nil
    ) async throws -> Value {
        let response = try await request(
            route, values, query: query, headers: headers, body: body, isLong: isLong, moved: moved)
        let bytes = try await bytes(of: response)
        guard let value = try? WireJSON.decode(Value.self, from: bytes) else {
            throw ClientFailure.broken(.malformedAnswer)
        }
        return value
    }

    private func post<Value: Decodable>(
        _ note: SignedNote, to route: Route, query: KeyValuePairs<String, String> = [:]
    ) async throws -> Value {
        try await json(route, query: query, body: Array(note.serialized.utf8))
    }

    // MARK: Directory

    public func directoryHead() async throws -> Receipt { try await json(.directoryHead) }

    public func directoryHead(_ hash: Hash) async throws -> Receipt {
        try await json(.earlierDirectoryHead, [hash.hex])
    }

    public func lines(from index: Int) async throws -> DirectoryLines {
        try await json(.directoryLines, query: ["from": "\(index)"])
    }

    public func bundle(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> DirectoryBundle {
        try await json(.bundle, ["\(institution)"], query: ["from": "\(index)", "keys": "\(keys)"])
    }

    public func document(_ hash: Hash) async throws -> PublishedDocument {
        try await json(.document, [hash.hex])
    }

    public func publish(_ roster: Unverified<Roster>) async throws -> Receipt {
        try await post(roster.note, to: .publishRoster)
    }

    public func publish(_ keys: Verified<AgentKeys>) async throws -> Receipt {
        try await post(keys.note, to: .publishKeys)
    }

    public func publish(_ succession: Verified<Succession>) async throws -> Receipt {
        try await post(succession.note, to: .publishSuccession)
    }

    // MARK: Enrolment

    public func invite(_ status: InvitationStatus) async throws {
        _ = try await request(.invite, body: try WireJSON.encode(status))
    }

    public func invitations() async throws -> InvitationList { try await json(.invitations) }

    public func close(_ invitation: Hash, as state: InvitationState) async throws {
        _ = try await request(.closeInvitation, [invitation.hex], query: ["as": state.rawValue], body: [])
    }

    public func invitation(_ id: Hash) async throws -> OfferedInvitation {
        try await json(.invitation, [id.hex])
    }

    public func request(_ id: Hash, _ request: CodedText) async throws {
        _ = try await self.request(.requestEnrolment, [id.hex], body: try WireJSON.encode(request))
    }

    // MARK: Transmissions

    public func submit(
        _ envelope: Verified<Envelope>, content: any ByteSource, handingIn: () throws -> Void
    ) async throws -> Receipt {
        let note = Array(envelope.note.serialized.utf8)
        let headers = HTTPHeaders([(Wire.envelopeLengthHeader, String(note.count))])
        guard content.size > Wire.segmentSize else {
            let body = note + (try content.read(at: 0, count: content.size))
            try handingIn()
            return try await json(
                .submit, headers: headers, body: body,
                moved: { [events] done in
                    events.moved(TransferProgress(direction: .upload, done: done, size: body.count))
                })
        }
        try await stage(content, as: envelope.body.content.sha256)
        try handingIn()
        // The relay hashes the whole content before it answers.
        return try await json(.submit, headers: headers, body: note, isLong: true)
    }

    /// Uploads a large content segment by segment, from where an earlier attempt ended.
    private func stage(_ content: any ByteSource, as digest: Hash) async throws {
        var staged: StagedContent = try await json(.stagedSize, [digest.hex])
        while staged.offset < content.size {
            let offset = staged.offset
            guard offset >= 0 else { throw ClientFailure.broken(.malformedAnswer) }
            let segment = try content.read(at: offset, count: min(Wire.segmentSize, content.size - offset))
            let size = content.size
            staged = try await json(
                .stage, [digest.hex], query: ["offset": "\(offset)"], body: segment,
                moved: { [events] done in
                    events.moved(TransferProgress(direction: .upload, done: offset + done, size: size))
                })
            guard staged.offset == offset + segment.count else { throw ClientFailure.broken(.malformedAnswer) }
        }
    }

    public func act(_ act: Verified<Act>, content: (any ByteSource)?) async throws -> Receipt {
        if let content, let digest = act.body.content?.sha256 { try await stage(content, as: digest) }
        return try await json(.act, body: Array(act.note.serialized.utf8), isLong: content != nil)
    }

    public func open(_ act: Verified<Act>, from offset: Int, of size: Int) async throws -> ContentSegment {
        let response = try await request(
            .openContent, ["\(act.body.transmission)"], query: ["offset": "\(offset)"],
            body: Array(act.note.serialized.utf8))
        let bytes = try await bytes(of: response) { [events] done in
            events.moved(TransferProgress(direction: .download, done: min(offset + done, size), size: size))
        }
        guard let text = response.headers.first(name: Wire.evidenceLengthHeader),
            let length = DecimalNumber.parse(text, in: 1...Wire.maximumBody), length <= bytes.count,
            let evidence = try? WireJSON.decode(Evidence.self, from: Array(bytes[..<length]))
        else { throw ClientFailure.broken(.malformedAnswer) }
        return ContentSegment(evidence: evidence, bytes: Array(bytes[length...]))
    }

    public func header(of id: TransmissionID, for unit: UnitAddress) async throws -> [UInt8] {
        try await bytes(of: request(.contentHeader, ["\(id)"], query: ["unit": "\(unit)"]))
    }

    public func waiting() async throws -> WaitingCounts { try await json(.waiting) }

    public func mailbox(of unit: UnitAddress, after number: Int) async throws -> MailboxPage {
        try await json(.mailbox, ["\(unit)"], query: ["after": "\(number)"])
    }

    public func stream(
        after place: Int?
    ) async throws -> AsyncThrowingStream<(mailbox: GrownMailbox, place: Int), any Error> {
        var headers = HTTPHeaders([("accept", "text/event-stream")])
        if let place { headers.add(name: "last-event-id", value: String(place)) }
        let response = try await request(.stream, headers: headers)
        // One message that is not taken yet stands for all that follow: each only wakes.
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let reading = Task {
                do {
                    var parser = EventStreamParser()
                    for try await buffer in response.body {
                        for message in try parser.take(buffer.readableBytesView) { continuation.yield(message) }
                    }
                    continuation.finish()
                } catch let failure as ClientFailure {
                    continuation.finish(throwing: failure)
                } catch {
                    continuation.finish(throwing: ClientFailure.unreachable())
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
    }

    public func notify(_ shown: ShownDeliveries) async throws {
        _ = try await request(.notify, body: try WireJSON.encode(shown))
    }

    public func timeline(of id: TransmissionID, from index: Int) async throws -> Timeline {
        try await json(.timeline, ["\(id)"], query: ["from": String(index)])
    }

    // MARK: Log

    public func inspect(_ inspection: Verified<Inspection>, from index: Int) async throws -> EventPage {
        try await post(inspection.note, to: .inspect, query: ["from": "\(index)"])
    }

    public func entry(_ index: Int) async throws -> Receipt { try await json(.directoryEntry, ["\(index)"]) }

    public func checkpoint() async throws -> String {
        String(decoding: try await bytes(of: request(.GET, "/checkpoint")), as: UTF8.self)
    }

    public func anchor(from size: Int) async throws -> Anchor { try await json(.anchor, ["\(size)"]) }

    public func show(_ checkpoint: SignedCheckpoint) async throws {
        _ = try await request(.showCheckpoint, body: Array(checkpoint.note.serialized.utf8))
    }

    public func tile(_ id: TileID, width: Int) async throws -> [UInt8] {
        let suffix = width == TileID.width ? "" : ".p/\(width)"
        return try await bytes(of: request(.GET, "/tile/\(id.level)/\(TileID.path(index: id.index))\(suffix)"))
    }
}
