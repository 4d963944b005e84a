// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The agent's encryption keys.", subcommands: [ExportKeys.self, RotateKeys.self])

    struct ExportKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Print the decryption identities: whoever has them reads what you can read.")
        @OptionGroup var global: GlobalOptions

        @Flag(help: "In age's own encoding.")
        var age = false

        func run() async throws {
            guard age else { throw ValidationError("say in which encoding\nhint: keys export --age") }
            try await global.withSession { session, console in
                console.say(
                    console.language(
                        "ATTENTION : ces lignes ouvrent tout ce que vous pouvez lire. C'est noté dans le coffre ; de nouvelles clés remplacent celles-ci.",
                        "WARNING: these lines open all that you can read. This is noted in the vault; new keys replace these."
                    ))
                for line in try await session.exportIdentities() { print(line) }
            }
        }
    }

    struct RotateKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Make and publish a new key now.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            try await global.withSession { session, console in
                try await session.rotateKeys()
                console.say(console.language("Nouvelle clé publiée.", "New key published."))
            }
        }
    }
}
