// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Why a directory document is not accepted.
public enum DirectoryRefusal: Error, Equatable, Sendable {
    case noConvention
    case notAParty(String)
    case notSignedByOwnInstitution
    case conventionRollback(have: Int, offered: Int)
    case keyNotInForce(String)
    case signatureMissing(String, needed: Int)
    case rosterRollback(InstitutionID, have: Int, offered: Int)
    case brokenChain(String)
    case foreignAddress(String)
    case duplicateAddress(String)
    case possessionNotProven(String)
    case keyClaimedTwice(String)
    case unknownUnit(String)
    case malformedOpening(String)
    case tooManyStandIns(String, limit: Int)
    case tooManyUnits(String, limit: Int)
    case unknownAgent(String)
    case keysRollback(AgentAddress, have: Int, offered: Int)
    case malformedKey(String)
    case keyLivesTooLong(String)
    case wrongConvention(String)
}

/// The documents in force, each verified against the one above it: convention, successions, rosters, agents' keys.
///
/// A value: the relay and the client build it with the same functions, and neither can put in a document
/// that was not verified. The relay's holds every institution, a client's those that it has to do with.
public struct Directory: Sendable {
    /// Longest life of an encryption key: 30 days (docs/formats.md, section 2.5).
    public static let keyLifetime: Seconds = .days(30)
    /// Opening intervals of one unit.
    package static let openingLimit = 100
    /// Units of one roster.
    package static let unitLimit = 5000
    /// Units that stand in for one, and units that stand by for it.
    static let standInLimit = 20

    public private(set) var convention: Verified<Convention>?
    /// Superseded conventions, with the instant of their supersession.
    public private(set) var superseded: [Hash: (convention: Verified<Convention>, at: Instant)] = [:]
    public private(set) var successions: [InstitutionID: Verified<Succession>] = [:]
    public private(set) var rosters: [InstitutionID: Verified<Roster>] = [:]
    /// The last roster of each institution, in force or let go of: the next one chains from it.
    private var lastRosters: [InstitutionID: (version: Int, hash: Hash)] = [:]
    private var keys: [InstitutionID: KeysOfInstitution] = [:]
    // Look-ups that would otherwise walk every roster; kept in step by `index(_:instead:)` and `accept`.
    private var agents: [AgentAddress: Agent] = [:]
    private var units: [UnitAddress: Unit] = [:]
    private var unitsByRole: [String: Set<UnitAddress>] = [:]
    private var owners = KeyOwners()

    public init() {}

    /// A directory under a convention that was verified before.
    public init(under convention: Verified<Convention>) { self.convention = convention }

    /// The keys documents of one institution, and the hash over them that a DirectoryHead states.
    private struct KeysOfInstitution {
        let documents: [AgentAddress: Verified<AgentKeys>]
        let hash: Hash

        init(documents: [AgentAddress: Verified<AgentKeys>] = [:]) {
            self.documents = documents
            // SHA-256 over the lines `agent SP hash LF`, by agent.
            hash = Hash.of(documents.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.hash)\n" }.joined())
        }
    }

    // MARK: Taking documents in

    /// Takes a convention that supersedes the present one.
    ///
    /// - Parameters:
    ///   - pins: a client's own institution's keys; one of them must have signed.
    ///   - wanted: the parties whose signatures are checked now, all when nil; `vouch(for:)` checks more.
    public mutating func accept(
        _ offered: Unverified<Convention>, at instant: Instant, pins: [NoteKey] = [],
        of wanted: Set<InstitutionID>? = nil
    ) throws {
        let verified = try offered.verifiedByItsParties(of: wanted)
        guard pins.isEmpty || pins.contains(where: { (try? offered.note.checkSignature(by: $0)) != nil }) else {
            throw DirectoryRefusal.notSignedByOwnInstitution
        }
        if let present = convention {
            if present.hash == verified.hash {
                convention = verified  // the same text, perhaps with one more party's signature
                return
            }
            guard verified.body.version > present.body.version else {
                throw DirectoryRefusal.conventionRollback(
                    have: present.body.version, offered: verified.body.version)
            }
            guard verified.body.name == present.body.name, verified.body.previous == present.hash else {
                throw DirectoryRefusal.brokenChain(verified.body.name)
            }
            superseded[present.hash] = (present, instant)
        }
        convention = verified
        successions = [:]  // a new convention lists the keys anew
        // What the new convention no longer supports goes, so that the state is the same when it is read anew.
        for (institution, roster) in rosters where (try? checkStanding(Unverified(roster.note))) == nil {
            release(institution)
        }
    }

    /// Finds out whether a party signed the convention: only then its flows are in force.
    public mutating func vouch(for institution: InstitutionID) {
        guard let present = convention, !present.signers.contains(institution.description) else { return }
        for key in present.body.party(institution)?.noteKeys(at: present.body.notBefore) ?? [] {
            if let verified = try? present.verified(alsoBy: key) { convention = verified }
        }
    }

    /// Takes a party's new key, signed by the recovery key that the convention names; no other key of that party counts
    /// from then on.
    public mutating func accept(_ offered: Unverified<Succession>) throws {
        let claimed = offered.claimed
        guard let convention else { throw DirectoryRefusal.noConvention }
        guard let party = convention.body.party(claimed.by),
            let recovery = NoteKey(name: claimed.signer, key: party.recovery)
        else { throw DirectoryRefusal.notAParty(claimed.by.description) }
        guard claimed.convention == convention.hash else {
            throw DirectoryRefusal.wrongConvention(claimed.by.description)
        }
        let verified = try offered.verified(by: recovery)
        if let present = successions[claimed.by], present.hash != verified.hash {
            guard claimed.notBefore > present.body.notBefore else {
                throw DirectoryRefusal.brokenChain(claimed.by.description)
            }
        }
        successions[claimed.by] = verified
    }

    func successor(of institution: InstitutionID) -> Verified<Succession>? { successions[institution] }

    mutating func succeed(_ institution: InstitutionID, by succession: Verified<Succession>?) {
        successions[institution] = succession
    }

    /// The keys by which an institution signs at `instant`.
    public func signingKeys(of institution: InstitutionID, at instant: Instant) -> [NoteKey] {
        if let succession = successions[institution]?.body, succession.notBefore <= instant {
            guard instant < succession.notAfter else { return [] }
            return NoteKey(name: institution.description, key: succession.key).map { [$0] } ?? []
        }
        return convention?.body.party(institution)?.noteKeys(at: instant) ?? []
    }

    /// How many of them sign a roster; a succession leaves one key, however many the convention wants.
    public func signaturesNeeded(of institution: InstitutionID, at instant: Instant) -> Int {
        if let succession = successions[institution]?.body, succession.notBefore <= instant { return 1 }
        return max(convention?.body.party(institution)?.rosterSignatures ?? 1, 1)
    }

    /// Takes a roster signed by as many of its institution's keys in force as the convention wants.
    ///
    /// - Parameters:
    ///   - instant: when it was published.
    ///   - chained: whether `previous` must be the last roster, as the relay asks; a client may have missed versions in
    ///     between.
    ///   - standing: whether it was in force before the present convention was: then the convention need only list its
    ///     keys, whatever dates it gives them.
    public mutating func accept(
        _ offered: Unverified<Roster>, at instant: Instant, chained: Bool = false, standing: Bool = false
    ) throws {
        let institution = offered.claimed.by
        guard let convention else { throw DirectoryRefusal.noConvention }
        guard convention.body.party(institution) != nil else {
            throw DirectoryRefusal.notAParty(institution.description)
        }
        let verified =
            try standing
            ? checkStanding(offered)
            : verify(
                offered, by: signingKeys(of: institution, at: instant),
                needed: signaturesNeeded(of: institution, at: instant))
        if let present = rosters[institution], present.hash == verified.hash { return }
        if let last = lastRosters[institution] {
            guard verified.body.version > last.version || last.hash == verified.hash else {
                throw DirectoryRefusal.rosterRollback(institution, have: last.version, offered: verified.body.version)
            }
            if chained, verified.body.previous != last.hash || verified.body.version != last.version + 1 {
                throw DirectoryRefusal.brokenChain(institution.description)
            }
        } else if chained, verified.body.previous != nil || verified.body.version != 1 {
            throw DirectoryRefusal.brokenChain(institution.description)
        }
        try checkUnits(of: verified.body)
        try checkAgents(of: verified.body)
        index(verified.body, instead: rosters[institution]?.body)
        rosters[institution] = verified
        lastRosters[institution] = (verified.body.version, verified.hash)
    }

    /// Remembers a roster that is in force no more, for the next one to chain from.
    public mutating func remember(released roster: Unverified<Roster>) {
        lastRosters[roster.claimed.by] = (roster.claimed.version, roster.note.hash)
    }

    /// A roster from before the present convention: signed by as many of the keys that it lists as it wants.
    private func checkStanding(_ offered: Unverified<Roster>) throws -> Verified<Roster> {
        let institution = offered.claimed.by
        let listed =
            (convention?.body.party(institution)?.keys.map(\.key) ?? [])
            + [successions[institution]?.body.key].compactMap(\.self)
        let keys = listed.compactMap { NoteKey(name: institution.description, key: $0) }
        let bySuccessor = successions[institution].map { succession in
            offered.note.signatures.contains { line in
                NoteKey(name: institution.description, key: succession.body.key)?.id == line.keyID
            }
        }
        let needed = bySuccessor == true ? 1 : max(convention?.body.party(institution)?.rosterSignatures ?? 1, 1)
        return try verify(offered, by: keys, needed: needed)
    }

    private func verify(
        _ offered: Unverified<Roster>, by keys: [NoteKey], needed: Int
    ) throws -> Verified<Roster> {
        let name = offered.claimed.by.description
        let used = keys.filter { key in offered.note.signatures.contains { $0.keyID == key.id } }
        guard let first = used.first else { throw DirectoryRefusal.keyNotInForce(name) }
        guard used.count <= Roster.maximumSignatures else {
            throw SignedNote.Failure.tooManySignatures(offered.note.signatures.count)
        }
        guard used.count >= needed else { throw DirectoryRefusal.signatureMissing(name, needed: needed) }
        guard offered.note.signatures.count == used.count else {
            throw SignedNote.Failure.tooManySignatures(offered.note.signatures.count)
        }
        guard first.name == offered.claimed.signer else { throw SignedNote.Failure.wrongAuthor(expected: first.name) }
        return try offered.verified(by: used)
    }

    /// Puts a roster's units and agents into the look-up tables, and drops the keys documents of agents
    /// that have left or changed their signing key.
    private mutating func index(_ roster: Roster, instead old: Roster?) {
        for unit in old?.units ?? [] {
            units[unit.address] = nil
            for role in unit.roles { unitsByRole[role]?.remove(unit.address) }
        }
        for agent in old?.agents ?? [] { agents[agent.address] = nil }
        if let old { owners.release(old) }
        for unit in roster.units {
            units[unit.address] = unit
            for role in unit.roles { unitsByRole[role, default: []].insert(unit.address) }
        }
        for agent in roster.agents { agents[agent.address] = agent }
        owners.claim(roster)
        for agent in old?.agents ?? [] where agents[agent.address]?.key != agent.key { dropKeys(of: agent.address) }
    }

    private mutating func dropKeys(of agent: AgentAddress) {
        guard let document = keys[agent.institution]?.documents[agent] else { return }
        owners.release(document.body)
        var rest = keys[agent.institution]?.documents ?? [:]
        rest[agent] = nil
        keys[agent.institution] = KeysOfInstitution(documents: rest)
    }

    private func checkUnits(of roster: Roster) throws {
        guard roster.units.count <= Self.unitLimit else {
            throw DirectoryRefusal.tooManyUnits(roster.by.description, limit: Self.unitLimit)
        }
        let own = Set(roster.units.map(\.address))
        guard own.count == roster.units.count else {
            throw DirectoryRefusal.duplicateAddress(roster.by.description)
        }
        for unit in roster.units {
            guard unit.address.institution == roster.by else {
                throw DirectoryRefusal.foreignAddress(unit.address.description)
            }
            guard unit.opening.count <= Self.openingLimit, unit.opening.allSatisfy(\.isSound) else {
                throw DirectoryRefusal.malformedOpening(unit.address.description)
            }
            for other in (unit.absence?.substitutes ?? []) + unit.standbyUnits
            where !own.contains(other) || other == unit.address {
                throw DirectoryRefusal.unknownUnit(other.description)
            }
            let standIns = max(unit.standbyUnits.count, unit.absence?.substitutes.count ?? 0)
            guard standIns <= Self.standInLimit else {
                throw DirectoryRefusal.tooManyStandIns(unit.address.description, limit: Self.standInLimit)
            }
            if let standby = unit.standby, standby.isEmpty || Set(standby).count != standby.count {
                throw DirectoryRefusal.duplicateAddress(unit.address.description)
            }
        }
    }

    private func checkAgents(of roster: Roster) throws {
        let ownUnits = Set(roster.units.map(\.address))
        var addresses = Set(roster.units.map(\.address.description))
        for agent in roster.agents {
            guard agent.address.institution == roster.by else {
                throw DirectoryRefusal.foreignAddress(agent.address.description)
            }
            guard addresses.insert(agent.address.description).inserted else {
                throw DirectoryRefusal.duplicateAddress(agent.address.description)
            }
            for post in agent.posts where !ownUnits.contains(post.unit) {
                throw DirectoryRefusal.unknownUnit(post.unit.description)
            }
            // An agent that the roster held already proved its keys then.
            if let known = agents[agent.address], known.hasSameKeys(as: agent) { continue }
            let possession = Possession(by: agent.address, key: agent.key, tls: agent.tls)
            guard let signature = Base64.decode(agent.possession),
                agent.key.isValid(signature, for: Array(try possession.noteText().utf8))
            else { throw DirectoryRefusal.possessionNotProven(agent.address.description) }
        }
        if let claimed = owners.conflict(with: roster) { throw DirectoryRefusal.keyClaimedTwice(claimed) }
    }

    /// Takes an agent's encryption keys, signed by the key that the roster names.
    public mutating func accept(_ offered: Unverified<AgentKeys>, chained: Bool = false) throws {
        let author = offered.claimed.by
        guard let agent = agent(author), let key = agent.noteKey else {
            throw DirectoryRefusal.unknownAgent(author.description)
        }
        let verified = try offered.verified(by: key)
        let present = keys(of: author)
        if let present {
            guard present.hash != verified.hash else { return }
            guard verified.body.version > present.body.version else {
                throw DirectoryRefusal.keysRollback(
                    author, have: present.body.version, offered: verified.body.version)
            }
            if chained, verified.body.previous != present.hash || verified.body.version != present.body.version + 1 {
                throw DirectoryRefusal.brokenChain(author.description)
            }
        } else if chained, verified.body.version != 1 || verified.body.previous != nil {
            throw DirectoryRefusal.brokenChain(author.description)
        }
        for key in verified.body.keys {
            guard key.bytes != nil, key.notBefore < key.notAfter else {
                throw DirectoryRefusal.malformedKey(author.description)
            }
            guard key.notAfter - key.notBefore <= Self.keyLifetime else {
                throw DirectoryRefusal.keyLivesTooLong(author.description)
            }
        }
        if owners.isTaken(verified.body) { throw DirectoryRefusal.keyClaimedTwice(author.description) }
        if let present { owners.release(present.body) }
        owners.claim(verified.body)
        var documents = keys[author.institution]?.documents ?? [:]
        documents[author] = verified
        keys[author.institution] = KeysOfInstitution(documents: documents)
    }

    /// Lets go of an institution's roster and keys documents and of every claim that they make, before newer ones of
    /// several institutions are taken: a key may have moved from one to another.
    public mutating func release(_ institution: InstitutionID) {
        guard let roster = rosters[institution]?.body else { return }
        index(Roster(by: institution, version: 0, issuedAt: 0, units: [], agents: []), instead: roster)
        rosters[institution] = nil
        keys[institution] = nil
    }

    // MARK: Looking up

    public func unit(_ address: UnitAddress) -> Unit? { units[address] }
    public func agent(_ address: AgentAddress) -> Agent? { agents[address] }

    /// Whether `agent` acts for `unit` at `instant`: as a member, or as a member of a unit that stands in for it.
    ///
    /// - Parameter isStandbyCalled: whether the silence of the unit has called its standby units in.
    public func isMember(
        _ agent: Agent, of unit: UnitAddress, at instant: Instant, isStandbyCalled: Bool = false
    ) -> Bool {
        guard agent.address.institution == unit.institution, let roster = rosters[unit.institution]?.body,
            let unit = self.unit(unit)
        else { return false }
        return roster.isMember(agent, of: unit, at: instant, isStandbyCalled: isStandbyCalled)
    }

    /// The agents who may act for `unit` at `instant`.
    public func members(of unit: UnitAddress, at instant: Instant) -> [Agent] {
        agents(of: unit, at: instant, isStandbyCalled: false)
    }

    /// The agents to whom what is for `unit` is sealed at `instant`: its members, and those of its standby units.
    public func readers(of unit: UnitAddress, at instant: Instant) -> [Agent] {
        agents(of: unit, at: instant, isStandbyCalled: true)
    }

    private func agents(of unit: UnitAddress, at instant: Instant, isStandbyCalled: Bool) -> [Agent] {
        guard let roster = rosters[unit.institution]?.body, let unit = self.unit(unit) else { return [] }
        // Looked up once, and not for each agent.
        let isCalled = isStandbyCalled || !unit.standbyUnits.isEmpty && roster.isVacant(unit, at: instant)
        return roster.agents.filter { roster.isMember($0, of: unit, at: instant, isStandbyCalled: isCalled) }
    }

    /// Whether anybody could open what waits for `unit` at `instant`: somebody to whom it is sealed, and who has published
    /// keys, whether or not these are still valid for new contents.
    public func hasReader(_ unit: UnitAddress, at instant: Instant) -> Bool {
        readers(of: unit, at: instant).contains { !(keys(of: $0.address)?.body.keys.isEmpty ?? true) }
    }

    /// The units of all rosters in which nobody is left who could open anything at `instant`: as `hasReader` says of one, in
    /// one pass over each roster.
    public func unitsWithoutReader(at instant: Instant) -> [UnitAddress] {
        rosters.values.flatMap { roster -> [UnitAddress] in
            var read: Set<UnitAddress> = []
            for agent in roster.body.agents where !(keys(of: agent.address)?.body.keys.isEmpty ?? true) {
                for post in agent.posts where agent.isMember(of: post.unit, at: instant) { read.insert(post.unit) }
            }
            return roster.body.units.filter { unit in
                !read.contains(unit.address) && read.isDisjoint(with: unit.substitutes(at: instant) + unit.standbyUnits)
            }.map(\.address)
        }
    }

    /// The units of which `agent` is a standby member at `instant`: it acts for them once their silence has called it in.
    public func standbyUnits(of agent: AgentAddress, at instant: Instant) -> [UnitAddress] {
        guard let entry = self.agent(agent), let roster = rosters[agent.institution]?.body else { return [] }
        return roster.units.filter { unit in
            unit.standbyUnits.contains { entry.isMember(of: $0, at: instant) }
        }.map(\.address).sorted()
    }

    public func keys(of agent: AgentAddress) -> Verified<AgentKeys>? {
        keys[agent.institution]?.documents[agent]
    }

    /// The keys documents of an institution's agents, by agent.
    public func keys(of institution: InstitutionID) -> [Verified<AgentKeys>] {
        (keys[institution]?.documents ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }

    /// The encryption keys, valid at `instant`, to which a content for `unit` is sealed.
    public func encryptionKeys(of unit: UnitAddress, at instant: Instant) -> [EncryptionKey] {
        readers(of: unit, at: instant).flatMap { encryptionKeys(of: $0.address, at: instant) }
    }

    public func encryptionKeys(of agent: AgentAddress, at instant: Instant) -> [EncryptionKey] {
        keys(of: agent)?.body.keys.filter { $0.notBefore <= instant && instant < $0.notAfter } ?? []
    }

    /// The agent whose roster line names this TLS key, whether or not it may act.
    public func agent(tls fingerprint: Hash) -> Agent? { owners.agent(tls: fingerprint).flatMap { agents[$0] } }

    /// The agent whose roster line names this TLS key, if it may act at `instant`.
    public func agent(tls fingerprint: Hash, at instant: Instant) -> Agent? {
        agent(tls: fingerprint).flatMap { $0.isInForce(at: instant) ? $0 : nil }
    }

    /// The institution whose registrar has this TLS key.
    public func registrar(tls fingerprint: Hash) -> InstitutionID? { owners.registrar(tls: fingerprint) }

    /// Units that hold one of `roles`, in order of address.
    public func units(holding roles: [String]) -> [Unit] {
        roles.reduce(into: Set<UnitAddress>()) { $0.formUnion(unitsByRole[$1] ?? []) }.sorted()
            .compactMap { units[$0] }
    }

    /// Every convention that may still be named at `instant`.
    public func convention(_ hash: Hash, at instant: Instant) -> Verified<Convention>? {
        if let convention, convention.hash == hash { return convention }
        guard let old = superseded[hash], instant <= old.at + old.convention.body.grace else { return nil }
        return old.convention
    }

    /// A convention by its hash, whether or not it may still be named.
    public func knownConvention(_ hash: Hash) -> Verified<Convention>? {
        convention?.hash == hash ? convention : superseded[hash]?.convention
    }

    // MARK: Stating

    /// What the relay states to be in force.
    public var head: DirectoryHead? {
        convention.map { DirectoryHead(convention: $0.hash, lines: rosters.keys.compactMap(line)) }
    }

    /// One institution's line of the head.
    public func line(of institution: InstitutionID) -> DirectoryHead.Line? {
        rosters[institution].map {
            DirectoryHead.Line(institution: institution, roster: $0.hash, keys: keysHash(of: institution))
        }
    }

    public func keysHash(of institution: InstitutionID) -> Hash {
        (keys[institution] ?? KeysOfInstitution()).hash
    }
}

extension Agent {
    func hasSameKeys(as other: Agent) -> Bool {
        key == other.key && tls == other.tls && possession == other.possession
    }
}
