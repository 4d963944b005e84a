// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// A one-time code of 128 random bits that a registrar reads out over the telephone: eight words and a check word, written
/// as proquints (arXiv:0901.4016), which are pronounceable in French and English.
///
/// The secret never reaches the relay. What the relay knows is `id`; invitation and request carry codes under keys that
/// only the two ends derive.
public struct InvitationCode: Sendable {
    public static let length = 16
    private let secret: [UInt8]

    public enum Failure: Error, Equatable {
        case wrongCount(Int)
        /// The word at this place, from 1, is none.
        case unreadable(place: Int)
        case checkWord
    }

    public init?(secret: [UInt8]) {
        guard secret.count == Self.length else { return nil }
        self.secret = secret
    }

    public static func fresh(from random: RandomBytes = .system) -> InvitationCode {
        InvitationCode(exact: random(length))
    }

    private init(exact secret: [UInt8]) { self.secret = secret }

    /// For the registrar's vault: a secret.
    public var bytes: [UInt8] { secret }

    // MARK: What is derived

    /// Under which the relay keeps the invitation.
    public var id: Hash { derived("id") }

    /// The code that an invitation carries.
    public func mac(ofInvitation text: String) -> Hash { mac(text, "invitation") }

    /// The code that a request carries.
    public func mac(ofRequest text: String) -> Hash { mac(text, "request") }

    private func mac(_ text: String, _ label: String) -> Hash {
        Commitment.of(Array(text.utf8), key: derived(label).bytes)
    }

    /// `HMAC-SHA256(secret, "liaison/invitation/v1 <label>")`.
    private func derived(_ label: String) -> Hash {
        Commitment.of(Array("liaison/invitation/v1 \(label)".utf8), key: secret)
    }

    // MARK: Words

    private static let consonants = Array("bdfghjklmnprstvz")
    private static let vowels = Array("aiou")

    public var words: [String] {
        let check = derived("check").bytes.prefix(2)
        let bytes = secret + check
        return stride(from: 0, to: bytes.count, by: 2).map { Self.word(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])) }
    }

    /// The words with hyphens between them, as one argument of a command.
    public var text: String { words.joined(separator: "-") }

    private static func word(_ value: Int) -> String {
        String([
            consonants[value >> 12 & 15], vowels[value >> 10 & 3], consonants[value >> 6 & 15], vowels[value >> 4 & 3],
            consonants[value & 15]
        ])
    }

    private static func value(_ word: some StringProtocol) -> Int? {
        let letters = Array(word.lowercased())
        guard letters.count == 5 else { return nil }
        var value = 0
        for (place, letter) in letters.enumerated() {
            let alphabet = place % 2 == 0 ? consonants : vowels
            guard let index = alphabet.firstIndex(of: letter) else { return nil }
            value = value << (place % 2 == 0 ? 4 : 2) | index
        }
        return value
    }

    /// Reads words as they were written down: any case, spaces or hyphens between them.
    public init(text: String) throws(Failure) {
        let words = text.split { $0 == "-" || $0 == " " || $0 == "," }
        guard words.count == Self.length / 2 + 1 else { throw .wrongCount(words.count) }
        var bytes: [UInt8] = []
        for (place, word) in words.enumerated() {
            guard let value = Self.value(word) else { throw .unreadable(place: place + 1) }
            bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        self.init(exact: Array(bytes.prefix(Self.length)))
        guard derived("check").bytes.prefix(2).elementsEqual(bytes.suffix(2)) else { throw .checkWord }
    }
}

/// What an invitation offers, and by what the invited recognises its institution.
public struct Invitation: Codable, Hashable, Sendable {
    public var institution: InstitutionID
    /// The pseudonym that the invited will sign under.
    public var agent: AgentAddress
    /// Nil for a duty that opens no mail.
    public var unit: UnitAddress?
    /// A role of `Post`, or a duty of `Agent`.
    public var role: String
    /// End of the post.
    public var until: Instant
    /// End of the invitation.
    public var expiresAt: Instant
    /// Of the convention in force.
    public var convention: Hash
    /// The institution's key, to be pinned.
    public var key: VerificationKey

    public init(
        institution: InstitutionID, agent: AgentAddress, unit: UnitAddress?, role: String, until: Instant,
        expiresAt: Instant,
        convention: Hash, key: VerificationKey
    ) {
        self.institution = institution
        self.agent = agent
        self.unit = unit
        self.role = role
        self.until = until
        self.expiresAt = expiresAt
        self.convention = convention
        self.key = key
    }
}
