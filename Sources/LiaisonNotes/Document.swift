// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// A kind of signed document: the first line of the note names it, the second is one line of canonical
/// JSON. The type line separates domains: a signature over one type never serves for another.
public protocol Document: Codable, Sendable, Hashable {
    /// The first line, for example `liaison/act/v1`.
    static var type: String { get }
    /// The largest note of this type, in bytes, that a parser accepts.
    static var maximumSize: Int { get }
}

/// A document with exactly one signer, whom it names: a note signature does not cover the name.
public protocol SoleSignerDocument: Document {
    var signer: String { get }
}

/// A document as received: parsed strictly, its signatures not yet checked.
public struct Unverified<Body: Document>: Hashable, Sendable {
    public let note: SignedNote
    /// What the note says, to find out which key must have signed it; not to be relied on.
    public let claimed: Body

    public init(parsing bytes: some Collection<UInt8>) throws {
        try self.init(SignedNote(parsing: bytes, limit: Body.maximumSize))
    }

    public init(parsing string: String) throws { try self.init(parsing: Array(string.utf8)) }

    public init(_ note: SignedNote) throws {
        self.note = note
        let text = Array(note.text.utf8)
        let end = text.firstIndex(of: 0x0A) ?? text.endIndex
        guard text[..<end].elementsEqual(Body.type.utf8) else {
            throw SignedNote.Failure.wrongType(expected: Body.type)
        }
        // A second line, its line feed, and nothing behind it.
        let line = text[end...].dropFirst()
        guard let feed = line.firstIndex(of: 0x0A), feed == text.endIndex - 1 else {
            throw SignedNote.Failure.notOneLine
        }
        claimed = try CanonicalJSON.decode(Body.self, from: Array(line.dropLast()))
    }

    /// The document, once each of `keys` is found to have signed it.
    public func verified(by keys: [NoteKey]) throws -> Verified<Body> {
        guard !keys.isEmpty else { throw SignedNote.Failure.noSignature }
        for key in keys { try note.checkSignature(by: key) }
        return Verified(body: claimed, note: note, keys: keys)
    }
}

extension Unverified where Body: SoleSignerDocument {
    /// The document, once `key` is found to be its one signer and the author it names.
    public func verified(by key: NoteKey) throws -> Verified<Body> {
        guard note.signatures.count == 1 else {
            throw SignedNote.Failure.tooManySignatures(note.signatures.count)
        }
        guard claimed.signer == key.name else {
            throw SignedNote.Failure.wrongAuthor(expected: key.name)
        }
        return try verified(by: [key])
    }
}

/// A document whose signatures were checked. Only `Unverified.verified(by:)` and `Document.signed(by:)`
/// make one.
public struct Verified<Body: Document>: Hashable, Sendable {
    public let body: Body
    public let note: SignedNote
    /// The keys found to have signed it, at least one.
    public let keys: [NoteKey]

    fileprivate init(body: Body, note: SignedNote, keys: [NoteKey]) {
        self.body = body
        self.note = note
        self.keys = keys
    }

    public var signers: Set<String> { Set(keys.map(\.name)) }

    /// The document with one more key found to have signed it.
    public func verified(alsoBy key: NoteKey) throws(SignedNote.Failure) -> Verified<Body> {
        guard !keys.contains(key) else { return self }
        try note.checkSignature(by: key)
        return Verified(body: body, note: note, keys: keys + [key])
    }

    /// SHA-256 of the note's text.
    public var hash: Hash { note.hash }
}

extension Document {
    /// The text that is signed: the type line and one line of canonical JSON.
    public func noteText() throws -> String {
        "\(Self.type)\n\(String(decoding: try CanonicalJSON.encode(self), as: UTF8.self))\n"
    }
}

extension SoleSignerDocument {
    /// The note, signed by its author.
    ///
    /// - Throws: `SignedNote.Failure.wrongAuthor` when `signer` is not whom the document names.
    public func signed(by signer: NoteSigner) throws -> Verified<Self> {
        guard self.signer == signer.name else {
            throw SignedNote.Failure.wrongAuthor(expected: self.signer)
        }
        let text = try noteText()
        let note = SignedNote(text: text, signatures: [signer.sign(text)])
        // What is too large or not canonical must fail here, at its author, and not at each reader.
        return try Unverified<Self>(parsing: note.serialized)
            .verified(by: signer.noteKey)
    }
}

extension NoteSigner {
    public var noteKey: NoteKey {
        get throws {
            guard let key = NoteKey(name: name, key: privateKey.publicKey) else {
                throw SignedNote.Failure.signatureLine
            }
            return key
        }
    }
}
