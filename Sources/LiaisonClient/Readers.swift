// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonVault

/// Somebody to whom a unit's mail is sealed, standby units included, and was not when this agent last had to do with it.
public struct NewReader: Hashable, Sendable {
    public let unit: UnitAddress
    public let agent: AgentAddress
    /// When the roster lets them in.
    public let since: Instant
}

/// A reader is an agent with its signing key: a new key under an old name is a new reader.
struct Reader: Codable, Hashable {
    var agent: AgentAddress
    var key: VerificationKey
}

/// Nobody reads along unseen: each vault remembers who read a unit's mail at the last exchange.
extension Session {
    private func readers(of unit: UnitAddress) -> [Agent] { directory.readers(of: unit, at: clock()) }

    /// Readers of `units` that this agent has not seen; none for a unit that it never had to do with.
    public func newReaders(of units: some Sequence<UnitAddress>) async throws -> [NewReader] {
        var found: [NewReader] = []
        for unit in Set(units).sorted() {
            try await know([unit.institution])
            guard let known = try account.vault.value(Table.readers, unit.description) else { continue }
            for agent in readers(of: unit)
            where agent.address != address && !known.contains(Reader(agent: agent.address, key: agent.key)) {
                let posts = agent.posts.filter { $0.unit == unit }.map(\.notBefore)
                found.append(NewReader(unit: unit, agent: agent.address, since: posts.min() ?? agent.notBefore))
            }
        }
        return found
    }

    /// Remembers the readers of `units` as seen.
    public func rememberReaders(of units: some Sequence<UnitAddress>) async throws {
        for unit in Set(units) {
            try await know([unit.institution])
            let readers = readers(of: unit).map { Reader(agent: $0.address, key: $0.key) }
            let known = try account.vault.value(Table.readers, unit.description)
            if known != readers { try account.vault.put(readers, Table.readers, unit.description) }
        }
    }
}
