// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms

extension FormCatalogue {
    /// An empty form to fill, as YAML with the labels as comments.
    public func template(_ kind: FormKind, _ language: Language) -> String {
        var lines = [
            "# \(kind.title.text(language)) — \(kind.summary.text(language))",
            "# \(kind.never.text(language))", ""
        ]
        for name in kind.fields {
            guard let field = fields[name] else { continue }
            let required = kind.required.contains(name)
            lines.append("# \(field.label(language)) (\(field.expectedInFile(language)))")
            if let help = field.help(language) { lines.append("# \(help)") }
            lines.append(required ? "\(name):" : "#\(name):")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
