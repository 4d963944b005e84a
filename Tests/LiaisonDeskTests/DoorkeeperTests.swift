// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes
import LiaisonTestKit
import Testing

@testable import LiaisonDesk

/// Who is let in, and from where.
struct DoorkeeperTests {
    private let clock = TestClock()
    private let doorkeeper: Doorkeeper

    init() {
        doorkeeper = Doorkeeper(clock: { [clock] in clock.now }, random: .repeatable("desk"))
        doorkeeper.listens(at: .loopback(port: 4711))
    }

    private func letIn() throws -> Doorkeeper.Visitor {
        let token = try #require(doorkeeper.newAddress().split(separator: "=").last)
        var visitor = Doorkeeper.Visitor(host: "127.0.0.1:4711", isChange: false)
        visitor.cookies = ["of another program", try doorkeeper.enter(String(token))]
        return visitor
    }

    @Test func theAddressIsGoodForOneBrowser() throws {
        let address = doorkeeper.newAddress()
        #expect(address.hasPrefix("http://127.0.0.1:4711/enter?token="))
        let token = String(try #require(address.split(separator: "=").last))
        _ = try doorkeeper.enter(token)
        #expect(throws: Doorkeeper.Refusal.used) { try doorkeeper.enter(token) }
        #expect(throws: Doorkeeper.Refusal.used) { try doorkeeper.enter("") }
    }

    @Test func aNewAddressVoidsTheOneBefore() throws {
        let old = String(try #require(doorkeeper.newAddress().split(separator: "=").last))
        _ = doorkeeper.newAddress()
        #expect(throws: Doorkeeper.Refusal.used) { try doorkeeper.enter(old) }
    }

    @Test func onlyTheDesksOwnNameIsAnswered() throws {
        var visitor = try letIn()
        #expect(throws: Never.self) { try doorkeeper.guest(visitor) }
        for host in [nil, "", "127.0.0.1", "127.0.0.1:80", "evil.example:4711", "127.0.0.1:4711.evil.example"] {
            visitor.host = host
            #expect(throws: Doorkeeper.Refusal.otherName) { try doorkeeper.guest(visitor) }
        }
    }

    @Test(
        arguments: [
            // origin, Sec-Fetch-Site, asks for a change, is let through
            (nil, nil, false, true), (nil, "none", false, true), (nil, "same-origin", true, true),
            ("http://127.0.0.1:4711", "same-origin", true, true), ("null", "same-origin", true, true),
            ("http://evil.example", nil, true, false), ("http://127.0.0.1:4712", "same-site", true, false),
            ("null", "cross-site", true, false), (nil, "cross-site", false, false), (nil, "same-site", true, false),
            ("https://127.0.0.1:4711", nil, true, false), (nil, "same-site", false, false)
        ] as [(String?, String?, Bool, Bool)])
    func whereARequestComesFrom(origin: String?, site: String?, isChange: Bool, isLetThrough: Bool) throws {
        var visitor = try letIn()
        (visitor.origin, visitor.fetchSite, visitor.isChange) = (origin, site, isChange)
        if isLetThrough {
            #expect(throws: Never.self) { try doorkeeper.guest(visitor) }
        } else {
            #expect(throws: Doorkeeper.Refusal.otherSite) { try doorkeeper.guest(visitor) }
        }
    }

    @Test func aFormBringsItsOwnToken() throws {
        let (one, other) = (try doorkeeper.guest(letIn()), Doorkeeper.Guest(formToken: "other"))
        #expect(throws: Never.self) { try doorkeeper.check(one.formToken, of: one) }
        for token in [nil, "", other.formToken, one.formToken + " "] {
            #expect(throws: Doorkeeper.Refusal.formToken) { try doorkeeper.check(token, of: one) }
        }
    }

    @Test func aStrangerIsNoGuest() throws {
        var visitor = try letIn()
        for cookies in [[], [""], ["0000", "1111"]] {
            visitor.cookies = cookies
            #expect(throws: Doorkeeper.Refusal.stranger) { try doorkeeper.guest(visitor) }
        }
    }

    // MARK: An institution's desk

    private func signIn(_ agent: String) throws -> Doorkeeper.Visitor {
        doorkeeper.listens(at: .institution(names: ["bureau.example"]))
        var visitor = Doorkeeper.Visitor(host: "bureau.example", isChange: false)
        visitor.cookies = [doorkeeper.admit(try #require(VaultName(agent)), browser: "Firefox")]
        return visitor
    }

    private func pass(_ seconds: Seconds) { clock.now = clock.now + seconds }

    @Test func aStayEndsWithoutUse() throws {
        let (used, unused) = (try signIn("one"), try signIn("one"))
        for _ in 0..<4 {
            pass(.minutes(14))
            #expect(throws: Never.self) { try doorkeeper.guest(used) }
            // A page that keeps itself up to date is nobody's use.
            _ = try? doorkeeper.guest(unused, isUse: false)
        }
        #expect(throws: Doorkeeper.Refusal.stranger) { try doorkeeper.guest(unused) }
    }

    @Test func aStayEndsInAnyCase() throws {
        let visitor = try signIn("one")
        for _ in 0..<(Doorkeeper.longest.rawValue / 600) {
            #expect(throws: Never.self) { try doorkeeper.guest(visitor) }
            pass(.minutes(10))
        }
        pass(1)
        #expect(throws: Doorkeeper.Refusal.stranger) { try doorkeeper.guest(visitor) }
    }

    @Test func whoIsShownOutIsAStranger() throws {
        let (one, two, other) = (try signIn("one"), try signIn("one"), try signIn("other"))
        let guest = try doorkeeper.guest(one)
        #expect(doorkeeper.stays(of: VaultName("one")).count == 2)
        #expect(doorkeeper.end { $0.guest == guest } == [guest])
        #expect(!doorkeeper.isIn(guest))
        #expect(throws: Doorkeeper.Refusal.stranger) { try doorkeeper.guest(one) }
        #expect(throws: Never.self) { try doorkeeper.guest(two) }
        #expect(throws: Never.self) { try doorkeeper.guest(other) }
    }

    @Test(arguments: [
        ("bureau.example", true), ("bureau.example:8443", true), ("BUREAU.example", true), ("127.0.0.1", false),
        ("ailleurs.example", false), ("bureau.example.ailleurs.example", false), ("bureau.example:1:2", false),
        ("", false)
    ])
    func anInstitutionsDeskHasItsNames(host: String, isNamed: Bool) {
        #expect(Site.institution(names: ["bureau.example"]).isNamed(host) == isNamed)
    }
}
