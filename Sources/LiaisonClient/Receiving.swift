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
    /// As the relay states it; `track` proves it.
    public let state: DeliveryState
    /// Whether the relay has erased the content for this unit.
    public let isErased: Bool
    public let dueAt: Int?
    /// The flow that permitted it, and the institutions at both ends.
    public let context: FormContext
    public let evidence: VerifiedEvidence

    public var routing: Routing { envelope.body.routing }
}

/// What a list shows: the deliveries that verify, and why others do not.
public struct Listing: Sendable {
    public var deliveries: [VerifiedDelivery] = []
    public var refused: [ClientFailure] = []
}

/// A transmission received, as the vault keeps it.
struct ReceivedItem: Codable, Hashable, Sendable {
    var envelope: String
    var unit: UnitAddress
    var evidence: Evidence
    /// Whether the file was fetched to be handed on or exported, and nobody was shown it.
    var isRetrieved: Bool?
    /// Whether it opened here, whole and verified; absent in vaults of earlier programs.
    var isShown: Bool?
    /// What the file is after a handover, and the authors of the handovers, oldest first.
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

extension DeliveryItem {
    /// Whether its envelope says that it answers another one; not to be relied on.
    fileprivate var isAnswer: Bool {
        (try? Unverified<Envelope>(parsing: envelope))?.claimed.routing.inReplyTo != nil
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

extension Session {
    // MARK: Lists

    /// Every delivery to the agent's units.
    ///
    /// - Parameter isShown: whether a person is about to see the list, which the log then says.
    public func inbox(isShown: Bool = true) async throws -> Listing {
        var listing = try await list(.contentConsignment) { try await relay.deliveries(from: $0, isShown: isShown) }
        // What waits for an answer first, the most urgent before all.
        func rank(_ delivery: VerifiedDelivery) -> (Int, Urgency, Int, Int) {
            (
                delivery.state.isFinal ? 1 : 0, delivery.routing.urgency, delivery.dueAt ?? .max,
                delivery.evidence.index
            )
        }
        listing.deliveries.sort { rank($0) < rank($1) }
        return listing
    }

    /// Every delivery of what the agent's units sent.
    ///
    /// - Parameter onlyAnswers: only what answers another transmission.
    public func sent(onlyAnswers: Bool = false) async throws -> Listing {
        try await list(.submissionAcceptance, onlyAnswers: onlyAnswers) { try await relay.sent(from: $0) }
    }

    /// What the agent's units received in answer to others.
    public func answersReceived() async throws -> Listing {
        try await list(.contentConsignment, onlyAnswers: true) {
            try await relay.deliveries(from: $0, isShown: false)
        }
    }

    private func list(
        _ event: EventName, onlyAnswers: Bool = false, _ page: (Int) async throws -> DeliveryPage
    ) async throws -> Listing {
        var listing = Listing()
        var next: Int? = 0
        while let from = next {
            let page = try await page(from)
            for item in page.items where !onlyAnswers || item.isAnswer {
                do {
                    listing.deliveries.append(try await verify(item, event))
                } catch let failure as ClientFailure where failure != .unreachable {
                    listing.refused.append(failure)
                }
            }
            next = page.next
        }
        return listing
    }

    /// Checks that evidence and envelope belong together, and that the author was in force and the convention
    /// permitted it when the log took it.
    func verify(_ item: DeliveryItem, _ expected: EventName) async throws -> VerifiedDelivery {
        let evidence = try await prove(item.evidence)
        guard let envelope = try? Unverified<Envelope>(parsing: item.envelope) else {
            throw ClientFailure.broken(.envelopeRefused)
        }
        let routing = envelope.claimed.routing
        let event = evidence.event
        let mailbox = expected == .contentConsignment ? item.unit : routing.from
        guard event.event == expected, event.envelope == envelope.note.hash, event.transmission == routing.id,
            event.mailbox == .unit(mailbox), expected != .contentConsignment || event.unit == item.unit,
            routing.recipients.contains(item.unit),
            expected != .submissionAcceptance || event.agent == envelope.claimed.by
        else { throw ClientFailure.broken(.wrongEvent) }
        let past = try await directory(for: routing, before: evidence.index)
        guard let key = past.agent(envelope.claimed.by)?.noteKey, let verified = try? envelope.verified(by: key),
            let convention = past.convention
        else { throw ClientFailure.broken(.envelopeRefused) }
        let permit: Permit
        let instant = try await instant(of: evidence, under: past)
        do {
            permit = try past.permit(
                routing, by: verified.body.by, log: log.name, size: verified.body.content.size, at: instant)
        } catch {
            throw ClientFailure.notPermitted(error)
        }
        return VerifiedDelivery(
            envelope: verified, unit: item.unit, state: item.state, isErased: item.isErased,
            dueAt: event.dueAt ?? item.dueAt,
            context: FormContext(convention.body, flow: permit.flow, from: routing.from, to: routing.to),
            evidence: evidence)
    }

    /// The delivery of `id` to one of the agent's units.
    public func delivery(_ id: TransmissionID) async throws -> VerifiedDelivery {
        if let item = try account.vault.value(Table.received, id.description) {
            let stated = try? await relay.timeline(of: id).deliveries.first { $0.unit == item.unit }
            return try await verify(
                DeliveryItem(
                    envelope: item.envelope, unit: item.unit, state: stated?.state ?? .opened, isErased: false,
                    dueAt: stated?.dueAt, evidence: item.evidence),
                .contentConsignment)
        }
        let timeline = try await relay.timeline(of: id)
        for evidence in timeline.events {
            let event = try await prove(evidence).event
            guard event.event == .contentConsignment, event.mailbox == event.unit.map(Mailbox.unit),
                let unit = event.unit, servedUnits.contains(unit),
                let stated = timeline.deliveries.first(where: { $0.unit == unit })
            else { continue }
            return try await verify(
                DeliveryItem(
                    envelope: timeline.envelope, unit: unit, state: stated.state, isErased: false, dueAt: stated.dueAt,
                    evidence: evidence),
                .contentConsignment)
        }
        throw ClientFailure.unknownTransmission(id.description)
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
        // Not here yet, damaged here or on the way, or handed over meanwhile: twice from the relay before it is given up.
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
        let handedOver = try await handovers(of: delivery)
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
                evidence: delivery.evidence.evidence, isRetrieved: kind == .retrieved ? true : nil,
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
