// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault

/// A transmission begun and not yet sent.
public struct SendDraft: Codable, Hashable, Sendable {
    public var form: [String: FieldValue]
    public var urgency: Urgency?
    /// Paths of files to attach.
    public var attachments: [String]
    public var phoneConfirmedAt: Instant?
    /// The unit that it is written for; nil where the agent has one only, or has not said.
    public var from: UnitAddress?
    public var inReplyTo: TransmissionID?

    public init(
        form: [String: FieldValue], urgency: Urgency? = nil, attachments: [String] = [],
        phoneConfirmedAt: Instant? = nil
    ) {
        self.form = form
        self.urgency = urgency
        self.attachments = attachments
        self.phoneConfirmedAt = phoneConfirmedAt
    }

    /// Whether nothing was answered that somebody would miss.
    public var isEmpty: Bool {
        form.isEmpty && attachments.isEmpty && phoneConfirmedAt == nil && from == nil && inReplyTo == nil
    }
}

/// A draft where the vault keeps it. One person's is never taken for another's: there can be several of a kind to a unit.
public struct KeptDraft: Sendable {
    /// Kind, unit, and the time it was begun; of earlier programs without the time.
    public let id: String
    public let draft: SendDraft
    /// Nil when an earlier program kept it.
    public var begunAt: Instant? {
        id.split(separator: " ").last.flatMap { DecimalNumber.parse($0).map { Instant($0) } }
    }
}

/// A file of a draft, as the vault keeps it.
struct DraftFile: Codable, Hashable, Sendable {
    var name: String
    /// Base64.
    var bytes: String
}

/// A file that will be attached, kept in the vault.
public struct KeptFile: Sendable {
    public let id: String
    public let name: String
    let bytes: [UInt8]

    /// In bytes.
    public var size: Int { bytes.count }
    public var sha256: Hash { Hash.of(bytes) }
    var source: MemorySource { MemorySource(bytes) }
}

/// Drafts, encrypted in the vault like everything else; and what a device has been told once.
extension Session {
    private func id(_ kind: String, _ unit: UnitAddress) -> String { "\(kind) \(unit)" }

    /// The drafts of a kind to a unit, the latest first.
    public func drafts(of kind: String, to unit: UnitAddress) throws -> [KeptDraft] {
        let (vault, id) = (account.vault, id(kind, unit))
        var drafts = try vault.ids(Table.draft).filter { $0 == id || $0.hasPrefix("\(id) ") }.compactMap { each in
            try vault.value(Table.draft, each).map { KeptDraft(id: each, draft: $0) }
        }
        if !drafts.contains(where: { $0.id == id }),
            let form = try vault.value(Table.formerDraft, id)
        {
            drafts.append(KeptDraft(id: id, draft: SendDraft(form: form)))
        }
        return drafts.sorted { ($0.begunAt ?? 0) > ($1.begunAt ?? 0) }
    }

    /// Every draft that was begun with a kind and a unit, the latest first.
    public func drafts() throws -> [KeptDraft] {
        try account.vault.ids(Table.draft).compactMap { id in
            try account.vault.value(Table.draft, id).map { KeptDraft(id: id, draft: $0) }
        }.sorted { ($0.begunAt ?? 0) > ($1.begunAt ?? 0) }
    }

    /// Where a draft that is begun now will be kept.
    public func newDraftID(of kind: String, to unit: UnitAddress) -> String { "\(id(kind, unit)) \(clock())" }

    /// An empty draft without files is not kept.
    ///
    /// - Parameter id: of `newDraftID`, or of a kept draft, which this one replaces.
    public func keep(_ draft: SendDraft, as id: String) throws {
        guard try !draft.isEmpty || fileCount(id) > 0 else { return try dropDraft(id) }
        try account.vault.put(draft, Table.draft, id)
    }

    public func dropDraft(_ id: String) throws { try account.vault.write { try $0.drop(draft: id) } }

    /// What a draft was sealed as, so that a page of it that is still open does not send it again; nil for one that was not.
    public func transmission(ofDraft id: String) throws -> TransmissionID? {
        try account.vault.value(Table.sentDraft, id)
    }

    // MARK: Files of a draft

    /// Keeps a file that will be attached, so that nothing of it lies on this device in clear.
    ///
    /// - Parameter flow: what it may be is judged at once, with the files that are there already.
    /// - Throws: `ClientFailure.attachment`; then nothing is kept.
    public func keepFile(
        named name: String, _ bytes: [UInt8], with draft: String, by flow: Flow, catalogue: FormCatalogue
    ) throws {
        let kept = try keptFiles(draft)
        let sources = kept.map { AttachedFile(name: $0.name, source: $0.source) }
        _ = try attachments(
            sources + [AttachedFile(name: name, source: MemorySource(bytes))], rule: flow.attachments,
            catalogue: catalogue)
        let last = kept.last?.id.split(separator: " ").last.flatMap { Int($0) } ?? 0
        let number = last + 1
        try account.vault.write { vault in
            try vault.put(
                DraftFile(name: name, bytes: Base64.encode(bytes)), Table.draftFile, "\(draft) \(number)",
                folder: filesFolder(draft), place: number)
        }
        // So that a draft with nothing but files is one that lists show.
        if try account.vault.value(Table.draft, draft) == nil {
            try account.vault.put(SendDraft(form: [:]), Table.draft, draft)
        }
    }

    /// The files of a draft, in the order in which they came.
    public func keptFiles(_ draft: String) throws -> [KeptFile] {
        try account.vault.read { try $0.all(Table.draftFile, folder: filesFolder(draft)) }.compactMap { row in
            Base64.decode(row.value.bytes).map {
                KeptFile(id: row.id, name: row.value.name, bytes: $0)
            }
        }
    }

    /// How many files a draft has; none of them is read.
    public func fileCount(_ draft: String) throws -> Int {
        try account.vault.read { try $0.count(Table.draftFile, folder: filesFolder(draft)) }
    }

    private func filesFolder(_ draft: String) -> String { VaultTransaction.filesFolder(draft) }

    /// - Parameter id: of `keptFiles`.
    public func dropFile(_ id: String) throws { try account.vault.delete(Table.draftFile, id) }

    // MARK: Hints

    /// Whether a hint was not given on this device before; from then on it was.
    public func isFirst(hint: String) throws -> Bool {
        guard try account.vault.value(Table.hint, hint) == nil else { return false }
        try account.vault.put(true, Table.hint, hint)
        return true
    }

    /// Why these files cannot be attached; nil when they can.
    ///
    /// - Throws: what reading one of them ended with.
    public func refusal(
        ofAttachments paths: [String], by flow: Flow, catalogue: FormCatalogue
    ) throws -> ClientFailure? {
        do {
            _ = try attachments(paths, rule: flow.attachments, catalogue: catalogue)
            return nil
        } catch let failure as ClientFailure {
            return failure
        }
    }
}

extension VaultTransaction {
    static func filesFolder(_ draft: String) -> String { "files \(draft)" }

    func drop(draft id: String) throws {
        try delete(folder: Self.filesFolder(id))
        try delete(Table.draft, id)
        try delete(Table.formerDraft, id)
    }

    /// Remembers what became of a draft.
    func drop(draft id: String, sealedAs transmission: TransmissionID) throws {
        try put(transmission, Table.sentDraft, id)
        try drop(draft: id)
    }
}
