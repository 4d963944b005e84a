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
}
