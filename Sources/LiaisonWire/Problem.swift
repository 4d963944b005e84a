// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// Why the relay did not do what was asked: RFC 9457 problem details with a closed list of codes.
public struct Problem: Error, Codable, Hashable, Sendable {
    public static let mediaType = "application/problem+json"

    /// `urn:liaison:problem:` and the code.
    public var type: String
    public var title: String
    public var status: Int
    public var code: Code
    /// With `id_taken`: the hash that was accepted under this id.
    public var accepted: Hash?
    /// With `wrong_state` and `not_opened_by_author`: where the delivery stands.
    public var state: DeliveryState?
    /// The log entry that says that this was refused, where there is one.
    public var entry: Int?
    /// With `too_many_requests` and `too_much_unopened`: when it may be tried again; in HTTP also the header `Retry-After` (RFC 9110, section 10.2.3).
    public var retryAfter: Seconds?

    /// Two problems are the same when they say the same, wherever the log says it.
    public static func == (one: Problem, other: Problem) -> Bool {
        one.code == other.code && one.accepted == other.accepted && one.state == other.state
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    public enum Code: String, Codable, Hashable, Sendable, CaseIterable {
        // Decisions of the convention, as in `DecisionCode`.
        case wrongLog = "wrong_log"
        case conventionUnknown = "convention_unknown"
        case conventionNotInForce = "convention_not_in_force"
        case unknownUnit = "unknown_unit"
        case agentNotInForce = "agent_not_in_force"
        case notAMember = "not_a_member"
        case noFlow = "no_flow"
        case partyNotSigned = "party_not_signed"
        case urgencyNotAllowed = "urgency_not_allowed"
        case copyMissing = "copy_missing"
        case copyNotAllowed = "copy_not_allowed"
        case duplicateRecipient = "duplicate_recipient"
        case contentTooLarge = "content_too_large"
        case sealedInTheFuture = "sealed_in_the_future"
        case sealedTooLongAgo = "sealed_too_long_ago"
        case replyNeedsReference = "reply_needs_reference"
        case callNotRecorded = "call_not_recorded"
        case headUnknown = "head_unknown"
        case headTooOld = "head_too_old"
        case directoryChanged = "directory_changed"
        // Identity and signatures.
        case notEnrolled = "not_enrolled"
        case notTheAuthor = "not_the_author"
        case signatureRefused = "signature_refused"
        case notAParty = "not_a_party"
        // Documents and their order.
        case malformed
        case documentRefused = "document_refused"
        case outOfOrder = "out_of_order"
        // Transmissions and acts.
        case idTaken = "id_taken"
        case contentMismatch = "content_mismatch"
        case contentMissing = "content_missing"
        case contentGone = "content_gone"
        case replyNotBetweenUnits = "reply_not_between_units"
        case alreadyAnswered = "already_answered"
        case unknownTransmission = "unknown_transmission"
        case wrongEnvelope = "wrong_envelope"
        case wrongState = "wrong_state"
        case reasonNotAllowed = "reason_not_allowed"
        /// An acknowledgement, a refusal or a transfer by somebody who has not opened what it is about.
        case notOpenedByAuthor = "not_opened_by_author"
        /// A checkpoint that its author says to have seen, and that this log never had.
        case checkpointUnknown = "checkpoint_unknown"
        /// The content does not begin with the header of an age file.
        case headerMissing = "header_missing"
        // Enrolment.
        case invitationUnknown = "invitation_unknown"
        case invitationUsed = "invitation_used"
        case invitationExpired = "invitation_expired"
        // Transport and operation.
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case bodyTooLarge = "body_too_large"
        case wrongOffset = "wrong_offset"
        case tooManyRequests = "too_many_requests"
        /// As much of this agent or institution lies unopened as may.
        case tooMuchUnopened = "too_much_unopened"
        case notReady = "not_ready"
        case storeFailed = "store_failed"
        /// The relay was shown a history of its own that it does not have: it signs nothing any more.
        case logStopped = "log_stopped"

        public var status: Int {
            switch self {
            case .malformed, .contentMismatch, .documentRefused, .reasonNotAllowed, .wrongEnvelope: 400
            case .notFound, .unknownTransmission, .invitationUnknown: 404
            case .methodNotAllowed: 405
            case .idTaken, .wrongState, .outOfOrder, .wrongOffset, .contentMissing, .alreadyAnswered, .invitationUsed,
                .directoryChanged, .notOpenedByAuthor, .checkpointUnknown:
                409
            case .contentGone, .invitationExpired: 410
            case .bodyTooLarge, .contentTooLarge: 413
            case .headerMissing: 422
            case .tooManyRequests, .tooMuchUnopened: 429
            case .notReady, .storeFailed, .logStopped: 503
            default: 403
            }
        }
    }

    public init(_ code: Code, accepted: Hash? = nil, state: DeliveryState? = nil, retryAfter: Seconds? = nil) {
        type = "urn:liaison:problem:\(code.rawValue)"
        title = code.rawValue.split(separator: "_").joined(separator: " ")
        status = code.status
        self.code = code
        self.accepted = accepted
        self.state = state
        self.retryAfter = retryAfter ?? (code == .tooManyRequests ? 1 : nil)
    }

    public init(_ decision: DecisionCode) {
        // `RelayDecisionTests.everyDecisionHasItsProblem` walks them all.
        self.init(Code(rawValue: decision.rawValue) ?? .malformed)
    }
}
