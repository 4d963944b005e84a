// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CKeyutils
import Foundation
import LiaisonNotes
import LiaisonTestKit
import LiaisonVault
import Testing

/// A vault's key in the session's key ring. Credentials are a thread's: each test joins a session of its own and stays on its
/// thread.
struct SessionKeyRingTests {
    private let directory: TemporaryDirectory
    private let clock = TestClock()

    init() throws {
        directory = try TemporaryDirectory()
        try #require(keyctl_join_session_keyring(nil) > 0)
    }

    private func ring(slept: Int = 0) -> SessionKeyRing {
        let clock = clock
        return SessionKeyRing(clock: { clock.now }, slept: { slept })
    }

    private func vault() throws -> Vault {
        try Vault.create(at: "\(directory.path)/vault", passphrase: GuardedBytes(copying: Array("essai".utf8)))
    }

    @Test func whatWasKeptOpensTheVault() throws {
        let path = "\(directory.path)/vault"
        do {
            let vault = try vault()
            try vault.put("Alpha TESTARD", VaultTable<String>("form"), "one")
            try ring().keep(vault.key, of: path, for: 900)
        }
        let key = try #require(ring().key(of: path))
        #expect(try Vault.open(at: path, key: key).value(VaultTable<String>("form"), "one") == "Alpha TESTARD")
        let lease = try #require(ring().lease(of: path))
        #expect(lease.period == 900 && lease.end == clock.now + 8 * 3600)
        #expect(ring().key(of: "\(path)-other") == nil)
        #expect(ring().lock(path))
        #expect(ring().key(of: path) == nil)
        #expect(!ring().lock(path))
    }

    /// Another vault at the same place is not opened by it.
    @Test func anotherVaultsKeyIsRefused() throws {
        let other = try Vault.create(
            at: "\(directory.path)/other", passphrase: GuardedBytes(copying: Array("essai".utf8)))
        let path = "\(directory.path)/vault"
        do { _ = try vault() }
        #expect(throws: VaultFailure.wrongPassphrase) { try Vault.open(at: path, key: other.key) }
    }

    @Test func eightHoursAreTheEndWhateverIsUsed() throws {
        let vault = try vault()
        try ring().keep(vault.key, of: vault.path, for: Seconds(1 << 40))
        #expect(ring().lease(of: vault.path)?.period == .hours(8))
        clock.now += .hours(8) - 1
        #expect(ring().key(of: vault.path) != nil)
        clock.now += 1
        #expect(ring().key(of: vault.path) == nil)
        clock.now -= 3600
        #expect(ring().key(of: vault.path) == nil, "an hour back, it is locked all the same")
    }

    @Test func aComputerThatSleptIsLocked() throws {
        let vault = try vault()
        try ring().keep(vault.key, of: vault.path, for: 900)
        #expect(ring(slept: 0).lease(of: vault.path) != nil)
        #expect(ring(slept: 1999).lease(of: vault.path) != nil, "two clocks are not read at once")
        #expect(ring(slept: 2000).key(of: vault.path) == nil)
        #expect(ring(slept: 0).key(of: vault.path) == nil)
    }

    /// Another session of the same user finds nothing.
    @Test func anotherSessionFindsNothing() throws {
        let vault = try vault()
        try ring().keep(vault.key, of: vault.path, for: 900)
        #expect(ring().key(of: vault.path) != nil)
        try #require(keyctl_join_session_keyring(nil) > 0)
        #expect(ring().key(of: vault.path) == nil && ring().lease(of: vault.path) == nil)
    }
}
