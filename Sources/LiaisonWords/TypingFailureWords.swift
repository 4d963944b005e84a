// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms

// What people read when something typed is not taken, in both languages: what is wrong, with the value, and what to do.

extension TypingFailure {
    public func text(_ language: Language) -> String { why.text(language) }

    public var why: Label {
        switch self {
        case .notExpected(let text, let field):
            Label(
                fr: "\(Quoted.fr(text)) n'est pas ce qui est attendu : \(field.expected(.fr))",
                en: "\(Quoted.en(text)) is not what is expected: \(field.expected(.en))")
        case .ambiguous(let typed, let meanings):
            Label(
                fr: "\(Quoted.fr(typed)) peut vouloir dire : \(meanings.fr) ; écrivez-en davantage",
                en: "\(Quoted.en(typed)) may mean: \(meanings.en); write more of it")
        case .noSuchNumber(let number, let count):
            Label(
                fr: "attendu : un numéro de 1 à \(count), ou les mots de la liste (\(number) n'y est pas)",
                en: "expected: a number from 1 to \(count), or the words of the list (\(number) is not in it)")
        case .notWhole(let text, let meant):
            Label(
                fr: "\(Quoted.fr(text)) : écrivez la valeur entière, par exemple \(meant)",
                en: "\(Quoted.en(text)): write the whole value, for example \(meant)")

        // Dates and times.
        case .yearOfTwoDigits(let text):
            Label(
                fr: "\(Quoted.fr(text)) : écrivez l'année avec quatre chiffres, par exemple 14/03/1990",
                en: "\(Quoted.en(text)): write the year with four digits, for example 14/03/1990")
        case .noSuchDay(let text):
            Label(
                fr: "\(Quoted.fr(text)) n'existe pas au calendrier : vérifiez le jour, le mois et l'année",
                en: "\(Quoted.en(text)) is not in the calendar: check the day, the month and the year")
        case .noSuchTime(let text):
            Label(
                fr: "\(Quoted.fr(text)) : cette heure n'existe pas ce jour-là, vérifiez-la (de 00:00 à 23:59)",
                en: "\(Quoted.en(text)): there is no such time on that day, check it (00:00 to 23:59)")
        case .dayInTheFuture(let day):
            Label(
                fr: "\(day.text(.fr)) est dans l'avenir : vérifiez la date, et surtout l'année",
                en: "\(day.text(.en)) is in the future: check the date, the year above all")
        case .instantInTheFuture(let instant, let zone):
            Label(
                fr: "\(LocalTime(zone).text(instant, .fr)) est dans l'avenir : vérifiez la date et l'heure",
                en: "\(LocalTime(zone).text(instant, .en)) is in the future: check date and time")
        case .dayTooLongAgo(let day, let limit):
            Self.tooLongAgo(Label(fr: day.text(.fr), en: day.text(.en)), limit)
        case .instantTooLongAgo(let instant, let zone, let limit):
            Self.tooLongAgo(
                Label(fr: LocalTime(zone).text(instant, .fr), en: LocalTime(zone).text(instant, .en)), limit)

        // Numbers and codes.
        case .emergencyNumber(let text):
            Label(
                fr:
                    "\(Quoted.fr(text)) est un numéro d'urgence, pas celui de la personne : tapez le sien, ou « aucun »",
                en: "\(Quoted.en(text)) is an emergency number, not the person's: type theirs, or none")
        case .mayHoldName(let text):
            Label(
                fr: "\(Quoted.fr(text)) peut contenir un nom ou des mots : "
                    + "tapez seulement le numéro, par exemple 2026/001234 ou PV 01234/2026/000567",
                en: "\(Quoted.en(text)) may hold a name or words: "
                    + "type the number only, for example 2026/001234 or PV 01234/2026/000567")
        case .notACommune(let code):
            Label(
                fr: "\(Quoted.fr(code)) n'est pas un code de commune : "
                    + "tapez le code INSEE (5 caractères), par exemple 01053",
                en: "\(Quoted.en(code)) is not the code of a commune: "
                    + "type the INSEE code (5 characters), for example 01053")
        case .foreignCountry(let code):
            Label(
                fr: "\(code) désigne un pays étranger : laissez ce champ vide, ou tapez le code d'une commune",
                en: "\(code) stands for a foreign country: leave this field empty, or type the code of a commune")
        case .noSuchDepartement(let prefix, let code):
            Label(
                fr: "le département \(prefix) n'existe pas : si \(code) est un code postal, \(Self.codeNeeded.fr)",
                en: "there is no département \(prefix): if \(code) is a postcode, \(Self.codeNeeded.en)")
        case .postcode(let code):
            Label(
                fr: "\(code) est un code postal : \(Self.codeNeeded.fr)",
                en: "\(code) is a postcode: \(Self.codeNeeded.en)")
        }
    }

    private static func tooLongAgo(_ shown: Label, _ limit: RelativeLimit) -> Label {
        Label(
            fr: "\(shown.fr) remonte à plus de \(limit.text(.fr)) : vérifiez la date, et surtout l'année",
            en: "\(shown.en) is more than \(limit.text(.en)) ago: check the date, the year above all")
    }

    private static let codeNeeded = Label(
        fr: "il faut le code INSEE de la commune, par exemple 01053 (voir insee.fr)",
        en: "the INSEE code of the commune is needed, for example 01053 (see insee.fr)")
}

extension RelativeLimit {
    /// The distance as people say it: `130 ans`, `7 days`.
    fileprivate func text(_ language: Language) -> String {
        let number = abs(amount)
        let name =
            switch unit {
            case .years: language(number > 1 ? "ans" : "an", number == 1 ? "year" : "years")
            case .days: language(number > 1 ? "jours" : "jour", number == 1 ? "day" : "days")
            case .minutes: language(number > 1 ? "minutes" : "minute", number == 1 ? "minute" : "minutes")
            }
        return "\(number) \(name)"
    }
}

/// A text that was typed, between the quotation marks of the language, short and safe for a terminal.
private enum Quoted {
    static func fr(_ text: String) -> String { "« \(short(text)) »" }
    static func en(_ text: String) -> String { "“\(short(text))”" }

    private static func short(_ text: String) -> String {
        let line = Markup.printable(text).replacing("\n", with: " ")
        return line.count > 60 ? "\(line.prefix(59))…" : line
    }
}
