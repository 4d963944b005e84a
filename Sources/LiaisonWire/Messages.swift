// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonModel
public import LiaisonNotes

/// JSON of requests and answers. Unlike signed documents, unknown fields are passed over, so that an
/// older client reads a newer relay. Numbers are bounded like theirs.
public enum WireJSON {
    public static func encode(_ value: some Encodable) throws -> [UInt8] { try CanonicalJSON.encode(value) }

    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try CanonicalJSON.checkNumbers(in: bytes)
        return try CanonicalJSON.read(type, from: bytes)
    }
}

/// The answer to a submission, an act or a published document: it is on disk and in the log.
public struct Receipt: Codable, Hashable, Sendable {
    public var evidence: Evidence

    public init(evidence: Evidence) { self.evidence = evidence }
}

/// One institution's documents in force, or those of them that are newer than what the asker has.
public struct DirectoryBundle: Codable, Hashable, Sendable {
    /// In order of the log.
    public var successions: [String]
    public var roster: String?
    public var keys: [String]

    public init(successions: [String] = [], roster: String? = nil, keys: [String] = []) {
        self.successions = successions
        self.roster = roster
        self.keys = keys
    }
}

/// Lines of the present DirectoryHead.
public struct DirectoryLines: Codable, Hashable, Sendable {
    public var lines: [DirectoryHead.Line]

    public init(lines: [DirectoryHead.Line]) { self.lines = lines }
}

/// A directory document by its hash, with the evidence of its publication.
public struct PublishedDocument: Codable, Hashable, Sendable {
    public var note: String
    public var evidence: Evidence

    public init(note: String, evidence: Evidence) {
        self.note = note
        self.evidence = evidence
    }
}

/// A page of an institution's mailboxes in log order. `next` goes into the next request; nil at the end.
public struct EventPage: Codable, Hashable, Sendable {
    public var events: [Evidence]
    public var next: Int?
    /// With the last page of an inspection that names units: of each of their mailboxes, and of the institution's, the last
    /// event before the time asked for and the first after it, where there is one.
    public var ends: [Evidence]?

    public init(events: [Evidence], next: Int?, ends: [Evidence]? = nil) {
        self.events = events
        self.next = next
        self.ends = ends
    }
}

/// Everything that the asker's mailboxes hold on one transmission.
public struct Timeline: Codable, Hashable, Sendable {
    public struct Delivery: Codable, Hashable, Sendable {
        public var unit: UnitAddress
        public var state: DeliveryState
        public var dueAt: Instant?

        public init(unit: UnitAddress, state: DeliveryState, dueAt: Instant?) {
            self.unit = unit
            self.state = state
            self.dueAt = dueAt
        }
    }

    public var envelope: String
    public var deliveries: [Delivery]
    public var events: [Evidence]
    /// The acts behind the events, as notes.
    public var acts: [String]
    /// Where in the log the next page begins; nil on the last.
    public var next: Int?

    public init(envelope: String, deliveries: [Delivery], events: [Evidence], acts: [String], next: Int? = nil) {
        self.envelope = envelope
        self.deliveries = deliveries
        self.events = events
        self.acts = acts
        self.next = next
    }
}

/// A checkpoint that others vouch for.
public struct Anchor: Codable, Hashable, Sendable {
    /// A signed note with the witnesses' lines.
    public var checkpoint: String
    /// RFC 3161 tokens over the checkpoint's text, DER in base64.
    public var timeStamps: [String]

    public init(checkpoint: String, timeStamps: [String]) {
        self.checkpoint = checkpoint
        self.timeStamps = timeStamps
    }
}

/// A piece of a content, and the evidence that the log says who took it.
public struct ContentSegment: Hashable, Sendable {
    /// Of the event that follows from the act that asked: ContentHandover or Retrieval.
    public var evidence: Evidence
    public var bytes: [UInt8]

    public init(evidence: Evidence, bytes: [UInt8]) {
        self.evidence = evidence
        self.bytes = bytes
    }
}

/// How many deliveries wait for an answer in each unit of a registrar's institution.
public struct WaitingCounts: Codable, Hashable, Sendable {
    public struct Row: Codable, Hashable, Sendable {
        public var unit: UnitAddress
        public var count: Int

        public init(unit: UnitAddress, count: Int) {
            self.unit = unit
            self.count = count
        }
    }

    public var units: [Row]

    public init(units: [Row]) { self.units = units }
}

/// How much of a content has arrived.
public struct StagedContent: Codable, Hashable, Sendable {
    public var offset: Int

    public init(offset: Int) { self.offset = offset }
}

extension Urgency {
    /// The header that says how urgent a request is (RFC 9218, section 5).
    public static let header = "priority"

    /// What that header says of it: `u=0` for what is immediate to `u=3` for routine, which is what a request without one is
    /// (RFC 9218, section 4.1).
    public var priority: String {
        switch self {
        case .immediate: "u=0"
        case .urgent: "u=1"
        case .priority: "u=2"
        case .routine: "u=3"
        }
    }

    /// What a header says; routine for whatever it does not name.
    public init(priority header: String?) {
        let members = header?.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) } ?? []
        self = Self.allCases.first { urgency in members.contains { $0 == urgency.priority } } ?? .routine
    }

    /// Whether it has shares and quotas apart from the others.
    public var isApart: Bool { self < .priority }
}

/// Limits and paths that relay and client share.
public enum Wire {
    /// Larger contents are staged in segments of this size, in bytes.
    public static let segmentSize = 4 << 20
    /// The largest body of one request: a segment and an envelope.
    public static let maximumBody = segmentSize + (64 << 10)
    /// Length in bytes of the envelope at the start of a submission's body.
    public static let envelopeLengthHeader = "liaison-envelope-length"
    /// Length in bytes of the evidence, JSON, at the start of the answer that a segment of a content comes in.
    public static let evidenceLengthHeader = "liaison-evidence-length"
    /// The largest header of a sealed content, in bytes.
    public static let maximumHeader = 2 << 20
    public static let pageSize = 200
    /// Events of a page of a mailbox.
    public static let mailboxPageSize = 500
}
