// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// What is wrong with a form: the field, and the problem. `LiaisonWords` says it in sentences.
public struct FormFinding: Error, Hashable, Sendable {
    /// The rules of forms, by which programs and tests tell findings apart.
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

    /// The identifier of the field: one of the catalogue, or whatever stands in the form.
    public let field: String
    public let problem: FormProblem

    public init(field: String, _ problem: FormProblem) {
        self.field = field
        self.problem = problem
    }

    /// The rule that the form does not keep.
    public var rule: Rule { problem.rule }
}

/// Everything that can be wrong with a form, with the values that tell one case from another. Labels are those that the data
/// files in `Kinds/` give to fields and codes; where a data file says itself what is wrong, its text is carried whole.
public enum FormProblem: Hashable, Sendable {
    // MARK: Fields and values

    /// The form has no such field.
    case notAField
    case missing
    /// None of a group was given, of which one is needed; their labels.
    case noneOf([Label])
    /// The value is not of the field's type, or outside its limits.
    case notExpected(FieldDefinition)
    /// The same, for a text of which more can be said.
    case mistyped(TypingFailure)
    /// The value is of the right form and cannot be.
    case implausible(TypingFailure)
    /// A value breaks the rule, and is not to be repeated to whoever reads the finding.
    case withheld(FieldDefinition, FormFinding.Rule)
    /// The form takes only these values.
    case only(Label)

    // MARK: Data files

    /// Another field's value makes this one necessary.
    case demanded(Label)
    /// Another field's value leaves no place for this one.
    case forbidden(Label)
    /// The text holds what has no place in any transmission.
    case forbiddenText(Label)

    // MARK: The institution and the convention

    case fieldNotOpenToSender
    /// The sender may not choose these values.
    case valueNotOpenToSender(Label)
    /// The legal basis is none of those that the convention allows.
    case legalBasisNotAllowed(allowed: Label)
    /// The convention wants the person's adhesion.
    case adhesionNotGiven
    /// The convention lets no health data travel.
    case healthDataNotAllowed
    /// This field is health data, and its ground is not stated.
    case healthGroundMissing(field: Label)

    // MARK: Anonymity

    /// A number of the report is greater than zero and less than the threshold.
    case belowThreshold(indicator: Label, threshold: Int)
    /// The only number of its dimension that is suppressed: a subtraction from the total finds it.
    case foundBySubtraction(indicator: Label)
    case periodNotInWholeMonths

    // MARK: What the person agreed to

    /// The field needs an agreement that the field of agreements (`scopes`) does not list.
    case notAgreed(field: Label, scope: Label, scopes: Label, isRequired: Bool)
    /// So many files are attached, which needs this agreement.
    case attachmentsNotAgreed(count: Int, scope: Label)
}

extension FormProblem {
    /// The rule that is broken: programs and tests go by it.
    public var rule: FormFinding.Rule {
        switch self {
        case .notAField: .unknown
        case .missing: .missing
        case .noneOf: .oneOf
        case .notExpected, .mistyped: .type
        case .implausible: .implausible
        case .withheld(_, let rule): rule
        case .only: .only
        case .demanded: .demand
        case .forbidden: .forbidden
        case .forbiddenText: .forbiddenText
        case .fieldNotOpenToSender, .valueNotOpenToSender: .sender
        case .legalBasisNotAllowed: .legalBasis
        case .adhesionNotGiven: .adhesion
        case .healthDataNotAllowed: .healthData
        case .healthGroundMissing: .healthGround
        case .belowThreshold, .foundBySubtraction, .periodNotInWholeMonths: .anonymity
        case .notAgreed, .attachmentsNotAgreed: .scope
        }
    }
}
