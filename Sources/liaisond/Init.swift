// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonNotes
import LiaisonTLS

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
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

    func run() async throws {
        guard NoteKey.isValid(name: origin) else {
            throw ValidationError("an origin has neither spaces nor plus signs (\(origin))")
        }
        let directory = data.directory
        try FileManager.default.createDirectory(
            atPath: data.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let key = try PrivateKey.generate()
        let tenYears = 3652 * 86_400
        let certificate = try SelfSignedCertificate(
            name: "liaison relay", hosts: host, purpose: .server, notBefore: Int(Date().timeIntervalSince1970) - 3600,
            lifetime: tenYears)
        try directory.create(DataDirectory.logKey, key.seed.withCopy { Base64.encode($0) } + "\n", secret: true)
        try directory.create(DataDirectory.origin, origin + "\n")
        try directory.create(DataDirectory.privateKey, certificate.privateKeyPEM + "\n", secret: true)
        try directory.create(DataDirectory.certificate, certificate.certificatePEM + "\n")
        try directory.create(DataDirectory.configuration, Settings.file(host: listen, port: port))
        _ = try directory.store()
        print(
            """
            # For the convention's draft:
            logs:
              - origin: \(origin)
                key: \(Base64.encode(key.publicKey.bytes))
                url: https://\(host[0]):\(port)
                tls_roots: [\(Base64.encode(certificate.certificateDER))]
            """)
    }
}
