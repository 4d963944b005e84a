// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

package import LiaisonForms
package import LiaisonModel

extension Fixture {
    /// A form of `kind` with a right, visibly fictitious value in every required field.
    package static func form(_ kind: FormKind, _ catalogue: FormCatalogue) throws -> [String: FieldValue] {
        var form: [String: FieldValue] = [:]
        for name in kind.required { form[name] = try sample(name, catalogue) }
        for group in kind.oneOf { form[group[0]] = try sample(group[0], catalogue) }
        if form["legal_basis"] != nil { form["legal_basis"] = .text(kind.law.legalBases[0]) }
        if form["adhesion_status"] != nil { form["adhesion_status"] = .text("given") }
        if form["person_informed"] != nil { form["person_informed"] = .text("informed") }
        if let scope = catalogue.fields["shared_scope"], form["shared_scope"] != nil {
            form["shared_scope"] = .list(scope.codes)
        }
        if form["period_start"] != nil {
            form["period_start"] = .text("2026-01-01")
            form["suppression_threshold"] = .integer(11)
        }
        return form
    }

    package static func sample(_ name: String, _ catalogue: FormCatalogue) throws -> FieldValue {
        let field = try unwrap(catalogue.fields[name])
        return switch field.type {
        case .text, .longText: .text("Texte visiblement fictif")
        case .texts: .list(["Texte visiblement fictif"])
        case .date: .text("2026-02-28")
        case .instant: .text("2026-05-28T21:14:00+02:00")  // an hour before `Fixture.start`
        case .reference: .text("2026/000123")
        case .integer, .count: .integer(max(field.min ?? 0, 3))
        case .flag: .flag(true)
        case .phone: .text("06 39 98 00 01")
        case .commune: .text("2A004")
        case .language: .text("fr")
        case .choice: .text(try unwrap(field.codes.first { field.values?[$0]?.senders == nil }))
        case .choices: .list([try unwrap(field.codes.first)])
        case .cells: .list([try unwrap(field.codes.first) + "=12"])
        }
    }
}
