// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// An institution's new signing key, signed by its offline recovery key when the old one is lost or stolen. Instants are
/// Unix seconds.
public struct Succession: SoleSignerDocument {
    public static let type = "liaison/succession/v1"
    public static let maximumSize = 4096

    public var by: InstitutionID
    /// Of the convention that names the recovery key.
    public var convention: Hash
    public var key: VerificationKey
    public var notBefore: Int
    public var notAfter: Int

    public init(by: InstitutionID, convention: Hash, key: VerificationKey, notBefore: Int, notAfter: Int) {
        self.by = by
        self.convention = convention
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    public var signer: String { by.description }
}
