// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A text with its code under a key that the relay does not have: an invitation (canonical JSON), or a request (a
/// possession note).
public struct CodedText: Codable, Hashable, Sendable {
    public static let maximumSize = 16 << 10
    public var text: String
    /// HMAC-SHA256.
    public var mac: Hash

    public init(text: String, mac: Hash) {
        self.text = text
        self.mac = mac
    }
}

public enum InvitationState: String, Codable, Hashable, Sendable {
    case open, requested, approved, rejected
}

/// An invitation as the relay keeps it, for its institution's registrars.
public struct InvitationStatus: Codable, Hashable, Sendable {
    public var id: Hash
    public var invitation: CodedText
    public var expiresAt: Instant
    public var state: InvitationState
    public var request: CodedText?

    public init(id: Hash, invitation: CodedText, expiresAt: Instant, state: InvitationState, request: CodedText?) {
        self.id = id
        self.invitation = invitation
        self.expiresAt = expiresAt
        self.state = state
        self.request = request
    }
}

public struct InvitationList: Codable, Hashable, Sendable {
    public var invitations: [InvitationStatus]

    public init(invitations: [InvitationStatus]) { self.invitations = invitations }
}

/// What the invited gets for the id: the invitation, and the convention that it names.
public struct OfferedInvitation: Codable, Hashable, Sendable {
    public var invitation: CodedText
    public var convention: String

    public init(invitation: CodedText, convention: String) {
        self.invitation = invitation
        self.convention = convention
    }
}
