// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization

/// One at a time: those who may go ahead first, then the others, each in the order of coming.
final class Turn: Sendable {
    private struct State {
        var isTaken = false
        var ahead: [CheckedContinuation<Void, Never>] = []
        var behind: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Waits until it is the caller's turn, who then has to `leave`.
    func enter(ahead isAhead: Bool = false) async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                if isAhead { state.ahead.append(continuation) } else { state.behind.append(continuation) }
                return false
            }
            if isMine { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.ahead.isEmpty { return state.ahead.removeFirst() }
            if !state.behind.isEmpty { return state.behind.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }
}
