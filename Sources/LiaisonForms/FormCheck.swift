// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

/// What is wrong with a form: the field, and what was expected.
public struct FormFinding: Error, Hashable, Sendable {
    public enum Problem: Hashable, Sendable {
        case unknown
        case missing
        case invalid(expected: String)
        case oneOf([String])
        case demanded(String)
    }

    public let field: String
    public let problem: Problem

    public init(field: String, problem: Problem) {
        self.field = field
        self.problem = problem
    }

    public func text(_ language: Language) -> String {
        switch problem {
        case .unknown: "\(field): " + language("champ inconnu de ce formulaire", "not a field of this form")
        case .missing: "\(field): " + language("champ obligatoire absent", "required field missing")
        case .invalid(let expected): "\(field): " + language("attendu : ", "expected: ") + expected
        case .oneOf(let names):
            language("au moins un de ces champs : ", "at least one of these fields: ") + names.joined(separator: ", ")
        case .demanded(let why): "\(field): \(why)"
        }
    }
}

extension FormCatalogue {
    /// Everything that is wrong with `form`; empty when it may be sealed.
    ///
    /// - Parameter flow: the flow it goes by, with its legal bases and whether it requires adhesion.
    public func check(
        _ form: [String: FieldValue], kind: FormKind, flow: Flow?, language: Language
    ) -> [FormFinding] {
        var findings: [FormFinding] = []
        for name in form.keys.sorted() where !kind.fields.contains(name) {
            findings.append(FormFinding(field: name, problem: .unknown))
        }
        for name in kind.required where form[name] == nil {
            findings.append(FormFinding(field: name, problem: .missing))
        }
        for name in kind.fields {
            guard let value = form[name], let field = fields[name], !field.accepts(value) else { continue }
            findings.append(FormFinding(field: name, problem: .invalid(expected: field.expected(language))))
        }
        for group in kind.oneOf where !group.contains(where: { form[$0] != nil }) {
            findings.append(FormFinding(field: group[0], problem: .oneOf(group)))
        }
        for demand in kind.demands where isBroken(demand, form) {
            findings.append(FormFinding(field: demand.field, problem: .demanded(language(demand.fr, demand.en))))
        }
        if let flow { findings += check(form, against: flow, language) }
        return findings
    }

    private func isBroken(_ demand: FormDemand, _ form: [String: FieldValue]) -> Bool {
        guard case .text(let value)? = form[demand.if.field], demand.if.values.contains(value) else { return false }
        return form[demand.field] == nil
    }

    private func check(
        _ form: [String: FieldValue], against flow: Flow, _ language: Language
    ) -> [FormFinding] {
        var findings: [FormFinding] = []
        if case .text(let basis)? = form["legal_basis"], !flow.legalBases.contains(basis) {
            let allowed = flow.legalBases.joined(separator: ", ")
            findings.append(
                FormFinding(
                    field: "legal_basis",
                    problem: .invalid(
                        expected: language("l'une des bases de la convention : ", "one of the convention's bases: ")
                            + allowed)))
        }
        if flow.adhesion == .required, let status = form["adhesion_status"], status != .text("given") {
            findings.append(
                FormFinding(
                    field: "adhesion_status",
                    problem: .demanded(
                        language(
                            "la convention demande l'adhésion de la personne",
                            "the convention demands the person's adhesion"))))
        }
        return findings
    }
}
