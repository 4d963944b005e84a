// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Dispatch
import LiaisonNotes
import Synchronization

/// Does one piece of work after the other on a thread of its own, while whoever hands them over prepares the next ones.
final class Conveyor: Sendable {
    private let queue = DispatchQueue(label: "conveyor")
    /// One for each piece of work that may wait: more would only take memory.
    private let places = DispatchSemaphore(value: 4)
    private let failure = Mutex<(any Error)?>(nil)

    /// Hands `work` over, as soon as there is a place for it.
    ///
    /// - Throws: what earlier work threw. After that nothing is done any more.
    func add(_ work: @escaping @Sendable () throws -> Void) throws {
        try checkFailure()
        places.wait()
        queue.async {
            defer { self.places.signal() }
            do {
                try self.checkFailure()
                try work()
            } catch {
                self.failure.withLock { $0 = error }
            }
        }
    }

    /// Waits until all that was handed over is done.
    func wait() { queue.sync {} }

    /// Waits until all that was handed over is done.
    ///
    /// - Throws: what the work threw.
    func finish() throws {
        wait()
        try checkFailure()
    }

    private func checkFailure() throws {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}

/// SHA-256 of bytes that are handed over in order, made on a thread of its own.
final class DigestBeside: Sendable {
    private let hasher = Mutex(SHA256())
    private let conveyor = Conveyor()

    func add(_ bytes: ArraySlice<UInt8>) throws {
        try conveyor.add { self.hasher.withLock { $0.update(data: bytes) } }
    }

    func add(_ plaintext: Plaintext) throws {
        try conveyor.add { plaintext.withBytes { bytes in self.hasher.withLock { $0.update(data: bytes) } } }
    }

    /// Waits until all is hashed.
    func value() throws -> Hash {
        try conveyor.finish()
        return .of(hasher.withLock { $0 })
    }
}

/// A source whose SHA-256 is made beside the reading: each byte is hashed when it is read for the first time.
final class HashedSource: ByteSource {
    private let source: any ByteSource
    private let digestBeside = DigestBeside()
    /// So many bytes, from the beginning on, were handed over to be hashed.
    private var hashed = 0
    var size: Int { source.size }

    init(_ source: any ByteSource) { self.source = source }

    func read(at offset: Int, count: Int) throws -> [UInt8] {
        let bytes = try source.read(at: offset, count: count)
        // What is read out of order is hashed when it is read once more, in order.
        if offset <= hashed, hashed < offset + count {
            try digestBeside.add(bytes[(hashed - offset)...])
            hashed = offset + count
        }
        return bytes
    }

    /// The SHA-256 of the whole source; what nobody has read yet is read for it.
    func digest() throws -> Hash {
        while hashed < size { _ = try read(at: hashed, count: min(ChunkCipher.sizeAtOnce, size - hashed)) }
        return try digestBeside.value()
    }
}

/// Plaintext that is wiped when nobody holds it any more.
final class Plaintext: Sendable {
    private let held: Mutex<[UInt8]>

    init(_ bytes: consuming [UInt8]) { held = Mutex(bytes) }

    func withBytes<Result>(_ body: (borrowing [UInt8]) throws -> Result) rethrows -> Result {
        try held.withLock { try body($0) }
    }

    deinit { held.withLock { Sodium.wipe(&$0) } }
}
