// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, a closed terminal, the end of a session: whatever is under way says where it stands, and the program ends.
///
/// Nothing is half-written then: files take their name when they are whole, and the vault commits or does not.
enum Interruption {
    private struct State {
        /// What says where it stands, the outermost first.
        var words: [(id: Int, say: @Sendable () -> Void)] = []
        var next = 0
        /// Made once, and there until the program ends: what is put in place and taken away again can miss a signal in between.
        var sources: [any DispatchSourceSignal] = []
    }

    private static let state = Mutex(State())
    /// One of its own: whoever waits for a source must not hold the thread that the source needs.
    private static let queue = DispatchQueue(label: "interruption")

    /// Runs `body`; when it is interrupted, `say` is called on another thread, what is inside it before what is around it.
    static func saying<Result>(_ say: @escaping @Sendable () -> Void, _ body: () async throws -> Result) async rethrows
        -> Result
    {
        let id = add(say)
        defer { remove(id) }
        return try await body()
    }

    private static func add(_ say: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            if state.sources.isEmpty { state.sources = [SIGINT, SIGTERM, SIGHUP].map(watch) }
            state.next += 1
            state.words.append((state.next, say))
            return state.next
        }
    }

    private static func remove(_ id: Int) {
        state.withLock { state in state.words.removeAll { $0.id == id } }
    }

    /// Until the source is registered, the signal ends the program as the system does. Registering it sets a handler, which must
    /// not be replaced by `SIG_IGN`: nothing would be heard any more.
    private static func watch(_ number: Int32) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        let isRegistered = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { isRegistered.signal() }
        source.setEventHandler {
            Terminal.giveBack()
            for words in state.withLock({ $0.words }).reversed() { words.say() }
            Foundation._exit(128 + number)
        }
        source.resume()
        isRegistered.wait()
        return source
    }
}
