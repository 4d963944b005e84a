// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonConvention
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire

struct RegistrarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registrar", abstract: "For who signs for an institution: its key, units, agents and rosters.",
        subcommands: [
            Create.self, UnitsFrom.self, AddUnit.self, EnrolAgent.self, Invite.self, Requests.self, Approve.self,
            Reject.self, Assign.self, Unassign.self, AbsenceOfUnit.self, Vacancy.self, Presence.self, Revoke.self,
            Publish.self, Cosign.self, Colleague.self, Succeed.self, Show.self
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Make the institution's key and its offline recovery key; without --recovery, a second registrar's key."
        )
        @OptionGroup var global: GlobalOptions

        @Argument(help: "The institution, for example cd01.")
        var institution: String

        @Option(help: "Write the recovery key's seed here: keep it offline, apart from this machine.")
        var recovery: String?

        func run() async throws {
            try await global.reporting { console in
                guard let institution = InstitutionID(institution) else {
                    throw ClientFailure.input(
                        fr: "institution attendue, par exemple cd01 (\(institution))",
                        en: "expected an institution such as cd01 (\(institution))")
                }
                if let recovery, FileManager.default.fileExists(atPath: recovery) {
                    throw ClientFailure.input(
                        fr: "le fichier existe déjà (\(recovery))", en: "the file exists already (\(recovery))")
                }
                let (key, recoveryKey, tls) = try Registrar.create(
                    in: global.createVault(), institution: institution, now: Clock.now())
                guard let recovery else {
                    print("\(Base64.encode(key.bytes))")
                    return console.say(
                        console.language(
                            "Clé d'un second gestionnaire de \(institution), à mettre sous party_keys ; l'autre ajoute ce poste : registrar colleague \(tls.hex)",
                            "Key of a second registrar of \(institution), to be put under party_keys; the other one adds this device: registrar colleague \(tls.hex)"
                        ))
                }
                do {
                    try recoveryKey.create(file: recovery)
                } catch let failure as PrivateFile.Failure {
                    throw ClientFailure.input(fr: "écriture impossible (\(failure.path))", en: "\(failure)")
                }
                print(
                    "  \(institution): { key: \(Base64.encode(key.bytes)), recovery: \(Base64.encode(recoveryKey.publicKey.bytes)) }"
                )
            }
        }
    }

    struct UnitsFrom: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "units", abstract: "Take the units that a convention's draft proposes into the roster.")
        @OptionGroup var global: GlobalOptions

        @Option(help: "The convention's draft.")
        var from: String

        func run() async throws {
            try await global.reporting { _ in
                let registrar = try Registrar(vault: global.openVault())
                for unit in try ConventionDraft(yaml: Input.text(from)).units(of: registrar.institution) {
                    try registrar.put(unit)
                }
            }
        }
    }

    struct AddUnit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "add-unit", abstract: "Add or change a unit.")
        @OptionGroup var global: GlobalOptions

        @Argument(help: "Its address, for example cms-bourg@cd01.")
        var address: String
        @Option var kind: String
        @Option var name: String
        @Option var town: String
        @Option var phone: String
        @Option var dutyPhone: String?
        @Option(name: .customLong("role"), help: "A role of the convention; may be repeated.")
        var roles: [String]

        func run() async throws {
            try await global.reporting { _ in
                guard let unit = UnitAddress(address) else { throw ClientFailure.unknownUnit(address) }
                try Registrar(vault: global.openVault()).put(
                    LiaisonModel.Unit(
                        address: unit, kind: kind, name: name, town: town, phone: phone, dutyPhone: dutyPhone,
                        roles: roles, opening: [], absence: nil))
            }
        }
    }

    struct EnrolAgent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enrol", abstract: "Take an agent's request into the roster.")
        @OptionGroup var global: GlobalOptions

        @Argument(help: "The request that liaison enrol printed.")
        var request: String
        @Option(name: .customLong("unit"), help: "A unit of the agent; may be repeated.")
        var units: [String]
        @Option(help: "agent, unit_manager, substitute or duty_officer.")
        var role = "agent"
        @Option(help: "Last day, YYYY-MM-DD; two years from now unless given.")
        var until: String?

        func run() async throws {
            try await global.reporting { _ in
                let addresses = try units.map { text in
                    guard let unit = UnitAddress(text) else { throw ClientFailure.unknownUnit(text) }
                    return unit
                }
                let now = Clock.now()
                try Registrar(vault: global.openVault()).enrol(
                    Unverified<Possession>(parsing: Input.read(request)), units: addresses, role: role,
                    from: now - 3600, until: try end(now))
            }
        }

        private func end(_ now: Int) throws -> Int {
            try until.map { try Typed.day($0, end: true) } ?? now + 730 * 86_400
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the roster being drafted.")
        @OptionGroup var global: GlobalOptions

        private struct Answer: Encodable {
            var institution: InstitutionID
            var units: [UnitAddress]
            var agents: [AgentAddress]
        }

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                let answer = try Answer(
                    institution: registrar.institution, units: registrar.units().map(\.address),
                    agents: registrar.agents().map(\.address))
                try console.print(answer) {
                    ([answer.institution.description] + answer.units.map { "  \($0)" } + answer.agents.map { "  \($0)" })
                        .joined(separator: "\n")
                }
            }
        }
    }
}
