// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import Hummingbird
import LiaisonLedger
import LiaisonNotes
import LiaisonWitness
import Logging

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: inWords(
            "Attester le journal d'un relais, depuis un autre organisme que celui qui l'exploite (c2sp.org/tlog-witness).",
            "Vouch for a relay's log, from another house than the relay's (c2sp.org/tlog-witness)."),
        subcommands: [Make.self, Serve.self])

    static let keyFile = "witness-key"
    static let nameFile = "witness-name"

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: inWords(
                "Créer la clé d'un témoin ; affiche sa ligne pour un fichier de politique.",
                "Make a witness's key; prints its line for a policy file."))

        @Option(help: .directory("Le répertoire de la clé et de l'état.", "The directory for key and state."))
        var data: String

        @Option(
            help: .both(
                "Le nom du témoin, une URL sans schéma, par exemple temoin.barreau.example/1.",
                "The witness's name, a schema-less URL, for example temoin.barreau.example/1.", value: ("nom", "name")))
        var name: String

        func run() async throws {
            let key = try PrivateKey.generate()
            guard let signer = CosignatureSigner(name: name, privateKey: key) else {
                throw ValidationError(
                    inWords(
                        "un nom ne contient ni espace ni signe plus (\(name))",
                        "a name has neither spaces nor plus signs (\(name))"))
            }
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            _ = try WitnessStore(directory: data, isNew: true)
            try key.create(file: "\(data)/\(keyFile)")
            try PrivateFile.create("\(data)/\(nameFile)", name + "\n")
            print("witness \(name) \(signer.key)")
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve",
            abstract: inWords(
                "Cosigner les points de contrôle jusqu'à l'arrêt du programme.",
                "Cosign checkpoints until told to stop."),
            discussion: inWords(
                "Demandes et réponses sont signées ; placez un mandataire TLS devant lui si d'autres peuvent écouter.",
                "Requests and answers are signed; put a reverse proxy with TLS before it where others may listen."))

        @Option(
            help: .directory(
                "Le répertoire créé par liaison witness init.", "The directory that liaison witness init made."))
        var data: String

        @Option(
            name: .customLong("log"),
            help: .both(
                "La clé de vérification d'un journal ; peut être répété.", "A log's verifier key; may be repeated.",
                value: ("cle", "key")))
        var logs: [String]

        @Option(help: .both("L'adresse d'écoute.", "Address to listen on.", value: ("adresse", "address")))
        var host = "127.0.0.1"

        @Option(help: .both("Le port d'écoute.", "Port to listen on."))
        var port = 8444

        func run() async throws {
            let keys = try logs.map { text in
                guard let key = NoteKey(text) else {
                    throw ValidationError(
                        inWords(
                            "clé de vérification d'un journal attendue (\(text))", "not a log's verifier key (\(text))")
                    )
                }
                return key
            }
            let witness = Witness(
                signer: try signer(), store: try WitnessStore(directory: data), logs: keys, clock: { .now })
            let logger = Logger(label: "witness") { StreamLogHandler.standardError(label: $0) }
            try await witness.application(host: host, port: port, logger: logger).runService()
        }

        private func signer() throws -> CosignatureSigner {
            guard let text = try? String(contentsOfFile: "\(data)/\(nameFile)", encoding: .utf8) else {
                throw ValidationError(
                    inWords(
                        "aucun témoin dans ce répertoire (\(data))\nconseil : liaison witness init --data \(data)",
                        "no witness in this directory (\(data))\nhint: liaison witness init --data \(data)"))
            }
            let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let key = try? PrivateKey(file: "\(data)/\(keyFile)"),
                let signer = CosignatureSigner(name: name, privateKey: key)
            else {
                throw ValidationError(
                    inWords("la clé du témoin est endommagée (\(data))", "the witness's key is damaged (\(data))"))
            }
            return signer
        }
    }
}
