// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonVault
public import LiaisonWire

/// What became of a roster that was to be published.
public enum RosterOutcome: Sendable {
    case published(VerifiedEvidence)
    /// The institution wants a second registrar's signature under this note.
    case halfSigned(SignedNote)
}

extension Registrar {
    private static let kind = "registrar"
    private static let pendingID = "pending"

    // MARK: Publishing

    /// Signs the next version of the roster, publishes it and verifies that the log holds it; where two registrars sign,
    /// gives the note for the second.
    ///
    /// The signed roster is kept until the log is known to hold it: an answer that got lost is asked for
    /// again with the same bytes, never with another roster of the same version.
    public func publish(over relay: any RelayConnection, log: NoteKey, now: Int) async throws -> RosterOutcome {
        try await sync(over: relay, now: now)
        if let pending = try pending() {
            do {
                _ = try await hand(pending, to: relay, log)
            } catch is Problem where (try? self.pending()) == .some(nil) {
                // refused for good: nothing of it is in the log
            }
        }
        var record = try record()
        record.agents = record.agents.map { $0.withoutEndedPosts(at: now) }
        let roster = Roster(
            by: institution, version: record.version + 1, previous: record.previous, issuedAt: now,
            units: record.units, agents: record.agents, registrars: record.registrars)
        let note = try roster.signed(by: signer()).note
        guard try convention().body.party(institution)?.rosterSignatures ?? 1 < 2 else { return .halfSigned(note) }
        try vault.put(value: note.serialized, Self.kind, Self.pendingID)
        return .published(try await hand(Unverified(note), to: relay, log))
    }

    /// Adds this registrar's signature to a colleague's roster and publishes it.
    public func cosign(
        _ note: SignedNote, over relay: any RelayConnection, log: NoteKey, now: Int
    ) async throws -> VerifiedEvidence {
        let roster = try checkHalfSigned(note, now: now)
        let both = note.signed(by: try signer())
        let evidence = try await hand(Unverified<Roster>(both), to: relay, log)
        try adopt(roster, hash: both.hash)
        return evidence
    }

    /// A roster of this institution that one other registrar has signed.
    public func checkHalfSigned(_ note: SignedNote, now: Int) throws -> Roster {
        let roster = try Unverified<Roster>(note)
        var directory = Directory()
        try directory.accept(Unverified<Convention>(convention().note), at: now)
        let own = try signer().noteKey
        let others = directory.signingKeys(of: institution, at: now).filter { $0 != own }
        guard roster.claimed.by == institution,
            others.contains(where: { (try? note.checkSignature(by: $0)) != nil })
        else { throw ClientFailure.broken(.bundleRefused) }
        return roster.claimed
    }

    private func pending() throws -> Unverified<Roster>? {
        try vault.value(String.self, Self.kind, Self.pendingID).map { try Unverified<Roster>(parsing: $0) }
    }

    private func hand(
        _ roster: Unverified<Roster>, to relay: any RelayConnection, _ log: NoteKey
    ) async throws -> VerifiedEvidence {
        let receipt: Receipt
        do {
            receipt = try await relay.publish(roster)
        } catch let problem as Problem where problem.status < 500 && problem.code != .tooManyRequests {
            try vault.delete(Self.kind, Self.pendingID)  // refused for good: the next one is signed anew
            throw problem
        }
        guard let evidence = try? receipt.evidence.verified(by: log) else { throw ClientFailure.broken(.evidence) }
        guard evidence.event.event == .rosterPublished, evidence.event.document == roster.note.hash else {
            throw ClientFailure.broken(.wrongEvent)
        }
        try adopt(roster.claimed, hash: roster.note.hash)
        try vault.delete(Self.kind, Self.pendingID)
        return evidence
    }

    // MARK: Keeping up with colleagues

    /// Takes over what another registrar of the institution has published since.
    ///
    /// - Throws: `ClientFailure.input` when that replaces a draft that this registrar had changed.
    public func sync(over relay: any RelayConnection, now: Int) async throws {
        let bundle: DirectoryBundle
        do {
            bundle = try await relay.bundle(of: institution, from: 0, keys: false)
        } catch let problem as Problem where [.notEnrolled, .notFound].contains(problem.code) {
            return  // before the first roster nobody is anybody
        }
        guard let text = bundle.roster else { return }
        let roster = try Unverified<Roster>(parsing: text)
        let record = try record()
        guard roster.claimed.version > record.version, try pending()?.note.hash != roster.note.hash else { return }
        var directory = Directory()
        try directory.accept(Unverified<Convention>(convention().note), at: now)
        if let succession = bundle.succession { try directory.accept(Unverified<Succession>(parsing: succession)) }
        try directory.accept(roster, at: now)
        try adopt(roster.claimed, hash: roster.note.hash)
        guard record.version == 0 || !record.isChanged else {
            throw ClientFailure.input(
                fr:
                    "un autre gestionnaire a publié la version \(roster.claimed.version) entre-temps : elle remplace votre brouillon\nconseil : refaites votre changement",
                en:
                    "another registrar has published version \(roster.claimed.version) meanwhile: it replaces your draft\nhint: make your change again"
            )
        }
    }

    private func adopt(_ roster: Roster, hash: Hash) throws {
        try put(
            Record(
                institution: institution, units: roster.units, agents: roster.agents, registrars: roster.registrars,
                version: roster.version, previous: hash, isChanged: false))
    }

    // MARK: Succession

    /// Makes a new institution key and publishes it under the recovery key's signature: the old one counts no more.
    public func succeed(
        recovery: PrivateKey, over relay: any RelayConnection, log: NoteKey, now: Int
    ) async throws -> VerifiedEvidence {
        let convention = try convention()
        guard let party = convention.body.party(institution), party.recovery == recovery.publicKey,
            let signer = NoteSigner(name: institution.description, privateKey: recovery)
        else {
            throw ClientFailure.input(
                fr: "ce n'est pas la clé de secours que nomme la convention",
                en: "this is not the recovery key that the convention names")
        }
        let key = try PrivateKey.generate()
        let succession = try Succession(
            by: institution, convention: convention.hash, key: key.publicKey, notBefore: now,
            notAfter: convention.body.notAfter
        ).signed(by: signer)
        let evidence = try await relay.publish(succession).evidence.verified(by: log)
        guard evidence.event.document == succession.hash else { throw ClientFailure.broken(.wrongEvent) }
        try replace(key: key)
        try change { _ in }  // the present roster is to be signed anew
        return evidence
    }
}

extension Agent {
    /// Posts that are over have no place in a roster; the log keeps them.
    func withoutEndedPosts(at instant: Int) -> Agent {
        var agent = self
        agent.posts.removeAll { $0.notAfter <= instant }
        return agent
    }
}
