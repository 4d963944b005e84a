// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonVault

/// A person withdrew their agreement: no new orientation in that thread. What this device knows of it is in its vault; what a
/// colleague withdrew shows in the unit's own list of what it sent.
struct WithdrawnThread: Codable {
    /// When.
    var at: Instant
    /// Internal references that the form named, by field.
    var references: [String: String]
    /// HMAC-SHA256 over name and birth date, under a salt of this row: enough to recognise, not to list.
    var person: Hash?
    var salt: Salt
}

extension Session {
    /// A thread that ended with the person's agreement.
    private static let references = ["case_ref", "thread_ref", "source_reference"]

    /// Remembers that the person of a transmission of this agent's withdrew their agreement.
    func rememberWithdrawal(of routing: Routing) throws {
        let id = routing.id.description
        let salt = Salt.fresh()
        var thread = WithdrawnThread(at: clock(), references: [:], person: nil, salt: salt)
        if let item = try account.vault.value(Table.sent, id),
            let opened = try? kept(outbox.own(item))
        {
            let form = Dictionary(opened.disclosures.fields.map { ($0.name, $0.value) }) { first, _ in first }
            thread.references = Self.references(form)
            thread.person = Self.person(form, salt: salt)
        }
        try account.vault.put(thread, Table.withdrawn, id)
    }

    private static func references(_ form: [String: FieldValue]) -> [String: String] {
        var found: [String: String] = [:]
        for name in references { found[name] = form[name].flatMap(normalized) }
        return found
    }

    private static func normalized(_ value: FieldValue) -> String? {
        guard case .text(let text) = value else { return nil }
        return text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).filter { !$0.isWhitespace }
    }

    private static func person(_ form: [String: FieldValue], salt: Salt) -> Hash? {
        let parts = ["last_name", "first_name", "birth_date"].map { form[$0].flatMap(normalized) ?? "" }
        guard !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return Commitment.of(Array(parts.joined(separator: "\n").utf8), salt: salt)
    }

    /// Refuses what needs the person's agreement in a thread in which they withdrew it.
    ///
    /// - Throws: `ClientFailure.consentWithdrawn`.
    func checkConsent(_ request: SendRequest, flow: Flow) async throws {
        guard flow.adhesion == .required else { return }
        let thread = try await thread(from: request.inReplyTo)
        let references = Self.references(request.form)
        for id in try account.vault.ids(Table.withdrawn) {
            guard let ended = try account.vault.value(Table.withdrawn, id) else {
                continue
            }
            let isThread = TransmissionID(id).map(thread.contains) ?? false
            // The same person may have agreed anew since: then the form's date says so.
            let isPerson = ended.person != nil && ended.person == Self.person(request.form, salt: ended.salt)
            let isCase = references.contains { ended.references[$0] == $1 }
            guard !isThread, !((isPerson || isCase) && agreed(request.form, notAfter: ended.at)) else {
                throw ClientFailure.consentWithdrawn(at: ended.at)
            }
        }
        try await sync()
        let answers = try await deliveries(.sent) { $0.inReplyTo.map(thread.contains) ?? false }
        let withdrawal = answers.first { $0.routing.kind == "consent_withdrawal" }
        if let withdrawal { throw ClientFailure.consentWithdrawn(at: withdrawal.routing.sealedAt) }
    }

    private func agreed(_ form: [String: FieldValue], notAfter instant: Instant) -> Bool {
        let style = Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day()
        let day = instant.date.formatted(style)
        guard case .text(let consent)? = form["consent_date"] else { return true }
        return consent <= day
    }

    /// A transmission and those that it answers, one after the other, as far as this device has them.
    private func thread(from id: TransmissionID?) async throws -> Set<TransmissionID> {
        var thread: Set<TransmissionID> = []
        var next = id
        while let current = next, thread.insert(current).inserted {
            let received = try received(current).flatMap { try? Unverified<Envelope>(parsing: $0.envelope) }
            next = try outbox.sealed(current)?.inReplyTo ?? received?.claimed.routing.inReplyTo
        }
        return thread
    }
}
