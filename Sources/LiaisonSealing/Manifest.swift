// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// The signed head of the content, inside the seal.
public struct Manifest: SoleSignerDocument {
    public static let type = "liaison/manifest/v1"
    public static let maximumSize = 1 << 20

    public var by: AgentAddress
    /// The same as in the envelope.
    public var routing: Routing
    public var formVersion: Int
    /// SHA-256 of every recipient key, ascending by their base64.
    public var recipients: [Hash]
    public var fields: [FieldCommitment]
    /// `HMAC-SHA256(salt, canonical JSON of the part's description)`, in the order of the parts.
    public var parts: [Hash]

    public init(
        by: AgentAddress, routing: Routing, formVersion: Int, recipients: [Hash],
        fields: [FieldCommitment], parts: [Hash]
    ) {
        self.by = by
        self.routing = routing
        self.formVersion = formVersion
        self.recipients = recipients
        self.fields = fields
        self.parts = parts
    }

    public var signer: String { by.description }
}

/// `HMAC-SHA256(salt, canonical JSON of the value)` for one form field.
public struct FieldCommitment: Codable, Hashable, Sendable {
    public var name: String
    public var commitment: Hash

    public init(name: String, commitment: Hash) {
        self.name = name
        self.commitment = commitment
    }
}

/// What opens the commitments: each form field and part with its salt.
public struct Disclosures: Codable, Hashable, Sendable {
    public struct Field: Codable, Hashable, Sendable {
        public var name: String
        public var salt: Salt
        public var value: FieldValue

        public init(name: String, salt: Salt, value: FieldValue) {
            self.name = name
            self.salt = salt
            self.value = value
        }

        func commitment() throws -> FieldCommitment {
            FieldCommitment(
                name: name, commitment: Commitment.of(try CanonicalJSON.encode(value), salt: salt))
        }
    }

    public struct Part: Codable, Hashable, Sendable {
        public var salt: Salt
        public var description: PartDescription

        public init(salt: Salt, description: PartDescription) {
            self.salt = salt
            self.description = description
        }

        func commitment() throws -> Hash {
            Commitment.of(try CanonicalJSON.encode(description), salt: salt)
        }
    }

    public var fields: [Field]
    public var parts: [Part]

    public init(fields: [Field], parts: [Part]) {
        self.fields = fields
        self.parts = parts
    }
}

/// An attachment: its name, media type, size in bytes and SHA-256.
public struct PartDescription: Codable, Hashable, Sendable {
    public var name: String
    public var type: String
    public var size: Int
    public var sha256: Hash

    public init(name: String, type: String, size: Int, sha256: Hash) {
        self.name = name
        self.type = type
        self.size = size
        self.sha256 = sha256
    }
}

extension Manifest {
    /// Whether it has a form's version, each field once, and its recipients in ascending order, each once.
    fileprivate var isSound: Bool {
        formVersion > 0 && Set(fields.map(\.name)).count == fields.count
            && zip(recipients, recipients.dropFirst()).allSatisfy { $0 < $1 }
    }
}

extension Unverified<Manifest> {
    /// The manifest of `envelope`: by the same author, about the same routing, committed to by the envelope.
    ///
    /// - Throws: `ContentFailure`, `SignedNote.Failure`.
    public func verified(for envelope: Verified<Envelope>, salt: Salt) throws -> Verified<Manifest> {
        guard let author = envelope.keys.first, claimed.by == envelope.body.by else {
            throw ContentFailure.authorMismatch
        }
        let manifest = try verified(by: author)
        guard manifest.body.routing == envelope.body.routing else { throw ContentFailure.routingMismatch }
        guard manifest.body.isSound else { throw ContentFailure.malformedFrame }
        guard Commitment.of(Array(note.text.utf8), salt: salt) == envelope.body.manifest else {
            throw ContentFailure.manifestNotCommitted
        }
        return manifest
    }
}

extension Disclosures {
    /// Only these fields, and the descriptions of the parts if asked for.
    public func selecting(fields names: Set<String>, parts: Bool) -> Disclosures {
        Disclosures(fields: fields.filter { names.contains($0.name) }, parts: parts ? self.parts : [])
    }

    /// Checks that `manifest` commits to everything disclosed here, which may be a selection in its order.
    ///
    /// - Throws: `ContentFailure`.
    public func check(against manifest: Manifest) throws {
        // What is disclosed stands in the manifest's order: so nothing can be shown twice.
        var committedFields = manifest.fields[...]
        for field in fields {
            guard let place = try committedFields.firstIndex(of: field.commitment()) else {
                throw ContentFailure.fieldNotCommitted(field.name)
            }
            committedFields = committedFields[(place + 1)...]
        }
        var committedParts = manifest.parts[...]
        for (index, part) in parts.enumerated() {
            guard let place = try committedParts.firstIndex(of: part.commitment()) else {
                throw ContentFailure.partNotCommitted(index)
            }
            committedParts = committedParts[(place + 1)...]
        }
        // A manifest that commits to one part twice shows it once all the same.
        guard Set(parts).count == parts.count else { throw ContentFailure.partNotCommitted(parts.count - 1) }
    }
}
