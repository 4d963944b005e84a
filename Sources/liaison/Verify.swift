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
import LiaisonSealing
import LiaisonWire
import LiaisonWords

/// A dossier and what it is judged by.
struct DossierArguments: ParsableArguments {
    @OptionGroup var global: GlobalOptions

    @Argument(help: .file("Le dossier.", "The dossier."))
    var file: String

    @Option(
        help: .file(
            "Les ancres de confiance : journal, parties, témoins, autorités d'horodatage.",
            "Trust anchors: log, parties, witnesses, time-stamp authorities."))
    var trust: String

    /// What is no container at all is invalid, like one that is damaged.
    func report() throws -> DossierReport {
        let anchors: TrustAnchors
        do {
            let octets = try Data(contentsOf: URL(fileURLWithPath: trust))
            guard let text = String(validating: octets, as: UTF8.self) else {
                throw WitnessPolicy.Failure.notUTF8
            }
            anchors = try TrustAnchors(text: text)
        } catch let failure as WitnessPolicy.Failure {
            throw InputRefused(fr: "ancres illisibles (\(failure))", en: "anchors not readable (\(failure))")
        } catch {
            throw InputRefused(fr: "ancres illisibles (\(trust))", en: "anchors not readable (\(trust))")
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory), !isDirectory.boolValue else {
            throw InputRefused(fr: "aucun dossier à cet endroit (\(file))", en: "no dossier here (\(file))")
        }
        do {
            return DossierVerifier.verify(try ZipReader(opening: file), trust: anchors)
        } catch {
            return DossierReport(unreadable: "\(error)")
        }
    }
}

struct VerifyDossier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: inWords(
            "Vérifier un dossier hors connexion : valide (code 0), non valide (1) ou incomplet (3).",
            "Judge a dossier offline: valid (exit 0), invalid (1) or incomplete (3)."),
        discussion: inWords(
            "Ne demande ni coffre ni relais. liaison convention trust établit les ancres d'après une convention contrôlée.",
            "Needs neither vault nor relay. liaison convention trust writes anchors from a convention that you checked."
        ))

    @OptionGroup var dossier: DossierArguments

    func run() async throws {
        var verdict = Verdict.invalid
        try await dossier.global.reporting { console in
            let report = try dossier.report()
            verdict = report.verdict
            try console.print(DossierAnswer(report)) { DossierText.report(report, .shipped, console.language) }
        }
        if verdict != .valid { throw ExitCode(verdict.exitCode) }
    }
}

struct Extract: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: inWords(
            "Vérifier un dossier, puis en extraire les pièces jointes et une page refaite d'après ce qui a été vérifié.",
            "Judge a dossier, then write its attachments and a page made anew from what was verified."),
        discussion: inWords(
            "Rien n'est extrait d'un dossier qui n'est ni valide ni incomplet. Les codes de sortie sont ceux de verify.",
            "Nothing is written of a dossier that is not valid or incomplete. Exit codes are those of verify."))

    @OptionGroup var dossier: DossierArguments

    @Option(help: .directory("Le répertoire où les enregistrer.", "The directory to write to."))
    var output: String

    func run() async throws {
        var verdict = Verdict.invalid
        try await dossier.global.reporting { console in
            let report = try dossier.report()
            verdict = report.verdict
            console.say(DossierText.report(report, .shipped, console.language))
            guard verdict != .invalid, let story = report.story else { return }
            let page = "\(output)/\(DossierFile.page)"
            guard !FileManager.default.fileExists(atPath: page) else {
                throw InputRefused(
                    fr: "le fichier existe déjà (\(page))", en: "the file exists already (\(page))")
            }
            do {
                try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
                try Data(DossierPage.html(story, catalogue: .shipped).utf8).write(to: URL(fileURLWithPath: page))
            } catch {
                throw ClientFailure.cannotWrite(output)
            }
            print(page)
            for (index, part) in (story.opened?.disclosures.parts ?? []).enumerated() {
                if let path = try story.opened?.save(index, named: part.description.name, in: output) { print(path) }
            }
        }
        if verdict != .valid { throw ExitCode(verdict.exitCode) }
    }
}

/// What `verify` prints for scripts.
private struct DossierAnswer: Encodable {
    struct Check: Encodable {
        var name: String
        var outcome: String
        var detail: String
    }
    struct Delivery: Encodable {
        var unit: UnitAddress
        var state: DeliveryState
        var isErased: Bool
    }
    struct Event: Encodable {
        var index: Int
        var at: String
        var event: EventName
        var unit: UnitAddress?
        var code: String?
        var by: AgentAddress?
    }

    var verdict: Verdict
    var checks: [Check]
    var deliveries: [Delivery]
    var events: [Event]
    /// Of a disclosed or opened content; the page in the dossier is not judged.
    var fields: [Disclosures.Field]
    var attachments: [PartDescription]

    init(_ report: DossierReport) {
        verdict = report.verdict
        checks = report.checks.map {
            Check(name: $0.name.rawValue, outcome: $0.outcome.rawValue, detail: $0.detail.text(.en))
        }
        deliveries = (report.story?.deliveries ?? []).map {
            Delivery(unit: $0.unit, state: $0.progress.state, isErased: $0.progress.isErased)
        }
        events = (report.story?.steps ?? []).map { step in
            let record = step.evidence.event
            return Event(
                index: step.evidence.index, at: Clock.text(record.at), event: record.event, unit: record.unit,
                code: record.code, by: record.agent)
        }
        fields = report.story?.disclosures?.fields ?? []
        attachments = report.story?.disclosures?.parts.map(\.description) ?? []
    }
}
