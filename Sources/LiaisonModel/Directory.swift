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
    case rosterRollback(InstitutionID, have: Int, offered: Int)
    case brokenChain(String)
    case foreignAddress(String)
    case duplicateAddress(String)
    case possessionNotProven(String)
    case keyClaimedTwice(String)
    case unknownUnit(String)
    case malformedOpening(String)
    case unknownAgent(String)
    case keysRollback(AgentAddress, have: Int, offered: Int)
    case malformedKey(String)
    case keyLivesTooLong(String)
}

/// The documents in force, each verified against the one above it: convention, rosters, agents' keys.
///
/// A value: the relay and the client build it with the same functions, and neither can put in a document
/// that was not verified.
public struct Directory: Sendable {
    /// Longest life of an encryption key, in seconds: 30 days (docs/formats.md, section 2.5).
    public static let keyLifetime = 30 * 86_400
    /// Opening intervals of one unit.
    static let openingLimit = 100

    public private(set) var convention: Verified<Convention>?
    /// Superseded conventions, with the instant of their supersession.
    public private(set) var superseded: [Hash: (convention: Verified<Convention>, at: Int)] = [:]
    public private(set) var rosters: [InstitutionID: Verified<Roster>] = [:]
    public private(set) var keys: [AgentAddress: Verified<AgentKeys>] = [:]
    // Look-ups that would otherwise walk every roster; kept in step by `index(_:instead:)` and `accept`.
    private var agents: [AgentAddress: Agent] = [:]
    private var units: [UnitAddress: Unit] = [:]
    private var agentsByTLSKey: [Hash: AgentAddress] = [:]
    private var signingKeyOwners: [VerificationKey: AgentAddress] = [:]
    private var encryptionKeyOwners: [String: AgentAddress] = [:]

    public init() {}

    // MARK: Taking documents in

    /// Takes a convention that supersedes the present one.
    ///
    /// - Parameter pin: a client's own institution; the convention must be signed by it.
    public mutating func accept(
        _ offered: Unverified<Convention>, at instant: Int, pin: NoteKey? = nil
    ) throws {
        let verified = try offered.verifiedByItsParties()
        if let pin {
            guard verified.signers.contains(pin.name) else { throw DirectoryRefusal.notSignedByOwnInstitution }
            try offered.note.checkSignature(by: pin)
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
        // What the new convention no longer supports goes, so that the state is the same when it is read anew.
        for (institution, roster) in rosters {
            let keys = verified.body.party(institution)?.keys.map(\.key) ?? []
            if !roster.keys.contains(where: { keys.contains($0.key) }) { release(institution) }
        }
    }

    /// Takes a roster signed by its institution's key in force.
    ///
    /// - Parameter chained: whether `previous` must be the roster held, as the relay asks; a client may
    ///   have missed versions in between.
    public mutating func accept(
        _ offered: Unverified<Roster>, at instant: Int, chained: Bool = false
    ) throws {
        let institution = offered.claimed.by
        guard let convention else { throw DirectoryRefusal.noConvention }
        guard let party = convention.body.party(institution) else {
            throw DirectoryRefusal.notAParty(institution.description)
        }
        let keysInForce = party.noteKeys(at: instant)
        guard let key = keysInForce.first(where: { key in offered.note.signatures.contains { $0.keyID == key.id } })
        else { throw DirectoryRefusal.keyNotInForce(institution.description) }
        let verified = try offered.verified(by: key)
        if let present = rosters[institution] {
            guard present.hash != verified.hash else { return }
            guard verified.body.version > present.body.version else {
                throw DirectoryRefusal.rosterRollback(
                    institution, have: present.body.version, offered: verified.body.version)
            }
            if chained, verified.body.previous != present.hash || verified.body.version != present.body.version + 1 {
                throw DirectoryRefusal.brokenChain(institution.description)
            }
        } else if chained, verified.body.previous != nil || verified.body.version != 1 {
            throw DirectoryRefusal.brokenChain(institution.description)
        }
        try checkContents(of: verified.body)
        index(verified.body, instead: rosters[institution]?.body)
        rosters[institution] = verified
    }

    /// Puts a roster's units and agents into the look-up tables, and drops the keys documents of agents
    /// that have left or changed their signing key.
    private mutating func index(_ roster: Roster, instead old: Roster?) {
        for unit in old?.units ?? [] { units[unit.address] = nil }
        for agent in old?.agents ?? [] {
            agents[agent.address] = nil
            signingKeyOwners[agent.key] = nil
            for fingerprint in agent.tls { agentsByTLSKey[fingerprint] = nil }
        }
        for unit in roster.units { units[unit.address] = unit }
        for agent in roster.agents {
            agents[agent.address] = agent
            signingKeyOwners[agent.key] = agent.address
            for fingerprint in agent.tls { agentsByTLSKey[fingerprint] = agent.address }
        }
        for agent in old?.agents ?? [] where agents[agent.address]?.key != agent.key {
            for key in keys[agent.address]?.body.keys ?? [] { encryptionKeyOwners[key.key] = nil }
            keys[agent.address] = nil
        }
    }

    private func checkContents(of roster: Roster) throws {
        let institution = roster.by
        var addresses: Set<String> = []
        for unit in roster.units {
            guard unit.address.institution == institution else {
                throw DirectoryRefusal.foreignAddress(unit.address.description)
            }
            guard addresses.insert(unit.address.description).inserted else {
                throw DirectoryRefusal.duplicateAddress(unit.address.description)
            }
            guard unit.opening.count <= Self.openingLimit, unit.opening.allSatisfy(\.isSound) else {
                throw DirectoryRefusal.malformedOpening(unit.address.description)
            }
        }
        let ownUnits = Set(roster.units.map(\.address))
        var claimed: Set<VerificationKey> = []
        var fingerprints: Set<Hash> = []
        for agent in roster.agents {
            guard agent.address.institution == institution else {
                throw DirectoryRefusal.foreignAddress(agent.address.description)
            }
            guard addresses.insert(agent.address.description).inserted else {
                throw DirectoryRefusal.duplicateAddress(agent.address.description)
            }
            let owner = signingKeyOwners[agent.key]
            guard claimed.insert(agent.key).inserted, owner == nil || owner?.institution == institution else {
                throw DirectoryRefusal.keyClaimedTwice(agent.address.description)
            }
            for fingerprint in agent.tls {
                let owner = agentsByTLSKey[fingerprint]
                guard fingerprints.insert(fingerprint).inserted, owner == nil || owner?.institution == institution
                else { throw DirectoryRefusal.keyClaimedTwice(agent.address.description) }
            }
            for post in agent.posts where !ownUnits.contains(post.unit) {
                throw DirectoryRefusal.unknownUnit(post.unit.description)
            }
            let possession = Possession(by: agent.address, key: agent.key, tls: agent.tls)
            guard let signature = Base64.decode(agent.possession),
                agent.key.isValid(signature, for: Array(try possession.noteText().utf8))
            else { throw DirectoryRefusal.possessionNotProven(agent.address.description) }
        }
    }

    /// Takes an agent's encryption keys, signed by the key that the roster names.
    public mutating func accept(_ offered: Unverified<AgentKeys>, chained: Bool = false) throws {
        let author = offered.claimed.by
        guard let agent = agent(author), let key = agent.noteKey else {
            throw DirectoryRefusal.unknownAgent(author.description)
        }
        let verified = try offered.verified(by: key)
        if let present = keys[author] {
            guard present.hash != verified.hash else { return }
            guard verified.body.version > present.body.version else {
                throw DirectoryRefusal.keysRollback(
                    author, have: present.body.version, offered: verified.body.version)
            }
            if chained, verified.body.previous != present.hash || verified.body.version != present.body.version + 1 {
                throw DirectoryRefusal.brokenChain(author.description)
            }
        }
        var own: Set<String> = []
        for key in verified.body.keys {
            guard key.bytes != nil, key.notBefore < key.notAfter else {
                throw DirectoryRefusal.malformedKey(author.description)
            }
            guard key.notAfter - key.notBefore <= Self.keyLifetime else {
                throw DirectoryRefusal.keyLivesTooLong(author.description)
            }
            let owner = encryptionKeyOwners[key.key]
            guard own.insert(key.key).inserted, owner == nil || owner == author else {
                throw DirectoryRefusal.keyClaimedTwice(author.description)
            }
        }
        for key in keys[author]?.body.keys ?? [] { encryptionKeyOwners[key.key] = nil }
        for key in verified.body.keys { encryptionKeyOwners[key.key] = author }
        keys[author] = verified
    }

    /// Lets go of an institution's roster and keys documents and of every claim that they make, before newer ones of
    /// several institutions are taken: a key may have moved from one to another.
    public mutating func release(_ institution: InstitutionID) {
        guard let roster = rosters[institution]?.body else { return }
        for agent in roster.agents {
            for key in keys[agent.address]?.body.keys ?? [] { encryptionKeyOwners[key.key] = nil }
            keys[agent.address] = nil
        }
        index(Roster(by: institution, version: 0, previous: nil, issuedAt: 0, units: [], agents: []), instead: roster)
        rosters[institution] = nil
    }

    // MARK: Looking up

    public func unit(_ address: UnitAddress) -> Unit? {
        units[address]
    }

    public func agent(_ address: AgentAddress) -> Agent? {
        agents[address]
    }

    /// The agents of `unit` who may act at `instant`.
    public func members(of unit: UnitAddress, at instant: Int) -> [Agent] {
        rosters[unit.institution]?.body.agents.filter { $0.isMember(of: unit, at: instant) } ?? []
    }

    /// The encryption keys of `unit`'s members that are valid at `instant`.
    public func encryptionKeys(of unit: UnitAddress, at instant: Int) -> [EncryptionKey] {
        members(of: unit, at: instant).flatMap { encryptionKeys(of: $0.address, at: instant) }
    }

    public func encryptionKeys(of agent: AgentAddress, at instant: Int) -> [EncryptionKey] {
        keys[agent]?.body.keys.filter { $0.notBefore <= instant && instant < $0.notAfter } ?? []
    }

    /// The agent whose roster line names this TLS key, if it may act at `instant`.
    public func agent(tls fingerprint: Hash, at instant: Int) -> Agent? {
        agentsByTLSKey[fingerprint].flatMap { agents[$0] }.flatMap { $0.isInForce(at: instant) ? $0 : nil }
    }

    /// Every convention that may still be named at `instant`.
    public func convention(_ hash: Hash, at instant: Int) -> Verified<Convention>? {
        if let convention, convention.hash == hash { return convention }
        guard let old = superseded[hash], instant <= old.at + old.convention.body.grace else { return nil }
        return old.convention
    }

    /// A convention by its hash, whether or not it may still be named.
    public func knownConvention(_ hash: Hash) -> Verified<Convention>? {
        convention?.hash == hash ? convention : superseded[hash]?.convention
    }

    /// What the relay states to be in force.
    public var head: DirectoryHead? {
        guard let convention else { return nil }
        return DirectoryHead(
            convention: convention.hash,
            institutions: rosters.values.sorted { $0.body.by < $1.body.by }.map { roster in
                DirectoryHead.Line(
                    institution: roster.body.by, roster: roster.hash, keys: keysHash(of: roster.body.by))
            })
    }

    /// SHA-256 over the lines `agent SP hash LF` of an institution's keys documents, by agent.
    public func keysHash(of institution: InstitutionID) -> Hash {
        let lines = keys.filter { $0.key.institution == institution }
            .sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.hash)\n" }
        return Hash.of(lines.joined())
    }
}
