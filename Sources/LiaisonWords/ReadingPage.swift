// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
import LiaisonForms
public import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// A transmission as a person reads it: first what it is, from whom and until when; safety before any telephone number; then
/// the form, with what was corrected since; last what belongs to it.
public struct ReadingPage {
    public let voice: Voice
    public let opened: OpenedTransmission
    /// Nil for one's own.
    public let delivery: VerifiedDelivery?
    /// The attachments, each with its size in bytes, and with its path where it was saved.
    public let parts: [(name: String, size: Int, path: String?)]
    public let related: [Related]
    public let corrections: [Correction]

    /// - Parameters:
    ///   - delivery: nil for one's own.
    ///   - parts: the attachments, each with its size in bytes, and with its path where it was saved.
    ///   - related: what answers it.
    ///   - corrections: those among what answers it.
    public init(
        voice: Voice, opened: OpenedTransmission, delivery: VerifiedDelivery?,
        parts: [(name: String, size: Int, path: String?)], related: [Related], corrections: [Correction]
    ) {
        self.voice = voice
        self.opened = opened
        self.delivery = delivery
        self.parts = parts
        self.related = related
        self.corrections = corrections
    }

    private var routing: Routing { opened.envelope.body.routing }
    private var language: Language { voice.language }
    private var colon: String { language(" : ", ": ") }

    /// Every unit that the page names.
    public var units: [UnitAddress] { [routing.from] + routing.recipients }

    /// The whole page: what it is, `safety`, `head`, an empty line, `form`, `attachments`, `thread`.
    public var lines: [String] { [voice.heading(routing)] + safety + head + [""] + form + attachments + thread }

    // MARK: Head

    /// From whom with their numbers, to whom, when, and what is expected of the reader.
    public var head: [String] {
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

    /// What must be known before anybody reaches for the telephone or the door.
    public var safety: [String] {
        let values = voice.safety(opened.form)
        return values.isEmpty
            ? []
            : [language("AVANT TOUT APPEL OU TOUTE VISITE", "BEFORE ANY CALL OR VISIT")] + values.map { "  ! \($0)" }
    }

    // MARK: Form

    /// The form, each value with what was corrected since.
    public var form: [String] {
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
        guard field.type == .phone, let text = voice.unsafeChannels(opened.form) else { return lines }
        return ["! \(text)"] + lines
    }

    private func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
    }

    /// One line for each attachment.
    public var attachments: [String] {
        parts.map { name, size, path in
            language("Pièce jointe : ", "Attachment: ") + "\(name) (\(FileSize.text(size, language)))"
                + (path.map { " → \($0)" } ?? "")
        }
    }

    // MARK: Thread

    /// What answers it, under an empty line and a heading of its own; empty when nothing does.
    public var thread: [String] {
        guard !related.isEmpty else { return [] }
        return ["", language("À propos de cette transmission :", "About this transmission:")]
            + related.map { "  \(voice.text($0)) — \($0.routing.id)" }
    }
}

extension Voice {
    private static let safetyFields = ["staff_safety_alert", "unsafe_channels", "safe_contact_window"]

    /// What a form says that must be known before anybody reaches for the telephone or the door, line by line.
    public func safety(_ form: [(name: String, value: FieldValue)]) -> [String] {
        Self.safetyFields.compactMap { line($0, of: form) }
    }

    /// On which ways the person must not be reached; nil when the form says nothing of it.
    public func unsafeChannels(_ form: [(name: String, value: FieldValue)]) -> String? {
        line("unsafe_channels", of: form)
    }

    private func line(_ name: String, of form: [(name: String, value: FieldValue)]) -> String? {
        guard let value = form.first(where: { $0.name == name })?.value, value != .flag(false) else { return nil }
        return (catalogue.fields[name]?.label(language) ?? name) + language(" : ", ": ")
            + (catalogue.fields[name]?.display(value, language) ?? "")
    }

    /// What belongs to a transmission: its kind, when it was deposited, from whom, and whether it is still to be read.
    public func text(_ related: Related) -> String {
        let unread = related.state == .available ? language(", à lire", ", to be read") : ""
        return "\(title(related.routing.kind)), \(when(related.at)), " + language("de ", "from ")
            + name(related.routing.from) + unread
    }
}
