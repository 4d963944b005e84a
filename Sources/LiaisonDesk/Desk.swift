// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import Hummingbird
import HummingbirdCore
public import LiaisonClient
public import LiaisonDossier
public import LiaisonForms
import LiaisonListener
public import LiaisonNotes
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The agent's own mailbox, or what a registrar looks after, as pages in the browser of the same machine.
public struct Desk: Sendable {
    private let clerk: Clerk
    private let doorkeeper: Doorkeeper
    private let printer: Printer
    private let isScreenLocked: @Sendable () -> Bool

    /// - Parameters:
    ///   - path: the vault's directory.
    ///   - trust: the client's policy; nil when there is none, a failure when nobody can read it.
    ///   - isScreenLocked: whether the screen of this session is locked: then the desk locks.
    public init(
        vault path: String, language: Language, trust: Result<TrustAnchors?, ClientFailure>,
        clock: @escaping @Sendable () -> Instant = { .now }, isScreenLocked: @escaping @Sendable () -> Bool = { false }
    ) throws {
        clerk = Clerk(path: path, language: language, trust: trust, clock: clock)
        printer = try Printer(language: language, isShared: false)
        doorkeeper = Doorkeeper(clock: clock)
        self.isScreenLocked = isScreenLocked
    }

    /// An address for one more browser; the one before, unless it was used, is void.
    public func newAddress() -> String { doorkeeper.newAddress() }

    /// Serves on the loopback interface until the program is told to end.
    ///
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - key: the vault's, when the session has kept it (`liaison unlock`); otherwise the first page asks for the passphrase.
    ///   - isReady: told once requests are answered.
    public func run(port: Int, key: GuardedBytes?, isReady: @escaping @Sendable () async -> Void) async throws {
        let room = Room(clerk)
        let desk = DeskRoutes(room: room, doorkeeper: doorkeeper, printer: printer, bounds: Bounds()) { _ in
            await room.lock()
        }
        if let key {
            try await clerk.unlock(key: key)
            room.open()
        }
        let application = Application(
            router: OwnRoutes(desk: desk).router(),
            server: .http1(configuration: Self.connections),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { [doorkeeper] channel in
                doorkeeper.listens(at: .loopback(port: channel.localAddress?.port ?? port))
                await isReady()
            },
            logger: .silent)
        let housekeeping = Task { [clerk, isScreenLocked] in
            for second in 1... {
                try? await Task.sleep(for: .seconds(1))
                guard !Task.isCancelled else { return }
                let isFifth = second % 5 == 0
                let isUnused = await clerk.isUnused
                if await !clerk.isLocked, isUnused || clerk.isAskedToLock || isFifth && isScreenLocked() {
                    await room.lock()
                } else if isFifth {
                    room.bulletin.tellBeat()
                }
            }
        }
        defer { housekeeping.cancel() }
        do {
            try await application.runBriefly()
        } catch {
            await room.close()
            throw error
        }
        await room.close()
    }

    /// A connection is of this machine's same user, and does not wait for ever.
    private static var connections: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                SameUserHandler(), RequestDeadlineHandler(head: .seconds(60), body: .seconds(60))
            ])
    }
}

extension Logger {
    /// A desk keeps no log: what its agents do stands in the transmissions' own.
    static var silent: Logger {
        var log = Logger(label: "liaison.desk") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        return log
    }
}

extension ApplicationProtocol {
    /// Runs until the program is told to end, and then waits for nobody who is still sending for longer than a few seconds.
    func runBriefly() async throws {
        var configuration = ServiceGroupConfiguration(
            services: [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(3)
        try await ServiceGroup(configuration: configuration).run()
    }
}
