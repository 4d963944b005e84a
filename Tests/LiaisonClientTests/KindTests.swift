// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSealing
import LiaisonTestKit
import LiaisonWire
import Testing

/// Every kind on the convention of the Ain: one transmission that passes, and each demand violated, one by one.
struct KindTests {
    static let kinds = FormCatalogue.shipped.kinds.map(\.id)

    /// Who sends each kind to whom here, and the role that no flow of it names.
    static let routes: [String: (from: String, to: String, never: String)] = [
        "referral": ("csp-bourg@ddpn01", "iscg-est@avema01", "cms-bourg@cd01"),
        "orientation": ("iscg-est@avema01", "cms-bourg@cd01", "csp-bourg@ddpn01"),
        "follow_up_report": ("cms-bourg@cd01", "iscg-est@avema01", "csp-bourg@ddpn01"),
        "no_contact_notice": ("iscg-est@avema01", "csp-bourg@ddpn01", "cms-bourg@cd01"),
        "deterioration_notice": ("iscg-est@avema01", "csp-bourg@ddpn01", "cms-bourg@cd01"),
        "concern_report": ("iscg-est@avema01", "crip@cd01", "csp-bourg@ddpn01"),
        "minor_judicial_report": ("urgences@ch-fleyriat", "parquet@tj-bourg", "csp-bourg@ddpn01"),
        "vulnerable_adult_report": ("urgences@ch-fleyriat", "parquet@tj-bourg", "csp-bourg@ddpn01"),
        "judicial_transmission": ("iscg-est@avema01", "parquet@tj-bourg", "cms-bourg@cd01"),
        "weapon_prefect_notice": ("urgences@ch-fleyriat", "securite-interieure@pref01", "cms-bourg@cd01"),
        "contact_request": ("csp-bourg@ddpn01", "iscg-est@avema01", "parquet@tj-bourg"),
        "reminder": ("csp-bourg@ddpn01", "iscg-est@avema01", "securite-interieure@pref01"),
        "activity_report": ("coordination@avema01", "securite-interieure@pref01", "cms-bourg@cd01"),
        "reply": ("iscg-est@avema01", "csp-bourg@ddpn01", "securite-interieure@pref01"),
        "correction": ("csp-bourg@ddpn01", "iscg-est@avema01", "securite-interieure@pref01"),
        "consent_withdrawal": ("csp-bourg@ddpn01", "iscg-est@avema01", "securite-interieure@pref01"),
        "misdirection_return": ("csp-bourg@ddpn01", "iscg-est@avema01", "securite-interieure@pref01")
    ]

    private struct Case {
        let world: World
        let session: Session
        let kind: FormKind
        let route: (from: String, to: String, never: String)
        var request: SendRequest
    }

    private func prepare(_ id: String) async throws -> Case {
        let route = try #require(Self.routes[id])
        let world = try await World(
            units: Array(Set([route.from, route.to, "csp-bourg@ddpn01", "iscg-est@avema01", "crip@cd01"])).sorted(),
            setting: .example("ain"))
        let kind = try #require(world.catalogue[id])
        var request = SendRequest(kind: id, to: try Fixture.unit(route.to))
        request.from = try Fixture.unit(route.from)
        request.form = try Fixture.form(kind, world.catalogue)
        if kind.law.replyOnly { request.inReplyTo = try await refer(world) }
        let session = try world.session(route.from)
        try await session.refresh()
        let (routing, permit) = try await session.permit(request)
        if request.form["legal_basis"] != nil { request.form["legal_basis"] = .text(permit.flow.legalBases[0]) }
        let context = try session.formContext(routing, permit.flow)
        request.form = request.form.filter { kind.variant(for: context).fields.contains($0.key) }
        return Case(world: world, session: session, kind: kind, route: route, request: request)
    }

    /// A referral between the two units that answers refer to.
    private func refer(_ world: World) async throws -> TransmissionID {
        let session = try world.session("csp-bourg@ddpn01")
        try await session.refresh()
        var request = SendRequest(kind: "referral", to: try Fixture.unit("iscg-est@avema01"))
        request.form = World.referral
        let id = try await session.seal(try await session.plan(request, catalogue: world.catalogue))
        _ = try await session.outbox.deposit(id)
        return id
    }

    /// The same routing with a change, signed by the same agent, past all checks of the client.
    private func force(_ test: Case, _ change: (inout Routing) throws -> Void) async throws -> Problem.Code? {
        let plan = try await test.session.plan(test.request, catalogue: test.world.catalogue)
        var routing = plan.routing
        routing.id = .fresh()
        try change(&routing)
        let content = Array("sealed".utf8)
        let reference = ContentReference(sha256: Hash.of(content), size: content.count)
        let envelope = try Envelope(
            by: test.session.address, routing: routing, content: reference, manifest: Hash.of("manifest")
        ).signed(by: test.world.signer(test.route.from))
        do {
            _ = try await test.world.relay.submit(
                Unverified(envelope.note), content: .inline(content), arrived: reference, by: test.session.address)
            return nil
        } catch let problem as Problem {
            return problem.code
        }
    }

    /// Why the client does not plan a request; nil when it does.
    private func failure(_ test: Case, _ request: SendRequest) async -> ClientFailure? {
        do {
            _ = try await test.session.plan(request, catalogue: test.world.catalogue)
            return nil
        } catch {
            return error as? ClientFailure
        }
    }

    @Test(arguments: kinds)
    func passesAndIsRead(id: String) async throws {
        let test = try await prepare(id)
        let sent = try await test.session.seal(
            try await test.session.plan(test.request, catalogue: test.world.catalogue))
        _ = try await test.session.outbox.deposit(sent)
        let reader = try test.world.session(test.route.to)
        try await reader.refresh()
        let opened = try await reader.read(sent, catalogue: test.world.catalogue)
        for (name, value) in test.request.form {
            #expect(opened.form.first { $0.name == name }?.value == value, "\(name)")
        }
        _ = try await reader.acknowledge(sent)
        #expect(try await force(test) { _ in } == nil)
    }

    /// What is inside the seal: the client refuses, naming field and rule.
    @Test(arguments: kinds)
    func theClientRefusesByFieldAndRule(id: String) async throws {
        let test = try await prepare(id)
        func refused(_ rule: FormFinding.Rule, _ field: String, _ change: (inout [String: FieldValue]) -> Void) async {
            var request = test.request
            change(&request.form)
            guard case .form(let findings)? = await failure(test, request) else {
                Issue.record("\(id): \(field) \(rule)")
                return
            }
            #expect(findings.contains { $0.field == field && $0.rule == rule }, "\(id): \(field) \(rule)")
        }
        let (routing, permit) = try await test.session.permit(test.request)
        let context = try test.session.formContext(routing, permit.flow)
        let kind = test.kind.variant(for: context)
        // A call that is not recorded is the convention's matter before it is the form's.
        let isCall = { (field: String) in permit.flow.callFirst && field == "phone_call_at" }
        for field in kind.required where kind.defaults(for: context)[field] == nil && !isCall(field) {
            await refused(.missing, field) { $0[field] = nil }
        }
        await refused(.unknown, "diagnosis") { $0["diagnosis"] = .text("x") }
        for group in kind.oneOf { await refused(.oneOf, group[0]) { form in for name in group { form[name] = nil } } }
        for field in kind.fields where !isCall(field) {
            await refused(.type, field) {
                $0[field] = test.world.catalogue.fields[field]?.type == .flag ? .integer(7) : .flag(true)
            }
        }
        if kind.fields.contains("legal_basis") {
            let other = test.world.catalogue.fields["legal_basis"]?.codes.first { !permit.flow.legalBases.contains($0) }
            await refused(.legalBasis, "legal_basis") { $0["legal_basis"] = .text(other ?? "") }
        }
        if permit.flow.adhesion == .required {
            await refused(.adhesion, "adhesion_status") { $0["adhesion_status"] = .text("refused") }
        }
        for field in kind.fields where test.world.catalogue.fields[field]?.type == .longText {
            await refused(.forbiddenText, field) {
                $0[field] = .text("Son numéro est le 2 85 05 78 006 084 36, voilà.")
            }
        }
    }

    /// What the envelope shows: the client refuses, and the relay refuses the same forced past it, with the same code.
    @Test(arguments: kinds)
    func theRelayRefusesWhatItCanSee(id: String) async throws {
        let test = try await prepare(id)
        let plan = try await test.session.plan(test.request, catalogue: test.world.catalogue)
        let flow = plan.permit.flow
        func refuses(
            _ code: DecisionCode, client change: (inout SendRequest) throws -> Void,
            relay force: (inout Routing) throws -> Void
        ) async throws {
            var request = test.request
            try change(&request)
            let found = await failure(test, request)
            #expect(found == .notPermitted(code))
            #expect(try await self.force(test, force) == Problem(code).code)
        }
        let never = try Fixture.unit(test.route.never)
        if !flow.replyOnly {
            try await refuses(.noFlow, client: { $0.to = never }, relay: { $0.to = never })
        }
        let urgency = try #require(Urgency.allCases.first { flow.rule(for: $0) == nil })
        try await refuses(.urgencyNotAllowed, client: { $0.urgency = urgency }, relay: { $0.urgency = urgency })
        try await refuses(.noFlow, client: { $0.kind = "case_request" }, relay: { $0.kind = "case_request" })
        if flow.replyOnly {
            try await refuses(
                .replyNeedsReference, client: { $0.inReplyTo = nil }, relay: { $0.inReplyTo = nil })
            #expect(try await force(test) { $0.inReplyTo = .fresh() } == .replyNotBetweenUnits)
        }
        if flow.callFirst {
            try await refuses(
                .callNotRecorded, client: { $0.form["phone_call_at"] = nil }, relay: { $0.phoneConfirmedAt = nil })
            // A call that is still to come was not made.
            try await refuses(
                .callNotRecorded, client: { $0.phoneConfirmedAt = 1_900_000_000 },
                relay: { $0.phoneConfirmedAt = 1_900_000_000 })
        }
        // The client never leaves a copy out or adds one: only what is forced past it can.
        if !flow.copies.isEmpty { #expect(try await force(test) { $0.copies = [] } == .copyMissing) }
        #expect(try await force(test) { $0.copies.append(try Fixture.unit("coordination@avema01")) } == .copyNotAllowed)
        #expect(try await force(test) { $0.copies = [$0.to] + $0.copies } == .duplicateRecipient)
        let other = try Fixture.unit(test.route.from == "crip@cd01" ? "parquet@tj-bourg" : "cms-gex@cd01")
        #expect(try await force(test) { $0.from = other } == .notAMember)
        #expect(try await force(test) { $0.sealedAt += 121 } == .sealedInTheFuture)
        #expect(try await force(test) { $0.sealedAt -= 4 * 86_400 } == .sealedTooLongAgo)
    }

    @Test func attachmentsFollowTheKind() async throws {
        let directory = try TemporaryDirectory()
        for (name, text) in [
            ("lettre.pdf", "%PDF-1.4"), ("pv-audition.pdf", "%PDF-1.4"), ("virus.exe", "MZ"), ("faux.pdf", "MZ")
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory.path)/\(name)"))
        }
        for id in Self.kinds {
            let test = try await prepare(id)
            for name in ["lettre.pdf", "pv-audition.pdf", "virus.exe", "faux.pdf"] {
                var request = test.request
                request.attachments = ["\(directory.path)/\(name)"]
                if test.kind.law.attachments, name == "lettre.pdf" {
                    _ = try await test.session.plan(request, catalogue: test.world.catalogue)
                } else {
                    guard case .attachment? = await failure(test, request) else {
                        Issue.record("\(id) \(name)")
                        continue
                    }
                }
            }
        }
    }

    /// For one directory head and time, client and relay decide alike, whatever is asked.
    @Test func clientAndRelayDecideAlike() async throws {
        let units = ["csp-bourg@ddpn01", "iscg-est@avema01", "crip@cd01", "urgences@ch-fleyriat", "parquet@tj-bourg"]
        let world = try await World(units: units, setting: .example("ain"))
        let answered = try await refer(world)
        let everyone = world.setting.units.map(\.address) + [try Fixture.unit("nobody@cd01")]
        var generator = SystemRandomNumberGenerator()
        var allowed = 0
        for session in try units.map({ try world.session($0) }) { try await session.refresh() }
        for round in 0..<600 {
            let from = try #require(units.randomElement(using: &generator))
            let session = try world.session(from)
            // Half of the rounds follow a flow, so that both answers come often.
            let own = try #require(world.setting.units.first { $0.address.description == from }).roles
            let flows = world.setting.convention.flows.filter { flow in
                round % 3 == 0 || flow.from.contains(where: own.contains)
            }
            let flow = try #require(flows.randomElement(using: &generator))
            let near = world.setting.units.filter { unit in flow.to.contains(where: unit.roles.contains) }.map(
                \.address)
            var request = SendRequest(
                kind: round % 7 == 0 ? "case_request" : flow.kind,
                to: try #require((round % 3 > 0 ? near : everyone).randomElement(using: &generator)))
            request.from = round % 6 == 0 ? everyone.randomElement(using: &generator) : try Fixture.unit(from)
            request.urgency = round % 4 > 0 ? nil : Urgency.allCases.randomElement(using: &generator)
            request.inReplyTo =
                flow.replyOnly
                ? [nil, answered, answered, .fresh()].randomElement(using: &generator) ?? nil
                : round % 5 == 0 ? .fresh() : nil
            request.phoneConfirmedAt = Bool.random() ? world.clock.now : nil
            var decision: Problem.Code?
            var routing: Routing
            do {
                routing = try await session.permit(request, isWhole: true).routing
            } catch let failure as ClientFailure {
                routing = try await session.routing(of: request)
                switch failure {
                case .notPermitted(let code): decision = Problem(code).code
                case .refused(let problem): decision = problem.code
                default: Issue.record("\(failure)")
                }
            }
            if decision == nil { allowed += 1 }
            let content = Array("sealed".utf8)
            let reference = ContentReference(sha256: Hash.of(content), size: content.count)
            let envelope = try Envelope(
                by: session.address, routing: routing, content: reference, manifest: Hash.of("manifest")
            ).signed(by: world.signer(from))
            var ruling: Problem.Code?
            do {
                _ = try await world.relay.submit(
                    Unverified(envelope.note), content: .inline(content), arrived: reference, by: session.address)
            } catch let problem as Problem {
                ruling = problem.code
            }
            #expect(ruling == decision, "\(routing)")
        }
        #expect(allowed > 50 && allowed < 500, "\(allowed)")
    }
}
