// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Dispatch
package import LiaisonPostgreSQLStore

extension WaitingThread {
    /// Does something that waits for another process; the few threads that all tests share would wait with it.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "waiting").async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
