// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonTLS
import LiaisonVault
public import LiaisonWire

/// What became of a roster that was to be published.
public enum RosterOutcome: Sendable {
    case published(VerifiedEvidence)
    /// The institution wants a second registrar's signature under this note.
    case halfSigned(SignedNote)
}

extension Registrar {
    /// A roster signed and not yet known to be in the log.
    private static let pendingID = "pending"
    /// The last roster known to be in the log.
    private static let publishedID = "published"
    private static let successionID = "succession"
    private static let logID = "log"

    // MARK: Publishing

    /// Signs the next version of the roster, publishes it and verifies that the log holds it; where two registrars sign,
    /// gives the note for the second.
    ///
    /// The signed roster is kept until the log is known to hold it: an answer that got lost is asked for
    /// again with the same bytes, never with another roster of the same version.
    public func publish(over relay: any RelayConnection, log: NoteKey, now: Instant) async throws -> RosterOutcome {
        try await sync(over: relay, log: log, now: now)
        if let pending = try roster(Self.pendingID) {
            do {
                _ = try await hand(pending, to: relay, log)
            } catch let problem as Problem where problem.isFinal {
                // refused for good: nothing of it is in the log
            }
        }
        let record = try record()
        let last = try roster(Self.publishedID)
        let roster = Roster(
            by: institution, version: (last?.claimed.version ?? 0) + 1, previous: last?.note.hash, issuedAt: now,
            units: record.units, agents: record.agents.map { $0.withoutEndedPosts(at: now) },
            registrars: record.registrars)
        let note = try roster.signed(by: signer()).note
        guard try frame(now: now).signaturesNeeded(of: institution, at: now) < 2 else { return .halfSigned(note) }
        try vault.put(note.serialized, Table.registrarNote, Self.pendingID)
        let evidence = try await hand(Unverified(note), to: relay, log)
        try await lookForOwn(over: relay, log: log, now: now)
        return .published(evidence)
    }

    /// Adds this registrar's signature to a colleague's roster and publishes it.
    public func cosign(
        _ note: SignedNote, over relay: any RelayConnection, log: NoteKey, now: Instant
    ) async throws -> VerifiedEvidence {
        let roster = try checkHalfSigned(note, now: now)
        let evidence = try await hand(Unverified<Roster>(note.signed(by: try signer())), to: relay, log)
        try put(Record(roster))
        try await lookForOwn(over: relay, log: log, now: now)
        return evidence
    }

    /// A roster of this institution that one other registrar has signed.
    public func checkHalfSigned(_ note: SignedNote, now: Instant) throws -> Roster {
        let roster = try Unverified<Roster>(note)
        let own = try signer().noteKey
        let others = try frame(now: now).signingKeys(of: institution, at: now).filter { $0 != own }
        guard roster.claimed.by == institution,
            others.contains(where: { (try? note.checkSignature(by: $0)) != nil })
        else { throw ClientFailure.broken(.bundleRefused) }
        return roster.claimed
    }

    private func roster(_ id: String) throws -> Unverified<Roster>? {
        try vault.value(Table.registrarNote, id).map { try Unverified<Roster>(parsing: $0) }
    }

    /// The roster in force as far as this registrar knows.
    public func published() throws -> Roster? { try roster(Self.publishedID)?.claimed }

    private func hand(
        _ roster: Unverified<Roster>, to relay: any RelayConnection, _ log: NoteKey
    ) async throws -> VerifiedEvidence {
        let receipt: Receipt
        do {
            receipt = try await relay.publish(roster)
        } catch let problem as Problem where problem.isFinal {
            try vault.delete(Table.registrarNote, Self.pendingID)  // refused for good: the next one is signed anew
            throw problem
        }
        guard let evidence = try? receipt.evidence.verified(by: log) else { throw ClientFailure.broken(.evidence) }
        // From here on a history without this entry contradicts what this registrar has seen.
        try SeenLog(vault: vault, log: log).remember(evidence.checkpoint)
        guard evidence.event.event == .rosterPublished, evidence.event.document == roster.note.hash else {
            throw ClientFailure.broken(.wrongEvent)
        }
        // The draft stays what it is: it may have changed since this was signed.
        try vault.put(roster.note.serialized, Table.registrarNote, Self.publishedID)
        try vault.delete(Table.registrarNote, Self.pendingID)
        return evidence
    }

    // MARK: Keeping up with colleagues

    /// Takes over what another registrar of the institution has published since.
    ///
    /// - Throws: `RegistrarObstacle.draftReplaced` when that replaces a draft that this registrar had changed.
    ///
    /// - Returns: the version of a roster that was lost when the relay had to be restored: the draft holds what it said, and is to be
    ///   published again.
    @discardableResult
    public func sync(over relay: any RelayConnection, log: NoteKey, now: Instant) async throws -> Int? {
        let lost = try goOn(in: log)
        do {
            try await takeOver(from: relay, keepingDraft: lost != nil, now: now)
        } catch let failure as ClientFailure {
            guard case .registrar(.draftReplaced) = failure else { throw failure }
            // The draft is another one now; what the relay shows is held against it all the same.
            try await look(over: relay, log: log, now: now)
            throw failure
        }
        try await look(over: relay, log: log, now: now)
        guard let lost, try published()?.version ?? 0 < lost else { return nil }
        return lost
    }

    private func takeOver(from relay: any RelayConnection, keepingDraft: Bool, now: Instant) async throws {
        let bundle: DirectoryBundle
        do {
            bundle = try await relay.bundle(of: institution, from: 0, keys: false)
        } catch let problem as Problem where [.notEnrolled, .notFound].contains(problem.code) {
            return  // before the first roster nobody is anybody
        }
        var frame = try frame(now: now)
        for text in bundle.successions {
            let succession = try Unverified<Succession>(parsing: text)
            // One that an earlier convention called for says nothing under this one.
            guard succession.claimed.convention == frame.convention?.hash else { continue }
            try frame.accept(succession)
            try vault.put(text, Table.registrarNote, Self.successionID)
        }
        guard let text = bundle.roster else { return }
        let offered = try Unverified<Roster>(parsing: text)
        let last = try published()
        guard offered.claimed.version > last?.version ?? 0, try roster(Self.pendingID)?.note.hash != offered.note.hash
        else { return }
        try frame.accept(offered, at: now, standing: true)
        let draft = try record()
        try vault.put(text, Table.registrarNote, Self.publishedID)
        guard !keepingDraft else { return }
        try put(Record(offered.claimed))
        // What a colleague signed was this very draft, or this registrar had changed nothing.
        let isChanged = last.map { draft != Record($0) } ?? (!draft.units.isEmpty || !draft.agents.isEmpty)
        guard isChanged, draft != Record(offered.claimed) else { return }
        throw ClientFailure.registrar(.draftReplaced(version: offered.claimed.version))
    }

    // MARK: Looking

    /// Holds what the relay shows of the log against what this registrar has seen of it, and the own institution's line against
    /// the roster that this registrar knows: so that nobody is shown another one.
    ///
    /// - Throws: `ClientFailure.broken`: `.logInconsistent`, `.directoryRollback`, `.ownRosterNotShown`.
    private func look(over relay: any RelayConnection, log: NoteKey, now: Instant) async throws {
        // Before the first roster there is no line, and nobody is shown the head.
        guard try published() != nil || roster(Self.pendingID) != nil else { return }
        let view = LogView(key: log, vault: vault, relay: relay)
        do {
            try await look(view, relay, now)
        } catch ClientFailure.broken(.directoryMismatch) {
            // Something may have been published between two answers; a relay that lies does so again.
            try await look(view, relay, now)
        } catch let problem as Problem where problem.code == .notEnrolled {
            // A device that the roster does not list yet, or that a succession has given a new key, is shown nothing.
            // So is one whose roster the convention in force does not support any more.
            let own = try vault.identity().fingerprint
            guard let last = try roster(Self.publishedID), last.claimed.registrars.contains(own) else { return }
            var frame = try frame(now: now)
            guard (try? frame.accept(last, at: now, standing: true)) == nil else { throw problem }
        }
    }

    private func look(_ view: LogView, _ relay: any RelayConnection, _ now: Instant) async throws {
        let (head, stated) = try await view.directoryHead(at: now)
        let lines = try await relay.lines(from: 0).lines
        guard DirectoryHead.hash(of: lines) == stated.institutions else {
            throw ClientFailure.broken(.directoryMismatch)
        }
        let known = try [Self.publishedID, Self.pendingID].compactMap { try roster($0)?.note.hash }
        if let line = lines.first(where: { $0.institution == institution }) {
            guard known.contains(line.roster) else { throw ClientFailure.broken(.ownRosterNotShown) }
        } else if try published() != nil, try convention().hash == stated.convention {
            // Only another convention, with other keys, takes a roster away.
            throw ClientFailure.broken(.ownRosterNotShown)
        }
        try vault.put(head.evidence, Table.head, "latest")
    }

    /// After publishing: the line must be this very roster, or a colleague's that came after it.
    private func lookForOwn(over relay: any RelayConnection, log: NoteKey, now: Instant) async throws {
        do {
            try await look(over: relay, log: log, now: now)
        } catch ClientFailure.broken(.ownRosterNotShown) {
            try await sync(over: relay, log: log, now: now)
        }
    }

    /// What was seen of a log says nothing of the one that the relay keeps after a restore.
    ///
    /// - Returns: the version of the last roster in the log that was left, which may be lost with it.
    private func goOn(in log: NoteKey) throws -> Int? {
        let known = try vault.value(Table.registrarLog, Self.logID)
        guard known != log.name else { return nil }
        let last = known == nil ? nil : try published()?.version
        try vault.write { vault in
            if known != nil {
                try vault.delete(Table.registrarNote, Self.publishedID)
                try vault.delete(Table.registrarNote, Self.pendingID)
            }
            if let known, let notes = try vault.value(Table.checkpoint, "seen") {
                try vault.put(notes, Table.former, known)
            }
            try vault.empty(Table.checkpoint)
            try vault.empty(Table.head)
            try vault.put(log.name, Table.registrarLog, Self.logID)
        }
        return last
    }

    /// The convention, and this institution's succession where there is one.
    func frame(now: Instant) throws -> Directory {
        var frame = Directory(under: try convention())
        if let text = try vault.value(Table.registrarNote, Self.successionID) {
            // One under an earlier convention says nothing any more.
            try? frame.accept(Unverified<Succession>(parsing: text))
        }
        return frame
    }

    // MARK: Succession

    /// Makes a new institution key and publishes it under the recovery key's signature: the old one counts no more. The
    /// registrar's device gets a new TLS key, too, and all others leave the roster: who stole one may have stolen both.
    public func succeed(
        recovery: PrivateKey, over relay: any RelayConnection, log: NoteKey, now: Instant
    ) async throws {
        let convention = try convention()
        guard let party = convention.body.party(institution), party.recovery == recovery.publicKey,
            let signer = NoteSigner(name: institution.description, privateKey: recovery)
        else { throw ClientFailure.registrar(.notTheRecoveryKey) }
        try await sync(over: relay, log: log, now: now)
        let key = try PrivateKey.generate()
        let succession = try Succession(
            by: institution, convention: convention.hash, key: key.publicKey, notBefore: now,
            notAfter: convention.body.notAfter
        ).signed(by: signer)
        let evidence = try await relay.publish(succession).evidence.verified(by: log)
        guard evidence.event.document == succession.hash else { throw ClientFailure.broken(.wrongEvent) }
        try vault.putSecret(key.seed, "institution")
        try vault.put(succession.note.serialized, Table.registrarNote, Self.successionID)
        let identity = try TLSIdentity(
            name: institution.description, purpose: .client, notBefore: now - 3600, lifetime: TLSIdentity.lifetime)
        try vault.put(identity)
        try change { $0.registrars = [identity.fingerprint] }
    }
}

extension Agent {
    /// Posts that are over have no place in a roster; the log keeps them.
    func withoutEndedPosts(at instant: Instant) -> Agent {
        var agent = self
        agent.posts.removeAll { $0.notAfter <= instant }
        return agent
    }
}
