// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
import Foundation
public import LiaisonLedger
import LiaisonNotes
public import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// A witness as a log asks it (c2sp.org/tlog-witness).
public struct WitnessClient: Sendable {
    public let key: CosignatureKey
    /// The submission prefix.
    let url: String
    private let patience: TimeAmount

    /// - Parameter patience: how long an answer may take.
    public init(key: CosignatureKey, url: String, patience: TimeAmount = .seconds(10)) {
        self.key = key
        self.patience = patience
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    public func ask(_ request: AddCheckpoint) async throws -> WitnessAnswer {
        var message = HTTPClientRequest(url: "\(url)/add-checkpoint")
        message.method = .POST
        message.body = .bytes(ByteBuffer(string: request.text))
        let response = try await Outgoing.client.execute(message, timeout: patience)
        let body = String(buffer: try await response.body.collect(upTo: 64 << 10))
        switch response.status {
        case .ok:
            // Lines of others are left; ours must verify over this very checkpoint.
            let checkpoint = try SignedNote(parsing: request.checkpoint, limit: Checkpoint.maximumSize)
            for line in body.split(separator: "\n") {
                guard
                    let note = try? SignedNote(
                        parsing: checkpoint.text + "\n\(line)\n", limit: Checkpoint.maximumSize),
                    key.time(on: note) != nil
                else { continue }
                return .cosigned(line: "\(line)\n")
            }
            return .refused
        case .conflict:
            return DecimalNumber.parse(body.trimmingCharacters(in: .newlines)).map { .conflict(size: $0) } ?? .refused
        default: return .refused
        }
    }

    /// The largest checkpoint of `origin` that it cosigned; nil from a witness that does not say.
    public func latest(of origin: String) async throws -> String? {
        let query = origin.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let response = try await Outgoing.client.execute(
            HTTPClientRequest(url: "\(url)/checkpoint?origin=\(query)"), timeout: patience)
        guard response.status == .ok else { return nil }
        return String(buffer: try await response.body.collect(upTo: Checkpoint.maximumSize))
    }
}
