// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
import LiaisonNotes
import LiaisonVault

/// A transmission begun and not yet sent.
public struct SendDraft: Codable, Hashable, Sendable {
    public var form: [String: FieldValue]
    public var urgency: Urgency?
    /// Paths of files to attach.
    public var attachments: [String]
    public var phoneConfirmedAt: Int?

    public init(
        form: [String: FieldValue], urgency: Urgency? = nil, attachments: [String] = [], phoneConfirmedAt: Int? = nil
    ) {
        self.form = form
        self.urgency = urgency
        self.attachments = attachments
        self.phoneConfirmedAt = phoneConfirmedAt
    }
}

/// Drafts, encrypted in the vault like everything else; and what a device has been told once.
extension Session {
    private enum Kind {
        static let draft = "begun"
        /// Drafts of earlier programs: the form alone.
        static let former = "draft"
        static let hint = "hint"
    }

    private func id(_ kind: String, _ unit: UnitAddress) -> String { "\(kind) \(unit)" }

    public func draft(of kind: String, to unit: UnitAddress) throws -> SendDraft? {
        let vault = account.vault
        if let draft = try vault.value(SendDraft.self, Kind.draft, id(kind, unit)) { return draft }
        return try vault.value([String: FieldValue].self, Kind.former, id(kind, unit)).map { SendDraft(form: $0) }
    }

    public func keep(_ draft: SendDraft, of kind: String, to unit: UnitAddress) throws {
        try account.vault.put(value: draft, Kind.draft, id(kind, unit))
    }

    public func dropDraft(of kind: String, to unit: UnitAddress) throws {
        for each in [Kind.draft, Kind.former] { try account.vault.delete(each, id(kind, unit)) }
    }

    /// Whether a hint was not given on this device before; from then on it was.
    public func isFirst(hint: String) throws -> Bool {
        guard try account.vault.value(Bool.self, Kind.hint, hint) == nil else { return false }
        try account.vault.put(value: true, Kind.hint, hint)
        return true
    }

    /// Why these files cannot be attached, in words; nil when they can.
    public func refusal(ofAttachments paths: [String], by flow: Flow, catalogue: FormCatalogue) -> String? {
        do {
            _ = try attachments(paths, rule: flow.attachments, catalogue: catalogue)
            return nil
        } catch let failure as ClientFailure {
            return failure.text(language)
        } catch {
            return language("fichier illisible", "file not readable")
        }
    }
}
