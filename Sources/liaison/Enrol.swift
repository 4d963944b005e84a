// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonTLS

struct Enrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol",
        abstract: inWords(
            "Créer le coffre et les clés d'un agent, et afficher la demande pour le gestionnaire.",
            "Make an agent's vault and keys, and print the request for the registrar."))
    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "L'adresse pseudonyme de l'agent, par exemple d-07@avema01.",
            "The agent's pseudonymous address, for example d-07@avema01.", value: ("adresse", "address")))
    var address: String

    @Option(
        help: .file(
            "La convention signée, remise par votre institution.", "The signed convention, from your institution."))
    var convention: String

    @Option(
        help: .file(
            "Un certificat TLS (PEM) émis par votre institution, avec --private-key.",
            "A TLS certificate (PEM) that your institution issued, with --private-key."))
    var certificate: String?

    @Option(
        help: .file(
            "Sa clé privée (PEM) ; elle est rangée dans le coffre.", "Its private key (PEM); it moves into the vault."))
    var privateKey: String?

    func validate() throws {
        guard (certificate == nil) == (privateKey == nil) else {
            throw ValidationError(
                inWords(
                    "--certificate et --private-key vont ensemble", "--certificate and --private-key go together"))
        }
    }

    func run() async throws {
        try await global.reporting { _ in
            guard let address = AgentAddress(address) else {
                throw InputRefused(
                    fr: "adresse attendue, par exemple d-07@avema01 (\(address))",
                    en: "expected an address such as d-07@avema01 (\(address))")
            }
            let note = try Unverified<Convention>(parsing: try Input.read(convention))
            var tls: TLSIdentity?
            if let certificate, let privateKey {
                tls = try TLSIdentity(
                    certificatePEM: Input.text(certificate), privateKeyPEM: Input.text(privateKey))
            }
            let request = try Account.create(
                in: global.createVault(), address: address, convention: note, now: Instant.now, tls: tls)
            print(request.note.serialized, terminator: "")
        }
    }
}

enum Input {
    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputRefused(fr: "fichier illisible (\(path))", en: "file not readable (\(path))")
        }
        return Array(data)
    }

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw InputRefused(fr: "fichier qui n'est pas en UTF-8 (\(path))", en: "file not UTF-8 (\(path))")
        }
        return text
    }
}
