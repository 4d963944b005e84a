// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Looks that many ask for at once, done one at a time: whoever asks gets one that began after asking, and shares it with
/// everybody who asked meanwhile. So however many ask, the store is asked by one.
actor Freshening {
    private var current: Task<Void, any Error>?
    /// Not begun yet.
    private var next: Task<Void, any Error>?

    func fresh(_ look: @escaping @Sendable () async throws -> Void) async throws {
        if let next { return try await next.value }
        let task = Task { [current] in
            _ = await current?.result
            begin()
            try await look()
        }
        next = task
        try await task.value
    }

    private func begin() { (current, next) = (next, nil) }
}
