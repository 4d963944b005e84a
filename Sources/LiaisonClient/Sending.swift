// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
public import LiaisonWire

/// What an agent wants to send.
public struct SendRequest: Sendable {
    public var kind: String
    public var from: UnitAddress?
    public var to: UnitAddress
    public var urgency: Urgency?
    public var form: [String: FieldValue]
    /// Paths of files to attach.
    public var attachments: [String]
    /// The draft whose kept files are attached as well.
    public var draft: String?
    public var inReplyTo: TransmissionID?
    public var phoneConfirmedAt: Instant?
    /// Of the transmission that comes of it.
    public internal(set) var id = TransmissionID.fresh()

    public init(kind: String, to: UnitAddress) {
        self.kind = kind
        self.to = to
        form = [:]
        attachments = []
    }
}

/// A request that the convention permits and whose form is right, ready to be shown, confirmed and sealed.
public struct SendPlan {
    public let routing: Routing
    public let permit: Permit
    public let kind: FormKind
    public let form: [String: FieldValue]
    let parts: [PartSource]

    /// Names of the files to attach.
    public var attachments: [String] { parts.map(\.name) }
}

extension Session {
    // MARK: Deciding

    /// Judges a request by the convention, before any form is asked for.
    ///
    /// - Parameter isWhole: whether the form is known, which tells when a call was made beforehand.
    public func permit(
        _ request: SendRequest, isWhole: Bool = false
    ) async throws -> (routing: Routing, permit: Permit) {
        let now = clock()
        let routing = try await routing(of: request)
        var judged = routing
        if !isWhole { judged.phoneConfirmedAt = judged.phoneConfirmedAt ?? now }
        let permit: Permit
        do {
            permit = try directory.permit(judged, by: address, log: log.name, size: nil, at: now)
        } catch {
            throw ClientFailure.notPermitted(error)
        }
        try await checkAnswered(routing)
        return (routing, permit)
    }

    /// The routing that a request comes to, permitted or not.
    package func routing(of request: SendRequest) async throws -> Routing {
        try await know([request.to.institution], keys: true)
        if let from = request.from { try await know([from.institution]) }
        let from = try sendingUnit(request)
        let convention = try conventionInForce()
        var routing = Routing(
            id: request.id, log: log.name, convention: convention.hash, head: try headHash(), from: from,
            to: request.to, copies: [], kind: request.kind, urgency: .routine, sealedAt: clock(),
            inReplyTo: request.inReplyTo,
            phoneConfirmedAt: request.phoneConfirmedAt ?? request.form.phoneCallAt, checkpoint: try logView.seen.largest
        )
        routing.urgency = request.urgency ?? defaultUrgency(routing)
        routing.copies = try await forcedCopies(routing)
        return routing
    }

    /// What an answer refers to is between the same two units, and a reminder stops at the answer: what the relay will ask.
    private func checkAnswered(_ routing: Routing) async throws {
        // Without the relay nobody can say; it will, when this is deposited.
        guard let id = routing.inReplyTo, offlineSince == nil else { return }
        var timeline: Timeline?
        do {
            timeline = try await relay.timeline(of: id)
        } catch let problem as Problem where problem.status < 500 {
            // unknown, or not for this agent's units: no answer to it is possible
        }
        guard let timeline, let answered = try? Unverified<Envelope>(parsing: timeline.envelope).claimed.routing,
            Set([answered.from] + answered.recipients).isSuperset(of: [routing.from, routing.to])
        else { throw ClientFailure.refused(Problem(.replyNotBetweenUnits)) }
        let state = timeline.deliveries.first { $0.unit == routing.to }?.state
        if routing.kind == "reminder", let state, state.isFinal {
            throw ClientFailure.refused(Problem(.alreadyAnswered, state: state))
        }
    }

    private func sendingUnit(_ request: SendRequest) throws -> UnitAddress {
        if let from = request.from { return from }
        let units = ownUnits
        guard let first = units.first else { throw ClientFailure.notMember }
        guard units.count > 1 else { return first }
        let able = units.filter { unit in !flows(of: request.kind, from: unit, to: request.to).isEmpty }
        // Whoever stands in for another unit still sends in the name of their own, unless they say otherwise.
        let own = able.filter { unit in directory.agent(address)?.isMember(of: unit, at: clock()) ?? false }
        let candidates = own.isEmpty ? able : own
        guard candidates.count == 1 else { throw ClientFailure.chooseUnit(candidates.isEmpty ? units : candidates) }
        return candidates[0]
    }

    private func flows(of kind: String, from: UnitAddress, to: UnitAddress) -> [Flow] {
        guard let sender = directory.unit(from), let recipient = directory.unit(to) else { return [] }
        return directory.convention?.body.flows(of: kind, from: sender, to: recipient) ?? []
    }

    /// The flow's first urgency: conventions list the usual one first.
    private func defaultUrgency(_ routing: Routing) -> Urgency {
        flows(of: routing.kind, from: routing.from, to: routing.to).first?.urgencies.first?.urgency ?? .routine
    }

    /// Does what comes before a transmission is sealed, with requests that say how urgent it may become: a relay that this
    /// agent keeps busy would else refuse an alarm before it knows that it is one.
    ///
    /// - Parameter urgency: as far as it is chosen; else the greatest that the convention allows for the kind.
    public func asking<Result>(
        for kind: String, _ urgency: Urgency?, _ work: () async throws -> Result
    ) async throws -> Result {
        let flows = directory.convention?.body.flows.filter { $0.kind == kind } ?? []
        let greatest = flows.flatMap(\.urgencies).map(\.urgency).min()
        return try await HTTPRelayConnection.$urgency.withValue(urgency ?? greatest ?? .routine) { try await work() }
    }

    /// One unit for each role that must get a copy, the nearest by address.
    private func forcedCopies(_ routing: Routing) async throws -> [UnitAddress] {
        guard let sender = directory.unit(routing.from), let recipient = directory.unit(routing.to) else { return [] }
        var copies: [UnitAddress] = []
        for role in directory.convention?.body.flow(of: routing, from: sender, to: recipient)?.copies ?? [] {
            let holders = try await units(holding: role, keys: true).map(\.address)
            copies += holders.filter { $0 != routing.to && $0 != routing.from }.prefix(1)
        }
        return copies
    }

    /// Units to which one of this agent's units may send a kind, in order of address.
    public func recipients(of kind: String) async throws -> [LiaisonModel.Unit] {
        guard let convention = directory.convention?.body else { return [] }
        let mine = ownUnits.compactMap { directory.unit($0) }
        var found: Set<LiaisonModel.Unit> = []
        for flow in convention.flows where flow.kind == kind {
            guard mine.contains(where: { unit in flow.from.contains(where: unit.roles.contains) }) else { continue }
            for role in flow.to { found.formUnion(try await units(holding: role)) }
        }
        return found.sorted { $0.address < $1.address }
    }

    /// Judges request and form; what this returns may be sealed.
    public func plan(_ request: SendRequest, catalogue: FormCatalogue) async throws -> SendPlan {
        try await plan(request, catalogue: catalogue) { rule in
            let kept = try request.draft.map { try keptFiles($0) } ?? []
            let files =
                request.attachments.map(AttachedFile.init(path:))
                + kept.map { AttachedFile(name: $0.name, source: $0.source) }
            return try attachments(files, rule: rule, catalogue: catalogue)
        }
    }

    /// - Parameter isSealedBefore: whether the form was judged as it was typed, and is only sealed again.
    private func plan(
        _ request: SendRequest, catalogue: FormCatalogue, isSealedBefore: Bool = false,
        parts: (AttachmentRule) throws -> [PartSource]
    ) async throws -> SendPlan {
        let (routing, permit) = try await permit(request, isWhole: true)
        guard let kind = catalogue[request.kind] else { throw ClientFailure.unknownKind(request.kind) }
        let context = try formContext(routing, permit.flow)
        let form = request.form.merging(kind.defaults(for: context)) { given, _ in given }
        let parts = try parts(permit.flow.attachments)
        let findings =
            isSealedBefore
            ? catalogue.check(form, kind: kind, context: context)
            : catalogue.checkTyped(
                form, kind: kind, context: context, now: clock(), zone: timeZone, attachments: parts.count)
        guard findings.isEmpty else { throw ClientFailure.form(findings) }
        try await checkConsent(request, flow: permit.flow)
        return SendPlan(
            routing: routing, permit: permit, kind: kind.variant(for: context), form: form, parts: parts)
    }

    /// What the form is judged by besides itself.
    public func formContext(_ routing: Routing, _ flow: Flow) throws -> FormContext {
        FormContext(try conventionInForce().body, flow: flow, from: routing.from, to: routing.to)
    }

    // MARK: Sealing and depositing

    /// Seals a plan into the vault's directory; nothing has left the machine when this returns.
    ///
    /// - Parameter draft: what it is sealed from, which is gone from then on, and never sealed twice.
    @discardableResult
    public func seal(_ plan: SendPlan, ofDraft draft: String? = nil) async throws -> TransmissionID {
        let recipients = try await recipients(of: plan)
        let sealer = Sealer(author: address, signer: try account.signer())
        try outbox.keep(plan.routing.id, ofDraft: draft) { file in
            try sealer.seal(
                plan.routing,
                form: plan.kind.fields.compactMap { name in plan.form[name].map { (name, $0) } },
                formVersion: plan.kind.version, parts: plan.parts, to: recipients, write: file.write)
        }
        return plan.routing.id
    }

    /// Every valid key of the recipient units, of units that the escalation makes recipients, and the sender's.
    private func recipients(of plan: SendPlan) async throws -> [AgeRecipient] {
        let now = clock()
        var recipients: [AgeRecipient] = []
        for unit in plan.routing.recipients {
            let found = usable(directory.encryptionKeys(of: unit, at: now))
            guard !found.isEmpty else { throw ClientFailure.noRecipientKeys(unit) }
            recipients += found
        }
        for step in plan.permit.flow.escalation where step.content {
            guard let role = step.to.role else { continue }
            for unit in try await units(holding: role, keys: true) {
                recipients += usable(directory.encryptionKeys(of: unit.address, at: now))
            }
        }
        recipients += usable(directory.encryptionKeys(of: address, at: now))
        var fingerprints: Set<Hash> = []
        return recipients.filter { fingerprints.insert($0.fingerprint).inserted }
    }

    func usable(_ keys: [EncryptionKey]) -> [AgeRecipient] {
        keys.compactMap { $0.bytes.flatMap(AgeRecipient.init) }.filter(\.isUsable)
    }

    /// Writes down a call that was made after the sealing: what waits is sealed anew with it.
    ///
    /// - Throws: `Obstacle.callComesTooLate` for what the relay may have accepted already.
    public func recordCall(_ id: TransmissionID, at instant: Instant, catalogue: FormCatalogue) async throws {
        guard let item = try outbox.waiting(id) else { throw ClientFailure.unknownTransmission(id.description) }
        guard !item.wasHandedIn else { throw ClientFailure.obstacle(.callComesTooLate(id)) }
        try await sealAnew(id, catalogue: catalogue, phoneConfirmedAt: instant)
    }

    /// Seals what this agent sealed before anew, by the directory as it is now: the keys or the head that it relied on are
    /// out of date, and the relay has not accepted it.
    ///
    /// - Parameter phoneConfirmedAt: when a call was made meanwhile.
    public func sealAnew(
        _ id: TransmissionID, catalogue: FormCatalogue, phoneConfirmedAt: Instant? = nil
    ) async throws {
        guard let item = try outbox.item(id),
            item.evidence == nil
        else { throw ClientFailure.unknownTransmission(id.description) }
        let old = try outbox.own(item).body.routing
        let opened = try await read(id, catalogue: catalogue)
        var request = SendRequest(kind: old.kind, to: old.to)
        request.id = id
        request.from = old.from
        request.urgency = old.urgency
        request.inReplyTo = old.inReplyTo
        request.phoneConfirmedAt = phoneConfirmedAt ?? old.phoneConfirmedAt
        request.form = Dictionary(opened.form.map { ($0.name, $0.value) }) { first, _ in first }
        let plan = try await plan(request, catalogue: catalogue, isSealedBefore: true) { _ in
            opened.parts.enumerated().map { index, part in
                PartSource(name: part.name, type: part.type, source: opened.content.part(index))
            }
        }
        try await seal(plan)
    }

    /// Deposits; when the directory has changed since the sealing, refreshes it, seals anew and deposits again.
    ///
    /// - Parameter onAcceptance: told once the acceptance is proven, before anything else can fail.
    public func deposit(
        _ id: TransmissionID, catalogue: FormCatalogue, onAcceptance: () -> Void = {}
    ) async throws -> VerifiedEvidence {
        isSynced = false
        return try await HTTPRelayConnection.$urgency.withValue(outbox.sealed(id)?.urgency ?? .routine) {
            do {
                try await judgeAgain(id, catalogue: catalogue)
                return try await outbox.deposit(id, onAcceptance: onAcceptance)
            } catch let problem as Problem
                where problem.isMendedBySealingAnew
            {
                try await refresh()
                try await sealAnew(id, catalogue: catalogue)
                return try await outbox.deposit(id, onAcceptance: onAcceptance)
            }
        }
    }

    /// Before the relay sees it for the first time: what was sealed by another directory than today's, without the relay or
    /// days ago, is sealed anew by today's. A relay that could not be reached for a while gets nothing that is sealed to an
    /// agent who was revoked meanwhile.
    private func judgeAgain(_ id: TransmissionID, catalogue: FormCatalogue) async throws {
        if offlineSince != nil { try await refresh() }
        guard let item = try outbox.item(id),
            item.evidence == nil, item.wasHandedIn != true, try outbox.own(item).body.routing.head != headHash()
        else { return }
        try await sealAnew(id, catalogue: catalogue)
    }
}

extension [String: FieldValue] {
    /// When the form says that a call was made beforehand.
    var phoneCallAt: Instant? {
        guard case .text(let text)? = self["phone_call_at"] else { return nil }
        return FieldDefinition.instant(text)
    }
}

extension Problem {
    /// Whether only what the envelope relied on is out of date.
    var isMendedBySealingAnew: Bool {
        [.directoryChanged, .headTooOld, .headUnknown, .sealedTooLongAgo, .conventionUnknown, .wrongLog].contains(code)
    }

    /// Whether the relay is too busy or not able to answer now, whatever it was asked.
    public var isOfTheRelay: Bool { status >= 500 || code == .tooManyRequests }

    /// Whether the same request will be refused again.
    var isFinal: Bool { !isOfTheRelay && code != .tooMuchUnopened }
}
