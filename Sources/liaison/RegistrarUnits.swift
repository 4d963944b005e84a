// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

extension RegistrarCommand {
    struct AbsenceOfUnit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "absence",
            abstract: inWords(
                "Indiquer jusqu'à quand une unité est absente, et qui répond pendant ce temps.",
                "Say until when a unit does not answer, and who answers meanwhile."))
        @OptionGroup var change: RosterChange

        @Argument(help: .unit("L'unité.", "The unit."))
        var unit: String
        @Option(help: .day("Le dernier jour de l'absence.", "Last day of the absence, YYYY-MM-DD."))
        var until: String
        @Option(
            name: .customLong("substitute"),
            help: .unit(
                "Une unité de l'institution qui répond à sa place ; peut être répété.",
                "A unit of the institution that answers; may be repeated."))
        var substitutes: [String] = []

        func run() async throws {
            try await change.run { registrar, _ in
                try registrar.set(
                    Absence(
                        reason: .leave, until: Typed.day(until, end: true), substitutes: substitutes.map(Typed.unit)),
                    of: Typed.unit(unit))
            }
        }
    }

    struct Vacancy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "vacancy",
            abstract: inWords(
                "Déclarer vacant le poste d'une unité : les expéditeurs en sont avertis, les unités suppléantes reçoivent ce qui attend.",
                "Say that a unit's post is vacant: senders are told before they send, substitutes get its queue."))
        @OptionGroup var change: RosterChange

        @Argument(help: .unit("L'unité.", "The unit."))
        var unit: String
        @Option(
            name: .customLong("substitute"),
            help: .unit(
                "Une unité de l'institution qui répond à sa place ; peut être répété.",
                "A unit of the institution that answers; may be repeated."))
        var substitutes: [String] = []

        func run() async throws {
            try await change.run { registrar, _ in
                try registrar.set(
                    Absence(reason: .vacancy, substitutes: substitutes.map(Typed.unit)), of: Typed.unit(unit))
            }
        }
    }

    struct Presence: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "presence",
            abstract: inWords("Mettre fin à l'absence ou à la vacance d'une unité.", "End a unit's absence or vacancy.")
        )
        @OptionGroup var change: RosterChange

        @Argument(help: .unit("L'unité.", "The unit."))
        var unit: String

        func run() async throws {
            try await change.run { registrar, _ in try registrar.set(nil, of: Typed.unit(unit)) }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "publish",
            abstract: inWords(
                "Signer la prochaine liste et la publier dans le journal.",
                "Sign the next roster and publish it in the log."))
        @OptionGroup var global: GlobalOptions

        @Option(
            help: .file(
                "La convention signée, qui dit où est le journal ; elle est ensuite mémorisée.",
                "The signed convention, which says where the log is; remembered from then on."))
        var convention: String?
        @Flag(help: .withoutConfirmation)
        var yes = false

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                if let convention {
                    try registrar.remember(Unverified<Convention>(parsing: Input.read(convention)))
                }
                try await RegistrarCommand.over(registrar, global) { connection, log in
                    RegistrarCommand.say(
                        lost: try await registrar.sync(over: connection, log: log, now: Instant.now), console)
                    let lost = try registrar.lastReaders(now: Instant.now)
                    guard await RegistrarCommand.permits(lost, over: connection, console, yes: yes) else {
                        throw InputRefused(fr: "publication non confirmée", en: "not confirmed")
                    }
                    RegistrarCommand.warn(of: try registrar.draft(), console)
                    try await RegistrarCommand.publish(registrar, connection, log, console)
                }
            }
        }
    }

    struct Cosign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cosign",
            abstract: inWords(
                "Montrer ce que change la liste d'un collègue, la signer aussi, et la publier.",
                "Show what a colleague's roster changes, sign it too, and publish it."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .file("Ce qu'a affiché registrar publish.", "What registrar publish printed."))
        var file: String
        @Option(
            help: .file(
                "La convention signée ; elle est ensuite mémorisée.", "The signed convention; remembered from then on.")
        )
        var convention: String?
        @Flag(help: .withoutConfirmation)
        var yes = false

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                if let convention {
                    try registrar.remember(Unverified<Convention>(parsing: Input.read(convention)))
                }
                let note = try SignedNote(parsing: Input.read(file), limit: Roster.maximumSize)
                try await RegistrarCommand.over(registrar, global) { connection, log in
                    RegistrarCommand.say(
                        lost: try await registrar.sync(over: connection, log: log, now: Instant.now), console)
                    let roster = try registrar.checkHalfSigned(note, now: Instant.now)
                    for line in try registrar.changes(to: roster).lines(console.language) { console.say(line) }
                    let lost = try registrar.lastReaders(in: roster, now: Instant.now)
                    _ = await RegistrarCommand.permits(lost, over: connection, console, yes: true)
                    guard yes || console.confirm(console.language("Signer ?", "Sign?")) else {
                        throw InputRefused(fr: "signature non confirmée", en: "not confirmed")
                    }
                    let evidence = try await registrar.cosign(note, over: connection, log: log, now: Instant.now)
                    console.say(
                        console.language(
                            "\(registrar.institution) : liste publiée, entrée \(evidence.index) du journal.",
                            "Roster of \(registrar.institution) published, entry \(evidence.index)."))
                }
            }
        }
    }

    struct Colleague: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "colleague",
            abstract: inWords(
                "Permettre au poste d'un autre gestionnaire de lire l'annuaire et de traiter les invitations, ou y mettre fin.",
                "Let another registrar's device read the directory and handle invitations, or no longer."))
        @OptionGroup var change: RosterChange

        @Argument(
            help: .both(
                "L'empreinte qu'y a affichée registrar create.", "What registrar create printed there.",
                value: ("empreinte", "fingerprint")))
        var fingerprint: String

        @Flag(
            help: .both(
                "Y mettre fin : l'ordinateur est perdu ou a changé d'utilisateur.",
                "No longer: the device is lost or has another owner."))
        var remove = false

        func run() async throws {
            try await change.run { registrar, _ in
                guard let hash = Hash(hex: fingerprint) else {
                    throw InputRefused(
                        fr: "64 chiffres hexadécimaux attendus (\(fingerprint))",
                        en: "expected 64 hexadecimal digits (\(fingerprint))")
                }
                try registrar.set(registrar: hash, isAllowed: !remove)
            }
        }
    }

    struct Succeed: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "succeed",
            abstract: inWords(
                "Remplacer une clé d'institution perdue ou volée, avec la signature de la clé de secours hors ligne.",
                "Replace a lost or stolen institution key: with the offline recovery key's signature."))
        @OptionGroup var global: GlobalOptions

        @Option(help: .file("Le fichier de la clé de secours.", "The file with the recovery key's seed."))
        var recovery: String

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                let text = try Input.text(recovery).trimmingCharacters(in: .whitespacesAndNewlines)
                guard var seed = Base64.decode(text), seed.count == 32 else {
                    throw InputRefused(
                        fr: "clé de secours illisible (\(recovery))", en: "recovery key not readable (\(recovery))")
                }
                let key = try PrivateKey(seed: GuardedBytes(moving: &seed))
                try await RegistrarCommand.over(registrar, global) { connection, log in
                    try await registrar.succeed(recovery: key, over: connection, log: log, now: Instant.now)
                    console.say(
                        console.language(
                            "Nouvelle clé en vigueur ; l'ancienne ne signe plus rien.",
                            "New key in force; the old one signs nothing any more."))
                }
                // With the device's new key.
                try await RegistrarCommand.over(registrar, global) { connection, log in
                    try await RegistrarCommand.publish(registrar, connection, log, console)
                }
            }
        }
    }
}
