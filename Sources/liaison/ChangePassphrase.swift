// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonForms
import LiaisonVault

struct ChangePassphrase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase",
        abstract: inWords("Changer la phrase de passe du coffre.", "Change the vault's passphrase."),
        discussion: inWords(
            """
            L'ancienne est demandée, puis la nouvelle deux fois. Les copies du coffre faites auparavant s'ouvrent encore avec \
            l'ancienne : détruisez-les si quelqu'un d'autre a pu la connaître, et faites révoquer vos clés par votre gestionnaire.
            """,
            """
            The old one is asked for, then the new one twice. Copies of the vault that were made before still open with the old \
            one: destroy them if somebody else may have known it, and have your registrar revoke your keys.
            """))
    @OptionGroup var global: GlobalOptions

    @Option(
        help: .file(
            "Le fichier de la nouvelle phrase de passe, pour les scripts ; sans cette option, elle est demandée.",
            "The file of the new passphrase, for scripts; without it, it is asked for."))
    var newPassphraseFile: String?

    func run() async throws {
        try await global.reporting { console in
            let vault = try global.openVaultByPassphrase()
            if newPassphraseFile == nil {
                console.say(console.language("Et maintenant la nouvelle.", "And now the new one."))
            }
            try vault.change(passphrase: Passphrase.choose(console, from: newPassphraseFile))
            console.say(console.language("Phrase de passe changée.", "Passphrase changed."))
        }
    }
}
