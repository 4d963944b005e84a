// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonWire
import LiaisonWords

private func show(_ evidence: VerifiedEvidence, _ console: Console, _ text: String) throws {
    guard let id = evidence.event.transmission, let state = evidence.event.state else {
        throw ClientFailure.broken(.wrongEvent)
    }
    try console.print(Answer(id: id, state: state, evidence: .init(evidence))) {
        "\(text) " + console.language("(preuve : entrée \(evidence.index))", "(proof: entry \(evidence.index))")
    }
}

/// Reasons as people give them: the code, or the words for it in either language.
enum Reason {
    static func read(_ text: String, for act: Act.Kind) throws -> ReasonCode {
        let wanted = text.lowercased()
        let allowed = ReasonCode.allowed(with: act)
        let found = allowed.first { code in
            code.rawValue == wanted || Language.allCases.contains { code.text($0).lowercased() == wanted }
        }
        guard let found else {
            func list(_ language: Language) -> String {
                allowed.map { "\n  \($0.rawValue) (\($0.text(language)))" }.joined()
            }
            throw InputRefused(fr: "motif attendu :" + list(.fr), en: "expected reason:" + list(.en))
        }
        return found
    }
}

struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: inWords("Déclarer que votre unité prend en charge.", "Say that your unit takes charge."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    func run() async throws {
        try await global.withSession(about: transmission) { session, console in
            let voice = Voice(session, console.language)
            let id = try transmission.value(session)
            let evidence = try await session.acknowledge(id)
            let what = try await voice.title(of: id)
            try show(
                evidence, console,
                console.language("Prise en charge par votre unité : \(what)", "Your unit takes charge: \(what)"))
        }
    }
}

struct Refuse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse",
        abstract: inWords(
            "Déclarer que votre unité ne prend pas en charge, et pour quel motif.",
            "Say that your unit does not take charge, and why."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .reason(
            """
            wrong_unit (mauvaise unité), not_competent (hors compétence), duplicate (doublon), person_declines (la \
            personne ne souhaite pas) ou incomplete (incomplet).
            """, "wrong_unit, not_competent, duplicate, person_declines or incomplete."))
    var reason: String

    @Option(
        help: .both(
            "Un mot pour l'expéditeur ; il est transmis scellé.", "A note to the sender; it travels sealed.",
            value: ("texte", "text")))
    var note: String?

    func run() async throws {
        try await global.withSession(about: transmission) { session, console in
            let evidence = try await session.refuse(
                transmission.value(session), reason: Reason.read(reason, for: .refused), note: note,
                catalogue: .shipped)
            try show(
                evidence, console,
                console.language("Refusée ; l'expéditeur en est informé.", "Refused; the sender will know.")
            )
        }
    }
}

struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: inWords(
            "Faire effacer un contenu avant son terme, avec preuve ; ce qui a été répondu reste prouvé.",
            "Have a content erased before its time, with proof; what was answered stays proven."))
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(
        help: .reason(
            """
            data_subject_request (demande de la personne concernée), no_longer_needed (devenu inutile) ou unlawful \
            (traitement illicite ; ce que votre unité a reçu par erreur est d'abord refusé pour mauvaise unité).
            """,
            "data_subject_request, no_longer_needed or unlawful (what your unit got by mistake is refused first)."))
    var reason: String

    @Flag(help: .withoutConfirmation)
    var yes = false

    private struct Answer: Encodable {
        var unit: UnitAddress
        var state: DeliveryState
        var erased: Bool
    }

    func run() async throws {
        try await global.withSession { session, console in
            let id = try transmission.value(session)
            let code = try Reason.read(reason, for: .erased)
            let voice = Voice(session, console.language)
            try await voice.confirm(id, yes, console.language("Effacer ?", "Erase?"), console)
            let results = try await session.erase(id, reason: code)
            try console.print(results.map { Answer(unit: $0.unit, state: $0.state, erased: $0.isErased) }) {
                results.map { result in
                    (session.directory.unit(result.unit)?.name ?? result.unit.description)
                        + console.language(" : ", ": ")
                        + (result.isErased
                            ? console.language("contenu effacé du relais", "content erased from the relay")
                            : console.language(
                                "pas encore de réponse : l'unité doit d'abord prendre en charge ou refuser",
                                "not yet answered: the unit must acknowledge or refuse it first"))
                }.joined(separator: "\n")
            }
            if results.contains(where: { !$0.isErased }) { throw ExitCode(75) }
        }
    }
}
