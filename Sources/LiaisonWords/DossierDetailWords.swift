// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonDossier
public import LiaisonForms
import LiaisonModel
import LiaisonNotes

extension DossierDetail {
    public func text(_ language: Language) -> String {
        switch self {
        case .container(let detail): detail.text(language)
        case .log(let detail): detail.text(language)
        case .witnesses(let detail): detail.text(language)
        case .timeStamps(let detail): detail.text(language)
        case .convention(let detail): detail.text(language)
        case .directory(let detail): detail.text(language)
        case .envelope(let detail): detail.text(language)
        case .evidence(let detail, _): detail.text(language)
        case .events(let detail): detail.text(language)
        case .acts(let detail): detail.text(language)
        case .content(let detail): detail.text(language)
        }
    }

    /// As people write it, in UTC: the convention's zone is not known before it is verified. In English as RFC 3339 has it.
    fileprivate static func text(_ instant: Instant, _ language: Language) -> String {
        language == .fr ? LocalTime(.gmt).text(instant, .fr) : instant.date.formatted(.iso8601)
    }
}

extension DossierDetail.Container {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .files(let count): language("\(count) fichiers", "\(count) files")
        case .filesWithTimeStampNotJudged(let count):
            language(
                "\(count) fichiers ; son horodatage n'est pas vérifié : les ancres ne nomment aucune autorité",
                "\(count) files; its time-stamp is not judged, the anchors name no authority")
        case .filesUnchangedSince(let count, let instant):
            language(
                "\(count) fichiers, inchangés depuis le \(DossierDetail.text(instant, .fr))",
                "\(count) files, unchanged since \(DossierDetail.text(instant, .en))")
        case .notOpened(let error):
            language("fichier illisible (code pour l'assistance : \(error))", error)
        case .notReadable(let error):
            language("dossier illisible (code pour l'assistance : \(error))", error)
        case .otherType: language("dossier.json est d'un autre type", "dossier.json of another type")
        case .foreignFile(let name):
            language(
                "un fichier étranger à un dossier de preuve (\(name))", "a file that a dossier does not have (\(name))")
        case .noFile(let name): language("fichier \(name)", "no \(name)")
        case .wrongFile(let name):
            language("\(name) n'est pas ce qu'il doit être", "\(name) is not what it should be")
        case .manifestWithoutTimeStamp:
            language("l'horodatage du manifeste", "a manifest without its time-stamp")
        case .timeStampWithoutManifest:
            language("le manifeste que l'horodatage couvre", "a time-stamp without the manifest that it is over")
        case .markedAsOther:
            language("marqué comme un conteneur qu'il n'est pas", "marked as a container that it is not")
        case .notMarkedAsASiC: language("non marqué ASiC-E", "not marked as ASiC-E")
        case .otherManifest:
            language("les fichiers ne sont pas ceux du manifeste", "the files are not those of its manifest")
        case .timeStampRefused(let error):
            language("horodatage non valable (code pour l'assistance : \(error))", error)
        }
    }
}

extension DossierDetail.Log {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .signed(let origin, let entries):
            language("\(origin), \(entries) entrées", "\(origin), \(entries) entries")
        case .notTrusted(let origin):
            language(
                "\(origin) n'est pas parmi les journaux de confiance", "\(origin) is not among the trusted logs")
        case .noKey:
            language("dossier.json ne donne pas de clé de vérification", "not a verifier key in dossier.json")
        case .signatureRefused(let error):
            language(
                "le point de contrôle n'est pas signé par le journal (code pour l'assistance : \(error))",
                "the checkpoint is not signed by the log (\(error))")
        case .authorSawLonger:
            language(
                "l'auteur de l'enveloppe avait vu un journal plus long", "the envelope's author saw a longer log")
        }
    }
}

extension DossierDetail.Witnesses {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .cosigned(let cosignatures):
            cosignatures.map { "\($0.name) (\(DossierDetail.text($0.at, language)))" }.joined(separator: ", ")
        case .tooFew(let count):
            language(
                "pas encore attesté : moins de cosignatures (\(count)) que n'en exige la politique",
                "not yet witnessed: \(count) cosignatures, fewer than the policy wants")
        }
    }
}

extension DossierDetail.TimeStamps {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .stamped(let instant):
            language(
                "le journal contenait ces entrées le \(DossierDetail.text(instant, .fr))",
                "the log held these entries at \(DossierDetail.text(instant, .en))")
        case .notStamped(let refusal):
            language(
                "pas encore horodaté par une autorité de confiance", "not yet time-stamped by a trusted authority")
                + (refusal.map { language(" (code pour l'assistance : \($0))", " (\($0))") } ?? "")
        }
    }
}
