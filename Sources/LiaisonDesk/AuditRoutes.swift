// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import HTTPTypes
import Hummingbird
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords
import NIOCore

/// What is looked into now and then: whether a dossier holds, what the log says of an institution, how much a
/// unit has to do; and a colleague who is to go on with it.
extension DeskRoutes {
    func addAudit(to router: Router<DeskContext>) {
        router.get("verify", use: page { [self] _, context in try await clerk.work { _, _ in VerifyPage() } })
        router.post("verify", use: verify)
        router.get(
            "audit",
            use: page { [self] _, context in try await clerk.work(isUse: context.isUse) { try await AuditPage($0, $1) }
            })
        router.post("audit", use: answer(readEvents))
        router.get("statistics", use: page(statistics))
        router.get(
            "transfer",
            use: page { [self] _, context in
                try await clerk.work(isUse: context.isUse) { try await TransferPage($0, $1) }
            })
        router.post("transfer", use: answer(transfer))
    }

    /// Judges a dossier, which stays in memory, by what this agent trusts.
    @Sendable private func verify(_ request: Request, _ context: DeskContext) async throws -> Response {
        do {
            let file = try await files(of: request, context).first
            let page = try await clerk.work { [language] session, voice in
                guard let file else {
                    return VerifyPage(
                        problem: language(
                            "Aucun fichier n'a été choisi. Choisissez le dossier (.asice) à vérifier.",
                            "No file was chosen. Choose the dossier (.asice) to judge."))
                }
                let report = DossierVerifier.verify(file.bytes, trust: try session.trustAnchors())
                return VerifyPage(report, named: file.name, voice)
            }
            return html(page, context.guest, status: page.problem == nil ? .ok : .unprocessableContent)
        } catch let refusal as Doorkeeper.Refusal {
            throw refusal
        } catch {
            return await failed(error, context)
        }
    }

    /// Reading is an event: it happens by a form, and never because a page is shown again.
    private func readEvents(_ form: FormBody, _ context: DeskContext) async throws -> AuditPage {
        var query = AuditPage.Query()
        query.first = form.given("first")
        query.last = form.given("last")
        query.unit = form.given("unit").flatMap { UnitAddress($0) }
        query.event = form.given("event").flatMap { EventName(rawValue: $0) }
        return try await clerk.work(.relay) { [query] in try await AuditPage.reading(query, $0, $1) }
    }

    private func statistics(_ request: Request, _ context: DeskContext) async throws -> StatisticsPage {
        var query = StatisticsPage.Query()
        query.first = request.given("first")
        query.last = request.given("last")
        query.unit = request.given("unit").flatMap { UnitAddress($0) }
        return try await clerk.work(isUse: context.isUse) { [query] in try await StatisticsPage(query, $0, $1) }
    }

    private func transfer(_ form: FormBody, _ context: DeskContext) async throws -> TransferPage {
        guard let colleague = form.given("to").flatMap({ AgentAddress($0) }) else { throw MissingColleague() }
        return try await clerk.work(.relay) { try await TransferPage.transferring(to: colleague, $0, $1) }
    }

    /// Does what a form asks for and shows what came of it, which no address names.
    private func answer<Matter: Page>(
        _ act: @escaping @Sendable (FormBody, DeskContext) async throws -> Matter
    ) -> @Sendable (Request, DeskContext) async throws -> Response {
        { [self] request, context in
            let form = try await form(of: request, context)
            do {
                return html(try await act(form, context), context.guest)
            } catch {
                return await failed(error, context)
            }
        }
    }
}
