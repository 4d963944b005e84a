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
        commandName: "registrar",
        abstract: inWords(
            "Pour qui signe au nom d'une institution : sa clé, ses unités, ses agents et ses listes.",
            "For who signs for an institution: its key, units, agents and rosters."),
        subcommands: [
            Create.self, UnitsFrom.self, AddUnit.self, EnrolAgent.self, Invite.self, Requests.self, Approve.self,
            Reject.self, Assign.self, Unassign.self, AbsenceOfUnit.self, Vacancy.self, Presence.self, Standby.self,
            Revoke.self, Publish.self, Cosign.self, Colleague.self, Succeed.self, Show.self
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: inWords(
                "Créer la clé de l'institution et sa clé de secours hors ligne ; sans --recovery, la clé d'un second gestionnaire.",
                "Make the institution's key and its offline recovery key; without --recovery, a second registrar's key."
            ))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .both("L'institution, par exemple cd01.", "The institution, for example cd01."))
        var institution: String

        @Option(
            help: .file(
                "Le fichier où écrire la clé de secours : gardez-la hors ligne, loin de ce poste.",
                "Write the recovery key's seed here: keep it offline, apart from this machine."))
        var recovery: String?

        func run() async throws {
            try await global.reporting { console in
                guard let institution = InstitutionID(institution) else {
                    throw InputRefused(
                        fr: "institution attendue, par exemple cd01 (\(institution))",
                        en: "expected an institution such as cd01 (\(institution))")
                }
                if let recovery, FileManager.default.fileExists(atPath: recovery) {
                    throw InputRefused(
                        fr: "le fichier existe déjà (\(recovery))", en: "the file exists already (\(recovery))")
                }
                let (key, recoveryKey, tls) = try Registrar.create(
                    in: global.createVault(), institution: institution, now: Instant.now)
                guard let recovery else {
                    print("\(Base64.encode(key.bytes))")
                    return console.say(
                        console.language(
                            "Clé d'un second gestionnaire pour \(institution), à reporter sous party_keys. Le premier gestionnaire ajoute ce poste : registrar colleague \(tls.hex)",
                            "Key of a second registrar of \(institution), to be put under party_keys; the other one adds this device: registrar colleague \(tls.hex)"
                        ))
                }
                do {
                    try recoveryKey.create(file: recovery)
                } catch let failure as PrivateFile.Failure {
                    throw InputRefused(fr: "écriture impossible (\(failure.path))", en: "\(failure)")
                }
                print(
                    "  \(institution): { key: \(Base64.encode(key.bytes)), recovery: \(Base64.encode(recoveryKey.publicKey.bytes)) }"
                )
            }
        }
    }

    struct UnitsFrom: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "units",
            abstract: inWords(
                "Reprendre dans la liste les unités que propose un projet de convention.",
                "Take the units that a convention's draft proposes into the roster."))
        @OptionGroup var global: GlobalOptions

        @Option(help: .file("Le projet de convention.", "The convention's draft."))
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
        static let configuration = CommandConfiguration(
            commandName: "add-unit", abstract: inWords("Ajouter ou modifier une unité.", "Add or change a unit."))
        @OptionGroup var global: GlobalOptions

        @Argument(
            help: .both(
                "Son adresse, par exemple cms-bourg@cd01.", "Its address, for example cms-bourg@cd01.",
                value: ("adresse", "address")))
        var address: String
        @Option(help: .both("Son type, par exemple cms.", "Its kind, for example cms.", value: ("type", "kind")))
        var kind: String
        @Option(help: .both("Son nom.", "Its name.", value: ("nom", "name")))
        var name: String
        @Option(help: .both("Sa commune.", "Its town.", value: ("commune", "town")))
        var town: String
        @Option(help: .both("Son numéro de téléphone.", "Its telephone number.", value: ("numero", "number")))
        var phone: String
        @Option(help: .both("Le numéro de sa permanence.", "Its duty line's number.", value: ("numero", "number")))
        var dutyPhone: String?
        @Option(
            name: .customLong("opening"),
            help: .both(
                "Quand elle est ouverte, par exemple « mon-fri 09:00-12:00 » ou « tue 14:00-17:00 odd » ; peut être répété. « always » : à toute heure. À défaut, les horaires d'une unité connue restent.",
                "When it is open, such as mon-fri 09:00-12:00 or tue 14:00-17:00 odd; may be repeated. always: at all hours. The hours of a unit that is known stay unless given.",
                value: ("plage", "hours")))
        var opening: [String] = []
        @Option(
            name: .customLong("role"),
            help: .both(
                "Un rôle prévu par la convention ; peut être répété.", "A role of the convention; may be repeated.",
                value: ("role", "role")))
        var roles: [String]

        func run() async throws {
            try await global.reporting { _ in
                guard let unit = UnitAddress(address) else { throw ClientFailure.unknownUnit(address) }
                let registrar = try Registrar(vault: global.openVault())
                let known = try registrar.units().first { $0.address == unit }
                try registrar.put(
                    LiaisonModel.Unit(
                        address: unit, kind: kind, name: name, town: town, phone: phone, dutyPhone: dutyPhone,
                        roles: roles, opening: opening.isEmpty ? known?.opening ?? [] : hours(), absence: nil))
            }
        }

        private func hours() throws -> [OpeningHours] {
            guard opening != ["always"] else { return [] }
            return try opening.flatMap { text in
                guard let hours = OpeningHours.parse(text) else {
                    throw InputRefused(
                        fr: "horaires attendus, par exemple mon-fri 09:00-12:00 (\(text))",
                        en: "expected hours such as mon-fri 09:00-12:00 (\(text))")
                }
                return hours
            }
        }
    }

    struct EnrolAgent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enrol",
            abstract: inWords(
                "Inscrire sur la liste l'agent dont c'est la demande.", "Take an agent's request into the roster."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .file("La demande affichée par liaison enrol.", "The request that liaison enrol printed."))
        var request: String
        @Option(
            name: .customLong("unit"),
            help: .unit("Une unité de l'agent ; peut être répété.", "A unit of the agent; may be repeated."))
        var units: [String]
        @Option(
            help: .both(
                "agent (agent), unit_manager (responsable), substitute (suppléant) ou duty_officer (permanence).",
                "agent, unit_manager, substitute or duty_officer.", value: ("role", "role")))
        var role = "agent"
        @Option(
            help: .day(
                "Le dernier jour ; à défaut, dans deux ans.", "Last day, YYYY-MM-DD; two years from now unless given."))
        var until: String?

        func run() async throws {
            try await global.reporting { _ in
                let addresses = try units.map { text in
                    guard let unit = UnitAddress(text) else { throw ClientFailure.unknownUnit(text) }
                    return unit
                }
                let now = Instant.now
                try Registrar(vault: global.openVault()).enrol(
                    Unverified<Possession>(parsing: Input.read(request)), units: addresses, role: role,
                    from: now - .hours(1), until: try end(now))
            }
        }

        private func end(_ now: Instant) throws -> Instant {
            try until.map { try Typed.day($0, end: true) } ?? now + .days(730)
        }
    }
}
