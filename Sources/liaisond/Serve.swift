// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import Hummingbird
import LiaisonHTTP
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import Logging
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the relay until it is told to stop.")

    @OptionGroup var data: DataOption

    @Option(help: "Listen on this port instead of the configured one.")
    var port: Int?

    func run() async throws {
        // Keys never go into a core dump.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let logger = Logger(label: "liaisond") { StreamLogHandler.standardError(label: $0) }
        let directory = data.directory
        let store = try directory.store()
        let settings = try await directory.settings()
        let clock: @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
        let signer = try directory.logSigner()
        let sequencer = Sequencer(log: signer, store: store, clock: clock) { error in
            logger.error("store failed", metadata: ["error": "\(error)"])
        }
        let size = try await sequencer.load()
        let guesses = GuessLimit { count in
            logger.warning("invitation codes guessed", metadata: ["wrong": "\(count)"])
        }
        let relay = Relay(sequencer: sequencer, store: store, clock: clock, guesses: guesses)
        let application = RelayServer.application(
            relay: relay, tls: try directory.tls(), host: settings.host, port: port ?? settings.port,
            limits: settings.limits,
            services: [Ticker(sequencer: sequencer, relay: relay, logger: logger)], logger: logger)
        logger.info("log loaded", metadata: ["entries": "\(size)"])
        try await application.runService()
    }
}

/// Lets time pass for the sequencer: once a second deadlines and other nodes' commits are looked at.
struct Ticker: Service {
    let sequencer: Sequencer
    let relay: Relay
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seconds = 0
            while !Task.isCancelled {
                do {
                    _ = try await sequencer.perform(.tick)
                    if seconds.isMultiple(of: 3600) { try await relay.dropStaleUploads() }
                } catch {
                    logger.error("tick failed", metadata: ["error": "\(type(of: error))"])
                }
                seconds += 1
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
