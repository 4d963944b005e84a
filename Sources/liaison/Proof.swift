// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonDossier
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWitness
import LiaisonWords

struct Proof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof",
        abstract: inWords(
            "Constituer un dossier qui prouve une transmission à un tiers, hors connexion.",
            "Make a dossier that proves a transmission to a stranger, offline."),
        discussion: inWords(
            """
            Si le contenu y est, qui détient le dossier peut le lire. --disclose montre des champs choisis et prouve qu'ils \
            sont ceux qui ont été envoyés, sans montrer les autres ; le nom des autres champs reste visible.
            """,
            """
            With the content, whoever has the dossier reads it. --disclose shows chosen fields and proves that they are
            what was sent, without the others; the names of the others are seen.
            """))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(help: .file("Le fichier à créer, d'ordinaire NOM.asice.", "The file to write, usually NAME.asice."))
    var output: String

    @Flag(help: .both("Ne pas joindre le contenu.", "Leave the content out."))
    var withoutContent = false

    @Option(
        parsing: .upToNextOption,
        help: .both(
            "Seulement ces champs, sous le nom que leur donne liaison forms ; attachments pour la liste des pièces jointes.",
            "Only these form fields, as liaison forms names them; \"attachments\" for the list of attachments.",
            value: ("champ", "field")))
    var disclose: [String] = []

    @Option(
        help: .both(
            "Faire horodater le dossier par cette autorité (RFC 3161 sur HTTP).",
            "Have the dossier itself time-stamped by this authority (RFC 3161 over HTTP).", value: ("url", "url")))
    var timeStampUrl: String?

    @Option(
        help: .file("Le certificat racine (PEM) de cette autorité.", "The root certificate (PEM) of that authority."))
    var timeStampRoot: String?

    func validate() throws {
        guard disclose.isEmpty || !withoutContent else {
            throw ValidationError(
                inWords(
                    "--disclose ne montre déjà que les champs choisis : ne pas y ajouter --without-content",
                    "--disclose already leaves the rest of the content out: not with --without-content"))
        }
        guard (timeStampUrl == nil) == (timeStampRoot == nil) else {
            throw ValidationError(
                inWords(
                    "--time-stamp-url et --time-stamp-root vont ensemble",
                    "--time-stamp-url and --time-stamp-root go together"))
        }
    }

    private var content: DossierContent {
        if !disclose.isEmpty {
            return .fields(Set(disclose).subtracting(["attachments"]), attachments: disclose.contains("attachments"))
        }
        return withoutContent ? .withheld : .sealed
    }

    func run() async throws {
        try await global.withSession { session, console in
            guard !FileManager.default.fileExists(atPath: output) else {
                throw InputRefused(
                    fr: "le fichier existe déjà (\(output))", en: "the file exists already (\(output))")
            }
            let (parts, report) = try await session.dossier(of: transmission.value(session), content: content) {
                DossierPage.html($0, catalogue: .shipped)
            }
            let stamp = try await timeStamp(over: parts)
            do {
                try parts.write(to: output, timeStamp: stamp)
            } catch ZipFailure.tooLarge {
                throw InputRefused(
                    fr: "le contenu est trop volumineux pour un dossier (4 Gio) : établissez le dossier sans lui",
                    en: "the content is too large for a dossier (4 GiB): make the dossier without it")
            } catch is ZipFailure {
                throw ClientFailure.cannotWrite(output)
            }
            let code = console.language
            console.say("\(output)")
            if content == .sealed, parts.contentPath != nil {
                console.say(
                    code(
                        "Toute personne qui détient ce fichier peut en lire le contenu : ne le remettez qu'à qui doit le lire.",
                        "Whoever has this file can read the content: hand it on accordingly."))
            }
            if let story = report.story { for line in DossierText.states(story, code) { console.say("  \(line)") } }
            console.say(
                code(
                    "  Pour le vérifier : liaison verify \(output) --trust ANCRES",
                    "  Check it with: liaison verify \(output) --trust ANCHORS"))
        }
    }

    private func timeStamp(over parts: DossierParts) async throws -> (manifest: [UInt8], token: [UInt8])? {
        guard let timeStampUrl, let timeStampRoot else { return nil }
        let manifest = Array(try ASiCManifest.text(of: parts).utf8)
        guard let pem = try? String(contentsOfFile: timeStampRoot, encoding: .utf8),
            case let roots = PEM.certificates(in: pem), !roots.isEmpty
        else {
            throw InputRefused.noCertificate(timeStampRoot)
        }
        do {
            let token = try await TimeStampAuthority(url: timeStampUrl, roots: roots).stamp(manifest)
            return (manifest, token.der)
        } catch {
            throw ClientFailure.service(timeStampUrl)
        }
    }
}
