// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

// The pages on which a transmission is written, from its kind to what is read once more before it goes.

// MARK: Choosing

/// What the agent's units may send, and what was begun.
struct KindsPage: Page {
    static let template = "kinds"
    static let tab: String? = "write"

    struct Kind: Sendable {
        let path: String
        let title: String
        let summary: String
    }

    struct Draft: Sendable {
        let path: String
        let text: String
    }

    let kinds: [Kind]
    let drafts: [Draft]
    let hasDrafts: Bool
    let isEmpty: Bool

    init(_ session: Session, _ voice: Voice) async throws {
        let mine = session.ownUnits.compactMap { session.directory.unit($0) }
        let flows = session.directory.convention?.body.flows ?? []
        kinds = voice.catalogue.kinds.filter { kind in
            !kind.law.replyOnly
                && flows.contains { flow in
                    flow.kind == kind.id && !flow.replyOnly
                        && mine.contains { flow.from.contains(where: $0.roles.contains) }
                }
        }.map {
            Kind(
                path: "/write/\($0.id)", title: $0.title.text(voice.language), summary: $0.summary.text(voice.language))
        }
        isEmpty = kinds.isEmpty
        let kept = try session.drafts()
        let places = kept.compactMap { DraftPlace($0.id.split(separator: " ").map(String.init)) }
        try await session.know(Set(places.map(\.to.institution)))
        drafts = places.map { place in
            Draft(
                path: place.path,
                text: voice.title(place.kind) + voice.language(", à ", ", to ") + voice.name(place.to)
                    + voice.language(", commencée ", ", begun ") + voice.when(place.begun))
        }
        hasDrafts = !drafts.isEmpty
    }
}

/// The units to which a kind may go, each with whether it can be reached now.
struct RecipientsPage: Page {
    static let template = "recipients"
    static let tab: String? = "write"

    struct Recipient: Sendable {
        let address: String
        let name: String
        let presence: String
        let isOpen: Bool
        let canRead: Bool
        let phone: String
        let link: String
    }

    let title: String
    let summary: String
    let never: String
    let path: String
    let recipients: [Recipient]
    let isEmpty: Bool
    let senders: [Choice]
    let hasSenders: Bool

    init(_ kind: String, _ session: Session, _ voice: Voice) async throws {
        guard let known = voice.catalogue[kind] else { throw ClientFailure.unknownKind(kind) }
        title = known.title.text(voice.language)
        summary = known.summary.text(voice.language)
        never = known.never.text(voice.language)
        path = "/write/\(kind)"
        let units = try await session.recipients(of: kind)
        try await session.know(Set(units.map(\.address.institution)), keys: true)
        let own = Set(session.ownUnits)
        recipients = units.filter { !own.contains($0.address) }.map { unit in
            let presence = voice.presence(unit)
            return Recipient(
                address: unit.address.description, name: "\(unit.name), \(unit.town)", presence: voice.text(presence),
                isOpen: presence == .open, canRead: voice.canRead(unit.address), phone: unit.phone,
                link: Call.link(unit.phone))
        }
        isEmpty = recipients.isEmpty
        senders = session.ownUnits.map { Choice(value: $0.description, label: voice.name($0), isChosen: false) }
        hasSenders = senders.count > 1
    }
}

// MARK: Writing

/// The form of a draft.
struct FormPage: Page {
    static let template = "form"
    static let tab: String? = "write"

    struct Option: Sendable {
        let value: String
        let label: String
        let isChosen: Bool
        let control: String
    }

    struct Field: Sendable {
        let name: String
        let control: String
        let label: String
        let isOptional: Bool
        let help: String?
        let value: String
        let error: String?
        let options: [Option]
        let isLine: Bool
        let isText: Bool
        let isChoice: Bool
        let isChoices: Bool
        let isFlag: Bool
        let isYes: Bool
        let isNo: Bool
        let kind: String
        let mode: String
    }

    struct Attached: Sendable {
        let id: String
        let text: String
    }

    let path: String
    let revision: String
    /// Of this very page, among those that show the same draft.
    let editor: String
    let title: String
    let heading: [String]
    let never: String
    let telephonesFirst: Bool
    let call: [Call]
    let asksForACall: Bool
    let callValue: String
    let callError: String?
    let urgencies: [Option]
    let fields: [Field]
    let fixed: [TransmissionPage.Field]
    let takesFiles: Bool
    let files: [Attached]
    let fileRule: String
    let problems: [Field]
    let hasProblems: Bool
    let otherProblems: [String]

    /// - Parameter errors: by field, in words; shown at the fields and summed up.
    init(_ writing: Writing, errors: [String: String] = [:], revision: String? = nil) throws {
        let (voice, draft, kind) = (writing.voice, writing.draft, writing.kind)
        let language = voice.language
        path = writing.place.path
        self.revision = try revision ?? writing.revision
        editor = Hex.encode(RandomBytes.system(8))
        title = voice.title(writing.place.kind)
        // The kind is the title, and each urgency says when its answer is due.
        let lines = writing.briefing.heading(writing.routing.urgency).dropFirst() + writing.briefing.beforeTheForm
        heading = lines.filter { !$0.hasPrefix(language("Réponse attendue", "Answer due")) }
        never = kind.never.text(language)
        let chosen = draft.urgency ?? writing.routing.urgency
        urgencies = writing.briefing.urgencies(only: nil).map { urgency, meaning in
            Option(
                value: urgency.rawValue, label: "\(urgency.sign) \(urgency.text(language)) — \(meaning)",
                isChosen: urgency == chosen, control: "urgency-\(urgency.rawValue)")
        }
        let formAsks = kind.fields.contains("phone_call_at")
        asksForACall =
            !formAsks
            && (writing.permit.flow.callFirst || writing.permit.flow.urgencies.contains { $0.urgency.asksForACall })
        telephonesFirst = writing.permit.flow.callFirst || chosen.asksForACall
        call = writing.calls
        callValue = draft.phoneConfirmedAt.map { Self.hour($0, writing) } ?? ""
        callError = errors["call"]
        let fixed = writing.fixed
        let fields = kind.fields.filter { fixed[$0] == nil }.compactMap { name in
            voice.catalogue.fields[name].map { Self.field(name, $0, writing, error: errors[name]) }
        }
        self.fields = fields
        self.fixed = FormReading(
            form: kind.fields.compactMap { name in fixed[name].map { (name, $0) } }, voice: voice
        ).fields([])
        let rule = writing.permit.flow.attachments
        takesFiles = kind.law.attachments && rule.count > 0
        files = try writing.session.keptFiles(writing.place.id).map {
            Attached(id: $0.id, text: "\($0.name), \(FileSize.text($0.size, language))")
        }
        fileRule = language(
            "\(rule.count) fichiers au plus, \(FileSize.text(rule.bytes, .fr)) en tout",
            "at most \(rule.count) files, \(FileSize.text(rule.bytes, .en)) in all")
        problems = fields.filter { $0.error != nil }
        otherProblems = errors.filter { name, _ in name != "call" && !fields.contains { $0.name == "f.\(name)" } }
            .values
            .sorted()
        hasProblems = !errors.isEmpty
    }

    private static func hour(_ instant: Instant, _ writing: Writing) -> String {
        // As somebody types it, so that it is read again when the page comes back.
        let zone = writing.session.timeZone
        let day = LocalTime(zone).day(instant, writing.voice.language)
        let clock: Date.FormatString =
            "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)"
        let style = Date.VerbatimFormatStyle(format: clock, timeZone: zone, calendar: Calendar(identifier: .gregorian))
        return "\(day) \(instant.date.formatted(style))"
    }

    private static func field(
        _ name: String, _ field: FieldDefinition, _ writing: Writing, error: String?
    ) -> Field {
        let language = writing.voice.language
        let value = writing.draft.form[name] ?? writing.defaults[name]
        let chosen = value.map(codes) ?? []
        let allowed = writing.kind.only[name]
        let codes = field.codes(for: writing.context.senderKind).filter { allowed?.contains($0) ?? true }
            .filter { name != "legal_basis" || writing.permit.flow.legalBases.contains($0) }
        let isChoice = field.type == .choice
        let isChoices = field.type == .choices
        let isFlag = field.type == .flag
        let isText = field.type == .longText
        return Field(
            name: "f.\(name)", control: "f-\(name)", label: field.label(language),
            isOptional: !writing.kind.required.contains(name), help: help(field, language),
            value: value.map { text($0, field, writing) } ?? "", error: error,
            options: isChoice || isChoices
                ? codes.map {
                    Option(
                        value: $0, label: field.values?[$0]?.text(language) ?? $0, isChosen: chosen.contains($0),
                        control: "f-\(name)-\($0)")
                } : [],
            isLine: !isChoice && !isChoices && !isFlag && !isText, isText: isText, isChoice: isChoice,
            isChoices: isChoices, isFlag: isFlag, isYes: value == .flag(true), isNo: value == .flag(false),
            kind: field.type == .phone ? "tel" : "text",
            mode: field.type == .integer ? "numeric" : field.type == .phone ? "tel" : "text")
    }

    /// What to write, and what a right value looks like where that is not plain.
    private static func help(_ field: FieldDefinition, _ language: Language) -> String? {
        let own = field.help(language)
        switch field.type {
        case .choice, .choices, .flag: return own
        case .text where !field.isReference && (field.min ?? 1) <= 1: return own
        default:
            let expected = language("Attendu : ", "Expected: ") + field.expected(language)
            return own.map { $0 + " " + expected } ?? expected
        }
    }

    private static func codes(_ value: FieldValue) -> [String] {
        switch value {
        case .text(let text): [text]
        case .list(let list): list
        case .integer, .flag: []
        }
    }

    /// A value as somebody would type it.
    private static func text(_ value: FieldValue, _ field: FieldDefinition, _ writing: Writing) -> String {
        switch (value, field.type) {
        case (.text(let text), .instant): FieldDefinition.instant(text).map { hour($0, writing) } ?? text
        case (.text(let text), .commune) where field.accepts(value) && text.count == 5: text
        case (.text(let text), .text), (.text(let text), .longText), (.text(let text), .choice): text
        case (.list(let list), _): list.joined(separator: ", ")
        default: field.accepts(value) ? field.display(value, writing.voice.language) : shown(value)
        }
    }

    private static func shown(_ value: FieldValue) -> String {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .flag(let flag): String(flag)
        case .list(let list): list.joined(separator: ", ")
        }
    }
}

/// Everything once more, before it leaves.
struct ConfirmPage: Page {
    static let template = "confirm"
    static let tab: String? = "write"

    let path: String
    let seal: String
    let title: String
    let lines: [String]
    let readers: [String]
    let numbers: [Call]
    /// Who will be able to read it and was not among the readers the last time.
    let newReaders: [String]
    let fields: [TransmissionPage.Field]
    let files: [String]
    let hasFiles: Bool
    let asksForACall: Bool

    init(_ writing: Writing, _ plan: SendPlan) async throws {
        let voice = writing.voice
        path = writing.place.path
        seal = try writing.seal
        title = voice.title(writing.place.kind)
        lines =
            writing.briefing.heading(plan.routing.urgency)
            + (plan.routing.phoneConfirmedAt.map {
                [voice.language("Appel téléphonique : ", "Telephone call: ") + voice.when($0)]
            } ?? [])
        let now = writing.session.clock()
        readers = plan.routing.recipients.map { unit in
            let agents = writing.session.directory.readers(of: unit, at: now).map(\.address.description)
            return voice.name(unit) + voice.language(" : ", ": ") + agents.joined(separator: ", ")
        }
        numbers = writing.calls
        newReaders = try await writing.session.newReaders(of: plan.routing.recipients + [plan.routing.from]).map {
            $0.text(voice)
        }
        let form = plan.kind.fields.compactMap { name in plan.form[name].map { (name, $0) } }
        fields = FormReading(form: form, voice: voice).fields([])
        files = plan.attachments
        hasFiles = !files.isEmpty
        asksForACall = plan.routing.urgency.asksForACall && plan.routing.phoneConfirmedAt == nil
    }
}

/// That something has not left, and whom to call: it looks like no other page.
struct NotSentPage: Page {
    static let template = "notsent"

    let isSealed: Bool
    let why: String
    let back: String
    let numbers: [Call]
}
