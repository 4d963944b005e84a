// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Dispatch

/// A thread of its own for what waits for another process: the few threads that all tests share would wait with it.
package final class WaitingThread: SerialExecutor {
    private let queue = DispatchQueue(label: "waiting")

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Does something that waits, without any of the shared threads.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "waiting").async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
