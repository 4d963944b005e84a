// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

struct TransferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer",
        abstract: inWords(
            "Permettre à un nouveau collègue de votre unité de lire ses échanges en cours.",
            "Let a new colleague of your unit read its open threads."))
    @OptionGroup var global: GlobalOptions

    @Option(
        help: .agent(
            "Le collègue, par exemple d-09@avema01.", "The colleague, for example d-09@avema01."))
    var to: String

    func run() async throws {
        try await global.withSession { session, console in
            let report = try await session.transfer(to: Typed.agent(to), catalogue: .shipped)
            try report.show(console)
        }
    }
}

struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: inWords(
            "Après la perte d'un poste : ce que vous pouvez relire, ce qu'un collègue peut vous transférer, ce qui est perdu.",
            "After a lost device: say what you read again, what a colleague can transfer, and what is lost."))
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await global.withSession { session, console in
            try await session.recover(catalogue: .shipped).show(console)
        }
    }
}

extension TransferReport {
    fileprivate func show(_ console: Console) throws {
        try console.print(items) {
            items.isEmpty
                ? console.language("Aucun échange en cours.", "No open thread.")
                : items.map {
                    "\($0.id)  \($0.kind), \($0.unit)" + console.language(" : ", ": ")
                        + $0.result.text(console.language)
                }
                .joined(separator: "\n")
        }
    }
}

struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: inWords(
            "Retirer une transmission : détruite là où personne ne l'a ouverte ; ailleurs, sa destruction est demandée.",
            "Take a transmission back: destroyed where nobody has opened it, otherwise its destruction is demanded."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .reason(
            "misdirected (mal adressée), consent_withdrawn (accord retiré) ou sent_in_error (envoyée par erreur).",
            "misdirected, consent_withdrawn or sent_in_error."))
    var reason: String

    @Flag(help: .withoutConfirmation)
    var yes = false

    private struct Row: Encodable {
        var unit: UnitAddress
        var state: DeliveryState
        var openedAt: String?
        var demand: TransmissionID?
        var notifyBefore: String?
    }

    func run() async throws {
        try await global.withSession(about: transmission) { session, console in
            let id = try transmission.value(session)
            let code = try Reason.read(reason, for: .withdrawn)
            let voice = Voice(session, console.language)
            let sender = try await session.track(id).routing.from
            guard session.ownUnits.contains(sender) else {
                throw InputRefused(
                    fr:
                        "seule l'unité qui l'a envoyée peut la retirer (\(sender))\nconseil : liaison refuse la rend avec un motif",
                    en:
                        "only the unit that sent it can take it back (\(sender))\nhint: liaison refuse returns it with a reason"
                )
            }
            try await voice.confirm(id, yes, console.language("Retirer ?", "Take back?"), console)
            let results = try await session.withdraw(
                id, reason: code, catalogue: .shipped)
            try await session.know(Set(results.map(\.unit.institution)))
            let deadline = code == .misdirected ? Instant.now + Alert.breachNotification : nil
            let rows = results.map { result in
                Row(
                    unit: result.unit, state: result.state, openedAt: result.openedAt.map(Clock.text),
                    demand: result.demand, notifyBefore: result.openedAt == nil ? nil : deadline.map(Clock.text))
            }
            try console.print(rows) {
                results.map { voice.text($0, notifyBefore: deadline) }.joined(separator: "\n")
            }
            for result in results {
                guard let failure = result.failure else { continue }
                console.say(
                    console.language(
                        "DEMANDE DE DESTRUCTION NON ENVOYÉE à \(result.unit) : ", "NO DEMAND SENT to \(result.unit): ")
                        + failure.text(console.language))
                console.sayNumbers(session.directory.unit(result.unit))
            }
        }
    }
}
