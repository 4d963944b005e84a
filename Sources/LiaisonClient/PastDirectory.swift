// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

extension Session {
    /// The directory as it was in force for the entry at `index`, as far as `routing` needs it: the convention
    /// that it names, and for each institution the newest roster logged before that entry.
    func directory(for routing: Routing, before index: Int) async throws -> Directory {
        var past = Directory()
        do {
            try past.accept(try await convention(routing.convention), at: clock(), pin: account.pin)
        } catch {
            throw ClientFailure.broken(.conventionRefused)
        }
        for institution in Set(([routing.from] + routing.recipients).map(\.institution)) {
            let roster = try await roster(of: institution, before: index)
            do {
                try past.accept(roster, at: clock())
            } catch {
                throw ClientFailure.broken(.rosterRefused)
            }
        }
        return past
    }

    private func convention(_ hash: Hash) async throws -> Unverified<Convention> {
        if let known = directory.knownConvention(hash) { return try Unverified(known.note) }
        return try await document(hash)
    }

    /// Walks back from the roster in force now to the newest one published before `index`.
    private func roster(of institution: InstitutionID, before index: Int) async throws -> Unverified<Roster> {
        guard let present = directory.rosters[institution] else { throw ClientFailure.broken(.rosterRefused) }
        var roster = try Unverified<Roster>(present.note)
        while try await publication(of: roster.note.hash) >= index {
            guard let previous = roster.claimed.previous else { throw ClientFailure.broken(.rosterRefused) }
            roster = try await document(previous)
            guard roster.claimed.by == institution else { throw ClientFailure.broken(.rosterRefused) }
        }
        return roster
    }

    private func document<Body: Document>(_ hash: Hash) async throws -> Unverified<Body> {
        let published = try await relay.document(hash)
        guard let document = try? Unverified<Body>(parsing: published.note), document.note.hash == hash else {
            throw ClientFailure.broken(.directoryMismatch)
        }
        try remember(published, hash)
        return document
    }

    /// The index of the entry that published a document, proven once and then remembered.
    private func publication(of hash: Hash) async throws -> Int {
        if let known = try account.vault.value(Int.self, "publication", hash.hex) { return known }
        return try remember(try await relay.document(hash), hash)
    }

    @discardableResult
    private func remember(_ published: PublishedDocument, _ hash: Hash) throws -> Int {
        let evidence = try check(published.evidence)
        guard evidence.event.document == hash, evidence.event.mailbox == .directory else {
            throw ClientFailure.broken(.wrongEvent)
        }
        try account.vault.put(value: evidence.index, "publication", hash.hex)
        return evidence.index
    }
}
