// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms

// What people read of a form's problems, in both languages. Checks decide which problem it is, never how it is said.

extension FormFinding {
    /// What is wrong, or what is expected, without the field's name.
    public var why: Label { problem.words }

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
    /// A sentence for a group of fields of which one is needed, naming them by their labels.
    public func atLeastOne(of group: [String]) -> Label {
        FormProblem.noneOf(group.map { label(of: $0) }).words
    }
}

extension FormProblem {
    fileprivate var words: Label {
        switch self {
        // Fields and values.
        case .notAField: Label(fr: "n'est pas un champ de ce formulaire", en: "not a field of this form")
        case .missing: Label(fr: "champ obligatoire absent", en: "required field missing")
        case .noneOf(let labels):
            Label(
                fr: "au moins l'un de : " + labels.map(\.fr).joined(separator: ", "),
                en: "at least one of: " + labels.map(\.en).joined(separator: ", "))
        case .notExpected(let field):
            Label(fr: "attendu : \(field.expected(.fr))", en: "expected: \(field.expected(.en))")
        case .mistyped(let failure), .implausible(let failure): failure.why
        case .withheld(let field, _):
            Label(
                fr: "la valeur donnée ne convient pas, attendu : \(field.expected(.fr))",
                en: "the value given will not do, expected: \(field.expected(.en))")
        case .only(let list): Label(fr: "seulement : \(list.fr)", en: "only: \(list.en)")

        // Data files.
        case .demanded(let text), .forbidden(let text), .forbiddenText(let text): text

        // The institution and the convention.
        case .fieldNotOpenToSender:
            Label(
                fr: "ce champ n'est pas ouvert à votre institution", en: "this field is not open to your institution")
        case .valueNotOpenToSender(let closed):
            Label(
                fr: "« \(closed.fr) » n'est pas ouvert à votre institution",
                en: "“\(closed.en)” is not open to your institution")
        case .legalBasisNotAllowed(let allowed):
            Label(
                fr: "attendu : l'une des bases légales de la convention : \(allowed.fr)",
                en: "one of the convention's bases: \(allowed.en)")
        case .adhesionNotGiven:
            Label(
                fr: "la convention demande l'adhésion de la personne",
                en: "the convention demands the person's adhesion")
        case .healthDataNotAllowed:
            Label(
                fr: "la convention n'admet pas de données de santé", en: "the convention does not admit health data")
        case .healthGroundMissing(let label):
            Label(
                fr: "« \(label.fr) » est une donnée de santé : indiquez son fondement (RGPD 9-2)",
                en: "“\(label.en)” is health data: state its ground (GDPR 9-2)")

        // Anonymity.
        case .belowThreshold(let name, let threshold):
            Label(
                fr: "« \(name.fr) » est sous le seuil de \(threshold) : écrivez « supprimé » à la place du nombre",
                en: "“\(name.en)” is below the threshold of \(threshold): write “suppressed” instead of the number")
        case .foundBySubtraction(let name):
            Label(
                fr: "« \(name.fr) », seul nombre supprimé, se retrouve par soustraction : supprimez-en un second",
                en: "“\(name.en)”, the only suppressed number, is found by subtraction: suppress a second one")
        case .periodNotInWholeMonths:
            Label(
                fr: "la période doit couvrir des mois entiers, du premier au dernier jour",
                en: "the period covers whole months, from the first to the last day")

        // What the person agreed to.
        case .notAgreed(let field, let scope, let scopes, let isRequired):
            Self.withoutAgreement(field, scope, scopes, isRequired: isRequired)
        case .attachmentsNotAgreed(let count, let scope): Self.filesWithoutAgreement(count, scope)
        }
    }

    private static func withoutAgreement(_ field: Label, _ scope: Label, _ scopes: Label, isRequired: Bool) -> Label {
        let otherwise =
            isRequired
            ? Label(fr: "sinon, n'envoyez pas ce formulaire", en: "otherwise do not send this form")
            : Label(fr: "sinon, retirez ce champ", en: "otherwise remove this field")
        return Label(
            fr: "« \(field.fr) » demande l'accord de la personne pour « \(scope.fr) » : "
                + "si elle l'a donné, ajoutez-le à « \(scopes.fr) » ; \(otherwise.fr)",
            en: "“\(field.en)” needs the person's agreement to “\(scope.en)”: "
                + "if they gave it, add it to “\(scopes.en)”; \(otherwise.en)")
    }

    private static func filesWithoutAgreement(_ count: Int, _ scope: Label) -> Label {
        let files = Label(
            fr: count > 1 ? "\(count) pièces jointes demandent" : "une pièce jointe demande",
            en: count > 1 ? "\(count) attachments need" : "an attachment needs")
        return Label(
            fr: "\(files.fr) l'accord de la personne pour « \(scope.fr) » : "
                + "si elle l'a donné, ajoutez-le ici ; sinon, ne joignez rien",
            en: "\(files.en) the person's agreement to “\(scope.en)”: "
                + "if they gave it, add it here; otherwise attach nothing")
    }
}
