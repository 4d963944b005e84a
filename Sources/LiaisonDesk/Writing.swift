// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// Where a draft is written: its kind, the unit that it is for, and when it was begun.
struct DraftPlace: Sendable {
    let kind: String
    let to: UnitAddress
    let begun: Instant

    /// As the vault keeps it.
    var id: String { "\(kind) \(to) \(begun)" }
    var path: String { "/write/\(kind)/\(to)/\(begun)" }

    init(kind: String, to: UnitAddress, begun: Instant) {
        self.kind = kind
        self.to = to
        self.begun = begun
    }

    /// Of an address of the desk or the identifier of a kept draft.
    init?(_ parts: [String]) {
        guard parts.count == 3, let to = UnitAddress(parts[1]), let begun = DecimalNumber.parse(parts[2]) else {
            return nil
        }
        self.init(kind: parts[0], to: to, begun: Instant(begun))
    }
}

/// The draft has left already.
struct AlreadySent: Error {
    let id: TransmissionID
}

/// The draft is not what the page showed any more.
struct Changed: Error {}

/// A draft that is being written, judged as far as it is.
struct Writing {
    let place: DraftPlace
    let draft: SendDraft
    let session: Session
    let voice: Voice
    let request: SendRequest
    let routing: Routing
    let permit: Permit
    let kind: FormKind
    let context: FormContext
    let recipient: LiaisonModel.Unit
    let briefing: Briefing
    /// Whom to call besides the recipient.
    let rescue: [NumberLine]

    /// - Throws: `AlreadySent` for a draft that has left.
    /// - Parameter given: instead of what the vault keeps.
    init(_ place: DraftPlace, _ session: Session, _ voice: Voice, draft given: SendDraft? = nil) async throws {
        if let sent = try session.transmission(ofDraft: place.id) { throw AlreadySent(id: sent) }
        self.place = place
        self.session = session
        self.voice = voice
        let kept = try session.drafts(of: place.kind, to: place.to).first { $0.id == place.id }?.draft
        draft = given ?? kept ?? SendDraft(form: [:])
        guard let known = voice.catalogue[place.kind] else { throw ClientFailure.unknownKind(place.kind) }
        var request = SendRequest(kind: place.kind, to: place.to)
        request.from = draft.from
        request.urgency = draft.urgency
        request.form = draft.form
        request.inReplyTo = draft.inReplyTo
        request.phoneConfirmedAt = draft.phoneConfirmedAt
        request.draft = place.id
        self.request = request
        try await session.know([place.to.institution], keys: true)
        guard let recipient = session.directory.unit(place.to) else {
            throw ClientFailure.unknownUnit(place.to.description)
        }
        self.recipient = recipient
        (routing, permit) = try await session.permit(request)
        context = try session.formContext(routing, permit.flow)
        kind = known.variant(for: context)
        rescue = try await voice.rescueLines(kind: place.kind)
        briefing = Briefing(
            voice: voice, routing: routing, permit: permit, recipient: recipient, rescue: rescue.map(\.text))
        try await session.know(Set(briefing.named.map(\.institution)))
    }

    /// The recipient's numbers, then rescue.
    var calls: [Call] { (voice.numberLines(recipient.address) + rescue).map(Call.init) }

    /// What leaves no choice. Whether the person agrees is recorded as it is, also where nothing hangs on it.
    var fixed: [String: FieldValue] { defaults.filter { $0.key != "adhesion_status" } }
    var defaults: [String: FieldValue] { kind.defaults(for: context) }

    /// By which a page knows whether the draft is still what it shows.
    var revision: String {
        get throws { Hash.of(try CanonicalJSON.encode(draft)).description }
    }

    /// By which the last look knows whether what is sent is what it showed: the draft, its files, and who will read it.
    var seal: String {
        get throws {
            let now = session.clock()
            let readers = routing.recipients.flatMap { unit in
                session.directory.readers(of: unit, at: now).map { "\(unit) \($0.address) \($0.key)" }
            }
            let files = try session.keptFiles(place.id).map { "\($0.id) \($0.sha256)" }
            return Hash.of(([try revision] + files + readers).joined(separator: "\n")).description
        }
    }

    /// Everything that is wrong with the form as it is.
    var findings: [FormFinding] {
        get throws {
            voice.catalogue.checkTyped(
                draft.form.merging(defaults) { given, _ in given }, kind: kind, context: context, now: session.clock(),
                zone: session.timeZone, attachments: try session.fileCount(place.id))
        }
    }

    // MARK: What was typed

    /// The draft with what a page's form says, and why single values cannot be meant so, by field.
    static func read(
        _ body: FormBody, into draft: SendDraft, kind: FormKind, _ session: Session, _ voice: Voice
    ) -> (draft: SendDraft, problems: [String: String]) {
        var (draft, problems) = (draft, [String: String]())
        let typed = TypedContext(now: session.clock(), zone: session.timeZone, language: voice.language)
        for name in kind.fields where body.has("f.\(name)") {
            guard let field = voice.catalogue.fields[name] else { continue }
            let given = body.all("f.\(name)").map(Self.plain).filter { !$0.isEmpty }
            guard let first = given.first else {
                draft.form[name] = nil
                continue
            }
            switch field.type {
            case .choices: draft.form[name] = .list(given)
            case .text, .longText: draft.form[name] = .text(first)
            default:
                do {
                    draft.form[name] = try field.parse(first, at: typed)
                } catch {
                    // What somebody typed is kept as it is, until it can be meant.
                    draft.form[name] = field.interpret(first, at: typed) ?? .text(first)
                    problems[name] = (error as? TypingFailure)?.text(voice.language)
                }
            }
        }
        if let urgency = body.given("urgency") { draft.urgency = Urgency(rawValue: urgency) }
        if body.has("call") {
            draft.phoneConfirmedAt = nil
            if let call = body.given("call") {
                do {
                    draft.phoneConfirmedAt = try TypedCall.read(call, typed, voice.catalogue)
                } catch {
                    problems["call"] = (error as? TypingFailure)?.text(voice.language) ?? call
                }
            }
        }
        return (draft, problems)
    }

    /// As the terminal takes what is pasted: line ends of every kind, no signs that nobody sees.
    private static func plain(_ text: String) -> String {
        LineBuffer.plain(text).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// The hour of a telephone call, as somebody types it.
enum TypedCall {
    /// - Throws: `TypingFailure`.
    static func read(_ text: String, _ typed: TypedContext, _ catalogue: FormCatalogue) throws -> Instant? {
        guard let field = catalogue.fields["phone_call_at"] else { return nil }
        guard case .text(let instant) = try field.parse(text, at: typed) else { return nil }
        return FieldDefinition.instant(instant)
    }
}
