// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import HTTPTypes
import Hummingbird
import LiaisonLedger
import LiaisonNotes
import LiaisonRelay
import LiaisonWire

/// The log as c2sp.org/tlog-tiles publishes it: checkpoint, tiles, entry bundles.
struct LogRoutes {
    let relay: Relay
    /// Whether nobody has freshened the relay before these routes are asked; hashes below a checkpoint never change.
    var freshensCheckpoint = false
    /// Throws for whoever may not read.
    let admit: @Sendable (RelayRequestContext) throws -> Void

    func add(to router: Router<RelayRequestContext>) {
        router.get("checkpoint") { _, context in
            try admit(context)
            if freshensCheckpoint { try await relay.freshen() }
            let checkpoint = try await relay.checkpoint()
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"],
                body: .init(byteBuffer: ByteBuffer(string: checkpoint)))
        }
        router.get("tile/**") { request, context in
            try admit(context)
            let path = context.parameters.getCatchAll().map(String.init)
            guard let first = path.first,
                let (index, width) = TileID.parse(path: path.dropFirst().joined(separator: "/"))
            else { throw Problem(.notFound) }
            let bytes: [UInt8]
            if first == "entries" {
                bytes = try await relay.entryBundle(index, width: width)
            } else if let level = DecimalNumber.parse(first, in: 0...63) {
                bytes = try await relay.tile(TileID(level: level, index: index), width: width)
            } else {
                throw Problem(.notFound)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: "application/octet-stream",
                    .cacheControl: "max-age=31536000, immutable"
                ],
                body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}
