// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

package import Logging
package import ServiceLifecycle

/// Services that listen on a free port while a test asks them something.
package enum Listening {
    private struct NeverBound: Error {}

    /// Runs a service for as long as `ask` takes, which is told the port.
    ///
    /// It listens to no signal: whoever ends the tests ends them, and the programs that other tests start inherit nothing.
    ///
    /// - Parameter service: made with what it calls with its port once it is bound, and with a log that nobody reads.
    /// - Throws: what `service`, its run and `ask` throw, and when the service ends before it is bound.
    package static func run(
        _ service: (_ bound: @escaping @Sendable (Int) -> Void, Logger) throws -> any Service,
        asking ask: @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let services = ServiceGroup(
            configuration: .init(services: [try service({ bound.yield($0) }, logger)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // Nobody waits for the port of a listener that could not be bound.
                defer { bound.finish() }
                try await services.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw NeverBound()
            }
            do {
                try await ask(port)
            } catch {
                await services.triggerGracefulShutdown()
                throw error
            }
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
