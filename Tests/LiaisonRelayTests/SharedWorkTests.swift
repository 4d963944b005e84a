// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization
import Testing

@testable import LiaisonRelay

struct SharedWorkTests {
    /// The first is held up until the second has asked, too.
    @Test func whatSeveralAskForIsDoneOnce() async throws {
        let asked = Asked()
        let first = Task { try await asked.once() }
        let second = Task { try await asked.once() }
        #expect(try await asked.work.result(of: "other") { 7 } == 7)
        while await asked.work.shared == 0 { await Task.yield() }
        asked.goOn.finish()
        #expect(try await first.value == 1)
        #expect(try await second.value == 1)
        // What is asked for later is done anew.
        #expect(try await asked.once() == 2)
    }

    private final class Asked: Sendable {
        let work = SharedWork<String, Int>()
        let goOn: AsyncStream<Void>.Continuation
        private let held: AsyncStream<Void>
        private let begun = Mutex(0)

        init() { (held, goOn) = AsyncStream.makeStream() }

        /// - Returns: how often the work was done by then.
        func once() async throws -> Int {
            try await work.result(of: "same") { [self] in
                for await _ in held { break }
                return begun.withLock {
                    $0 += 1
                    return $0
                }
            }
        }
    }
}
