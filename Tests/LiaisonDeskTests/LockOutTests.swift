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

    /// How long one has to wait who tries now, which counts as a wrong one when it is judged.
    private func tries(_ sources: [LockOut.Source], at now: Instant) -> Int? {
        lockOut.begin(sources, now: now).map { ($0 - now).rawValue }
    }

    private func tries(_ count: Int, _ sources: [LockOut.Source], at now: Instant) {
        for _ in 0..<count { #expect(tries(sources, at: now) == nil) }
    }

    @Test func eachWrongOneDoublesTheWait() {
        var waits: [Int?] = []
        for place in 0..<14 {
            // Each comes when it may, and long before the ones before it are forgotten.
            let now = start + .minutes(20 * place)
            #expect(tries([.vault("one")], at: now) == nil)
            waits.append(lockOut.begin([.vault("one")], now: now).map { ($0 - now).rawValue })
            // The second try of this round was not judged unless it was free.
            if waits.last == .some(nil) { lockOut.withdraw([.vault("one")], wasRight: false) }
        }
        #expect(waits == [nil, nil, nil, nil, nil, 10, 20, 40, 80, 160, 320, 640, 900, 900])
    }

    /// A hundred at once are no more than six one after the other.
    @Test func manyAtOnceAreCountedBeforeTheyAreJudged() {
        let judged = (0..<100).count { _ in tries([.vault("one")], at: start) == nil }
        #expect(judged == 6)
    }

    @Test func othersDoNotWait() {
        tries(6, [.vault("one"), .network("a")], at: start)
        #expect(tries([.vault("one"), .network("b")], at: start) != nil)
        #expect(tries([.vault("two"), .network("a")], at: start) == nil)
        #expect(tries([.browser("known")], at: start) == nil)
    }

    /// One machine that tries a common passphrase on every vault waits, too.
    @Test func aNetworkWaits() {
        for place in 0...50 { tries(1, [.vault("\(place)"), .network("a")], at: start) }
        #expect(tries([.vault("new"), .network("a")], at: start) == 10)
        #expect(tries([.vault("new"), .network("b")], at: start) == nil)
        // Each minute without a wrong one makes up for one.
        #expect(tries([.vault("newer"), .network("a")], at: start + .minutes(2)) == nil)
        #expect(tries([.vault("newest"), .network("a")], at: start + .minutes(2)) == nil)
    }

    /// Fifty who type theirs rightly in the morning are not in each other's way.
    @Test func rightOnesCountNowhere() {
        for place in 0..<200 {
            let sources = [LockOut.Source.vault("\(place)"), .network("a")]
            tries(1, sources, at: start)
            lockOut.withdraw(sources, wasRight: true)
        }
        #expect(lockOut.count == 0)
    }

    @Test func theRightOneForgetsTheWrongOnes() {
        tries(6, [.vault("one"), .network("a")], at: start)
        let later = start + 11
        tries(1, [.vault("one"), .network("a")], at: later)
        lockOut.withdraw([.vault("one"), .network("a")], wasRight: true)
        tries(5, [.vault("one")], at: later)
    }

    @Test func aDayWithoutAWrongOneForgetsThem() {
        tries(6, [.vault("one")], at: start)
        tries(5, [.vault("one")], at: start + .days(1) + 1)
    }

    /// Somebody who makes up names does not fill the memory, and does not have the newest forgotten.
    @Test func whatIsCountedIsBounded() {
        tries(6, [.vault("last")], at: start + 30_000)
        for place in 0..<25_000 { tries(1, [.vault("made up \(place)")], at: start + Seconds(place)) }
        #expect(lockOut.count <= 20_000)
        #expect(tries([.vault("last")], at: start + 30_000) == 10)
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
        let both = known.cookie(for: two, beside: cookie)
        #expect(known.browser(both, of: one) == known.browser(cookie, of: one) && known.browser(both, of: two) != nil)
        var many = both
        for place in 0..<20 { many = known.cookie(for: try #require(VaultName("agent-\(place)")), beside: many) }
        #expect(many.split(separator: "~").count == 8 && known.browser(many, of: one) == nil)
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
