// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import HTTPTypes
public import Hummingbird
import HummingbirdCore
import LiaisonListener
public import LiaisonLedger
public import LiaisonNotes
public import Logging
public import NIOCore

/// A witness (c2sp.org/tlog-witness): cosigns what is consistent with everything it cosigned before.
public struct Witness: Sendable {
    private let signer: CosignatureSigner
    /// What its cosignatures verify by.
    public var key: CosignatureKey { signer.key }
    let store: WitnessStore
    let logs: [NoteKey]
    let clock: @Sendable () -> Instant

    public init(
        signer: CosignatureSigner, store: WitnessStore, logs: [NoteKey], clock: @escaping @Sendable () -> Instant
    ) {
        self.signer = signer
        self.store = store
        self.logs = logs
        self.clock = clock
    }

    /// What comes of a request, and with `cosign` the signature line.
    public func add(_ body: String) throws -> (ruling: WitnessRuling, line: String?) {
        guard let request = AddCheckpoint(parsing: body) else { return (.malformed, nil) }
        let origin = String(request.checkpoint.prefix { $0 != "\n" })
        guard let log = logs.first(where: { $0.name == origin }) else { return (.unknownLog, nil) }
        let ruling = try store.rule(request, log: log)
        guard case .cosign(let signed) = ruling else { return (ruling, nil) }
        return (ruling, signer.cosign(signed.checkpoint, at: clock()).line)
    }

    /// The largest checkpoint of a log that it cosigned.
    public func latest(of origin: String) throws -> String? { try store.latest(origin) }

    /// Connections of everybody, and from one network; a log needs one.
    private static let connections = 256
    static let connectionsOfOneNetwork = 16

    /// - Parameters:
    ///   - patience: from the connection, or the last answer, to a request's head, and from there to its end.
    ///   - onRunning: told the port once the listener is bound.
    public func application(
        host: String, port: Int, patience: TimeAmount = .seconds(20), logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = Router()
        router.post("add-checkpoint") { request, _ in
            let body = try await request.body.collect(upTo: AddCheckpoint.maximumSize)
            let (ruling, line) = try add(String(buffer: body))
            // A proof that does not verify says nothing of the log: whoever hands it in may have made it up.
            if ruling == .otherRoot { logger.warning("a log contradicts itself", metadata: ["ruling": "\(ruling)"]) }
            return Self.response(ruling, line)
        }
        // Not in the specification: the log's own latest word, so that a log that was put back is shown it.
        router.get("checkpoint") { request, _ in
            guard let origin = request.uri.queryParameters.get("origin"), let note = try store.latest(origin) else {
                return Response(status: .notFound)
            }
            return Self.text(.ok, note)
        }
        // Whoever finds it may ask: nobody may keep it busy.
        let networks = NetworkBound(limit: Self.connectionsOfOneNetwork)
        var http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                networks.handler(), RequestDeadlineHandler(head: patience, body: patience)
            ], idleTimeout: patience * 3)
        http.httpDecoder.maxHeaderListSize = 16 << 10
        return Application(
            router: router, server: .http1(configuration: http),
            configuration: .init(
                address: .hostname(host, port: port), serverName: "liaison witness",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }

    private static func response(_ ruling: WitnessRuling, _ line: String?) -> Response {
        switch ruling {
        case .cosign: text(.ok, line ?? "")
        case .unknownLog: Response(status: .notFound)
        case .notSigned: Response(status: .forbidden)
        case .malformed: Response(status: .badRequest)
        case .conflict(let size): text(.conflict, "\(size)\n", type: "text/x.tlog.size")
        case .otherRoot: Response(status: .conflict)
        case .inconsistent: Response(status: .unprocessableContent)
        }
    }

    private static func text(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
