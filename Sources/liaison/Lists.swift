// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonModel

/// One delivery as a list shows it.
private struct DeliveryRow: Encodable {
    var id: TransmissionID
    var kind: String
    var from: UnitAddress
    var to: UnitAddress
    var sentAt: String
    var urgency: Urgency
    var state: DeliveryState
    var isErased: Bool
    var dueAt: String?

    init(_ delivery: VerifiedDelivery) {
        id = delivery.routing.id
        kind = delivery.routing.kind
        from = delivery.routing.from
        to = delivery.unit
        sentAt = Clock.text(delivery.routing.sealedAt)
        urgency = delivery.routing.urgency
        state = delivery.state
        isErased = delivery.isErased
        dueAt = delivery.dueAt.map(Clock.text)
    }

    func text(_ language: Language) -> String {
        var lines = [
            "\(id)  \(kind), \(urgency.text(language))", "  \(from) → \(to), \(sentAt)", "  \(state.text(language))"
        ]
        if isErased { lines[2] += language(", contenu effacé du relais", ", content erased from the relay") }
        lines[2] += language(" selon le relais (preuve : liaison track)", ", as the relay says (proof: liaison track)")
        if !state.isFinal, let dueAt { lines[2] += language(", réponse attendue avant ", ", answer due by ") + dueAt }
        return lines.joined(separator: "\n")
    }
}

/// Prints what verifies; warns and fails when something does not.
private func show(_ listing: Listing, _ console: Console) throws {
    let rows = listing.deliveries.map(DeliveryRow.init)
    try console.print(rows) {
        rows.isEmpty
            ? console.language("Aucune transmission.", "Nothing.")
            : rows.map { $0.text(console.language) }.joined(separator: "\n")
    }
    for failure in listing.refused { console.say(failure.text(console.language)) }
    if let first = listing.refused.first { throw ExitCode(first.exitCode) }
}

struct Inbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords("Les transmissions reçues par vos unités.", "What was delivered to your units."))
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await global.withSession { session, console in try show(try await session.inbox(), console) }
    }
}

struct Sent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: inWords(
            "Les transmissions envoyées par vos unités, destinataire par destinataire.",
            "What your units sent, delivery by delivery."))
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await global.withSession { session, console in try show(try await session.sent(), console) }
    }
}
