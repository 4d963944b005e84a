// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import COpenSSL
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonTestKit

/// What it takes to seal a large attachment as `send` does, and to open and save it as `read` does, beside the bare cipher,
/// which reads the same file and writes to the same disk.
struct Content {
    /// Seconds on the clock, and processor time of all threads.
    struct Cost {
        var seconds = 0.0
        var processor = 0.0
    }

    private enum Failure: Error { case failed }

    let directory: TemporaryDirectory
    private let source: String
    private let mebibytes: Int
    private var plain: String { directory.path + "/plain.bin" }
    private var sealed: String { directory.path + "/bare.sealed" }

    init(mebibytes: Int) throws {
        directory = try TemporaryDirectory()
        source = directory.path + "/attachment.bin"
        self.mebibytes = mebibytes
        guard FileManager.default.createFile(atPath: source, contents: nil) else { throw Failure.failed }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: source))
        var generator = SystemRandomNumberGenerator()
        let piece = Data((0..<(1 << 17)).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } })
        for _ in 0..<mebibytes { try handle.write(contentsOf: piece) }
        try handle.close()
    }

    /// Rounds of each, one after the other, so that what else the machine does meets all of them.
    func measure(rounds: Int) async throws -> (seal: [Cost], bareSeal: [Cost], open: [Cost], bareOpen: [Cost]) {
        let unit = "iscg-est@avema01"
        let world = try await World(units: [unit, "cms-bourg@cd01"])
        var costs = (seal: [Cost](), bareSeal: [Cost](), open: [Cost](), bareOpen: [Cost]())
        let session = try world.session(unit)
        try await session.refresh()
        let form = try Fixture.form(Fixture.unwrap(world.catalogue["orientation"]), world.catalogue)
        for _ in 0..<rounds {
            try warmMemory()
            costs.bareSeal.append(try await Self.cost { try bare(from: source, to: sealed, isSealing: true) })
            var request = SendRequest(kind: "orientation", to: try Fixture.unit("cms-bourg@cd01"))
            request.form = form
            request.attachments = [source]
            let plan = try await session.plan(request, catalogue: world.catalogue)
            try warmMemory()
            costs.seal.append(try await Self.cost { try await session.seal(plan) })
            try warmMemory()
            costs.bareOpen.append(try await Self.cost { try bare(from: sealed, to: plain, isSealing: false) })
            var saved = ""
            try warmMemory()
            costs.open.append(
                try await Self.cost {
                    let opened = try await session.read(plan.routing.id, catalogue: world.catalogue)
                    saved = try opened.save(0, in: directory.path + "/saved")
                })
            guard FileManager.default.contentsEqual(atPath: saved, andPath: source) else { throw Failure.failed }
            for path in [saved, sealed, plain] { try FileManager.default.removeItem(atPath: path) }
            try session.outbox.discard(plan.routing.id)
        }
        return costs
    }

    /// Writes a file of the same size and removes it.
    ///
    /// A virtual machine gives memory that lies free for some seconds back to its host, and whoever needs it next waits for it: 1 to 3 s
    /// for 1 GiB of new file here. So all that is measured finds memory that was in use just before.
    private func warmMemory() throws {
        let path = directory.path + "/warm"
        guard FileManager.default.createFile(atPath: path, contents: nil) else { throw Failure.failed }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let piece = Data(count: 1 << 20)
        for _ in 0..<mebibytes { try handle.write(contentsOf: piece) }
        try handle.close()
        try FileManager.default.removeItem(atPath: path)
    }

    static func cost(_ body: () async throws -> Void) async throws -> Cost {
        let (start, processor) = (ContinuousClock.now, processorTime)
        try await body()
        return Cost(
            seconds: (ContinuousClock.now - start) / .seconds(1), processor: (processorTime - processor) / 1000)
    }

    /// Milliseconds of all threads of this process.
    static var processorTime: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return Double(seconds) * 1000 + Double(microseconds) / 1000
    }

    /// ChaCha20-Poly1305 over chunks of 64 KiB and nothing else; what is sealed is on the disk when this returns, as the
    /// client's is.
    private func bare(from: String, to: String, isSealing: Bool) throws {
        let (tagSize, chunkSize) = (16, 64 << 10)
        let input = open(from, O_RDONLY)
        let output = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard input >= 0, output >= 0, let context = EVP_CIPHER_CTX_new() else { throw Failure.failed }
        defer {
            EVP_CIPHER_CTX_free(context)
            close(input)
            close(output)
        }
        let key = [UInt8](repeating: 7, count: 32)
        let mode: Int32 = isSealing ? 1 : 0
        guard EVP_CipherInit_ex(context, EVP_chacha20_poly1305(), nil, key, nil, mode) == 1 else {
            throw Failure.failed
        }
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: chunkSize + tagSize)
        let result = UnsafeMutablePointer<UInt8>.allocate(capacity: chunkSize + tagSize)
        defer {
            buffer.deallocate()
            result.deallocate()
        }
        var nonce = [UInt8](repeating: 0, count: 12)
        for index in 0... {
            let got = read(input, buffer, isSealing ? chunkSize : chunkSize + tagSize)
            guard got > 0 else { break }
            for byte in 0..<8 { nonce[byte] = UInt8(truncatingIfNeeded: index >> (8 * byte)) }
            let count = isSealing ? got : got - tagSize
            var length: Int32 = 0
            var isDone = EVP_CipherInit_ex(context, nil, nil, nil, nonce, mode) == 1
            if !isSealing {
                isDone =
                    isDone
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), buffer + count) == 1
            }
            isDone =
                isDone && EVP_CipherUpdate(context, result, &length, buffer, Int32(count)) == 1
                && EVP_CipherFinal_ex(context, result + count, &length) == 1
            if isSealing {
                isDone =
                    isDone
                    && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), result + count) == 1
            }
            let size = isSealing ? count + tagSize : count
            guard isDone, write(output, result, size) == size else { throw Failure.failed }
        }
        guard !isSealing || fsync(output) == 0 else { throw Failure.failed }
    }
}
