// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

struct PolicyTests {
    private func directory(signedBy parties: [String] = ["avema01", "cd01", "ggd01"]) throws -> Directory {
        var directory = Directory()
        try directory.accept(Fixture.signed(Fixture.convention(), by: parties), at: Fixture.start)
        for institution in ["avema01", "cd01", "ggd01"] {
            let agents = try Fixture.units.keys.filter { $0.hasSuffix("@\(institution)") }.sorted().map { unit in
                let name = try Fixture.agentName(of: unit)
                return try Fixture.agent(
                    name, in: Fixture.unit(unit), key: Fixture.key(name.description), tls: [Hash.of(unit)])
            }
            let roster = try Fixture.roster(institution, agents: agents).signed(by: Fixture.signer(institution))
            try directory.accept(Unverified<Roster>(roster.note), at: Fixture.start)
        }
        return directory
    }

    private func routing(_ directory: Directory) throws -> Routing {
        Routing(
            id: .fresh(), log: Fixture.origin, convention: try #require(directory.convention).hash,
            head: Hash.of("head"), from: try Fixture.unit("bta-montluel@ggd01"),
            to: try Fixture.unit("iscg-est@avema01"), copies: [], kind: "referral", urgency: .routine,
            sealedAt: Fixture.start)
    }

    private func decide(
        _ directory: Directory, _ routing: Routing, by agent: String = "d-01@ggd01", size: Int? = 1000,
        at instant: Instant = Fixture.start
    ) -> DecisionCode? {
        do throws(DecisionCode) {
            guard let author = AgentAddress(agent) else { return .agentNotInForce }
            _ = try directory.permit(routing, by: author, log: Fixture.origin, size: size, at: instant)
            return nil
        } catch {
            return error
        }
    }

    @Test func permitsWhatAFlowNames() throws {
        let directory = try directory()
        #expect(decide(directory, try routing(directory)) == nil)
    }

    @Test(arguments: DecisionCode.allCases)
    func refusesWithItsCode(code: DecisionCode) throws {
        let directory = try directory(signedBy: code == .partyNotSigned ? ["ggd01"] : ["avema01", "cd01", "ggd01"])
        var routing = try routing(directory)
        var agent = "d-01@ggd01"
        var size = 1000
        var instant = Fixture.start
        switch code {
        case .wrongLog: routing.log = "relais.example/other"
        case .conventionUnknown: routing.convention = Hash.of("other")
        case .conventionNotInForce:
            instant = Fixture.start + 1001 * 86_400
            routing.sealedAt = instant
        case .unknownUnit: routing.to = try Fixture.unit("nobody@avema01")
        case .agentNotInForce:
            instant = Fixture.start + 501 * 86_400
            routing.sealedAt = instant
        case .notAMember: agent = "d-02@ggd01"
        case .noFlow: routing.kind = "case_request"
        case .partyNotSigned: break
        case .urgencyNotAllowed: routing.urgency = .immediate
        case .copyMissing:
            routing = try concern(routing)
            routing.copies = []
            agent = "d-02@avema01"
        case .copyNotAllowed: routing.copies = [try Fixture.unit("crip@cd01")]
        case .duplicateRecipient: routing.copies = [routing.to]
        case .contentTooLarge: size = 100 << 20
        case .sealedInTheFuture: routing.sealedAt = Fixture.start + 121
        case .sealedTooLongAgo: routing.sealedAt = Fixture.start - 3 * 86_400 - 1
        case .replyNeedsReference: routing.kind = "reply"
        case .callNotRecorded:
            routing = try concern(routing)
            routing.kind = "judicial_transmission"
            routing.to = try Fixture.unit("corg@ggd01")
            routing.copies = []
            agent = "d-02@avema01"
        }
        #expect(decide(directory, routing, by: agent, size: size, at: instant) == code)
    }

    private func concern(_ routing: Routing) throws -> Routing {
        var routing = routing
        routing.kind = "concern_report"
        routing.urgency = .urgent
        routing.from = try Fixture.unit("iscg-est@avema01")
        routing.to = try Fixture.unit("cms-bourg@cd01")
        routing.copies = [try Fixture.unit("crip@cd01")]
        return routing
    }

    @Test func aForcedCopyIsAllowed() throws {
        let directory = try directory()
        let routing = try concern(try routing(directory))
        #expect(decide(directory, routing, by: "d-02@avema01") == nil)
    }

    /// Everything that no flow names, over all units and kinds, is refused.
    @Test func deniedUnlessAFlowSaysSo() throws {
        let directory = try directory()
        let flows = try Fixture.convention().flows
        var permitted = 0
        for (from, fromRoles) in Fixture.units {
            for (to, toRoles) in Fixture.units {
                for flow in flows {
                    var routing = try routing(directory)
                    routing.kind = flow.kind
                    routing.from = try Fixture.unit(from)
                    routing.to = try Fixture.unit(to)
                    routing.urgency = flow.urgencies[0].urgency
                    let named = flows.contains {
                        $0.kind == flow.kind && !Set($0.from).isDisjoint(with: fromRoles)
                            && !Set($0.to).isDisjoint(with: toRoles)
                    }
                    let code = decide(directory, routing, by: try Fixture.agentName(of: from).description)
                    #expect((code == .noFlow) == !named)
                    if code == nil { permitted += 1 }
                }
            }
        }
        #expect(permitted == 2)  // a referral to the ISCG, an orientation to the CMS
    }
}
