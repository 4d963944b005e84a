// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Whether a unit can be reached at an instant, and who answers when it cannot.
public enum Presence: Hashable, Sendable {
    case open
    /// Outside its opening hours; when it opens, nil when that is not within two months.
    case closed(opens: Instant?)
    /// Away until an instant, nil when it did not say; the units that answer meanwhile.
    case absent(until: Instant?, standIns: [UnitAddress])
    /// Its post is vacant, or nobody has one.
    case vacant(standIns: [UnitAddress])
    /// Nobody who could read has published keys.
    case withoutReader
}

extension Directory {
    /// How a unit can be reached at `instant`. Whether anybody could read counts before the hours on its door.
    ///
    /// - Parameter calendar: of the convention in force.
    public func presence(of unit: Unit, at instant: Instant, _ calendar: WorkingCalendar) -> Presence {
        let standIns =
            unit.substitutes(at: instant) + unit.standbyUnits.filter { !unit.substitutes(at: instant).contains($0) }
        let isVacant = rosters[unit.address.institution]?.body.isVacant(unit, at: instant) ?? true
        if unit.isAbsent(at: instant), let absence = unit.absence {
            return absence.reason == .vacancy
                ? .vacant(standIns: standIns) : .absent(until: absence.until, standIns: standIns)
        }
        if isVacant { return standIns.isEmpty ? .withoutReader : .vacant(standIns: standIns) }
        guard !encryptionKeys(of: unit.address, at: instant).isEmpty else { return .withoutReader }
        guard calendar.isOpen(at: instant, unit.opening) else {
            return .closed(opens: calendar.opens(after: instant, unit.opening))
        }
        return .open
    }
}
