// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization
import Testing

@testable import LiaisonRelay

/// Only so many are inside at a time; the others wait, and nobody is turned away.
struct TurnstileTests {
    private final class Count: Sendable {
        private let state = Mutex((inside: 0, most: 0, passed: 0))

        var most: Int { state.withLock { $0.most } }
        var passed: Int { state.withLock { $0.passed } }

        func enter() {
            state.withLock {
                $0.inside += 1
                $0.most = max($0.most, $0.inside)
            }
        }

        func leave() {
            state.withLock {
                $0.inside -= 1
                $0.passed += 1
            }
        }
    }

    @Test func whoComesTooEarlyWaits() async throws {
        let turnstile = Turnstile(places: 4)
        let count = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await turnstile.pass {
                        count.enter()
                        for _ in 0..<100 { await Task.yield() }
                        count.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(count.most == 4 && count.passed == 16)
    }

    @Test func aPlaceIsFreeAfterAFailure() async throws {
        struct Broken: Error {}
        let turnstile = Turnstile(places: 1)
        for _ in 0..<3 {
            await #expect(throws: Broken.self) { try await turnstile.pass { throw Broken() } }
        }
        try await turnstile.pass {}
    }

    /// Whoever goes while waiting takes no turn, whether the others are inside or waiting.
    @Test func whoGoesTakesNoTurn() async throws {
        let turnstile = Turnstile(places: 1)
        let count = Count()
        try await turnstile.pass {
            let waiting = (0..<8).map { _ in
                Task { try await turnstile.pass { count.leave() } }
            }
            for task in waiting { task.cancel() }
            for task in waiting { await #expect(throws: CancellationError.self) { try await task.value } }
        }
        #expect(count.passed == 0)
        try await turnstile.pass {}
    }
}
