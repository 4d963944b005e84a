// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes
import Synchronization

/// How things stand, for what every page shows around its own matter: how many wait, and whether the relay is heard.
struct Standing: Codable, Equatable, Sendable {
    /// By the name of the tab.
    var counts: [String: Int] = [:]
    /// What everybody of this device has to know, until the desk ends: that the relay went on in another log.
    var notice: String?
    /// Since when the relay has not been heard; nil while it is.
    var deafSince: Instant?
    /// What was just told that somebody has to act on, in words; empty otherwise.
    var say = ""
}

/// Tells the open pages when something changed.
final class Bulletin: Sendable {
    enum Message: Sendable {
        case changed(Standing)
        case locked
        /// Nothing happened; the line is kept open.
        case beat
    }

    private struct Reader {
        let guest: Doorkeeper.Guest?
        let tell: AsyncStream<Message>.Continuation
    }

    private struct State {
        var standing = Standing()
        /// How often something was told.
        var version = 0
        var isOpen = false
        var readers: [Int: Reader] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var standing: Standing { state.withLock { $0.standing } }

    var version: Int { state.withLock { $0.version } }

    /// What is told to a guest's page from now on, until it goes.
    ///
    /// - Parameter seen: the version that the page shows: what was told since it was made is told at once.
    func messages(for guest: Doorkeeper.Guest?, since seen: Int? = nil) -> AsyncStream<Message> {
        AsyncStream(bufferingPolicy: .bufferingNewest(8)) { continuation in
            let (number, missed) = state.withLock { state in
                state.next += 1
                state.readers[state.next] = Reader(guest: guest, tell: continuation)
                return (state.next, state.isOpen && seen != nil && seen != state.version ? state.standing : nil)
            }
            if let missed { continuation.yield(.changed(missed)) }
            continuation.onTermination = { [self] _ in state.withLock { $0.readers[number] = nil } }
        }
    }

    /// Whether the desk is unlocked.
    var isOpen: Bool { state.withLock { $0.isOpen } }

    func open() { state.withLock { $0.isOpen = true } }

    /// What is told of before a lock after it, nobody hears.
    func tell(_ change: (inout Standing) -> Void) {
        let (standing, readers) = state.withLock { state -> (Standing, [Reader]) in
            guard state.isOpen else { return (state.standing, []) }
            change(&state.standing)
            state.version += 1
            return (state.standing, Array(state.readers.values))
        }
        for reader in readers { reader.tell.yield(.changed(standing)) }
    }

    /// What was said once is not said again to who opens a page later.
    func forgetSaying() { state.withLock { $0.standing.say = "" } }

    /// Nothing of what was told before is shown any more.
    func tellLocked() {
        let readers = state.withLock { state in
            state.standing = Standing()
            state.isOpen = false
            return Array(state.readers.values)
        }
        for reader in readers { reader.tell.yield(.locked) }
    }

    /// One guest was shown out, and others were not.
    func tellOut(_ guest: Doorkeeper.Guest) {
        for reader in state.withLock({ Array($0.readers.values) }) where reader.guest == guest {
            reader.tell.yield(.locked)
            reader.tell.finish()
        }
    }

    func tellBeat() {
        for reader in state.withLock({ Array($0.readers.values) }) { reader.tell.yield(.beat) }
    }

    /// Ends what is told: the program ends.
    func close() {
        for reader in state.withLock({ Array($0.readers.values) }) { reader.tell.finish() }
    }
}
