// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
public import LiaisonSealing
import LiaisonVault
public import LiaisonWire

/// A delivery whose envelope and evidence were verified.
public struct VerifiedDelivery: Sendable {
    public let envelope: Verified<Envelope>
    public let unit: UnitAddress
    /// Where it stands, replayed from its events.
    public let state: DeliveryState
    /// Whether the relay has erased the content for this unit.
    public let isErased: Bool
    /// Whether a list has shown it to the unit before.
    public let isNotified: Bool
    public let dueAt: Int?
    /// The flow that permitted it, and the institutions at both ends.
    public let context: FormContext
    /// The consignment; in the list of what was sent, the submission.
    public let event: ProvenEvent

    public var routing: Routing { envelope.body.routing }
}

/// What a list shows: the deliveries that verify, and why others do not.
public struct Listing: Sendable {
    public var deliveries: [VerifiedDelivery] = []
    public var refused: [ClientFailure] = []
    /// How many that have their answer are left out.
    public var older = 0
}

/// Which deliveries a list shows.
public struct ListScope: Sendable {
    /// How many that have their answer stand behind those that wait, when nothing else is asked for.
    public static let usual = 30

    /// Deposited at or after this instant, Unix seconds.
    public var since: Int?
    public var kind: String?
    /// At most so many; nil for all that fit.
    public var limit: Int?
    /// Whether all that have their answer are shown, too.
    public var isAll = false

    public init() {}

    /// Everything.
    public static var all: ListScope {
        var scope = ListScope()
        scope.isAll = true
        return scope
    }

    fileprivate func admits(_ delivery: HeldDelivery, at instant: Int) -> Bool { since.map { instant >= $0 } ?? true }
}

/// A transmission received, as the vault keeps it.
struct ReceivedItem: Codable, Hashable, Sendable {
    var envelope: String
    var unit: UnitAddress
    /// Of the consignment.
    var evidence: Evidence?
    /// Whether the file was fetched to be handed on or exported, and nobody was shown it.
    var isRetrieved: Bool?
    /// Whether it opened here, whole and verified; absent in vaults of earlier programs.
    var isShown: Bool?
    /// What the file is after a transfer, and the authors of the transfers, oldest first.
    var handedOver: HandedOver?

    struct HandedOver: Codable, Hashable, Sendable {
        var content: ContentReference
        var authors: [Author]
    }

    struct Author: Codable, Hashable, Sendable {
        var agent: AgentAddress
        var key: VerificationKey
    }
}

/// A content that holds in every respect, ready to be shown.
public struct OpenedTransmission {
    public let envelope: Verified<Envelope>
    public let form: [(name: String, value: FieldValue)]
    public let parts: [PartDescription]
    let content: OpenedContent

    /// Writes part `index` into `directory` under its own name, never over an existing file.
    public func save(_ index: Int, in directory: String) throws -> String {
        try content.save(index, named: parts[index].name, in: directory)
    }
}

extension VerifiedDelivery {
    fileprivate func isSame(as other: VerifiedDelivery) -> Bool {
        routing.id == other.routing.id && unit == other.unit
    }
}

extension Session {
    // MARK: Lists

    /// Deliveries to the agent's units: what waits for an answer first, the most urgent before all, then the others, the
    /// latest first.
    ///
    /// - Parameter isShown: whether a person is about to see the list, which the log then says.
    public func inbox(_ scope: ListScope = .init(), isShown: Bool = true) async throws -> Listing {
        try await sync()
        var listing = try await list(.inbox, scope)
        let called = try await calledIn()
        listing.refused += called.refused
        for delivery in called.deliveries where !listing.deliveries.contains(where: { $0.isSame(as: delivery) }) {
            listing.deliveries.append(delivery)
        }
        func rank(_ delivery: VerifiedDelivery) -> (Int, Urgency, Int, Int) {
            delivery.state.isFinal
                ? (1, .routine, 0, -delivery.event.index)
                : (0, delivery.routing.urgency, delivery.dueAt ?? .max, delivery.event.index)
        }
        listing.deliveries.sort { rank($0) < rank($1) }
        if isShown { try await say(shown: listing.deliveries) }
        return listing
    }

    /// Deliveries of what the agent's units sent: those that wait for an answer, then the others, the latest first.
    public func sent(_ scope: ListScope = .init()) async throws -> Listing {
        try await sync()
        return try await list(.sent, scope)
    }

    /// What answers the deliveries of a list, in both directions.
    public func related(to listing: Listing) async throws -> Listing {
        var related = Listing()
        for id in Set(listing.deliveries.map(\.routing.id)).sorted() {
            for reply in try replica.replies(to: id) { related.deliveries += try await deliveries(of: reply) }
        }
        return related
    }

    /// The deliveries of a transmission to or from the agent's units, as lists show them.
    func deliveries(of id: TransmissionID) async throws -> [VerifiedDelivery] {
        guard let held = try replica.transmission(id), held.refusal == nil, held.flow != nil else { return [] }
        var found: [VerifiedDelivery] = []
        for unit in try envelope(of: held).body.routing.recipients {
            let row = try replica.delivery(.inbox, id, unit) ?? replica.delivery(.sent, id, unit)
            if let row { found.append(try await verified(row)) }
        }
        return found
    }

    /// The deliveries of a list of which `isWanted` holds.
    func deliveries(
        _ list: Replica.List, where isWanted: (HeldDelivery) -> Bool
    ) async throws -> [VerifiedDelivery] {
        var rows: [HeldDelivery] = []
        for isOpen in [true, false] {
            try replica.deliveries(list, isOpen: isOpen) { row in
                if isWanted(row) { rows.append(row) }
                return true
            }
        }
        var found: [VerifiedDelivery] = []
        for row in rows { found.append(try await verified(row)) }
        return found
    }

    private func list(_ list: Replica.List, _ scope: ListScope) async throws -> Listing {
        for unit in try replica.mailboxes() where try replica.mailbox(of: unit)?.gaps.isEmpty == false {
            throw ClientFailure.broken(.eventsMissing)
        }
        var listing = Listing()
        listing.refused = try replica.refusals().map(\.failure)
        let isUsual = !scope.isAll && scope.since == nil && scope.kind == nil && scope.limit == nil
        for isOpen in [true, false] {
            var rows: [HeldDelivery] = []
            let most = !isOpen && isUsual ? ListScope.usual : scope.limit.map { $0 - listing.deliveries.count } ?? .max
            guard most > 0 else { break }
            try replica.deliveries(list, isOpen: isOpen, newestFirst: !isOpen) { row in
                let event = try replica.event(row.event)
                // By the log's order nothing older comes behind; clocks are not that exact.
                if scope.admits(row, at: event.event.at), try scope.kind.map({ try kind(of: row) == $0 }) ?? true {
                    rows.append(row)
                }
                return isOpen || rows.count < most
            }
            for row in rows { listing.deliveries.append(try await verified(row)) }
            if !isOpen, isUsual { listing.older = try replica.count(list, isOpen: false) - rows.count }
        }
        if let limit = scope.limit { listing.deliveries = Array(listing.deliveries.prefix(limit)) }
        return listing
    }

    private func kind(of row: HeldDelivery) throws -> String? {
        try replica.transmission(row.transmission).map { try envelope(of: $0).body.routing.kind }
    }

    private func verified(_ row: HeldDelivery) async throws -> VerifiedDelivery {
        guard let held = try replica.transmission(row.transmission), let flow = held.flow else {
            throw VaultFailure.damaged("row transmission")
        }
        let envelope = try envelope(of: held)
        return VerifiedDelivery(
            envelope: envelope, unit: row.unit, state: row.state, isErased: row.isErased, isNotified: row.isNotified,
            dueAt: row.dueAt, context: try await context(of: envelope.body.routing, flow: flow),
            event: try replica.event(row.event))
    }

    /// What the form of a transmission is judged by besides itself, by the convention that it names.
    func context(of routing: Routing, flow: String) async throws -> FormContext {
        let convention = try await convention(of: routing).body
        return FormContext(
            convention, flow: convention.flows.first { $0.id == flow }, from: routing.from, to: routing.to)
    }

    /// Says which deliveries a person is about to see for the first time. That the list can be shown does not hang on it.
    private func say(shown deliveries: [VerifiedDelivery]) async throws {
        guard offlineSince == nil else { return }
        let fresh = deliveries.filter { $0.state == .available && !$0.isNotified }
            .map { ShownDeliveries.Item(transmission: $0.routing.id, unit: $0.unit) }
        for start in stride(from: 0, to: fresh.count, by: Wire.pageSize) {
            try? await relay.notify(
                ShownDeliveries(deliveries: Array(fresh[start..<min(start + Wire.pageSize, fresh.count)])))
        }
    }

    // MARK: Deliveries

    /// Deliveries to units that this agent only stands by for, whose silence has called it in.
    func calledIn() async throws -> Listing {
        let units = Set(directory.standbyUnits(of: address, at: clock())).subtracting(ownUnits)
        var found = Listing()
        guard offlineSince == nil, !units.isEmpty else { return found }
        for alert in try replica.alerts() where units.contains(alert.unit) {
            do {
                if let told = try await told(alert.transmission) { found.deliveries += told.deliveries(to: units) }
            } catch let problem as Problem where problem.code == .notAParty || problem.code == .unknownTransmission {
                continue
            } catch let failure as ClientFailure where failure.isAboutOne {
                // One that does not hold stops no other.
                found.refused.append(failure)
            }
        }
        return found
    }

    /// The delivery of `id` to one of the agent's units.
    public func delivery(_ id: TransmissionID) async throws -> VerifiedDelivery {
        try await sync()
        if let refusal = try replica.transmission(id)?.refusal { throw refusal.failure }
        if let own = try await deliveries(of: id).first(where: { ownUnits.contains($0.unit) }) { return own }
        let item = try received(id)
        if offlineSince == nil {
            do {
                if let told = try await told(id)?.deliveries(to: Set(servedUnits)).first { return told }
            } catch let problem as Problem where item != nil && problem.status < 500 {
                // The relay tells it no more; this device has had it.
            }
        }
        guard let item, let kept = item.evidence else { throw ClientFailure.unknownTransmission(id.description) }
        let event = try await prove(kept).proven
        guard let note = try? Unverified<Envelope>(parsing: item.envelope), event.event.unit == item.unit else {
            throw ClientFailure.broken(.envelopeRefused)
        }
        let (envelope, permit) = try await judge(note, of: id, at: event, isTold: false)
        return VerifiedDelivery(
            envelope: envelope, unit: item.unit, state: .opened, isErased: false, isNotified: true,
            dueAt: event.event.dueAt,
            context: try await context(of: envelope.body.routing, flow: permit?.flow.id ?? ""), event: event)
    }

    // MARK: Opening

    /// Opens a transmission: one's own from its file, a received one after a signed *opened* act. The act is signed only once
    /// the sealed header shows that this device can read, and nothing is shown before the log holds it. A content that does
    /// not hold is not shown, and the sender learns of it by a signed *unopenable* act; one that is only not for this device's
    /// keys, or of a form that this program is too old for, is left to a colleague.
    public func read(_ id: TransmissionID, catalogue: FormCatalogue) async throws -> OpenedTransmission {
        if let item = try account.vault.value(Table.sent, id.description) {
            do {
                return try open(try own(item), FormContext(), catalogue)
            } catch is OpeningRefusal {
                throw ClientFailure.broken(.contentRefused)
            }
        }
        let delivery = try await delivery(id)
        guard catalogue[delivery.routing.kind] != nil else { throw ClientFailure.unknownKind(delivery.routing.kind) }
        if FileManager.default.fileExists(atPath: contentPath(id)), try received(id)?.isRetrieved != true,
            let opened = try? await open(delivery, catalogue)
        {
            return opened
        }
        do {
            if try await !canRead(delivery) { try await leave(delivery) }
        } catch let problem as Problem where problem.code == .contentGone {
            throw ClientFailure.gone(delivery.state)
        }
        // Not here yet, damaged here or on the way, or transferred meanwhile: twice from the relay before it is given up.
        for attempt in 1...2 {
            try await fetch(delivery, by: .opened)
            do {
                let opened = try await open(delivery, catalogue)
                if var item = try received(id) {
                    item.isShown = true
                    try account.vault.put(item, Table.received, id.description)
                }
                return opened
            } catch OpeningRefusal.unopenable(.digestMismatch) where attempt == 1 {
                continue
            } catch {
                return try await giveUp(delivery, error)
            }
        }
        throw ClientFailure.broken(.contentRefused)
    }

    /// The content of a delivery as it was read or written on this device, and still is here; nil otherwise. Nobody hears of
    /// it: what was opened is opened.
    func openedHere(_ delivery: VerifiedDelivery, _ catalogue: FormCatalogue) throws -> OpenedTransmission? {
        let id = delivery.routing.id
        guard FileManager.default.fileExists(atPath: contentPath(id)) else { return nil }
        if let item = try account.vault.value(Table.sent, id.description) {
            return try? open(try own(item), FormContext(), catalogue)
        }
        guard let item = try received(id), item.isRetrieved != true else { return nil }
        return try? open(delivery.envelope, delivery.context, catalogue, handedOver: item.handedOver)
    }

    func received(_ id: TransmissionID) throws -> ReceivedItem? {
        try account.vault.value(Table.received, id.description)
    }

    /// Whether one of this device's keys opens the sealed header. A relay that has no header to show, or another one, is left
    /// to the opening itself, which verifies everything.
    func canRead(_ delivery: VerifiedDelivery) async throws -> Bool {
        do {
            let header = try await relay.header(of: delivery.routing.id, for: delivery.unit)
            return try AgeReader.opens(header: header, identities: try account.identities().map(\.identity))
        } catch let problem as Problem where problem.code == .headerMissing {
            return true
        } catch is AgeFailure {
            return true
        }
    }

    /// What this device's keys do not open is a colleague's; where nobody else is left who could, the sender learns of it.
    /// Returns where the header had lied and a key does open the content.
    private func leave(_ delivery: VerifiedDelivery) async throws {
        guard !delivery.state.isFinal, otherReaders(of: delivery.unit).isEmpty else {
            throw ClientFailure.notForThisDevice
        }
        if try await giveUpIfLost(delivery) { throw ClientFailure.nobodyCanOpen }
    }

    /// Whoever else may read what is for `unit`, with keys of their own.
    func otherReaders(of unit: UnitAddress) -> [Agent] {
        directory.readers(of: unit, at: clock()).filter {
            $0.address != address && !(directory.keys(of: $0.address)?.body.keys.isEmpty ?? true)
        }
    }

    /// Tells the sender, by a signed act, that the unit has no key for a content. The relay's word on the header is not
    /// enough for that: the whole content must be the one that the sender sealed.
    ///
    /// - Returns: whether it is lost; false when a key of this device opens the content after all.
    /// - Throws: `ClientFailure.broken(.contentRefused)` for what is not that content.
    func giveUpIfLost(_ delivery: VerifiedDelivery) async throws -> Bool {
        try await fetch(delivery, by: .retrieved)
        do {
            _ = try kept(delivery.envelope)
            return false
        } catch ClientFailure.notForThisDevice {
            _ = try await perform(try act(.unopenable, on: delivery, reason: .keysLost))
            return true
        } catch is ContentFailure {
            throw ClientFailure.broken(.contentRefused)
        } catch is AgeFailure {
            throw ClientFailure.broken(.contentRefused)
        }
    }

    func open(_ delivery: VerifiedDelivery, _ catalogue: FormCatalogue) async throws -> OpenedTransmission {
        let item = try received(delivery.routing.id)
        let opened = try open(delivery.envelope, delivery.context, catalogue, handedOver: item?.handedOver)
        do {
            for transfer in opened.content.transfers { try await checkKeys(of: transfer) }
        } catch let failure as ClientFailure where failure != .unreachable {
            throw OpeningRefusal.unopenable(.manifestMismatch)
        }
        return opened
    }

    func giveUp(_ delivery: VerifiedDelivery, _ error: any Error) async throws -> OpenedTransmission {
        guard case OpeningRefusal.unopenable(let reason) = error else {
            guard error is OpeningRefusal else { throw error }
            throw ClientFailure.notForThisDevice
        }
        // A content that a colleague handed on is no word against the sender; one acknowledged has had its answer.
        let item = try received(delivery.routing.id)
        if item?.handedOver == nil, delivery.state != .acknowledged {
            _ = try await perform(try act(.unopenable, on: delivery, reason: reason))
        }
        throw ClientFailure.broken(.contentRefused)
    }

    /// The content in the vault, opened, for whoever makes a dossier of it.
    func kept(_ envelope: Verified<Envelope>) throws -> OpenedContent {
        let id = envelope.body.routing.id
        let item = try received(id)
        do {
            return try OpenedContent(
                try FileSource(path: contentPath(id)), envelope: envelope, reference: item?.handedOver?.content,
                transferAuthors: try item?.handedOver?.keys ?? [], identities: try account.identities().map(\.identity))
        } catch AgeFailure.noIdentityMatches {
            throw ClientFailure.notForThisDevice
        }
    }

    /// Fetches the sealed content in answer to a signed act, *opened* or *retrieved*. The answer proves that the log holds
    /// that very act: a relay that hands out a content without saying so in its log is not believed.
    func fetch(_ delivery: VerifiedDelivery, by kind: Act.Kind) async throws {
        let id = delivery.routing.id
        let file = try ContentFile.create(contentPath(id))
        let act = try act(kind, on: delivery)
        let first = try await relay.open(act, from: 0)
        let evidence = try await prove(first.evidence)
        guard isReceipt(evidence, of: act) else { throw ClientFailure.broken(.wrongEvent) }
        // From here on a history without this opening contradicts what this client has seen.
        try seen.remember(evidence.checkpoint)
        let handedOver = try await transfers(of: delivery)
        let whole = handedOver?.content.size ?? delivery.envelope.body.content.size
        var segment = first.bytes
        var size = 0
        while true {
            guard !segment.isEmpty, size + segment.count <= whole else { throw ClientFailure.broken(.malformedAnswer) }
            try file.write(segment)
            size += segment.count
            guard size < whole else { break }
            segment = try await relay.open(act, from: size).bytes
        }
        try file.finish()
        try account.vault.put(
            ReceivedItem(
                envelope: delivery.envelope.note.serialized, unit: delivery.unit,
                evidence: try await self.evidence(for: [delivery.event]).first,
                isRetrieved: kind == .retrieved ? true : nil,
                handedOver: handedOver),
            Table.received, id.description)
    }

    /// The sealed content as received, fetched with a *retrieved* act when it is not here yet: whoever exports it has not
    /// read it.
    public func sealedContent(_ id: TransmissionID) async throws -> String {
        if try account.vault.value(Table.sent, id.description) == nil,
            !FileManager.default.fileExists(atPath: contentPath(id))
        {
            try await fetch(try await delivery(id), by: .retrieved)
        }
        return contentPath(id)
    }

    /// Why a content is not shown.
    enum OpeningRefusal: Error {
        /// Nobody of the unit could: the code that goes into the *unopenable* act.
        case unopenable(ReasonCode)
        case notForThisDevice
    }

    private func open(
        _ envelope: Verified<Envelope>, _ context: FormContext, _ catalogue: FormCatalogue,
        handedOver: ReceivedItem.HandedOver? = nil
    ) throws -> OpenedTransmission {
        let content: OpenedContent
        do {
            content = try OpenedContent(
                try FileSource(path: contentPath(envelope.body.routing.id)), envelope: envelope,
                reference: handedOver?.content, transferAuthors: try handedOver?.keys ?? [],
                identities: try account.identities().map(\.identity))
        } catch ContentFailure.digestMismatch {
            throw OpeningRefusal.unopenable(.digestMismatch)
        } catch AgeFailure.noIdentityMatches {
            throw OpeningRefusal.notForThisDevice
        } catch ContentFailure.notListed {
            throw OpeningRefusal.unopenable(.notARecipient)
        } catch is AgeFailure {
            throw OpeningRefusal.unopenable(.contentDamaged)
        } catch let error as ByteSourceFailure {
            throw error
        } catch {
            throw OpeningRefusal.unopenable(.manifestMismatch)
        }
        let fields = content.disclosures.fields
        let form = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
        guard let kind = catalogue[envelope.body.routing.kind], content.manifest.body.formVersion <= kind.version else {
            throw ClientFailure.input(
                fr: "formulaire plus récent que ce programme : mettez-le à jour",
                en: "form newer than this program: update it")
        }
        guard form.count == fields.count,
            catalogue.check(form, kind: kind, context: context).isEmpty
        else { throw OpeningRefusal.unopenable(.formInvalid) }
        let parts = content.disclosures.parts.map(\.description)
        guard parts.allSatisfy(\.name.isPlainFileName), context.flow.map({ $0.attachments.allows(parts) }) ?? true
        else {
            throw OpeningRefusal.unopenable(.notPermitted)
        }
        return OpenedTransmission(
            envelope: envelope, form: fields.map { ($0.name, $0.value) }, parts: parts, content: content)
    }
}

extension ReceivedItem.HandedOver {
    fileprivate var keys: [NoteKey] {
        get throws {
            try authors.map { author in
                guard let key = NoteKey(name: author.agent.description, key: author.key) else {
                    throw VaultFailure.damaged("received")
                }
                return key
            }
        }
    }
}

extension AttachmentRule {
    func allows(_ parts: [PartDescription]) -> Bool {
        parts.count <= count && parts.reduce(0) { $0 + $1.size } <= bytes
            && parts.allSatisfy { types.contains($0.type) }
    }
}

extension String {
    /// A file name without directories, control characters or marks that turn the reading direction.
    var isPlainFileName: Bool {
        !isEmpty && utf8.count <= 200
            && !unicodeScalars.contains { $0 == "/" || $0 == "\n" || FieldDefinition.isForbidden($0) }
    }
}
