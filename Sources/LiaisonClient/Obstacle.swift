// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

/// What stands in the way of an agent's command, and is for the agent to mend.
public enum Obstacle: Hashable, Sendable {
    /// The vault is somebody else's, or was never made one.
    case notAnAgentsVault
    /// The convention that was handed over does not know the agent's institution.
    case unknownInstitution(InstitutionID)
    /// The client's policy, by its path, and what is wrong with it where that is known.
    case policyNotReadable(String, why: String?)
    /// `HTTPS_PROXY` names no host.
    case proxyNotReadable(String)
    /// A relay's address, as it was typed or kept, and what is wrong with it.
    case relayAddressNotReadable(String, RelayAddress.Fault)
    /// The form was sealed by a later program.
    case formOfALaterProgram
    /// Nobody takes charge of what they have not read.
    case notYetRead(TransmissionID)
    /// The relay may have accepted it already: it cannot be destroyed here any more.
    case mayBeDeposited(TransmissionID)
    /// The relay may have accepted it already: a call made since cannot be written into it any more.
    case callComesTooLate(TransmissionID)
    /// What the relay has of it was in a log that it has left.
    case onlyInFormerLog(TransmissionID, log: String)
    /// Its content was not fetched to this device, or is not here any more.
    case contentNotHere(TransmissionID)
    /// Fields to be disclosed that the form does not have, and those that it has.
    case noSuchFields([String], present: [String])
    /// The colleague shares no unit with this agent.
    case notAColleague(AgentAddress)
    /// The colleague has published no encryption key.
    case colleagueHasNoKey(AgentAddress)
}

/// What stands in the way of a registrar's command, and is for the registrar to mend.
public enum RegistrarObstacle: Hashable, Sendable {
    /// The vault is somebody else's, or was never made one.
    case notARegistrarsVault
    /// The registrar has not been given the signed convention.
    case noConvention
    /// The convention to be signed does not name the registrar's institution.
    case notAParty(InstitutionID)
    /// The convention to be signed does not list this institution's key among those in force when it begins.
    case keyNotInForce(InstitutionID)
    case unitOfAnotherInstitution(UnitAddress)
    /// The unit's name, numbers or hours will not do.
    case unitRefused([UnitDetails.Finding])
    case requestForAnotherInstitution(AgentAddress)
    case unknownAgent(AgentAddress)
    /// What was typed is no role; the codes that would be one.
    case unknownRole(known: [String])
    /// The agent's authorization ends before the post would begin.
    case authorizationEndsFirst(AgentAddress)
    case notInUnit(AgentAddress, UnitAddress)
    /// A unit was named as its own substitute.
    case substituteForItself
    /// A unit was named as its own standby unit.
    case standbyForItself
    case standbyUnitTwice
    case noPseudonymLeft
    /// Nobody whose request can be believed has answered the invitation.
    case noValidRequest
    /// A colleague has published this version meanwhile, and it has taken the place of a draft with changes.
    case draftReplaced(version: Int)
    /// What was given is not the recovery key that the convention names.
    case notTheRecoveryKey
}
