// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonModel
public import LiaisonNotes

extension FormCatalogue {
    /// Everything that is wrong with a form that is about to be sealed: what `check` finds, what cannot be, and what the
    /// person did not agree to share. For senders only: a reader judges by `check`, so that what was sealed under older
    /// rules stays readable.
    ///
    /// - Parameters:
    ///   - now: the sender's clock.
    ///   - zone: the zone in which "today" is meant.
    ///   - attachments: how many files go with the form.
    public func checkTyped(
        _ form: [String: FieldValue], kind: FormKind, context: FormContext = FormContext(), now: Instant,
        zone: TimeZone,
        attachments: Int = 0
    ) -> [FormFinding] {
        let typed = TypedContext(now: now, zone: zone, language: .fr)
        let kind = kind.variant(for: context)
        let findings = check(form, kind: kind, context: context).map { explained($0, form[$0.field], typed) }
        let mistyped = Set(findings.filter { $0.rule == .type }.map(\.field))
        let doubts = kind.fields.filter { !mistyped.contains($0) }.compactMap { doubt(about: form[$0], of: $0, typed) }
        return findings + doubts + checkScope(form, kind, attachments: attachments)
    }

    /// Everything that is wrong with one value, as it is typed; what `check` of one value finds, and what cannot be.
    public func checkTyped(
        _ value: FieldValue, of name: String, kind: FormKind, context: FormContext, now: Instant, zone: TimeZone
    ) -> [FormFinding] {
        let typed = TypedContext(now: now, zone: zone, language: .fr)
        let findings = check(value, of: name, kind: kind, context: context).map { explained($0, value, typed) }
        guard !findings.contains(where: { $0.rule == .type }) else { return findings }
        return findings + [doubt(about: value, of: name, typed)].compactMap { $0 }
    }

    private func doubt(about value: FieldValue?, of name: String, _ typed: TypedContext) -> FormFinding? {
        guard let value, let why = fields[name]?.doubt(about: value, typed) else { return nil }
        return FormFinding(field: name, rule: .implausible, why: why)
    }

    /// `finding`, when it is about a text of no right form, with what is wrong about that text.
    private func explained(_ finding: FormFinding, _ value: FieldValue?, _ typed: TypedContext) -> FormFinding {
        guard finding.rule == .type, case .text(let text)? = value, let field = fields[finding.field],
            let why = field.explanation(of: text, typed)
        else { return finding }
        return FormFinding(field: finding.field, rule: .type, why: why)
    }
}

extension FieldDefinition {
    /// Why a value that is of the right form cannot be, and what to do; nil when nothing speaks against it.
    public func doubt(about value: FieldValue, _ context: TypedContext) -> Label? {
        guard case .text(let text) = value else { return nil }
        switch type {
        case .phone where text == Self.unknown, .commune where text == Self.unknown: return nil
        case .phone where ofPerson == true && PhoneNumber(text)?.isEmergency == true:
            return Label(
                fr:
                    "\(Quoted.fr(text)) est un numéro d'urgence, pas celui de la personne : tapez le sien, ou « aucun »",
                en: "\(Quoted.en(text)) is an emergency number, not the person's: type theirs, or none")
        case .phone: return PhoneNumber(text) == nil ? unreadable(text).why : nil
        case .commune: return Commune.doubt(about: text)
        case .date: return doubt(aboutDay: text, context)
        case .instant: return doubt(aboutInstant: text, context)
        case .text, .reference: return doubt(aboutReference: text)
        default: return nil
        }
    }

    /// What is wrong with a stored text that readers would not accept; nil when there is nothing to add to what is expected.
    func explanation(of text: String, _ context: TypedContext) -> Label? {
        do {
            let value = try read(text, context)
            if let doubt = doubt(about: value, context) { return doubt }
            // An hour or "yesterday" in a file: it would have meant this.
            guard case .text(let meant) = value, meant != text, accepts(value) else { return nil }
            return Label(
                fr: "\(Quoted.fr(text)) : écrivez la valeur entière, par exemple \(meant)",
                en: "\(Quoted.en(text)): write the whole value, for example \(meant)")
        } catch {
            return (error as? TypingFailure)?.why
        }
    }

    // MARK: Dates

    private func doubt(aboutDay text: String, _ context: TypedContext) -> Label? {
        guard let day = Day(iso: text) else { return nil }
        let today = Day(of: context.now, in: context.zone)
        let shown = Label(fr: day.text(.fr), en: day.text(.en))
        if let notAfter, day > today.moved(by: notAfter) {
            return Label(
                fr: "\(shown.fr) est dans l'avenir : vérifiez la date, et surtout l'année",
                en: "\(shown.en) is in the future: check the date, the year above all")
        }
        if let notBefore, day < today.moved(by: notBefore) { return Self.tooLongAgo(shown, notBefore) }
        return nil
    }

    private func doubt(aboutInstant text: String, _ context: TypedContext) -> Label? {
        guard let instant = Self.instant(text) else { return nil }
        let time = LocalTime(context.zone)
        let shown = Label(fr: time.text(instant, .fr), en: time.text(instant, .en))
        if let notAfter, instant > notAfter.instant(from: context.now) {
            return Label(
                fr: "\(shown.fr) est dans l'avenir : vérifiez la date et l'heure",
                en: "\(shown.en) is in the future: check date and time")
        }
        if let notBefore, instant < notBefore.instant(from: context.now) { return Self.tooLongAgo(shown, notBefore) }
        return nil
    }

    private static func tooLongAgo(_ shown: Label, _ limit: RelativeLimit) -> Label {
        Label(
            fr: "\(shown.fr) remonte à plus de \(limit.text(.fr)) : vérifiez la date, et surtout l'année",
            en: "\(shown.en) is more than \(limit.text(.en)) ago: check the date, the year above all")
    }

    // MARK: References

    private func doubt(aboutReference text: String) -> Label? {
        guard let rule = typedRule, !TypedReference.allows(text, rule) else { return nil }
        return Label(
            fr: "\(Quoted.fr(text)) peut contenir un nom ou des mots : "
                + "tapez seulement le numéro, par exemple 2026/001234 ou PV 01234/2026/000567",
            en: "\(Quoted.en(text)) may hold a name or words: "
                + "type the number only, for example 2026/001234 or PV 01234/2026/000567")
    }
}
