// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonNotes
import LiaisonPostgreSQLStore
import LiaisonSQLiteStore
import LiaisonStores
import LiaisonTLS

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a relay: its log key, its certificate and a commented configuration.")

    @OptionGroup var data: DataOption

    @Option(help: "The log's origin: a name that stays, for example relais.ain.example/1.")
    var origin: String

    @Option(help: "A name or IPv4 address under which clients reach the relay; may be repeated.")
    var host: [String] = ["127.0.0.1", "localhost"]

    @Option(help: "Address to listen on.")
    var listen = "127.0.0.1"

    @Option(help: "Port to listen on.")
    var port = 8443

    @Option(help: "A certificate (PEM) of your own PKI instead of a self-issued one, with --private-key and --root.")
    var certificate: String?

    @Option(help: "Its private key (PEM).")
    var privateKey: String?

    @Option(help: "The certificate (PEM) that it leads to, for the convention.")
    var root: String?

    @Option(
        help: """
            An empty PostgreSQL database for the store, for a relay of several nodes, instead of a file: \
            postgresql://USER@HOST/DATABASE?sslmode=verify-full&sslrootcert=FILE; the password in ~/.pgpass or PGPASSWORD.
            """)
    var store = "sqlite"

    func validate() throws {
        let given = [certificate, privateKey, root].compactMap { $0 }.count
        guard given == 0 || given == 3 else {
            throw ValidationError("--certificate, --private-key and --root go together")
        }
    }

    private func identity() throws -> TLSIdentity {
        guard let certificate, let privateKey else {
            return try TLSIdentity(
                name: "liaison relay", hosts: host, purpose: .server,
                notBefore: .now - .hours(1), lifetime: TLSIdentity.lifetime)
        }
        return try TLSIdentity(certificatePEM: text(certificate), privateKeyPEM: text(privateKey))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    func run() async throws {
        guard NoteKey.isValid(name: origin) else {
            throw ValidationError("an origin has neither spaces nor plus signs (\(origin))")
        }
        let directory = data.directory
        let location = try StoreLocation(store)
        // Before anything is written: what does not answer now is tried again with nothing in the way.
        if case .database(let address) = location { _ = try await PostgreSQLRelayStore(address, holding: .noLog) }
        try FileManager.default.createDirectory(
            atPath: data.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let key = try PrivateKey.generate()
        let identity = try identity()
        let roots = try root.map { try TLSIdentity(certificatePEM: text($0), privateKeyPEM: "").certificateDER }
        try directory.createLog(origin: origin, key: key)
        try directory.create(DataDirectory.privateKey, identity.privateKeyPEM + "\n")
        try directory.create(DataDirectory.certificate, identity.certificatePEM + "\n")
        try directory.create(DataDirectory.configuration, Settings.file(host: listen, port: port, store: location))
        switch location {
        case .file: _ = try SQLiteRelayStore(directory: data.path)
        case .database: break
        }
        print(
            """
            # For the convention's draft:
            logs:
              - origin: \(origin)
                key: \(Base64.encode(key.publicKey.bytes))
                url: https://\(host[0]):\(port)
                tls_roots: [\(Base64.encode(roots ?? identity.certificateDER))]
            """)
    }
}
