// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
public import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What the lines add up to, and the size of the log up to which they are known.
struct LinesState: Codable {
    var convention: Hash
    var institutions: Hash
    var size: Int
}

/// Keys documents of an institution's agents, and the size of the log up to which they are known.
struct KeysState: Codable {
    var size: Int
    var notes: [String]
    /// The line's hash that the documents add up to; absent in vaults of earlier programs.
    var hash: Hash?
}

/// How a vault keeps the directory: each institution's line of the head, its roster, and its agents' keys once they were
/// needed. A command verifies and loads only the institutions that it has to do with, however many there are.
extension DirectoryView {
    // MARK: Lines

    /// Fetches the lines that changed, and the rosters behind them: whole or not at all.
    func refreshLines(_ stated: DirectoryHead) async throws {
        let vault = account.vault
        let known = try vault.value(Table.lines, "head")
        let size = (head?.index ?? 0) + 1
        // Under another convention, or after a refresh that was broken off under one, all lines are asked for.
        let fromTheStart = known?.convention != stated.convention
        if !fromTheStart, known?.institutions == stated.institutions { return }
        let answer = try await relay.lines(from: fromTheStart ? 0 : known?.size ?? 0).lines
        let fresh = Dictionary(answer.map { ($0.institution, $0) }) { first, _ in first }
        guard fresh.count == answer.count else { throw ClientFailure.broken(.directoryMismatch) }
        var lines = fresh
        for id in try vault.ids(Table.line) {
            guard let line = try vault.value(Table.line, id),
                fresh[line.institution] == nil
            else { continue }
            if !fromTheStart {
                lines[line.institution] = line
            } else if try isStillSupported(line.institution) {
                // The new convention lists the key that signed its roster: it cannot have gone.
                throw ClientFailure.broken(.directoryRollback)
            } else {
                try forget(line.institution)
            }
        }
        guard DirectoryHead.hash(of: lines.values) == stated.institutions else {
            throw ClientFailure.broken(.directoryMismatch)
        }
        let state = LinesState(convention: stated.convention, institutions: stated.institutions, size: size)
        try await refreshRosters(
            fresh.values.sorted { $0.institution < $1.institution }, from: fromTheStart ? 0 : known?.size ?? 0, state)
    }

    private func isStillSupported(_ institution: InstitutionID) throws -> Bool {
        guard let text = try account.vault.value(Table.roster, institution.description) else {
            return false
        }
        var directory = try frame(for: institution)
        return (try? directory.accept(Unverified<Roster>(parsing: text), at: clock(), standing: true)) != nil
    }

    private func forget(_ institution: InstitutionID) throws {
        try account.vault.write { vault in
            try vault.delete(Table.line, institution.description)
            try vault.delete(Table.roster, institution.description)
            try vault.delete(Table.successions, institution.description)
            try vault.delete(Table.keys, institution.description)
            try Self.index([institution: []], vault)
        }
        directory.release(institution)
    }

    /// What the relay hands out for a line, read but not yet verified.
    private struct Offer: Sendable {
        let line: DirectoryHead.Line
        let successions: [String]
        let roster: Unverified<Roster>
        /// The roster with the entry that published it.
        let published: PublishedDocument
    }

    /// A roster as it was verified, and what goes with it into the vault.
    private struct Taken {
        let offer: Offer
        let successions: [String]?
        let place: LogPlace
    }

    /// How many institutions are asked for at a time.
    private static let asked = 8

    /// Fetches the rosters that lines name when they are not the ones kept, and verifies all before any is kept.
    private func refreshRosters(_ lines: [DirectoryHead.Line], from index: Int, _ state: LinesState) async throws {
        let vault = account.vault
        var wanted: [(line: DirectoryHead.Line, from: Int, version: Int)] = []
        for line in lines {
            let stored = try vault.value(Table.roster, line.institution.description)
                .map { try Unverified<Roster>(parsing: $0) }
            guard stored?.note.hash != line.roster else { continue }
            wanted.append((line, stored == nil ? 0 : index, stored?.claimed.version ?? 0))
        }
        let offers = try await offers(for: wanted.map { ($0.line, $0.from) })
        for (offer, wanted) in zip(offers, wanted) {
            guard offer.roster.claimed.version > wanted.version else { throw ClientFailure.broken(.directoryRollback) }
        }
        let taken = try await verify(offers)
        try vault.write { vault in
            for item in taken {
                let id = item.offer.line.institution.description
                if let successions = item.successions { try vault.put(successions, Table.successions, id) }
                try vault.put(item.place, Table.publication, item.offer.line.roster.hex)
                try vault.put(item.offer.roster.note.serialized, Table.roster, id)
            }
            for line in lines { try vault.put(line, Table.line, line.institution.description) }
            let units = taken.map { ($0.offer.line.institution, $0.offer.roster.claimed.units) }
            try Self.index(Dictionary(uniqueKeysWithValues: units), vault)
            try vault.put(state, Table.lines, "head")
        }
        for item in taken { directory.release(item.offer.line.institution) }
    }

    /// In the order of `lines`; some are on their way at a time, and read as they come.
    private func offers(for lines: [(line: DirectoryHead.Line, from: Int)]) async throws -> [Offer] {
        let relay = relay
        return try await withThrowingTaskGroup(of: (Int, Offer).self) { group in
            var offers = [Offer?](repeating: nil, count: lines.count)
            for (place, item) in lines.enumerated() {
                if place >= Self.asked, let (earlier, offer) = try await group.next() { offers[earlier] = offer }
                group.addTask { (place, try await Self.offer(for: item.line, from: item.from, relay)) }
            }
            for try await (place, offer) in group { offers[place] = offer }
            return offers.compactMap(\.self)
        }
    }

    private static func offer(
        for line: DirectoryHead.Line, from index: Int, _ relay: any RelayConnection
    ) async throws -> Offer {
        async let published = relay.document(line.roster)
        let bundle = try await relay.bundle(of: line.institution, from: index, keys: false)
        guard let text = bundle.roster, let roster = try? Unverified<Roster>(parsing: text),
            roster.note.hash == line.roster, roster.claimed.by == line.institution
        else { throw ClientFailure.broken(.directoryMismatch) }
        return Offer(line: line, successions: bundle.successions, roster: roster, published: try await published)
    }

    /// Verifies rosters, each by itself: the signatures in them on all processors.
    private func verify(_ offers: [Offer]) async throws -> [Taken] {
        guard !offers.isEmpty else { return [] }
        let present = try conventionInForce()
        let convention = try await publication(of: present.hash).index
        var taken: [Taken] = []
        var rosters: [Accepting] = []
        for offer in offers {
            let institution = offer.line.institution
            let successions = try joined(offer.successions, of: institution)
            let place = try await place(of: offer.published, offer.line.roster)
            let (frame, kept) = try frame(for: institution, under: present, holding: successions)
            rosters.append(
                Accepting(
                    roster: offer.roster, place: place, convention: convention, successions: try await published(kept),
                    frame: frame))
            taken.append(Taken(offer: offer, successions: successions, place: place))
        }
        for isAccepted in await rosters.inParallel({ $0.isAccepted() }) where !isAccepted {
            throw ClientFailure.broken(.bundleRefused)
        }
        return taken
    }

    /// A roster, and all that it is judged by.
    private struct Accepting: Sendable {
        let roster: Unverified<Roster>
        let place: LogPlace
        /// The index at which the convention in force was published.
        let convention: Int
        let successions: [(note: Verified<Succession>, index: Int)]
        let frame: Directory

        func isAccepted() -> Bool {
            var scratch = frame
            do {
                try scratch.accept(roster, published: place, convention: convention, successions: successions)
                return true
            } catch {
                return false
            }
        }
    }

    /// Keeps successions, beside those that are held; which of them count, and where, is judged when they are used.
    func take(_ offered: [String], of institution: InstitutionID) throws {
        guard let all = try joined(offered, of: institution) else { return }
        try account.vault.put(all, Table.successions, institution.description)
    }

    /// The successions that are held and those that are offered; nil when none of these is new.
    private func joined(_ offered: [String], of institution: InstitutionID) throws -> [String]? {
        let held = try account.vault.value(Table.successions, institution.description) ?? []
        let new = offered.filter { !held.contains($0) }
        for text in new {
            guard let note = try? Unverified<Succession>(parsing: text), note.claimed.by == institution else {
                throw ClientFailure.broken(.bundleRefused)
            }
        }
        return new.isEmpty ? nil : held + new
    }

    /// `convention` with an institution's successions that it calls for, each signed by the recovery key; others say
    /// nothing under it.
    private func frame(
        for institution: InstitutionID, under convention: Verified<Convention>, holding kept: [String]? = nil
    ) throws -> (frame: Directory, successions: [Verified<Succession>]) {
        var frame = Directory(under: convention)
        let held = try kept ?? account.vault.value(Table.successions, institution.description) ?? []
        let successions = held.compactMap { text -> Verified<Succession>? in
            guard let note = try? Unverified<Succession>(parsing: text), (try? frame.accept(note)) != nil else {
                return nil
            }
            return frame.successions[institution]
        }
        return (frame, successions)
    }

    /// The convention, and an institution's latest succession where there is one: what a roster is verified against.
    func frame(for institution: InstitutionID) throws -> Directory {
        try frame(for: institution, under: conventionInForce()).frame
    }

    /// An institution's successions with their places in the log.
    func published(
        _ institution: InstitutionID, under convention: Verified<Convention>
    ) async throws -> [(note: Verified<Succession>, index: Int)] {
        try await published(frame(for: institution, under: convention).successions)
    }

    private func published(
        _ successions: [Verified<Succession>]
    ) async throws -> [(note: Verified<Succession>, index: Int)] {
        var published: [(Verified<Succession>, Int)] = []
        for note in successions { published.append((note, try await publication(of: note.hash).index)) }
        return published
    }

    /// Takes a roster by the keys that counted when the log took it.
    func accept(_ roster: Unverified<Roster>, into directory: inout Directory) async throws {
        guard let convention = directory.convention else { throw ClientFailure.broken(.conventionRefused) }
        try await accept(
            roster, at: publication(of: roster.note.hash), frame(for: roster.claimed.by, under: convention).successions,
            into: &directory)
    }

    /// - Parameters:
    ///   - place: where the log took it.
    ///   - successions: those of its institution that the convention calls for.
    private func accept(
        _ roster: Unverified<Roster>, at place: LogPlace, _ successions: [Verified<Succession>],
        into directory: inout Directory
    ) async throws {
        guard let convention = directory.convention else { throw ClientFailure.broken(.conventionRefused) }
        let under = try await publication(of: convention.hash).index
        let published = try await published(successions)
        do {
            try directory.accept(roster, published: place, convention: under, successions: published)
        } catch {
            throw ClientFailure.broken(.bundleRefused)
        }
    }

    // MARK: Roles

    /// Keeps for each role the units that hold it, so that a copy's unit is found without reading every roster.
    ///
    /// - Parameter units: of the institutions whose rosters changed.
    private static func index(
        _ units: [InstitutionID: [LiaisonModel.Unit]], _ vault: VaultTransaction
    ) throws {
        var holders: [String: [UnitAddress]] = [:]
        for unit in units.values.joined() {
            for role in unit.roles { holders[role, default: []].append(unit.address) }
        }
        for role in Set(holders.keys).union(try vault.ids(Table.role)) {
            let others = (try vault.value(Table.role, role) ?? [])
            let kept = others.filter { units[$0.institution] == nil }
            let now = (kept + (holders[role] ?? [])).sorted()
            if now != others { try vault.put(now, Table.role, role) }
        }
    }

    /// Units that hold a role, in order of address, with their institutions known.
    public func units(holding role: String, keys: Bool = false) async throws -> [LiaisonModel.Unit] {
        let addresses = try account.vault.value(Table.role, role) ?? []
        try await know(Set(addresses.map(\.institution)), keys: keys)
        return directory.units(holding: [role])
    }

    // MARK: Loading

    /// Every institution of the directory.
    public func institutions() throws -> [InstitutionID] {
        try account.vault.ids(Table.line).compactMap { InstitutionID($0) }
    }

    /// Brings institutions into `directory`, verified; with `keys` also their agents' encryption keys, up to date. One that
    /// is not in the directory is passed over.
    public func know(_ institutions: some Sequence<InstitutionID>, keys: Bool = false) async throws {
        for institution in institutions {
            directory.vouch(for: institution)
            guard let line = try account.vault.value(Table.line, institution.description)
            else {
                continue
            }
            if directory.rosters[institution]?.hash != line.roster { try await load(line) }
            if keys, directory.keysHash(of: institution) != line.keys { try await loadKeys(line) }
        }
    }

    private func load(_ line: DirectoryHead.Line) async throws {
        guard let text = try account.vault.value(Table.roster, line.institution.description) else {
            throw VaultFailure.damaged("roster")
        }
        if let note = try frame(for: line.institution).successions[line.institution]?.note {
            try directory.accept(Unverified<Succession>(note))
        }
        try await accept(Unverified<Roster>(parsing: text), into: &directory)
    }

    private func loadKeys(_ line: DirectoryHead.Line) async throws {
        let vault = account.vault
        let id = line.institution.description
        let stored = try vault.value(Table.keys, id)
        // What the roster in force no longer supports has gone at the relay, too.
        for note in stored?.notes ?? [] { try? directory.accept(Unverified<AgentKeys>(parsing: note)) }
        // Without the relay, the keys last verified are the best there is; a deposit seals anew when they have changed.
        guard offlineSince == nil else { return }
        if directory.keysHash(of: line.institution) != line.keys {
            let bundle = try await relay.bundle(of: line.institution, from: stored?.size ?? 0, keys: true)
            do {
                for note in bundle.keys { try directory.accept(Unverified<AgentKeys>(parsing: note)) }
            } catch DirectoryRefusal.keysRollback {
                throw ClientFailure.broken(.directoryRollback)
            } catch {
                throw ClientFailure.broken(.bundleRefused)
            }
            guard directory.keysHash(of: line.institution) == line.keys else {
                throw ClientFailure.broken(.directoryMismatch)
            }
        }
        let state = KeysState(
            size: (head?.index ?? 0) + 1, notes: directory.keys(of: line.institution).map(\.note.serialized),
            hash: line.keys)
        if state.notes != stored?.notes || state.hash != stored?.hash { try vault.put(state, Table.keys, id) }
    }

    /// Fetches the keys of the units to which this agent may send, where they have changed, so that a later command can seal
    /// for them while the relay cannot be reached. A vault prepares for so many institutions at most.
    ///
    /// An institution whose documents do not come or do not hold is left to the command that has to do with it.
    public func prepareToWorkOffline() async throws {
        guard let convention = directory.convention?.body else { return }
        let held = Set(ownUnits.compactMap { directory.unit($0) }.flatMap(\.roles))
        let roles = convention.flows.filter { !held.isDisjoint(with: $0.from) }.flatMap { $0.to + $0.copies }
        var institutions: Set<InstitutionID> = []
        for role in Set(roles) {
            institutions.formUnion(
                (try account.vault.value(Table.role, role) ?? []).map(\.institution))
        }
        for institution in institutions.sorted().prefix(Self.offlineLimit) {
            let id = institution.description
            guard let line = try account.vault.value(Table.line, id),
                try account.vault.value(Table.keys, id)?.hash != line.keys
            else { continue }
            try? await know([institution], keys: true)
        }
    }

    private static let offlineLimit = 40
}
