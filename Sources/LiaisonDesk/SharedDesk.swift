// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import LiaisonClient
public import LiaisonDossier
public import LiaisonForms
import LiaisonListener
public import LiaisonNotes
import LiaisonTLS
import NIOCore
import NIOSSL

/// The same desk for several agents of one institution, whose computers run no program of this kind: each vault is opened by its agent's
/// own passphrase, behind the institution's TLS.
///
/// Whoever controls the machine that it runs on can read what is open on it, and what a passphrase that is typed opens.
public struct SharedDesk: Sendable {
    public enum Failure: Error, Equatable {
        /// No such directory, or not one that only its owner may enter.
        case directory(String)
        /// The certificate or its key cannot be read, or do not belong together.
        case certificate(String)
        /// The certificate names no host.
        case noName(String)
        /// The file by which browsers are recognised is no longer what was written.
        case keyFile(String)
        /// The address of the relay is none.
        case relay(String)

        public func text(_ language: Language) -> String {
            switch self {
            case .directory(let path):
                language(
                    "--vaults : répertoire absent, ou ouvert à d'autres utilisateurs de ce serveur (\(path))\nconseil : mkdir -p puis chmod 700",
                    "--vaults: no such directory, or one that other users of this server may enter (\(path))\nhint: mkdir -p, then chmod 700"
                )
            case .certificate(let paths):
                language(
                    "certificat ou clé illisibles, ou qui ne vont pas ensemble (\(paths))",
                    "certificate or key not readable, or not made for each other (\(paths))")
            case .noName(let path):
                language(
                    "ce certificat ne nomme aucun serveur (\(path))\nconseil : un certificat avec un nom DNS (subjectAltName)",
                    "this certificate names no host (\(path))\nhint: a certificate with a DNS name (subjectAltName)")
            case .keyFile(let path):
                language(
                    "fichier endommagé (\(path))\nconseil : supprimez-le, un autre est créé au prochain démarrage",
                    "damaged file (\(path))\nhint: remove it; another one is made at the next start")
            case .relay(let address):
                language(
                    "--relay : adresse https attendue (\(address))", "--relay: expected an https address (\(address))")
            }
        }
    }

    /// At most so many connections, in all and from one network: an agent's browser holds six at most.
    private static let connections = 4096
    private static let connectionsOfANetwork = 512

    private let rooms: Rooms
    private let doorkeeper: Doorkeeper
    private let routes: SharedRoutes
    private let tls: TLSConfiguration
    private let names: [String]

    /// - Parameters:
    ///   - directory: holds one directory for each vault, by the name that its agent signs in with; only its owner may enter it.
    ///   - certificate: a file in PEM: the server's certificate, then those that vouch for it. Its names are the desk's.
    ///   - privateKey: a file in PEM.
    ///   - relay: the relay that answers invitations, if agents may make their vaults here.
    ///   - trust: the client's policy; nil when there is none, a failure when nobody can read it.
    /// - Throws: `Failure`.
    public init(
        vaults directory: String, certificate: String, privateKey: String, relay: String?, language: Language,
        trust: Result<TrustAnchors?, ClientFailure>, clock: @escaping @Sendable () -> Instant = { .now }
    ) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory)
        guard attributes?[.type] as? FileAttributeType == .typeDirectory,
            let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 == 0
        else { throw Failure.directory(directory) }
        if let relay { guard URL(string: relay)?.scheme == "https" else { throw Failure.relay(relay) } }
        (tls, names) = try Self.tls(certificate, privateKey)
        let printer = try Printer(language: language, isShared: true)
        doorkeeper = Doorkeeper(clock: clock)
        doorkeeper.listens(at: .institution(names: names))
        rooms = try Rooms(
            directory: directory, trust: trust, printer: printer,
            doorkeeper: doorkeeper,
            clock: clock)
        routes = SharedRoutes(
            rooms: rooms, doorkeeper: doorkeeper, printer: printer, known: try KnownBrowsers(in: directory),
            relay: relay)
    }

    private static func tls(_ certificate: String, _ privateKey: String) throws -> (TLSConfiguration, [String]) {
        let names: [String]
        var configuration: TLSConfiguration
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map(NIOSSLCertificateSource.certificate)
            let key = try NIOSSLPrivateKey(file: privateKey, format: .pem)
            configuration = .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv13
            configuration.shutdownTimeout = .milliseconds(200)
            // A certificate and a key that do not belong together are said to be so now, and not to each browser.
            _ = try NIOSSLContext(configuration: configuration)
            names = try TLSIdentity.hosts(ofCertificate: String(contentsOfFile: certificate, encoding: .utf8))
        } catch {
            throw Failure.certificate("\(certificate), \(privateKey)")
        }
        guard !names.isEmpty else { throw Failure.noName(certificate) }
        return (configuration, names)
    }

    /// Where agents begin.
    public func address(port: Int) -> String { "https://\(names[0])" + (port == 443 ? "" : ":\(port)") }

    /// Serves until the program is told to end.
    ///
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - isReady: told the port once requests are answered.
    public func run(host: String, port: Int, isReady: @escaping @Sendable (Int) async -> Void) async throws {
        let bound = NetworkBound(limit: Self.connectionsOfANetwork)
        let application = Application(
            router: routes.router(),
            server: try .tls(
                .http1(
                    configuration: HTTP1Channel.Configuration(
                        additionalChannelHandlers: [
                            bound.handler(),
                            RequestDeadlineHandler(first: .seconds(10), head: .seconds(60), body: .seconds(60))
                        ])), tlsConfiguration: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { channel in await isReady(channel.localAddress?.port ?? port) },
            logger: .silent)
        let housekeeping = Task { [rooms] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(5))
                await rooms.keepHouse()
            }
        }
        defer { housekeeping.cancel() }
        do {
            try await application.runBriefly()
        } catch {
            await rooms.close()
            throw error
        }
        await rooms.close()
    }
}
