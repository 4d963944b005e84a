// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonSQLiteStore
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// What every store behind the relay's port must do, whatever database it is. A new store joins `StoreKind`.
struct StoreConformanceTests {
    private let unit = Mailbox.unit(UnitAddress("iscg-est@avema01") ?? { fatalError() }())

    /// Entries with numbers of one mailbox, one after the other, at given times.
    private func batch(_ indices: Range<Int>, firstNumber: Int, at times: [Instant]) throws -> Batch {
        var batch = Batch()
        for (place, index) in indices.enumerated() {
            var record = EventRecord(
                log: Fixture.origin, event: .unattended, mailbox: unit, number: firstNumber + place, at: times[place])
            record.code = "x"
            batch.entries.append(try StoredEntry(record, at: index, salt: .fresh()))
        }
        batch.checkpoint = "checkpoint \(indices.upperBound)"
        return batch
    }

    /// Two who decide on the same head: one of them is written, whole, and the other learns that it was not.
    @Test(arguments: StoreKind.allCases)
    func aCommitIsACompareAndSwapOfTheHead(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        #expect(try await store.head() == nil)
        try await store.commit(batch(0..<2, firstNumber: 1, at: [10, 20]))
        let late = try batch(0..<1, firstNumber: 1, at: [30])
        await #expect(throws: (any Error).self) { try await store.commit(late) }
        #expect(try await store.head()?.size == 2)
        #expect(try await store.end(of: unit)?.number == 2)
        try await store.commit(batch(2..<3, firstNumber: 3, at: [30]))
        #expect(try await store.entries(in: unit, after: 1, limit: 10).map(\.number) == [2, 3])
        let end = try #require(try await store.end(of: unit))
        #expect(end == (number: 3, index: 2))
    }

    /// What was committed is there for whoever opens the store next.
    @Test(arguments: StoreKind.allCases)
    func whatIsCommittedStays(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let written = try batch(0..<3, firstNumber: 1, at: [10, 20, 30])
        try await kind.open(in: directory).commit(written)
        let again = try await kind.open(in: directory)
        #expect(try await again.head()?.checkpoint == "checkpoint 3")
        for entry in written.entries {
            let found = try #require(try await again.entry(entry.index))
            #expect(found.record == entry.record && found.salt == entry.salt && found.commitment == entry.commitment)
        }
        #expect(try await again.entries(0..<3) == written.entries.map(\.commitment.bytes))
    }

    @Test(arguments: StoreKind.allCases)
    func theEndsOfAWindow(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        try await store.commit(batch(0..<4, firstNumber: 1, at: [10, 20, 30, 40]))
        func ends(_ since: Instant, _ until: Instant) async throws -> [Int] {
            try await store.ends(of: [unit], since: since, until: until).map(\.number)
        }
        #expect(try await ends(20, 40) == [1, 4])
        #expect(try await ends(0, 41) == [])
        #expect(try await ends(41, 50) == [4])
        #expect(try await ends(0, 10) == [1])
    }

    /// However long a log is, a time is found in it, also where a clock was put back meanwhile, and whatever time somebody names.
    @Test(arguments: StoreKind.allCases)
    func aTimeHasItsPlaceInTheLog(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        let times: [Instant] = (0..<300).map { Instant(10_000 + $0 / 3 * 7200 - ($0.isMultiple(of: 7) ? 3000 : 0)) }
        try await store.commit(batch(0..<300, firstNumber: 1, at: times))
        try await store.read { facts in
            for instant in [.earliest, .latest] + times + times.map({ $0 + 1 }) {
                let place = try facts.place(of: instant)
                let (before, after) = (
                    times.lastIndex { $0 < instant } ?? -1, times.firstIndex { $0 >= instant } ?? times.count
                )
                #expect(before < place.upperBound && after >= place.lowerBound, "\(instant)")
                #expect(place.count <= 6, "\(instant)")
            }
        }
        for (number, since) in times.enumerated() where number.isMultiple(of: 11) {
            let until = since + 50_000
            let found = try await store.entries(
                of: Fixture.institution("avema01"), since: since, until: until, from: 0, limit: 300)
            #expect(found.map(\.index) == times.indices.filter { times[$0] >= since && times[$0] < until })
            let ends = try await store.ends(of: [unit], since: since, until: until).map(\.index)
            #expect(ends == [times.lastIndex { $0 < since }, times.firstIndex { $0 >= until }].compactMap(\.self))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aStagedContentGrowsFromWhereItEnds(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        let (owner, other) = (try Fixture.agent("d-01@cd01"), try Fixture.agent("d-02@cd01"))
        let bytes = [UInt8](repeating: 7, count: 300_000)
        let digest = Hash.of(bytes)
        #expect(try await store.stage(Array(bytes[..<200_000]), of: digest, owner: owner, at: 0, now: 1))
        #expect(try await !store.stage(Array(bytes[..<10]), of: digest, owner: owner, at: 0, now: 2))
        #expect(try await store.stagedSize(digest, owner: owner) == 200_000)
        #expect(try await store.stagedSize(digest, owner: other) == 0)
        #expect(try await store.stage(Array(bytes[200_000...]), of: digest, owner: owner, at: 200_000, now: 3))
        #expect(try await store.stagedSize(of: owner) == 300_000)
        #expect(try await store.closeStaged(digest, owner: owner)?.size == 300_000)
    }

    /// Two nodes over one store: what one publishes and logs, the other one knows, and each goes on where the other ended.
    @Test(arguments: StoreKind.allCases)
    func twoSequencersOverOneStoreAreOneLog(kind: StoreKind) async throws {
        let world = try await World(units: ["bta-montluel@ggd01", "iscg-est@avema01"], store: kind)
        let clock = world.clock
        let other = Sequencer(log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now })
        try await other.load()
        for round in 0..<5 {
            let sequencer = round.isMultiple(of: 2) ? other : world.sequencer
            _ = try await sequencer.perform(.operate(.start(version: "\(round)", configuration: Hash.of("\(round)"))))
            _ = try await world.sendReferral()
        }
        // Both at once, again and again: nobody is refused, and nothing is written twice.
        let before = try #require(try await world.store.head()).size
        try await withThrowingTaskGroup(of: Void.self) { group in
            for count in 0..<40 {
                let sequencer = count.isMultiple(of: 2) ? other : world.sequencer
                group.addTask {
                    _ = try await sequencer.perform(
                        .operate(.start(version: "\(count)", configuration: Hash.of("both \(count)"))))
                }
            }
            try await group.waitForAll()
        }
        #expect(try #require(try await world.store.head()).size >= before + 40)
        try await other.catchUp()
        try await world.sequencer.catchUp()
        #expect(other.directory.head == world.sequencer.directory.head)
        #expect(try world.store.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
    }

    /// A store that has fewer entries than were acknowledged, or others, is not signed on from.
    @Test(arguments: StoreKind.allCases)
    func aNodeDoesNotGoOnBehindWhatItSaw(kind: StoreKind) async throws {
        let signer = try Fixture.signer(Fixture.origin)
        var directories: [TemporaryDirectory] = []
        defer { withExtendedLifetime(directories) {} }
        func log(_ versions: String...) async throws -> any RelayStore {
            let directory = try TemporaryDirectory()
            directories.append(directory)
            let store = try await kind.open(in: directory)
            let sequencer = Sequencer(log: signer, store: store, clock: { Fixture.start })
            for version in versions {
                let act = OperatorAct.start(version: version, configuration: Hash.of(version))
                _ = try await sequencer.perform(.operate(act))
            }
            return store
        }
        let ahead = try #require(try await log("1", "2").head())
        func follow(_ store: any RelayStore) async throws {
            let key = try signer.noteKey
            try await store.read { facts in
                var state = RelayState()
                _ = try state.follow(facts, isShared: true, log: key, knowing: ahead, now: Fixture.start)
            }
        }
        await #expect(throws: LogFailure.wentBack(from: ahead.size, to: 0)) { try await follow(log()) }
        await #expect(throws: LogFailure.wentBack(from: ahead.size, to: ahead.size / 2)) { try await follow(log("1")) }
        await #expect(throws: LogFailure.forked(size: ahead.size)) { try await follow(log("1", "3", "4")) }
    }

    // MARK: Deliveries

    /// A store with transmissions to each of some units that wait for an answer.
    private func filled(
        _ kind: StoreKind, in directory: TemporaryDirectory, to recipients: [String], each count: Int = 1
    ) async throws -> any OperatedStore {
        let store = try await kind.open(in: directory)
        let filler = StoreFiller(store: store, log: try Fixture.signer(Fixture.origin), convention: Hash.of("c"))
        func party(_ unit: String) throws -> StoreFiller.Party {
            let agent = try Fixture.agentName(of: unit)
            return StoreFiller.Party(
                unit: try Fixture.unit(unit), agent: agent, key: try Fixture.signer(agent.description))
        }
        for recipient in recipients {
            _ = try await filler.addWaiting(
                count, head: Hash.of("h"), at: Fixture.start, from: party("bta-montluel@ggd01"), to: party(recipient))
        }
        return store
    }

    @Test(arguments: StoreKind.allCases)
    func theUnitsThatDeliveriesAreFor(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let names = ["iscg-est@avema01", "cms-bourg@cd01", "crip@cd01"]
        #expect(try await kind.open(in: directory).read { try $0.recipients() }.isEmpty)
        let store = try await filled(kind, in: directory, to: names, each: 3)
        #expect(try await store.read { try $0.recipients() } == Set(names.map(Fixture.unit)))
    }

    /// However many units a directory has, a store can be asked what waits for them.
    @Test(arguments: StoreKind.allCases)
    func whatWaitsForVeryManyUnits(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await filled(kind, in: directory, to: ["crip@cd01", "iscg-est@avema01"], each: 3)
        let last = try Fixture.unit("iscg-est@avema01")
        // More than the parameters that SQLite allows a statement on Debian.
        let units = try (0..<260_000).map { try Fixture.unit("u\($0)@cd01") } + [last]
        let waiting = try await store.read { try $0.unattended(in: units, limit: 64) }
        #expect(waiting.map(\.unit) == [last, last, last])
        #expect(waiting.map(\.entry) == waiting.map(\.entry).sorted())
        #expect(try await store.read { try $0.unattended(in: units, limit: 2) } == Array(waiting.prefix(2)))
        #expect(try await store.read { try $0.unattended(in: [], limit: 2) }.isEmpty)
    }

    /// Who waits for a unit that no roster lists any more hears of it, also from a relay that was started since; once.
    @Test(arguments: StoreKind.allCases)
    func aRestartForgetsNoUnitThatIsGone(kind: StoreKind) async throws {
        let (montluel, est) = ("bta-montluel@ggd01", "iscg-est@avema01")
        let world = try await World(units: [montluel, est], store: kind)
        let id = try await world.sendReferral()
        try await world.publish("avema01") {
            $0 = []
        } also: { roster in
            roster.units.removeAll { $0.address.description == est }
        }
        func told() async throws -> [String] {
            try await world.records().filter { $0.event == .unattended && $0.transmission == id }
                .map(\.mailbox.description).sorted()
        }
        let clock = world.clock
        for _ in 0..<2 {
            let restarted = Sequencer(
                log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now })
            _ = try await restarted.perform(.tick)
            #expect(try await told() == [montluel, est].sorted())
            clock.now += 3600
        }
    }

    // MARK: Erasure

    /// Entries on transmissions, each a commit of its own: a key has the time of its newest record.
    ///
    /// - Parameter written: which transmission, when, and whether it is said of the delivery or of the submission.
    private func fill(_ store: any RelayStore, _ written: [(id: TransmissionID, at: Instant, isDelivery: Bool)])
        async throws
    {
        for (index, (id, at, isDelivery)) in written.enumerated() {
            var record = EventRecord(
                log: Fixture.origin, event: .unattended, mailbox: unit, number: index + 1, at: at)
            record.transmission = id
            if isDelivery { record.unit = try Fixture.unit("iscg-est@avema01") }
            var batch = Batch()
            batch.entries = [try StoredEntry(record, at: index, salt: .fresh())]
            batch.checkpoint = "checkpoint \(index + 1)"
            try await store.commit(batch)
        }
    }

    /// A transmission's records fall due together, with the newest of them and once no content is left; no more come than are
    /// asked for, in the order of their first records.
    @Test(arguments: StoreKind.allCases)
    func recordsFallDueInOrder(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        let ids = (0..<6).map { _ in TransmissionID.fresh() }.sorted()
        let submitted: [(Int, Instant)] = [(3, 10), (1, 10), (0, 20), (4, 25), (5, 30), (2, 40)]
        let delivered: [(Int, Instant)] = [(0, 20), (4, 26), (2, 41), (3, 50), (1, 60), (5, 500)]
        try await fill(
            store, submitted.map { (ids[$0.0], $0.1, false) } + delivered.map { (ids[$0.0], $0.1, true) })
        func due(_ limit: Int, before instant: Instant = 100) async throws -> [TransmissionID?] {
            try await store.read { try $0.recordsDue(before: instant, limit: limit) }.map(\.scope.transmission)
        }
        var next = try batch(12..<13, firstNumber: 13, at: [200])
        next.deliveries = [
            StoredDelivery(
                transmission: ids[4], unit: try Fixture.unit("iscg-est@avema01"), state: .acknowledged, dueAt: 1,
                expiresAt: 1, escalated: 0, nextStepAt: nil, entry: 7)
        ]
        #expect(try await due(64) == [1, 3, 0, 4, 2].map { ids[$0] })
        try await store.commit(next)
        #expect(try await due(64) == [1, 3, 0, 2].map { ids[$0] }, "the content of one is still there")
        for (limit, expected) in [(1, [0]), (2, [0, 2]), (3, [3, 0, 2])] {
            #expect(try await due(limit) == expected.map { ids[$0] }, "limit \(limit)")
        }
        #expect(try await due(64, before: 20) == [ids[0]])
        #expect(try await due(64, before: 19).isEmpty)

        // Erased together, nothing of them is left, and the others are as they were.
        var erasing = try batch(13..<14, firstNumber: 14, at: [200])
        erasing.erasedRecords = try await store.read { try $0.recordsDue(before: 100, limit: 3) }
        #expect(erasing.erasedRecords.map(\.entries) == [[unit: [0, 9]], [unit: [2, 6]], [unit: [5, 8]]])
        try await store.commit(erasing)
        #expect(try await due(64, before: 300) == [ids[1], nil])
        #expect(try await store.entries(in: unit, after: 0, limit: 100).map(\.index) == [1, 3, 4, 7, 10, 11, 12, 13])
    }

    // MARK: Invitations

    @Test(arguments: StoreKind.allCases)
    func invitationsAreCounted(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        let (own, other) = (try Fixture.institution("cd01"), try Fixture.institution("ggd01"))
        for (number, institution) in [own, own, other, own].enumerated() {
            let status = InvitationStatus(
                id: Hash.of("\(number)"), invitation: CodedText(text: "text", mac: Hash.of("mac")),
                expiresAt: Instant(number), state: .open, request: nil)
            #expect(try await store.addInvitation(status, institution: institution))
        }
        #expect(try await store.invitationCount(of: own) == 3)
        #expect(try await store.invitationCount(of: other) == 1)
        #expect(try await store.invitationCount(of: Fixture.institution("avema01")) == 0)
        try await store.dropInvitations(before: 2)
        #expect(try await store.invitationCount(of: own) == 1)
    }

    // MARK: Nodes

    /// Where a shared store's log stands is looked up once for a request, before it is answered, and not again by the answer.
    @Test func aCheckpointIsLookedUpOnce() async throws {
        let world = try await World(units: [], store: .postgresql)
        let (clock, before) = (world.clock, try await world.relay.checkpoint())
        let other = Sequencer(log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now })
        _ = try await other.perform(.operate(.start(version: "1", configuration: Hash.of("x"))))
        #expect(try await world.relay.checkpoint() == before)
        try await world.relay.freshen()
        #expect(try await world.relay.checkpoint() == world.store.head()?.checkpoint)
        #expect(try await world.relay.checkpoint() != before)
    }
}
