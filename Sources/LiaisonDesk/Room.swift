// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonWire
import Synchronization

/// One vault while somebody works with it: who opens it, and who is told of what comes.
struct Room: Sendable {
    let clerk: Clerk
    let bulletin: Bulletin
    private let ear: Ear

    init(_ clerk: Clerk) {
        self.clerk = clerk
        let bulletin = Bulletin()
        self.bulletin = bulletin
        let listening = Listening(clerk: clerk, bulletin: bulletin)
        let registrar = RegistrarListening(clerk: RegistrarClerk(clerk: clerk), bulletin: bulletin)
        ear = Ear { await clerk.office == .registrar ? registrar.run() : listening.run() }
    }

    /// Begins to listen, once the vault is unlocked.
    func open() {
        bulletin.open()
        ear.begin()
    }

    /// Tells the relay, beside the page, what a list has shown: the sender then reads "displayed in the list". What could not be told
    /// is told when a list shows it again.
    func tell(shown items: [ShownDeliveries.Item]) {
        guard !items.isEmpty else { return }
        Task { [clerk] in try? await clerk.line().tell(shown: items) }
    }

    func lock() async {
        await clerk.lock()
        ear.end()
        bulletin.tellLocked()
    }

    /// Ends what is told: the program ends.
    func close() async {
        ear.end()
        bulletin.close()
        await clerk.lock()
    }

    /// The listening that is at work, if any.
    private final class Ear: Sendable {
        private let listening: @Sendable () async -> Void
        private let task = Mutex<Task<Void, Never>?>(nil)

        init(_ listening: @escaping @Sendable () async -> Void) { self.listening = listening }

        func begin() {
            task.withLock { task in
                task?.cancel()
                task = Task { [listening] in await listening() }
            }
        }

        func end() {
            task.withLock { task in
                task?.cancel()
                task = nil
            }
        }
    }
}
