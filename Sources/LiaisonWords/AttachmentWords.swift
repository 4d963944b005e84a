// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms

extension AttachmentRefusal {
    public func text(_ language: Language) -> String {
        switch self {
        case .tooMany(let limit) where limit < 1:
            language("cet envoi n'admet aucune pièce jointe", "no attachment here")
        case .tooMany(let limit):
            language(
                "au plus \(limit) \(limit > 1 ? "pièces jointes" : "pièce jointe") pour cet envoi",
                "at most \(limit) attachment\(limit > 1 ? "s" : "") here")
        case .nameNotAllowed: language("nom de fichier non admis", "file name not allowed")
        case .file(let name, let reason): name + language(" : ", ": ") + reason.text(language)
        }
    }
}

extension AttachmentRefusal.Reason {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .notReadable: language("fichier illisible", "not readable")
        case .notWhatItsNameSays:
            language("son contenu n'est pas celui qu'annonce son nom", "it is not what its name says")
        case .typeNotAllowed(let allowed):
            language("types admis : ", "types allowed: ")
                + allowed.map { Self.words($0, language) }.joined(separator: ", ")
        case .forbiddenDocument(let why): why.text(language)
        case .tooLargeInAll(let limit): Self.tooLarge(FileSize.text(limit, language), language)
        }
    }

    private static func tooLarge(_ limit: String, _ language: Language) -> String {
        language("plus de \(limit) en tout", "more than \(limit) in all")
    }

    /// How people know a media type; the type itself when they do not.
    private static func words(_ type: String, _ language: Language) -> String {
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
}
