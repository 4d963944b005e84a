// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonNotes

/// Whose each key is: one key under two names is refused, whatever the key is for.
struct KeyOwners: Sendable {
    private var signing: [VerificationKey: AgentAddress] = [:]
    private var tls: [Hash: AgentAddress] = [:]
    private var registrars: [Hash: InstitutionID] = [:]
    private var encryption: [String: AgentAddress] = [:]

    func agent(tls fingerprint: Hash) -> AgentAddress? { tls[fingerprint] }
    func registrar(tls fingerprint: Hash) -> InstitutionID? { registrars[fingerprint] }

    mutating func claim(_ roster: Roster) {
        for agent in roster.agents {
            signing[agent.key] = agent.address
            for fingerprint in agent.tls { tls[fingerprint] = agent.address }
        }
        for fingerprint in roster.registrars { registrars[fingerprint] = roster.by }
    }

    mutating func release(_ roster: Roster) {
        for agent in roster.agents {
            signing[agent.key] = nil
            for fingerprint in agent.tls { tls[fingerprint] = nil }
        }
        for fingerprint in roster.registrars { registrars[fingerprint] = nil }
    }

    /// Who claims a key in `roster` that is another's, there or in another institution; nil when all is well.
    func conflict(with roster: Roster) -> String? {
        var keys: Set<VerificationKey> = []
        var fingerprints: Set<Hash> = []
        for fingerprint in roster.registrars {
            let owner = registrars[fingerprint] ?? tls[fingerprint]?.institution
            guard fingerprints.insert(fingerprint).inserted, owner == nil || owner == roster.by else {
                return roster.by.description
            }
        }
        for agent in roster.agents {
            let owner = signing[agent.key]?.institution
            guard keys.insert(agent.key).inserted, owner == nil || owner == roster.by else {
                return agent.address.description
            }
            for fingerprint in agent.tls {
                let owner = tls[fingerprint]?.institution ?? registrars[fingerprint]
                guard fingerprints.insert(fingerprint).inserted, owner == nil || owner == roster.by else {
                    return agent.address.description
                }
            }
        }
        return nil
    }

    func isTaken(_ keys: AgentKeys) -> Bool {
        Set(keys.keys.map(\.key)).count != keys.keys.count
            || keys.keys.contains { encryption[$0.key].map { $0 != keys.by } ?? false }
    }

    mutating func claim(_ keys: AgentKeys) {
        for key in keys.keys { encryption[key.key] = keys.by }
    }

    mutating func release(_ keys: AgentKeys) {
        for key in keys.keys { encryption[key.key] = nil }
    }
}
