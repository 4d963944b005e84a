// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes

/// An entry of the log with its record, and without a proof of its own: the tree of the page that it comes in proves all of
/// the page's entries together.
public struct LoggedRecord: Codable, Hashable, Sendable {
    public var index: Int
    /// The canonical JSON of the event record, base64.
    public var record: String
    public var salt: Salt

    public init(index: Int, record: [UInt8], salt: Salt) {
        self.index = index
        self.record = Base64.encode(record)
        self.salt = salt
    }

    public enum Failure: Error, Equatable {
        /// The log holds something else at this place.
        case notInTheLog
        case malformedRecord
        /// A record of a kind that this program does not know: the relay is newer.
        case unknownEvent(String)
    }

    /// The event, if its commitment is what the log holds at its place.
    ///
    /// - Parameters:
    ///   - leaf: the leaf hash at `index`, of a tree that was verified.
    ///   - log: the log's name.
    /// - Throws: `Failure`.
    public func proven(by leaf: Hash, log: String) throws(Failure) -> ProvenEvent {
        guard let bytes = Base64.decode(record) else { throw .malformedRecord }
        guard MerkleTree.leaf(Commitment.of(bytes, salt: salt).bytes) == leaf else { throw .notInTheLog }
        return try ProvenEvent(of: self, bytes, log: log)
    }

    /// The event of a record that was proven before it was put where only this device can write.
    ///
    /// - Throws: `Failure`.
    package func provenBefore(log: String) throws(Failure) -> ProvenEvent {
        // It was held against its encoding when it was proven.
        guard let bytes = Base64.decode(record), let event = try? WireJSON.decode(EventRecord.self, from: bytes),
            event.log == log
        else { throw .malformedRecord }
        return ProvenEvent(event: event, logged: self)
    }
}

/// An event of which this device knows that the log holds it at its place. Only a verified tree or evidence makes one.
public struct ProvenEvent: Hashable, Sendable {
    public let event: EventRecord
    public let index: Int
    /// What the log committed to.
    public let logged: LoggedRecord

    private struct Name: Decodable { var event: String }

    fileprivate init(of logged: LoggedRecord, _ bytes: [UInt8], log: String) throws(LoggedRecord.Failure) {
        guard let event = try? CanonicalJSON.decode(EventRecord.self, from: bytes) else {
            let name = try? WireJSON.decode(Name.self, from: bytes).event
            guard let name, EventName(rawValue: name) == nil else { throw .malformedRecord }
            throw .unknownEvent(name)
        }
        guard event.type == EventRecord.type, event.log == log, event.event.rule.allows(event) else {
            throw .malformedRecord
        }
        self.event = event
        self.index = logged.index
        self.logged = logged
    }

    fileprivate init(event: EventRecord, logged: LoggedRecord) {
        self.event = event
        index = logged.index
        self.logged = logged
    }
}

extension VerifiedEvidence {
    /// The same without the proof that came with it.
    public var proven: ProvenEvent {
        ProvenEvent(event: event, logged: LoggedRecord(index: index, record: evidence.record, salt: evidence.salt))
    }
}

extension LoggedRecord {
    fileprivate init(index: Int, record: String, salt: Salt) {
        self.index = index
        self.record = record
        self.salt = salt
    }
}

/// A piece of one mailbox, in order of its numbers. `next` goes into the next request; nil at the mailbox's end.
public struct MailboxPage: Codable, Hashable, Sendable {
    /// Of the tree that holds all entries: a signed note.
    public var checkpoint: String
    public var events: [LoggedRecord]
    /// Envelopes of the transmissions that the mailbox hears of here for the first time.
    public var envelopes: [String]
    /// The acts behind events of the mailbox's own deliveries and transmissions, as notes.
    public var acts: [String]
    /// The number after which the next page begins.
    public var next: Int?

    public init(checkpoint: String, events: [LoggedRecord], envelopes: [String], acts: [String], next: Int?) {
        self.checkpoint = checkpoint
        self.events = events
        self.envelopes = envelopes
        self.acts = acts
        self.next = next
    }
}

/// That a mailbox has reached a number: what a stream says, and nothing else.
public struct GrownMailbox: Codable, Hashable, Sendable {
    public var mailbox: UnitAddress
    public var number: Int

    public init(mailbox: UnitAddress, number: Int) {
        self.mailbox = mailbox
        self.number = number
    }
}

/// Deliveries that a person of their units was just shown in a list.
public struct ShownDeliveries: Codable, Hashable, Sendable {
    public struct Item: Codable, Hashable, Sendable {
        public var transmission: TransmissionID
        public var unit: UnitAddress

        public init(transmission: TransmissionID, unit: UnitAddress) {
            self.transmission = transmission
            self.unit = unit
        }
    }

    /// At most `Wire.pageSize`.
    public var deliveries: [Item]

    public init(deliveries: [Item]) { self.deliveries = deliveries }
}
