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
        /// Of the right form, and yet it cannot be; for senders only.
        case implausible
        /// Outside what the person agreed to share; for senders only.
        case scope
    }

    public let field: String
    public let rule: Rule
    public let why: Label

    public init(field: String, rule: Rule, fr: String, en: String) {
        self.field = field
        self.rule = rule
        why = Label(fr: fr, en: en)
    }

    init(field: String, rule: Rule, why: Label) {
        self.field = field
        self.rule = rule
        self.why = why
    }

    /// The finding in one line.
    ///
    /// - Parameters:
    ///   - fields: those of the catalogue, to name the field by its label; without them, or when it is none of them, it is
    ///     named by its identifier.
    ///   - withIdentifier: whether the identifier follows the label, for whoever writes files or scripts.
    public func text(
        _ language: Language, fields: [String: FieldDefinition]? = nil, withIdentifier: Bool = false
    ) -> String {
        let identifier = Markup.printable(field)
        guard let label = fields?[field]?.label(language) else { return "\(identifier): \(why.text(language))" }
        let name = withIdentifier ? "\(label) (\(identifier))" : label
        return name + language(" : ", ": ") + why.text(language)
    }
}

extension FormCatalogue {
    /// How people know a field; its identifier when it is none.
    func label(of name: String) -> Label {
        fields[name].map { Label(fr: $0.fr, en: $0.en) } ?? Label(fr: name, en: name)
    }

    /// How people know the codes of a field.
    func labels(of codes: [String], in name: String) -> Label {
        let other = codes.joined(separator: ", ")
        return fields[name]?.labels(of: codes) ?? Label(fr: other, en: other)
    }

    /// A sentence for a group of fields of which one is needed, naming them by their labels.
    public func atLeastOne(of group: [String]) -> Label {
        let labels = group.map { label(of: $0) }
        return Label(
            fr: "au moins l'un de : " + labels.map(\.fr).joined(separator: ", "),
            en: "at least one of: " + labels.map(\.en).joined(separator: ", "))
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
            findings.append(FormFinding(field: group[0], rule: .oneOf, why: atLeastOne(of: group)))
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
        guard field.accepts(value) else {
            return [
                FormFinding(
                    field: name, rule: .type, fr: "attendu : \(field.expected(.fr))",
                    en: "expected: \(field.expected(.en))")
            ]
        }
        if let limits, !value.codes.allSatisfy(limits.contains) {
            let list = field.labels(of: limits)
            return [
                FormFinding(field: name, rule: .only, fr: "seulement : \(list.fr)", en: "only: \(list.en)")
            ]
        }
        if let sender = context.senderKind, !field.isOffered(value, to: sender) {
            return [notOpen(value, of: name, field, to: sender)]
        }
        return forbiddenText.compactMap { $0.finding(in: value, of: name, field) }
    }

    private func notOpen(
        _ value: FieldValue, of name: String, _ field: FieldDefinition, to sender: String
    ) -> FormFinding {
        guard field.senders?.contains(sender) ?? true else {
            return FormFinding(
                field: name, rule: .sender, fr: "ce champ n'est pas ouvert à votre institution",
                en: "this field is not open to your institution")
        }
        let closed = field.labels(of: value.codes.filter { !field.codes(for: sender).contains($0) })
        return FormFinding(
            field: name, rule: .sender, fr: "« \(closed.fr) » n'est pas ouvert à votre institution",
            en: "“\(closed.en)” is not open to your institution")
    }

    private func checkFlow(_ form: [String: FieldValue], _ context: FormContext) -> [FormFinding] {
        guard let flow = context.flow else { return [] }
        var findings: [FormFinding] = []
        if case .text(let basis)? = form["legal_basis"], !flow.legalBases.contains(basis) {
            let allowed = labels(of: flow.legalBases, in: "legal_basis")
            findings.append(
                FormFinding(
                    field: "legal_basis", rule: .legalBasis,
                    fr: "attendu : l'une des bases légales de la convention : \(allowed.fr)",
                    en: "one of the convention's bases: \(allowed.en)"))
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
        let label = label(of: first)
        return [
            FormFinding(
                field: "health_ground", rule: .healthGround,
                fr: "« \(label.fr) » est une donnée de santé : indiquez son fondement (RGPD 9-2)",
                en: "“\(label.en)” is health data: state its ground (GDPR 9-2)")
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
