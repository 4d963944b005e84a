// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonWire

private func show(_ evidence: VerifiedEvidence, _ console: Console, _ text: String) throws {
    guard let id = evidence.event.transmission, let state = evidence.event.state else {
        throw ClientFailure.broken(.wrongEvent)
    }
    try console.print(Answer(id: id, state: state, evidence: .init(evidence))) {
        "\(text) " + console.language("(preuve : entrée \(evidence.index))", "(proof: entry \(evidence.index))")
    }
}

struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say that your unit takes charge.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    func run() async throws {
        try await global.withSession { session, console in
            let evidence = try await session.acknowledge(transmission.value())
            try show(evidence, console, console.language("Prise en charge par votre unité.", "Your unit takes charge."))
        }
    }
}

struct Refuse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say that your unit does not take charge, and why.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(help: "wrong_unit, not_competent, duplicate, person_declines or incomplete.")
    var reason: String

    @Option(help: "A note to the sender; it travels sealed.")
    var note: String?

    func run() async throws {
        try await global.withSession { session, console in
            let evidence = try await session.refuse(
                transmission.value(), reason: Typed.reason(reason, for: .refused), note: note,
                catalogue: FormCatalogue())
            try show(
                evidence, console, console.language("Refusé ; l'expéditeur le saura.", "Refused; the sender will know.")
            )
        }
    }
}

struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a content erased before its time, with proof; what was answered stays proven.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var transmission: TransmissionArgument

    @Option(help: "data_subject_request, no_longer_needed or unlawful.")
    var reason: String

    private struct Answer: Encodable {
        var unit: UnitAddress
        var state: DeliveryState
        var erased: Bool
    }

    func run() async throws {
        try await global.withSession { session, console in
            let results = try await session.erase(
                transmission.value(), reason: Typed.reason(reason, for: .erased))
            try console.print(results.map { Answer(unit: $0.unit, state: $0.state, erased: $0.isErased) }) {
                results.map { result in
                    "\(result.unit): "
                        + (result.isErased
                            ? console.language("contenu effacé du relais", "content erased from the relay")
                            : console.language(
                                "pas encore répondu : l'unité doit d'abord prendre en charge ou refuser",
                                "not yet answered: the unit must acknowledge or refuse it first"))
                }.joined(separator: "\n")
            }
            if results.contains(where: { !$0.isErased }) { throw ExitCode(75) }
        }
    }
}
