// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
import LiaisonNotes
import LiaisonVault

/// Forms begun and not yet sent, encrypted in the vault like everything else.
extension Session {
    private static let kind = "draft"

    private func id(_ kind: String, _ unit: UnitAddress) -> String { "\(kind) \(unit)" }

    public func draft(of kind: String, to unit: UnitAddress) throws -> [String: FieldValue]? {
        try account.vault.value([String: FieldValue].self, Self.kind, id(kind, unit))
    }

    public func keep(_ form: [String: FieldValue], of kind: String, to unit: UnitAddress) throws {
        try account.vault.put(value: form, Self.kind, id(kind, unit))
    }

    public func dropDraft(of kind: String, to unit: UnitAddress) throws {
        try account.vault.delete(Self.kind, id(kind, unit))
    }
}
