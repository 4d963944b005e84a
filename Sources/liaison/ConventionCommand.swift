// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonConvention
import LiaisonDossier
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWitness

struct ConventionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convention",
        abstract: inWords(
            "Les règles signées : les contrôler, les dessiner, les signer, les afficher et les comparer.",
            "The signed rules: check, draw, sign, show and compare them."),
        subcommands: [CheckDraft.self, Draw.self, Sign.self, ShowConvention.self, Compare.self, Trust.self])

    /// A draft or a signed convention, from a file.
    static func read(_ path: String) throws -> Convention {
        let text = try Input.text(path)
        guard text.hasPrefix(Convention.type) else { return try ConventionDraft(yaml: text).outline }
        return try Unverified<Convention>(parsing: text).verifiedByItsParties().body
    }

    struct CheckDraft: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: inWords(
                "Chercher les contradictions d'un projet avant que quiconque signe.",
                "Find contradictions in a draft before anybody signs."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .file("Le projet, en YAML.", "The draft, YAML."))
        var file: String

        func run() async throws {
            try await global.reporting { console in
                do {
                    let draft = try ConventionDraft(yaml: Input.text(file))
                    try show(draft.check(catalogue: .shipped), console)
                    if console.format == .json { print("[]") }
                    for finding in draft.missing { console.say(finding.text(console.language)) }
                    console.say(console.language("Aucune contradiction.", "No contradiction."))
                } catch let unreadable as ConventionDraft.Unreadable {
                    try show(unreadable.findings, console)
                }
            }
        }

        private struct Row: Encodable {
            var code: String
            var place: String
            var line: Int?
            var what: String
            var remedy: String
        }

        private func show(_ findings: [DraftFinding], _ console: Console) throws {
            guard !findings.isEmpty else { return }
            let rows = findings.map {
                Row(
                    code: $0.problem.code, place: $0.place, line: $0.line, what: $0.what.text(console.language),
                    remedy: $0.remedy.text(console.language))
            }
            try console.print(rows) { findings.map { $0.text(console.language) }.joined(separator: "\n") }
            throw ExitCode(65)
        }
    }

    struct Draw: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable { case svg, mermaid }

        static let configuration = CommandConfiguration(
            commandName: "draw",
            abstract: inWords(
                "Dessiner le circuit de l'information : qui envoie quoi à qui, dans quel délai, et qui est alerté faute de réponse.",
                "Draw the circuit of information: who sends what to whom, by when, and who hears of silence."))
        @Argument(help: .file("Le projet ou la convention signée.", "The draft or the note."))
        var file: String

        @Option(
            help: .both(
                "svg (page A4 en noir et blanc) ou mermaid.", "svg (A4, black and white) or mermaid.",
                value: ("format", "format")))
        var format = Format.svg

        @Option(
            help: .file(
                "Le fichier à créer ; sans cette option, la sortie standard.",
                "The file to write; standard output without it."))
        var output: String?

        func run() async throws {
            let console = Console(GlobalOptions.fallbackFormat)
            try await console.reporting {
                let circuit = Circuit(
                    try ConventionCommand.read(file), catalogue: .shipped, language: console.language)
                let text = format == .svg ? circuit.svg() : circuit.mermaid()
                if let output {
                    try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
                } else {
                    print(text, terminator: "")
                }
            }
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign",
            abstract: inWords(
                "Signer pour votre institution : un projet, ou une convention que d'autres ont déjà signée.",
                "Sign for your institution: a draft, or a note that others have signed."))
        @OptionGroup var global: GlobalOptions

        @Argument(
            help: .file(
                "Le projet (YAML), ou la convention signée à laquelle ajouter une signature.",
                "The draft (YAML), or the note to add a signature to."))
        var file: String

        @Option(help: .file("Le fichier de la convention signée à créer.", "Where the signed note goes."))
        var output: String

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                let text = try Input.text(file)
                let convention: Convention
                var signed: SignedNote?
                if text.hasPrefix(Convention.type) {
                    let note = try Unverified<Convention>(parsing: text)
                    (convention, signed) = (note.claimed, note.note)
                } else {
                    let draft = try ConventionDraft(yaml: text)
                    let findings = try draft.check(catalogue: .shipped)
                    guard findings.isEmpty else { throw ConventionDraft.Unreadable(findings: findings) }
                    convention = try draft.convention()
                }
                let words = ConventionWords(convention, catalogue: .shipped, language: console.language)
                for line in words.lines() { console.say(line) }
                let note = try registrar.sign(convention, onto: signed)
                try Data(note.serialized.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
            }
        }
    }

    struct ShowConvention: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: inWords(
                "Afficher en toutes lettres un projet ou une convention signée.",
                "Show a draft or a signed convention in words."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .file("Le projet ou la convention signée.", "The draft or the note."))
        var file: String

        func run() async throws {
            try await global.reporting { console in
                let convention = try ConventionCommand.read(file)
                let words = ConventionWords(convention, catalogue: .shipped, language: console.language)
                for line in words.lines() { print(line) }
                guard case let text = try Input.text(file), text.hasPrefix(Convention.type) else { return }
                let signers = try Unverified<Convention>(parsing: text).verifiedByItsParties().signers
                print(console.language("Signée par : ", "Signed by: ") + signers.sorted().joined(separator: ", "))
                let hash = try Unverified<Convention>(parsing: text).note.hash
                print(
                    console.language(
                        "Empreinte, à reporter sous previous dans la version suivante : ",
                        "Hash, previous of the next version: ")
                        + "\(hash)")
            }
        }
    }

    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: inWords(
                "Dire en toutes lettres ce qui change d'une version à l'autre.",
                "Say in words what changes from one version to another."))
        @OptionGroup var global: GlobalOptions

        @Argument(
            help: .both(
                "Le projet ou la convention la plus ancienne.", "The older draft or note.", value: ("ancien", "old")))
        var old: String

        @Argument(help: .both("La plus récente.", "The newer one.", value: ("nouveau", "new")))
        var new: String

        func run() async throws {
            try await global.reporting { console in
                let difference = ConventionDifference(
                    from: try ConventionCommand.read(old), to: try ConventionCommand.read(new),
                    catalogue: .shipped, language: console.language)
                let lines = difference.lines()
                try console.print(lines) {
                    lines.isEmpty
                        ? console.language("Rien ne change.", "Nothing changes.") : lines.joined(separator: "\n")
                }
            }
        }
    }

    struct Trust: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "trust",
            abstract: inWords(
                "Établir, d'après une convention signée que vous avez contrôlée, les ancres de confiance pour liaison verify.",
                "Write trust anchors for liaison verify from a signed convention that you have checked."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .file("La convention signée.", "The note."))
        var file: String

        @Option(
            help: .file(
                "Un fichier c2sp.org/tlog-policy avec les témoins et un quorum ; sans lui, aucun témoin n'est exigé.",
                "A c2sp.org/tlog-policy file with witnesses and a quorum; without it, none is wanted."))
        var policy: String?

        @Option(
            help: .file(
                "Les certificats racines (PEM) d'une autorité d'horodatage ; les jetons sont alors exigés.",
                "Root certificates (PEM) of a time-stamp authority; tokens are wanted then."))
        var timeStampRoot: String?

        func run() async throws {
            try await global.reporting { _ in
                let text = try Input.text(file)
                let convention = try Unverified<Convention>(parsing: text).verifiedByItsParties().body
                var anchors = TrustAnchors.text(of: convention)
                if let timeStampRoot {
                    let roots = PEM.certificates(in: try Input.text(timeStampRoot))
                    guard !roots.isEmpty else { throw InputRefused.noCertificate(timeStampRoot) }
                    for der in roots { anchors += "time-stamp \(Base64.encode(der))\n" }
                }
                anchors += try policy.map { try Input.text($0) } ?? "quorum none\n"
                do {
                    _ = try TrustAnchors(text: anchors)
                } catch {
                    throw InputRefused(
                        fr: "politique illisible (\(error))", en: "policy not readable (\(error))")
                }
                print(anchors, terminator: "")
            }
        }
    }
}
