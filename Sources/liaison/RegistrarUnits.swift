// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire

extension RegistrarCommand {
    struct AbsenceOfUnit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "absence", abstract: "Say until when a unit does not answer, and who answers meanwhile.")
        @OptionGroup var change: RosterChange

        @Argument(help: "The unit.")
        var unit: String
        @Option(help: "Last day of the absence, YYYY-MM-DD.")
        var until: String
        @Option(name: .customLong("substitute"), help: "A unit of the institution that answers; may be repeated.")
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
            abstract: "Say that a unit's post is vacant: senders are told before they send, substitutes get its queue.")
        @OptionGroup var change: RosterChange

        @Argument(help: "The unit.")
        var unit: String
        @Option(name: .customLong("substitute"), help: "A unit of the institution that answers; may be repeated.")
        var substitutes: [String] = []

        func run() async throws {
            try await change.run { registrar, _ in
                try registrar.set(
                    Absence(reason: .vacancy, substitutes: substitutes.map(Typed.unit)), of: Typed.unit(unit))
            }
        }
    }

    struct Presence: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a unit's absence or vacancy.")
        @OptionGroup var change: RosterChange

        @Argument(help: "The unit.")
        var unit: String

        func run() async throws {
            try await change.run { registrar, _ in try registrar.set(nil, of: Typed.unit(unit)) }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign the next roster and publish it in the log.")
        @OptionGroup var global: GlobalOptions

        @Option(help: "The signed convention, which says where the log is; remembered from then on.")
        var convention: String?

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                if let convention {
                    try registrar.remember(Unverified<Convention>(parsing: Input.read(convention)))
                }
                try await RegistrarCommand.over(registrar) { connection, log in
                    try await RegistrarCommand.publish(registrar, connection, log, console)
                }
            }
        }
    }

    struct Cosign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a colleague's roster changes, sign it too, and publish it.")
        @OptionGroup var global: GlobalOptions

        @Argument(help: "What registrar publish printed.")
        var file: String
        @Option(help: "The signed convention; remembered from then on.")
        var convention: String?
        @Flag(help: "Do not ask for confirmation.")
        var yes = false

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                if let convention {
                    try registrar.remember(Unverified<Convention>(parsing: Input.read(convention)))
                }
                let note = try SignedNote(parsing: Input.read(file), limit: Roster.maximumSize)
                try await RegistrarCommand.over(registrar) { connection, log in
                    try await registrar.sync(over: connection, now: Clock.now())
                    let roster = try registrar.checkHalfSigned(note, now: Clock.now())
                    for line in try registrar.changes(to: roster, console.language) { console.say(line) }
                    guard yes || console.confirm(console.language("Signer ?", "Sign?")) else {
                        throw ClientFailure.input(fr: "non confirmé", en: "not confirmed")
                    }
                    let evidence = try await registrar.cosign(note, over: connection, log: log, now: Clock.now())
                    console.say(
                        console.language(
                            "Liste de \(registrar.institution) publiée, entrée \(evidence.index).",
                            "Roster of \(registrar.institution) published, entry \(evidence.index)."))
                }
            }
        }
    }

    struct Colleague: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let another registrar's device read the directory and handle invitations, or no longer.")
        @OptionGroup var change: RosterChange

        @Argument(help: "What registrar create printed there.")
        var fingerprint: String

        @Flag(help: "No longer: the device is lost or has another owner.")
        var remove = false

        func run() async throws {
            try await change.run { registrar, _ in
                guard let hash = Hash(hex: fingerprint) else {
                    throw ClientFailure.input(
                        fr: "64 chiffres hexadécimaux attendus (\(fingerprint))",
                        en: "expected 64 hexadecimal digits (\(fingerprint))")
                }
                try registrar.set(registrar: hash, isAllowed: !remove)
            }
        }
    }

    struct Succeed: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a lost or stolen institution key: with the offline recovery key's signature.")
        @OptionGroup var global: GlobalOptions

        @Option(help: "The file with the recovery key's seed.")
        var recovery: String

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                let text = try Input.text(recovery).trimmingCharacters(in: .whitespacesAndNewlines)
                guard var seed = Base64.decode(text), seed.count == 32 else {
                    throw ClientFailure.input(
                        fr: "clé de secours illisible (\(recovery))", en: "recovery key not readable (\(recovery))")
                }
                let key = try PrivateKey(seed: GuardedBytes(moving: &seed))
                try await RegistrarCommand.over(registrar) { connection, log in
                    try await registrar.succeed(recovery: key, over: connection, log: log, now: Clock.now())
                    console.say(
                        console.language(
                            "Nouvelle clé en vigueur ; l'ancienne ne signe plus rien.",
                            "New key in force; the old one signs nothing any more."))
                    try await RegistrarCommand.publish(registrar, connection, log, console)
                }
            }
        }
    }
}
