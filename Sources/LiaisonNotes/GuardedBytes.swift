// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CSodium

/// Secret bytes in libsodium's guarded memory: locked, between guard pages, read-only once filled,
/// wiped when released.
public final class GuardedBytes: Sendable {
    /// What the compiler cannot see: the memory behind it never changes after `init`.
    private nonisolated(unsafe) let pointer: UnsafeMutableRawPointer
    public let count: Int

    public enum Failure: Error { case outOfGuardedMemory }

    /// Allocates `count` bytes and lets `fill` write them once.
    public init(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) throws -> Void) throws {
        Sodium.start()
        guard let pointer = sodium_malloc(max(count, 1)) else { throw Failure.outOfGuardedMemory }
        self.pointer = pointer
        self.count = count
        do {
            try fill(pointer.assumingMemoryBound(to: UInt8.self))
        } catch {
            sodium_free(pointer)
            throw error
        }
        sodium_mprotect_readonly(pointer)
    }

    /// Copies `bytes` in; the caller wipes its own copy.
    public convenience init(copying bytes: some Collection<UInt8>) throws {
        try self.init(count: bytes.count) { pointer in
            _ = UnsafeMutableBufferPointer(start: pointer, count: bytes.count).update(fromContentsOf: bytes)
        }
    }

    /// Takes over `bytes`, which are wiped.
    public convenience init(moving bytes: inout [UInt8]) throws {
        try self.init(copying: bytes)
        Sodium.wipe(&bytes)
    }

    public static func random(_ count: Int) throws -> GuardedBytes {
        try GuardedBytes(count: count) { randombytes_buf($0, count) }
    }

    deinit { sodium_free(pointer) }

    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// Lends the bytes to a C function.
    public func withPointer<Result>(_ body: (UnsafePointer<UInt8>) throws -> Result) rethrows -> Result {
        try body(UnsafePointer(pointer.assumingMemoryBound(to: UInt8.self)))
    }

    /// Lends an array copy that is wiped afterwards, for interfaces that take arrays only.
    public func withCopy<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result {
        var copy = withUnsafeBytes { Array($0) }
        defer { Sodium.wipe(&copy) }
        return try body(copy)
    }
}

extension GuardedBytes: CustomStringConvertible {
    public var description: String { "(\(count) secret bytes)" }
}

/// libsodium's start-up and small helpers.
public enum Sodium {
    private static let started: Bool = sodium_init() >= 0

    /// Starts libsodium once per process; every wrapper calls it.
    public static func start() { precondition(started, "libsodium did not start") }

    public static func wipe(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        sodium_memzero(&bytes, bytes.count)
    }

    /// Compares in constant time.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && sodium_memcmp(left, right, left.count) == 0
    }
}

extension RandomBytes {
    /// The system's cryptographic generator, through libsodium.
    public static let system = RandomBytes { count in
        Sodium.start()
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }
}
