// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonDossier
import LiaisonLedger
public import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonVault
public import LiaisonWire

/// What of the content goes into a dossier.
public enum DossierContent: Hashable, Sendable {
    /// The sealed content with its key: whoever has the dossier reads it.
    case sealed
    /// Only these form fields; with `attachments`, also the names and hashes of what was attached.
    case fields(Set<String>, attachments: Bool)
    case withheld
}

extension Session {
    /// Makes a dossier of everything that the log proves to this agent of a transmission, and judges it like a stranger
    /// before it is given out.
    ///
    /// - Parameter page: makes the page that tells whoever opens the dossier what it proves; nobody relies on it.
    public func dossier(
        of id: TransmissionID, content: DossierContent, page: (DossierStory) -> String
    ) async throws -> (parts: DossierParts, report: DossierReport) {
        let tracked = try await history(of: id)
        let needed = Set(tracked.all.compactMap(\.event.act))
        let documents = try await documents(behind: tracked)
        let size = (tracked.all.map(\.index) + documents.map(\.evidence.index)).max().map { $0 + 1 } ?? 1
        let (checkpoint, tokens) = try await anchor(from: size)

        var parts = DossierParts()
        var head = DossierHead(
            transmission: id, log: log.description, madeAt: clock(), content: .withheld)
        parts.add(DossierFile.envelope, tracked.envelope.note.serialized)
        parts.add(DossierFile.checkpoint, checkpoint.note.serialized)
        for (number, token) in tokens.enumerated() { parts.add(DossierFile.checkpointTimeStamp(number + 1), token.der) }
        parts.add(
            DossierFile.events,
            try CanonicalJSON.encode(DossierEvents(events: try await under(checkpoint, tracked.all))))
        let notes = tracked.acts.compactMap { try? Unverified<Act>(parsing: $0) }.filter {
            needed.contains($0.note.hash)
        }
        for (number, act) in notes.enumerated() { parts.add(DossierFile.act(number + 1), act.note.serialized) }
        try await add(documents, of: tracked, under: checkpoint, to: &parts)
        head.content = try add(content, of: tracked, to: &parts)
        parts.add(DossierFile.head, try CanonicalJSON.encode(head))

        // The page is made from the verified story, so the first judgement comes before it.
        var draft = parts
        draft.add(DossierFile.page, "")
        let convention = try await directoryView.convention(of: tracked.routing).body
        let story = try judge(draft, convention).story
        guard let story else { throw ClientFailure.broken(.evidence) }
        parts.add(DossierFile.page, page(story))
        return (parts, try judge(parts, convention))
    }

    /// What the relay still has; after the audit limit what this vault has, and the proof that the rest was erased.
    public func history(of id: TransmissionID) async throws -> TrackedTransmission {
        do {
            return try await track(id)
        } catch let problem as Problem where problem.code == .unknownTransmission {
            if let former = try outbox.former(id) {
                throw ClientFailure.obstacle(.onlyInFormerLog(id, log: former.log.name))
            }
            let (envelope, own) = try await remembered(id)
            guard let notice = try notice(of: own) else { throw problem }
            return TrackedTransmission(
                envelope: envelope, replays: [], all: [own, notice], acts: [], own: Set(ownUnits))
        }
    }

    /// Envelope and first evidence of a transmission that this vault sent or received.
    private func remembered(_ id: TransmissionID) async throws -> (Verified<Envelope>, ProvenEvent) {
        if let item = try outbox.item(id),
            let kept = item.evidence
        {
            return (try outbox.own(item), try await logView.prove(kept).proven)
        }
        let delivery = try await delivery(id)
        return (delivery.envelope, delivery.event)
    }

    /// That the record of an event was erased at the audit limit, by its mailbox's word.
    private func notice(of event: ProvenEvent) throws -> ProvenEvent? {
        guard case .unit(let unit) = event.event.mailbox else { return nil }
        return try replica.events(in: unit, from: event.index).first {
            $0.event.entries?.contains(event.index) ?? false
        }
    }

    /// What this agent judges other people's dossiers by: the convention in force, and this client's policy.
    ///
    /// - Throws: why the policy cannot be read.
    public func trustAnchors() throws -> TrustAnchors {
        try TrustAnchors(convention: conventionInForce().body, policy: trust.get())
    }

    /// Judges what was made like a stranger who trusts the convention of the time.
    private func judge(_ parts: DossierParts, _ convention: Convention) throws -> DossierReport {
        let trust = try TrustAnchors(text: TrustAnchors.text(of: convention) + "quorum none\n")
        let report = DossierVerifier.verify(parts, trust: trust)
        guard report.verdict != .invalid else { throw ClientFailure.broken(.evidence) }
        return report
    }

    // MARK: Evidence under one checkpoint

    /// The smallest checkpoint from `size` on that others vouch for, consistent with what this client has seen. Tokens
    /// are the relay's word here: who judges the dossier verifies them.
    private func anchor(from size: Int) async throws -> (SignedCheckpoint, [TimeStampToken]) {
        let anchor = try await relay.anchor(from: size)
        guard let checkpoint = try? SignedCheckpoint(parsing: anchor.checkpoint, log: log),
            checkpoint.checkpoint.size >= size, anchor.timeStamps.count <= 99
        else { throw ClientFailure.broken(.evidence) }
        try await logView.agree(with: checkpoint.checkpoint)
        return (
            checkpoint,
            try anchor.timeStamps.map { text in
                guard let der = Base64.decode(text) else { throw ClientFailure.broken(.malformedAnswer) }
                return TimeStampToken(der: der)
            }
        )
    }

    /// The same events with proofs that lead to `checkpoint`, made from the log's tiles.
    private func under(_ checkpoint: SignedCheckpoint, _ events: [ProvenEvent]) async throws -> [Evidence] {
        let size = checkpoint.checkpoint.size
        let plans = try events.map { event in
            guard let plan = ProofPlan.inclusion(of: event.index, in: size) else {
                throw ClientFailure.broken(.evidence)
            }
            return plan
        }
        var tiles: [TileID: Tile] = [:]
        for id in plans.reduce(into: Set<TileID>(), { $0.formUnion($1.tiles) }) {
            tiles[id] = Tile(bytes: try await relay.tile(id, width: id.width(in: size)))
        }
        return try zip(events, plans).map { event, plan in
            guard let path = plan.hashes(from: tiles), let record = Base64.decode(event.logged.record) else {
                throw ClientFailure.broken(.evidence)
            }
            let proof = InclusionProof(index: event.index, path: path, checkpoint: checkpoint.note.serialized)
            return try logView.check(Evidence(record: record, salt: event.logged.salt, proof: proof)).evidence
        }
    }

    /// Evidence for events that this device holds, under the checkpoint that the relay publishes or a later one: for a
    /// stranger to check.
    public func evidence(for events: [ProvenEvent]) async throws -> [Evidence] {
        guard let last = events.map(\.index).max() else { return [] }
        return try await under(anchor(from: last + 1).0, events)
    }

    // MARK: Directory

    private struct DossierDocument {
        let note: String
        let evidence: VerifiedEvidence
    }

    /// The convention, successions, and for each institution the rosters in force from the first event to the last, and
    /// the one after.
    private func documents(behind tracked: TrackedTransmission) async throws -> [DossierDocument] {
        let routing = tracked.routing
        guard let first = tracked.all.map(\.index).min(), let last = tracked.all.map(\.index).max() else {
            throw ClientFailure.broken(.wrongEvent)
        }
        var documents = [try await published(routing.convention)]
        let convention = try await directoryView.convention(of: routing)
        let institutions = Set(([routing.from] + routing.recipients).map(\.institution))
        try await know(institutions)
        for institution in institutions.sorted() {
            for succession in try await directoryView.published(institution, under: convention) {
                documents.append(try await published(succession.note.hash))
            }
            guard var next = directory.rosters[institution]?.hash else { throw ClientFailure.broken(.bundleRefused) }
            var rosters: [DossierDocument] = []
            while true {
                let document = try await published(next)
                // Of those after the last event only the earliest says something: until when the one before was in force.
                if document.evidence.index > last { rosters.removeAll() }
                rosters.append(document)
                guard document.evidence.index > first else { break }
                guard let previous = try Unverified<Roster>(parsing: document.note).claimed.previous else {
                    throw ClientFailure.broken(.bundleRefused)
                }
                next = previous
            }
            documents += rosters
        }
        return documents.sorted { $0.evidence.index < $1.evidence.index }
    }

    private func published(_ hash: Hash) async throws -> DossierDocument {
        let published = try await relay.document(hash)
        let evidence = try await logView.prove(published.evidence)
        guard evidence.event.document == hash, evidence.event.mailbox == .directory,
            (try? SignedNote(parsing: published.note, limit: Roster.maximumSize))?.hash == hash
        else { throw ClientFailure.broken(.directoryMismatch) }
        return DossierDocument(note: published.note, evidence: evidence)
    }

    private func add(
        _ documents: [DossierDocument], of tracked: TrackedTransmission, under checkpoint: SignedCheckpoint,
        to parts: inout DossierParts
    ) async throws {
        let evidence = try await under(checkpoint, documents.map(\.evidence.proven))
        var list: [DossierDirectory.Document] = []
        for (document, evidence) in zip(documents, evidence) {
            let isConvention = document.evidence.event.document == tracked.routing.convention
            let name = isConvention ? DossierFile.convention : DossierFile.document(list.count + 1)
            parts.add(name, document.note)
            list.append(.init(file: name, evidence: evidence))
        }
        parts.add(DossierFile.directory, try CanonicalJSON.encode(DossierDirectory(documents: list)))
    }

    // MARK: Content

    private func add(
        _ wanted: DossierContent, of tracked: TrackedTransmission, to parts: inout DossierParts
    ) throws -> DossierHead.Content {
        let id = tracked.routing.id
        guard wanted != .withheld else { return .withheld }
        guard FileManager.default.fileExists(atPath: contentPath(id)) else {
            guard tracked.isErased else {
                throw ClientFailure.obstacle(.contentNotHere(id))
            }
            return .erased
        }
        let opened: OpenedContent
        do {
            opened = try kept(tracked.envelope)
        } catch  where tracked.isErased {
            return .erased  // the keys that opened this device's copy are destroyed, too
        }
        switch wanted {
        case .withheld: return .withheld
        case .sealed:
            parts.add(DossierFile.contentKey, opened.fileKey.withCopy { Base64.encode($0) } + "\n")
            parts.contentPath = contentPath(id)
            return .sealed
        case .fields(let names, let attachments):
            let known = Set(opened.disclosures.fields.map(\.name))
            guard names.isSubset(of: known) else {
                throw ClientFailure.obstacle(
                    .noSuchFields(names.subtracting(known).sorted(), present: known.sorted()))
            }
            parts.add(DossierFile.contentManifest, opened.manifest.note.serialized)
            let chosen = opened.disclosures.selecting(fields: names, parts: attachments)
            parts.add(
                DossierFile.disclosures,
                try CanonicalJSON.encode(
                    DossierDisclosures(salt: opened.manifestSalt, disclosures: chosen)))
            return .disclosed
        }
    }
}
