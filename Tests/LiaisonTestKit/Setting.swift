// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonConvention
package import LiaisonModel
package import LiaisonNotes

/// The convention and the units that a `World` is made of.
package struct Setting: Sendable {
    package var convention: Convention
    /// Of all institutions.
    package var units: [LiaisonModel.Unit]

    /// The small convention of `Fixture`.
    package static func test() throws -> Setting {
        let units = try Fixture.units.keys.sorted().flatMap {
            try Fixture.roster(String($0.split(separator: "@")[1]), agents: []).units
        }
        return Setting(
            convention: try Fixture.convention(), units: Array(Set(units)).sorted { $0.address < $1.address })
    }

    /// A shipped example, with the keys that fixtures have for its parties.
    package static func example(_ name: String) throws -> Setting {
        let draft = try ConventionDraft(
            yaml: String(contentsOfFile: "\(Programs.root)/examples/\(name)/convention.yaml", encoding: .utf8))
        var convention = draft.outline
        convention.logs = try Fixture.convention().logs
        convention.parties = try convention.parties.map { party in
            var party = party
            let id = party.institution.description
            party.keys = [
                PartyKey(
                    key: try Fixture.key(id).publicKey, notBefore: convention.notBefore, notAfter: convention.notAfter)
            ]
            party.recovery = try Fixture.key("\(id) recovery").publicKey
            party.log = Fixture.origin
            return party
        }
        return Setting(convention: convention, units: draft.units)
    }

    package var institutions: [String] { convention.parties.map(\.institution.description) }

    package func signed() throws -> Unverified<Convention> { try Fixture.signed(convention, by: institutions) }

    /// One agent of each unit: `d-01@…` and on, in order of the unit.
    package func agentName(of unit: String) throws -> AgentAddress {
        let address = try Fixture.unit(unit)
        let own = units.map(\.address).filter { $0.institution == address.institution }.sorted()
        let number = try Fixture.unwrap(own.firstIndex(of: address)) + 1
        return try Fixture.agent("d-\(number < 10 ? "0" : "")\(number)@\(address.institution)")
    }
}
