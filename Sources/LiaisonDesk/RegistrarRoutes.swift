// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import HTTPTypes
import Hummingbird
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords
import NIOCore

/// What a registrar's desk answers to which address: the people, the units, and what is to be published.
extension DeskRoutes {
    private var registrar: RegistrarClerk { RegistrarClerk(clerk: clerk) }

    func addRegistrar(to router: Router<DeskContext>) {
        router.get("people", use: look(.relayIfReachable) { work, _ in try await PeoplePage(work) })
        router.get("agents/{agent}", use: look(.relayIfReachable) { try await PersonPage($1.agent, $0) })
        router.get("invite", use: look(.here) { work, _ in try InvitePage(work) })
        router.post("invite", use: change(invite))
        router.get(
            "invited/{id}",
            use: look(.here) { [handover] work, context in try InvitedPage(context.invitation, handover, work) })
        router.get(
            "requests/{id}", use: look(.relay) { try await RequestPage(Self.request($1.invitation, $0), $0) })
        router.post("requests/{id}/approve", use: change(approve))
        router.post("requests/{id}/refuse", use: change(refuseRequest))
        router.get("units", use: look(.relayIfReachable) { work, _ in try UnitsPage(work) })
        router.get("units/{unit}", use: look(.relayIfReachable) { try UnitPage($1.unit, $0) })
        router.get("units/{unit}/details", use: unitDetails)
        router.get("roster", use: look(.relayIfReachable) { work, _ in try RosterPage(work) })
        router.get(
            "roster/change",
            use: page { [self] request, context in
                let form = try FormBody(urlEncoded: request.uri.query ?? "")
                let act = try RosterAct(form)
                return try await registrar.work(isUse: context.isUse) { try await ConfirmChangePage(act, form, $0) }
            })
        router.post("roster/change", use: change(changeRoster))
        router.post("roster/half", use: halfSigned)
        router.post("roster/cosign", use: bring)
        router.get(
            "roster/cosign/{id}",
            use: look(.relay) { [handover] work, context in
                guard let note = handover.note(try context.invitation) else { throw MissingAnswer.file }
                return try await ConfirmChangePage(cosigning: note, work)
            })
        router.post("roster/cosign/{id}", use: change(cosign))
    }

    private func look<Matter: Page>(
        _ reach: Clerk.Reach, _ make: @escaping @Sendable (RegistrarAtWork, DeskContext) async throws -> Matter
    ) -> @Sendable (Request, DeskContext) async throws -> Response {
        page { [self] _, context in
            try await registrar.work(reach, isUse: context.isUse) { try await make($0, context) }
        }
    }

    // MARK: Inviting

    private func invite(_ form: FormBody, _ context: DeskContext) async throws -> String {
        guard let role = form.given("role") else { throw MissingAnswer.choice }
        let unit = PostRole(rawValue: role) == nil ? nil : try form.unit()
        let end = try form.lastDay("until")
        let hours = form.given("hours").flatMap { DecimalNumber.parse($0) } ?? 72
        guard (1...700).contains(hours) else { throw MissingAnswer.choice }
        let name = form.given("name")
        let id = try await registrar.work { work in
            let agent = try name.map { name in
                let full = name.contains("@") ? name : "\(name)@\(work.registrar.institution)"
                guard let agent = AgentAddress(full), agent.institution == work.registrar.institution else {
                    throw MissingAnswer.choice
                }
                return agent
            }
            let (code, _) = try await work.registrar.invite(
                to: unit, role: role, as: agent, until: end, validFor: .hours(hours), over: work.relay, now: work.now)
            return code.id
        }
        handover.put(unseen: id)
        return "/invited/\(id.hex)"
    }

    // MARK: Requests

    private static func request(_ id: Hash, _ work: RegistrarAtWork) async throws -> JoinRequest {
        guard let request = try await work.registrar.requests(over: work.relay).first(where: { $0.id == id }) else {
            throw MissingAnswer.invitation
        }
        return request
    }

    private func approve(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.invitation
        guard form.given("checked") != nil else { throw MissingAnswer.choice }
        let isPublished = try await registrar.work { work in
            let request = try await Self.request(id, work)
            if try work.registrar.approve(request, now: work.now) {
                guard case .published = try await work.publish() else { return false }
            }
            try await work.registrar.finish(request, as: .approved, over: work.relay)
            return true
        }
        return isPublished ? "/people?done=approved" : "/roster?done=half"
    }

    private func refuseRequest(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.invitation
        try await registrar.work { work in
            let request = try await Self.request(id, work)
            try work.registrar.reject(request)
            try await work.registrar.finish(request, as: .rejected, over: work.relay)
        }
        return "/people?done=invitationEnded"
    }

    // MARK: Units

    /// The form of a unit's names, numbers and hours. Once all of it is right, it leads on to what follows from it.
    @Sendable private func unitDetails(_ request: Request, _ context: DeskContext) async throws -> Response {
        do {
            let query = request.uri.query ?? ""
            let form = try FormBody(urlEncoded: query)
            let page = try await registrar.work(.relayIfReachable, isUse: context.isUse) {
                try UnitDetailsPage(context.unit, form, $0)
            }
            if form.has("next"), !page.hasProblems { return Self.see("/roster/change?\(query)") }
            return html(page, context.guest, status: page.hasProblems ? .unprocessableContent : .ok)
        } catch {
            return await failed(error, context)
        }
    }

    // MARK: The roster

    private func changeRoster(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let act = try RosterAct(form)
        let outcome = try await registrar.work { work in
            try await work.publish { try act.perform($0, now: work.now) }
        }
        return switch outcome {
        case .published: act.path + "?done=published"
        case .halfSigned: "/roster?done=half"
        }
    }

    /// The roster that this registrar signed, as a file for the second one.
    @Sendable private func halfSigned(_ request: Request, _ context: DeskContext) async throws -> Response {
        _ = try await form(of: request, context)
        do {
            let (outcome, institution) = try await registrar.work { work in
                (try await work.publish(), work.registrar.institution)
            }
            guard case .halfSigned(let note) = outcome else { return see("/roster?done=published", saying: context) }
            return Self.download(
                Array(note.serialized.utf8), named: "liste-\(institution)-a-signer.note",
                type: "text/plain; charset=utf-8")
        } catch {
            return await failed(error, context)
        }
    }

    /// Takes a colleague's roster to look at.
    @Sendable private func bring(_ request: Request, _ context: DeskContext) async throws -> Response {
        do {
            let files = try await files(
                of: request, context, upTo: Roster.maximumSize + FormBody.largest, excess: TooMuchText())
            guard let file = files.first, !file.bytes.isEmpty else { throw MissingAnswer.file }
            let note = try SignedNote(parsing: file.bytes, limit: Roster.maximumSize)
            handover.put(note)
            return Self.see("/roster/cosign/\(note.hash.hex)")
        } catch let refusal as Doorkeeper.Refusal {
            throw refusal
        } catch {
            return await failed(error, context)
        }
    }

    private func cosign(_ form: FormBody, _ context: DeskContext) async throws -> String {
        guard let note = handover.note(try context.invitation) else { throw MissingAnswer.file }
        try await registrar.work { work in
            _ = try await work.registrar.cosign(note, over: work.relay, log: work.log, now: work.now)
        }
        return "/roster?done=published"
    }
}

extension DeskContext {
    /// The agent that the address names.
    fileprivate var agent: AgentAddress {
        get throws {
            guard let agent = parameters.get("agent").flatMap({ AgentAddress($0) }) else { throw MissingAnswer.choice }
            return agent
        }
    }

    /// The unit that the address names.
    fileprivate var unit: UnitAddress {
        get throws {
            let text = parameters.get("unit") ?? ""
            guard let unit = UnitAddress(text) else { throw ClientFailure.unknownUnit(text) }
            return unit
        }
    }

    /// The hash that the address names.
    fileprivate var invitation: Hash {
        get throws {
            guard let id = parameters.get("id").flatMap({ Hash(hex: $0) }) else { throw MissingAnswer.invitation }
            return id
        }
    }
}
