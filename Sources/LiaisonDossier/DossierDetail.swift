// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// What one check of a dossier rests on, what is wrong, or what is not here. `LiaisonWords` says it in words. Where another
/// part of the program refuses something, its error goes along as text, for whoever is asked for help.
public enum DossierDetail: Hashable, Sendable {
    case container(Container)
    case log(Log)
    case witnesses(Witnesses)
    case timeStamps(TimeStamps)
    case convention(Convention)
    case directory(Directory)
    case envelope(Envelope)
    /// Of an entry, or of all: an event's, or a directory document's publication.
    case evidence(Evidence, of: DossierCheck.Name)
    case events(Events)
    case acts(Acts)
    case content(Content)

    /// The check that it is about.
    public var check: DossierCheck.Name {
        switch self {
        case .container: .container
        case .log: .log
        case .witnesses: .witnesses
        case .timeStamps: .timeStamps
        case .convention: .convention
        case .directory: .directory
        case .envelope: .envelope
        case .evidence(_, let name): name
        case .events: .events
        case .acts: .acts
        case .content: .content
        }
    }

    public enum Container: Hashable, Sendable {
        /// As many files, with no time-stamp over them.
        case files(Int)
        /// As many files, and a time-stamp that no anchor allows to judge.
        case filesWithTimeStampNotJudged(Int)
        case filesUnchangedSince(Int, Instant)
        /// It cannot even be opened.
        case notOpened(String)
        case notReadable(String)
        /// `dossier.json` names another type.
        case otherType
        /// A file that no dossier has.
        case foreignFile(String)
        case noFile(String)
        /// A file that is not of its form.
        case wrongFile(String)
        case manifestWithoutTimeStamp
        case timeStampWithoutManifest
        /// Its `mimetype` is another container's.
        case markedAsOther
        case notMarkedAsASiC
        /// The manifest is one of other files.
        case otherManifest
        case timeStampRefused(String)
    }

    public enum Log: Hashable, Sendable {
        /// Signed by a trusted log of this origin, with as many entries.
        case signed(origin: String, entries: Int)
        case notTrusted(origin: String)
        case noKey
        case signatureRefused(String)
        /// The envelope names a longer log than there was.
        case authorSawLonger
    }

    public enum Witnesses: Hashable, Sendable {
        case cosigned([Cosignature])
        /// As many cosignatures, which are fewer than the policy wants.
        case tooFew(Int)

        public struct Cosignature: Hashable, Sendable {
            public let name: String
            public let at: Instant

            public init(name: String, at instant: Instant) {
                self.name = name
                at = instant
            }
        }
    }

    public enum TimeStamps: Hashable, Sendable {
        case stamped(Instant)
        /// No trusted authority did; why the last token was refused, where there is one.
        case notStamped(refusal: String?)
    }

    public enum Convention: Hashable, Sendable {
        case signed(name: String, version: Int, by: [InstitutionID])
        case noTrustedKey(of: [InstitutionID])
        case notSigned(by: InstitutionID)
        case notSignedByTrustedKey(of: InstitutionID)
        /// The envelope names another one.
        case notTheEnvelopes
        case refused(String)
        case otherLogKey
        case publishedAfterTransmission
        case twoConventions
        case noPublication
    }

    public enum Directory: Hashable, Sendable {
        /// As many documents, each in force by its place in the log.
        case inForce(documents: Int)
        /// `directory.json` does not name the documents that are here.
        case otherDocuments
        case wrongFile(String)
        case publishesOther(entry: Int)
        case noPublication(entry: Int)
        case rostersDoNotFollow(InstitutionID)
        case rosterRefused(InstitutionID, String)
        case noRoster(InstitutionID, entry: Int)
    }

    public enum Envelope: Hashable, Sendable {
        case signed(by: AgentAddress, from: UnitAddress)
        case notReadable(String)
        case otherTransmission
        case notTaken
        case notSignedByAuthor
        case notPermitted(DecisionCode)
    }

    public enum Evidence: Hashable, Sendable {
        case refused(String)
        /// Younger than the earliest that vouches for the log.
        case tooYoung(entry: Int)
        case otherCheckpoint(entry: Int)
        /// Its fields are not those of the event that it says it is.
        case otherFields(entry: Int, EventName)
        case entryTwice
    }

    public enum Events: Hashable, Sendable {
        /// As many entries, each following from the one before.
        case follow(entries: Int)
        case otherTransmission(entry: Int)
        /// A submission in another agent's name.
        case otherSubmitter
        case notARecipient(entry: Int)
        case noConsignment(UnitAddress)
        case contradiction(Int, Int)
        case otherStory(entry: Int, Mailbox)
        case cannotFollow(entry: Int)
        case otherDueDate(entry: Int)
    }

    public enum Acts: Hashable, Sendable {
        case signed(acts: Int)
        case notAnAct(String)
        case withoutEvent
        case noAct(entry: Int)
        /// A refused act that is another agent's, or about something else.
        case otherRefusedAct(entry: Int)
        case notItsAct(entry: Int)
    }

    public enum Content: Hashable, Sendable {
        case opens
        /// As many fields and attachments, of as many.
        case disclosed(Int, of: Int)
        case withheld
        case erased
        case noFiles
        /// Files of a content that `dossier.json` does not speak of.
        case unmentioned
        /// Called erased, and no event says so.
        case notErased
        case refused(String)
        case otherLegalBasis
        case noFileKey
        /// Neither the envelope nor a transfer names it.
        case otherContent
    }
}
