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

struct Proof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a dossier that proves a transmission to a stranger, offline.",
        discussion: """
            With the content, whoever has the dossier reads it. --disclose shows chosen fields and proves that they are
            what was sent, without the others; the names of the others are seen.
            """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(help: "The file to write, usually NAME.asice.")
    var output: String

    @Flag(help: "Leave the content out.")
    var withoutContent = false

    @Option(
        parsing: .upToNextOption,
        help: "Only these form fields, as liaison forms names them; \"attachments\" for the list of attachments.")
    var disclose: [String] = []

    @Option(help: "Have the dossier itself time-stamped by this authority (RFC 3161 over HTTP).")
    var timeStampUrl: String?

    @Option(help: "The root certificate (PEM) of that authority.")
    var timeStampRoot: String?

    func validate() throws {
        guard disclose.isEmpty || !withoutContent else {
            throw ValidationError("--disclose already leaves the rest of the content out: not with --without-content")
        }
        guard (timeStampUrl == nil) == (timeStampRoot == nil) else {
            throw ValidationError("--time-stamp-url and --time-stamp-root go together")
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
                throw ClientFailure.input(
                    fr: "le fichier existe déjà (\(output))", en: "the file exists already (\(output))")
            }
            let (parts, report) = try await session.dossier(
                of: transmission.value(), content: content, catalogue: FormCatalogue())
            let stamp = try await timeStamp(over: parts)
            do {
                try parts.write(to: output, timeStamp: stamp)
            } catch is ZipFailure {
                throw ClientFailure.cannotWrite(output)
            }
            let code = console.language
            console.say("\(output)")
            if content == .sealed, parts.contentPath != nil {
                console.say(
                    code(
                        "Qui détient ce fichier peut en lire le contenu : ne le remettez qu'à qui doit le lire.",
                        "Whoever has this file can read the content: hand it on accordingly."))
            }
            if let story = report.story { for line in DossierText.states(story, code) { console.say("  \(line)") } }
            console.say(
                code(
                    "  Vérifiez avec : liaison verify \(output) --trust ANCRES",
                    "  Check it with: liaison verify \(output) --trust ANCHORS"))
        }
    }

    private func timeStamp(over parts: DossierParts) async throws -> (manifest: [UInt8], token: [UInt8])? {
        guard let timeStampUrl, let timeStampRoot else { return nil }
        let manifest = Array(try ASiCManifest.text(of: parts).utf8)
        guard let pem = try? String(contentsOfFile: timeStampRoot, encoding: .utf8),
            case let roots = PEM.certificates(in: pem), !roots.isEmpty
        else {
            throw ClientFailure.noCertificate(timeStampRoot)
        }
        do {
            let token = try await TimeStampAuthority(url: timeStampUrl, roots: roots).stamp(manifest)
            return (manifest, token.der)
        } catch {
            throw ClientFailure.service(timeStampUrl)
        }
    }
}
