// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonNotes
import LiaisonVault
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

        /// Whether others come from it as well, whose wrong ones a right one says nothing of.
        var isOfMany: Bool { if case .network = self { true } else { false } }

        /// One wrong one is forgotten in each of these times without another.
        var forgets: Seconds {
            switch self {
            case .browser, .vault: .hours(1)
            case .network: .minutes(1)
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
        var last: Instant
    }

    /// What is counted at least; those whose last wrong passphrase is longest ago are forgotten first.
    private static let most = 10_000
    private static let first: Seconds = 10

    private let counts = Mutex<[Source: Count]>([:])

    /// How much is counted.
    var count: Int { counts.withLock(\.count) }

    /// Nobody is let in from there yet.
    struct Waiting: Error {
        let time: Seconds

        func text(_ language: Language) -> String {
            let seconds = time.rawValue
            let wait = seconds < 60 ? "\(seconds) s" : "\((seconds + 59) / 60) min"
            return language(
                "Trop de phrases de passe incorrectes : attendez \(wait), puis recommencez.",
                "Too many wrong passphrases: wait \(wait), then try again.")
        }
    }

    /// Has a passphrase judged, and counts it.
    ///
    /// It is counted as wrong before it is judged: of many that come at once, no more are judged than of those that come one after the
    /// other.
    ///
    /// - Parameter isGuess: whether what the judging threw says that the passphrase was wrong; what does not is not counted.
    /// - Throws: `Waiting` when it is not judged at all, and what the judging throws.
    func judge<Value>(
        _ sources: [Source], now: Instant, isGuess: (any Error) -> Bool = LockOut.isWrongPassphrase,
        _ body: () async throws -> Value
    ) async throws -> Value {
        if let until = begin(sources, now: now) { throw Waiting(time: until - now) }
        do {
            let value = try await body()
            withdraw(sources, wasRight: true)
            return value
        } catch {
            if !isGuess(error) { withdraw(sources, wasRight: false) }
            throw error
        }
    }

    static func isWrongPassphrase(_ error: any Error) -> Bool {
        if case VaultFailure.wrongPassphrase = error { true } else { false }
    }

    /// Counts one more passphrase as wrong before it is judged: of many that come at once, no more are judged than of those that come
    /// one after the other. Each further one makes the wait twice as long.
    ///
    /// - Returns: until when nobody is let in from one of these; nil when this one is to be judged. A right one is then told of.
    func begin(_ sources: [Source], now: Instant) -> Instant? {
        counts.withLock { counts in
            let latest = sources.compactMap { counts[$0]?.waitsUntil }.max()
            if let latest, latest > now { return latest }
            if counts.count >= 2 * Self.most {
                let byAge = counts.sorted { $0.value.last > $1.value.last }
                counts = Dictionary(uniqueKeysWithValues: byAge.prefix(Self.most).map { ($0.key, $0.value) })
            }
            for source in sources {
                var count = counts[source] ?? Count(last: now)
                count.failures = max(0, count.failures - (now - count.last).rawValue / source.forgets.rawValue)
                count.failures += 1
                count.last = now
                let doublings = count.failures - source.free - 1
                if doublings >= 0 {
                    count.waitsUntil = now + min(Self.first * (1 << min(doublings, 10)), source.longest)
                }
                counts[source] = count
            }
            return nil
        }
    }

    /// It was not wrong, or was not judged after all. A network stays counted by the others that came from it.
    func withdraw(_ sources: [Source], wasRight: Bool) {
        counts.withLock { counts in
            for source in sources {
                guard var count = counts[source] else { continue }
                if wasRight, !source.isOfMany { count.failures = 1 }
                count.failures -= 1
                if count.failures <= source.free { count.waitsUntil = .earliest }
                counts[source] = count.failures > 0 ? count : nil
            }
        }
    }
}
