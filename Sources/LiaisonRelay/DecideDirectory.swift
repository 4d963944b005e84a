// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonWire

extension Draft {
    mutating func publish(_ offered: Unverified<Convention>) throws -> Outcome {
        if let known = try known(offered.note) {
            // The same text with more parties' signatures: no unanimity is needed, and they arrive in time.
            guard let present = state.directory.convention, present.hash == offered.note.hash,
                let verified = try? offered.verifiedByItsParties(),
                verified.signers.isStrictSuperset(of: present.signers)
            else { return known }
        }
        try taking { [now] in try $0.accept(offered, at: now) }
        return try recordDocument(
            .conventionPublished, .convention, subject: offered.claimed.name,
            version: offered.claimed.version, note: offered.note)
    }

    mutating func publish(_ offered: Unverified<Roster>, chained: Bool) throws -> Outcome {
        if let known = try known(offered.note) { return known }
        try taking { [now] in try $0.accept(offered, at: now, chained: chained) }
        // Whoever waits for a unit that nobody is left in hears of it with the next tick.
        state.readersCheckedAt = nil
        let outcome = try recordDocument(
            .rosterPublished, .roster, subject: offered.claimed.by.description,
            version: offered.claimed.version, note: offered.note)
        if case .recorded(let index) = outcome { state.rosterEntries[offered.claimed.by] = index }
        return outcome
    }

    mutating func publish(_ offered: Unverified<Succession>) throws -> Outcome {
        if let known = try known(offered.note) { return known }
        // What it says of its beginning is judged now, since everything published before stays as it was.
        guard (offered.claimed.notBefore - now).magnitude <= Directory.clockTolerance else {
            throw Problem(.documentRefused)
        }
        try taking { try $0.accept(offered) }
        return try recordDocument(
            .conventionPublished, .succession, subject: offered.claimed.by.description,
            version: offered.claimed.notBefore.rawValue, note: offered.note)
    }

    mutating func publish(
        _ offered: Unverified<AgentKeys>, peer: AgentAddress, chained: Bool
    ) throws -> Outcome {
        guard offered.claimed.by == peer else { throw Problem(.notTheAuthor) }
        if let known = try known(offered.note) { return known }
        try taking { try $0.accept(offered, chained: chained) }
        return try recordDocument(
            .keysPublished, .keys, subject: offered.claimed.by.description,
            version: offered.claimed.version, note: offered.note)
    }

    /// Where a document that was published stands, in this batch as well.
    private func known(_ note: SignedNote) throws -> Outcome? {
        let document = try batch.documents.last { $0.hash == note.hash } ?? store.document(note.hash)
        return document.map { .recorded(index: $0.entry) }
    }

    /// Changes the directory, or says why not.
    private mutating func taking(_ change: (inout Directory) throws -> Void) throws {
        // One that is refused half-way leaves the directory as it was.
        var directory = state.directory
        do {
            try change(&directory)
            state.directory = directory
        } catch let refusal as DirectoryRefusal {
            switch refusal {
            case .conventionRollback, .rosterRollback, .keysRollback, .brokenChain:
                throw Problem(.outOfOrder)
            case .unknownAgent, .notAParty: throw Problem(.notEnrolled)
            default: throw Problem(.documentRefused)
            }
        } catch is SignedNote.Failure {
            throw Problem(.signatureRefused)
        } catch {
            throw Problem(.documentRefused)
        }
    }

    private mutating func recordDocument(
        _ event: EventName, _ kind: StoredDocument.Kind, subject: String, version: Int, note: SignedNote
    ) throws -> Outcome {
        let index = try record(event, in: [.directory]) { $0.document = note.hash }[0]
        add(
            StoredDocument(
                kind: kind, subject: subject, version: version, hash: note.hash, note: note.serialized,
                entry: index, at: now))
        return .recorded(index: index)
    }
}
