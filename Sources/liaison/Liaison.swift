// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonForms
import LiaisonModel

@main
struct Liaison: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "liaison",
        abstract: inWords(
            "Transmissions scellées entre institutions, avec la preuve de ce qui s'est passé.",
            "Sealed transmissions between institutions, with proof of what happened."),
        discussion: inWords(
            """
            Codes de sortie : 0 fait, 64 commande mal formée, 65 saisie refusée, 69 relais injoignable, 73 fichier \
            impossible à écrire, 75 à réessayer, 76 programme trop ancien, 77 non permis.
            La phrase de passe est lue dans le fichier que désigne LIAISON_PASSPHRASE_FILE, ou demandée.
            """,
            """
            Exit codes: 0 done, 64 usage, 65 input refused, 69 relay unreachable, 73 file cannot be written, 75 try again, \
            76 program too old, 77 not permitted.
            The passphrase is read from the file named by LIAISON_PASSPHRASE_FILE, or asked for.
            """),
        version: Product.version,
        subcommands: [
            Forms.self, Units.self, Send.self, DeskCommand.self, OutboxCommand.self, Inbox.self, Sent.self, Alerts.self,
            Watch.self,
            Dismiss.self, Search.self, Read.self,
            Acknowledge.self,
            Refuse.self, Withdraw.self, Erase.self, TransferCommand.self, Recover.self, Track.self, Proof.self,
            VerifyDossier.self, Extract.self, Audit.self, EvidenceCommand.self, Export.self,
            Unlock.self, Lock.self, ChangePassphrase.self, Status.self, Keys.self, Join.self, Enrol.self,
            RegistrarCommand.self,
            ConventionCommand.self, WitnessCommand.self
        ])

    // Options may stand before the command as well as behind it.
    @OptionGroup var global: GlobalOptions

    static func main() async {
        // What is in memory never goes into a core dump.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // Dossiers, exports, attachments: for this user only.
        umask(0o077)
        StandardError.standIn()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            // Whatever ends a `send` before the relay accepted says so, a mistyped option included; what ended it while it
            // ran has said so already.
            if CommandLine.arguments.contains("send"), !(error is ExitCode), exitCode(for: error) == .validationFailure
            {
                Console(GlobalOptions.fallbackFormat).sayNotSent(to: nil)
            }
            leave(with: error)
        }
    }

    /// As the library's `exit(withError:)`, in the language of the environment.
    private static func leave(with error: any Error) -> Never {
        let code = exitCode(for: error)
        let isScript = code.isSuccess && CommandLine.arguments.contains { $0.hasPrefix("--generate-completion-script") }
        guard spokenLanguage == .fr, !isScript else { exit(withError: error) }
        let text = UsageInFrench.translate(fullMessage(for: error))
        if !text.isEmpty {
            StandardError.write(text + "\n", to: code.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
        }
        Foundation.exit(code.rawValue)
    }
}
