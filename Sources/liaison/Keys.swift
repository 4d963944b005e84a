// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonNotes

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: inWords("Les clés de chiffrement de l'agent.", "The agent's encryption keys."),
        subcommands: [ListKeys.self, RotateKeys.self, ExportKeys.self])

    struct ListKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: inWords(
                "Les clés qui ouvrent ce que vous recevez, et jusqu'à quand chacune sert.",
                "The keys that open what you receive, and until when each is used."))
        @OptionGroup var global: GlobalOptions

        private struct Row: Encodable {
            var fingerprint: String
            var notBefore: String
            var notAfter: String
            var isPublished: Bool
            var destroyedAfter: String
        }

        func run() async throws {
            try await global.withSession { session, console in
                let keys = try session.keys.list()
                let rows = keys.map {
                    Row(
                        fingerprint: $0.fingerprint.hex, notBefore: Clock.text($0.notBefore),
                        notAfter: Clock.text($0.notAfter), isPublished: $0.isPublished,
                        destroyedAfter: Clock.text($0.destroyedAfter))
                }
                try console.print(rows) {
                    keys.map { key in
                        let state =
                            key.isPublished
                            ? console.language("publiée", "published")
                            : console.language(
                                "remplacée, mais elle ouvre encore les contenus reçus auparavant",
                                "replaced, still opens")
                        let days = [key.notBefore, key.notAfter].map { Clock.local($0, console.language) }
                        return "\(key.fingerprint.hex.prefix(16))  \(days.joined(separator: " – "))  \(state)"
                    }.joined(separator: "\n")
                }
            }
        }
    }

    struct ExportKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: inWords(
                "Afficher les clés de déchiffrement : qui les détient lit tout ce que vous pouvez lire.",
                "Print the decryption identities: whoever has them reads what you can read."))
        @OptionGroup var global: GlobalOptions

        @Flag(help: .both("Dans l'encodage du format age.", "In age's own encoding."))
        var age = false

        func run() async throws {
            guard age else {
                throw ValidationError(
                    inWords(
                        "encodage non indiqué\nconseil : keys export --age",
                        "say in which encoding\nhint: keys export --age"))
            }
            try await global.withSession { session, console in
                console.say(
                    console.language(
                        "ATTENTION : ces lignes ouvrent tout ce que vous pouvez lire. Cet export est noté dans le coffre, et de nouvelles clés remplacent celles-ci.",
                        "WARNING: these lines open all that you can read. This is noted in the vault; new keys replace these."
                    ))
                for line in try await session.keys.exportIdentities() { print(line) }
            }
        }
    }

    struct RotateKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate",
            abstract: inWords("Créer et publier une nouvelle clé maintenant.", "Make and publish a new key now."))
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            try await global.withSession { session, console in
                try await session.keys.rotate()
                console.say(console.language("Nouvelle clé publiée.", "New key published."))
            }
        }
    }
}
