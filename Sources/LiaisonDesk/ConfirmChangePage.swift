// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// A change, with what follows from it, before it is made.
struct ConfirmChangePage: Page {
    static let template = "confirmchange"
    static let tab: String? = nil

    struct Hidden: Sendable {
        let name: String
        let value: String
    }

    let title: String
    let action: String
    let says: [String]
    let warnings: [String]
    let hasWarnings: Bool
    let heading: String
    let changes: [String]
    let hidden: [Hidden]
    let isDangerous: Bool
    let isEmpty: Bool
    let back: String
    /// The form that takes up again what was typed, where there is one.
    let edit: String?

    init(_ act: RosterAct, _ form: FormBody, _ work: RegistrarAtWork) async throws {
        let language = work.language
        let forecast = try await work.registrar.forecast(over: work.relay, now: work.now) {
            try act.perform($0, now: work.now)
        }
        title = act.title(language)
        action = "/roster/change"
        says = try act.says(work) + [Self.signatures(work)].compactMap(\.self)
        warnings = Self.warnings(forecast, language) + act.warnings(language)
        hasWarnings = !warnings.isEmpty
        (heading, changes) = Self.lines(forecast.changes, language)
        var seen: Set<String> = ["token", "next"]
        hidden = form.names.filter { seen.insert($0).inserted }.flatMap { name in
            form.all(name).map { Hidden(name: name, value: $0) }
        }
        isDangerous = act.isDangerous
        isEmpty = forecast.changes.changes.isEmpty
        back = act.path
        edit = act.form
    }

    /// A colleague's roster, before this registrar's signature.
    init(cosigning note: SignedNote, _ work: RegistrarAtWork) async throws {
        let language = work.language
        let roster = try work.registrar.checkHalfSigned(note, now: work.now)
        let lost = try work.registrar.lastReaders(in: roster, now: work.now)
        title = language("Signer aussi et publier", "Sign it too and publish")
        action = "/roster/cosign/\(note.hash.hex)"
        says = [
            language(
                "Un autre gestionnaire de votre institution a signé cette liste. Signez-la seulement si vous savez pourquoi chaque ligne change : elle compte dès votre signature.",
                "Another registrar of your institution has signed this roster. Sign it only if you know why each line changes: it counts from your signature on."
            )
        ]
        let rows = lost.isEmpty ? nil : (try? await work.relay.waiting())?.units
        warnings = lost.flatMap { last in
            last.text(waiting: rows.map { $0.first { $0.unit == last.unit.address }?.count ?? 0 }, language)
                .split(separator: "\n").map { String($0).asSentence }
        }
        hasWarnings = !warnings.isEmpty
        (heading, changes) = Self.lines(try work.registrar.changes(to: roster), language)
        (hidden, isDangerous, isEmpty, back, edit) = ([], false, false, "/roster", nil)
    }

    /// The sentence that names the roster, and what changes in it.
    private static func lines(_ difference: RosterDifference, _ language: Language) -> (String, [String]) {
        let lines = difference.lines(language)
        return (lines.first ?? "", lines.dropFirst().map { String($0.dropFirst(2)) })
    }

    static func warnings(_ forecast: RosterForecast, _ language: Language) -> [String] {
        let lost = forecast.lost.flatMap { last in
            last.text(waiting: forecast.waiting(in: last.unit.address), language).split(separator: "\n").map(
                String.init)
        }
        return (lost + forecast.lone.map { $0.warning(language) }).map(\.asSentence)
    }

    static func signatures(_ work: RegistrarAtWork) throws -> String? {
        guard try work.registrar.signaturesNeeded(now: work.now) > 1 else { return nil }
        return work.language(
            "Votre institution veut deux signatures : rien ne compte avant celle d'un second gestionnaire.",
            "Your institution wants two signatures: nothing counts before a second registrar's.")
    }
}
