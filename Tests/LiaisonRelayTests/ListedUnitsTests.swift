// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Synchronization
import Testing

@testable import LiaisonRelay

/// A unit that was closed may be inspected, and whoever looks for one holds up nobody.
struct ListedUnitsTests {
    private let iscg = "iscg-est@avema01"
    private let avema: InstitutionID
    private let open: UnitAddress
    private let closed: UnitAddress
    private let invented: UnitAddress

    init() throws {
        avema = try Fixture.institution("avema01")
        open = try Fixture.unit(iscg)
        closed = try Fixture.unit("coordination@avema01")
        invented = try Fixture.unit("invented@avema01")
    }

    /// With an auditor, and with `closed` in the first two rosters of four.
    private func world() async throws -> World {
        let world = try await World(units: [iscg])
        try await world.publish("avema01", change: { $0[0].duties = [.auditor] })
        let closed = closed
        try await world.publish("avema01", also: { $0.units.removeAll { $0.address == closed } })
        try await world.publish("avema01")
        return world
    }

    @Test func aUnitThatWasClosedIsStillOne() async throws {
        let world = try await world()
        let auditor = try Fixture.agentName(of: iscg)
        func demand(_ units: [UnitAddress]) throws -> Unverified<Inspection> {
            try Unverified(
                Inspection(
                    by: auditor, log: Fixture.origin, since: 0, until: world.clock.now, units: units.sorted(),
                    at: world.clock.now
                ).signed(by: world.signer(iscg)).note)
        }
        // The batch itself reads no roster.
        await #expect(throws: Problem(.unknownUnit)) {
            try await world.sequencer.perform(.inspect(demand([closed, open]), peer: auditor, listed: [open]))
        }
        for units in [[invented], [closed, invented, open]] {
            await #expect(throws: Problem(.unknownUnit)) {
                try await world.relay.inspect(demand(units), from: 0, by: auditor)
            }
        }
        let page = try await world.relay.inspect(demand([closed, open]), from: 0, by: auditor)
        #expect(page.next == nil)
    }

    @Test func eachRosterIsReadOnce() async throws {
        let world = try await world()
        let store = world.store
        let reads = Mutex(0)
        let units = ListedUnits { hash in
            reads.withLock { $0 += 1 }
            return try await store.document(hash)?.note
        }
        func find(_ wanted: Set<UnitAddress>) async throws -> Set<UnitAddress> {
            let latest = try #require(world.rosters["avema01"]).hash
            return try await units.among(wanted, of: avema, upTo: latest)
        }
        #expect(try await find([closed, invented]) == [closed])
        #expect(reads.withLock { $0 } == 4)
        for _ in 0..<10 { #expect(try await find([invented, open]) == [open]) }
        #expect(reads.withLock { $0 } == 4)
        try await world.publish("avema01")
        #expect(try await find([closed, invented]) == [closed])
        #expect(reads.withLock { $0 } == 5)
    }

    /// Of whoever lists ever more units nothing is remembered, and no more is read than it takes to find them.
    @Test func whatIsRememberedIsBounded() async throws {
        let world = try await world()
        let store = world.store
        let reads = Mutex(0)
        let units = ListedUnits(most: 0) { hash in
            reads.withLock { $0 += 1 }
            return try await store.document(hash)?.note
        }
        let latest = try #require(world.rosters["avema01"]).hash
        #expect(try await units.among([open], of: avema, upTo: latest) == [open])
        #expect(reads.withLock { $0 } == 1)
        #expect(try await units.among([closed], of: avema, upTo: latest) == [closed])
        #expect(reads.withLock { $0 } == 1 + 3)
        #expect(try await units.among([invented], of: avema, upTo: latest).isEmpty)
        #expect(reads.withLock { $0 } == 1 + 3 + 4)
    }
}
