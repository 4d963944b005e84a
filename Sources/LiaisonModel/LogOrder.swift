// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Where and when the log took something.
public struct LogPlace: Codable, Hashable, Sendable {
    public var index: Int
    /// The relay's clock, Unix seconds.
    public var at: Int

    public init(index: Int, at: Int) {
        self.index = index
        self.at = at
    }
}

extension Directory {
    /// Takes a roster by the keys that counted when the log took it. Log order decides, not what the relay says of the
    /// time: after a succession only the new key counts, and what is older than the convention stands under it.
    ///
    /// - Parameters:
    ///   - place: where the roster was published.
    ///   - convention: index of the publication of the convention in force.
    ///   - succession: index of the publication of the institution's succession, where there is one.
    public mutating func accept(
        _ roster: Unverified<Roster>, published place: LogPlace, convention: Int, succession: Int?
    ) throws {
        var instant = place.at
        var standing = convention > place.index
        if let succession, let notBefore = successions[roster.claimed.by]?.body.notBefore {
            if succession < place.index {
                instant = max(instant, notBefore)
                standing = false
            } else {
                instant = min(instant, notBefore - 1)
            }
        }
        try accept(roster, at: instant, standing: standing)
    }
}

extension Directory {
    /// The act behind an event, once it is found to say the same as the event and to be signed by an agent who could make it
    /// then; nil otherwise.
    ///
    /// - Parameter sender: the unit that sent the transmission.
    public func verified(_ act: Unverified<Act>, behind event: EventRecord, sender: UnitAddress) -> Verified<Act>? {
        let claimed = act.claimed
        guard act.note.hash == event.act, claimed.unit == event.unit, claimed.envelope == event.envelope,
            claimed.transmission == event.transmission, claimed.log == event.log,
            claimed.reason?.rawValue == event.code,
            claimed.hasWhatItNeeds,
            let agent = agent(claimed.by), let key = agent.noteKey,
            claimed.actors(sender: sender).contains(where: { isMember(agent, of: $0, at: event.at) })
        else { return nil }
        return try? act.verified(by: key)
    }
}
