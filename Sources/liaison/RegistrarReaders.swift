// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire

// Nobody's absence strands a queue: who stands by for a unit, who reads for it, and what a registrar hears before the last
// of them goes.

extension RegistrarCommand {
    struct Standby: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
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

extension LoneReader {
    func text(_ language: Language) -> String {
        language(
            "attention : une seule personne lit pour \(unit.name) (\(unit.address)), et aucune unité ne la relaie : en cas d'absence, rien ne pourra être lu\nconseil : liaison registrar standby \(unit.address) --by UNITÉ",
            "warning: only one person reads for \(unit.name) (\(unit.address)), and no unit stands by for it: while they are away, nothing can be read\nhint: liaison registrar standby \(unit.address) --by UNIT"
        )
    }
}

extension LastReader {
    /// - Parameter waiting: how many deliveries wait there; nil when the relay did not say.
    func text(waiting: Int?, _ language: Language) -> String {
        let day = Clock.day(from, language)
        let start = from > Instant.now ? language(" à partir du \(day)", " from \(day) on") : ""
        let count = Self.count(waiting, language)
        let first = language(
            "attention : plus personne ne lira dans \(unit.name) (\(unit.address))\(start) ; \(count)",
            "warning: nobody will be left who reads in \(unit.name) (\(unit.address))\(start); \(count)")
        return first + "\n" + consequence(waiting, language)
    }

    private static func count(_ waiting: Int?, _ language: Language) -> String {
        switch waiting {
        case nil:
            language(
                "le relais ne dit pas combien de transmissions y attendent",
                "the relay does not say how many transmissions wait there")
        case 0?: language("aucune transmission n'y attend", "no transmission waits there")
        case 1?: language("1 transmission y attend", "1 transmission waits there")
        case let count?: language("\(count) transmissions y attendent", "\(count) transmissions wait there")
        }
    }

    private func consequence(_ waiting: Int?, _ language: Language) -> String {
        func names(_ units: [UnitAddress]) -> String { units.map(\.description).joined(separator: ", ") }
        if !standby.isEmpty {
            return language(
                "relève immédiate par : \(names(standby)), pour tout ce qui a été envoyé depuis cette désignation",
                "taken over at once by: \(names(standby)), for everything sent since they were named")
        }
        if !substitutes.isEmpty {
            return language(
                "la suppléance est assurée par : \(names(substitutes)), pour ce qui a été envoyé depuis le début de l'absence",
                "stood in for by: \(names(substitutes)), for what was sent since the absence began")
        }
        let senders =
            waiting == 0
            ? language(
                "tant que personne n'y lira, rien ne pourra y être envoyé",
                "as long as nobody reads there, nothing can be sent to it")
            : language(
                "personne ne pourra plus ouvrir ce qui y attend : les expéditeurs en seront avertis aussitôt",
                "nobody will be able to open what waits there: the senders will be told at once")
        return senders
            + language(
                "\nconseil : si la personne peut encore lire, qu'elle fasse d'abord liaison transfer --to COLLÈGUE",
                "\nhint: if the person can still read, liaison transfer --to COLLEAGUE comes first")
    }
}
