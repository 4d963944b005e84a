// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Work that several ask for at once and that is done once: whoever asks while it is being done gets the same result.
actor SharedWork<Name: Hashable & Sendable, Result: Sendable> {
    private var running: [Name: Task<Result, any Error>] = [:]
    /// How often somebody got what another had asked for.
    private(set) var shared = 0

    func result(of name: Name, _ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        if let task = running[name] {
            shared += 1
            return try await task.value
        }
        let task = Task { try await work() }
        running[name] = task
        defer { running[name] = nil }
        return try await task.value
    }
}
