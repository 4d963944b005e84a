// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes
import Synchronization

/// Who has to wait after wrong passphrases at an institution's desk, and how long.
///
/// Wrong ones are counted by vault, so that many machines together do not guess faster than one, and by the network that they come
/// from, so that one machine does not try a common passphrase on every vault. A browser in which the agent has signed in before is
/// counted by itself: nobody shuts an agent out of the computer that the agent works at by guessing wrong elsewhere.
final class LockOut: Sendable {
    enum Source: Hashable {
        /// A browser that the vault's agent has signed in with before.
        case browser(String)
        /// All other browsers, at one vault, or at a name that no vault has.
        case vault(String)
        case network(String)

        /// How many wrong passphrases cost nothing.
        var free: Int {
            switch self {
            case .browser, .vault: 5
            case .network: 50
            }
        }

        /// At most so long.
        var longest: Seconds {
            switch self {
            case .browser, .vault: .minutes(15)
            case .network: .minutes(1)
            }
        }
    }

    private struct Count {
        var failures = 0
        var waitsUntil = Instant.earliest
        var last = Instant.earliest
    }

    /// What is counted at least; those whose last wrong passphrase is longest ago are forgotten first.
    private static let most = 10_000
    /// A wrong passphrase is forgotten after so long without another.
    private static let memory: Seconds = .days(1)
    private static let first: Seconds = 10

    private let counts = Mutex<[Source: Count]>([:])

    /// How much is counted.
    var count: Int { counts.withLock(\.count) }

    /// - Returns: until when nobody is let in from one of these; nil when they may try.
    func wait(_ sources: [Source], now: Instant) -> Instant? {
        let latest = counts.withLock { counts in sources.compactMap { counts[$0]?.waitsUntil }.max() }
        return latest.flatMap { $0 > now ? $0 : nil }
    }

    /// A passphrase was wrong: each further one makes the wait twice as long.
    func failed(_ sources: [Source], now: Instant) {
        counts.withLock { counts in
            if counts.count >= 2 * Self.most {
                let byAge = counts.sorted { $0.value.last > $1.value.last }
                counts = Dictionary(uniqueKeysWithValues: byAge.prefix(Self.most).map { ($0.key, $0.value) })
            }
            for source in sources {
                var count = counts[source] ?? Count()
                if now - count.last > Self.memory { count = Count() }
                count.failures += 1
                count.last = now
                let doublings = count.failures - source.free - 1
                if doublings >= 0 {
                    count.waitsUntil = now + min(Self.first * (1 << min(doublings, 10)), source.longest)
                }
                counts[source] = count
            }
        }
    }

    /// The right passphrase was given from here. A network stays counted: it may hold others.
    func succeeded(_ sources: [Source]) {
        counts.withLock { counts in
            for source in sources {
                if case .network = source { continue }
                counts[source] = nil
            }
        }
    }
}
