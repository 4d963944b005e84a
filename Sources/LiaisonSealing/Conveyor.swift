// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Dispatch
import LiaisonNotes
import Synchronization

/// Does the same to one piece after the other, on a thread of its own, while whoever runs it makes and takes others.
final class Conveyor<Input: Sendable, Output: Sendable>: Sendable {
    private let work: @Sendable (Input) throws -> Output
    private let queue = DispatchQueue(label: "conveyor")
    private let results = Mutex<[Result<Output, any Error>]>([])
    private let ready = DispatchSemaphore(value: 0)

    init(_ work: @escaping @Sendable (Input) throws -> Output) { self.work = work }

    /// How many pieces are under way at most.
    private static var length: Int { 8 }

    /// Works on all that `next` makes, and hands each result to `take`, in order. Both are called on this thread, and nothing
    /// is under way any more when this returns or throws.
    func run(next: () throws -> Input?, take: (Output) throws -> Void) throws {
        var underWay = 0
        func takeOne() throws {
            ready.wait()
            underWay -= 1
            try take(results.withLock { $0.removeFirst() }.get())
        }
        defer { while underWay > 0 { (underWay, _) = (underWay - 1, ready.wait()) } }
        while let input = try next() {
            queue.async {
                let result = Result { try self.work(input) }
                self.results.withLock { $0.append(result) }
                self.ready.signal()
            }
            underWay += 1
            if underWay == Self.length { try takeOne() }
        }
        while underWay > 0 { try takeOne() }
    }
}

/// SHA-256 of a whole source: of a file on a thread of its own, while whoever asks for it reads the file as well; of anything
/// else at once.
final class DigestBeside: Sendable {
    private let queue = DispatchQueue(label: "digest")
    private let result = Mutex<Result<Hash, any Error>>(.failure(ContentFailure.digestMismatch))

    init(of source: any ByteSource) {
        if let file = source as? FileSource {
            queue.async { self.result.withLock { $0 = Self.digest(file) } }
        } else {
            result.withLock { $0 = Self.digest(source) }
        }
    }

    private static func digest(_ source: any ByteSource) -> Result<Hash, any Error> {
        Result { try LiaisonSealing.digest(of: source) }
    }

    /// Waits until it is there.
    func value() throws -> Hash {
        try queue.sync { result.withLock { $0 } }.get()
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
