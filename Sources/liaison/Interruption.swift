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
        var sources: [any DispatchSourceSignal] = []
    }

    private static let state = Mutex(State())
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

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
            if state.words.isEmpty { state.sources = signals.map(watch) }
            state.next += 1
            state.words.append((state.next, say))
            return state.next
        }
    }

    private static func remove(_ id: Int) {
        state.withLock { state in
            state.words.removeAll { $0.id == id }
            guard state.words.isEmpty else { return }
            for source in state.sources { source.cancel() }
            state.sources = []
            for number in signals { signal(number, SIG_DFL) }
        }
    }

    private static func watch(_ number: Int32) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            Terminal.giveBack()
            for words in state.withLock({ $0.words }).reversed() { words.say() }
            Foundation._exit(128 + number)
        }
        source.resume()
        return source
    }
}
