// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import Testing

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
