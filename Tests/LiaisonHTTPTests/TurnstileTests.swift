// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonWire
import Testing

@testable import LiaisonHTTP

/// What strangers may hold at a time has an end, and what they gave back is free again.
struct TurnstileTests {
    @Test func nobodyMoreThanThereArePlaces() async throws {
        let turnstile = Turnstile(places: 2)
        let inside = try await turnstile.pass(1) {
            try await turnstile.pass(1) {
                await #expect(throws: Problem(.tooManyRequests)) { try await turnstile.pass(1) {} }
                // Whoever is known takes no place.
                return try await turnstile.pass(0) { "known" }
            }
        }
        #expect(inside == "known")
        try await turnstile.pass(2) {}
    }

    @Test func aPlaceIsFreeAfterAFailure() async throws {
        struct Broken: Error {}
        let turnstile = Turnstile(places: 1)
        for _ in 0..<3 {
            await #expect(throws: Broken.self) { try await turnstile.pass(1) { throw Broken() } }
        }
        try await turnstile.pass(1) {}
    }

    @Test func manyAtOnceNeverExceedThePlaces() async throws {
        let turnstile = Turnstile(places: 3)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    (try? await turnstile.pass(1) { try await Task.sleep(for: .milliseconds(20)) }) != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect((1...50).contains(outcomes))
        // All places are free again.
        try await turnstile.pass(3) {}
    }
}
