// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonForms
import LiaisonHistory
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// Directories of places in the log that were put together since the last refresh.
struct PastDirectories {
    struct Key: Hashable {
        let convention: Hash
        let institutions: [InstitutionID]
    }

    var directories: [Key: [PastDirectory]] = [:]
    /// Conventions that were verified, with the institutions whose signatures were.
    var conventions: [Key: Verified<Convention>] = [:]
}

extension DirectoryView {
    /// The directory as it was in force for the entry at `index`, as far as `routing` needs it: the convention
    /// that it names, and for each institution the newest roster logged before that entry.
    ///
    /// A list of a thousand deliveries needs the same few directories: each is put together once for a refresh.
    func past(for routing: Routing, before index: Int) async throws -> PastDirectory {
        let institutions = Set(([routing.from] + routing.recipients).map(\.institution)).sorted()
        let key = PastDirectories.Key(convention: routing.convention, institutions: institutions)
        if let known = past.directories[key]?.first(where: { $0.places.contains(index) }) { return known }
        let convention = try await convention(of: routing)
        try await know(institutions)
        var rosters: [PublishedRoster] = []
        var successions: [InstitutionID: [(note: Verified<Succession>, index: Int)]] = [:]
        for institution in institutions {
            rosters.append(try await roster(of: institution, before: index))
            successions[institution] = try await published(institution, under: convention)
        }
        let under = try await publication(of: convention.hash).index
        do {
            let found = try PastDirectory(
                frame: Directory(under: convention), publishedAt: under, rosters: rosters, successions: successions)
            past.directories[key, default: []].append(found)
            return found
        } catch {
            throw ClientFailure.broken(.bundleRefused)
        }
    }

    /// The convention that a routing names, signed by the institutions at its ends.
    func convention(of routing: Routing) async throws -> Verified<Convention> {
        let institutions = Set(([routing.from] + routing.recipients).map(\.institution)).union([
            account.record.address.institution
        ])
        let key = PastDirectories.Key(convention: routing.convention, institutions: institutions.sorted())
        if let known = past.conventions[key] { return known }
        do {
            let verified = try await convention(routing.convention).verifiedByItsParties(of: institutions)
            past.conventions[key] = verified
            return verified
        } catch {
            throw ClientFailure.broken(.conventionRefused)
        }
    }

    /// What the form of a transmission is judged by besides itself, by the convention that it names.
    func context(of routing: Routing, flow: String) async throws -> FormContext {
        let convention = try await convention(of: routing).body
        return FormContext(
            convention, flow: convention.flows.first { $0.id == flow }, from: routing.from, to: routing.to)
    }

    /// A version counts when the one in force, which the own institution signed, leads back to it: keys may have changed
    /// hands since.
    private func convention(_ hash: Hash) async throws -> Unverified<Convention> {
        if let known = directory.knownConvention(hash) { return try Unverified(known.note) }
        var next = directory.convention?.body.previous
        while let earlier = next {
            let version: Unverified<Convention> = try await document(earlier)
            if earlier == hash { return version }
            next = version.claimed.previous
        }
        throw ClientFailure.broken(.conventionRefused)
    }

    /// Walks back from the roster in force now to the newest one published before `index`.
    private func roster(of institution: InstitutionID, before index: Int) async throws -> PublishedRoster {
        var successor: Int?
        guard let present = directory.rosters[institution] else { throw ClientFailure.broken(.bundleRefused) }
        var roster = try Unverified<Roster>(present.note)
        while true {
            let published = try await publication(of: roster.note.hash)
            if published.index < index { return PublishedRoster(roster, at: published, successor: successor) }
            successor = published.index
            guard let previous = roster.claimed.previous else { throw ClientFailure.broken(.bundleRefused) }
            roster = try await document(previous)
            guard roster.claimed.by == institution else { throw ClientFailure.broken(.bundleRefused) }
        }
    }

    func document<Body: Document>(_ hash: Hash) async throws -> Unverified<Body> {
        if let known = try account.vault.value(Table.document, hash.hex) { return try Unverified<Body>(parsing: known) }
        let published = try await relay.document(hash)
        guard let document = try? Unverified<Body>(parsing: published.note), document.note.hash == hash else {
            throw ClientFailure.broken(.directoryMismatch)
        }
        try await remember(published, hash)
        try account.vault.put(published.note, Table.document, hash.hex)
        return document
    }

    func publication(of hash: Hash) async throws -> LogPlace {
        if let known = try account.vault.value(Table.publication, hash.hex) { return known }
        return try await remember(try await relay.document(hash), hash)
    }

    @discardableResult
    private func remember(_ published: PublishedDocument, _ hash: Hash) async throws -> LogPlace {
        let publication = try await place(of: published, hash)
        try account.vault.put(publication, Table.publication, hash.hex)
        return publication
    }

    /// Where the log published a document, proven.
    func place(of published: PublishedDocument, _ hash: Hash) async throws -> LogPlace {
        let evidence = try await logView.prove(published.evidence)
        guard evidence.event.document == hash, evidence.event.mailbox == .directory else {
            throw ClientFailure.broken(.wrongEvent)
        }
        return LogPlace(index: evidence.index, at: evidence.event.at)
    }
}
