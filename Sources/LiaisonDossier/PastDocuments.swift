// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonHistory
import LiaisonModel
import LiaisonNotes
import LiaisonWire

/// A dossier's convention, successions and rosters with their places in the log, and the directory that they make at any
/// place.
struct PastDocuments {
    typealias Stop = DossierVerifier.Stop

    private enum Kind {
        case convention(Unverified<Convention>)
        case succession(Unverified<Succession>)
        case roster(Unverified<Roster>)
    }

    let count: Int
    let convention: Unverified<Convention>
    let conventionIndex: Int
    private var frame = Directory()
    /// Of each institution, in order of the log.
    private var offered: [InstitutionID: [(note: Unverified<Succession>, index: Int)]] = [:]
    private var successions: [InstitutionID: [(note: Verified<Succession>, index: Int)]] = [:]
    /// Of each institution, in order of the log.
    private var rosters: [InstitutionID: [(roster: Unverified<Roster>, place: LogPlace)]] = [:]
    private(set) var units: [UnitAddress: Unit] = [:]
    private var places: [LogPlace]
    private var stated: Set<InstitutionID> = []
    /// Institutions whose newest roster that was used has no successor here.
    var asStated: [InstitutionID] { stated.sorted() }

    init(_ files: [(name: String, file: [UInt8], evidence: VerifiedEvidence)]) throws {
        var conventions: [(Unverified<Convention>, Int)] = []
        for (name, file, evidence) in files {
            let event = evidence.event
            guard let (kind, hash) = Self.parse(file), event.document == hash, event.mailbox == .directory else {
                throw Stop.fails(.directory(.publishesOther(entry: evidence.index)))
            }
            let place = LogPlace(index: evidence.index, at: event.at)
            var isConvention = false
            if case .convention = kind { isConvention = true }
            guard isConvention == (name == DossierFile.convention) else {
                throw Stop.fails(.directory(.wrongFile(name)))
            }
            switch kind {
            case .convention(let note) where event.event == .conventionPublished:
                conventions.append((note, place.index))
            case .succession(let note) where event.event == .conventionPublished:
                offered[note.claimed.by, default: []].append((note, place.index))
            case .roster(let note) where event.event == .rosterPublished:
                rosters[note.claimed.by, default: []].append((note, place))
            default:
                throw Stop.fails(.directory(.noPublication(entry: evidence.index)))
            }
        }
        guard conventions.count < 2 else { throw Stop.fails(.convention(.twoConventions)) }
        guard let (convention, index) = conventions.first else {
            throw Stop.missing(.convention(.noPublication))
        }
        count = files.count
        places = files.map { LogPlace(index: $0.evidence.index, at: $0.evidence.event.at) }
        self.convention = convention
        conventionIndex = index
        for (institution, list) in rosters {
            let sorted = list.sorted { $0.place.index < $1.place.index }
            for (one, next) in zip(sorted, sorted.dropFirst()) {
                guard next.roster.claimed.previous == one.roster.note.hash,
                    next.roster.claimed.version == one.roster.claimed.version + 1
                else { throw Stop.fails(.directory(.rostersDoNotFollow(institution))) }
            }
            rosters[institution] = sorted
        }
    }

    /// A document whose version and `previous` are as docs/formats.md, section 1.3, has them; who signed it is judged later.
    private static func parse(_ bytes: [UInt8]) -> (Kind, Hash)? {
        func isChained(_ version: Int, _ previous: Hash?) -> Bool { version > 0 && (version == 1) == (previous == nil) }
        if let roster = try? Unverified<Roster>(parsing: bytes) {
            let holds =
                isChained(roster.claimed.version, roster.claimed.previous)
                && roster.note.signatures.count <= Roster.maximumSignatures
            return holds ? (.roster(roster), roster.note.hash) : nil
        }
        if let convention = try? Unverified<Convention>(parsing: bytes) {
            let holds = isChained(convention.claimed.version, convention.claimed.previous)
            return holds ? (.convention(convention), convention.note.hash) : nil
        }
        if let succession = try? Unverified<Succession>(parsing: bytes) {
            return (.succession(succession), succession.note.hash)
        }
        return nil
    }

    /// Checks the signatures on the convention, and of `institutions` all successions and rosters, used or not: one that
    /// only follows says until when the one before was in force, if it verifies.
    mutating func verify(_ institutions: Set<InstitutionID>) throws {
        try frame.accept(convention, at: 0)
        let signers = Set(frame.convention?.signers ?? [])
        for institution in institutions.sorted() {
            guard signers.contains(institution.description) else {
                throw Stop.fails(.convention(.notSigned(by: institution)))
            }
            var scratch = frame
            for (note, index) in (offered[institution] ?? []).sorted(by: { $0.index < $1.index }) {
                try scratch.accept(note)
                guard let verified = scratch.successions[institution] else { continue }
                successions[institution, default: []].append((verified, index))
            }
            // One that no convention or succession here lets anybody verify says nothing of the one before it.
            rosters[institution] = (rosters[institution] ?? []).filter { roster, place in
                (try? directory(of: [PublishedRoster(roster, at: place, successor: nil)])) != nil
            }
        }
    }

    private func directory(of rosters: [PublishedRoster]) throws(PastDirectory.Refusal) -> PastDirectory {
        try PastDirectory(frame: frame, publishedAt: conventionIndex, rosters: rosters, successions: successions)
    }

    /// Adds what else is known of the log's times.
    mutating func add(_ events: [VerifiedEvidence]) {
        places += events.map { LogPlace(index: $0.index, at: $0.event.at) }
    }

    /// The largest instant that is known before `index`: what comes later in the log is not older.
    func latest(before index: Int) -> Instant {
        places.filter { $0.index < index }.map(\.at).max() ?? 0
    }

    /// The directory as it was in force for the entry at `index`.
    mutating func directory(for routing: Routing, before index: Int) throws -> PastDirectory {
        var inForce: [PublishedRoster] = []
        for institution in Set(([routing.from] + routing.recipients).map(\.institution)).sorted() {
            let list = rosters[institution] ?? []
            guard let position = list.lastIndex(where: { $0.place.index < index }) else {
                throw Stop.missing(.directory(.noRoster(institution, entry: index)))
            }
            let (roster, place) = list[position]
            let successor = position + 1 < list.count ? list[position + 1].place.index : nil
            inForce.append(PublishedRoster(roster, at: place, successor: successor))
            if successor == nil { stated.insert(institution) }
            for unit in roster.claimed.units { units[unit.address] = unit }
        }
        do {
            return try directory(of: inForce)
        } catch {
            throw Stop.fails(.directory(.rosterRefused(error.institution, "\(error.reason)")))
        }
    }
}
