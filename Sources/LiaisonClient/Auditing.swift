// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
public import LiaisonWire

/// One change of the own institution's keys, roster or agents' keys, or of the convention, as the log published it.
public struct DirectoryChange: Hashable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case conventionChanged = "convention_changed"
        /// The key that signs the institution's rosters: by a succession, or by a new convention.
        case institutionKeyChanged = "institution_key_changed"
        case unitAdded = "unit_added", unitRemoved = "unit_removed"
        /// Its roles, telephone numbers, name or hours: `fields` says which.
        case unitChanged = "unit_changed"
        case agentAdded = "agent_added", agentRemoved = "agent_removed", agentRevoked = "agent_revoked"
        /// Another signing or TLS key under the same address.
        case agentKeyChanged = "agent_key_changed"
        case postAdded = "post_added", postRemoved = "post_removed"
        /// Another role in the same unit, or other dates.
        case postChanged = "post_changed"
        /// Auditor, DPO or statistics reader, now or no longer.
        case dutiesChanged = "duties_changed"
        /// From when until when the agent may act, or a revocation that is taken back.
        case datesChanged = "dates_changed"
        /// Who stands in for the unit while it is absent.
        case substitutesChanged = "substitutes_changed"
        case registrarsChanged = "registrars_changed"
        case keysPublished = "keys_published"
    }

    public let kind: Kind
    /// A unit, an agent or the institution.
    public let subject: String
    /// The unit of a post.
    public let unit: UnitAddress?
    /// Of a unit's line that changed, as the format names them.
    public let fields: [String]
    public let place: LogPlace

    init(kind: Kind, subject: String, unit: UnitAddress? = nil, fields: [String] = [], place: LogPlace) {
        self.kind = kind
        self.subject = subject
        self.unit = unit
        self.fields = fields
        self.place = place
    }
}

/// What an audit found to be wrong with this device's own place in the directory.
public enum AuditFinding: String, Codable, Hashable, Sendable {
    /// The roster gives this agent's address another key than this device has.
    case foreignIdentity = "foreign_identity"
    /// Encryption keys were published in this agent's name that this device does not have.
    case foreignKeys = "foreign_keys"
    /// The roster does not list this agent any more.
    case notListed = "not_listed"
}

public struct AuditReport: Sendable {
    /// Of the log that everything here was proven consistent with.
    public let checkpoint: Checkpoint
    /// Size of the tree that this client had seen before; nil when none.
    public let seenBefore: Int?
    /// Events of each own mailbox.
    public internal(set) var mailboxes: [Mailbox: Int] = [:]
    /// Transmissions replayed from their events and acts since the last audit.
    public internal(set) var transmissions = 0
    /// Other agents' checkpoints, found in envelopes and acts, that agree with this log.
    public internal(set) var agreed = 0
    /// Since the last audit, in order of the log.
    public internal(set) var changes: [DirectoryChange] = []
    public internal(set) var findings: [AuditFinding] = []
    public internal(set) var witnessing = Witnessing.notAsked
}

/// How far the last audit came.
struct AuditState: Codable {
    var index: Int
    var convention: Hash?
    var succession: Hash?
    var roster: Hash?
    var keys: [String: Hash]
}

extension Session {
    /// Compares everything that the relay shows with what was seen before and with what others have seen: the log only
    /// grew, no event of the own units is missing, each transmission's events follow from signed acts, other agents saw
    /// the same history, and every change of the own institution's roster and keys is listed.
    ///
    /// - Throws: `ClientFailure.broken` for whatever contradicts.
    public func audit() async throws -> AuditReport {
        guard let head = directoryView.head else { throw ClientFailure.broken(.directoryHeadStale) }
        let state =
            try account.vault.value(Table.audit, "last") ?? AuditState(index: 0, keys: [:])
        var report = AuditReport(checkpoint: head.checkpoint.checkpoint, seenBefore: seenBefore)
        try await sync()
        var last = -1
        for unit in ownUnits {
            report.mailboxes[.unit(unit)] = try account.vault.read { try $0.count(Table.event(in: .unit(unit))) }
            last = max(last, try replica.mailbox(of: unit)?.index ?? -1)
        }
        try await audit(ownUnits.flatMap { try replica.events(in: $0, from: state.index) }, &report)
        try await auditConvention(since: state, &report)
        let (roster, keys) = try await auditDirectory(since: state, &report)
        report.changes.sort { $0.place.index < $1.place.index }
        report.findings = try ownFindings()
        report.witnessing = try await witnessing()
        try account.vault.put(
            AuditState(
                index: last + 1, convention: directory.convention?.hash,
                succession: directory.successions[address.institution]?.hash, roster: roster, keys: keys),
            Table.audit, "last")
        return report
    }

    /// Replays what has new events, and proves the checkpoints that others say they have seen.
    private func audit(_ events: [ProvenEvent], _ report: inout AuditReport) async throws {
        let changed = Set(events.filter { !$0.event.event.isRefusal }.compactMap(\.event.transmission))
        for id in changed.sorted() {
            let tracked: TrackedTransmission
            do {
                tracked = try await track(id)
            } catch let problem as Problem where problem.code == .notAParty || problem.code == .unknownTransmission {
                // Only alerted of it, or erased since; but what one's own unit sent or received is never for others only.
                let isOwn = events.contains { event in
                    event.event.transmission == id
                        && (event.event.event == .submissionAcceptance
                            || event.event.event == .contentConsignment
                                && event.event.unit.map(Mailbox.unit) == event.event.mailbox)
                }
                guard !isOwn else { throw ClientFailure.broken(.eventsMissing) }
                continue
            }
            report.transmissions += 1
            for (by, seen) in tracked.seen where by != address {
                try await logView.agree(with: Checkpoint(origin: log.name, size: seen.size, root: seen.root))
                report.agreed += 1
            }
        }
    }

    // MARK: The own institution's directory

    /// The conventions since the last audit, and the own institution's keys in them; a succession changes those, too.
    private func auditConvention(since state: AuditState, _ report: inout AuditReport) async throws {
        let present = try conventionInForce()
        let institution = address.institution
        var versions: [(body: Convention, place: LogPlace)] = []
        var older: Convention?
        if let last = state.convention {
            older = try await (directoryView.document(last) as Unverified<Convention>).claimed
            versions = try await chain(of: Convention.self, from: present.hash, to: last) { $0.previous }
        } else {
            versions = [(present.body, try await directoryView.publication(of: present.hash))]
        }
        for (version, place) in versions {
            let name = "\(version.name) \(version.version)"
            report.changes.append(DirectoryChange(kind: .conventionChanged, subject: name, place: place))
            if let older, older.party(institution)?.keys != version.party(institution)?.keys {
                report.changes.append(
                    DirectoryChange(kind: .institutionKeyChanged, subject: institution.description, place: place))
            }
            older = version
        }
        if let succession = directory.successions[institution]?.hash, succession != state.succession {
            report.changes.append(
                DirectoryChange(
                    kind: .institutionKeyChanged, subject: institution.description,
                    place: try await directoryView.publication(of: succession)))
        }
    }

    private func auditDirectory(
        since state: AuditState, _ report: inout AuditReport
    ) async throws -> (roster: Hash?, keys: [String: Hash]) {
        try await know([address.institution], keys: true)
        let present = directory.rosters[address.institution]
        let rosters = try await chain(of: Roster.self, from: present?.hash, to: state.roster) { $0.previous }
        var older: Roster?
        if let last = state.roster { older = try await (directoryView.document(last) as Unverified<Roster>).claimed }
        for (roster, place) in rosters {
            report.changes += Self.changes(from: older, to: roster, at: place)
            older = roster
        }
        var latest: [String: Hash] = [:]
        for document in directory.keys(of: address.institution) {
            let agent = document.body.by.description
            latest[agent] = document.hash
            // Whoever is enrolled anew begins anew.
            let isNew = report.changes.contains {
                $0.subject == agent && ($0.kind == .agentKeyChanged || $0.kind == .agentAdded)
            }
            let published = try await chain(
                of: AgentKeys.self, from: document.hash, to: isNew ? nil : state.keys[agent]
            ) { $0.previous }
            report.changes += published.map {
                DirectoryChange(kind: .keysPublished, subject: agent, place: $0.place)
            }
        }
        return (present?.hash, latest)
    }

    /// The documents from after `end` up to `start`, oldest first, each naming the one before.
    private func chain<Body: LiaisonNotes.Document>(
        of type: Body.Type, from start: Hash?, to end: Hash?, _ previous: (Body) -> Hash?
    ) async throws -> [(body: Body, place: LogPlace)] {
        var chain: [(Body, LogPlace)] = []
        var next = start
        while let hash = next, hash != end {
            let note: Unverified<Body>
            do {
                note = try await directoryView.document(hash)
            } catch let problem as Problem where problem.code == .notFound && end == nil && !chain.isEmpty {
                // Only a log that goes on from another one does not have what was published in that one.
                guard try await relay.entry(0).evidence.verified(by: log).event.event == .logOpened else {
                    throw problem
                }
                break
            }
            chain.append((note.claimed, try await directoryView.publication(of: hash)))
            next = previous(note.claimed)
        }
        // What was there at the last audit must still be behind what is there now.
        guard next == end || end == nil else { throw ClientFailure.broken(.directoryRollback) }
        return chain.reversed()
    }

    static func changes(from old: Roster?, to new: Roster, at place: LogPlace) -> [DirectoryChange] {
        var changes: [DirectoryChange] = []
        func note(
            _ kind: DirectoryChange.Kind, _ subject: String, _ unit: UnitAddress? = nil, fields: [String] = []
        ) {
            changes.append(DirectoryChange(kind: kind, subject: subject, unit: unit, fields: fields, place: place))
        }
        let units = (old: Set(old?.units.map(\.address) ?? []), new: Set(new.units.map(\.address)))
        for unit in units.new.subtracting(units.old).sorted() { note(.unitAdded, unit.description) }
        for unit in units.old.subtracting(units.new).sorted() { note(.unitRemoved, unit.description) }
        let known = Dictionary((old?.units ?? []).map { ($0.address, $0) }) { first, _ in first }
        for unit in new.units {
            let before = known[unit.address]
            if before?.absence?.substitutes ?? [] != unit.absence?.substitutes ?? [] {
                note(.substitutesChanged, unit.address.description)
            }
            let fields = before.map { differing($0, unit) } ?? []
            if !fields.isEmpty { note(.unitChanged, unit.address.description, fields: fields) }
        }
        let before = Dictionary((old?.agents ?? []).map { ($0.address, $0) }) { first, _ in first }
        let after = Dictionary(new.agents.map { ($0.address, $0) }) { first, _ in first }
        for agent in before.keys.filter({ after[$0] == nil }).sorted() { note(.agentRemoved, agent.description) }
        for (address, agent) in after.sorted(by: { $0.key < $1.key }) {
            let old = before[address]
            if old == nil { note(.agentAdded, address.description) }
            if let old, old.key != agent.key || old.tls != agent.tls { note(.agentKeyChanged, address.description) }
            if agent.revocation != nil, old?.revocation == nil { note(.agentRevoked, address.description) }
            if old?.duties ?? [] != agent.duties { note(.dutiesChanged, address.description) }
            if let old,
                old.notBefore != agent.notBefore || old.notAfter != agent.notAfter
                    || old.revocation != nil && agent.revocation != old.revocation
            {
                note(.datesChanged, address.description)
            }
            let posts = (old: Set(old?.posts.map(\.unit) ?? []), new: Set(agent.posts.map(\.unit)))
            for unit in posts.new.subtracting(posts.old).sorted() { note(.postAdded, address.description, unit) }
            for unit in posts.old.subtracting(posts.new).sorted() { note(.postRemoved, address.description, unit) }
            for unit in posts.old.intersection(posts.new).sorted()
            where Set(old?.posts.filter { $0.unit == unit } ?? []) != Set(agent.posts.filter { $0.unit == unit }) {
                note(.postChanged, address.description, unit)
            }
        }
        if let old, old.registrars != new.registrars { note(.registrarsChanged, new.by.description) }
        return changes
    }

    /// The fields in which two lines of a unit differ, its substitutes apart.
    private static func differing(_ old: Unit, _ new: Unit) -> [String] {
        let fields: [(String, Bool)] = [
            ("kind", old.kind != new.kind), ("name", old.name != new.name), ("town", old.town != new.town),
            ("phone", old.phone != new.phone), ("duty_phone", old.dutyPhone != new.dutyPhone),
            ("roles", Set(old.roles) != Set(new.roles)), ("opening", old.opening != new.opening),
            ("absence", old.absence?.reason != new.absence?.reason || old.absence?.until != new.absence?.until)
        ]
        return fields.filter(\.1).map(\.0)
    }

    private func ownFindings() throws -> [AuditFinding] {
        guard let line = directory.agent(address) else { return [.notListed] }
        var findings: [AuditFinding] = []
        if line.key != (try account.signer().privateKey.publicKey) { findings.append(.foreignIdentity) }
        let own = Set(try account.identities().map(\.identity.recipient.fingerprint))
        let published = directory.encryptionKeys(of: address, at: clock()).compactMap(\.fingerprint)
        if !own.isSuperset(of: published) { findings.append(.foreignKeys) }
        return findings
    }

    // MARK: For an institution's auditor or DPO

    /// Whether the own institution's roster makes this agent its auditor or DPO: the relay shows its events to nobody else.
    public var mayInspect: Bool {
        directory.agent(address)?.duties.contains { $0 == .auditor || $0 == .dpo } ?? false
    }

    /// The events of all mailboxes of the own institution in a time, complete: for every unit of the rosters of that time the
    /// log shows where its mailbox stood before and where it went on, and the inspection itself is told to each of them.
    ///
    /// - Throws: `ClientFailure.broken(.eventsMissing)` for a mailbox with a hole that no erasure explains.
    public func inspect(since: Instant, until: Instant) async throws -> [VerifiedEvidence] {
        // What is yet to come is nobody's to show, and what comes while it is asked for would be asked for again and again.
        let until = min(until, clock() + 1)
        guard since < until else { return [] }
        do {
            return try await window(since: since, until: until)
        } catch ClientFailure.broken(.eventsMissing) where until <= clock() {
            // What has been erased of that time is said later.
            return try await window(since: since, until: clock() + 1)
                .filter { $0.event.at < until }
        }
    }

    /// - Parameter others: units besides those of the rosters, whose mailboxes have gone on.
    private func window(
        since: Instant, until: Instant, others: Set<UnitAddress> = [], round: Int = 1
    ) async throws -> [VerifiedEvidence] {
        let units = try await units(since: since, until: until).union(others).sorted()
        let inspection = try Inspection(
            by: address, log: log.name, since: since, until: until, units: units, at: clock()
        ).signed(by: account.signer())
        // The Inspection itself may be newer than the refreshed head: both then belong to one history all the same.
        let (events, ends) = try await pages { try await relay.inspect(inspection, from: $0) }
        let mailboxes = Set([.institution(address.institution)] + units.map(Mailbox.unit))
        guard events.allSatisfy({ since <= $0.event.at && $0.event.at < until }),
            ends.allSatisfy({ mailboxes.contains($0.event.mailbox) }),
            (events + ends).allSatisfy({ $0.event.mailbox.institution == address.institution })
        else { throw ClientFailure.broken(.wrongEvent) }
        let closed = Set(events.map(\.event.mailbox)).subtracting(mailboxes).compactMap { mailbox in
            if case .unit(let unit) = mailbox { unit } else { nil }
        }
        // What a unit that has left the roster had received goes on to its end: it is asked about as well.
        guard closed.isEmpty else {
            guard round < Self.rounds else { throw ClientFailure.broken(.eventsMissing) }
            return try await window(since: since, until: until, others: others.union(closed), round: round + 1)
        }
        let all = Dictionary((events + ends).map { ($0.index, $0) }) { first, _ in first }.values
            .sorted { $0.index < $1.index }
        let byMailbox = Dictionary(grouping: all, by: \.event.mailbox)
        for mailbox in mailboxes {
            // Each goes on beyond the time that was asked for, if only with the inspection.
            guard
                byMailbox[mailbox]?.contains(where: {
                    $0.event.at >= until || $0.event.event == .inspection && $0.event.document == inspection.hash
                }) ?? false
            else { throw ClientFailure.broken(.eventsMissing) }
        }
        try await directoryView.underAuditLimit { limit in
            try Self.checkGaps(all, since: since, auditLimit: limit, now: clock())
        }
        return events
    }

    /// The second names what the first showed; more than that is a relay that shows other units each time.
    private static let rounds = 3

    private func pages(
        _ page: (Int) async throws -> EventPage
    ) async throws -> (events: [VerifiedEvidence], ends: [VerifiedEvidence]) {
        var events: [VerifiedEvidence] = []
        var next = 0
        while true {
            let page = try await page(next)
            for evidence in page.events {
                let event = try await logView.prove(evidence)
                guard event.index >= next, event.index > events.last?.index ?? -1 else {
                    throw ClientFailure.broken(.wrongEvent)
                }
                events.append(event)
            }
            guard let number = page.next else {
                var ends: [VerifiedEvidence] = []
                for evidence in page.ends ?? [] { ends.append(try await logView.prove(evidence)) }
                return (events, ends)
            }
            guard number > next else { throw ClientFailure.broken(.malformedAnswer) }
            next = number
        }
    }

    /// The own institution's units in the rosters that were in force at some time from `since` until before `until`.
    private func units(since: Instant, until: Instant) async throws -> Set<UnitAddress> {
        guard let present = directory.rosters[address.institution] else { throw ClientFailure.broken(.bundleRefused) }
        var units: Set<UnitAddress> = []
        var (roster, hash) = (present.body, present.hash)
        while true {
            let place = try await directoryView.publication(of: hash)
            if place.at < until { units.formUnion(roster.units.map(\.address)) }
            guard place.at > since, let previous = roster.previous else { return units }
            do {
                roster = try await (directoryView.document(previous) as Unverified<Roster>).claimed
            } catch let problem as Problem where problem.code == .notFound {
                // Only a log that goes on from another one does not have what was published in that one.
                guard try await relay.entry(0).evidence.verified(by: log).event.event == .logOpened else {
                    throw problem
                }
                return units
            }
            hash = previous
        }
    }
}
