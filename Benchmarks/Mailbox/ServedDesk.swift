// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import AsyncHTTPClient
import Foundation
import LiaisonDesk
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonVault
import NIOCore
import NIOHTTP1

/// A desk that serves one agent's vault on the loopback interface, and a browser that was let in. Its relay cannot be reached: pages
/// show what the device holds.
struct ServedDesk {
    private let url: String
    private let cookie: String
    private let running: Task<Void, any Error>

    /// Serves a copy of the vault of a unit's agent, as it is now, until `end`, and lets a browser in by the address that the desk
    /// prints.
    init(_ unit: String, of world: World) async throws {
        let path = "\(world.directory.path)/\(TransmissionID.fresh())"
        try FileManager.default.copyItem(atPath: world.vaultPath(unit), toPath: path)
        let key = try Vault.open(at: path, passphrase: World.passphrase()).key
        let clock = world.clock
        let desk = try Desk(vault: path, language: .fr, trust: .success(nil), clock: { clock.now })
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        running = Task { try await desk.run(port: 0, key: key, isReady: { isReady.finish() }) }
        for await _ in ready {}
        let address = desk.newAddress()
        let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: Self.patience)
        let set = answer.headers.first(name: "Set-Cookie") ?? ""
        cookie = String(set.prefix { $0 != ";" })
        url = String(address.prefix { $0 != "?" }.dropLast("/enter".count))
    }

    func end() { running.cancel() }

    private static let patience = TimeAmount.seconds(120)

    /// Milliseconds from asking for a page until all of it is there.
    ///
    /// - Parameter times: how often a text must stand in it: the page that is measured is the one that is meant.
    func milliseconds(_ path: String, holding text: String, times: Int) async throws -> Double {
        var request = HTTPClientRequest(url: url + path)
        request.headers.add(name: "Cookie", value: cookie)
        let start = ContinuousClock.now
        let answer = try await HTTPClient.shared.execute(request, timeout: Self.patience)
        let page = String(buffer: try await answer.body.collect(upTo: 1 << 26))
        let elapsed = MailboxBench.milliseconds(since: start)
        precondition(answer.status == .ok && page.components(separatedBy: text).count == times + 1, page)
        return elapsed
    }
}
