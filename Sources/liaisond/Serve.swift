// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import Hummingbird
import LiaisonHTTP
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonStores
import LiaisonWire
import Logging
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the relay until it is told to stop.")

    @OptionGroup var data: DataOption

    @Option(help: "Listen on this port instead of the configured one.")
    var port: Int?

    func run() async throws {
        // Keys never go into a core dump.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        Allocator.settle()
        let logger = Logger(label: "liaisond") { StreamLogHandler.standardError(label: $0) }
        let directory = data.directory
        let lock = try directory.lock()
        defer { withExtendedLifetime(lock) {} }
        let store = try await directory.store()
        let settings = try await directory.settings()
        let clock: @Sendable () -> Instant = { .now }
        let signer = try directory.logSigner()
        let metrics = RelayMetrics(settings.limits)
        let sequencer = Sequencer(log: signer, store: store, clock: clock, limits: settings.unopened) { error in
            metrics.noteStoreFailure()
            logger.error("store failed", metadata: ["error": "\(error)"])
        }
        let size = try await sequencer.load()
        let durability = try await store.durability()
        logger.notice("durability", metadata: ["says": "\(durability)"])
        let guesses = GuessLimit { count in
            logger.warning("invitation codes guessed", metadata: ["wrong": "\(count)"])
        }
        let relay = Relay(
            sequencer: sequencer, store: store, clock: clock, guesses: guesses, quotas: Quotas(settings.quotas))
        Descriptors.raise(
            for: settings.limits.descriptors + (settings.logPort > 0 ? settings.limits.strangers : 0), logger)
        do {
            try await relay.start(version: Product.version, configuration: Hash.of(settings.text))
        } catch let problem as Problem where problem.code == .logStopped {
            logger.critical(
                "the log has stopped: its store went on elsewhere, or a checkpoint of it was shown that it does not have"
            )
        }
        let application = RelayServer.application(
            relay: relay, tls: try directory.tls(), host: settings.host, port: port ?? settings.port,
            limits: settings.limits, metrics: metrics,
            services: [
                Ticker(sequencer: sequencer, relay: relay, metrics: metrics, logger: logger),
                Upkeep(relay: relay, logger: logger),
                Follower(sequencer: sequencer, store: store, logger: logger), GivingBack()
            ]
                + (try others(relay, metrics, settings, directory, logger)), logger: logger)
        logger.info("log loaded", metadata: ["entries": "\(size)"])
        try await application.runService()
    }

    /// What else runs, by the configuration.
    private func others(
        _ relay: Relay, _ metrics: RelayMetrics, _ settings: Settings, _ directory: DataDirectory, _ logger: Logger
    ) throws -> [any Service] {
        var services: [any Service] = []
        if settings.logPort > 0 {
            services.append(
                RelayServer.logApplication(
                    relay: relay, tls: try directory.tls(), host: settings.logHost, port: settings.logPort,
                    limits: settings.limits, metrics: metrics, logger: logger))
        }
        if settings.operationsPort > 0 {
            services.append(
                RelayServer.operationsApplication(
                    relay: relay, metrics: metrics, host: settings.operationsHost, port: settings.operationsPort,
                    logger: logger))
        }
        let anchoring = Anchoring(
            relay: relay, witnesses: try settings.witnessClients(origin: directory.origin()),
            authority: try settings.authority()
        ) { report in
            metrics.note(report)
        }
        services.append(Anchors(anchoring: anchoring, logger: logger))
        return services
    }
}

/// Does something again and again, with a pause behind each time, until the program is told to end.
private func untilShutdown(every pause: Duration, _ body: @escaping @Sendable () async -> Void) async {
    await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: pause)
        }
    }
}

/// Asks witnesses and the time-stamp authority, every few seconds, apart from everything that answers clients.
struct Anchors: Service {
    let anchoring: Anchoring
    let logger: Logger

    func run() async throws {
        await untilShutdown(every: .seconds(5)) {
            do {
                try await anchoring.round()
            } catch {
                logger.error("anchoring failed", metadata: ["error": "\(type(of: error))"])
            }
        }
    }
}

/// Lets time pass for the sequencer: once a second deadlines and other nodes' commits are looked at.
struct Ticker: Service {
    let sequencer: Sequencer
    let relay: Relay
    let metrics: RelayMetrics
    let logger: Logger

    func run() async throws {
        await untilShutdown(every: .seconds(1)) {
            do {
                let leads = await relay.store.leads()
                metrics.note(leads: leads)
                guard leads else {
                    await sequencer.leaveScrub()
                    return try await sequencer.catchUp()
                }
                // As many rounds as there is something due; whoever submits comes in between.
                // However long it takes, this node leads no longer than the database says.
                while case .unfinished = try await sequencer.perform(.tick), !Task.isCancelled,
                    await relay.store.leads()
                {}
            } catch {
                logger.error("tick failed", metadata: ["error": "\(type(of: error))"])
            }
        }
    }
}

/// Leaves nothing of what was erased in the store's files, on the node that leads. To overwrite much takes long, and no deadline
/// waits for it.
struct Upkeep: Service {
    let relay: Relay
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seconds = 0
            while !Task.isCancelled {
                if await relay.store.leads() {
                    do {
                        // At the start, too: a crash may have left in the store's files what was erased.
                        if seconds.isMultiple(of: 3600) { try await relay.dropStaleUploads() }
                    } catch {
                        logger.error("stale uploads are not dropped", metadata: ["error": "\(type(of: error))"])
                    }
                    // Somebody may read what is to be cut off; the metric says since when.
                    // A database rewrites whole tables for it, and does so more rarely.
                    if seconds.isMultiple(of: relay.store.isShared ? 600 : 10) { try? await relay.scrub() }
                    if seconds.isMultiple(of: 10) { try? await relay.store.shrink() }
                    seconds += 1
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

/// Gives memory back to the machine that a load has left over, every few seconds.
struct GivingBack: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(10))
                Allocator.giveBack()
            }
        }
    }
}

/// Looks at what other nodes commit as soon as they say so.
struct Follower: Service {
    let sequencer: Sequencer
    let store: any RelayStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in store.changes() {
                do {
                    try await sequencer.catchUp()
                } catch {
                    logger.error("other nodes cannot be followed", metadata: ["error": "\(type(of: error))"])
                }
            }
            // Nobody else writes: a service that ends would end the others.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
    }
}
