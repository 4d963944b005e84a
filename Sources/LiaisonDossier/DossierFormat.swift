// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonSealing
public import LiaisonWire

/// The files of a dossier (docs/formats.md, section 8): one zip container, ASiC-E (ETSI EN 319 162-1) when a time-stamp
/// covers its manifest.
public enum DossierFile {
    public static let mimetype = "mimetype"
    static let plainMediaType = "application/zip"
    public static let manifest = "META-INF/ASiCManifest.xml"
    public static let timeStamp = "META-INF/timestamp.tst"
    public static let page = "lisez-moi.html"
    public static let head = "dossier.json"
    public static let convention = "convention.note"
    public static let envelope = "envelope.note"
    public static let checkpoint = "checkpoint.note"
    public static let events = "events.json"
    public static let directory = "directory.json"
    public static let content = "content.age"
    public static let contentKey = "content.key"
    public static let contentManifest = "manifest.note"
    public static let disclosures = "disclosures.json"

    /// `acts/01.note` and so on.
    public static func act(_ number: Int) -> String { "acts/\(two(number)).note" }
    public static func document(_ number: Int) -> String { "directory/\(two(number)).note" }
    public static func checkpointTimeStamp(_ number: Int) -> String { "time-stamps/\(two(number)).tst" }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static let required = [page, head, convention, envelope, checkpoint, events, directory]

    /// Bytes that a reader takes of a file at most; the content is read piece by piece (docs/formats.md, section 9).
    static func largest(_ name: String) -> Int {
        switch name.split(separator: "/").first {
        case "directory": Roster.maximumSize
        case "time-stamps": TimeStampToken.maximumSize
        default: name == timeStamp ? TimeStampToken.maximumSize : name.hasSuffix(".json") ? 16 << 20 : 1 << 20
        }
    }

    /// Whether a file of this name is a convention, succession or roster.
    static func isDirectory(_ name: String) -> Bool {
        name == convention || name.wholeMatch(of: /directory\/[0-9]{2,4}\.note/) != nil
    }

    /// Whether a dossier may have a file of this name.
    static func isKnown(_ name: String) -> Bool {
        required.contains(name)
            || [mimetype, manifest, timeStamp, content, contentKey, contentManifest, disclosures].contains(name)
            || name.wholeMatch(of: /(acts|directory)\/[0-9]{2,4}\.note|time-stamps\/[0-9]{2,4}\.tst/) != nil
    }
}

/// `dossier.json`
public struct DossierHead: Codable, Hashable, Sendable {
    public static let type = "liaison/dossier/v1"

    public enum Content: String, Codable, Hashable, Sendable {
        /// The sealed content and its key.
        case sealed
        /// The manifest and some of its fields.
        case disclosed
        /// Neither.
        case withheld
        /// The relay has erased it, and the holder has it no more.
        case erased
    }

    public var type: String = Self.type
    public var transmission: TransmissionID
    /// The log's verifier key, as the maker knew it.
    public var log: String
    public var madeAt: Instant
    public var content: Content

    public init(transmission: TransmissionID, log: String, madeAt: Instant, content: Content) {
        self.transmission = transmission
        self.log = log
        self.madeAt = madeAt
        self.content = content
    }
}

/// `events.json`
public struct DossierEvents: Codable, Hashable, Sendable {
    public var events: [Evidence]

    public init(events: [Evidence]) { self.events = events }
}

/// `directory.json`: which file is which published document, in log order.
public struct DossierDirectory: Codable, Hashable, Sendable {
    public struct Document: Codable, Hashable, Sendable {
        public var file: String
        public var evidence: Evidence

        public init(file: String, evidence: Evidence) {
            self.file = file
            self.evidence = evidence
        }
    }

    public var documents: [Document]

    public init(documents: [Document]) { self.documents = documents }
}

/// `disclosures.json`: what opens the manifest's commitment in the envelope, and the chosen fields' in the manifest.
public struct DossierDisclosures: Codable, Hashable, Sendable {
    public var salt: Salt
    public var disclosures: Disclosures

    public init(salt: Salt, disclosures: Disclosures) {
        self.salt = salt
        self.disclosures = disclosures
    }
}

/// Where a dossier's files are: in a container, or still in memory.
public protocol DossierFiles {
    var names: [String] { get }
    func bytes(of name: String, limit: Int) throws -> [UInt8]?
    func source(of name: String) throws -> (any ByteSource)?
}

extension ZipReader: DossierFiles {
    public func bytes(of name: String, limit: Int) throws -> [UInt8]? {
        try read(name, limit: limit)
    }

    public func source(of name: String) throws -> (any ByteSource)? { try stored(name) }
}

/// A dossier being made.
public struct DossierParts: DossierFiles {
    /// In the order in which they go into the container.
    public private(set) var files: [(name: String, bytes: [UInt8])] = []
    /// The sealed content stays where it is.
    public var contentPath: String?

    public init() {}

    public var names: [String] { files.map(\.name) + (contentPath == nil ? [] : [DossierFile.content]) }

    public mutating func add(_ name: String, _ bytes: [UInt8]) { files.append((name, bytes)) }

    public mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }

    public func bytes(of name: String, limit: Int) throws -> [UInt8]? {
        guard let bytes = files.first(where: { $0.name == name })?.bytes else { return nil }
        guard bytes.count <= limit else { throw ZipFailure.tooLarge(name) }
        return bytes
    }

    public func source(of name: String) throws -> (any ByteSource)? {
        name == DossierFile.content ? try contentPath.map { try FileSource(path: $0) } : nil
    }

    /// Writes the container; with `timeStamp`, the token over `manifest`, as ASiC-E.
    ///
    /// - Throws: `ZipFailure`.
    public func write(to path: String, timeStamp: (manifest: [UInt8], token: [UInt8])?) throws {
        // A container of 4 GiB would need zip64, which readers take differently.
        if let contentPath, try FileSource(path: contentPath).size > 0xF000_0000 {
            throw ZipFailure.tooLarge(DossierFile.content)
        }
        let zip = try ZipWriter(creating: path)
        try zip.add(
            DossierFile.mimetype, Array((timeStamp == nil ? DossierFile.plainMediaType : ASiCManifest.mediaType).utf8),
            compressed: false)
        for file in files { try zip.add(file.name, file.bytes) }
        if let contentPath { try zip.add(DossierFile.content, file: contentPath) }
        if let timeStamp {
            try zip.add(DossierFile.manifest, timeStamp.manifest)
            try zip.add(DossierFile.timeStamp, timeStamp.token)
        }
        try zip.close()
    }
}
