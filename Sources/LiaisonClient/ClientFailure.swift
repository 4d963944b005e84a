// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// Why a command did not do what was asked. Each has an exit code of sysexits(3); `LiaisonWords` has the message.
public enum ClientFailure: Error, Equatable {
    /// The convention does not permit it; found before anything was sealed.
    case notPermitted(DecisionCode)
    /// The relay refused, with its code.
    case refused(Problem)
    case unreachable(LineFailure = .noAnswer)
    /// The form cannot be sealed.
    case form([FormFinding])
    case unknownKind(String)
    case unknownUnit(String)
    case unknownTransmission(String)
    /// Several transmissions begin so.
    case ambiguous(String, [TransmissionID])
    /// A number beyond the list that was shown last.
    case notInTheLastList(Int, of: Int)
    case noRecipientKeys(UnitAddress)
    case attachment(AttachmentRefusal)
    case chooseUnit([UnitAddress])
    case notMember
    /// The person of this thread withdrew their agreement.
    case consentWithdrawn(at: Instant)
    /// The policy wants witnesses that have not cosigned the log; nothing urgent is held up by it.
    case notWitnessed
    /// Sealed to other keys than this device's.
    case notForThisDevice
    /// Sealed to keys that nobody in the unit has any more; the sender was told by a signed act.
    case nobodyCanOpen
    /// What was sealed here and has not been deposited cannot be read from this device's disk any more.
    case sealedContentLost(TransmissionID)
    /// The content is erased; where the delivery stands.
    case gone(DeliveryState)
    /// The delivery has its answer.
    case answered(DeliveryState)
    /// Nothing is left to be sent: the log has it.
    case alreadyDeposited(TransmissionID)
    /// Something that the agent is to mend.
    case obstacle(Obstacle)
    /// Something that the registrar is to mend.
    case registrar(RegistrarObstacle)
    /// A file or directory of the user's that cannot be written.
    case cannotWrite(String)
    /// A service beside the relay that does not answer, or not as it should.
    case service(String)
    /// The log holds an event that this program does not know.
    case programTooOld(String)
    /// Something that was received does not verify. Nothing of it is shown or relied on.
    case broken(Breach)

    /// What did not verify.
    public enum Breach: String, Equatable, Sendable, CaseIterable {
        case malformedAnswer, evidence, wrongEvent, directoryHeadStale, directoryRollback, directoryMismatch
        case conventionRefused, bundleRefused, logInconsistent, envelopeRefused, actRefused, contentRefused,
            invitationRefused, eventsMissing, ownRosterNotShown
    }

    /// Whether the relay could not be reached: nothing was said about what was asked.
    public var isOfTheLine: Bool {
        if case .unreachable = self { true } else { false }
    }

    public var exitCode: Int32 {
        switch self {
        case .notPermitted, .notMember, .consentWithdrawn: 77
        case .refused(let problem):
            switch problem.status {
            case 403: 77
            case 429, 500...: 69
            default: 65
            }
        case .unreachable, .service: 69
        case .cannotWrite: 73
        case .notWitnessed: 75
        case .programTooOld: 76
        default: 65
        }
    }
}
