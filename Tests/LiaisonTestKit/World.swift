// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
package import LiaisonClient
import LiaisonDossier
package import LiaisonForms
package import LiaisonLedger
package import LiaisonModel
package import LiaisonNotes
package import LiaisonRelay
package import LiaisonSealing
package import LiaisonStores
package import LiaisonVault
package import LiaisonWire

/// A relay with the test convention and enrolled agents in one process, without sockets.
package final class World {
    package let directory: TemporaryDirectory
    package let clock = TestClock()
    package let store: any OperatedStore
    package let sequencer: Sequencer
    package let relay: Relay
    package let catalogue: FormCatalogue
    package let setting: Setting
    package private(set) var rosters: [String: Verified<Roster>] = [:]
    private var sessions: [String: Session] = [:]
    private var agents: [String: [Agent]] = [:]
    /// The policy of new sessions.
    package var policy: String?
    /// Wraps each new session's connection; a lying relay goes in here.
    package var wrap: (any RelayConnection) -> any RelayConnection = { $0 }

    /// - Parameter units: those that get an agent; the institutions of all others publish empty rosters.
    package init(units: [String], setting: Setting? = nil, store kind: StoreKind = .ordinary) async throws {
        let setting = try setting ?? .test()
        self.setting = setting
        directory = try TemporaryDirectory()
        store = try await kind.open(in: directory)
        let clock = clock
        sequencer = Sequencer(log: try Fixture.signer(Fixture.origin), store: store, clock: { clock.now })
        relay = Relay(
            sequencer: sequencer, store: store, clock: { clock.now })
        catalogue = FormCatalogue.shipped
        _ = try await sequencer.perform(.publishConvention(setting.signed()))
        for unit in units { try enrol(unit) }
        for institution in setting.institutions { try await publish(institution) }
        for unit in units {
            let session = try session(unit)
            try await session.refresh()
            try await session.keys.maintain()
        }
    }

    // MARK: Agents

    package func vaultPath(_ unit: String) -> String { "\(directory.path)/vault-\(unit)" }

    package static func passphrase() throws -> GuardedBytes { try GuardedBytes(copying: Array("essai".utf8)) }

    /// Costs of a passphrase that keep nobody out, for vaults of which a test wants only the content.
    package static func cheapDerivation() -> KeyDerivation {
        var derivation = KeyDerivation.fresh()
        (derivation.operations, derivation.memory) = (1, 8192)
        return derivation
    }

    private func enrol(_ unit: String) throws {
        let address = try setting.agentName(of: unit)
        let vault = try Vault.create(
            at: vaultPath(unit), passphrase: Self.passphrase(), derivation: Self.cheapDerivation())
        let request = try Account.create(
            in: vault, address: address, convention: try setting.signed(), now: clock.now)
        vaults[unit] = vault
        guard let signature = request.note.signatures.first else { throw Fixture.Missing() }
        let end = Fixture.start + 500 * 86_400
        let entry = Agent(
            address: address, key: request.body.key, possession: Base64.encode(signature.signature),
            notBefore: Fixture.start - 86_400, notAfter: end,
            posts: [
                Post(unit: try Fixture.unit(unit), role: .agent, notBefore: Fixture.start - 86_400, notAfter: end)
            ],
            duties: [], tls: request.body.tls, revocation: nil)
        agents[address.institution.description, default: []].append(entry)
    }

    private var vaults: [String: Vault] = [:]

    /// Signs and publishes the next roster, after `change` to its agents and `also` to all of it.
    package func publish(
        _ institution: String, change: (inout [Agent]) throws -> Void = { _ in },
        also: (inout Roster) throws -> Void = { _ in }
    ) async throws {
        var list = agents[institution] ?? []
        try change(&list)
        agents[institution] = list
        let present = rosters[institution]
        var roster = Roster(
            by: try Fixture.institution(institution), version: (present?.body.version ?? 0) + 1,
            previous: present?.hash, issuedAt: clock.now,
            units: present?.body.units
                ?? setting.units.filter { $0.address.institution.description == institution }
                .sorted { $0.address < $1.address },
            agents: list, registrars: present?.body.registrars ?? [])
        try also(&roster)
        let signed = try roster.signed(by: Fixture.signer(institution))
        _ = try await relay.publishRoster(Array(signed.note.serialized.utf8))
        rosters[institution] = signed
    }

    /// Puts an event of the test's making into the log, properly signed and proven: a relay that lies with all it has.
    package func forge(
        in mailbox: Mailbox, _ name: EventName, saying text: String? = nil,
        _ fill: (inout EventRecord) throws -> Void
    ) async throws {
        let size = try await store.head()?.size ?? 0
        let tiles = try await store.tiles(Set(TreeEdge.needed(for: size)))
        var edge = try Fixture.unwrap(TreeEdge(size: size, reading: tiles))
        let number = (try await store.end(of: mailbox)?.number ?? 0) + 1
        var event = EventRecord(log: Fixture.origin, event: name, mailbox: mailbox, number: number, at: clock.now)
        try fill(&event)
        let honest = String(decoding: try event.canonical(), as: UTF8.self)
        let forged = text.map { Array(honest.replacing("\"\(name.rawValue)\"", with: "\"\($0)\"").utf8) }
        let entry = try StoredEntry(event, at: size, salt: .fresh(), record: forged)
        var batch = Batch()
        batch.tiles = edge.append(MerkleTree.leaf(entry.commitment.bytes))
        batch.entries = [entry]
        batch.checkpoint =
            Checkpoint(origin: Fixture.origin, size: edge.size, root: edge.root)
            .signed(by: try Fixture.signer(Fixture.origin)).note.serialized
        try await store.commit(batch)
    }

    /// The same for a DirectoryHead.
    package func forgeHead(_ change: (inout [DirectoryHead.Line]) -> Void) async throws {
        let directory = sequencer.directory
        var lines = directory.rosters.keys.compactMap { directory.line(of: $0) }
        change(&lines)
        let convention = try Fixture.unwrap(directory.convention).hash
        try await forge(in: .directory, .directoryHead) {
            $0.head = DirectoryHead(convention: convention, lines: lines)
        }
    }

    /// The session of the unit's agent; a new one sees only what its vault remembers.
    package func session(_ unit: String, fresh: Bool = false) throws -> Session {
        if let session = sessions[unit], !fresh { return session }
        guard let vault = vaults[unit] else { throw Fixture.Missing() }
        let session = try session(over: vault)
        sessions[unit] = session
        return session
    }

    /// A session over another copy of a vault.
    package func session(inVaultAt path: String) throws -> Session {
        try session(over: Vault.open(at: path, passphrase: Self.passphrase()))
    }

    private func session(over vault: Vault) throws -> Session {
        let clock = clock
        return try Session(
            account: try Account(vault: vault), clock: { clock.now },
            trust: .success(try policy.map { try TrustAnchors(text: $0) })
        ) {
            account, _ in
            wrap(DirectConnection(relay: relay, peer: account.record.address))
        }
    }

    /// A session over the vault unlocked anew, as each command does it.
    package func reopened(_ unit: String) throws -> Session {
        sessions[unit] = nil
        vaults[unit] = nil
        vaults[unit] = try Vault.open(at: vaultPath(unit), passphrase: Self.passphrase())
        return try session(unit, fresh: true)
    }

    /// The records of the log's entries from `index` on that are still there.
    package func records(from index: Int = 0) async throws -> [EventRecord] {
        var records: [EventRecord] = []
        for index in index..<(try await store.head()?.size ?? 0) {
            guard let entry = try await store.entry(index) else { continue }
            records.append(try CanonicalJSON.decode(EventRecord.self, from: entry.record))
        }
        return records
    }

    /// An envelope that the unit's agent might sign now, with a content of one byte.
    package func envelope(of unit: String, to recipient: String = "iscg-est@avema01") async throws -> Envelope {
        let head = try await relay.directoryHead().evidence.verified(by: Fixture.noteKey(Fixture.origin))
        return Envelope(
            by: try Fixture.agentName(of: unit),
            routing: Routing(
                id: .fresh(), log: Fixture.origin, convention: try Fixture.unwrap(sequencer.directory.convention).hash,
                head: head.hash, from: try Fixture.unit(unit), to: try Fixture.unit(recipient), copies: [],
                kind: "referral", urgency: .routine, sealedAt: clock.now),
            content: ContentReference(sha256: Hash.of([1]), size: 1), manifest: Hash.of("m"))
    }

    /// Lets time have all its consequences, and leaves no trace of what was erased unless somebody reads the store.
    package func catchUp() async throws {
        var size: Int?
        while true {
            let outcome = try await sequencer.perform(.tick)
            let present = try await store.head()?.size
            if case .unfinished = outcome { continue }
            guard present != size else { break }
            size = present
        }
        try? await relay.scrub()
    }

    /// After a long time: agents renew their keys before they do anything else.
    package func resume(_ unit: String) async throws {
        _ = try await sequencer.perform(.tick)
        let session = try session(unit, fresh: true)
        try await session.refresh()
        try await session.keys.maintain()
    }

    package func signer(_ unit: String) throws -> NoteSigner {
        guard let vault = vaults[unit] else { throw Fixture.Missing() }
        return try Account(vault: vault).signer()
    }

    // MARK: Sending

    package static let referral: [String: FieldValue] = [
        "last_name": .text("TESTARD"), "first_name": .text("Alpha"), "safe_phone": .text("0639980001"),
        "beneficiary_profile": .text("victim"), "main_issue": .text("couple_violence"),
        "referral_mode": .text("direct"), "referral_origin": .text("intervention"), "minors_present": .integer(2),
        "adhesion_status": .text("given"), "person_informed": .text("informed")
    ]

    package static let concern: [String: FieldValue] = [
        "child_last_name": .text("GAMMA"), "child_first_name": .text("Enfant"), "age_estimate": .integer(6),
        "residence_commune": .text("01053"), "observed_facts": .text("Faits fictifs."),
        "reported_statements": .text("« Fictif »"), "person_informed": .text("informed")
    ]

    package func referral() throws -> SendRequest {
        var request = SendRequest(kind: "referral", to: try Fixture.unit("iscg-est@avema01"))
        request.form = Self.referral
        return request
    }

    /// Sends a referral from Montluel to the ISCG.
    package func sendReferral() async throws -> TransmissionID {
        let session = try session("bta-montluel@ggd01")
        try await session.refresh()
        let id = try await session.seal(try await session.plan(try referral(), catalogue: catalogue))
        _ = try await session.outbox.deposit(id)
        return id
    }
}

/// A relay asked directly, as one agent.
package struct DirectConnection: RelayConnection {
    package let relay: Relay
    package let peer: AgentAddress

    package init(relay: Relay, peer: AgentAddress) {
        self.relay = relay
        self.peer = peer
    }

    package func directoryHead() async throws -> Receipt { try await relay.directoryHead() }
    package func directoryHead(_ hash: Hash) async throws -> Receipt { try await relay.directoryHead(hash) }
    package func lines(from index: Int) async throws -> DirectoryLines { try await relay.lines(from: index) }
    package func bundle(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> DirectoryBundle {
        try await relay.bundle(of: institution, from: index, keys: keys)
    }
    package func document(_ hash: Hash) async throws -> PublishedDocument { try await relay.document(hash) }
    package func publish(_ roster: Unverified<Roster>) async throws -> Receipt {
        try await relay.publishRoster(Array(roster.note.serialized.utf8))
    }
    package func publish(_ keys: Verified<AgentKeys>) async throws -> Receipt {
        try await relay.publish(Unverified(keys.note), by: peer)
    }
    package func publish(_ succession: Verified<Succession>) async throws -> Receipt {
        try await relay.publish(Unverified<Succession>(succession.note))
    }
    package func invite(_ status: InvitationStatus) async throws {
        try await relay.invite(status, by: peer.institution)
    }
    package func invitations() async throws -> InvitationList {
        try await relay.invitations(of: peer.institution)
    }
    package func close(_ invitation: Hash, as state: InvitationState) async throws {
        try await relay.close(invitation, as: state, by: peer.institution)
    }
    package func invitation(_ id: Hash) async throws -> OfferedInvitation {
        try await relay.invitation(id, from: "test")
    }
    package func request(_ id: Hash, _ request: CodedText) async throws {
        try await relay.request(id, request, from: "test")
    }
    package func submit(
        _ envelope: Verified<Envelope>, content: any ByteSource, handingIn: () throws -> Void
    ) async throws -> Receipt {
        try handingIn()
        let bytes = try content.read(at: 0, count: content.size)
        return try await relay.submit(
            Unverified(envelope.note), content: .inline(bytes),
            arrived: ContentReference(sha256: Hash.of(bytes), size: bytes.count), by: peer)
    }
    package func act(_ act: Verified<Act>, content: (any ByteSource)?) async throws -> Receipt {
        if let content, let digest = act.body.content?.sha256 {
            let bytes = try content.read(at: 0, count: content.size)
            _ = try await relay.stage(bytes, of: digest, at: 0, by: peer)
        }
        return try await relay.act(Unverified(act.note), by: peer)
    }
    package func open(_ act: Verified<Act>, from offset: Int, of size: Int) async throws -> ContentSegment {
        try await relay.open(Unverified(act.note), from: offset, by: peer)
    }
    package func header(of id: TransmissionID, for unit: UnitAddress) async throws -> [UInt8] {
        try await relay.header(of: id, for: unit, by: peer)
    }
    package func waiting() async throws -> WaitingCounts { try await relay.waiting(in: peer.institution) }
    package func mailbox(of unit: UnitAddress, after number: Int) async throws -> MailboxPage {
        try await relay.mailbox(of: unit, after: number, for: peer)
    }
    package func notify(_ shown: ShownDeliveries) async throws { try await relay.notify(shown, by: peer) }
    package func stream(
        after place: Int?
    ) async throws -> AsyncThrowingStream<(mailbox: GrownMailbox, place: Int), any Error> {
        let (relay, peer) = (relay, peer)
        return AsyncThrowingStream { continuation in
            let following = Task {
                do {
                    try await relay.follow(peer, after: place ?? -1, heartbeat: .seconds(15)) { message in
                        if case .grown(let mailbox, let place) = message { continuation.yield((mailbox, place)) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in following.cancel() }
        }
    }
    package func timeline(of id: TransmissionID, from index: Int) async throws -> Timeline {
        try await relay.timeline(of: id, from: index, for: peer)
    }
    package func inspect(_ inspection: Verified<Inspection>, from index: Int) async throws -> EventPage {
        try await relay.inspect(Unverified(inspection.note), from: index, by: peer)
    }
    package func entry(_ index: Int) async throws -> Receipt { try await relay.directoryEntry(index) }
    package func checkpoint() async throws -> String { try await relay.checkpoint() }
    package func anchor(from size: Int) async throws -> Anchor { try await relay.anchor(from: size) }
    package func show(_ checkpoint: SignedCheckpoint) async throws { try await relay.show(checkpoint.note.serialized) }
    package func tile(_ id: TileID, width: Int) async throws -> [UInt8] {
        try await relay.tile(id, width: width)
    }
}

/// A relay that lies where a test tells it to; everything else is passed on.
package struct LyingConnection: RelayConnection {
    package var honest: any RelayConnection
    package var head: (@Sendable (Receipt) async throws -> Receipt)?
    /// Told how many bytes of JSON came over for the directory.
    package var moved: (@Sendable (Int) -> Void)?
    package var lines: (@Sendable (DirectoryLines) -> DirectoryLines)?
    package var bundle: (@Sendable (InstitutionID, DirectoryBundle) async throws -> DirectoryBundle)?
    package var roster: (@Sendable (Receipt) throws -> Receipt)?
    package var receipt: (@Sendable (Receipt) async throws -> Receipt)?
    package var mailbox: (@Sendable (UnitAddress, MailboxPage) async throws -> MailboxPage)?
    package typealias Stream = AsyncThrowingStream<(mailbox: GrownMailbox, place: Int), any Error>
    package var stream: (@Sendable (Stream) async throws -> Stream)?
    package var timeline: (@Sendable (Timeline) async throws -> Timeline)?
    package var inspection: (@Sendable (EventPage) throws -> EventPage)?
    package var content: (@Sendable ([UInt8]) -> [UInt8])?
    package var header: (@Sendable ([UInt8]) -> [UInt8])?
    /// Answers in the relay's place to a demand for a content.
    package var opening: (@Sendable (Verified<Act>, Int) async throws -> ContentSegment)?

    /// Told when the relay begins to work on a page or a tile, and when it has answered.
    package var isAsked: (@Sendable (Bool) -> Void)?

    package init(_ honest: any RelayConnection) { self.honest = honest }

    package func directoryHead() async throws -> Receipt {
        let honestly = try await honest.directoryHead()
        try moved?(WireJSON.encode(honestly).count)
        return try await head?(honestly) ?? honestly
    }
    package func directoryHead(_ hash: Hash) async throws -> Receipt { try await honest.directoryHead(hash) }
    package func lines(from index: Int) async throws -> DirectoryLines {
        let honestly = try await honest.lines(from: index)
        try moved?(WireJSON.encode(honestly).count)
        return lines?(honestly) ?? honestly
    }
    package func bundle(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> DirectoryBundle {
        let honestly = try await honest.bundle(of: institution, from: index, keys: keys)
        try moved?(WireJSON.encode(honestly).count)
        return try await bundle?(institution, honestly) ?? honestly
    }
    package func document(_ hash: Hash) async throws -> PublishedDocument {
        let honestly = try await honest.document(hash)
        try moved?(WireJSON.encode(honestly).count)
        return honestly
    }
    package func publish(_ roster: Unverified<Roster>) async throws -> Receipt {
        let honestly = try await honest.publish(roster)
        return try self.roster?(honestly) ?? honestly
    }
    package func publish(_ keys: Verified<AgentKeys>) async throws -> Receipt { try await honest.publish(keys) }
    package func publish(_ succession: Verified<Succession>) async throws -> Receipt {
        try await honest.publish(succession)
    }
    package func invite(_ status: InvitationStatus) async throws { try await honest.invite(status) }
    package func invitations() async throws -> InvitationList { try await honest.invitations() }
    package func close(_ invitation: Hash, as state: InvitationState) async throws {
        try await honest.close(invitation, as: state)
    }
    package func invitation(_ id: Hash) async throws -> OfferedInvitation { try await honest.invitation(id) }
    package func request(_ id: Hash, _ request: CodedText) async throws { try await honest.request(id, request) }
    package func submit(
        _ envelope: Verified<Envelope>, content: any ByteSource, handingIn: () throws -> Void
    ) async throws -> Receipt {
        let honestly = try await honest.submit(envelope, content: content, handingIn: handingIn)
        return try await receipt?(honestly) ?? honestly
    }
    package func act(_ act: Verified<Act>, content: (any ByteSource)?) async throws -> Receipt {
        let honestly = try await honest.act(act, content: content)
        return try await receipt?(honestly) ?? honestly
    }
    package func open(_ act: Verified<Act>, from offset: Int, of size: Int) async throws -> ContentSegment {
        if let opening { return try await opening(act, offset) }
        var honestly = try await honest.open(act, from: offset, of: size)
        honestly.bytes = content?(honestly.bytes) ?? honestly.bytes
        return honestly
    }
    package func header(of id: TransmissionID, for unit: UnitAddress) async throws -> [UInt8] {
        let honestly = try await honest.header(of: id, for: unit)
        return header?(honestly) ?? honestly
    }
    package func waiting() async throws -> WaitingCounts { try await honest.waiting() }
    package func mailbox(of unit: UnitAddress, after number: Int) async throws -> MailboxPage {
        isAsked?(true)
        let honestly = try await honest.mailbox(of: unit, after: number)
        isAsked?(false)
        return try await mailbox?(unit, honestly) ?? honestly
    }
    package func notify(_ shown: ShownDeliveries) async throws { try await honest.notify(shown) }
    package func stream(
        after place: Int?
    ) async throws -> AsyncThrowingStream<(mailbox: GrownMailbox, place: Int), any Error> {
        let honestly = try await honest.stream(after: place)
        return try await stream?(honestly) ?? honestly
    }
    package func timeline(of id: TransmissionID, from index: Int) async throws -> Timeline {
        let honestly = try await honest.timeline(of: id, from: index)
        return try await timeline?(honestly) ?? honestly
    }
    package func inspect(_ inspection: Verified<Inspection>, from index: Int) async throws -> EventPage {
        let honestly = try await honest.inspect(inspection, from: index)
        return try self.inspection?(honestly) ?? honestly
    }
    package func entry(_ index: Int) async throws -> Receipt { try await honest.entry(index) }
    package func checkpoint() async throws -> String { try await honest.checkpoint() }
    package func anchor(from size: Int) async throws -> Anchor { try await honest.anchor(from: size) }
    package func show(_ checkpoint: SignedCheckpoint) async throws { try await honest.show(checkpoint) }
    package func tile(_ id: TileID, width: Int) async throws -> [UInt8] {
        moved?(32 * width)
        isAsked?(true)
        defer { isAsked?(false) }
        return try await honest.tile(id, width: width)
    }
}
