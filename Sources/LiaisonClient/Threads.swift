// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What answers a transmission, as far as this agent's units have it.
public struct Related: Sendable {
    public let routing: Routing
    public let state: DeliveryState
    /// When it was deposited.
    public let at: Instant
}

/// Values that a later correction puts in the place of a form's.
public struct Correction: Sendable {
    public let id: TransmissionID
    public let at: Instant
    /// What was corrected, as its author named the fields.
    public let fields: [String]
    public let text: String

    /// The right value of a field, where the correction says it apart from others; nil when only the whole text does.
    public func value(of name: String, _ field: FieldDefinition) -> String? {
        let names = [name, field.fr, field.en].map { $0.lowercased() }
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
            if names.contains(key) {
                return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
        }
        return fields.count == 1 && !text.contains("\n") ? text : nil
    }

    /// Whether the field is among the corrected ones, by its identifier or its label.
    public func concerns(_ name: String, _ field: FieldDefinition) -> Bool {
        let names = [name, field.fr, field.en].map { $0.lowercased() }
        return fields.contains { names.contains($0.trimmingCharacters(in: .whitespaces).lowercased()) }
    }
}

extension Session {
    /// What this device has and was shown before; nothing is fetched, no act is signed.
    private func shownBefore(_ id: TransmissionID, catalogue: FormCatalogue) async throws -> OpenedTransmission {
        if try outbox.sealed(id) != nil { return try await read(id, catalogue: catalogue) }
        return try await open(try await delivery(id), catalogue)
    }

    /// The transmissions between this agent's units and others that answer `id`, the oldest first.
    public func answers(to id: TransmissionID) async throws -> [Related] {
        try await sync()
        var found: [TransmissionID: Related] = [:]
        for reply in try replica.replies(to: id) {
            for delivery in try await deliveries(of: reply) where found[reply] == nil {
                found[reply] = Related(routing: delivery.routing, state: delivery.state, at: delivery.event.event.at)
            }
        }
        return found.values.sorted { $0.at < $1.at }
    }

    /// The corrections among `related` that this device can show without opening anything: its own, and those read before.
    public func corrections(among related: [Related], catalogue: FormCatalogue) async throws -> [Correction] {
        var corrections: [Correction] = []
        for answer in related where answer.routing.kind == "correction" {
            let id = answer.routing.id
            let isHere = try outbox.sealed(id) != nil || received(id).map { $0.isRetrieved != true } ?? false
            guard isHere, let opened = try? await shownBefore(id, catalogue: catalogue) else { continue }
            let form = Dictionary(opened.form.map { ($0.name, $0.value) }) { first, _ in first }
            guard case .list(let fields)? = form["corrected_fields"], case .text(let text)? = form["correction_text"]
            else { continue }
            corrections.append(Correction(id: id, at: answer.at, fields: fields, text: text))
        }
        return corrections
    }
}
