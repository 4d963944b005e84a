// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonSealing

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

    /// How people know a media type; the type itself when they do not.
    static func words(_ type: String, _ language: Language) -> String {
        switch type {
        case "application/pdf": "PDF"
        case "image/png": "PNG"
        case "image/jpeg": "JPEG"
        case "application/vnd.oasis.opendocument.text": "OpenDocument (.odt)"
        case "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word (.docx)"
        case "text/plain": language("texte (.txt)", "text (.txt)")
        default: type
        }
    }

    /// The type of a file called `name` that starts as `source` does; nil when they do not go together.
    static func of(_ name: String, _ source: some ByteSource) throws -> String? {
        guard let ending = name.split(separator: ".").last?.lowercased(), let entry = known[ending] else {
            return "application/octet-stream"
        }
        guard source.size >= entry.magic.count else { return nil }
        return try source.read(at: 0, count: entry.magic.count) == entry.magic ? entry.type : nil
    }
}

extension Session {
    /// Opens the files to attach and holds them against the flow's rule.
    func attachments(_ paths: [String], rule: AttachmentRule, catalogue: FormCatalogue) throws -> [PartSource] {
        guard paths.count <= rule.count else {
            throw ClientFailure.attachment(Self.tooMany(rule.count, language))
        }
        let colon = language(" : ", ": ")
        var total = 0
        return try paths.map { path in
            let name = URL(fileURLWithPath: path).lastPathComponent
            guard let source = try? FileSource(path: path) else {
                throw ClientFailure.attachment(name + colon + language("fichier illisible", "not readable"))
            }
            guard name.isPlainFileName else {
                throw ClientFailure.attachment(language("nom de fichier non admis", "file name not allowed"))
            }
            guard let type = try MediaType.of(name, source) else {
                throw ClientFailure.attachment(
                    name + colon
                        + language("son contenu n'est pas celui qu'annonce son nom", "it is not what its name says"))
            }
            guard rule.types.contains(type) else {
                throw ClientFailure.attachment(
                    name + colon + language("types admis : ", "types allowed: ")
                        + rule.types.map { MediaType.words($0, language) }.joined(separator: ", "))
            }
            let beginning = try source.read(at: 0, count: min(source.size, 4096))
            if let refusal = catalogue.refusal(ofDocument: name, beginning: beginning) {
                throw ClientFailure.attachment(name + colon + refusal.text(language))
            }
            total += source.size
            guard total <= rule.bytes else {
                let limit = FileSize.text(rule.bytes, language)
                throw ClientFailure.attachment(
                    name + colon + language("plus de \(limit) en tout", "more than \(limit) in all"))
            }
            return PartSource(name: name, type: type, source: source)
        }
    }

    private static func tooMany(_ limit: Int, _ language: Language) -> String {
        guard limit > 0 else { return language("cet envoi n'admet aucune pièce jointe", "no attachment here") }
        return language(
            "au plus \(limit) \(limit > 1 ? "pièces jointes" : "pièce jointe") pour cet envoi",
            "at most \(limit) attachment\(limit > 1 ? "s" : "") here")
    }
}
