// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit

/// One of each case of the closed lists of reasons, to be said in words.
enum EveryReason {
    private static let agent = "d-01@ggd01"
    private static let unit = "iscg-est@avema01"
    private static let institution = "cd01"
    private static let log = "liaison.example/2026"

    static func obstacles() throws -> [Obstacle] {
        let (agent, institution) = (try Fixture.agent(agent), try Fixture.institution(institution))
        let id = try Fixture.unwrap(TransmissionID("00000000-0000-4000-8000-000000000000"))
        return [
            .notAnAgentsVault, .unknownInstitution(institution), .policyNotReadable("/tmp/politique", why: nil),
            .policyNotReadable("/tmp/politique", why: "3"), .proxyNotReadable("mandataire"),
            .relayAddressNotReadable("https://relais:70000", .port("70000")), .formOfALaterProgram,
            .notYetRead(id), .mayBeDeposited(id), .callComesTooLate(id), .onlyInFormerLog(id, log: log),
            .contentNotHere(id), .noSuchFields(["motif"], present: ["urgence", "commune"]), .notAColleague(agent),
            .colleagueHasNoKey(agent)
        ]
    }

    /// Everything that can be wrong with what people are told of a unit.
    private static var unitFindings: [UnitDetails.Finding] {
        let problems: [UnitDetails.Problem] = [
            .missing, .tooLong(limit: 100), .unseenCharacters, .noTelephoneNumber("06 39"), .tooManyHours(limit: 50),
            .hoursEndBeforeTheyBegin
        ]
        return UnitDetails.Field.allCases.flatMap { field in
            problems.map { UnitDetails.Finding(field, $0) }
        }
    }

    static func registrarObstacles() throws -> [RegistrarObstacle] {
        let (agent, unit) = (try Fixture.agent(agent), try Fixture.unit(unit))
        let institution = try Fixture.institution(institution)
        return [
            .notARegistrarsVault, .noConvention, .notAParty(institution), .keyNotInForce(institution),
            .unitOfAnotherInstitution(unit), .unitRefused(unitFindings),
            .requestForAnotherInstitution(agent), .unknownAgent(agent), .unknownRole(known: ["agent", "dpo"]),
            .authorizationEndsFirst(agent), .notInUnit(agent, unit), .substituteForItself, .standbyForItself,
            .standbyUnitTwice, .noPseudonymLeft, .noValidRequest, .draftReplaced(version: 4), .notTheRecoveryKey
        ]
    }

    static func attachmentRefusals() -> [AttachmentRefusal] {
        let reasons: [AttachmentRefusal.Reason] = [
            .notReadable, .notWhatItsNameSays, .typeNotAllowed(["application/pdf", "text/plain"]),
            .forbiddenDocument(Label(fr: "pièce de procédure", en: "document of a case")),
            .tooLargeInAll(limit: 25_000_000)
        ]
        let others: [AttachmentRefusal] = [
            .tooMany(limit: 0), .tooMany(limit: 1), .tooMany(limit: 3), .nameNotAllowed
        ]
        return others + reasons.map { AttachmentRefusal.file("lettre.pdf", $0) }
    }

    static func formProblems(_ catalogue: FormCatalogue) throws -> [FormProblem] {
        let field = try Fixture.unwrap(catalogue.fields["safe_phone"])
        let label = Label(fr: "Nom", en: "Last name")
        let text = Label(fr: "indiquez un motif", en: "state a reason")
        return [
            .notAField, .missing, .noneOf([label, label]), .notExpected(field), .mistyped(.noSuchDay("31/02/1990")),
            .implausible(.emergencyNumber("17")), .withheld(field, .type), .only(label), .demanded(text),
            .forbidden(text), .forbiddenText(text), .fieldNotOpenToSender, .valueNotOpenToSender(label),
            .legalBasisNotAllowed(allowed: label), .adhesionNotGiven, .healthDataNotAllowed,
            .healthGroundMissing(field: label), .belowThreshold(indicator: label, threshold: 11),
            .foundBySubtraction(indicator: label), .periodNotInWholeMonths,
            .notAgreed(field: label, scope: label, scopes: label, isRequired: true),
            .notAgreed(field: label, scope: label, scopes: label, isRequired: false),
            .attachmentsNotAgreed(count: 1, scope: label), .attachmentsNotAgreed(count: 2, scope: label)
        ]
    }

    static func typingFailures(_ catalogue: FormCatalogue) throws -> [TypingFailure] {
        let field = try Fixture.unwrap(catalogue.fields["safe_phone"])
        let day = try Fixture.unwrap(Day(year: 1990, month: 3, day: 14))
        let limits = try ["-P130Y", "-P1Y", "-P7D", "-P1D", "-PT2M"].map { try Fixture.unwrap(RelativeLimit($0)) }
        let one: [TypingFailure] = [
            .notExpected("appelez-moi", field), .ambiguous("violences", meanings: Label(fr: "Nom", en: "Last name")),
            .noSuchNumber(9, of: 3), .notWhole("hier", meaning: "2026-05-27"), .yearOfTwoDigits("14/03/90"),
            .noSuchDay("31/02/1990"), .noSuchTime("25:00"), .dayInTheFuture(day),
            .instantInTheFuture(1_780_000_000, in: .gmt), .emergencyNumber("17"), .mayHoldName("TESTARD 3"),
            .notACommune("Belley"), .foreignCountry("99132"), .noSuchDepartement("96", code: "96001"),
            .postcode("75011")
        ]
        return one + limits.map { TypingFailure.dayTooLongAgo(day, limit: $0) }
            + limits.map { TypingFailure.instantTooLongAgo(1_780_000_000, in: .gmt, limit: $0) }
    }

    static func dossierDetails() throws -> [DossierDetail] { try ofTheContainer() + ofDocuments() + ofEvents() }

    private static func ofTheContainer() -> [DossierDetail] {
        let container: [DossierDetail.Container] = [
            .files(9), .filesWithTimeStampNotJudged(9), .filesUnchangedSince(9, 1_780_000_000), .notOpened("zip"),
            .notReadable("zip"), .otherType, .foreignFile("lettre.pdf"), .noFile("events.json"),
            .wrongFile("events.json"), .manifestWithoutTimeStamp, .timeStampWithoutManifest, .markedAsOther,
            .notMarkedAsASiC, .otherManifest, .timeStampRefused("pkcs7")
        ]
        let ofTheLog: [DossierDetail.Log] = [
            .signed(origin: log, entries: 12), .notTrusted(origin: log), .noKey, .signatureRefused("base64"),
            .authorSawLonger
        ]
        let others: [DossierDetail] = [
            .witnesses(.cosigned([.init(name: "t-01", at: 1_780_000_000)])), .witnesses(.tooFew(1)),
            .timeStamps(.stamped(1_780_000_000)), .timeStamps(.notStamped(refusal: "pkcs7"))
        ]
        return container.map(DossierDetail.container) + ofTheLog.map(DossierDetail.log) + others
    }

    private static func ofDocuments() throws -> [DossierDetail] {
        let institution = try Fixture.institution(institution)
        let convention: [DossierDetail.Convention] = [
            .signed(name: "Ain", version: 2, by: [institution]), .noTrustedKey(of: [institution]),
            .notSigned(by: institution), .notSignedByTrustedKey(of: institution), .notTheEnvelopes, .refused("base64"),
            .otherLogKey, .publishedAfterTransmission, .twoConventions, .noPublication
        ]
        let directory: [DossierDetail.Directory] = [
            .inForce(documents: 3), .otherDocuments, .wrongFile("directory/01.note"), .publishesOther(entry: 4),
            .noPublication(entry: 4), .rostersDoNotFollow(institution), .rosterRefused(institution, "base64"),
            .noRoster(institution, entry: 4)
        ]
        let envelope: [DossierDetail.Envelope] = [
            .signed(by: try Fixture.agent(agent), from: try Fixture.unit(unit)), .notReadable("base64"),
            .otherTransmission, .notTaken, .notSignedByAuthor, .notPermitted(.noFlow)
        ]
        return convention.map(DossierDetail.convention) + directory.map(DossierDetail.directory)
            + envelope.map(DossierDetail.envelope)
    }

    private static func ofEvents() throws -> [DossierDetail] {
        let unit = try Fixture.unit(unit)
        let evidence: [DossierDetail.Evidence] = [
            .refused("base64"), .tooYoung(entry: 4), .otherCheckpoint(entry: 4),
            .otherFields(entry: 4, .contentHandover), .entryTwice
        ]
        let events: [DossierDetail.Events] = [
            .follow(entries: 6), .otherTransmission(entry: 4), .otherSubmitter, .notARecipient(entry: 4),
            .noConsignment(unit), .contradiction(4, 5), .otherStory(entry: 4, .unit(unit)), .cannotFollow(entry: 4),
            .otherDueDate(entry: 4)
        ]
        let acts: [DossierDetail.Acts] = [
            .signed(acts: 2), .notAnAct("acts/01.note"), .withoutEvent, .noAct(entry: 4), .otherRefusedAct(entry: 4),
            .notItsAct(entry: 4)
        ]
        let content: [DossierDetail.Content] = [
            .opens, .disclosed(2, of: 9), .withheld, .erased, .noFiles, .unmentioned, .notErased, .refused("base64"),
            .otherLegalBasis, .noFileKey, .otherContent
        ]
        return evidence.map { DossierDetail.evidence($0, of: .events) } + events.map(DossierDetail.events)
            + acts.map(DossierDetail.acts) + content.map(DossierDetail.content)
    }
}
