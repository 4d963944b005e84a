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

/// What is asked for now and then: whether a dossier holds.
extension DeskRoutes {
    func addAudit(to router: Router<DeskContext>) {
        router.get("verify", use: page { [self] _, context in try await clerk.work { _, _ in VerifyPage() } })
        router.post("verify", use: verify)
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

    /// The files that a form of this desk brings; those that were not chosen are left out.
    func files(of request: Request, _ context: DeskContext) async throws -> [(name: String, bytes: [UInt8])] {
        guard let guest = context.guest else { throw Doorkeeper.Refusal.stranger }
        guard let boundary = Multipart.boundary(of: request.headers[.contentType] ?? "") else {
            throw Multipart.Malformed()
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Multipart.largest)
        } catch is NIOTooManyBytesError {
            throw Multipart.TooLarge()
        }
        let parts = try Multipart.parts(Array(body.readableBytesView), boundary: boundary)
        let token = parts.first { $0.name == "token" }.map { String(decoding: $0.bytes, as: UTF8.self) }
        try doorkeeper.check(token, of: guest)
        return parts.compactMap { part in part.fileName.map { (name: $0, bytes: part.bytes) } }
            .filter { !$0.name.isEmpty }
    }
}
