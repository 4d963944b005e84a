// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Dispatch

/// A thread of its own for work that waits, so that it holds up none of those that answer requests.
package final class WaitingThread: SerialExecutor {
    private let queue = DispatchQueue(label: "waiting")

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

/// One connection and the thread that waits for it; opened when it is needed, and anew when it broke.
actor Lane {
    private let thread = WaitingThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let open: @Sendable () throws -> Connection
    private var connection: Connection?

    /// - Parameter open: makes a connection, ready to be used.
    init(_ open: @escaping @Sendable () throws -> Connection) { self.open = open }

    /// - Parameter isRepeatable: done once more on a new connection when the one from before turns out to be broken.
    func run<Value: Sendable>(
        isRepeatable: Bool, _ body: @Sendable (Connection) throws -> Value
    ) throws -> Value {
        guard isRepeatable else { return try body(connected()) }
        return try repeating(body)
    }

    /// - Parameters:
    ///   - beginning: may be done once more, when the connection turns out to be broken.
    ///   - body: is done once at most.
    func run<Start, Value: Sendable>(
        beginning: @Sendable (Connection) throws -> Start, _ body: @Sendable (Connection, Start) throws -> Value
    ) throws -> Value {
        let (connection, start) = try repeating { ($0, try beginning($0)) }
        return try body(connection, start)
    }

    private func repeating<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        let isFresh = connection == nil
        do {
            return try body(connected())
        } catch PostgreSQLFailure.connectionLost where !isFresh {
            connection = nil
            return try body(connected())
        }
    }

    private func connected() throws -> Connection {
        if let connection, connection.isOpen { return connection }
        connection = nil
        let fresh = try open()
        connection = fresh
        return fresh
    }
}

/// Connections for whoever reads: each asks alone, the others wait for their turn.
actor Pool {
    private var free: [Lane]
    private var waiting: [CheckedContinuation<Lane, Never>] = []

    init(count: Int, _ open: @escaping @Sendable () throws -> Connection) {
        free = (0..<count).map { _ in Lane(open) }
    }

    /// - Parameter isRepeatable: false for what must not be done twice.
    func run<Value: Sendable>(
        isRepeatable: Bool = true, _ body: @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        let lane = await take()
        defer { give(lane) }
        return try await lane.run(isRepeatable: isRepeatable, body)
    }

    /// - Parameters:
    ///   - beginning: may be done once more, when the connection turns out to be broken.
    ///   - body: is done once at most.
    func run<Start, Value: Sendable>(
        beginning: @Sendable (Connection) throws -> Start, _ body: @Sendable (Connection, Start) throws -> Value
    ) async throws -> Value {
        let lane = await take()
        defer { give(lane) }
        return try await lane.run(beginning: beginning, body)
    }

    private func take() async -> Lane {
        if let lane = free.popLast() { return lane }
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func give(_ lane: Lane) {
        guard waiting.isEmpty else { return waiting.removeFirst().resume(returning: lane) }
        free.append(lane)
    }
}
