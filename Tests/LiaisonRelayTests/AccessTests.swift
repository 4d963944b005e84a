// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import LiaisonWire
import Testing

/// Every operation × every role × own unit, other unit, other institution, against the table of `docs/roles.md`.
struct AccessTests {
    private enum Scope: String, CaseIterable { case own, unit, institution }

    /// The columns of the table, and the roles that each stands for here.
    private static let roles: [(column: String, names: [String])] = [
        ("member", ["agent", "unit_manager", "substitute", "duty_officer"]), ("stand-in", ["stand-in"]),
        ("auditor", ["auditor", "dpo"]), ("statistics", ["statistics_reader"]), ("registrar", ["registrar"]),
        ("former", ["revoked", "expired"]), ("stranger", ["stranger"])
    ]

    private struct Actor {
        let address: AgentAddress
        let signer: NoteSigner
        let tls: Hash
    }

    private let own = "iscg-est@avema01"
    private let absent = "iscg-ouest@avema01"

    /// What the table says: operation and column to the scopes that are allowed.
    private func table() throws -> [String: [String: Set<Scope>]] {
        let text = try String(contentsOfFile: "\(Programs.root)/docs/roles.md", encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let columns = try #require(rows.first).dropFirst()
        #expect(Array(columns) == Self.roles.map(\.column))
        return rows.dropFirst(2).reduce(into: [:]) { table, row in
            var cells: [String: Set<Scope>] = [:]
            for (column, cell) in zip(columns, row.dropFirst()) {
                let scopes: [String: Set<Scope>] = [
                    "-": [], "own": [.own], "institution": [.own, .unit], "all": [.own, .unit, .institution]
                ]
                guard let allowed = scopes[cell] else {
                    Issue.record("\(cell)")
                    continue
                }
                cells[column] = allowed
            }
            table[row[0]] = cells
        }
    }

    @Test func everyRoleDoesWhatTheTableSays() async throws {
        let units = [own, absent, "csp-bourg@ddpn01", "cms-bourg@cd01"]
        let world = try await World(units: units, setting: .example("ain"))
        let actors = try await enrol(world)
        let table = try table()
        for (operation, cells) in table.sorted(by: { $0.key < $1.key }) {
            for (column, names) in Self.roles {
                for name in names {
                    for scope in Scope.allCases {
                        let actor = try #require(actors[name])
                        let standsIn = name == "stand-in"
                        let done = try await attempt(operation, actor, scope, standsIn: standsIn, world)
                        guard let done else { continue }
                        #expect(done == cells[column]?.contains(scope), "\(operation), \(name), \(scope)")
                    }
                }
            }
        }
        #expect(table.count == 17)
    }

    /// One agent for each role; the stand-in's own unit answers for the absent one.
    private func enrol(_ world: World) async throws -> [String: Actor] {
        var actors: [String: Actor] = [:]
        func make(_ name: String) throws -> (Agent, Actor) {
            let address = try Fixture.agent("x-\(actors.count)@avema01")
            let key = try Fixture.key(name)
            let tls = Hash.of("tls \(name)")
            let signer = try Fixture.unwrap(NoteSigner(name: address.description, privateKey: key))
            let agent = try Fixture.agent(address, in: Fixture.unit(own), key: key, tls: [tls])
            return (agent, Actor(address: address, signer: signer, tls: tls))
        }
        var agents: [Agent] = []
        for name in Self.roles.flatMap(\.names) where name != "registrar" && name != "stranger" {
            var (agent, actor) = try make(name)
            switch name {
            case "agent", "unit_manager", "substitute", "duty_officer":
                agent.posts[0].role = try Fixture.unwrap(PostRole(rawValue: name))
            case "auditor", "dpo", "statistics_reader":
                agent.posts = []
                agent.duties = [try Fixture.unwrap(Duty(rawValue: name))]
            case "revoked": agent.revocation = Revocation(at: world.clock.now - 1, reason: .left)
            case "expired": agent.notAfter = world.clock.now - 1
            default: agent.posts[0].unit = try Fixture.unit("coordination@avema01")
            }
            agents.append(agent)
            actors[name] = actor
        }
        actors["registrar"] = try make("registrar").1
        actors["stranger"] = try make("stranger").1
        let enrolled = agents
        try await world.publish("avema01") {
            $0 += enrolled
        } also: { roster in
            roster.registrars = [Hash.of("tls registrar")]
            for index in roster.units.indices where roster.units[index].address.description == absent {
                roster.units[index].absence = Absence(
                    reason: .vacancy, substitutes: [try Fixture.unit("coordination@avema01")])
            }
        }
        return actors
    }

    /// One staged content serves one handover: a second act on it in the same batch is refused, and sinks nobody else.
    @Test func aStagedContentServesOnce() async throws {
        let world = try await World(units: [own, "cms-bourg@cd01"], setting: .example("ain"))
        let unit = try Fixture.unit(own)
        let author = try world.setting.agentName(of: own)
        let id = try await send(
            from: Fixture.unit("cms-bourg@cd01"), to: unit, by: world.setting.agentName(of: "cms-bourg@cd01"),
            world.signer("cms-bourg@cd01"), peer: world.setting.agentName(of: "cms-bourg@cd01"), world)
        try await open(id, asMemberOf: unit, world)
        let content = Array("sealed anew".utf8)
        let reference = ContentReference(sha256: Hash.of(content), size: content.count)
        _ = try await world.relay.stage(content, of: reference.sha256, at: 0, by: author)
        var acts: [Unverified<Act>] = []
        for _ in 0..<2 {
            acts.append(
                try await act(.transferred, on: id, by: author, world.signer(own), content: reference, world))
            world.clock.now += 1
        }
        let relay = world.relay
        let problems = await withTaskGroup(of: Problem.Code?.self) { group in
            for act in acts {
                group.addTask {
                    do {
                        _ = try await relay.act(act, by: author)
                        return nil
                    } catch {
                        return (error as? Problem)?.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(problems.compactMap(\.self) == [.contentMissing])
        #expect(await world.sequencer.scrubPendingSince != nil, "a content that was replaced is erased")
    }

    // MARK: Attempts

    /// The unit that a scope means: for the stand-in, the absent unit is its own.
    private func unit(_ scope: Scope, standsIn: Bool) throws -> UnitAddress {
        switch scope {
        case .own: try Fixture.unit(standsIn ? absent : own)
        case .unit: try Fixture.unit(standsIn ? own : absent)
        case .institution: try Fixture.unit("cms-bourg@cd01")
        }
    }

    /// Performs an operation as the routes do; nil where it has no meaning.
    private func attempt(
        _ operation: String, _ actor: Actor, _ scope: Scope, standsIn: Bool, _ world: World
    ) async throws -> Bool? {
        let relay = world.relay
        let unit = try unit(scope, standsIn: standsIn)
        do {
            switch operation {
            case "read directory":
                _ = try relay.reader(tls: actor.tls)
                _ = try await relay.bundle(of: unit.institution, from: 0, keys: true)
            case "read log":
                _ = try relay.reader(tls: actor.tls)
                _ = try await relay.checkpoint()
            case "publish own keys":
                let author = scope == .own ? actor.address : try world.setting.agentName(of: unit.description)
                try await publishKeys(of: author, by: actor, world)
            case "send":
                _ = try await send(from: unit, by: actor.address, actor.signer, peer: relay.peer(tls: actor.tls), world)
            case "invite":
                let institution = try relay.registrar(tls: actor.tls)
                guard institution == unit.institution else { return false }
                try await relay.invite(invitation(world), by: institution)
            case "list requests":
                let institution = try relay.registrar(tls: actor.tls)
                guard institution == unit.institution else { return false }
                _ = try await relay.invitations(of: institution)
            case "close invitation":
                let status = invitation(world)
                try await relay.invite(status, by: unit.institution)
                try await relay.close(status.id, as: .rejected, by: relay.registrar(tls: actor.tls))
            case "withdraw":
                let id = try await sent(from: unit, world)
                try await act(.withdrawn, on: id, actor, reason: .sentInError, world)
            case "read the institution's events":
                return try await inspects(unit.institution, actor, world)
            default: try await receive(operation, at: unit, actor, standsIn: standsIn, world)
            }
            return true
        } catch let problem as Problem {
            #expect(
                [.notEnrolled, .notAParty, .notAMember, .notTheAuthor, .invitationUnknown, .agentNotInForce].contains(
                    problem.code), "\(operation): \(problem.code)")
            return false
        }
    }

    /// Whether an inspection shows anything of `institution`.
    private func inspects(_ institution: InstitutionID, _ actor: Actor, _ world: World) async throws -> Bool {
        let inspection = try Inspection(
            by: actor.address, log: Fixture.origin, since: 0, until: world.clock.now + 1, at: world.clock.now
        ).signed(by: actor.signer)
        let page = try await world.relay.inspect(
            Unverified(inspection.note), from: 0, by: world.relay.author(tls: actor.tls))
        return try page.events.contains {
            try $0.verified(by: Fixture.noteKey(Fixture.origin)).event.mailbox.institution == institution
        }
    }

    private func receive(
        _ operation: String, at unit: UnitAddress, _ actor: Actor, standsIn: Bool, _ world: World
    ) async throws {
        let relay = world.relay
        let id = try await delivered(to: unit, notFrom: standsIn ? absent : own, world)
        let peer = try relay.peer(tls: actor.tls)
        switch operation {
        case "list deliveries":
            try await relay.notify(ShownDeliveries(deliveries: [.init(transmission: id, unit: unit)]), by: peer)
        case "read events":
            let page = try await relay.mailbox(of: unit, after: 0, for: peer)
            guard !page.events.isEmpty else { throw Problem(.storeFailed) }
        case "track": _ = try await relay.timeline(of: id, for: peer)
        case "open": try await open(id, actor, world)
        case "refuse": try await act(.refused, on: id, actor, reason: .duplicate, world)
        case "acknowledge":
            // Whoever takes charge has read it.
            try await open(id, actor, world)
            try await act(.acknowledged, on: id, actor, world)
        case "erase":
            try await open(id, asMemberOf: unit, world)
            let member = try world.setting.agentName(of: unit.description)
            let answer = try await act(.acknowledged, on: id, by: member, world.signer(unit.description), world)
            _ = try await relay.act(answer, by: member)
            try await act(.erased, on: id, actor, reason: .noLongerNeeded, world)
        case "transfer":
            try await open(id, actor, world)
            let content = Array("sealed anew \(id) \(actor.address)".utf8)
            let reference = ContentReference(sha256: Hash.of(content), size: content.count)
            _ = try await relay.stage(content, of: reference.sha256, at: 0, by: peer)
            try await act(.transferred, on: id, actor, content: reference, world)
        default: Issue.record("not an operation: \(operation)")
        }
    }

    // MARK: Making what is acted on

    private func send(
        from: UnitAddress, to: UnitAddress? = nil, kind: String = "follow_up_report", by author: AgentAddress,
        _ signer: NoteSigner, peer: AgentAddress, _ world: World
    ) async throws -> TransmissionID {
        let directory = world.sequencer.directory
        // A return travels from a social centre to the ISCG and from the ISCG to the police.
        let recipient = try to ?? Fixture.unit(from.institution.description == "cd01" ? own : "csp-bourg@ddpn01")
        let head = try #require(try await world.store.latestDirectoryHead())
        let routing = Routing(
            id: .fresh(), log: Fixture.origin, convention: try #require(directory.convention).hash,
            head: Hash.of(head.record), from: from, to: recipient, copies: [], kind: kind, urgency: .routine,
            sealedAt: world.clock.now)
        let content = Array("sealed".utf8)
        let reference = ContentReference(sha256: Hash.of(content), size: content.count)
        let envelope = try Envelope(by: author, routing: routing, content: reference, manifest: Hash.of("m"))
            .signed(by: signer)
        _ = try await world.relay.submit(
            Unverified(envelope.note), content: .inline(content), arrived: reference, by: peer)
        return routing.id
    }

    private func sent(from unit: UnitAddress, _ world: World) async throws -> TransmissionID {
        let author = try world.setting.agentName(of: unit.description)
        return try await send(from: unit, by: author, world.signer(unit.description), peer: author, world)
    }

    private func delivered(
        to unit: UnitAddress, notFrom actor: String, _ world: World
    ) async throws -> TransmissionID {
        let isPartner = unit.institution.description == "cd01"
        let from = try Fixture.unit(isPartner ? (actor == own ? absent : own) : "cms-bourg@cd01")
        let author = try world.setting.agentName(of: from.description)
        return try await send(
            from: from, to: unit, kind: isPartner ? "orientation" : "follow_up_report", by: author,
            world.signer(from.description), peer: author, world)
    }

    private func act(
        _ kind: Act.Kind, on id: TransmissionID, by author: AgentAddress, _ signer: NoteSigner,
        reason: ReasonCode? = nil, content: ContentReference? = nil, _ world: World
    ) async throws -> Unverified<Act> {
        let transmission = try #require(try await world.store.transmission(id))
        let delivery = try #require(try await world.store.deliveries(of: id).first)
        let head = try #require(try await world.store.latestDirectoryHead())
        let act = try Act(
            by: author, log: Fixture.origin, convention: try #require(world.sequencer.directory.convention).hash,
            head: Hash.of(head.record), transmission: id, envelope: transmission.hash, unit: delivery.unit, act: kind,
            reason: reason, content: content, at: world.clock.now
        ).signed(by: signer)
        return try Unverified(act.note)
    }

    private func act(
        _ kind: Act.Kind, on id: TransmissionID, _ actor: Actor, reason: ReasonCode? = nil,
        content: ContentReference? = nil, _ world: World
    ) async throws {
        let act = try await act(kind, on: id, by: actor.address, actor.signer, reason: reason, content: content, world)
        _ = try await world.relay.act(act, by: world.relay.peer(tls: actor.tls))
    }

    private func open(_ id: TransmissionID, _ actor: Actor, _ world: World) async throws {
        let act = try await act(.opened, on: id, by: actor.address, actor.signer, world)
        _ = try await world.relay.open(act, from: 0, by: world.relay.peer(tls: actor.tls))
    }

    private func open(_ id: TransmissionID, asMemberOf unit: UnitAddress, _ world: World) async throws {
        let author = try world.setting.agentName(of: unit.description)
        let act = try await act(.opened, on: id, by: author, world.signer(unit.description), world)
        _ = try await world.relay.open(act, from: 0, by: author)
    }

    private func publishKeys(of author: AgentAddress, by actor: Actor, _ world: World) async throws {
        let present = world.sequencer.directory.keys(of: author)
        let keys = AgentKeys(
            by: author, version: (present?.body.version ?? 0) + 1, previous: present?.hash, issuedAt: world.clock.now,
            keys: []
        )
        let signer = try #require(NoteSigner(name: author.description, privateKey: actor.signer.privateKey))
        _ = try await world.relay.publish(
            Unverified(try keys.signed(by: signer).note), by: world.relay.peer(tls: actor.tls))
    }

    private func invitation(_ world: World) -> InvitationStatus {
        InvitationStatus(
            id: Hash.of(TransmissionID.fresh().description), invitation: CodedText(text: "{}", mac: Hash.of("mac")),
            expiresAt: world.clock.now + 3600, state: .open, request: nil)
    }

    /// However often something happens to one transmission, a page of its history is bounded, and the pages make the whole.
    @Test func aTimelineIsPages() async throws {
        let (montluel, iscg) = ("bta-montluel@ggd01", "iscg-est@avema01")
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        for _ in 0..<(2 * Wire.pageSize) {
            try await world.forge(in: .unit(try Fixture.unit(montluel)), .actRejection) { event in
                event.transmission = id
                event.unit = try Fixture.unit(iscg)
                event.agent = try Fixture.agentName(of: iscg)
                event.code = "wrong_state"
            }
        }
        let peer = try Fixture.agentName(of: montluel)
        var pages = 0
        var events: [Evidence] = []
        var from: Int? = 0
        while let index = from {
            let page = try await world.relay.timeline(of: id, from: index, for: peer)
            #expect(page.events.count <= Wire.pageSize)
            pages += 1
            events += page.events
            from = page.next
        }
        #expect(pages == 3)
        let all = try await world.store.entries(on: id, in: [.unit(try Fixture.unit(montluel))])
        let log = try Fixture.noteKey(Fixture.origin)
        let indices = try events.map { try $0.verified(by: log).index }
        #expect(indices == all.map(\.index))
    }
}
