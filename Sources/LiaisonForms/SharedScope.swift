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
        FormFinding(
            field: name,
            .notAgreed(
                field: label(of: name), scope: scopeLabel(scope), scopes: label(of: Self.scopeField),
                isRequired: isRequired))
    }

    private func missingForAttachments(_ count: Int) -> FormFinding {
        FormFinding(
            field: Self.scopeField, .attachmentsNotAgreed(count: count, scope: scopeLabel(Self.attachmentScope)))
    }

    private func scopeLabel(_ scope: String) -> Label {
        fields[Self.scopeField]?.labels(of: [scope]) ?? Label(fr: scope, en: scope)
    }
}
