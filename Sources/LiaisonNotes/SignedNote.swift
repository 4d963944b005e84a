// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// One signature line of a note: `— name base64(key id ‖ signature)`.
public struct NoteSignature: Hashable, Sendable {
    public let name: String
    public let keyID: [UInt8]
    public let signature: [UInt8]

    package init(name: String, keyID: [UInt8], signature: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    package var line: String { "— \(name) \(Base64.encode(keyID + signature))\n" }

    fileprivate init(line: Substring) throws(SignedNote.Failure) {
        let pieces = line.split(separator: " ", omittingEmptySubsequences: false)
        guard pieces.count == 3, pieces[0] == "—", NoteKey.isValid(name: String(pieces[1])),
            let bytes = Base64.decode(String(pieces[2])), bytes.count > 4
        else { throw .signatureLine }
        self.init(
            name: String(pieces[1]), keyID: Array(bytes.prefix(4)), signature: Array(bytes.dropFirst(4)))
    }
}

/// A text and the lines that sign it (c2sp.org/signed-note). Parsed, not verified.
///
/// What parses serialises to the same bytes. The hash of a note is the SHA-256 of its text, so its
/// signature lines are not part of what others refer to.
public struct SignedNote: Hashable, Sendable {
    public let text: String
    public let signatures: [NoteSignature]

    public enum Failure: Error, Equatable {
        case tooLarge(limit: Int)
        case notUTF8
        case controlCharacter
        case noSignature
        case signatureLine
        case tooManySignatures(Int)
        case unknownSigner(expected: String)
        case wrongSignature(by: String)
        case wrongType(expected: String)
        case notOneLine
        case wrongAuthor(expected: String)
    }

    static let maximumSignatures = 1000

    public init(text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    public init(parsing bytes: some Collection<UInt8>, limit: Int) throws(Failure) {
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        guard let note = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else { throw .controlCharacter }
        let utf8 = Array(note.utf8)
        guard let blank = Self.lastBlankLine(of: utf8), utf8.last == 0x0A else { throw .noSignature }
        text = String(decoding: utf8[...blank], as: UTF8.self)
        let lines = String(decoding: utf8[(blank + 2)...], as: UTF8.self).dropLast()
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count <= Self.maximumSignatures else { throw .tooManySignatures(lines.count) }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try NoteSignature(line: line)) }
        self.signatures = signatures
    }

    public init(parsing string: String, limit: Int) throws(Failure) {
        try self.init(parsing: Array(string.utf8), limit: limit)
    }

    /// The index of the last newline of the text, before the blank line that ends it.
    private static func lastBlankLine(of utf8: [UInt8]) -> Int? {
        guard utf8.count > 2 else { return nil }
        return (0..<(utf8.count - 1)).last { utf8[$0] == 0x0A && utf8[$0 + 1] == 0x0A }
    }

    public var serialized: String { text + "\n" + signatures.map(\.line).joined() }

    /// SHA-256 of the text.
    public var hash: Hash { Hash.of(text) }

    /// Checks that `key` signed this note. Lines of unknown keys are ignored, as the specification asks;
    /// a line of the known key that does not verify sinks the note.
    public func checkSignature(by key: NoteKey) throws(Failure) {
        let lines = signatures.filter { $0.name == key.name && $0.keyID == key.id }
        guard !lines.isEmpty else { throw .unknownSigner(expected: key.name) }
        let message = Array(text.utf8)
        for line in lines where !key.key.isValid(line.signature, for: message) {
            throw .wrongSignature(by: key.name)
        }
    }

    /// This note with one more signature line.
    public func signed(by signer: NoteSigner) -> SignedNote {
        SignedNote(text: text, signatures: signatures + [signer.sign(text)])
    }
}

extension SignedNote.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let limit): "larger than \(limit) bytes"
        case .notUTF8: "not UTF-8"
        case .controlCharacter: "a control character"
        case .noSignature: "no signature line"
        case .signatureLine: "a malformed signature line"
        case .tooManySignatures(let count): "too many signature lines (\(count))"
        case .unknownSigner(let expected): "not signed by the expected key (\(expected))"
        case .wrongSignature(let by): "the signature does not verify (\(by))"
        case .wrongType(let expected): "not a document of the expected type (\(expected))"
        case .notOneLine: "the text is not a type line and one line of JSON"
        case .wrongAuthor(let expected): "the document does not name its signer (\(expected))"
        }
    }
}
