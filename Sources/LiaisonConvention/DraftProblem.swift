// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

/// What is wrong with a draft, and where. `DraftProblemWords.swift` says it in sentences.
public struct DraftFinding: Error, Hashable, Sendable {
    public let problem: DraftProblem
    /// For example `flows.saisine.escalation`.
    public let place: String
    /// In the file, from 1.
    public let line: Int?
}

/// Everything that can be wrong with a draft, with the names, addresses and numbers that tell one case from another.
public enum DraftProblem: Hashable, Sendable {
    // MARK: Reading

    /// The file is no YAML.
    case unreadableFile
    case fieldGivenTwice
    case unknownField(possible: [String])
    case missingField(Expected)
    /// The field that names the roles is absent as a whole.
    case missingRoles
    case valueOfAnotherType(Expected)
    case valueWithoutMeaning(String, Expected)
    /// What is named as a standby unit is no other unit of the institution, or is named twice.
    case cannotStandBy(String, for: UnitAddress, others: [UnitAddress])

    // MARK: What a draft still lacks

    case noLog
    case noKeys

    // MARK: The frame

    case endsBeforeItBegins
    /// The number of the version and the hash of the one before do not go together.
    case versionAndPreviousDisagree
    case graceTooLong
    case maximumAgeOutOfBounds
    case auditLimitOutOfBounds
    case unknownTimeZone(String)
    case notADate(String)
    case logWithoutTLS(url: String)
    /// A role has the name of a step of an escalation.
    case roleNamedLikeAStep(String)
    case flowGivenTwice
    /// No flow of these kinds reaches an institution of the kind `recipient`.
    case childProtectionUnreachable(kinds: [String], recipient: String)
    case prosecutionUnreachable(kinds: [String], recipient: String)

    // MARK: Parties and units

    case institutionGivenTwice
    case unknownInstitutionKind(String, known: [String])
    case institutionWithoutUnit
    /// The roster wants none or more than two signatures, or more than there are keys.
    case rosterSignaturesWithoutKeys
    case unknownLog(String, known: String)
    /// The recovery key also signs other things.
    case recoveryKeyInUse
    case keyEndsBeforeItBegins
    case sharedKey
    case unitGivenTwice
    case unreadablePhone(String)
    /// A standby unit lacks a role by which the unit that it stands by for receives.
    case standbyWithoutRole(UnitAddress, role: String, for: UnitAddress)

    // MARK: Roles and times of a flow

    case noRole
    case unknownRole(String)
    case roleWithoutUnit(String)
    case retentionOutOfBounds
    case noUrgency
    case urgencyGivenTwice
    case deadlineAfterErasure
    case replyAfterErasure
    case replyWithoutFlow(kind: String)
    /// A deadline of hours that pass, for a unit that closes and has no duty number.
    case unreachableAtNight(UnitAddress)

    // MARK: Escalation

    case escalationToUnknownRole(EscalationTarget)
    case escalationToRoleWithoutUnit(EscalationTarget)
    case escalationComesBack(to: EscalationTarget)
    case escalationOutOfOrder
    case escalationAfterErasure
    /// A step gives content to somebody who is no recipient of it in law.
    case escalationWithoutHabilitation(EscalationTarget)

    // MARK: The law of the kind

    case unknownKind(String, known: [String])
    /// The police would ask for the content of a case.
    case policeRequest(kind: String)
    /// The return to the police would be content.
    case contentReturnedToPolice(kind: String)
    case notForInstitution(kind: String, institution: String, allowed: [String])
    /// Those who get numbers only would get what names persons.
    case namesForStatistics
    case notBoundBySecrecy(UnitAddress, kind: String)
    case mandatoryCopyMissing(institution: String)
    case noLegalBasis(allowed: [String])
    case legalBasisOfOtherKinds(String, allowed: [String])
    case adhesionNotDemanded
    /// Adhesion is made a condition of what the law permits without it.
    case adhesionInTheWay
    case callMissing
    /// `reply_only` is not what the kind wants it to be.
    case replyOnlyUnsuitable(wanted: Bool)

    // MARK: Attachments

    case attachmentsNotAllowed
    case attachmentTypeRefused(String, allowed: [String])
    case attachmentSizeOutOfBounds(most: Int)

    /// What a field takes, where it holds nothing or something else.
    public enum Expected: Hashable, Sendable {
        case mapOfFields, list, listOfTexts, text, wholeNumber, trueOrFalse
        case duration, date, base64Hash, ed25519Key, shortName, institution, unit, openingHours
        case adhesion, urgency, clock
    }
}

extension DraftProblem {
    /// A stable code, for example `unknown_role`: JSON and `docs/convention.md` have it.
    public var code: String {
        switch self {
        case .unreadableFile: "yaml"
        case .fieldGivenTwice: "duplicate_field"
        case .unknownField: "unknown_field"
        case .missingField, .missingRoles: "missing_field"
        case .valueOfAnotherType: "wrong_type"
        case .valueWithoutMeaning: "bad_value"
        case .cannotStandBy: "unknown_standby"
        case .noLog: "no_log"
        case .noKeys: "no_key"
        case .endsBeforeItBegins: "dates"
        case .versionAndPreviousDisagree: "supersession"
        case .graceTooLong: "grace"
        case .maximumAgeOutOfBounds: "maximum_age"
        case .auditLimitOutOfBounds: "audit_limit"
        case .unknownTimeZone: "time_zone"
        case .notADate: "holiday"
        case .logWithoutTLS: "log_url"
        case .roleNamedLikeAStep: "reserved_role"
        case .flowGivenTwice: "duplicate_flow"
        case .childProtectionUnreachable: "crip_unreachable"
        case .prosecutionUnreachable: "prosecution_unreachable"
        case .institutionGivenTwice: "duplicate_institution"
        case .unknownInstitutionKind: "institution_kind"
        case .institutionWithoutUnit: "idle_party"
        case .rosterSignaturesWithoutKeys: "roster_signatures"
        case .unknownLog: "unknown_log"
        case .recoveryKeyInUse: "recovery_key"
        case .keyEndsBeforeItBegins: "key_dates"
        case .sharedKey: "shared_key"
        case .unitGivenTwice: "duplicate_unit"
        case .unreadablePhone: "phone"
        case .standbyWithoutRole: "standby_role"
        case .noRole: "no_role"
        case .unknownRole, .escalationToUnknownRole: "unknown_role"
        case .roleWithoutUnit, .escalationToRoleWithoutUnit: "role_without_unit"
        case .retentionOutOfBounds: "retention"
        case .noUrgency: "no_urgency"
        case .urgencyGivenTwice: "duplicate_urgency"
        case .deadlineAfterErasure: "deadline_after_retention"
        case .replyAfterErasure: "reply_after_retention"
        case .replyWithoutFlow: "reply_without_flow"
        case .unreachableAtNight: "unreachable_at_night"
        case .escalationComesBack: "escalation_loop"
        case .escalationOutOfOrder: "escalation_order"
        case .escalationAfterErasure: "escalation_after_retention"
        case .escalationWithoutHabilitation: "escalation_without_habilitation"
        case .unknownKind: "unknown_kind"
        case .policeRequest, .contentReturnedToPolice: "police_request"
        case .notForInstitution: "not_for_institution"
        case .namesForStatistics: "statistics_nominative"
        case .notBoundBySecrecy: "secrecy"
        case .mandatoryCopyMissing: "copy_missing"
        case .noLegalBasis: "no_legal_basis"
        case .legalBasisOfOtherKinds: "legal_basis"
        case .adhesionNotDemanded: "adhesion_missing"
        case .adhesionInTheWay: "adhesion_blocks"
        case .callMissing: "call_missing"
        case .replyOnlyUnsuitable: "reply_only"
        case .attachmentsNotAllowed: "attachments"
        case .attachmentTypeRefused: "attachment_type"
        case .attachmentSizeOutOfBounds: "attachment_size"
        }
    }
}
