// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire
import LiaisonWords
import Synchronization

/// Keeps the device's mailboxes up to date while the desk is unlocked, deposits what waits and needs nobody's word, and tells the
/// open pages.
struct Listening: Sendable {
    let clerk: Clerk
    let bulletin: Bulletin

    /// Runs until the desk locks or the task is cancelled.
    func run() async {
        while !Task.isCancelled, let line = try? await clerk.line() {
            let told = Told()
            let watcher = Watcher(
                connect: { try await line.stream(after: $0) },
                catchUp: { try await catchUp(told) },
                isDeaf: { isDeaf in
                    bulletin.tell { $0.deafSince = isDeaf ? clerk.now : nil }
                })
            do {
                try await watcher.run()
            } catch is Clerk.Locked {
                return
            } catch let problem as Problem where problem.status == 403 {
                bulletin.tell { $0.notice = ErrorWords.text(problem, clerk.language) }
                return
            } catch {
                // Refused for good, or the vault is damaged or in use: the pages say so themselves when somebody asks for something.
                bulletin.tell { $0.deafSince = $0.deafSince ?? clerk.now }
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }

    /// Where the last catching up ended. Only one is at work at a time: the watcher's own.
    private final class Told: Sendable {
        let soFar = Mutex(ToldSoFar())
    }

    private func catchUp(_ told: Told) async throws {
        let (counts, say, notice) = try await clerk.work(.relay, isUse: false) { session, voice in
            _ = try await session.flush(catalogue: voice.catalogue, largest: Session.largestUnasked)
            var soFar = told.soFar.withLock(\.self)
            defer { told.soFar.withLock { $0 = soFar } }
            let events = try await session.newEvents(&soFar)
            let isUrgent = events.contains { $0.asksForAction && $0.routing?.urgency.asksForACall ?? true }
            let asks = events.contains(where: \.asksForAction)
            let language = voice.language
            let say =
                isUrgent
                ? language("Une transmission urgente vous attend.", "An urgent transmission waits for you.")
                : asks ? language("Une transmission vous attend.", "A transmission waits for you.") : ""
            return (try await Self.counts(session), say, session.followed?.text(language))
        }
        bulletin.tell { standing in
            standing.counts = counts
            standing.deafSince = nil
            standing.say = say
            standing.notice = notice ?? standing.notice
        }
        bulletin.forgetSaying()
    }

    /// How many wait, by tab.
    static func counts(_ session: Session) async throws -> [String: Int] {
        let waiting = try await session.inbox(isShown: false).deliveries.count { !$0.state.isFinal }
        return [
            "inbox": waiting, "alerts": try await session.alerts().count,
            "outbox": try session.outbox.waiting().count
        ]
    }
}
