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
            try parts.write(to: output, timeStamp: try await timeStamp(over: parts))
            let code = console.language
            console.say("\(output)")
            if content == .sealed, parts.contentPath != nil {
                console.say(
                    code(
                        "Qui détient ce fichier peut en lire le contenu : ne le remettez qu'à qui doit le lire.",
                        "Whoever has this file can read the content: hand it on accordingly."))
            }
            for step in report.story?.steps ?? [] where step.evidence.event.entries != nil {
                console.say(
                    code(
                        "  Le relais a effacé ce qu'il en conservait, au terme de la durée d'audit : entrée \(step.evidence.index).",
                        "  The relay has erased its records of it at the audit limit: entry \(step.evidence.index)."))
            }
            for unit in report.story?.deliveries ?? [] {
                console.say("  \(unit.unit): \(unit.progress.state.text(code))")
            }
            console.say(
                code(
                    "  Vérifiez avec : liaison verify \(output) --trust ANCRES",
                    "  Check it with: liaison verify \(output) --trust ANCHORS"))
        }
    }

    private func timeStamp(over parts: DossierParts) async throws -> (manifest: [UInt8], token: [UInt8])? {
        guard let timeStampUrl, let timeStampRoot else { return nil }
        let manifest = Array(try ASiCManifest.text(of: parts).utf8)
        let roots = try PEM.certificates(in: String(contentsOfFile: timeStampRoot, encoding: .utf8))
        let token = try await TimeStampAuthority(url: timeStampUrl, roots: roots).stamp(manifest)
        return (manifest, token.der)
    }
}

struct VerifyDossier: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Judge a dossier offline: valid (exit 0), invalid (1) or incomplete (3).",
        discussion:
            "Needs neither vault nor relay. liaison convention trust writes anchors from a convention that you checked."
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The dossier.")
    var file: String

    @Option(help: "Trust anchors: log, parties, witnesses, time-stamp authorities.")
    var trust: String

    private struct Answer: Encodable {
        struct Check: Encodable {
            var name: String
            var outcome: String
            var detail: String
        }
        var verdict: Verdict
        var checks: [Check]
    }

    func run() async throws {
        var verdict = Verdict.invalid
        try await global.reporting { console in
            let anchors: TrustAnchors
            do {
                anchors = try TrustAnchors(text: String(contentsOfFile: trust, encoding: .utf8))
            } catch let failure as WitnessPolicy.Failure {
                throw ClientFailure.input(fr: "ancres illisibles (\(failure))", en: "anchors not readable (\(failure))")
            } catch {
                throw ClientFailure.input(fr: "ancres illisibles (\(trust))", en: "anchors not readable (\(trust))")
            }
            guard FileManager.default.fileExists(atPath: file) else {
                throw ClientFailure.input(fr: "pas de dossier ici (\(file))", en: "no dossier here (\(file))")
            }
            let report = Self.report(of: file, anchors)
            verdict = report.verdict
            let answer = Answer(verdict: verdict, checks: report.checks.map(Self.line))
            try console.print(answer) { Self.text(report, console.language) }
        }
        if verdict != .valid { throw ExitCode(verdict.exitCode) }
    }

    /// What is no container at all is invalid, like one that is damaged.
    private static func report(of file: String, _ anchors: TrustAnchors) -> DossierReport {
        do {
            return DossierVerifier.verify(try ZipReader(opening: file), trust: anchors)
        } catch {
            return DossierReport(unreadable: "\(error)")
        }
    }

    private static func line(_ check: DossierCheck) -> Answer.Check {
        switch check.outcome {
        case .holds(let text): Answer.Check(name: check.name.rawValue, outcome: "holds", detail: text)
        case .fails(let text): Answer.Check(name: check.name.rawValue, outcome: "fails", detail: text)
        case .missing(let text): Answer.Check(name: check.name.rawValue, outcome: "missing", detail: text)
        }
    }

    private static func text(_ report: DossierReport, _ language: Language) -> String {
        var lines = report.checks.map { check in
            let line = line(check)
            let mark =
                switch check.outcome {
                case .holds: language("vérifié", "holds  ")
                case .fails: language("ÉCHOUE ", "FAILS  ")
                case .missing: language("manque ", "missing")
                }
            return "\(mark)  \(line.name): \(line.detail)"
        }
        for delivery in report.story?.deliveries ?? [] {
            lines.append("\(delivery.unit): \(delivery.progress.state.text(language))")
        }
        if report.story != nil {
            lines.append(
                language(
                    "D'après les événements de ce dossier ; d'autres, plus récents, peuvent exister.",
                    "As far as this dossier's events go; there may be later ones."))
        }
        for step in report.story?.steps ?? [] {
            let event = step.evidence.event
            let signer = step.act.map { ", \($0.body.by)" } ?? ""
            lines.append("  \(Clock.text(event.at))  \(event.event.text(language))\(signer), \(step.evidence.index)")
        }
        for institution in report.story?.asStated ?? [] {
            lines.append(
                language(
                    "\(institution) : liste en vigueur selon le relais",
                    "\(institution): roster in force as the relay stated"))
        }
        switch report.verdict {
        case .valid: lines.append(language("VALIDE", "VALID"))
        case .invalid: lines.append(language("NON VALIDE", "INVALID"))
        case .incomplete: lines.append(language("INCOMPLET", "INCOMPLETE"))
        }
        return lines.joined(separator: "\n")
    }
}
