// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel

extension FormCatalogue {
    private static let scopeField = "shared_scope"
    private static let attachmentScope = "attachments"

    /// What goes with the form though the person did not agree to share it: an orientation holds what the person accepted
    /// (CASF L121-6-2), field by field as `scope` in `Kinds/fields.yaml` says. What is written in a text, no program knows.
    func checkScope(_ form: [String: FieldValue], _ kind: FormKind, attachments: Int) -> [FormFinding] {
        guard kind.fields.contains(Self.scopeField), case .list(let agreed)? = form[Self.scopeField] else { return [] }
        var findings: [FormFinding] = []
        for name in kind.fields where form[name] != nil {
            guard let scope = fields[name]?.scope, !agreed.contains(scope) else { continue }
            findings.append(missing(scope, for: name, isRequired: kind.required.contains(name)))
        }
        guard attachments > 0, !agreed.contains(Self.attachmentScope) else { return findings }
        return findings + [missingForAttachments(attachments)]
    }

    private func missing(_ scope: String, for name: String, isRequired: Bool) -> FormFinding {
        let field = label(of: name)
        let scope = scopeLabel(scope)
        let scopes = label(of: Self.scopeField)
        let otherwise =
            isRequired
            ? Label(fr: "sinon, n'envoyez pas ce formulaire", en: "otherwise do not send this form")
            : Label(fr: "sinon, retirez ce champ", en: "otherwise remove this field")
        return FormFinding(
            field: name, rule: .scope,
            fr: "« \(field.fr) » demande l'accord de la personne pour « \(scope.fr) » : "
                + "si elle l'a donné, ajoutez-le à « \(scopes.fr) » ; \(otherwise.fr)",
            en: "“\(field.en)” needs the person's agreement to “\(scope.en)”: "
                + "if they gave it, add it to “\(scopes.en)”; \(otherwise.en)")
    }

    private func missingForAttachments(_ count: Int) -> FormFinding {
        let scope = scopeLabel(Self.attachmentScope)
        let files = Label(
            fr: count > 1 ? "\(count) pièces jointes demandent" : "une pièce jointe demande",
            en: count > 1 ? "\(count) attachments need" : "an attachment needs")
        return FormFinding(
            field: Self.scopeField, rule: .scope,
            fr: "\(files.fr) l'accord de la personne pour « \(scope.fr) » : "
                + "si elle l'a donné, ajoutez-le ici ; sinon, ne joignez rien",
            en: "\(files.en) the person's agreement to “\(scope.en)”: "
                + "if they gave it, add it here; otherwise attach nothing")
    }

    private func scopeLabel(_ scope: String) -> Label {
        fields[Self.scopeField]?.labels(of: [scope]) ?? Label(fr: scope, en: scope)
    }
}
