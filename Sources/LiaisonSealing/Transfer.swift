// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// A reader's statement, inside the content sealed anew, that it handed a transmission on.
public struct Transfer: SoleSignerDocument {
    public static let type = "liaison/transfer/v1"
    public static let maximumSize = 256 << 10

    public var by: AgentAddress
    public var log: String
    public var convention: Hash
    public var head: Hash
    public var transmission: TransmissionID
    /// Hash of the envelope.
    public var envelope: Hash
    public var unit: UnitAddress
    /// Hash of the author's keys document that lists `openedWith`.
    public var keys: Hash
    /// Fingerprint of the key that the author opened the content with: one listed before.
    public var openedWith: Hash
    /// Fingerprints of every key that the content is sealed to from here on, ascending by their base64.
    public var recipients: [Hash]
    /// A claim of the author.
    public var at: Instant

    public init(
        by: AgentAddress, log: String, convention: Hash, head: Hash, transmission: TransmissionID, envelope: Hash,
        unit: UnitAddress, keys: Hash, openedWith: Hash, recipients: [Hash], at: Instant
    ) {
        self.by = by
        self.log = log
        self.convention = convention
        self.head = head
        self.transmission = transmission
        self.envelope = envelope
        self.unit = unit
        self.keys = keys
        self.openedWith = openedWith
        self.recipients = recipients
        self.at = at
    }

    public var signer: String { by.description }
}

extension OpenedContent {
    /// Seals the content anew: the same manifest, fields and parts, with one more transfer. The first author's signature
    /// stays what it was.
    ///
    /// - Returns: the new content's hash and size, for the `transferred` act.
    public func sealAnew(
        _ transfer: Verified<Transfer>, to recipients: [AgeRecipient], random: RandomBytes = .system,
        write: ([UInt8]) throws -> Void
    ) throws -> ContentReference {
        var renewed = frame
        renewed.notes.append(transfer.note)
        return try renewed.seal(
            parts: disclosures.parts.indices.map(part), to: recipients, random: random, write: write)
    }
}
