// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import COpenSSL
import Crypto
import Foundation
public import LiaisonNotes
import Synchronization

/// The payload cipher of age: ChaCha20-Poly1305 over chunks of 64 KiB, through OpenSSL's EVP.
final class ChunkCipher {
    static let chunkSize = 64 << 10
    static let tagSize = 16
    static let nonceSize = 16
    /// So much plaintext is read, sealed or opened, and written at once: four chunks, because few large calls cost the
    /// kernel less than many small ones.
    static let sizeAtOnce = 4 * chunkSize
    private let context: OpaquePointer
    private let isSealing: Bool

    /// Derives the payload key from the file key and the payload's nonce.
    init(fileKey: GuardedBytes, nonce: [UInt8], sealing: Bool) throws {
        guard let context = EVP_CIPHER_CTX_new() else { throw AgeFailure.badKey }
        self.context = context
        isSealing = sealing
        let key = fileKey.withUnsafeBytes {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: $0), salt: nonce, info: Array("payload".utf8),
                outputByteCount: 32)
        }
        let done = key.withUnsafeBytes {
            EVP_CipherInit_ex(
                context, EVP_chacha20_poly1305(), nil, $0.bindMemory(to: UInt8.self).baseAddress, nil,
                sealing ? 1 : 0)
        }
        guard done == 1 else { throw AgeFailure.badKey }
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Seals or opens chunks that follow one another, of which only the last one may be shorter than the others.
    ///
    /// - Parameters:
    ///   - first: the number of the first of them in the payload.
    ///   - isEnd: whether the last of them is the payload's last one.
    /// - Throws: `AgeFailure.damagedChunk` for one that does not authenticate, `AgeFailure.badKey` when sealing fails.
    func process(_ chunks: [UInt8], first: Int, isEnd: Bool) throws -> [UInt8] {
        let sealed = Self.chunkSize + Self.tagSize
        let (size, resultSize) = isSealing ? (Self.chunkSize, sealed) : (sealed, Self.chunkSize)
        let count = max(1, (chunks.count + size - 1) / size)
        let resultCount = chunks.count + (isSealing ? Self.tagSize : -Self.tagSize) * count
        guard resultCount >= 0 else { throw AgeFailure.damagedChunk(first + count - 1) }
        return try [UInt8](unsafeUninitializedCapacity: max(resultCount, 1)) { result, filled in
            guard let start = result.baseAddress else { return }
            try chunks.withUnsafeBufferPointer { chunks in
                for number in 0..<count {
                    let chunk = UnsafeBufferPointer(rebasing: chunks.dropFirst(number * size).prefix(size))
                    let nonce = Self.nonce(first + number, isLast: isEnd && number == count - 1)
                    guard process(chunk, to: start + number * resultSize, nonce) else {
                        // Nothing of what does not authenticate stays behind.
                        OPENSSL_cleanse(start, resultCount)
                        throw isSealing ? AgeFailure.badKey : .damagedChunk(first + number)
                    }
                }
            }
            filled = resultCount
        }
    }

    private static func nonce(_ index: Int, isLast: Bool) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: 12)
        for byte in 0..<8 { nonce[10 - byte] = UInt8(truncatingIfNeeded: index >> (8 * byte)) }
        nonce[11] = isLast ? 1 : 0
        return nonce
    }

    private func process(
        _ chunk: UnsafeBufferPointer<UInt8>, to result: UnsafeMutablePointer<UInt8>, _ nonce: [UInt8]
    ) -> Bool {
        guard EVP_CipherInit_ex(context, nil, nil, nil, nonce, isSealing ? 1 : 0) == 1 else { return false }
        return isSealing ? seal(chunk, to: result) : open(chunk, to: result)
    }

    private func seal(_ chunk: UnsafeBufferPointer<UInt8>, to result: UnsafeMutablePointer<UInt8>) -> Bool {
        var length: Int32 = 0
        return EVP_CipherUpdate(context, result, &length, chunk.baseAddress, Int32(chunk.count)) == 1
            && EVP_CipherFinal_ex(context, result + Int(length), &length) == 1
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), result + chunk.count) == 1
    }

    private func open(_ chunk: UnsafeBufferPointer<UInt8>, to result: UnsafeMutablePointer<UInt8>) -> Bool {
        let count = chunk.count - Self.tagSize
        guard count >= 0 else { return false }
        var tag = Array(chunk[count...])
        var length: Int32 = 0
        return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), &tag) == 1
            && EVP_CipherUpdate(context, result, &length, chunk.baseAddress, Int32(count)) == 1
            && EVP_CipherFinal_ex(context, &tag, &length) == 1
    }
}

/// Writing and reading whole age v1 files whose only stanzas are `mlkem768x25519`.
public enum AgeFile {
    /// Seals `plaintext` to `recipients` and hands the file to `write` piece by piece.
    ///
    /// Memory does not grow with the plaintext: some chunks of 64 KiB at a time.
    ///
    /// - Returns: the SHA-256 of the file, and its size.
    @discardableResult
    public static func seal(
        _ plaintext: some ByteSource, to recipients: [AgeRecipient],
        random: RandomBytes = .system, write: ([UInt8]) throws -> Void
    ) throws -> (sha256: Hash, size: Int) {
        let fileKey = try GuardedBytes.random(16)
        let header = AgeHeader(stanzas: try recipients.map { try $0.wrap(fileKey) }, fileKey: fileKey)
        let nonce = random(ChunkCipher.nonceSize)
        let start = Array(header.text.utf8) + nonce
        try write(start)
        var size = start.count
        let cipher = try ChunkCipher(fileKey: fileKey, nonce: nonce, sealing: true)
        let digest = DigestBeside()
        try digest.add(start[...])
        var (offset, isEnd) = (0, false)
        while !isEnd {
            let count = min(ChunkCipher.sizeAtOnce, plaintext.size - offset)
            let chunks = Plaintext(try plaintext.read(at: offset, count: count))
            let first = offset / ChunkCipher.chunkSize
            offset += count
            isEnd = offset == plaintext.size
            let sealed = try chunks.withBytes { try cipher.process($0, first: first, isEnd: isEnd) }
            try digest.add(sealed[...])
            try write(sealed)
            size += sealed.count
        }
        return (try digest.value(), size)
    }
}

/// By what an age file is opened.
public enum OpeningKey {
    case identities([AgeIdentity])
    /// The key of this one file: what a dossier gives away instead of an identity.
    case fileKey(GuardedBytes)
}

/// The plaintext of an age file, readable at any place; nothing is given out of a chunk that does not
/// authenticate. The last chunk is checked first, so a truncated file opens nothing.
public final class AgeReader: ByteSource {
    private let file: any ByteSource
    private let cipher: ChunkCipher
    private let payloadStart: Int
    private let chunkCount: Int
    private var cached: (index: Int, plaintext: [UInt8])?
    public let stanzaCount: Int
    /// The identity that opened the file; nil when its file key did.
    public let identity: AgeIdentity?
    /// The key of this one file, 16 bytes.
    public let fileKey: GuardedBytes
    public let size: Int

    public convenience init(_ file: some ByteSource, identities: [AgeIdentity]) throws {
        try self.init(file, by: .identities(identities))
    }

    public init(_ file: some ByteSource, by key: OpeningKey) throws {
        let (header, length) = try AgeHeader.read(from: file)
        // A stanza of another type is refused wherever it stands: nothing weaker is ever mixed in.
        for stanza in header.stanzas where stanza.arguments.first != XWing.stanzaType {
            throw AgeFailure.foreignStanza(stanza.arguments.first ?? "")
        }
        switch key {
        case .fileKey(let known): (fileKey, identity) = (known, nil)
        case .identities(let identities):
            guard let (found, opener) = try Self.fileKey(in: header, identities) else {
                throw AgeFailure.noIdentityMatches
            }
            (fileKey, identity) = (found, opener)
        }
        try header.check(fileKey: fileKey)
        let payload = file.size - length - ChunkCipher.nonceSize
        guard payload >= ChunkCipher.tagSize else { throw AgeFailure.truncated }
        let full = ChunkCipher.chunkSize + ChunkCipher.tagSize
        let chunkCount = (payload + full - 1) / full
        let lastSize = payload - (chunkCount - 1) * full - ChunkCipher.tagSize
        guard lastSize >= 0 else { throw AgeFailure.truncated }
        guard lastSize > 0 || chunkCount == 1 else { throw AgeFailure.emptyLastChunk }
        self.file = file
        self.chunkCount = chunkCount
        stanzaCount = header.stanzas.count
        payloadStart = length + ChunkCipher.nonceSize
        size = (chunkCount - 1) * ChunkCipher.chunkSize + lastSize
        cipher = try ChunkCipher(
            fileKey: fileKey, nonce: try file.read(at: length, count: ChunkCipher.nonceSize), sealing: false)
        _ = try chunk(chunkCount - 1)  // proves where the file ends before anything is given out
    }

    /// Whether one of `identities` opens the file that begins with this header: what a device finds out before it says that
    /// it opens a content that it does not have yet. The rest is verified when the content is there.
    ///
    /// - Throws: `AgeFailure` for a header that does not parse.
    public static func opens(header bytes: [UInt8], identities: [AgeIdentity]) throws -> Bool {
        let (header, length) = try AgeHeader.read(from: MemorySource(bytes))
        guard length == bytes.count else { throw AgeFailure.malformedHeader("bytes behind the header") }
        return try fileKey(in: header, identities) != nil
    }

    private static func fileKey(
        in header: AgeHeader, _ identities: [AgeIdentity]
    ) throws(AgeFailure) -> (GuardedBytes, AgeIdentity)? {
        for stanza in header.stanzas {
            for identity in identities {
                if let key = try identity.unwrap(stanza) { return (key, identity) }
            }
        }
        return nil
    }

    public func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset + count <= size else { throw ByteSourceFailure.outOfBounds }
        let end = offset + count
        // Whole chunks are given out as they are, and not kept.
        if count > 0, offset % ChunkCipher.chunkSize == 0, end % ChunkCipher.chunkSize == 0 || end == size {
            return try opened(offset / ChunkCipher.chunkSize, to: (end - 1) / ChunkCipher.chunkSize)
        }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        while result.count < count {
            let position = offset + result.count
            let plaintext = try chunk(position / ChunkCipher.chunkSize)
            let start = position % ChunkCipher.chunkSize
            result += plaintext[start..<min(plaintext.count, start + count - result.count)]
        }
        return result
    }

    /// How many bytes from `offset` on, of `count`, are read at once best: the rest of a chunk, or whole chunks.
    func stride(at offset: Int, of count: Int) -> Int {
        let chunk = ChunkCipher.chunkSize
        guard offset % chunk == 0, count >= chunk else { return min(count, chunk - offset % chunk) }
        return min(count - count % chunk, ChunkCipher.sizeAtOnce)
    }

    private func chunk(_ index: Int) throws -> [UInt8] {
        if let cached, cached.index == index { return cached.plaintext }
        let plaintext = try opened(index, to: index)
        if var old = cached?.plaintext {
            cached = nil
            Sodium.wipe(&old)
        }
        cached = (index, plaintext)
        return plaintext
    }

    private func opened(_ first: Int, to last: Int) throws -> [UInt8] {
        let full = ChunkCipher.chunkSize + ChunkCipher.tagSize
        let start = payloadStart + first * full
        let sealed = try file.read(at: start, count: min((last - first + 1) * full, file.size - start))
        return try cipher.process(sealed, first: first, isEnd: last == chunkCount - 1)
    }

    deinit {
        if var old = cached?.plaintext {
            cached = nil
            Sodium.wipe(&old)
        }
    }
}
