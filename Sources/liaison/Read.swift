// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing

/// The identifier that most commands take.
struct TransmissionArgument: ParsableArguments {
    @Argument(help: .both("L'identifiant de la transmission.", "The transmission's identifier."))
    var id: String

    func value() throws -> TransmissionID {
        guard let value = TransmissionID(id) else { throw ClientFailure.unknownTransmission(id) }
        return value
    }
}

struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Ouvrir une transmission et l'afficher ; son ouverture est inscrite au journal comme preuve.",
            "Open a transmission and show it; that it was opened becomes evidence."))

    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .directory(
            "Enregistrer les pièces jointes dans ce répertoire.", "Write the attachments into this directory."))
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
    }

    func run() async throws {
        try await global.withSession { session, console in
            let catalogue = try FormCatalogue()
            let id = try transmission.value()
            let units = try session.sealed(id) == nil ? [try await session.delivery(id).unit] : []
            for reader in try await session.newReaders(of: units) { console.say(reader.text(console.language)) }
            let opened = try await session.read(id, catalogue: catalogue)
            try await session.rememberReaders(of: units)
            let parts = try opened.parts.enumerated().map { index, part in
                Answer.Part(
                    name: part.name, type: part.type, size: part.size, sha256: Hex.encode(part.sha256.bytes),
                    path: try save.map { try opened.save(index, in: $0) })
            }
            let answer = Answer(
                envelope: opened.envelope.body,
                form: Dictionary(opened.form.map { ($0.name, $0.value) }) { first, _ in first }, parts: parts)
            try console.print(answer) { text(opened, parts, catalogue, session.timeZone, console.language) }
        }
    }

    private func text(
        _ opened: OpenedTransmission, _ parts: [Answer.Part], _ catalogue: FormCatalogue, _ zone: TimeZone,
        _ language: Language
    ) -> String {
        let routing = opened.envelope.body.routing
        let title = catalogue[routing.kind]?.title.text(language) ?? routing.kind
        var lines = [
            "\(title) — \(routing.urgency.text(language))",
            language("De : ", "From: ") + "\(routing.from) (\(opened.envelope.body.by))",
            language("À : ", "To: ") + routing.recipients.map(\.description).joined(separator: ", ")
        ]
        if let call = routing.phoneConfirmedAt {
            let time = LocalTime(zone).text(call, language)
            lines.append(language("Appel téléphonique de l'expéditeur : ", "The sender's telephone call: ") + time)
        }
        lines.append("")
        for (name, value) in opened.form {
            let field = catalogue.fields[name]
            lines.append(
                (field?.label(language) ?? name) + language(" : ", ": ") + (field?.display(value, language) ?? ""))
        }
        for part in parts {
            lines.append(
                language("Pièce jointe : ", "Attachment: ")
                    + "\(part.name) (\(part.size) \(language("octets", "bytes")))"
                    + (part.path.map { " → \($0)" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }
}
