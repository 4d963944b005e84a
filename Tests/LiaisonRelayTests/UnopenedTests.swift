// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// What nobody has opened yet is bounded for each agent and institution.
struct UnopenedTests {
    private let montluel = "bta-montluel@ggd01"
    private let est = "iscg-est@avema01"

    /// Both stores count what the rows of deliveries say, from the submission to the opening or the end.
    @Test(arguments: StoreKind.allCases)
    func whatIsOpenedOrOverIsNotCounted(kind: StoreKind) async throws {
        let world = try await World(units: [montluel, est], store: kind)
        let author = try Fixture.agentName(of: montluel)
        func unopened() async throws -> [AgentAddress: Int] {
            try await world.store.read { try $0.unopened(of: author.institution) }
        }
        #expect(try await unopened() == [:])
        let first = try await world.sendReferral()
        let size = try #require(try await world.store.transmission(first)).contentSize
        #expect(try await unopened() == [author: size])
        let second = try await world.sendReferral()
        _ = try await world.sendReferral()
        #expect(try await unopened() == [author: 3 * size])
        let reader = try world.session(est)
        try await reader.refresh()
        for _ in 0..<2 {
            _ = try await reader.read(first, catalogue: world.catalogue)
            #expect(try await unopened() == [author: 2 * size])
        }
        _ = try await world.session(montluel).withdraw(second, reason: .misdirected, catalogue: world.catalogue)
        #expect(try await unopened() == [author: size])
        world.clock.now += .days(400)
        try await world.catchUp()
        #expect(try await unopened() == [:])
    }

    @Test func whoeverHasTooMuchUnopenedWaits() async throws {
        let world = try await World(units: [montluel, est])
        let id = try await world.sendReferral()
        let size = try #require(try await world.store.transmission(id)).contentSize
        let (clock, author) = (world.clock, try Fixture.agentName(of: montluel))
        func submit(_ limits: UnopenedLimits) async throws -> Problem? {
            let sequencer = Sequencer(
                log: try Fixture.signer(Fixture.origin), store: world.store, clock: { clock.now }, limits: limits)
            try await sequencer.load()
            let relay = Relay(sequencer: sequencer, store: world.store, clock: { clock.now })
            let envelope = try await world.envelope(of: montluel)
            do {
                _ = try await relay.submit(
                    Unverified(envelope.signed(by: world.signer(montluel)).note), content: .inline([1]),
                    arrived: envelope.content, by: author)
                return nil
            } catch let problem as Problem {
                #expect(relay.quotaRefusals == ["unopened": 1])
                return problem
            }
        }
        let refused = try await submit(UnopenedLimits(agent: size))
        #expect(refused?.code == .tooMuchUnopened && refused?.retryAfter == .minutes(15))
        #expect(try await submit(UnopenedLimits(institution: size))?.code == .tooMuchUnopened)
        #expect(try await submit(UnopenedLimits(agent: size + 1, institution: size + 1)) == nil)
        #expect(try await submit(UnopenedLimits(agent: size + 1))?.code == .tooMuchUnopened)
    }

    @Test func whatIsUrgentHasAQuarterMore() throws {
        let (one, other) = (try Fixture.agent("d-01@ggd01"), try Fixture.agent("d-02@ggd01"))
        let limits = UnopenedLimits(agent: 100, institution: 200)
        let unopened = UnopenedBytes([one: 90, other: 105])
        #expect(limits.room(besides: unopened, of: one, .routine) == 5)
        #expect(limits.room(besides: unopened, of: one, .urgent) == 35)
        #expect(limits.room(besides: unopened, of: other, .priority) == -5)
        #expect(limits.room(besides: unopened, of: other, .immediate) == 20)
        #expect(UnopenedLimits(agent: .max, institution: .max).room(besides: unopened, of: one, .urgent) > 0)
    }
}
