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
        abstract: "Vouch for a relay's log, from another house than the relay's (c2sp.org/tlog-witness).",
        subcommands: [Make.self, Serve.self])

    static let keyFile = "witness-key"
    static let nameFile = "witness-name"

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make a witness's key; prints its line for a policy file.")

        @Option(help: "The directory for key and state.")
        var data: String

        @Option(help: "The witness's name, a schema-less URL, for example temoin.barreau.example/1.")
        var name: String

        func run() async throws {
            let key = try PrivateKey.generate()
            guard let signer = CosignatureSigner(name: name, privateKey: key) else {
                throw ValidationError("a name has neither spaces nor plus signs (\(name))")
            }
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try create("\(data)/\(keyFile)", key.seed.withCopy { Base64.encode($0) } + "\n")
            try create("\(data)/\(nameFile)", name + "\n")
            print("witness \(name) \(signer.key)")
        }

        /// Writes a file that only its owner reads; refuses to replace one.
        private func create(_ path: String, _ text: String) throws {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw ValidationError("cannot create (\(path)): \(String(cString: strerror(errno)))")
            }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cosign checkpoints until told to stop.",
            discussion:
                "Requests and answers are signed; put a reverse proxy with TLS before it where others may listen.")

        @Option(help: "The directory that liaison witness init made.")
        var data: String

        @Option(name: .customLong("log"), help: "A log's verifier key; may be repeated.")
        var logs: [String]

        @Option(help: "Address to listen on.")
        var host = "127.0.0.1"

        @Option(help: "Port to listen on.")
        var port = 8444

        func run() async throws {
            let keys = try logs.map { text in
                guard let key = NoteKey(text) else { throw ValidationError("not a log's verifier key (\(text))") }
                return key
            }
            let witness = Witness(
                signer: try signer(), store: try WitnessStore(directory: data), logs: keys, clock: { Clock.now() })
            let logger = Logger(label: "witness") { StreamLogHandler.standardError(label: $0) }
            try await witness.application(host: host, port: port, logger: logger).runService()
        }

        private func signer() throws -> CosignatureSigner {
            func read(_ name: String) throws -> String {
                try String(contentsOfFile: "\(data)/\(name)", encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines)
            }
            guard var seed = Base64.decode(try read(keyFile)),
                let signer = CosignatureSigner(
                    name: try read(nameFile), privateKey: try PrivateKey(seed: GuardedBytes(moving: &seed)))
            else { throw ValidationError("the witness's key is damaged (\(data))") }
            return signer
        }
    }
}
