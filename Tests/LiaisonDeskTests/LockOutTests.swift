// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes
import LiaisonTestKit
import Testing

@testable import LiaisonDesk

/// How long who waits after wrong passphrases.
struct LockOutTests {
    private let lockOut = LockOut()
    private let start = Instant(rawValue: 1_800_000_000)

    private func wait(_ sources: [LockOut.Source], at now: Instant) -> Int? {
        lockOut.wait(sources, now: now).map { ($0 - now).rawValue }
    }

    @Test func eachWrongOneDoublesTheWait() {
        var waits: [Int?] = []
        for place in 0..<14 {
            // Each comes as soon as it may, and long before the ones before it are forgotten.
            let now = start + .minutes(20 * place)
            lockOut.failed([.vault("one")], now: now)
            waits.append(wait([.vault("one")], at: now))
        }
        #expect(waits == [nil, nil, nil, nil, nil, 10, 20, 40, 80, 160, 320, 640, 900, 900])
    }

    @Test func othersDoNotWait() {
        for _ in 0..<9 { lockOut.failed([.vault("one"), .network("a")], now: start) }
        #expect(wait([.vault("one"), .network("b")], at: start) != nil)
        #expect(wait([.vault("two"), .network("a")], at: start) == nil)
        #expect(wait([.browser("known")], at: start) == nil)
    }

    /// One machine that tries a common passphrase on every vault waits, too.
    @Test func aNetworkWaits() {
        for place in 0..<50 { lockOut.failed([.vault("\(place)"), .network("a")], now: start) }
        #expect(wait([.vault("new"), .network("a")], at: start) == nil)
        lockOut.failed([.vault("50"), .network("a")], now: start)
        #expect(wait([.vault("new"), .network("a")], at: start) == 10)
        #expect(wait([.vault("new"), .network("b")], at: start) == nil)
    }

    @Test func theRightOneForgetsTheWrongOnes() {
        for _ in 0..<6 { lockOut.failed([.vault("one"), .network("a")], now: start) }
        lockOut.succeeded([.vault("one"), .network("a")])
        #expect(wait([.vault("one")], at: start) == nil)
    }

    @Test func aDayWithoutAWrongOneForgetsThem() {
        for _ in 0..<9 { lockOut.failed([.vault("one")], now: start) }
        let later = start + .days(1) + 1
        lockOut.failed([.vault("one")], now: later)
        #expect(wait([.vault("one")], at: later) == nil)
    }

    /// Somebody who makes up names does not fill the memory, and does not have the newest forgotten.
    @Test func whatIsCountedIsBounded() {
        for _ in 0..<6 { lockOut.failed([.vault("last")], now: start + 30_000) }
        for place in 0..<25_000 { lockOut.failed([.vault("made up \(place)")], now: start + Seconds(rawValue: place)) }
        #expect(lockOut.count <= 20_000)
        #expect(wait([.vault("last")], at: start + 30_000) == 10)
    }

    @Test(arguments: ["iscg-est", "d-07@avema01", "a1", " Nouvelle "])
    func namesOfVaults(typed: String) { #expect(VaultName(typed) != nil) }

    @Test(arguments: ["", "a", "..", "../x", ".x", "-x", "a/b", "é1", "a b", "a\0b", String(repeating: "a", count: 65)])
    func noNamesOfVaults(typed: String) { #expect(VaultName(typed) == nil) }

    @Test func aBrowserIsKnownToItsAgentOnly() throws {
        let known = KnownBrowsers(key: [UInt8](repeating: 7, count: 32), random: .repeatable("browser"))
        let (one, two) = (try #require(VaultName("one")), try #require(VaultName("two")))
        let cookie = known.cookie(for: one)
        #expect(known.browser(cookie, of: one) != nil)
        #expect(known.browser(cookie, of: two) == nil)
        #expect(known.browser(known.cookie(for: one), of: one) != known.browser(cookie, of: one))
        #expect(KnownBrowsers(key: [UInt8](repeating: 8, count: 32)).browser(cookie, of: one) == nil)
        for forged in ["", ".", "a.b", cookie + "0", String(cookie.dropLast(2))] {
            #expect(known.browser(forged, of: one) == nil)
        }
    }

    @Test func aFormIsOfTheBrowserThatWasShownIt() {
        let door = Door(random: .repeatable("door"))
        let (one, two) = (door.newCookie(), door.newCookie())
        #expect(one != two && door.isOurs(one) && door.isOurs(two))
        #expect(door.isFormToken(door.formToken(of: one), of: one))
        #expect(!door.isFormToken(door.formToken(of: one), of: two))
        #expect(!door.isFormToken(door.formToken(of: "made up"), of: "made up"))
        #expect(!Door(random: .repeatable("other")).isOurs(one))
    }
}
