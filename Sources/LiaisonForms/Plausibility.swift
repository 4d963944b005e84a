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
        guard let value, let doubt = fields[name]?.doubt(about: value, typed) else { return nil }
        return FormFinding(field: name, .implausible(doubt))
    }

    /// `finding`, when it is about a text of no right form, with what is wrong about that text.
    private func explained(_ finding: FormFinding, _ value: FieldValue?, _ typed: TypedContext) -> FormFinding {
        guard finding.rule == .type, case .text(let text)? = value, let field = fields[finding.field],
            let failure = field.explanation(of: text, typed)
        else { return finding }
        return FormFinding(field: finding.field, .mistyped(failure))
    }
}

extension FieldDefinition {
    /// Why a value that is of the right form cannot be; nil when nothing speaks against it.
    public func doubt(about value: FieldValue, _ context: TypedContext) -> TypingFailure? {
        guard case .text(let text) = value else { return nil }
        switch type {
        case .phone where text == Self.unknown, .commune where text == Self.unknown: return nil
        case .phone where ofPerson == true && PhoneNumber(text)?.isEmergency == true:
            return .emergencyNumber(text)
        case .phone: return PhoneNumber(text) == nil ? .notExpected(text, self) : nil
        case .commune: return Commune.doubt(about: text)
        case .date: return doubt(aboutDay: text, context)
        case .instant: return doubt(aboutInstant: text, context)
        case .text, .reference: return doubt(aboutReference: text)
        default: return nil
        }
    }

    /// What is wrong with a stored text that readers would not accept; nil when there is nothing to add to what is expected.
    func explanation(of text: String, _ context: TypedContext) -> TypingFailure? {
        do {
            let value = try read(text, context)
            if let doubt = doubt(about: value, context) { return doubt }
            // An hour or "yesterday" in a file: it would have meant this.
            guard case .text(let meant) = value, meant != text, accepts(value) else { return nil }
            return .notWhole(text, meaning: meant)
        } catch {
            return error as? TypingFailure
        }
    }

    // MARK: Dates

    private func doubt(aboutDay text: String, _ context: TypedContext) -> TypingFailure? {
        guard let day = Day(iso: text) else { return nil }
        let today = Day(of: context.now, in: context.zone)
        if let notAfter, day > today.moved(by: notAfter) { return .dayInTheFuture(day) }
        if let notBefore, day < today.moved(by: notBefore) { return .dayTooLongAgo(day, limit: notBefore) }
        return nil
    }

    private func doubt(aboutInstant text: String, _ context: TypedContext) -> TypingFailure? {
        guard let instant = Self.instant(text) else { return nil }
        if let notAfter, instant > notAfter.instant(from: context.now) {
            return .instantInTheFuture(instant, in: context.zone)
        }
        if let notBefore, instant < notBefore.instant(from: context.now) {
            return .instantTooLongAgo(instant, in: context.zone, limit: notBefore)
        }
        return nil
    }

    // MARK: References

    private func doubt(aboutReference text: String) -> TypingFailure? {
        guard let rule = typedRule, !TypedReference.allows(text, rule) else { return nil }
        return .mayHoldName(text)
    }
}
