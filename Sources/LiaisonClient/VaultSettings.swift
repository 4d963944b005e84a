// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonVault

extension Vault {
    private static let personal = "personal"

    /// Whether its owner said that nobody else uses the computer on which it lies.
    public var isPersonal: Bool { (try? value(Table.setting, Self.personal)) ?? nil ?? false }

    public func mark(personal: Bool) throws { try put(personal, Table.setting, Self.personal) }
}
