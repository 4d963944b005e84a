// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CKeyutils
import Foundation
public import LiaisonNotes

/// A vault's key in the kernel's key ring of the user's session (keyrings(7), keyctl(2)): no process holds it, it is never
/// swapped, and it goes with the session, after a time without use, or when somebody locks.
///
/// It lies in the session's own key ring and can be read by who possesses that one: another session does not find it, not
/// even one of the same user. Where several people share a user account, each session still has its own.
public struct SessionKeyRing: Sendable {
    /// Unlocked at most so long, whatever is used meanwhile.
    public static let longest: Seconds = .hours(8)
    /// Unlocked so long after the last use, where nothing else is said.
    public static let usual: Seconds = .minutes(15)

    public enum Failure: Error, Equatable {
        /// The session has no key ring of its own: what was put there could be read in the user's other sessions.
        case noSessionKeyRing
        case system(call: String, errno: Int32)
    }

    /// Until when a vault is unlocked.
    public struct Lease: Equatable, Sendable {
        /// After the last use.
        public let period: Seconds
        /// The end in any case.
        public let end: Instant
    }

    private let clock: @Sendable () -> Instant
    /// How long the machine has slept since it started, milliseconds.
    private let slept: @Sendable () -> Int

    public init(
        clock: @escaping @Sendable () -> Instant = { .now },
        slept: @escaping @Sendable () -> Int = Self.suspended
    ) {
        self.clock = clock
        self.slept = slept
    }

    /// What the boot clock counts and the monotonic one does not (clock_gettime(2)).
    public static let suspended: @Sendable () -> Int = {
        func read(_ clock: clockid_t) -> Int {
            var time = timespec()
            clock_gettime(clock, &time)
            return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
        }
        return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC)
    }

    // MARK: Unlocking

    /// Keeps a vault's key for this session.
    ///
    /// - Parameter period: after the last use; at most `longest`.
    /// - Throws: `Failure`.
    public func keep(_ key: GuardedBytes, of vault: String, for period: Seconds) throws {
        guard hasOwnRing else { throw Failure.noSessionKeyRing }
        let lease = Lease(period: min(max(period, 1), Self.longest), end: clock() + Self.longest)
        let payload = try Self.payload(key, lease, slept: slept())
        let serial = payload.withUnsafeBytes { bytes in
            add_key("user", Self.name(of: vault), bytes.baseAddress, bytes.count, KEY_SPEC_SESSION_KEYRING)
        }
        guard serial >= 0 else { throw Failure.system(call: "add_key", errno: errno) }
        // Whoever possesses it may use it; nobody else may even see it.
        let possessor = UInt32(KEY_POS_VIEW | KEY_POS_READ | KEY_POS_WRITE | KEY_POS_SEARCH | KEY_POS_SETATTR)
        guard keyctl_setperm(serial, possessor) == 0, keyctl_set_timeout(serial, UInt32(lease.period.rawValue)) == 0
        else {
            let problem = errno
            keyctl_revoke(serial)
            throw Failure.system(call: "keyctl", errno: problem)
        }
    }

    /// The key of a vault that is unlocked in this session; nil when it is locked.
    ///
    /// - Parameter isUse: whether its time begins anew.
    public func key(of vault: String, isUse: Bool = true) -> GuardedBytes? {
        guard let (serial, key, lease) = try? find(vault) else { return nil }
        guard isUse else { return key }
        keyctl_set_timeout(serial, UInt32(min(lease.period, max(lease.end - clock(), 1)).rawValue))
        return key
    }

    /// Until when a vault is unlocked; nil when it is locked. That somebody asks is no use of it.
    public func lease(of vault: String) -> Lease? { (try? find(vault))?.lease }

    /// Forgets a vault's key.
    ///
    /// - Returns: whether it was unlocked.
    @discardableResult
    public func lock(_ vault: String) -> Bool {
        guard let serial = serial(of: vault) else { return false }
        return keyctl_revoke(serial) == 0
    }

    // MARK: The kernel's side

    /// Whether the session has a key ring of its own, and not the one that all of a user's sessions share.
    private var hasOwnRing: Bool {
        let own = keyctl_get_keyring_ID(KEY_SPEC_SESSION_KEYRING, 0)
        return own >= 0 && own != keyctl_get_keyring_ID(KEY_SPEC_USER_SESSION_KEYRING, 0)
    }

    private func serial(of vault: String) -> Int32? {
        guard hasOwnRing else { return nil }
        let serial = keyctl_search(KEY_SPEC_SESSION_KEYRING, "user", Self.name(of: vault), 0)
        return serial < 0 ? nil : Int32(serial)
    }

    private func find(_ vault: String) throws -> (serial: Int32, key: GuardedBytes, lease: Lease)? {
        guard let serial = serial(of: vault) else { return nil }
        let payload = try GuardedBytes(count: Self.payloadLength) { bytes in
            guard keyctl_read(serial, bytes, Self.payloadLength) == Self.payloadLength else {
                throw Failure.system(call: "keyctl_read", errno: errno)
            }
        }
        let (key, lease, slept) = try Self.read(payload)
        // A computer that has slept since may have changed hands, and the end holds whatever was used.
        guard abs(slept - self.slept()) < Self.tolerance, clock() < lease.end else {
            keyctl_revoke(serial)
            return nil
        }
        return (serial, key, lease)
    }

    /// The vault's directory as the file system has it, hashed: the description of a key can be seen in /proc/keys.
    private static func name(of vault: String) -> String {
        let path = URL(fileURLWithPath: vault).resolvingSymlinksInPath().path
        return "liaison:\(Hash.of(path).hex.prefix(32))"
    }

    /// Milliseconds by which two readings of two clocks may differ.
    private static let tolerance = 2000

    // MARK: Payload

    private static let payloadLength = 32 + 3 * 8

    /// The key, then period, end and time slept, 8 bytes each, big endian.
    private static func payload(_ key: GuardedBytes, _ lease: Lease, slept: Int) throws -> GuardedBytes {
        try GuardedBytes(count: payloadLength) { bytes in
            key.withPointer { for place in 0..<32 { bytes[place] = $0[place] } }
            for (index, number) in [lease.period.rawValue, lease.end.rawValue, slept].enumerated() {
                for place in 0..<8 {
                    bytes[32 + 8 * index + place] = UInt8(truncatingIfNeeded: number >> (56 - 8 * place))
                }
            }
        }
    }

    private static func read(_ payload: GuardedBytes) throws -> (key: GuardedBytes, lease: Lease, slept: Int) {
        try payload.withPointer { bytes in
            func number(_ index: Int) -> Int {
                (0..<8).reduce(0) { $0 << 8 | Int(bytes[32 + 8 * index + $1]) }
            }
            // Whoever possesses the ring could have put something else there.
            guard (1...longest.rawValue).contains(number(0)), number(1) > 0, number(2) >= 0 else {
                throw Failure.system(call: "keyctl_read", errno: EINVAL)
            }
            let key = try GuardedBytes(count: 32) { for place in 0..<32 { $0[place] = bytes[place] } }
            return (key, Lease(period: Seconds(number(0)), end: Instant(number(1))), number(2))
        }
    }
}
