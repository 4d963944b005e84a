// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms

// What people read of how a field is filled in, in both languages.

extension FieldDefinition {
    /// What a right value looks like when somebody types it.
    public func expected(_ language: Language) -> String {
        switch type {
        case .text where isReference, .reference:
            language(
                "un numéro, par exemple 2026/001234, sans nom ni phrase (\(maximumLength) caractères au plus)",
                "a number, for example 2026/001234, without a name or a sentence (at most \(maximumLength) characters)")
        case .text, .texts:
            language(
                "texte de \(min ?? 1) à \(maximumLength) caractères",
                "text of \(min ?? 1) to \(maximumLength) characters")
        case .longText:
            language(
                "texte de \(min ?? 1) à \(maximumLength) caractères, plusieurs lignes possibles",
                "text of \(min ?? 1) to \(maximumLength) characters, several lines allowed")
        case .date: language("date, par exemple 14/03/1990", "date, for example 1990-03-14 or 14/03/1990")
        case .integer:
            language("nombre entier de \(min ?? 0) à \(max ?? 999)", "whole number from \(min ?? 0) to \(max ?? 999)")
        case .flag: language("oui ou non", "yes or no")
        case .phone:
            language(
                "numéro de téléphone à dix chiffres (06 39 98 00 01), avec indicatif (+33 6 39 98 00 01) ou court (3919), ou « aucun »",
                "telephone number of ten digits (06 39 98 00 01), with country code (+33 6 39 98 00 01) or short (3919), or none"
            )
        case .commune:
            language(
                "code INSEE de la commune (5 caractères), par exemple 01053, ou « inconnue »",
                "INSEE code of the commune (5 characters), for example 01053, or unknown")
        case .language:
            language(
                "code de langue ISO 639, par exemple ar ou en", "ISO 639 language code, for example ar or en")
        case .choice: language("l'un de ces choix : ", "one of: ") + labels(of: codes, language)
        case .choices: language("une liste de choix parmi : ", "a list out of: ") + labels(of: codes, language)
        case .count: language("un nombre, ou « inconnu »", "a number, or “unknown”")
        case .instant:
            language(
                "heure (23:14) ou date et heure (21/11/2026 23:14)",
                "time (23:14) or date and time (2026-11-21 23:14)")
        case .cells:
            cellsExpected(language)
                + language(codes.map { label(of: $0, .fr) }.joined(separator: " ; "), codesWithLabels(.en))
        }
    }

    private func cellsExpected(_ language: Language) -> String {
        language("une liste « indicateur = nombre », parmi : ", "a list of indicator=number, out of: ")
    }

    /// What a right value looks like in a file: codes with what they mean, and instants with their zone.
    func expectedInFile(_ language: Language) -> String {
        switch type {
        case .choice: language("l'un de ces choix : ", "one of: ") + codesWithLabels(language)
        case .choices: language("une liste de choix parmi : ", "a list out of: ") + codesWithLabels(language)
        case .cells: cellsExpected(language) + codesWithLabels(language)
        case .instant:
            language(
                "date et heure, par exemple 2026-11-21T23:14:00+01:00",
                "date and time, for example 2026-11-21T23:14:00+01:00")
        default: expected(language)
        }
    }

    private func codesWithLabels(_ language: Language) -> String {
        codes.map { "\($0) (\(label(of: $0, language)))" }.joined(separator: language(" ; ", "; "))
    }
}
