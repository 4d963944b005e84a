// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Foundation
public import LiaisonNotes

/// Why something typed is not taken, with the value. `LiaisonWords` says it in sentences: what is wrong, and what to do.
public enum TypingFailure: Error, Hashable, Sendable {
    /// The text means nothing for this field.
    case notExpected(String, FieldDefinition)
    /// The text may mean several choices; their labels.
    case ambiguous(String, meanings: Label)
    /// The list that was shown has no such number, only as many.
    case noSuchNumber(Int, of: Int)
    /// The text leaves something to the clock, for example the day; written whole it would be `meaning` now.
    case notWhole(String, meaning: String)

    // MARK: Dates and times

    case yearOfTwoDigits(String)
    /// The calendar has no such day.
    case noSuchDay(String)
    /// That day has no such hour.
    case noSuchTime(String)
    case dayInTheFuture(Day)
    case instantInTheFuture(Instant, in: TimeZone)
    case dayTooLongAgo(Day, limit: RelativeLimit)
    case instantTooLongAgo(Instant, in: TimeZone, limit: RelativeLimit)

    // MARK: Numbers and codes

    /// An emergency number where the person's own is asked.
    case emergencyNumber(String)
    /// A reference that may hold a name or words.
    case mayHoldName(String)
    case notACommune(String)
    /// The code of a commune stands for a foreign country.
    case foreignCountry(String)
    case noSuchDepartement(String, code: String)
    /// A postcode where the INSEE code of a commune is asked.
    case postcode(String)
}
