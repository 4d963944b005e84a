// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire

/// The documents of the directory: how they are handed in, and what is shown of them.
extension Relay {
    // MARK: Handing in

    /// Publishes a roster. Anybody may hand one in, so its signatures are checked before it is read or queued.
    public func publishRoster(_ bytes: [UInt8]) async throws -> Receipt {
        guard let note = try? SignedNote(parsing: bytes, limit: Roster.maximumSize),
            (1...2).contains(note.signatures.count),
            Set(note.signatures.map(\.keyID)).count == note.signatures.count
        else { throw Problem(.signatureRefused) }
        let directory = sequencer.directory
        let keys = note.signatures.compactMap { line in
            InstitutionID(line.name).map { directory.signingKeys(of: $0, at: clock()) }?.first { $0.id == line.keyID }
        }
        guard keys.count == note.signatures.count, keys.allSatisfy({ (try? note.checkSignature(by: $0)) != nil }) else {
            throw Problem(.signatureRefused)
        }
        guard let roster = try? Unverified<Roster>(note) else { throw Problem(.malformed) }
        // What one institution signed is no roster of another's.
        guard note.signatures.allSatisfy({ $0.name == roster.claimed.signer }) else { throw Problem(.signatureRefused) }
        return try await publish(.publishRoster(roster), note) {
            try quotas.publishRoster(of: roster.claimed.by, bytes: bytes.count, now: clock())
        }
    }

    /// Publishes a document that anybody may hand in. Whoever has seen one can do so again, or hand in one that the institution
    /// has replaced: neither uses up anything of the institution's.
    private func publish(
        _ command: Command, _ note: SignedNote, taking quota: () throws -> Quotas.Taken
    ) async throws -> Receipt {
        guard try await store.document(note.hash) == nil else { return try await receipt(for: command) }
        let taken = try quota()
        do {
            return try await receipt(for: command)
        } catch {
            quotas.giveBack(taken, now: clock())
            throw error
        }
    }

    /// Publishes a party's new key: by its recovery key's signature alone, like a roster.
    public func publish(_ succession: Unverified<Succession>) async throws -> Receipt {
        guard let party = sequencer.directory.convention?.body.party(succession.claimed.by),
            let recovery = NoteKey(name: succession.claimed.signer, key: party.recovery),
            (try? succession.verified(by: recovery)) != nil
        else { throw Problem(.signatureRefused) }
        return try await publish(.publishSuccession(succession), succession.note) {
            try quotas.publishSuccession(of: succession.claimed.by, now: clock())
        }
    }

    public func publish(_ keys: Unverified<AgentKeys>, by peer: AgentAddress) async throws -> Receipt {
        try quotas.publishKeys(of: peer, now: clock())
        return try await receipt(for: .publishKeys(keys, peer: peer))
    }

    // MARK: Showing

    public func directoryHead() async throws -> Receipt {
        guard let head = try await store.latestDirectoryHead() else { throw Problem(.notReady) }
        return Receipt(evidence: try await evidence(for: [head])[0])
    }

    /// The same as it goes over the wire, made once for each state of the log: between two commits it is the same for everybody.
    public func directoryHeadAnswer() async throws -> [UInt8] {
        try await preparedHead.answer("head", in: sequencer.head?.size ?? 0, directoryHead)
    }

    public func directoryHead(_ hash: Hash) async throws -> Receipt {
        guard let head = try await store.directoryHead(hash) else { throw Problem(.notFound) }
        return Receipt(evidence: try await evidence(for: [head])[0])
    }

    /// An entry of the directory's mailbox: what everybody may read, the operator's acts among it.
    public func directoryEntry(_ index: Int) async throws -> Receipt {
        guard let entry = try await store.entry(index), entry.mailbox == .directory else { throw Problem(.notFound) }
        return Receipt(evidence: try await evidence(for: [entry])[0])
    }

    /// The lines of the present head whose institutions had a document published at or after `index`.
    public func lines(from index: Int) async throws -> DirectoryLines {
        let directory = sequencer.directory
        let changed = try await store.institutionsChanged(from: index)
        return DirectoryLines(lines: changed.compactMap { directory.line(of: $0) })
    }

    /// The same as it goes over the wire, made once for each state of the directory.
    public func linesAnswer(from index: Int) async throws -> [UInt8] {
        try await preparedDocuments.answer("\(index)", in: sequencer.directoryChanges) { try await lines(from: index) }
    }

    /// The same as `bundle` as it goes over the wire, made once for each state of the directory.
    public func bundleAnswer(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> [UInt8] {
        try await preparedDocuments.answer("\(institution) \(index) \(keys)", in: sequencer.directoryChanges) {
            try await bundle(of: institution, from: index, keys: keys)
        }
    }

    /// An institution's documents in force that were published at or after `index`.
    public func bundle(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> DirectoryBundle {
        guard sequencer.directory.rosters[institution] != nil else { throw Problem(.notFound) }
        var bundle = DirectoryBundle()
        for document in try await store.documents(of: institution, from: index, keys: keys) {
            switch document.kind {
            case .convention: break
            case .succession: bundle.successions.append(document.note)
            case .roster: bundle.roster = document.note
            case .keys:
                // Those of agents who left or have another key now are in force no more.
                guard let agent = AgentAddress(document.subject),
                    sequencer.directory.keys(of: agent)?.hash == document.hash
                else { continue }
                bundle.keys.append(document.note)
            }
        }
        return bundle
    }

    public func document(_ hash: Hash) async throws -> PublishedDocument {
        guard let document = try await store.document(hash), let entry = try await store.entry(document.entry)
        else { throw Problem(.notFound) }
        return PublishedDocument(note: document.note, evidence: try await evidence(for: [entry])[0])
    }
}
