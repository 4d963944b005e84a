// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonWire
import Synchronization

/// Lets only so many in at a time: what strangers may make the relay hold in memory has an end.
final class Turnstile: Sendable {
    private let free: Mutex<Int>

    init(places: Int) { free = Mutex(places) }

    /// - Throws: `Problem(.tooManyRequests)` when there are not `places` left, or what `body` throws.
    func pass<Result: Sendable>(_ places: Int, _ body: () async throws -> Result) async throws -> Result {
        let isIn = free.withLock { free in
            guard free >= places else { return false }
            free -= places
            return true
        }
        guard isIn else { throw Problem(.tooManyRequests) }
        defer { free.withLock { $0 += places } }
        return try await body()
    }
}
