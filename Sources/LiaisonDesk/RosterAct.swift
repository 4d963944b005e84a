// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// A change of the roster that a form asks for. The library judges and makes it; here it is read and said.
enum RosterAct: Sendable {
    case revoke(AgentAddress, RevocationReason)
    case unassign(AgentAddress, UnitAddress, end: Instant?)
    case assign(AgentAddress, UnitAddress, PostRole, from: Instant?, end: Instant?)
    case absence(UnitAddress, end: Instant, [UnitAddress])
    case vacancy(UnitAddress, [UnitAddress])
    case presence(UnitAddress)
    case standby(UnitAddress, [UnitAddress])
    case details(UnitAddress, UnitDetails)
    /// What the draft holds already.
    case publish

    /// - Throws: `MissingAnswer`.
    init(_ form: FormBody) throws {
        func others() throws -> [UnitAddress] {
            try form.all("other").map { text in
                guard let unit = UnitAddress(text) else { throw MissingAnswer.choice }
                return unit
            }
        }
        switch form["act"] {
        case "revoke":
            guard let reason = form.given("reason").flatMap({ RevocationReason(rawValue: $0) }) else {
                throw MissingAnswer.choice
            }
            self = .revoke(try form.agent(), reason)
        case "unassign": self = .unassign(try form.agent(), try form.unit(), end: try form.lastDay("until"))
        case "assign":
            guard let role = form.given("role").flatMap({ PostRole(rawValue: $0) }) else { throw MissingAnswer.choice }
            self = .assign(
                try form.agent(), try form.unit(), role, from: try form.day("from"), end: try form.lastDay("until"))
        case "absence":
            guard let end = try form.lastDay("until") else { throw MissingAnswer.day }
            self = .absence(try form.unit(), end: end, try others())
        case "vacancy": self = .vacancy(try form.unit(), try others())
        case "presence": self = .presence(try form.unit())
        case "standby": self = .standby(try form.unit(), try others())
        case "details":
            let typed = UnitDetailsForm(form)
            guard typed.isReadable else { throw MissingAnswer.choice }
            self = .details(try form.unit(), typed.details)
        case "publish": self = .publish
        default: throw MissingAnswer.choice
        }
    }

    /// Changes the draft.
    func perform(_ registrar: Registrar, now: Instant) throws {
        switch self {
        case .revoke(let agent, let reason): try registrar.revoke(agent, reason: reason, at: now)
        case .unassign(let agent, let unit, let end): try registrar.unassign(agent, from: unit, at: end ?? now)
        case .assign(let agent, let unit, let role, let from, let end):
            try registrar.assign(agent, to: unit, role: role.rawValue, from: from ?? now, until: end)
        case .absence(let unit, let end, let substitutes):
            try registrar.set(Absence(reason: .leave, until: end, substitutes: substitutes), of: unit)
        case .vacancy(let unit, let substitutes):
            try registrar.set(Absence(reason: .vacancy, substitutes: substitutes), of: unit)
        case .presence(let unit): try registrar.set(nil, of: unit)
        case .standby(let unit, let others): try registrar.set(standby: others, of: unit)
        case .details(let unit, let details): try registrar.set(details, of: unit)
        case .publish: break
        }
    }

    /// Where it is seen.
    var path: String {
        switch self {
        case .revoke, .unassign, .assign: "/people"
        case .absence, .vacancy, .presence, .standby: "/units"
        case .details(let unit, _): "/units/\(unit)"
        case .publish: "/roster"
        }
    }

    /// The form that takes up again what was typed, where there is one.
    var form: String? {
        guard case .details(let unit, _) = self else { return nil }
        return "/units/\(unit)/details"
    }

    /// Whether it takes something away that does not come back.
    var isDangerous: Bool { if case .revoke = self { true } else { false } }

    // MARK: Words

    /// What is done, as its button says it.
    func title(_ language: Language) -> String {
        switch self {
        case .revoke: language("Retirer l'accès", "End the access")
        case .unassign: language("Mettre fin au poste", "End the post")
        case .assign: language("Affecter à l'unité", "Give the post")
        case .absence: language("Déclarer l'absence", "Declare the absence")
        case .vacancy: language("Déclarer le poste vacant", "Declare the post vacant")
        case .presence: language("Mettre fin à l'absence ou à la vacance", "End the absence or vacancy")
        case .standby: language("Désigner les unités de relève", "Name the standby units")
        case .details: language("Changer les renseignements de l'unité", "Change the unit's details")
        case .publish: language("Publier la liste", "Publish the roster")
        }
    }

    /// What it is, and what follows from it.
    func says(_ work: RegistrarAtWork) throws -> [String] {
        let language = work.language
        func names(_ units: [UnitAddress]) throws -> String { try units.map(work.name).joined(separator: ", ") }
        switch self {
        case .revoke(let agent, let reason):
            return [
                language("\(agent), motif : \(reason.text(.fr)).", "\(agent), reason: \(reason.text(.en))."),
                language(
                    "Dès la publication, cette personne ne peut plus rien lire ni envoyer, et plus rien n'est scellé pour elle. Ce qui attend reste à son unité.",
                    "Once published, this person can read and send nothing more, and nothing is sealed to them any more. What waits stays with the unit."
                ),
                language(
                    "Ce qu'elle a déjà ouvert sur son poste de travail ne peut pas lui être repris par le relais.",
                    "What they have opened on their device cannot be taken back by the relay."),
                language(
                    "Cela ne s'annule pas : pour revenir, la personne reçoit une nouvelle invitation.",
                    "It cannot be undone: to come back, the person gets a new invitation.")
            ]
        case .unassign(let agent, let unit, let end):
            let name = try work.name(unit)
            return [
                end.map {
                    language(
                        "\(agent) ne lit plus pour \(name) après le \(work.lastDay($0)).",
                        "\(agent) reads no more for \(name) after \(work.lastDay($0)).")
                }
                    ?? language(
                        "\(agent) ne lit plus pour \(name) dès la publication.",
                        "\(agent) reads no more for \(name) once this is published."),
                language("Ses autres postes restent.", "Their other posts stay.")
            ]
        case .assign(let agent, let unit, let role, let from, let end):
            let name = try work.name(unit)
            return [
                language("\(agent), \(role.text(.fr)), dans \(name)", "\(agent), \(role.text(.en)), in \(name)")
                    + (from.map { language(", à partir du \(work.day($0))", ", from \(work.day($0))") }
                        ?? language(", dès la publication", ", once this is published"))
                    + (end.map { language(", jusqu'au \(work.lastDay($0)).", ", until \(work.lastDay($0)).") }
                        ?? language(", jusqu'à la fin de son habilitation.", ", as long as their authorization.")),
                language(
                    "Cette personne pourra lire tout ce qui sera envoyé à l'unité pendant ce temps ; les expéditeurs et ses collègues verront qu'il y a un nouveau lecteur.",
                    "They will be able to read all that is sent to the unit in that time; senders and colleagues will see that there is a new reader."
                ),
                language(
                    "Ce qui a été envoyé auparavant lui reste fermé, sauf si un collègue le lui transmet (liaison transfer).",
                    "What was sent before stays closed to them, unless a colleague hands it over (liaison transfer).")
            ]
        case .absence(let unit, let end, let substitutes):
            let name = try work.name(unit)
            return [
                language(
                    "\(name) est absente jusqu'au \(work.lastDay(end)) inclus, dès la publication.",
                    "\(name) is absent until \(work.lastDay(end)), that day included, once this is published."),
                try Self.stoodIn(substitutes, names, language)
            ]
        case .vacancy(let unit, let substitutes):
            let name = try work.name(unit)
            return [
                language(
                    "Le poste de \(name) est vacant dès la publication, jusqu'à ce que vous y mettiez fin.",
                    "The post of \(name) is vacant once this is published, until you end it."),
                try Self.stoodIn(substitutes, names, language)
            ]
        case .presence(let unit):
            let name = try work.name(unit)
            return [
                language(
                    "\(name) répond de nouveau ; sa suppléance prend fin.",
                    "\(name) answers again; nobody stands in for it any more.")
            ]
        case .standby(let unit, let others):
            let name = try work.name(unit)
            guard !others.isEmpty else {
                return [language("Plus aucune unité ne relaie \(name).", "No unit stands by for \(name) any more.")]
            }
            return [
                language(
                    "\(name) est relayée par : \(try names(others)).",
                    "\(name) is stood by for by: \(try names(others))."),
                language(
                    "Tout ce qui lui est adressé est aussi scellé pour elles, et leur est montré dès que plus personne n'y répond.",
                    "Everything for it is sealed to them as well, and shown to them once nobody there answers.")
            ]
        case .details(let unit, let details):
            guard let known = try work.registrar.units().first(where: { $0.address == unit }) else {
                throw ClientFailure.unknownUnit(unit.description)
            }
            let name = try work.name(unit)
            return [language("Unité : \(name).", "Unit: \(name).")]
                + Self.consequences(of: details, after: UnitDetails(known), language)
        case .publish:
            return [
                language(
                    "Ce qui suit est dans votre brouillon et ne compte qu'une fois publié.",
                    "What follows stands in your draft and counts only once it is published.")
            ]
        }
    }

    private static func consequences(
        of details: UnitDetails, after old: UnitDetails, _ language: Language
    ) -> [String] {
        let changed = details.changed(from: old)
        guard !changed.isEmpty else { return [] }
        var lines = [
            language(
                "Cela compte dès la publication ; chaque poste de travail l'affiche dès sa prochaine mise à jour de l'annuaire.",
                "It counts once this is published; each device shows it from its next update of the directory on.")
        ]
        if changed.contains(.opening) {
            lines.append(
                language(
                    "Les échéances déjà fixées ne changent pas ; celles qui se comptent en heures d'ouverture suivent les nouveaux horaires pour ce qui sera déposé ensuite.",
                    "Time limits that run already do not change; those counted in opening hours follow the new hours for what is deposited from then on."
                ))
        }
        return lines
    }

    /// What the roster takes and a registrar should think twice about.
    func warnings(_ language: Language) -> [String] {
        guard case .details(_, let details) = self, details.isUnreachableWhenClosed else { return [] }
        return [
            language(
                "L'unité n'est pas toujours ouverte et n'a pas de numéro de permanence : en dehors des horaires, l'expéditeur d'une urgence ne sait pas où appeler.",
                "The unit is not always open and has no duty line: outside its hours, the sender of something urgent does not know where to call."
            )
        ]
    }

    private static func stoodIn(
        _ substitutes: [UnitAddress], _ names: ([UnitAddress]) throws -> String, _ language: Language
    ) throws -> String {
        guard !substitutes.isEmpty else {
            return language(
                "Les expéditeurs en sont avertis avant d'envoyer. Personne ne la supplée.",
                "Senders are told before they send. Nobody stands in.")
        }
        return language(
            "Les expéditeurs en sont avertis avant d'envoyer ; ce qu'ils envoient est aussi scellé pour : \(try names(substitutes)).",
            "Senders are told before they send; what they send is also sealed to: \(try names(substitutes)).")
    }
}

extension FormBody {
    /// - Throws: `MissingAnswer.choice`.
    func agent(_ name: String = "agent") throws -> AgentAddress {
        guard let agent = given(name).flatMap({ AgentAddress($0) }) else { throw MissingAnswer.choice }
        return agent
    }

    /// - Throws: `MissingAnswer.choice`.
    func unit(_ name: String = "unit") throws -> UnitAddress {
        guard let unit = given(name).flatMap({ UnitAddress($0) }) else { throw MissingAnswer.choice }
        return unit
    }

    /// The beginning of a day in this computer's time zone, as the commands read it; nil where none is given.
    ///
    /// - Throws: `MissingAnswer.day`.
    func day(_ name: String) throws -> Instant? { try date(name).map { Instant($0) } }

    /// The end of a last day.
    func lastDay(_ name: String) throws -> Instant? {
        guard let date = try date(name) else { return nil }
        guard let next = Calendar(identifier: .gregorian).date(byAdding: .day, value: 1, to: date) else {
            throw MissingAnswer.day
        }
        return Instant(next)
    }

    private func date(_ name: String) throws -> Date? {
        guard let text = given(name) else { return nil }
        let style = Date.ISO8601FormatStyle(timeZone: .current).year().month().day()
        guard let date = try? style.parse(text) else { throw MissingAnswer.day }
        return date
    }
}
