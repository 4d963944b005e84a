// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// An institution's new signing key, signed by its offline recovery key when the old one is lost or stolen.
public struct Succession: SoleSignerDocument {
    public static let type = "liaison/succession/v1"
    public static let maximumSize = 4096

    public var by: InstitutionID
    /// Of the convention that names the recovery key.
    public var convention: Hash
    public var key: VerificationKey
    public var notBefore: Instant
    public var notAfter: Instant

    public init(by: InstitutionID, convention: Hash, key: VerificationKey, notBefore: Instant, notAfter: Instant) {
        self.by = by
        self.convention = convention
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    public var signer: String { by.description }
}
