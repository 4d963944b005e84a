// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

// Nobody's absence strands a queue: who stands by for a unit, who reads for it, and what a registrar hears before the last
// of them goes.

extension RegistrarCommand {
    struct Standby: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "standby",
            abstract: inWords(
                "Désigner les unités qui relaient une unité : ce qui lui est adressé est aussi scellé pour elles, et leur est montré dès que plus personne n'y répond.",
                "Name the units that stand by for a unit: everything for it is sealed to them as well, and shown to them once nobody there answers."
            ))
        @OptionGroup var change: RosterChange

        @Argument(help: .unit("L'unité.", "The unit."))
        var unit: String
        @Option(
            name: .customLong("by"),
            help: .unit(
                "Une autre unité de l'institution, qui tient les mêmes rôles ; peut être répété.",
                "Another unit of the institution with the same roles; may be repeated."))
        var standby: [String] = []
        @Flag(help: .both("Plus aucune unité ne la relaie.", "No unit stands by for it any more."))
        var none = false

        func validate() throws {
            guard standby.isEmpty == none else {
                throw ValidationError(
                    inWords("indiquez une unité avec --by, ou bien --none", "name a unit with --by, or else --none"))
            }
        }

        func run() async throws {
            try await change.run { registrar, _ in
                let address = try Typed.unit(unit)
                let others = try standby.map(Typed.unit)
                try registrar.set(standby: others, of: address)
                warnOfRoles(address, others, try registrar.units(), change.global.console())
            }
        }

        /// A unit without the role is no recipient by the convention.
        private func warnOfRoles(
            _ address: UnitAddress, _ others: [UnitAddress], _ units: [LiaisonModel.Unit], _ console: Console
        ) {
            let roles = units.first { $0.address == address }?.roles ?? []
            for other in units where others.contains(other.address) {
                let missing = roles.filter { !other.roles.contains($0) }.joined(separator: ", ")
                guard !missing.isEmpty else { continue }
                console.say(
                    console.language(
                        "attention : \(other.address) ne tient pas tous les rôles voulus (\(missing)) ; vérifiez que ses agents ont le droit de lire ce que reçoit \(address)",
                        "warning: \(other.address) does not hold the role \(missing); make sure that its agents may read what \(address) gets"
                    ))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: inWords(
                "Afficher la liste en préparation : les unités, qui y lit, qui les relaie, et les agents.",
                "Show the roster being drafted: the units, who reads there, who stands by for them, and the agents."))
        @OptionGroup var global: GlobalOptions

        private struct Answer: Encodable {
            var institution: InstitutionID
            var units: [Row]
            var agents: [AgentAddress]
        }

        private struct Row: Encodable {
            var unit: UnitAddress
            /// Agents in force with a post there.
            var readers: [AgentAddress]
            var standby: [UnitAddress]
            var absence: Absence.Reason?
            var until: String?
            var substitutes: [UnitAddress]
        }

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                let draft = try registrar.draft()
                let now = Instant.now
                let answer = Answer(
                    institution: draft.by, units: draft.units.map { row($0, draft, now) },
                    agents: draft.agents.map(\.address))
                try console.print(answer) {
                    var lines = [answer.institution.description]
                    for unit in draft.units {
                        lines.append("  \(unit.address)")
                        lines += details(of: unit, draft, now, console.language)
                    }
                    return (lines + answer.agents.map { "  \($0)" }).joined(separator: "\n")
                }
                RegistrarCommand.warn(of: draft, console)
            }
        }

        private func row(_ unit: LiaisonModel.Unit, _ roster: Roster, _ now: Instant) -> Row {
            let absence = unit.isAbsent(at: now) ? unit.absence : nil
            return Row(
                unit: unit.address, readers: roster.readers(of: unit.address, at: now).map(\.address),
                standby: unit.standbyUnits, absence: absence?.reason, until: absence?.until.map(Clock.text),
                substitutes: absence?.substitutes ?? [])
        }

        /// Sentences under the unit's address: scripts find the addresses by their lines.
        private func details(
            of unit: LiaisonModel.Unit, _ roster: Roster, _ now: Instant, _ language: Language
        ) -> [String] {
            func sentence(_ start: String, _ names: [String]) -> String {
                "    " + start + names.joined(separator: ", ") + "."
            }
            let readers = roster.readers(of: unit.address, at: now).map(\.address.description)
            var lines = [
                readers.isEmpty
                    ? language("    Personne n'y lit.", "    Nobody reads there.")
                    : sentence(language("Lecteurs : ", "Read by: "), readers)
            ]
            if !unit.standbyUnits.isEmpty {
                let names = unit.standbyUnits.map(\.description)
                lines.append(sentence(language("Relayée par : ", "Stood by for by: "), names))
            }
            if let absence = unit.absence, unit.isAbsent(at: now) { lines.append("    " + text(absence, language)) }
            return lines
        }

        private func text(_ absence: Absence, _ language: Language) -> String {
            var text =
                absence.reason == .vacancy ? language("Poste vacant", "Post vacant") : language("Absence", "Absent")
            if let until = absence.until { text += language(" jusqu'au ", " until ") + Clock.day(until - 1, language) }
            let names = absence.substitutes.map(\.description).joined(separator: ", ")
            if !names.isEmpty { text += language(", suppléance assurée par : ", ", stood in for by: ") + names }
            return text + "."
        }
    }

    // MARK: Warnings

    /// Says which units only one person reads for and no unit stands by for; those that were so in `known` are left out.
    static func warn(of roster: Roster, unlessIn known: Roster? = nil, _ console: Console) {
        let now = Instant.now
        let said = Set(known.map { Registrar.loneReaders(in: $0, at: now).map(\.unit.address) } ?? [])
        for lone in Registrar.loneReaders(in: roster, at: now) where !said.contains(lone.unit.address) {
            console.say(lone.text(console.language))
        }
    }

    /// Says what a roster that takes a unit's last reader away does to what waits there; on a terminal, asks whether it shall
    /// go out all the same when nobody takes over. A script is not stopped: a stolen device is revoked by scripts as well.
    static func permits(
        _ lost: [LastReader], over connection: HTTPRelayConnection, _ console: Console, yes: Bool
    ) async -> Bool {
        guard !lost.isEmpty else { return true }
        let rows = (try? await connection.waiting())?.units
        for last in lost {
            let row = rows?.first { $0.unit == last.unit.address }
            console.say(last.text(waiting: row?.count, console.language))
        }
        guard lost.contains(where: \.leavesNobody), !yes, Console.isInteractive else { return true }
        return console.confirm(console.language("Continuer ?", "Go on?"))
    }
}
