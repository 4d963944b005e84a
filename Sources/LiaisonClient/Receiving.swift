// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
public import LiaisonSealing
import LiaisonVault
import LiaisonWire

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

/// A fetch that was begun: the act that it is in answer to, and the log that may hold it.
struct BegunFetch: Codable, Hashable, Sendable {
    var act: String
    var log: String
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

    /// The bytes of part `index`, whole and verified.
    public func bytes(of index: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try content.writePart(index) { bytes += $0 }
        return bytes
    }
}

extension Session {
    // MARK: Opening

    /// Opens a transmission: one's own from its file, a received one after a signed *opened* act. The act is signed only once
    /// the sealed header shows that this device can read, and nothing is shown before the log holds it. A content that does
    /// not hold is not shown, and the sender learns of it by a signed *unopenable* act; one that is only not for this device's
    /// keys, or of a form that this program is too old for, is left to a colleague.
    public func read(_ id: TransmissionID, catalogue: FormCatalogue) async throws -> OpenedTransmission {
        if let item = try outbox.item(id) {
            do {
                return try open(try outbox.own(item), FormContext(), catalogue)
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
    public func openedHere(_ delivery: VerifiedDelivery, _ catalogue: FormCatalogue) throws -> OpenedTransmission? {
        let id = delivery.routing.id
        guard FileManager.default.fileExists(atPath: contentPath(id)) else { return nil }
        if let item = try outbox.item(id) {
            return try? open(try outbox.own(item), FormContext(), catalogue)
        }
        guard let item = try received(id), item.isRetrieved != true else { return nil }
        return try? open(delivery.envelope, delivery.context, catalogue, handedOver: item.handedOver)
    }

    /// Whether a delivery was read or written on this device, and its content still is here.
    public func isOpenedHere(_ delivery: VerifiedDelivery) throws -> Bool {
        let id = delivery.routing.id
        guard FileManager.default.fileExists(atPath: contentPath(id)) else { return false }
        if try outbox.item(id) != nil { return true }
        guard let item = try received(id) else { return false }
        return item.isRetrieved != true && item.isShown == true
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
        } catch let failure as ClientFailure where !failure.isOfTheLine {
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
    ///
    /// What was broken off goes on with the same act, from the bytes that are here.
    func fetch(_ delivery: VerifiedDelivery, by kind: Act.Kind) async throws {
        let id = delivery.routing.id
        if let begun = try begunFetch(of: delivery, by: kind) {
            do {
                return try await fetch(delivery, by: begun, isResumed: true)
            } catch let problem as Problem where problem.status < 429 && problem.code != .contentGone {
                // Not in the log, or of another content than now: it begins anew.
            }
        }
        ContentFile.forget(contentPath(id))
        let act = try act(kind, on: delivery)
        try account.vault.put(
            BegunFetch(act: act.note.serialized, log: log.name), Table.fetching, id.description)
        try await fetch(delivery, by: act, isResumed: false)
    }

    /// The act of a fetch that was broken off, when the log here is still the same.
    private func begunFetch(of delivery: VerifiedDelivery, by kind: Act.Kind) throws -> Verified<Act>? {
        let name = delivery.routing.id.description
        guard let begun = try account.vault.value(Table.fetching, name), begun.log == log.name,
            let act = try? Unverified<Act>(parsing: begun.act).verified(by: account.signer().noteKey),
            act.body.act == kind, act.body.unit == delivery.unit, act.body.envelope == delivery.envelope.hash
        else { return nil }
        return act
    }

    private func fetch(_ delivery: VerifiedDelivery, by act: Verified<Act>, isResumed: Bool) async throws {
        let id = delivery.routing.id
        let path = contentPath(id)
        var (file, size) = isResumed ? try ContentFile.resume(path) : (try ContentFile.create(path), 0)
        let sealedSize = delivery.envelope.body.content.size
        let first = try await relay.open(act, from: size, of: max(sealedSize, size))
        let evidence = try await logView.prove(first.evidence)
        guard isReceipt(evidence, of: act) else { throw ClientFailure.broken(.wrongEvent) }
        // From here on a history without this opening contradicts what this client has seen.
        try logView.seen.remember(evidence.checkpoint)
        isSynced = false
        let handedOver = try await transfers(of: delivery)
        let whole = handedOver?.content.size ?? sealedSize
        var segment = first.bytes
        while true {
            guard !segment.isEmpty, size + segment.count <= whole else {
                ContentFile.forget(path)
                throw ClientFailure.broken(.malformedAnswer)
            }
            try file.write(segment)
            size += segment.count
            guard size < whole else { break }
            segment = try await relay.open(act, from: size, of: whole).bytes
        }
        try file.finish()
        try account.vault.put(
            ReceivedItem(
                envelope: delivery.envelope.note.serialized, unit: delivery.unit,
                evidence: try await self.evidence(for: [delivery.event]).first,
                isRetrieved: act.body.act == .retrieved ? true : nil,
                handedOver: handedOver),
            Table.received, id.description)
        try account.vault.delete(Table.fetching, id.description)
    }

    /// The sealed content as received, fetched with a *retrieved* act when it is not here yet: whoever exports it has not
    /// read it.
    public func sealedContent(_ id: TransmissionID) async throws -> String {
        if try outbox.item(id) == nil,
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
            throw ClientFailure.obstacle(.formOfALaterProgram)
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
