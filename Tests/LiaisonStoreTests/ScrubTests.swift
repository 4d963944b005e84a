// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import Synchronization
import Testing

@testable import LiaisonSQLiteStore

/// Whoever reads the file of a store for long, as a backup does, puts off that what was erased leaves it, and holds up nobody.
struct ScrubTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    /// Whether `needle` is in the database or in its write-ahead log.
    private func isFound(_ needle: [UInt8], _ world: World) throws -> Bool {
        try ["", "-wal"].contains { suffix in
            let path = "\(world.directory.path)/\(SQLiteRelayStore.fileName)\(suffix)"
            return try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(needle)) != nil
        }
    }

    /// A connection of another process: it sees the store as it is now until it is closed.
    private func reader(of world: World) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        let path = "\(world.directory.path)/\(SQLiteRelayStore.fileName)"
        let reader = try DatabaseQueue(path: path, configuration: configuration)
        try reader.inDatabase { try $0.execute(sql: "BEGIN; SELECT count(*) FROM entries") }
        return reader
    }

    @Test func aLongReaderPutsOffTheScrubAndNoCommit() async throws {
        let world = try await World(units: [montluel, iscg], store: .sqlite)
        let (id, unit) = (try await world.sendReferral(), try Fixture.unit(iscg))
        let piece = try await world.store.content(of: id, for: unit, from: 0, count: 64)
        try await world.catchUp()
        #expect(await world.sequencer.scrubPendingSince == nil)

        let reader = try reader(of: world)
        world.clock.now += 31 * 86_400
        let erased = world.clock.now
        try await world.catchUp()
        #expect(try await world.store.contentSize(of: id, for: unit) == nil)
        #expect(await world.sequencer.scrubPendingSince == erased)
        #expect(try isFound(piece, world), "the reader still sees it")
        // A connection of the store waits ten seconds for another one: three rounds would take 30.
        let clock = ContinuousClock()
        let beside = try await clock.measure { for round in 1...3 { try await commit(round, while: erased, world) } }
        #expect(beside < .seconds(20), "\(beside)")

        // Whoever begins to read now sees nothing of it any more, and still uses the write-ahead log, which cannot be cut off.
        let later = try self.reader(of: world)
        try reader.close()
        let behind = try await clock.measure {
            for _ in 1...3 { await #expect(throws: SQLiteRelayStore.Failure.busy) { try await world.relay.scrub() } }
            try await commit(4, while: erased, world)
        }
        #expect(behind < .seconds(20), "\(behind)")

        try later.close()
        try await world.relay.scrub()
        #expect(await world.sequencer.scrubPendingSince == nil)
        #expect(try !isFound(piece, world))
    }

    /// Pages are zeroed when they are freed, which takes long for large contents: however much is erased at once, the commit zeroes
    /// none of it, and each transaction afterwards no more than some MiB.
    @Test(arguments: [0, 1000, 300_000, 20 << 20])
    func noTransactionZeroesMuch(bytes: Int) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteRelayStore(directory: directory.path)
        let (montluel, iscg) = (self.montluel, self.iscg)
        func party(_ unit: String) throws -> StoreFiller.Party {
            let agent = try Fixture.agentName(of: unit)
            return .init(unit: try Fixture.unit(unit), agent: agent, key: try Fixture.signer(agent.description))
        }
        func count(_ table: String) async throws -> Int {
            try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
        }
        let filler = StoreFiller(
            store: store, log: try Fixture.signer(Fixture.origin), convention: Hash.of("c"), contentSize: bytes)
        let ids = try await filler.addWaiting(
            bytes > 1 << 20 ? 4 : 300, head: Hash.of("h"), at: Fixture.start, from: party(montluel), to: party(iscg))
        let (owner, unit) = (try Fixture.agent("d-01@cd01"), try Fixture.unit(iscg))
        for name in ["a", "b"] {
            #expect(
                try await store.stage(
                    [UInt8](repeating: 1, count: bytes), of: Hash.of(name), owner: owner, at: 0, now: 1))
        }
        var (chunks, contents) = (try await count("chunks"), try await count("contents"))

        var erasing = Batch()
        erasing.erased = ids.map { DeliveryID(transmission: $0, unit: unit) }
        try await store.commit(erasing)
        try await store.dropStaged(before: 2)
        #expect(try await (count("chunks"), count("contents")) == (chunks, contents), "it waits")
        for id in ids { #expect(try await store.contentSize(of: id, for: unit) == nil) }
        #expect(try await store.content(of: ids[0], for: unit, from: 0, count: 10).isEmpty)
        #expect(try await store.stagedSize(of: owner) == 0)

        let path = "\(directory.path)/copy.sqlite"
        #expect(try store.copy(to: path) > 0)
        let copied = try await DatabaseQueue(path: path).read { database in
            try ["chunks", "contents"].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(copied == [0, 0], "no copy has it")

        while try await store.pool.write({ try ChunkTable(database: $0).deleteDiscarded() }) {
            let present = (chunks: try await count("chunks"), contents: try await count("contents"))
            #expect(chunks - present.chunks <= 64 && contents - present.contents <= 256)
            #expect(chunks > present.chunks || contents > present.contents)
            (chunks, contents) = present
        }
        #expect(try await (count("chunks"), count("contents"), count("discarded")) == (0, 0, 0))
    }

    private final class Count: Sendable {
        private let state = Mutex(0)
        var number: Int { state.withLock { $0 } }
        func add() { state.withLock { $0 += 1 } }
    }

    /// However many upload at once, a commit waits for one of them and not for all.
    @Test func aCommitOvertakesUploads() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteRelayStore(directory: directory.path)
        let owner = try Fixture.agent("d-01@cd01")
        let stored = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let bytes = [UInt8](repeating: 1, count: 1 << 20)
                    _ = try await store.stage(bytes, of: Hash.of("\(number)"), owner: owner, at: 0, now: 1)
                    stored.add()
                }
            }
            while stored.number == 0 { await Task.yield() }
            try await store.commit(Batch())
            #expect(stored.number < 20)
            try await group.waitForAll()
        }
    }

    /// What is free in the file is given back to the disk, by steps and to the last page.
    @Test func freePagesAreGivenBack() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteRelayStore(directory: directory.path)
        let owner = try Fixture.agent("d-01@cd01")
        for number in 0..<8 {
            let bytes = [UInt8](repeating: 1, count: 4 << 20)
            #expect(try await store.stage(bytes, of: Hash.of("\(number)"), owner: owner, at: 0, now: 1))
        }
        func pages(_ pragma: String) async throws -> Int {
            try await store.pool.read { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") ?? 0 }
        }
        try await store.dropStaged(before: 2)
        try await store.scrub()
        let free = try await pages("freelist_count")
        #expect(free > 8000)
        var rounds = 0
        while try await pages("freelist_count") > 0, rounds < 60 {
            try await store.shrink()
            rounds += 1
        }
        let (left, all) = (try await pages("freelist_count"), try await pages("page_count"))
        #expect(left == 0 && all < 1000)
    }

    /// A commit ends while it is tried in vain to clean, and it stays known since when there is something to clean.
    private func commit(_ round: Int, while erased: Instant, _ world: World) async throws {
        world.clock.now += 60
        let scrub = Task { [relay = world.relay] in try await relay.scrub() }
        let start = OperatorAct.start(version: "\(round)", configuration: Hash.of("\(round)"))
        _ = try await world.sequencer.perform(.operate(start))
        await #expect(throws: SQLiteRelayStore.Failure.busy) { try await scrub.value }
        #expect(await world.sequencer.scrubPendingSince == erased)
    }
}
