// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire
import LiaisonWords

/// How most commands are told which transmission is meant.
struct TransmissionArgument: ParsableArguments {
    @Argument(
        help: .both(
            "La transmission : son numéro dans la dernière liste, son identifiant ou le début de celui-ci.",
            "The transmission: its number in the last list, its identifier or the beginning of it.",
            value: ("numero", "id")))
    var id: String

    func value(_ session: Session) throws -> TransmissionID { try session.transmission(named: id) }
}

struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Ouvrir une transmission et l'afficher ; cette ouverture devient une preuve.",
            "Open a transmission and show it; that it was opened becomes evidence."))

    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .directory(
            "Le répertoire où écrire les pièces jointes.", "Write the attachments into this directory."))
    var save: String?

    private struct Answer: Encodable {
        struct Part: Encodable {
            var name: String
            var type: String
            var size: Int
            var sha256: String
            var path: String?
        }
        var envelope: Envelope
        var form: [String: FieldValue]
        var parts: [Part]
        var inReplyTo: TransmissionID?
        var answers: [TransmissionID]
    }

    func run() async throws {
        try await global.withSession { session, console in
            let voice = try Voice(session, console)
            let id = try transmission.value(session)
            let delivery = try session.outbox.sealed(id) == nil ? try await session.delivery(id) : nil
            let units = [delivery?.unit].compactMap(\.self)
            for reader in try await session.newReaders(of: units) { console.say(reader.text(voice)) }
            let opened = try await session.read(id, catalogue: voice.catalogue)
            try await session.rememberReaders(of: units)
            let parts = try opened.parts.enumerated().map { index, part in
                Answer.Part(
                    name: part.name, type: part.type, size: part.size, sha256: Hex.encode(part.sha256.bytes),
                    path: try save.map { try opened.save(index, in: $0) })
            }
            let related = try await session.answers(to: id)
            let page = ReadingPage(
                voice: voice, opened: opened, delivery: delivery, parts: parts.map { ($0.name, $0.size, $0.path) },
                related: related,
                corrections: try await session.corrections(among: related, catalogue: voice.catalogue))
            try await session.know(Set(page.units.map(\.institution)))
            let answer = Answer(
                envelope: opened.envelope.body,
                form: Dictionary(opened.form.map { ($0.name, $0.value) }) { first, _ in first }, parts: parts,
                inReplyTo: opened.envelope.body.routing.inReplyTo, answers: related.map(\.routing.id))
            try console.print(answer) { page.lines.joined(separator: "\n") }
        }
    }
}

/// A transmission as a person reads it: first what it is, from whom and until when; safety before any telephone number; then
/// the form, with what was corrected since; last what belongs to it.
struct ReadingPage {
    let voice: Voice
    let opened: OpenedTransmission
    /// Nil for one's own.
    let delivery: VerifiedDelivery?
    let parts: [(name: String, size: Int, path: String?)]
    let related: [Related]
    let corrections: [Correction]

    private var routing: Routing { opened.envelope.body.routing }
    private var language: Language { voice.language }
    private var colon: String { language(" : ", ": ") }

    /// Every unit that the page names.
    var units: [UnitAddress] { [routing.from] + routing.recipients }

    var lines: [String] { [voice.heading(routing)] + safety + head + [""] + form + attachments + thread }

    // MARK: Head

    private var head: [String] {
        var lines = [language("De : ", "From: ") + voice.name(routing.from) + " — \(opened.envelope.body.by)"]
        if delivery != nil { lines += voice.numbers(routing.from).map { "  \($0)" } }
        lines.append(language("À : ", "To: ") + routing.recipients.map(voice.name).joined(separator: " ; "))
        let deposited = delivery?.event.event.at ?? routing.sealedAt
        lines.append(
            (delivery == nil ? language("Scellée ", "Sealed ") : language("Déposée ", "Deposited "))
                + voice.when(deposited))
        if let call = routing.phoneConfirmedAt {
            lines.append(
                language("Appel téléphonique de l'expéditeur : ", "The sender's telephone call: ") + voice.when(call))
        }
        if let answered = routing.inReplyTo {
            lines.append(language("En réponse à la transmission ", "In reply to the transmission ") + "\(answered)")
        }
        return lines + expected
    }

    /// What is expected of the reader next.
    private var expected: [String] {
        guard let delivery, !delivery.state.isFinal else { return [] }
        let due = delivery.dueAt.map { language(" avant ", " by ") + voice.when($0) } ?? ""
        return [
            language("À faire\(due) : ", "To do\(due): ")
                + language(
                    "liaison acknowledge (vous prenez en charge) ou liaison refuse",
                    "liaison acknowledge (you take charge) or liaison refuse")
        ]
    }

    // MARK: Safety

    private static let safetyFields = ["staff_safety_alert", "unsafe_channels", "safe_contact_window"]

    /// What must be known before anybody reaches for the telephone or the door.
    private var safety: [String] {
        let values = Self.safetyFields.compactMap { name in
            opened.form.first { $0.name == name }.flatMap { line(name, $0.value) }
        }
        return values.isEmpty
            ? []
            : [language("AVANT TOUT APPEL OU TOUTE VISITE", "BEFORE ANY CALL OR VISIT")] + values.map { "  ! \($0)" }
    }

    private func line(_ name: String, _ value: FieldValue) -> String? {
        guard value != .flag(false) else { return nil }
        return (voice.catalogue.fields[name]?.label(language) ?? name) + colon
            + (voice.catalogue.fields[name]?.display(value, language) ?? "")
    }

    // MARK: Form

    private var form: [String] {
        opened.form.flatMap { name, value -> [String] in
            guard let field = voice.catalogue.fields[name] else { return [] }
            let label = field.label(language) + colon
            let shown = indented(field.display(value, language))
            guard let correction = corrections.last(where: { $0.concerns(name, field) }) else {
                return warned(field, [label + shown])
            }
            let at = voice.when(correction.at)
            guard let right = correction.value(of: name, field) else {
                return warned(
                    field,
                    [
                        label + shown + language(" [CORRIGÉ \(at), voir ci-dessous]", " [CORRECTED \(at), see below]"),
                        language("  correction : ", "  correction: ") + indented(correction.text)
                    ])
            }
            return warned(
                field,
                [
                    label + right + language(" [corrigé \(at)]", " [corrected \(at)]"),
                    language("  ancienne valeur, fausse : ", "  old value, wrong: ") + shown
                ])
        }
    }

    /// A telephone number never stands alone where calling is dangerous.
    private func warned(_ field: FieldDefinition, _ lines: [String]) -> [String] {
        guard field.type == .phone, let unsafe = opened.form.first(where: { $0.name == "unsafe_channels" }),
            let text = line(unsafe.name, unsafe.value)
        else { return lines }
        return ["! \(text)"] + lines
    }

    private func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
    }

    private var attachments: [String] {
        parts.map { name, size, path in
            language("Pièce jointe : ", "Attachment: ") + "\(name) (\(FileSize.text(size, language)))"
                + (path.map { " → \($0)" } ?? "")
        }
    }

    // MARK: Thread

    private var thread: [String] {
        guard !related.isEmpty else { return [] }
        return ["", language("À propos de cette transmission :", "About this transmission:")]
            + related.map { answer in
                let routing = answer.routing
                let unread = answer.state == .available ? language(", à lire", ", to be read") : ""
                return "  \(voice.title(routing.kind)), \(voice.when(answer.at)), "
                    + language("de ", "from ") + voice.name(routing.from) + unread + " — \(routing.id)"
            }
    }
}
