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

    /// - Parameter line: of UTF-8, without its line feed.
    fileprivate init(line: ArraySlice<UInt8>) throws(SignedNote.Failure) {
        let pieces = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard pieces.count == 3, pieces[0].elementsEqual("—".utf8) else { throw .signatureLine }
        let name = String(decoding: pieces[1], as: UTF8.self)
        guard NoteKey.isValid(name: name), let bytes = Base64.decode(String(decoding: pieces[2], as: UTF8.self)),
            bytes.count > 4
        else { throw .signatureLine }
        self.init(name: name, keyID: Array(bytes.prefix(4)), signature: Array(bytes.dropFirst(4)))
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
        try self.init(utf8: Array(bytes))
    }

    public init(parsing string: String, limit: Int) throws(Failure) {
        guard string.utf8.count <= limit else { throw .tooLarge(limit: limit) }
        try self.init(utf8: Array(string.utf8))
    }

    private init(utf8: [UInt8]) throws(Failure) {
        var isASCII = true
        for byte in utf8 where byte < 0x20 || byte >= 0x80 {
            if byte >= 0x80 { isASCII = false } else if byte != 0x0A { throw .controlCharacter }
        }
        guard isASCII || String(validating: utf8, as: UTF8.self) != nil else { throw .notUTF8 }
        guard let blank = Self.lastBlankLine(of: utf8), utf8.last == 0x0A else { throw .noSignature }
        text = String(decoding: utf8[...blank], as: UTF8.self)
        let lines = utf8[(blank + 2)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count <= Self.maximumSignatures else { throw .tooManySignatures(lines.count) }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try NoteSignature(line: line)) }
        self.signatures = signatures
    }

    /// The index of the last newline of the text, before the blank line that ends it.
    private static func lastBlankLine(of utf8: [UInt8]) -> Int? {
        guard utf8.count > 2 else { return nil }
        var place = utf8.count - 2
        while place >= 0 {
            if utf8[place] == 0x0A, utf8[place + 1] == 0x0A { return place }
            place -= 1
        }
        return nil
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
