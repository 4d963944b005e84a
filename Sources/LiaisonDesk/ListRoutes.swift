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
import LiaisonVault
import LiaisonWire
import LiaisonWords
import NIOCore

/// The rest of the day: what was sent, what calls, what waits, who is there, what is looked for, and the proof of it.
extension DeskRoutes {
    func addLists(to router: Router<DeskContext>) {
        router.get(
            "sent",
            use: page { [self] request, context in
                let isAll = request.given("all") != nil
                return try await clerk.work(isUse: context.isUse) { try await SentPage(isAll: isAll, $0, $1) }
            })
        router.get(
            "alerts",
            use: page { [self] _, context in try await clerk.work(isUse: context.isUse) { try await AlertsPage($0, $1) }
            })
        router.post("transmissions/{id}/dismiss", use: change(dismiss))
        router.get(
            "outbox",
            use: page { [self] _, context in try await clerk.work(isUse: context.isUse) { try await OutboxPage($0, $1) }
            })
        router.post("outbox/{id}/deposit", use: change(deposit))
        router.post("outbox/{id}/discard", use: change(discard))
        router.get(
            "directory",
            use: page { [self] request, context in
                let words = request.given("q") ?? ""
                return try await clerk.work(isUse: context.isUse) { try await DirectoryPage(words, $0, $1) }
            })
        router.get("search", use: page { [self] _, _ in try await clerk.work { try await SearchPage("", $0, $1) } })
        router.post("search", use: search)
        router.post("transmissions/{id}/proof", use: proof)
    }

    private func dismiss(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        try await clerk.work { session, _ in _ = try await session.dismiss(id) }
        return "/alerts?done=dismissed"
    }

    /// A person looked at it again, and says that it is still right.
    private func deposit(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let (id, call) = (try context.transmission, form.given("call"))
        // What a person says of the call is kept first: it is typed when the relay is away.
        try await clerk.work { session, voice in
            if let call {
                let typed = TypedContext(now: session.clock(), zone: session.timeZone, language: voice.language)
                if let instant = try TypedCall.read(call, typed, voice.catalogue) {
                    try await session.recordCall(id, at: instant, catalogue: voice.catalogue)
                }
            }
            try session.outbox.confirm(id)
        }
        do {
            try await clerk.work(.relay) { session, voice in
                _ = try await session.deposit(id, catalogue: voice.catalogue)
            }
        } catch ClientFailure.unreachable {
            return call == nil ? "/outbox?done=stillHere" : "/outbox?done=callNoted"
        }
        return "/transmissions/\(id)?done=sent"
    }

    private func discard(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let id = try context.transmission
        try await clerk.work { session, _ in try session.outbox.discard(id) }
        return "/outbox?done=discarded"
    }

    /// Searched by POST: what is looked for stands in no address, and so in no browser's history.
    @Sendable private func search(_ request: Request, _ context: DeskContext) async throws -> Response {
        let words = try await form(of: request, context)["q"] ?? ""
        return try await page { [self] _, _ in try await clerk.work { try await SearchPage(words, $0, $1) } }(
            request, context)
    }

    /// A dossier to save, made and judged by the same library as the command's.
    @Sendable private func proof(_ request: Request, _ context: DeskContext) async throws -> Response {
        let form = try await form(of: request, context)
        do {
            let id = try context.transmission
            let content: DossierContent = form["content"] == "withheld" ? .withheld : .sealed
            let bytes = try await clerk.work(.relay) { session, voice in
                let (parts, _) = try await session.dossier(of: id, content: content) {
                    DossierPage.html($0, catalogue: voice.catalogue)
                }
                return try parts.bytes(beside: session.account.vault.path)
            }
            return Self.download(bytes, named: "preuve-\(id).asice", type: "application/vnd.etsi.asic-e+zip")
        } catch {
            return await failed(error, context)
        }
    }
}

extension DossierParts {
    /// The container as a file has it. It lies for a moment in the vault's own directory, which nobody else reads.
    func bytes(beside path: String) throws -> [UInt8] {
        let file = "\(path)/\(UUID().uuidString).asice"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try write(to: file, timeStamp: nil)
        return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }
}

extension Request {
    /// A parameter of the address that has something in it.
    func given(_ name: String) -> String? {
        uri.queryParameters[name[...]].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
    }
}
