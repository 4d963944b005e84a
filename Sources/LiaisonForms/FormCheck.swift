// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

/// What is wrong with a form: the field, the rule, and what was expected.
public struct FormFinding: Error, Hashable, Sendable {
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        case unknown, missing, type, demand, forbidden, only, sender, adhesion
        case oneOf = "one_of"
        case legalBasis = "legal_basis"
        case healthData = "health_data"
        case healthGround = "health_ground"
        case forbiddenText = "forbidden_text"
        case anonymity
    }

    public let field: String
    public let rule: Rule
    public let why: Label

    public init(field: String, rule: Rule, fr: String, en: String) {
        self.field = field
        self.rule = rule
        why = Label(fr: fr, en: en)
    }

    public func text(_ language: Language) -> String { "\(field): \(why.text(language)) [\(rule.rawValue)]" }
}

extension FormCatalogue {
    /// Everything that is wrong with `form`; empty when it may be sealed.
    ///
    /// - Parameter context: the flow it goes by and the institutions at both ends; without them the form alone is judged.
    public func check(
        _ form: [String: FieldValue], kind: FormKind, context: FormContext = FormContext()
    ) -> [FormFinding] {
        let kind = kind.variant(for: context)
        var findings: [FormFinding] = []
        for name in form.keys.sorted() where !kind.fields.contains(name) {
            findings.append(
                FormFinding(
                    field: name, rule: .unknown, fr: "n'est pas un champ de ce formulaire",
                    en: "not a field of this form"))
        }
        for name in kind.required where form[name] == nil {
            findings.append(
                FormFinding(field: name, rule: .missing, fr: "champ obligatoire absent", en: "required field missing"))
        }
        for name in kind.fields {
            guard let value = form[name], let field = fields[name] else { continue }
            findings += check(value, of: name, field, limitedTo: kind.only[name], context)
        }
        for group in kind.oneOf where !group.contains(where: { form[$0] != nil }) {
            let names = group.joined(separator: ", ")
            findings.append(
                FormFinding(
                    field: group[0], rule: .oneOf, fr: "au moins un de ces champs : \(names)",
                    en: "at least one of these fields: \(names)"))
        }
        findings += kind.demands.compactMap { $0.finding(in: form) }
        return findings + checkFlow(form, context) + checkHealth(form, kind, context) + checkAnonymity(form, kind)
    }

    /// Everything that is wrong with one value, as it is typed.
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
        guard field.accepts(value) else {
            return [
                FormFinding(
                    field: name, rule: .type, fr: "attendu : \(field.expected(.fr))",
                    en: "expected: \(field.expected(.en))")
            ]
        }
        if let limits, !value.codes.allSatisfy(limits.contains) {
            let list = limits.joined(separator: ", ")
            return [
                FormFinding(field: name, rule: .only, fr: "seulement : \(list)", en: "only: \(list)")
            ]
        }
        if let sender = context.senderKind, !field.isOffered(value, to: sender) {
            return [
                FormFinding(
                    field: name, rule: .sender, fr: "n'est pas ouvert à votre institution (\(sender))",
                    en: "not open to your institution (\(sender))")
            ]
        }
        return forbiddenText.compactMap { $0.finding(in: value, of: name, field) }
    }

    private func checkFlow(_ form: [String: FieldValue], _ context: FormContext) -> [FormFinding] {
        guard let flow = context.flow else { return [] }
        var findings: [FormFinding] = []
        if case .text(let basis)? = form["legal_basis"], !flow.legalBases.contains(basis) {
            let allowed = flow.legalBases.joined(separator: ", ")
            findings.append(
                FormFinding(
                    field: "legal_basis", rule: .legalBasis, fr: "l'une des bases de la convention : \(allowed)",
                    en: "one of the convention's bases: \(allowed)"))
        }
        if flow.adhesion == .required, let status = form["adhesion_status"], status != .text("given") {
            findings.append(
                FormFinding(
                    field: "adhesion_status", rule: .adhesion, fr: "la convention demande l'adhésion de la personne",
                    en: "the convention demands the person's adhesion"))
        }
        return findings
    }

    private func checkHealth(
        _ form: [String: FieldValue], _ kind: FormKind, _ context: FormContext
    ) -> [FormFinding] {
        let health = kind.fields.filter { fields[$0]?.health == true && form[$0] != nil && form[$0] != .flag(false) }
        guard let first = health.first else { return [] }
        guard context.flow == nil || context.healthData else {
            return health.map {
                FormFinding(
                    field: $0, rule: .healthData, fr: "la convention n'admet pas de données de santé",
                    en: "the convention does not admit health data")
            }
        }
        guard form["health_ground"] == nil else { return [] }
        return [
            FormFinding(
                field: "health_ground", rule: .healthGround,
                fr: "\(first) est une donnée de santé : dites son fondement (RGPD 9-2)",
                en: "\(first) is health data: state its ground (GDPR 9-2)")
        ]
    }
}

extension FormDemand {
    func finding(in form: [String: FieldValue]) -> FormFinding? {
        guard `if`.holds(in: form), unless.map({ !$0.holds(in: form) }) ?? true else { return nil }
        if let field, form[field] == nil { return FormFinding(field: field, rule: .demand, fr: fr, en: en) }
        if let forbid, form[forbid] != nil { return FormFinding(field: forbid, rule: .forbidden, fr: fr, en: en) }
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
        return found ? FormFinding(field: name, rule: .forbiddenText, fr: fr, en: en) : nil
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
