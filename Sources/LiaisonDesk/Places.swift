// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization

/// So many want something at once that nobody more is heard now.
struct Busy: Error {}

/// How many may do something at once, in all and for each of those who come: the memory that it takes is their product.
final class Places: Sendable {
    private let each: Int
    private let all: Int
    private let taken = Mutex<(all: Int, by: [String: Int])>((0, [:]))

    init(each: Int, all: Int) {
        self.each = each
        self.all = all
    }

    /// - Throws: `Busy`, and what the work throws.
    func take<Value>(_ who: String, _ body: () async throws -> Value) async throws -> Value {
        try enter(who)
        defer { leave(who) }
        return try await body()
    }

    /// - Throws: `Busy`; otherwise the caller has to `leave`.
    func enter(_ who: String) throws(Busy) {
        let isTaken = taken.withLock { taken in
            guard taken.all < all, taken.by[who, default: 0] < each else { return false }
            taken.all += 1
            taken.by[who, default: 0] += 1
            return true
        }
        guard isTaken else { throw Busy() }
    }

    func leave(_ who: String) {
        taken.withLock { taken in
            taken.all -= 1
            let left = (taken.by[who] ?? 1) - 1
            taken.by[who] = left > 0 ? left : nil
        }
    }
}

/// What one desk, or one institution's, holds at once of what browsers send.
struct Bounds: Sendable {
    /// Forms, 2 MiB each at most.
    let forms = Places(each: 8, all: 64)
    /// Files, 32 MiB each at most.
    let files = Places(each: 2, all: 8)
    /// Streams that tell open pages what is new.
    let streams = Places(each: 8, all: 4096)
}
