// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonWire
import LiaisonWords

struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: inWords(
            "Retrouver des transmissions par personne, téléphone, référence, unité ou jour.",
            "Find transmissions by person, telephone, reference, unit or day."),
        discussion: inWords(
            """
            Cherche dans les transmissions reçues et envoyées par vos unités : leur enveloppe, et le contenu de celles qui ont \
            été lues ou écrites sur ce poste. Tous les mots doivent s'y trouver ; majuscules et accents sont indifférents. \
            Indique quelles transmissions, et dans quels champs, jamais leur contenu.
            """,
            """
            Looks through what your units received and sent: the envelopes, and the contents that were read or written on \
            this device. All words must be found; case and accents do not matter. Says which transmissions, and in which \
            fields, never what they contain.
            """))
    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "Ce que vous cherchez, par exemple « Testard 20/11/2026 ».", "What you look for, for example \"Testard\".",
            value: ("texte", "text")))
    var text: [String]

    private struct Row: Encodable {
        var delivery: DeliveryRow
        var isReceived: Bool
        var foundIn: [String]
    }

    func run() async throws {
        guard let words = SearchWords(text.joined(separator: " ")) else {
            throw ValidationError(inWords("que cherchez-vous ?", "what do you look for?"))
        }
        try await global.withSession(.goOn) { session, console in
            let voice = Voice(session, console.language)
            let result = try await session.search(words, catalogue: voice.catalogue)
            try session.remember(list: result.hits.map(\.delivery.routing.id))
            let rows = result.hits.map { hit in
                Row(
                    delivery: DeliveryRow(hit.delivery), isReceived: hit.isReceived,
                    foundIn: hit.places.map(\.code))
            }
            try console.print(rows) {
                result.hits.isEmpty
                    ? voice.language("Rien trouvé.", "Nothing found.")
                    : result.hits.enumerated().map { text($1, number: $0 + 1, voice) }.joined(separator: "\n")
            }
            if result.unread > 0, console.format == .text {
                console.say(
                    voice.language(
                        "Cherchées par leur enveloppe seulement, car leur contenu n'a pas été lu sur ce poste ou n'y est plus : \(result.unread)",
                        "Searched by their envelopes only, because their contents were not read on this device or are gone: \(result.unread)"
                    ))
            }
            for failure in result.refused { console.say(failure.text(console.language)) }
            if let first = result.refused.first { throw ExitCode(first.exitCode) }
            try voice.sayHowOld(console)
        }
    }

    private func text(_ hit: SearchHit, number: Int, _ voice: Voice) -> String {
        let (routing, language) = (hit.delivery.routing, voice.language)
        let lines = [
            "\(number). \(voice.heading(routing))",
            language("de ", "from ") + voice.name(routing.from) + language(" à ", " to ")
                + voice.name(hit.delivery.unit)
                + language(
                    ", déposée \(voice.when(hit.delivery.event.event.at))",
                    ", deposited \(voice.when(hit.delivery.event.event.at))"),
            hit.delivery.state.text(language) + language(" ; trouvé dans : ", "; found in: ")
                + hit.places.map { voice.name($0) }.joined(separator: ", "),
            language("référence ", "reference ") + "\(routing.id)"
        ]
        return lines.enumerated().map { $0.offset == 0 ? $0.element : "   " + $0.element }.joined(separator: "\n")
    }
}

extension SearchHit.Place {
    /// As scripts read it.
    fileprivate var code: String {
        switch self {
        case .envelope: "envelope"
        case .attachment: "attachment"
        case .field(let name): "form.\(name)"
        }
    }
}
