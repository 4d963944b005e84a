// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// Units that were closed: who waits for one hears of it, whatever else happened in the same batch.
struct GoneUnitsTests {
    @Test(arguments: [true, false])
    func whatThisBatchDeliversIsLookedForAgain(isDelivered: Bool) async throws {
        let world = try await World(units: ["bta-montluel@ggd01", "iscg-est@avema01"])
        let state = try await world.sequencer.reload()
        let (now, random) = (world.clock.now, RandomBytes.repeatable("gone"))
        let id = try #require(TransmissionID("00000000-0000-4000-8000-000000000000"))
        let gone = StoredDelivery(
            transmission: id, unit: try Fixture.unit("iscg-nord@avema01"), state: .available, dueAt: now + .days(1),
            expiresAt: now + .days(2), escalated: 0, nextStepAt: now + .days(1), entry: 0)
        let checkedAt = try await world.store.commit { facts in
            var draft = Draft(log: "relais.example/test", now: now, store: facts, random: random, state: state)
            if isDelivered { try draft.put(gone) }
            _ = try draft.performAll([CheckedCommand(.tick, by: state.directory)])
            return (Batch(), draft.state.readersCheckedAt)
        }
        #expect(checkedAt == (isDelivered ? nil : now))
    }
}
