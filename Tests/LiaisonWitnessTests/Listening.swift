// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
import LiaisonTestKit
import LiaisonWitness
import Logging
import NIOCore
import NIOHTTP1

/// Runs a witness's own listener on a free port for as long as `ask` takes, which is told the URL.
///
/// - Parameters:
///   - patience: of the listener with whoever says nothing.
///   - log: what it writes its log to; nil for nowhere.
func listening(
    _ witness: Witness, patience: TimeAmount = .minutes(10), log: Logger? = nil,
    _ ask: @Sendable (_ url: String) async throws -> Void
) async throws {
    try await Listening.run { bound, logger in
        witness.application(host: "127.0.0.1", port: 0, patience: patience, logger: log ?? logger, onRunning: bound)
    } asking: { port in
        try await ask("http://127.0.0.1:\(port)")
    }
}

/// An answer is what came back over HTTP.
struct Answer: Sendable {
    let status: Int
    let type: String?
    let body: String
}

/// Waits for as long as the tests beside it may keep the processors busy.
private let client = HTTPClient(configuration: .init(timeout: .init(connect: .minutes(5), read: .minutes(5))))

/// Asks a witness to add a checkpoint.
func post(_ body: [UInt8], to url: String) async throws -> Answer {
    var request = HTTPClientRequest(url: "\(url)/add-checkpoint")
    request.method = .POST
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await client.execute(request, timeout: .minutes(5))
    let answer = try await response.body.collect(upTo: 1 << 20)
    return Answer(
        status: Int(response.status.code), type: response.headers.first(name: "content-type"),
        body: String(buffer: answer))
}

func post(_ body: String, to url: String) async throws -> Answer { try await post(Array(body.utf8), to: url) }
