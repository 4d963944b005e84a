// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes

struct ConventionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convention", abstract: "The signed rules: check, sign and show them.",
        subcommands: [Check.self, Sign.self, ShowConvention.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find contradictions in a draft before anybody signs.")
        @OptionGroup var global: GlobalOptions

        @Argument(help: "The draft, YAML.")
        var file: String

        func run() async throws {
            try await global.reporting { console in
                let findings = try ConventionDraft(yaml: Input.text(file)).check(catalogue: FormCatalogue())
                for finding in findings { print(finding.text(console.language)) }
                guard findings.isEmpty else { throw ExitCode(65) }
                console.say(console.language("Aucune contradiction.", "No contradiction."))
            }
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign for your institution: a draft, or a note that others have signed.")
        @OptionGroup var global: GlobalOptions

        @Argument(help: "The draft (YAML), or the note to add a signature to.")
        var file: String

        @Option(help: "Where the signed note goes.")
        var output: String

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                let text = try Input.text(file)
                let note: SignedNote
                if text.hasPrefix(Convention.type) {
                    let signed = try Unverified<Convention>(parsing: text)
                    note = try registrar.sign(signed.claimed, onto: signed.note)
                } else {
                    let draft = try ConventionDraft(yaml: text)
                    if let finding = try draft.check(catalogue: FormCatalogue()).first { throw finding }
                    let convention = try draft.convention()
                    for line in convention.words(console.language) { console.say(line) }
                    note = try registrar.sign(convention, onto: nil)
                }
                try Data(note.serialized.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
            }
        }
    }

    struct ShowConvention: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a draft or a signed convention in words.")
        @OptionGroup var global: GlobalOptions

        @Argument(help: "The draft or the note.")
        var file: String

        func run() async throws {
            try await global.reporting { console in
                let text = try Input.text(file)
                guard text.hasPrefix(Convention.type) else {
                    return try ConventionDraft(yaml: text).convention().words(console.language).forEach { print($0) }
                }
                let convention = try Unverified<Convention>(parsing: text).verifiedByItsParties()
                convention.body.words(console.language).forEach { print($0) }
                print(
                    console.language("Signée par : ", "Signed by: ")
                        + convention.signers.sorted().joined(separator: ", "))
            }
        }
    }
}
