// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWords

/// How most commands are told which transmission is meant.
struct TransmissionArgument: ParsableArguments {
    @Argument(
        help: .both(
            "La transmission : son numéro dans la dernière liste, son identifiant, ou le début ou la fin de celui-ci.",
            "The transmission: its number in the last list, its identifier, or the beginning or the end of it.",
            value: ("numero", "id")))
    var id: String

    func value(_ session: Session) throws -> TransmissionID { try session.transmission(named: id) }
}

struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: inWords(
            "Ouvrir une transmission et l'afficher ; cette ouverture devient une preuve.",
            "Open a transmission and show it; that it was opened becomes evidence."))

    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .directory(
            "Le répertoire où écrire les pièces jointes.", "Write the attachments into this directory."))
    var save: String?

    private struct Answer: Encodable {
        struct Part: Encodable {
            var name: String
            var type: String
            var size: Int
            var sha256: String
            var path: String?
        }
        var envelope: Envelope
        var form: [String: FieldValue]
        var parts: [Part]
        var inReplyTo: TransmissionID?
        var answers: [TransmissionID]
    }

    func run() async throws {
        try await global.withSession(about: transmission) { session, console in
            let voice = Voice(session, console.language)
            let id = try transmission.value(session)
            let delivery = try session.outbox.sealed(id) == nil ? try await session.delivery(id) : nil
            let units = [delivery?.unit].compactMap(\.self)
            for reader in try await session.newReaders(of: units) { console.say(reader.text(voice)) }
            let opened = try await session.read(id, catalogue: voice.catalogue)
            try await session.rememberReaders(of: units)
            let parts = try opened.parts.enumerated().map { index, part in
                Answer.Part(
                    name: part.name, type: part.type, size: part.size, sha256: Hex.encode(part.sha256.bytes),
                    path: try save.map { try opened.save(index, in: $0) })
            }
            let related = try await session.answers(to: id)
            let page = ReadingPage(
                voice: voice, opened: opened, delivery: delivery, parts: parts.map { ($0.name, $0.size, $0.path) },
                related: related,
                corrections: try await session.corrections(among: related, catalogue: voice.catalogue))
            try await session.know(Set(page.units.map(\.institution)))
            let answer = Answer(
                envelope: opened.envelope.body,
                form: Dictionary(opened.form.map { ($0.name, $0.value) }) { first, _ in first }, parts: parts,
                inReplyTo: opened.envelope.body.routing.inReplyTo, answers: related.map(\.routing.id))
            try console.print(answer) { page.lines.joined(separator: "\n") }
        }
    }
}
