// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonListener
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import NIOCore
import Synchronization
import Testing

@testable import LiaisonHTTP

/// Whoever takes more than their share loses what they took first, and nobody else loses anything.
struct FairnessTests {
    private final class Closed: Sendable {
        private let list = Mutex<[String]>([])
        var names: [String] { list.withLock { $0 } }
        func close(_ name: String) -> @Sendable () -> Void { { self.list.withLock { $0.append(name) } } }
    }

    private var limits: ServerLimits {
        var limits = ServerLimits()
        limits.strangers = 6
        limits.strangersOfOneSource = 4
        limits.connectionsOfOneKey = 2
        limits.agent = ShareLimits(requests: 2, bytes: 100)
        limits.institution = ShareLimits(requests: 3, bytes: 150)
        limits.strangersShare = ShareLimits(requests: 1, bytes: 10)
        limits.all = ShareLimits(requests: 5, bytes: 200)
        return limits
    }

    private let avema: InstitutionID
    private let ggd: InstitutionID

    init() throws {
        avema = try #require(InstitutionID("avema01"))
        ggd = try #require(InstitutionID("ggd01"))
    }

    // MARK: Connections

    @Test func aCrowdOfOneNetworkPushesOutItself() {
        let (places, closed) = (Places(limits), Closed())
        let quiet = places.arrived(from: "quiet", closed.close("quiet"))
        for number in 1...100 { _ = places.arrived(from: "flood", closed.close("flood \(number)")) }
        #expect(closed.names == (1...96).map { "flood \($0)" })
        #expect(places.strangers == 5)
        // Where many networks fill the places, one of the network that has most goes.
        for number in 1...10 {
            _ = places.arrived(from: "network \(number)", closed.close("network \(number)"))
            #expect(!closed.names.contains("network \(number)"), "who comes is not who goes")
        }
        #expect(places.strangers == 6)
        // First what the flood had more than others, then whoever had been there longest.
        #expect(
            closed.names.suffix(9) == ["flood 97", "flood 98", "flood 99", "quiet", "flood 100"]
                + (1...4).map { "network \($0)" })
        places.left(quiet, from: "quiet", of: nil)
    }

    @Test func anAgentIsNoStranger() {
        let (places, closed) = (Places(limits), Closed())
        let key = Hash.of("key")
        let agent = places.arrived(from: "flood", closed.close("agent"))
        places.recognized(agent, from: "flood", as: key, of: avema)
        for number in 1...100 { _ = places.arrived(from: "flood", closed.close("flood \(number)")) }
        #expect(!closed.names.contains("agent"))
        #expect(places.strangers == 4)
        // Of too many connections with one key the oldest goes.
        for number in 1...2 {
            let other = places.arrived(from: "elsewhere", closed.close("own \(number)"))
            places.recognized(other, from: "elsewhere", as: key, of: avema)
        }
        #expect(closed.names.last == "agent")
    }

    /// Whoever opened too many streams stays out for a while: a key, or the strangers of a network, and nobody else.
    @Test func whoIsShutOutComesBackLater() {
        let now = Mutex(NIODeadline.now())
        let (places, closed) = (Places(limits) { now.withLock { $0 } }, Closed())
        let (key, other) = (Hash.of("key"), Hash.of("other"))
        let agent = places.arrived(from: "crowd", closed.close("agent"))
        places.recognized(agent, from: "crowd", as: key, of: avema)
        for name in ["crowd", "elsewhere"] { _ = places.arrived(from: name, closed.close(name)) }
        places.shutOut(from: "flood", key: key)
        places.shutOut(from: "crowd", key: nil)
        #expect(closed.names == ["crowd"] && places.strangers == 1)
        #expect(places.isShutOut(from: "elsewhere", key: key) && places.isShutOut(from: "crowd", key: nil))
        #expect(!places.isShutOut(from: "flood", key: nil) && !places.isShutOut(from: "crowd", key: other))
        now.withLock { $0 = $0 + limits.shutOut }
        #expect(!places.isShutOut(from: "elsewhere", key: key) && !places.isShutOut(from: "crowd", key: nil))
    }

    @Test func patienceComesBackOverTime() {
        let start = NIODeadline.now()
        var patience = Patience(most: 2, oneMoreEach: .seconds(1), now: start)
        #expect((0..<4).map { _ in patience.strain(now: start) } == [.zero, .zero, .seconds(1), .seconds(1)])
        #expect(patience.strain(now: start + .seconds(1)) == .zero)
        #expect(patience.strain(now: start + .seconds(1)) == .seconds(1))
        #expect((0..<3).map { _ in patience.strain(now: start + .hours(1)) } == [.zero, .zero, .seconds(1)])
    }

    /// Requests that come a little faster than they are let off are let off as often as it says.
    @Test func whatIsLeftOfAnIntervalCounts() {
        let start = NIODeadline.now()
        var patience = Patience(most: 10, oneMoreEach: .milliseconds(3), now: start)
        let passed = (0..<10_010).count { patience.strain(now: start + .microseconds(2900 * Int64($0))) == .zero }
        #expect((9680...9690).contains(passed))
        // What was not used for years does not add up to more than there is.
        let late = NIODeadline.uptimeNanoseconds(UInt64(Int64.max))
        #expect((0..<12).count { _ in patience.strain(now: late) == .zero } == 10)
    }

    /// Requests that are answered at once have a rate as well; an agent's alarm does not wait for its other requests, and nobody
    /// waits for another one's.
    @Test func whoAsksWithoutEndWaits() {
        var limits = limits
        limits.agentRate = RequestRate(burst: 3, perSecond: 100)
        limits.agentUrgentRate = RequestRate(burst: 1, perSecond: 100)
        let (shares, start) = (Shares(limits), NIODeadline.now())
        let (busy, colleague) = (Hash.of("busy"), Hash.of("colleague"))
        #expect(
            (0..<4).map { _ in shares.wait(of: busy, .routine, now: start) } == [
                .zero, .zero, .zero, limits.refusalWait
            ])
        #expect(shares.wait(of: busy, .urgent, now: start) == .zero)
        #expect(shares.wait(of: busy, .urgent, now: start) == limits.refusalWait)
        #expect(shares.wait(of: colleague, .routine, now: start) == .zero)
        #expect(shares.wait(of: busy, .routine, now: start + .milliseconds(10)) == .zero)
        #expect(shares.refusals["agent_rate"] == 2)
    }

    /// An institution that enrols ever more keys has its own places, and so have the others.
    @Test func anInstitutionPushesOutItself() {
        var limits = limits
        limits.connectionsOfOneInstitution = 5
        limits.connections = 7
        let (places, closed) = (Places(limits), Closed())
        func connect(_ name: String, of institution: InstitutionID) {
            let id = places.arrived(from: name, closed.close(name))
            places.recognized(id, from: name, as: Hash.of(name), of: institution)
        }
        connect("colleague", of: ggd)
        for number in 1...9 { connect("key \(number)", of: avema) }
        #expect(closed.names == (1...4).map { "key \($0)" })
        connect("second", of: ggd)
        connect("third", of: ggd)
        #expect(closed.names.last == "key 5" && !closed.names.contains("colleague"))
    }

    @Test func whoLeavesMakesRoom() {
        let (places, closed) = (Places(limits), Closed())
        for _ in 0..<1000 {
            let id = places.arrived(from: "one", closed.close("one"))
            places.left(id, from: "one", of: nil)
        }
        #expect(closed.names.isEmpty && places.strangers == 0)
        // Said twice, it is one leaving.
        let first = places.arrived(from: "one", closed.close("one"))
        _ = places.arrived(from: "one", closed.close("one"))
        places.left(first, from: "one", of: nil)
        places.left(first, from: "one", of: nil)
        #expect(places.strangers == 1)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "20010db800010002"),
        ("2001:db8:1:2::1", "20010db800010002"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("", "")
    ])
    func oneNetworkIsOneSource(address: String, prefix: String) {
        #expect(Network.prefix(of: address) == prefix)
    }

    // MARK: Requests and bytes

    @Test func eachHasItsOwnShare() throws {
        let shares = Shares(limits)
        let busy = Hash.of("busy")
        let first = try shares.enter(from: "192.0.2.1", key: busy, institution: avema)
        let second = try shares.enter(from: "192.0.2.1", key: busy, institution: avema)
        #expect(throws: Problem(.tooManyRequests)) {
            try shares.enter(from: "192.0.2.1", key: busy, institution: avema)
        }
        // A colleague has one of their own, within the institution's; another institution is not concerned.
        let colleague = try shares.enter(from: "192.0.2.1", key: Hash.of("colleague"), institution: avema)
        #expect(throws: Problem(.tooManyRequests)) {
            try shares.enter(from: "192.0.2.1", key: Hash.of("third"), institution: avema)
        }
        let other = try shares.enter(from: "192.0.2.1", key: Hash.of("other"), institution: ggd)
        try first.hold(100)
        #expect(throws: Problem(.tooManyRequests)) { try second.hold(1) }
        try colleague.hold(50)
        #expect(throws: Problem(.tooManyRequests)) { try colleague.hold(1) }
        try other.hold(50)
        #expect(shares.refusals == ["agent": 2, "institution": 2])
        withExtendedLifetime([first, second, colleague, other]) {}
    }

    /// An agent, or an institution, that floods leaves room for its own alarm; whoever calls everything urgent does not.
    @Test func whatIsUrgentHasAShareOfItsOwn() throws {
        var limits = limits
        limits.agentUrgent = ShareLimits(requests: 1, bytes: 50)
        limits.institutionUrgent = ShareLimits(requests: 2, bytes: 80)
        let shares = Shares(limits)
        let busy = Hash.of("busy")
        func enter(_ key: Hash, _ urgency: Urgency) throws -> Share {
            try shares.enter(from: "192.0.2.1", key: key, institution: avema, urgency)
        }
        let flood = [try enter(busy, .routine), try enter(busy, .priority)]
        try flood[0].hold(100)
        #expect(throws: Problem(.tooManyRequests)) { try enter(busy, .routine) }
        let alarm = try enter(busy, .urgent)
        try alarm.hold(50)
        #expect(throws: Problem(.tooManyRequests)) { try alarm.hold(1) }
        #expect(throws: Problem(.tooManyRequests)) { try enter(busy, .immediate) }
        let colleague = try enter(Hash.of("colleague"), .immediate)
        #expect(throws: Problem(.tooManyRequests)) { try colleague.hold(31) }
        // A stranger may say what they like.
        let stranger = try shares.enter(from: "192.0.2.1", key: nil, institution: nil, .immediate)
        stranger.beginWork()
        #expect(throws: Problem(.tooManyRequests)) {
            try shares.enter(from: "192.0.2.1", key: nil, institution: nil, .immediate)
        }
        withExtendedLifetime([alarm, colleague, stranger] + flood) {}
    }

    @Test func whatIsLetGoOfIsFree() throws {
        let shares = Shares(limits)
        let key = Hash.of("key")
        for _ in 0..<1000 {
            let share = try shares.enter(from: "192.0.2.1", key: key, institution: avema)
            try share.hold(60)
            try share.hold(40)
            #expect(throws: Problem(.tooManyRequests)) { try share.hold(1) }
        }
    }

    @Test func strangersShareOne() throws {
        let shares = Shares(limits)
        let stranger = try shares.enter(from: "192.0.2.1", key: Hash.of("unknown"), institution: nil)
        stranger.beginWork()
        #expect(throws: Problem(.tooManyRequests)) { try shares.enter(from: "192.0.2.1", key: nil, institution: nil) }
        #expect(throws: Problem(.tooManyRequests)) { try stranger.hold(11) }
        let agent = try shares.enter(from: "192.0.2.1", key: Hash.of("agent"), institution: avema)
        try agent.hold(100)
        withExtendedLifetime([stranger, agent]) {}
    }

    /// Bodies that do not come to their end, from however many networks, keep no other network out: neither of a request nor of
    /// the bytes of its body. What is complete is not taken away.
    @Test func unfinishedBodiesMakeRoom() throws {
        var limits = limits
        limits.strangersShare = ShareLimits(requests: 4, bytes: 100)
        limits.networkShare = ShareLimits(requests: 2, bytes: 60)
        let (shares, closed) = (Shares(limits), Closed())
        func enter(_ network: String, _ name: String) throws -> Share {
            try shares.enter(from: network, key: nil, institution: nil, close: closed.close(name))
        }
        let complete = try enter("one", "complete")
        complete.beginWork()
        let second = try enter("one", "second")
        let third = try enter("two", "third")
        try third.hold(40)
        let fourth = try enter("two", "fourth")
        try fourth.hold(20)
        // One has its own bound; whoever is of another network comes in for the oldest of those that have most.
        #expect(throws: Problem(.tooManyRequests)) { try enter("two", "fifth") }
        let guest = try enter("three", "guest")
        #expect(closed.names == ["second"])
        #expect(throws: Problem(.tooManyRequests)) { try second.hold(1) }
        try guest.hold(50)
        #expect(closed.names == ["second", "third"])
        guest.beginWork()
        // Nothing is left that could go; what was ended gave back what it had, and once.
        fourth.beginWork()
        let last = try enter("four", "last")
        last.beginWork()
        #expect(throws: Problem(.tooManyRequests)) { try enter("five", "late") }
        // An answer that nobody takes keeps nobody out either.
        complete.endWork()
        let late = try enter("five", "late")
        #expect(closed.names == ["second", "third", "complete"])
        withExtendedLifetime([complete, second, third, fourth, guest, last, late]) {}
    }

    /// Two institutions whose answers nobody takes fill what there is for all: whoever else comes gets in for the oldest request of
    /// the one that has most, that lets the relay wait. A stranger does not.
    @Test(arguments: [Urgency.routine, .urgent])
    func whatLetsTheRelayWaitMakesRoom(urgency: Urgency) throws {
        var limits = limits
        limits.agentUrgent = limits.agent
        limits.institutionUrgent = limits.institution
        limits.allUrgent = limits.all
        let (shares, closed) = (Shares(limits), Closed())
        func enter(_ name: String, _ institution: InstitutionID?) throws -> Share {
            try shares.enter(
                from: "192.0.2.1", key: Hash.of(name), institution: institution, urgency, close: closed.close(name))
        }
        let cd = try #require(InstitutionID("cd01"))
        let first = try enter("first", avema)
        let second = try enter("second", avema)
        let third = try enter("third", ggd)
        for share in [first, second, third] { share.beginWork() }
        for share in [first, second] { share.holdAnswer(60) }
        third.holdAnswer(100)
        #expect(throws: Problem(.tooManyRequests)) { try enter("fourth", cd) }
        for share in [second, third, first] { share.endWork() }
        if urgency == .routine {
            #expect(throws: Problem(.tooManyRequests)) { try enter("stranger", nil) }
        }
        #expect(closed.names == [])
        let fourth = try enter("fourth", cd)
        #expect(closed.names == ["first"])
        fourth.beginWork()
        try fourth.hold(40)
        #expect(closed.names == ["first"])
        try fourth.hold(20)
        #expect(closed.names == ["first", "third"], "now that one has most")
        withExtendedLifetime([first, second, third, fourth]) {}
    }

    @Test func whatWasEndedIsGivenBackOnce() throws {
        var limits = limits
        limits.strangersShare = ShareLimits(requests: 1, bytes: 10)
        let shares = Shares(limits)
        for number in 0..<100 {
            let first = try shares.enter(from: "\(number)", key: nil, institution: nil)
            try first.hold(10)
            let second = try shares.enter(from: "other", key: nil, institution: nil)
            try second.hold(10)
            second.beginWork()
            #expect(throws: Problem(.tooManyRequests)) { try shares.enter(from: "third", key: nil, institution: nil) }
            withExtendedLifetime([first, second]) {}
        }
    }

    /// Whoever reads the log has bounds apart from those of other strangers: of one network and of all.
    @Test func whoReadsTheLogHasItsOwnShare() throws {
        var limits = limits
        limits.logNetworkShare = ShareLimits(requests: 1, bytes: 10)
        limits.logShare = ShareLimits(requests: 2, bytes: 20)
        limits.logNetworkRate = RequestRate(burst: 2, perSecond: 10)
        limits.logRate = RequestRate(burst: 3, perSecond: 100)
        let (shares, start) = (Shares(limits), NIODeadline.now())
        let first = try shares.enterLog(from: "one")
        #expect(throws: Problem(.tooManyRequests)) { try shares.enterLog(from: "one") }
        first.beginWork()
        let second = try shares.enterLog(from: "two")
        second.beginWork()
        #expect(throws: Problem(.tooManyRequests)) { try shares.enterLog(from: "three") }
        let stranger = try shares.enter(from: "one", key: nil, institution: nil)
        func wait(_ network: String, _ later: TimeAmount = .zero) -> TimeAmount {
            shares.waitForLog(from: network, now: start + later)
        }
        #expect([wait("one"), wait("one"), wait("one")] == [.zero, .zero, limits.refusalWait])
        #expect([wait("two"), wait("three")] == [.zero, limits.refusalWait])
        #expect(wait("one", .milliseconds(100)) == .zero && wait("one", .milliseconds(100)) == limits.refusalWait)
        // Networks without number make it forget none of what all of them have used.
        let free = (0..<10_000).count { wait("network \($0)", .milliseconds(100)) == .zero }
        #expect(free <= 3)
        #expect(shares.refusals["log_network"] == 1 && shares.refusals["log"] == 1)
        withExtendedLifetime([first, second, stranger]) {}
    }

    @Test func manyAtOnceGiveBackWhatTheyTook() async throws {
        let shares = Shares(limits)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    guard
                        let share = try? shares.enter(
                            from: "192.0.2.1", key: Hash.of("\(number % 7)"), institution: avema)
                    else {
                        return
                    }
                    try? share.hold(number % 90)
                    await Task.yield()
                }
            }
        }
        let share = try shares.enter(from: "192.0.2.1", key: Hash.of("last"), institution: avema)
        try share.hold(100)
    }

    /// Whoever waits is counted in one metric, whether the listener or a quota tells them to.
    @Test func waitsAreCounted() throws {
        let metrics = RelayMetrics(limits)
        #expect(throws: Problem.self) {
            var held: [Share] = []
            for _ in 0..<3 { held.append(try metrics.shares.enter(from: "n", key: Hash.of("k"), institution: avema)) }
        }
        let places = Places(limits, note: metrics.shares.noteClosing)
        for _ in 0..<6 { _ = places.arrived(from: "crowd") {} }
        places.shutOut(from: "crowd", key: nil)
        let text = metrics.text(
            entries: 0, scrubPendingSince: 7, isStopped: false, quotaRefusals: ["institution_rosters": 7])
        let lines = text.split(separator: "\n")
        #expect(lines.contains("liaison_scrub_pending 7"))
        let waits = lines.filter { $0.hasPrefix("liaison_waits_total") }
        #expect(
            waits == [
                #"liaison_waits_total{share="agent"} 1"#, #"liaison_waits_total{share="institution_rosters"} 7"#
            ])
        let closings = text.split(separator: "\n").filter { $0.hasPrefix("liaison_closings_total") }
        #expect(
            closings == [
                #"liaison_closings_total{share="network"} 2"#, #"liaison_closings_total{share="network_streams"} 1"#
            ])
    }
}
