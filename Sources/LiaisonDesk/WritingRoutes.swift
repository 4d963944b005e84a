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

/// From choosing a kind to the proof that it was deposited.
extension DeskRoutes {
    func addWriting(to router: Router<DeskContext>) {
        router.get(
            "write",
            use: page { [self] _, context in try await clerk.work(isUse: context.isUse) { try await KindsPage($0, $1) }
            })
        router.get(
            "write/{kind}",
            use: page { [self] _, context in
                let kind = context.parameters.get("kind") ?? ""
                return try await clerk.work { try await RecipientsPage(kind, $0, $1) }
            })
        router.post("write", use: change(begin))
        router.post("write/{kind}", use: change(begin))
        router.get(
            "write/{kind}/{to}/{begun}",
            use: page { [self] _, context in
                let place = try context.draftPlace
                return try await clerk.work { try FormPage(try await Writing(place, $0, $1)) }
            })
        router.post("write/{kind}/{to}/{begun}", use: submitForm)
        router.post("write/{kind}/{to}/{begun}/check", use: check)
        router.post("write/{kind}/{to}/{begun}/drop", use: change(dropDraft))
        router.post("write/{kind}/{to}/{begun}/files", use: attach)
        router.post("write/{kind}/{to}/{begun}/files/drop", use: change(dropFile))
        router.get(
            "write/{kind}/{to}/{begun}/confirm",
            use: page { [self] _, context in
                let place = try context.draftPlace
                return try await clerk.work { session, voice in
                    let writing = try await Writing(place, session, voice)
                    return try await ConfirmPage(
                        writing, try await session.plan(writing.request, catalogue: voice.catalogue))
                }
            })
        router.post("write/{kind}/{to}/{begun}/send", use: send)
    }

    // MARK: Drafts

    private func begin(_ form: FormBody, _ context: DeskContext) async throws -> String {
        guard let to = form.given("to").flatMap({ UnitAddress($0) }) else {
            throw ClientFailure.unknownUnit(form["to"] ?? "")
        }
        let kind = context.parameters.get("kind") ?? form.given("kind") ?? ""
        let place = DraftPlace(kind: kind, to: to, begun: clerk.now)
        let (from, answered) = (
            form.given("from").flatMap { UnitAddress($0) }, form.given("inReplyTo").flatMap { TransmissionID($0) }
        )
        if from != nil || answered != nil {
            try await clerk.work { session, _ in
                var draft = SendDraft(form: [:])
                draft.from = from
                draft.inReplyTo = answered
                try session.keep(draft, as: place.id)
            }
        }
        return place.path
    }

    /// Keeps what a page's form says, and does something with the draft as it is then.
    ///
    /// - Parameter then: gets everything that is wrong, too, by field, in words.
    /// - Throws: `Changed` when another page has changed the draft since this one was made.
    private func keep<Value: Sendable>(
        _ body: FormBody, _ place: DraftPlace, then: @Sendable (Writing, [String: String]) throws -> Value
    ) async throws -> Value {
        try await clerk.work { session, voice in
            let writing = try await Writing(place, session, voice)
            let (draft, problems) = Writing.read(body, into: writing.draft, kind: writing.kind, session, voice)
            let revision = try writing.revision
            guard editors.mayKeep(place.id, editor: body["editor"] ?? "", isUnchanged: body["revision"] == revision)
            else { throw Changed() }
            try session.keep(draft, as: place.id)
            let kept = try await Writing(place, session, voice)
            return try then(kept, try Self.errors(kept, problems))
        }
    }

    /// Everything that is wrong, by field, in words; what was typed and cannot be meant so comes first.
    private static func errors(
        _ writing: Writing, _ problems: [String: String]
    ) throws -> [String: String] {
        var errors = problems
        for finding in try writing.findings where errors[finding.field] == nil {
            errors[finding.field] = finding.why.text(writing.voice.language)
        }
        return errors
    }

    @Sendable private func submitForm(_ request: Request, _ context: DeskContext) async throws -> Response {
        let body = try await form(of: request, context)
        do {
            let place = try context.draftPlace
            let faulty = try await keep(body, place) { writing, errors in
                errors.isEmpty ? nil : try FormPage(writing, errors: errors)
            }
            guard body["next"] != "keep" else { return see("/write?done=kept", saying: context) }
            guard let faulty else { return Self.see(place.path + "/confirm") }
            return html(faulty, context.guest, status: .unprocessableContent)
        } catch is Changed {
            return await changedElsewhere(body, context)
        } catch {
            return await failed(error, context)
        }
    }

    /// The form with what this page had, so that nothing of it is lost; from now on it is this page that writes.
    private func changedElsewhere(_ body: FormBody, _ context: DeskContext) async -> Response {
        do {
            let place = try context.draftPlace
            let language = language
            let page = try await clerk.work { session, voice in
                let kept = try await Writing(place, session, voice)
                let (draft, problems) = Writing.read(body, into: kept.draft, kind: kept.kind, session, voice)
                var errors = problems
                errors["revision"] = FailureWords.text(Changed(), language)
                return try FormPage(
                    try await Writing(place, session, voice, draft: draft), errors: errors, revision: kept.revision)
            }
            return html(page, context.guest, status: .conflict)
        } catch {
            return await failed(error, context)
        }
    }

    private struct Checked: Encodable {
        var saved: String
        /// Of the draft as it is now; absent when it was not kept.
        var revision: String?
        var errors: [String: String]
    }

    /// As somebody types: keeps the draft and says what is wrong so far.
    @Sendable private func check(_ request: Request, _ context: DeskContext) async throws -> Response {
        let answer: Checked
        do {
            let body = try await form(of: request, context)
            let place = try context.draftPlace
            let (errors, revision) = try await keep(body, place) { ($1, try $0.revision) }
            // The convention's zone is not needed for an hour that is just now.
            let hour = clerk.now.date.formatted(
                Date.FormatStyle(timeZone: .current).hour().minute().locale(Locale(identifier: "fr_FR")))
            answer = Checked(
                saved: (words["saved"] ?? "") + hour, revision: revision,
                errors: Dictionary(errors.map { ($0 == "call" ? $0 : "f." + $0, $1) }) { first, _ in first })
        } catch is Clerk.Locked {
            return Response(status: .unauthorized)
        } catch is TooMuchText {
            return Response(status: .contentTooLarge)
        } catch let refusal as Doorkeeper.Refusal {
            throw refusal
        } catch {
            // Not kept: the script says so, and tries again.
            answer = Checked(saved: FailureWords.text(error, language), errors: [:])
        }
        return Self.answer(
            answer.revision == nil ? .serviceUnavailable : .ok, "application/json",
            ByteBuffer(bytes: try JSONEncoder().encode(answer)))
    }

    private func dropDraft(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let place = try context.draftPlace
        try await clerk.work { session, _ in try session.dropDraft(place.id) }
        return "/write?done=dropped"
    }

    // MARK: Files

    @Sendable private func attach(_ request: Request, _ context: DeskContext) async throws -> Response {
        do {
            let place = try context.draftPlace
            let files = try await files(of: request, context)
            try await clerk.work { session, voice in
                let writing = try await Writing(place, session, voice)
                for file in files {
                    try session.keepFile(
                        named: file.name, file.bytes, with: place.id, by: writing.permit.flow,
                        catalogue: voice.catalogue)
                }
            }
            return Self.see(place.path + "#attachments")
        } catch let refusal as Doorkeeper.Refusal {
            throw refusal
        } catch {
            // The script shows the words beside the field; without it they are a page.
            guard request.headers[.accept]?.contains("text/html") == true else {
                return Self.answer(
                    .unprocessableContent, "text/plain; charset=utf-8",
                    ByteBuffer(string: FailureWords.text(error, language)))
            }
            return await failed(error, context)
        }
    }

    private func dropFile(_ form: FormBody, _ context: DeskContext) async throws -> String {
        let place = try context.draftPlace
        let file = form["file"] ?? ""
        guard file.hasPrefix(place.id + " ") else { throw ClientFailure.unknownTransmission(file) }
        try await clerk.work { session, _ in try session.dropFile(file) }
        return place.path + "#attachments"
    }

    // MARK: Sending

    private enum Sent: Sendable {
        case deposited(TransmissionID)
        case notSent(NotSentPage)
    }

    @Sendable private func send(_ request: Request, _ context: DeskContext) async throws -> Response {
        let seen = try await form(of: request, context)["seen"]
        do {
            let place = try context.draftPlace
            let sent = try await clerk.work(.relayIfReachable) { session, voice in
                try await session.asking(for: place.kind, nil) { try await deposit(place, seen, session, voice) }
            }
            await recount()
            switch sent {
            case .deposited(let id): return see("/transmissions/\(id)?done=sent", saying: context)
            case .notSent(let page): return html(page, context.guest, status: .unprocessableContent)
            }
        } catch {
            return await failed(error, context)
        }
    }

    private func deposit(
        _ place: DraftPlace, _ seen: String?, _ session: Session, _ voice: Voice
    ) async throws -> Sent {
        let writing = try await Writing(place, session, voice)
        func notSent(_ error: any Error, isSealed: Bool, back: String) -> Sent {
            .notSent(
                NotSentPage(
                    isSealed: isSealed, why: FailureWords.text(error, language).asSentence, back: back,
                    numbers: writing.calls))
        }
        guard seen == (try writing.seal) else { throw Changed() }
        let id: TransmissionID
        let units = writing.routing.recipients + [writing.routing.from]
        do {
            let plan = try await session.plan(writing.request, catalogue: voice.catalogue)
            id = try await session.seal(plan, ofDraft: place.id)
            try await session.rememberReaders(of: units)
        } catch {
            return notSent(error, isSealed: false, back: place.path)
        }
        // What could not be reached a moment ago is not tried again while somebody waits.
        guard session.offlineSince == nil else {
            return notSent(ClientFailure.unreachable(), isSealed: true, back: "/outbox")
        }
        do {
            _ = try await session.checkWitnessed(for: writing.routing.urgency)
            _ = try await session.deposit(id, catalogue: voice.catalogue)
            return .deposited(id)
        } catch {
            return notSent(error, isSealed: true, back: "/outbox")
        }
    }
}

extension DeskContext {
    /// The draft that the address names.
    var draftPlace: DraftPlace {
        get throws {
            let parts = ["kind", "to", "begun"].map { parameters.get($0) ?? "" }
            guard let place = DraftPlace(parts) else { throw ClientFailure.unknownUnit(parts[1]) }
            return place
        }
    }
}
