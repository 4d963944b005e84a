// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

extension FormCatalogue {
    /// How people know a field; its identifier when it is none.
    public func label(of name: String) -> Label {
        fields[name].map { Label(fr: $0.fr, en: $0.en) } ?? Label(fr: name, en: name)
    }

    /// How people know the codes of a field.
    func labels(of codes: [String], in name: String) -> Label {
        let other = codes.joined(separator: ", ")
        return fields[name]?.labels(of: codes) ?? Label(fr: other, en: other)
    }
}

extension FormCatalogue {
    /// Everything that is wrong with `form` as a form, whenever it was written: what a reader asks. A sender asks
    /// `checkTyped`, which is this and more.
    ///
    /// - Parameter context: the flow it goes by and the institutions at both ends; without them the form alone is judged.
    public func check(
        _ form: [String: FieldValue], kind: FormKind, context: FormContext = FormContext()
    ) -> [FormFinding] {
        let kind = kind.variant(for: context)
        var findings: [FormFinding] = []
        for name in form.keys.sorted() where !kind.fields.contains(name) {
            findings.append(FormFinding(field: name, .notAField))
        }
        for name in kind.required where form[name] == nil {
            findings.append(FormFinding(field: name, .missing))
        }
        for name in kind.fields {
            guard let value = form[name], let field = fields[name] else { continue }
            findings += check(value, of: name, field, limitedTo: kind.only[name], context)
        }
        for group in kind.oneOf where !group.contains(where: { form[$0] != nil }) {
            findings.append(FormFinding(field: group[0], .noneOf(group.map { label(of: $0) })))
        }
        findings += kind.demands.compactMap { $0.finding(in: form) }
        return findings + checkFlow(form, context) + checkHealth(form, kind, context) + checkAnonymity(form, kind)
    }

    /// Everything that is wrong with one value, as part of a form.
    public func check(
        _ value: FieldValue, of name: String, kind: FormKind, context: FormContext
    ) -> [FormFinding] {
        guard let field = fields[name] else { return [] }
        let limits = kind.variant(for: context).only[name]
        return check(value, of: name, field, limitedTo: limits, context)
            + checkFlow([name: value], context)
    }

    private func check(
        _ value: FieldValue, of name: String, _ field: FieldDefinition, limitedTo limits: [String]?,
        _ context: FormContext
    ) -> [FormFinding] {
        guard field.accepts(value) else { return [FormFinding(field: name, .notExpected(field))] }
        if let limits, !value.codes.allSatisfy(limits.contains) {
            return [FormFinding(field: name, .only(field.labels(of: limits)))]
        }
        if let sender = context.senderKind, !field.isOffered(value, to: sender) {
            return [notOpen(value, of: name, field, to: sender)]
        }
        return forbiddenText.compactMap { $0.finding(in: value, of: name, field) }
    }

    private func notOpen(
        _ value: FieldValue, of name: String, _ field: FieldDefinition, to sender: String
    ) -> FormFinding {
        guard field.senders?.contains(sender) ?? true else { return FormFinding(field: name, .fieldNotOpenToSender) }
        let closed = field.labels(of: value.codes.filter { !field.codes(for: sender).contains($0) })
        return FormFinding(field: name, .valueNotOpenToSender(closed))
    }

    private func checkFlow(_ form: [String: FieldValue], _ context: FormContext) -> [FormFinding] {
        guard let flow = context.flow else { return [] }
        var findings: [FormFinding] = []
        if case .text(let basis)? = form["legal_basis"], !flow.legalBases.contains(basis) {
            let allowed = labels(of: flow.legalBases, in: "legal_basis")
            findings.append(FormFinding(field: "legal_basis", .legalBasisNotAllowed(allowed: allowed)))
        }
        if flow.adhesion == .required, let status = form["adhesion_status"], status != .text("given") {
            findings.append(FormFinding(field: "adhesion_status", .adhesionNotGiven))
        }
        return findings
    }

    private func checkHealth(
        _ form: [String: FieldValue], _ kind: FormKind, _ context: FormContext
    ) -> [FormFinding] {
        let health = kind.fields.filter { fields[$0]?.health == true && form[$0] != nil && form[$0] != .flag(false) }
        guard let first = health.first else { return [] }
        guard context.flow == nil || context.healthData else {
            return health.map { FormFinding(field: $0, .healthDataNotAllowed) }
        }
        guard form["health_ground"] == nil else { return [] }
        return [FormFinding(field: "health_ground", .healthGroundMissing(field: label(of: first)))]
    }
}

extension FormDemand {
    func finding(in form: [String: FieldValue]) -> FormFinding? {
        guard `if`.holds(in: form), unless.map({ !$0.holds(in: form) }) ?? true else { return nil }
        let text = Label(fr: fr, en: en)
        if let field, form[field] == nil { return FormFinding(field: field, .demanded(text)) }
        if let forbid, form[forbid] != nil { return FormFinding(field: forbid, .forbidden(text)) }
        return nil
    }
}

extension FormDemand.Condition {
    func holds(in form: [String: FieldValue]) -> Bool {
        guard let value = form[field] else { return false }
        return values.map { value.codes.contains(where: $0.contains) } ?? true
    }
}

extension FormCatalogue.ForbiddenText {
    func finding(in value: FieldValue, of name: String, _ field: FieldDefinition) -> FormFinding? {
        guard [.text, .longText, .texts].contains(field.type), let expression = try? Regex(pattern) else { return nil }
        let found = value.codes.contains { text in
            text.filter { !" .-\u{A0}\u{202F}".contains($0) }.contains(expression)
        }
        return found ? FormFinding(field: name, .forbiddenText(Label(fr: fr, en: en))) : nil
    }
}

extension FieldValue {
    /// The value as codes: what choices and rules compare.
    var codes: [String] {
        switch self {
        case .text(let text): [text]
        case .integer(let number): [String(number)]
        case .flag(let flag): [String(flag)]
        case .list(let list): list
        }
    }
}
