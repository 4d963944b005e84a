// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonModel
import LiaisonSealing

/// Why files cannot be attached.
public enum AttachmentRefusal: Hashable, Sendable {
    /// More of them than go with this transmission.
    case tooMany(limit: Int)
    /// A name that is none for a file.
    case nameNotAllowed
    /// One of them, by its name.
    case file(String, Reason)

    public enum Reason: Hashable, Sendable {
        case notReadable
        case notWhatItsNameSays
        /// The flow does not let its media type through; those that it does.
        case typeNotAllowed([String])
        /// The catalogue of forms says that such a document is never sent, and why.
        case forbiddenDocument(Label)
        /// With this one the files have more bytes than this.
        case tooLargeInAll(limit: Int)
    }
}

/// Media types by file ending and by the bytes that such a file begins with.
enum MediaType {
    private static let known: [String: (type: String, magic: [UInt8])] = [
        "pdf": ("application/pdf", Array("%PDF-".utf8)),
        "png": ("image/png", [0x89, 0x50, 0x4E, 0x47]),
        "jpg": ("image/jpeg", [0xFF, 0xD8, 0xFF]),
        "jpeg": ("image/jpeg", [0xFF, 0xD8, 0xFF]),
        "odt": ("application/vnd.oasis.opendocument.text", Array("PK".utf8)),
        "docx": (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Array("PK".utf8)
        ),
        "txt": ("text/plain", [])
    ]

    /// The type of a file called `name` that starts as `source` does; nil when they do not go together.
    static func of(_ name: String, _ source: any ByteSource) throws -> String? {
        guard let ending = name.split(separator: ".").last?.lowercased(), let entry = known[ending] else {
            return "application/octet-stream"
        }
        guard source.size >= entry.magic.count else { return nil }
        return try source.read(at: 0, count: entry.magic.count) == entry.magic ? entry.type : nil
    }
}

/// A file to attach.
struct AttachedFile {
    var name: String
    /// Nil when it cannot be read.
    var source: (any ByteSource)?

    init(name: String, source: any ByteSource) {
        self.name = name
        self.source = source
    }

    init(path: String) {
        name = URL(fileURLWithPath: path).lastPathComponent
        source = try? FileSource(path: path)
    }
}

extension Session {
    /// Opens the files to attach and holds them against the flow's rule.
    func attachments(_ paths: [String], rule: AttachmentRule, catalogue: FormCatalogue) throws -> [PartSource] {
        try attachments(paths.map(AttachedFile.init(path:)), rule: rule, catalogue: catalogue)
    }

    /// Holds files against the flow's rule.
    func attachments(
        _ files: [AttachedFile], rule: AttachmentRule, catalogue: FormCatalogue
    ) throws -> [PartSource] {
        guard files.count <= rule.count else {
            throw ClientFailure.attachment(.tooMany(limit: rule.count))
        }
        var total = 0
        return try files.map { file in
            let name = file.name
            guard let source = file.source else {
                throw ClientFailure.attachment(.file(name, .notReadable))
            }
            guard name.isPlainFileName else {
                throw ClientFailure.attachment(.nameNotAllowed)
            }
            guard let type = try MediaType.of(name, source) else {
                throw ClientFailure.attachment(.file(name, .notWhatItsNameSays))
            }
            guard rule.types.contains(type) else {
                throw ClientFailure.attachment(.file(name, .typeNotAllowed(rule.types)))
            }
            let beginning = try source.read(at: 0, count: min(source.size, 4096))
            if let refusal = catalogue.refusal(ofDocument: name, beginning: beginning) {
                throw ClientFailure.attachment(.file(name, .forbiddenDocument(refusal)))
            }
            total += source.size
            guard total <= rule.bytes else {
                throw ClientFailure.attachment(.file(name, .tooLargeInAll(limit: rule.bytes)))
            }
            return PartSource(name: name, type: type, source: source)
        }
    }
}
