// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Hummingbird
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonWire
import Logging
import NIOCore

/// A request with the key that its connection was authenticated by.
struct RelayRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// SHA-256 of the client certificate's public key.
    let fingerprint: Hash?
    /// The address that the connection comes from, to slow down guessing; kept nowhere.
    let source: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        fingerprint = Peer.current?.fingerprint
        self.source = source.channel.remoteAddress?.ipAddress ?? ""
    }

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

    /// A path parameter as the value it stands for.
    func parameter<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value {
        guard let text = parameters.get(name), let value = parse(text) else { throw Problem(.notFound) }
        return value
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
        } catch is NIOTooManyBytesError {
            return try Problem(.bodyTooLarge).response()
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            return try Problem(.storeFailed).response()
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
        Response(
            status: .init(code: status), headers: [.contentType: Self.mediaType],
            body: .init(byteBuffer: ByteBuffer(bytes: try WireJSON.encode(self))))
    }
}
