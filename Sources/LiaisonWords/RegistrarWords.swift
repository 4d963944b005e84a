// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonClient
public import LiaisonForms
public import LiaisonModel
import LiaisonNotes

// What registrars are told of the people and units of their institution.

extension LoneReader {
    public func text(_ language: Language) -> String {
        warning(language) + "\n"
            + language(
                "conseil : liaison registrar standby \(unit.address) --by UNITÉ",
                "hint: liaison registrar standby \(unit.address) --by UNIT")
    }

    /// The same without the command that mends it.
    public func warning(_ language: Language) -> String {
        language(
            "attention : une seule personne lit pour \(unit.name) (\(unit.address)), et aucune unité ne la relaie : en cas d'absence, rien ne pourra être lu",
            "warning: only one person reads for \(unit.name) (\(unit.address)), and no unit stands by for it: while they are away, nothing can be read"
        )
    }
}

extension LastReader {
    /// - Parameter waiting: how many deliveries wait there; nil when the relay did not say.
    public func text(waiting: Int?, _ language: Language) -> String {
        let day = LocalTime(.current).day(from, language)
        let start = from > Instant.now ? language(" à partir du \(day)", " from \(day) on") : ""
        let count = Self.count(waiting, language)
        let first = language(
            "attention : plus personne ne lira dans \(unit.name) (\(unit.address))\(start) ; \(count)",
            "warning: nobody will be left who reads in \(unit.name) (\(unit.address))\(start); \(count)")
        return first + "\n" + consequence(waiting, language)
    }

    private static func count(_ waiting: Int?, _ language: Language) -> String {
        switch waiting {
        case nil:
            language(
                "le relais ne dit pas combien de transmissions y attendent",
                "the relay does not say how many transmissions wait there")
        case 0?: language("aucune transmission n'y attend", "no transmission waits there")
        case 1?: language("1 transmission y attend", "1 transmission waits there")
        case let count?: language("\(count) transmissions y attendent", "\(count) transmissions wait there")
        }
    }

    private func consequence(_ waiting: Int?, _ language: Language) -> String {
        func names(_ units: [UnitAddress]) -> String { units.map(\.description).joined(separator: ", ") }
        if !standby.isEmpty {
            return language(
                "relève immédiate par : \(names(standby)), pour tout ce qui a été envoyé depuis cette désignation",
                "taken over at once by: \(names(standby)), for everything sent since they were named")
        }
        if !substitutes.isEmpty {
            return language(
                "la suppléance est assurée par : \(names(substitutes)), pour ce qui a été envoyé depuis le début de l'absence",
                "stood in for by: \(names(substitutes)), for what was sent since the absence began")
        }
        let senders =
            waiting == 0
            ? language(
                "tant que personne n'y lira, rien ne pourra y être envoyé",
                "as long as nobody reads there, nothing can be sent to it")
            : language(
                "personne ne pourra plus ouvrir ce qui y attend : les expéditeurs en seront avertis aussitôt",
                "nobody will be able to open what waits there: the senders will be told at once")
        return senders
            + language(
                "\nconseil : si la personne peut encore lire, qu'elle fasse d'abord liaison transfer --to COLLÈGUE",
                "\nhint: if the person can still read, liaison transfer --to COLLEAGUE comes first")
    }
}

extension Registrar {
    /// Says that a roster went with the log that the relay had to leave.
    public static func text(lost version: Int, _ language: Language) -> String {
        language(
            "Le relais a dû être restauré : la version \(version) de votre liste y est perdue. Votre brouillon la contient encore : publiez-le (liaison registrar publish).",
            "The relay had to be restored: version \(version) of your roster is lost there. Your draft still holds it: publish it (liaison registrar publish)."
        )
    }
}

extension PostRole {
    public func text(_ language: Language) -> String {
        switch self {
        case .agent: "agent"
        case .unitManager: language("responsable", "unit manager")
        case .substitute: language("suppléant", "substitute")
        case .dutyOfficer: language("permanence", "duty officer")
        }
    }
}

extension Duty {
    public func text(_ language: Language) -> String {
        switch self {
        case .auditor: language("auditeur", "auditor")
        case .dpo: language("délégué à la protection des données", "data protection officer")
        case .statisticsReader: language("statistiques", "statistics")
        }
    }
}

extension RevocationReason {
    public func text(_ language: Language) -> String {
        switch self {
        case .left: language("départ", "left")
        case .lostDevice: language("ordinateur perdu", "lost device")
        case .compromised: language("clé volée ou copiée", "key stolen or copied")
        case .other: language("autre motif", "other")
        }
    }
}

extension LiaisonModel.Unit {
    /// When it is open, a line for each day; a unit that names no hours is always open.
    public func openingLines(_ language: Language) -> [String] {
        guard !opening.isEmpty else { return [language("à toute heure", "at all hours")] }
        return (1...7).compactMap { day in
            let hours = opening.filter { $0.day == day }.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
            guard !hours.isEmpty else { return nil }
            return OpeningHours.weekdays(language)[day - 1] + language(" : ", ": ")
                + hours.map { $0.text(language) }.joined(separator: language(" et ", " and "))
        }
    }
}

extension OpeningHours {
    /// Monday first.
    public static func weekdays(_ language: Language) -> [String] {
        language == .fr
            ? ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
            : ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    }

    fileprivate func text(_ language: Language) -> String {
        let weeksText = weeks == .all ? "" : " (\(weeks.text(language)))"
        return Self.clock(from, language) + language(" à ", " to ") + Self.clock(to, language) + weeksText
    }

    /// A time of the day, by its minutes after midnight.
    public static func clock(_ minutes: Int, _ language: Language) -> String {
        let rest = minutes % 60
        let text = (rest < 10 ? "0" : "") + String(rest)
        return language("\(minutes / 60) h \(text)", "\(minutes / 60):\(text)")
    }
}

extension OpeningHours.Weeks {
    public func text(_ language: Language) -> String {
        switch self {
        case .all: language("toutes les semaines", "every week")
        case .odd: language("semaines impaires", "odd weeks")
        case .even: language("semaines paires", "even weeks")
        }
    }
}
