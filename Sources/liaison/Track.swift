// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

struct Track: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: inWords(
            "Ce que le journal prouve d'une transmission, étape par étape.",
            "What the log proves of a transmission, step by step."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    private struct Answer: Encodable {
        struct Event: Encodable {
            var name: String
            var at: String
            var index: Int
            var code: String?
        }
        struct Delivery: Encodable {
            var unit: UnitAddress
            var state: DeliveryState
            var dueAt: String?
            var events: [Event]
        }
        var id: TransmissionID
        /// Whether the log is witnessed as the policy wants; absent without a policy.
        var witnessed: Bool?
        var deliveries: [Delivery]
    }

    func run() async throws {
        try await global.withSession { session, console in
            let voice = Voice(session, console.language)
            let tracked = try await session.history(of: transmission.value(session))
            try await session.know(Set(tracked.routing.recipients.map(\.institution)))
            let latest = tracked.events.map(\.index).max() ?? 0
            var witnessed: Bool?
            switch try await session.witnessing() {
            case .notAsked: break
            case .witnessed(let size, _, _): witnessed = size > latest
            case .notYet: witnessed = false
            }
            let deliveries = tracked.deliveries.map { delivery in
                (delivery, tracked.events.filter { $0.event.unit == nil || $0.event.unit == delivery.unit })
            }
            let answer = Answer(
                id: tracked.routing.id, witnessed: witnessed,
                deliveries: deliveries.map { delivery, events in
                    Answer.Delivery(
                        unit: delivery.unit, state: delivery.state, dueAt: delivery.dueAt.map(Clock.text),
                        events: events.map {
                            Answer.Event(
                                name: $0.event.event.rawValue, at: Clock.text($0.event.at), index: $0.index,
                                code: $0.event.code)
                        })
                })
            try console.print(answer) {
                var lines = [voice.heading(tracked.routing)] + deliveries.map { voice.text($0, $1) }
                // After the audit limit: what this vault kept, and that the rest was erased.
                if deliveries.isEmpty { lines += voice.steps(tracked.events) }
                guard let witnessed else { return lines.joined(separator: "\n") }
                let note =
                    witnessed
                    ? console.language("attesté par vos témoins", "witnessed by your witnesses")
                    : console.language("pas encore attesté par vos témoins", "not yet witnessed by your witnesses")
                return (lines + [note]).joined(separator: "\n")
            }
        }
    }
}

struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: inWords(
            "Les preuves elles-mêmes, pour qu'un tiers les vérifie.",
            "The evidence itself, for a stranger to check."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .directory(
            "Enregistrer dans ce répertoire, pour chaque événement, l'enregistrement, le sel et la preuve.",
            "Write record, salt and proof of each event into this directory."))
    var save: String?

    private struct Answer: Encodable {
        var log: String
        var events: [Evidence]
    }

    func run() async throws {
        try await global.withSession { session, console in
            let id = try transmission.value(session)
            if let former = try session.outbox.former(id), try session.outbox.sealed(id) != nil {
                return try show([(former.evidence.proven, former.evidence.evidence)], of: former.log, console)
            }
            let events = try await session.track(id).events
            let evidence = try await session.evidence(for: events)
            try show(Array(zip(events, evidence)), of: session.log, console)
        }
    }

    private func show(
        _ events: [(proven: ProvenEvent, evidence: Evidence)], of log: NoteKey, _ console: Console
    ) throws {
        if let save {
            try FileManager.default.createDirectory(atPath: save, withIntermediateDirectories: true)
            for (event, evidence) in events { try write(evidence, to: "\(save)/\(event.index)") }
            try write("\(log)\n", to: "\(save)/log.vkey")
        }
        let answer = Answer(log: log.description, events: events.map(\.evidence))
        try console.print(answer) {
            events.map(\.proven).map {
                "\($0.index)  \(Clock.local($0.event.at, console.language))  \($0.event.text(console.language))"
            }
            .joined(separator: "\n")
        }
    }

    private func write(_ evidence: Evidence, to stem: String) throws {
        try write(String(decoding: Base64.decode(evidence.record) ?? [], as: UTF8.self), to: "\(stem).json")
        try write(Base64.encode(evidence.salt.bytes) + "\n", to: "\(stem).salt")
        try write(evidence.proof, to: "\(stem).tlog-proof")
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: inWords(
            "Enregistrer le contenu scellé tel qu'il a été reçu (fichier au format age).",
            "Write the sealed content as it was received, an age file."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(help: .file("Le fichier à créer.", "The file to write."))
    var sealed: String

    func run() async throws {
        try await global.withSession { session, console in
            let path = try await session.sealedContent(transmission.value(session))
            guard !FileManager.default.fileExists(atPath: sealed) else {
                throw InputRefused(
                    fr: "le fichier existe déjà (\(sealed))", en: "the file exists already (\(sealed))")
            }
            try FileManager.default.copyItem(atPath: path, toPath: sealed)
            console.say(sealed)
        }
    }
}
