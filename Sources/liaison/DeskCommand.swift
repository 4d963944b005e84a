// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonDesk
import LiaisonForms
import LiaisonNotes
import LiaisonVault

struct DeskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk",
        abstract: inWords(
            "Votre boîte de réception dans le navigateur de ce poste.", "Your mailbox in the browser of this computer."),
        discussion: inWords(
            """
            Les pages ne sont servies qu'à ce poste, et l'adresse affichée ne sert qu'une fois. Le bureau se verrouille quinze \
            minutes après la dernière action et avec l'écran ; il demande alors la phrase de passe. Entrée dans ce terminal ouvre une \
            nouvelle adresse, Ctrl-C termine. Sur le coffre d'un gestionnaire d'annuaire, ce sont les personnes et les unités de \
            son institution.
            """,
            """
            The pages are served to this computer only, and the address is good for one use. The desk locks fifteen minutes \
            after the last action and with the screen; then it asks for the passphrase. Enter in this terminal opens a new \
            address, Ctrl-C ends. On a registrar's vault it is the people and units of the institution.
            """),
        subcommands: [DeskServe.self])
    @OptionGroup var global: GlobalOptions

    @Option(
        help: .both(
            "Le port sur 127.0.0.1 ; sans cette option, un port libre.",
            "The port on 127.0.0.1; without it, a free one.",
            value: ("port", "port")))
    var port: Int = 0

    @Flag(
        help: .both(
            "Afficher l'adresse sans lancer de navigateur.", "Print the address and start no browser."))
    var noBrowser = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError(inWords("--port : de 0 à 65535 (\(port))", "--port: from 0 to 65535 (\(port))"))
        }
    }

    func run() async throws {
        try await global.reporting { console in
            let path = try global.vaultPath()
            guard FileManager.default.fileExists(atPath: "\(path)/\(Vault.fileName)") else {
                throw VaultFailure.missing(path)
            }
            Descriptors.raise()
            let desk = try Desk(
                vault: path, language: console.language, trust: try global.policy(),
                isScreenLocked: { Screen.isLocked })
            let key =
                try Passphrase.isGiven
                ? global.openVaultByPassphrase().key : Screen.isLocked ? nil : SessionKeyRing().key(of: path)
            let noBrowser = noBrowser
            // Browsers from some packagings read no hidden directories, and a vault often lies in one.
            let page = NSHomeDirectory() + "/liaison-\(UUID().uuidString.prefix(8)).html"
            defer { try? FileManager.default.removeItem(atPath: page) }
            let open: @Sendable () -> Void = {
                let address = desk.newAddress()
                print(address)
                fflush(nil)
                if !noBrowser {
                    console.say(
                        console.language(
                            "Si aucun navigateur ne s'ouvre, collez cette adresse dans le vôtre.",
                            "If no browser opens, paste this address into yours."))
                }
                if !noBrowser { Self.open(address, through: page) }
            }
            try await desk.run(port: port, key: key) {
                open()
                // Whoever closed the browser, or wants another one, presses Enter.
                guard isatty(STDIN_FILENO) == 1 else { return }
                Thread.detachNewThread { while readLine() != nil { open() } }
            }
        }
    }

    /// Hands the address to the browser of this session (xdg-open(1)); without one, the person opens it.
    ///
    /// - Parameter page: a file that only this user reads and that leads to the address: arguments of programs are seen by every
    ///   user of the machine, and whoever is faster would be let in.
    private static func open(_ address: String, through page: String) {
        let text = """
            <!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=\(address)">
            <title>Liaison</title><a href="\(address)">Liaison</a>
            """
        guard
            FileManager.default.createFile(
                atPath: page, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/xdg-open")
        process.arguments = [URL(fileURLWithPath: page).absoluteString]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try? process.run()
    }
}

struct DeskServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: inWords(
            "Le bureau de plusieurs agents d'une institution, sur un serveur, derrière le certificat de l'institution.",
            "The desk for several agents of one institution, on a server, behind the institution's certificate."),
        discussion: inWords(
            """
            Chaque agent ouvre son propre coffre avec son identifiant et sa phrase de passe, depuis le navigateur de son poste. \
            Le répertoire contient un coffre par agent, chacun dans un sous-répertoire qui porte son identifiant ; avec --relay, \
            un agent crée le sien lui-même avec les neuf mots de son gestionnaire. Qui administre ce serveur peut lire ce qui y \
            est ouvert.
            """,
            """
            Each agent opens the own vault with a name and a passphrase, from the browser of the own computer. The directory \
            holds one vault for each agent, in a directory by that name; with --relay an agent makes it with the nine words of \
            the registrar. Whoever controls this server can read what is open on it.
            """))
    @OptionGroup var global: GlobalOptions

    @Option(help: .directory("Le répertoire des coffres.", "The directory of the vaults."))
    var vaults: String

    @Option(
        help: .both(
            "L'adresse et le port où écouter, par exemple 0.0.0.0:8443.",
            "The address and port to listen on, for example 0.0.0.0:8443.", value: ("adresse:port", "address:port")))
    var listen: String

    @Option(
        help: .file(
            "Le certificat du serveur (PEM), suivi de ceux qui le garantissent ; ses noms sont ceux du bureau.",
            "The server's certificate (PEM), then those that vouch for it; its names are the desk's."))
    var tls: String

    @Option(help: .file("Sa clé privée (PEM).", "Its private key (PEM)."))
    var tlsKey: String

    @Option(
        help: .both(
            "Le relais ; avec cette option, les agents répondent ici à leur invitation.",
            "The relay; with it, agents answer their invitations here.", value: ("relais", "relay")))
    var relay: String?

    @Option(
        help: .file(
            "La politique du client (témoins, autorités d'horodatage) pour tous les coffres.",
            "The client's policy (witnesses, time-stamping authorities) for all vaults."))
    var policy: String?

    /// The host and the port of `--listen`.
    private func place() throws -> (host: String, port: Int) {
        let parts = listen.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, let port = DecimalNumber.parse(parts[1]), (0...65_535).contains(port)
        else {
            throw ValidationError(
                inWords(
                    "--listen : adresse:port, par exemple 0.0.0.0:8443 (\(listen))",
                    "--listen: address:port, for example 0.0.0.0:8443 (\(listen))"))
        }
        return (parts[0], port)
    }

    func validate() throws { _ = try place() }

    func run() async throws {
        try await global.reporting { console in
            Descriptors.raise()
            let place = try place()
            let desk: SharedDesk
            do {
                desk = try SharedDesk(
                    vaults: vaults, certificate: tls, privateKey: tlsKey,
                    relay: relay.map { $0.contains("://") ? $0 : "https://\($0)" }, language: console.language,
                    trust: GlobalOptions.policy(at: policy))
            } catch let failure as SharedDesk.Failure {
                throw InputRefused(fr: failure.text(.fr), en: failure.text(.en))
            }
            try await desk.run(host: place.host, port: place.port) { port in
                print(desk.address(port: port))
                fflush(nil)
            }
        }
    }
}

enum Descriptors {
    /// Each page is a connection, and each look into a vault a file: as many as this user may have.
    static func raise() {
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
    }
}
