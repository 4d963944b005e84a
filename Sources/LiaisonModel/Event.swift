// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// What the relay records: names of ETSI EN 319 522-1 where it has one, ours otherwise.
public enum EventName: String, Codable, Hashable, Sendable, CaseIterable {
    case submissionAcceptance = "SubmissionAcceptance"
    case submissionRejection = "SubmissionRejection"
    case contentConsignment = "ContentConsignment"
    case consignmentNotification = "ConsignmentNotification"
    case contentHandover = "ContentHandover"
    case consignmentAcceptance = "ConsignmentAcceptance"
    case consignmentRejection = "ConsignmentRejection"
    case acceptanceRejectionExpiry = "AcceptanceRejectionExpiry"
    case relayAcceptance = "RelayAcceptance"
    case escalation = "Escalation"
    case unattended = "Unattended"
    case withdrawal = "Withdrawal"
    case transfer = "Transfer"
    case retrieval = "Retrieval"
    case erasure = "Erasure"
    case actRejection = "ActRejection"
    case inspection = "Inspection"
    case directoryHead = "DirectoryHead"
    case rosterPublished = "RosterPublished"
    case keysPublished = "KeysPublished"
    case conventionPublished = "ConventionPublished"
    case logOpened = "LogOpened"
    case restore = "Restore"
    case restart = "Restart"
    case configuration = "Configuration"
}

/// Whose numbered sequence of events an entry belongs to: a unit, an institution's auditors, or the directory that
/// all may read.
public enum Mailbox: TextCodable {
    case unit(UnitAddress)
    /// Refusals that concern no unit, and who read the institution's events.
    case institution(InstitutionID)
    case directory

    private static let prefix = "institution:"

    public var description: String {
        switch self {
        case .unit(let unit): unit.description
        case .institution(let institution): Self.prefix + institution.description
        case .directory: "directory"
        }
    }

    public init?(_ description: String) {
        if description == "directory" {
            self = .directory
        } else if let unit = UnitAddress(description) {
            self = .unit(unit)
        } else if description.hasPrefix(Self.prefix),
            let institution = InstitutionID(String(description.dropFirst(Self.prefix.count)))
        {
            self = .institution(institution)
        } else {
            return nil
        }
    }

    public static var expected: String { "a unit, \"institution:\" and an institution, or \"directory\"" }

    /// Whose it is; nil for the directory.
    public var institution: InstitutionID? {
        switch self {
        case .unit(let unit): unit.institution
        case .institution(let institution): institution
        case .directory: nil
        }
    }
}

/// One event as one mailbox sees it. Its canonical JSON under a fresh salt is what the log commits to.
public struct EventRecord: Codable, Hashable, Sendable {
    public static let type = "liaison/event/v1"

    public var type: String = Self.type
    public var log: String
    public var event: EventName
    public var mailbox: Mailbox
    /// Gapless within the mailbox, from 1.
    public var number: Int
    /// The relay's clock.
    public var at: Instant
    public var transmission: TransmissionID?
    public var envelope: Hash?
    /// The unit whose delivery this is about.
    public var unit: UnitAddress?
    public var act: Hash?
    public var state: DeliveryState?
    /// When an acknowledgement is due.
    public var dueAt: Instant?
    /// A decision code, a reason code, the step of an escalation or the program's version.
    public var code: String?
    /// Hash of the document published, of the inspection, or of the configuration.
    public var document: Hash?
    /// Who asked: with refusals and inspections.
    public var agent: AgentAddress?
    /// How many refusals this one entry stands for.
    public var count: Int?
    /// Entries whose records and salts were erased.
    public var entries: [Int]?
    /// The tree that a log goes on from, or was restored at.
    public var previous: PreviousTree?
    /// Only in a DirectoryHead.
    public var head: DirectoryHead?

    public init(log: String, event: EventName, mailbox: Mailbox, number: Int, at: Instant) {
        self.log = log
        self.event = event
        self.mailbox = mailbox
        self.number = number
        self.at = at
    }
}

extension EventRecord {
    /// Its canonical JSON, as `CanonicalJSON.encode` would write it, at a fraction of the cost: a relay writes two or more for
    /// each submission.
    public func canonical() throws -> [UInt8] {
        var object = CanonicalObject(capacity: 640)
        object.add("act", act?.description)
        object.add("agent", agent?.description)
        object.add("at", at.rawValue)
        object.add("code", code)
        object.add("count", count)
        object.add("document", document?.description)
        object.add("due_at", dueAt?.rawValue)
        object.add("entries", encoded: try entries.map { try CanonicalJSON.encode($0) })
        object.add("envelope", envelope?.description)
        object.add("event", event.rawValue)
        object.add("head", encoded: try head.map { try CanonicalJSON.encode($0) })
        object.add("log", log)
        object.add("mailbox", mailbox.description)
        object.add("number", number)
        object.add("previous", encoded: try previous.map { try CanonicalJSON.encode($0) })
        object.add("state", state?.rawValue)
        object.add("transmission", transmission?.description)
        object.add("type", type)
        object.add("unit", unit?.description)
        return object.closed()
    }
}

/// A tree of this or another log.
public struct PreviousTree: Codable, Hashable, Sendable {
    public var origin: String
    public var size: Int
    public var root: Hash

    public init(origin: String, size: Int, root: Hash) {
        self.origin = origin
        self.size = size
        self.root = root
    }
}

/// Which directory documents are in force: the relay's statement, in the log.
public struct DirectoryHead: Codable, Hashable, Sendable {
    public struct Line: Codable, Hashable, Sendable {
        public var institution: InstitutionID
        public var roster: Hash
        /// SHA-256 over the lines `agent SP hash LF` of the institution's keys documents, by agent.
        public var keys: Hash

        public init(institution: InstitutionID, roster: Hash, keys: Hash) {
            self.institution = institution
            self.roster = roster
            self.keys = keys
        }
    }

    public var convention: Hash
    /// SHA-256 over the lines `institution SP roster SP keys LF`, by institution.
    public var institutions: Hash

    public init(convention: Hash, institutions: Hash) {
        self.convention = convention
        self.institutions = institutions
    }

    public init(convention: Hash, lines: some Sequence<Line>) {
        self.init(convention: convention, institutions: Self.hash(of: lines))
    }

    /// What `institutions` says of these lines; their order does not matter.
    public static func hash(of lines: some Sequence<Line>) -> Hash {
        Hash.of(
            lines.sorted { $0.institution < $1.institution }
                .map { "\($0.institution) \($0.roster) \($0.keys)\n" }.joined())
    }
}
