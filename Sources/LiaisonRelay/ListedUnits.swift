// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes

/// The units that the rosters of an institution have ever listed.
///
/// Rosters never change and may be long, so they are read beside the queue, one at a time, and what they list is remembered.
actor ListedUnits {
    private let most: Int
    private let document: @Sendable (Hash) async throws -> String?
    /// What a roster and all before it list.
    private var known: [InstitutionID: (latest: Hash, units: Set<UnitAddress>)] = [:]

    /// - Parameters:
    ///   - most: units remembered of one institution; the rosters of one that has listed more are read again each time.
    ///   - document: a document that was published, by its hash; nil for one that was not.
    init(most: Int = 4 * Directory.unitLimit, document: @escaping @Sendable (Hash) async throws -> String?) {
        self.most = most
        self.document = document
    }

    /// Those of `wanted` that the roster `latest` of their institution lists, or one before it.
    func among(
        _ wanted: Set<UnitAddress>, of institution: InstitutionID, upTo latest: Hash
    ) async throws -> Set<UnitAddress> {
        var found: Set<UnitAddress> = []
        var all: Set<UnitAddress> = []
        var next: Hash? = latest
        while let hash = next, all.count <= most || found != wanted {
            let units: Set<UnitAddress>
            if let known = known[institution], known.latest == hash {
                (units, next) = (known.units, nil)
            } else {
                guard let note = try await document(hash) else { break }
                let roster = try Unverified<Roster>(parsing: note).claimed
                (units, next) = (Set(roster.units.map(\.address)), roster.previous)
            }
            found.formUnion(units.intersection(wanted))
            if all.count <= most { all.formUnion(units) }
        }
        if all.count <= most { known[institution] = (latest, all) }
        return found
    }
}
