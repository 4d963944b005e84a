// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

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
    private let conventionIndex: Int
    private var frame = Directory()
    /// Of each institution, in order of the log.
    private var successions: [InstitutionID: [(note: Unverified<Succession>, index: Int)]] = [:]
    /// Of each institution, in order of the log.
    private var rosters: [InstitutionID: [(roster: Unverified<Roster>, place: LogPlace)]] = [:]
    private(set) var units: [UnitAddress: Unit] = [:]
    private var stated: Set<InstitutionID> = []
    /// Institutions whose newest roster that was used has no successor here.
    var asStated: [InstitutionID] { stated.sorted() }

    init(_ files: [(file: [UInt8], evidence: VerifiedEvidence)]) throws {
        var conventions: [(Unverified<Convention>, Int)] = []
        for (file, evidence) in files {
            let event = evidence.event
            guard let (kind, hash) = Self.parse(file), event.document == hash, event.mailbox == .directory else {
                throw Stop.fails(.directory, "entry \(evidence.index) publishes something else")
            }
            let place = LogPlace(index: evidence.index, at: event.at)
            switch kind {
            case .convention(let note) where event.event == .conventionPublished:
                conventions.append((note, place.index))
            case .succession(let note) where event.event == .conventionPublished:
                successions[note.claimed.by, default: []].append((note, place.index))
            case .roster(let note) where event.event == .rosterPublished:
                rosters[note.claimed.by, default: []].append((note, place))
            default: throw Stop.fails(.directory, "entry \(evidence.index) is no publication")
            }
        }
        guard let (convention, index) = conventions.first, conventions.count == 1 else {
            throw Stop.missing(.convention, "the convention's publication")
        }
        count = files.count
        self.convention = convention
        conventionIndex = index
        for (institution, list) in rosters {
            let sorted = list.sorted { $0.place.index < $1.place.index }
            for (one, next) in zip(sorted, sorted.dropFirst()) {
                guard next.roster.claimed.previous == one.roster.note.hash else {
                    throw Stop.fails(.directory, "rosters of \(institution) that do not follow each other")
                }
            }
            rosters[institution] = sorted
        }
    }

    private static func parse(_ bytes: [UInt8]) -> (Kind, Hash)? {
        if let note = try? Unverified<Roster>(parsing: bytes) { return (.roster(note), note.note.hash) }
        if let note = try? Unverified<Convention>(parsing: bytes) { return (.convention(note), note.note.hash) }
        if let note = try? Unverified<Succession>(parsing: bytes) { return (.succession(note), note.note.hash) }
        return nil
    }

    /// Checks the signatures of `institutions`, and the successions that this convention calls for.
    mutating func verifyConvention(_ institutions: Set<InstitutionID>) throws {
        try frame.accept(convention, at: 0, of: institutions)
        for institution in institutions.sorted() {
            let list = (successions[institution] ?? []).sorted { $0.index < $1.index }
            for succession in list { try frame.accept(succession.note) }
            successions[institution] = list
        }
    }

    /// The directory as it was in force for the entry at `index`.
    mutating func directory(for routing: Routing, before index: Int) throws -> Directory {
        var directory = frame
        for institution in Set(([routing.from] + routing.recipients).map(\.institution)) {
            let list = rosters[institution] ?? []
            guard let position = list.lastIndex(where: { $0.place.index < index }) else {
                throw Stop.missing(.directory, "the roster of \(institution) for entry \(index)")
            }
            let (roster, place) = list[position]
            do {
                try directory.accept(
                    roster, published: place, convention: conventionIndex,
                    succession: successions[institution]?.last?.index)
            } catch {
                throw Stop.fails(.directory, "the roster of \(institution) does not hold (\(error))")
            }
            if position == list.count - 1 { stated.insert(institution) }
            for unit in roster.claimed.units { units[unit.address] = unit }
        }
        return directory
    }
}
