// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms
public import LiaisonModel

// What a registrar reads of a unit's names, numbers and hours: what is wrong with them, and what a change changes.

extension UnitDetails.Field {
    public func text(_ language: Language) -> String {
        switch self {
        case .name: language("Nom", "Name")
        case .town: language("Commune", "Town")
        case .phone: language("Numéro de téléphone", "Telephone number")
        case .dutyPhone: language("Numéro de permanence", "Duty line")
        case .opening: language("Ouverture", "Opening hours")
        }
    }
}

extension UnitDetails.Problem {
    public func text(_ language: Language) -> String {
        switch self {
        case .missing: language("champ obligatoire", "required")
        case .tooLong(let limit): language("\(limit) signes au plus", "at most \(limit) signs")
        case .unseenCharacters:
            language(
                "contient des caractères invisibles ou un retour à la ligne",
                "contains characters that nobody sees, or a line break")
        case .noTelephoneNumber(let text):
            language(
                "numéro illisible (\(Markup.printable(text))) ; par exemple 04 65 71 00 00 ou 17",
                "number not readable (\(Markup.printable(text))); for example 04 65 71 00 00 or 17")
        case .tooManyHours(let limit):
            language("\(limit) plages au plus, une par jour", "at most \(limit) times, one for each day")
        case .hoursEndBeforeTheyBegin:
            language("une plage finit avant de commencer", "hours end before they begin")
        }
    }
}

extension UnitDetails.Finding {
    public func text(_ language: Language) -> String {
        field.text(language) + language(" : ", ": ") + problem.text(language)
    }
}

extension OpeningSpan {
    /// `du lundi au vendredi, de 9 h 00 à 12 h 00`.
    public func text(_ language: Language) -> String {
        let names = OpeningHours.weekdays(language)
        let (first, last) = (names[days.lowerBound - 1], names[days.upperBound - 1])
        let daysText = days.count == 1 ? first : language("du \(first) au \(last)", "\(first) to \(last)")
        let hours = [from, to].map { OpeningHours.clock($0, language) }
        return daysText + language(", de \(hours[0]) à \(hours[1])", ", \(hours[0]) to \(hours[1])")
            + (weeks == .all ? "" : ", " + weeks.text(language))
    }
}

extension UnitDetails {
    /// What each field says that is another one, and what it said before.
    public func changes(from old: UnitDetails, _ language: Language) -> [String] {
        changed(from: old).map { field in
            field.text(language).lowercased() + language(" : ", ": ") + text(field, language)
                + language(" (auparavant : \(old.text(field, .fr)))", " (before: \(old.text(field, .en)))")
        }
    }

    private func text(_ field: Field, _ language: Language) -> String {
        switch field {
        case .name: name
        case .town: town
        case .phone: phone
        case .dutyPhone: dutyPhone ?? language("aucun", "none")
        case .opening:
            opening.isEmpty
                ? language("à toute heure", "at all hours")
                : OpeningSpan.spans(of: opening).map { $0.text(language) }.joined(
                    separator: language(" ; ", "; "))
        }
    }
}
