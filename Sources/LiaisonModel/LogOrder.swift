// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Where and when the log took something.
public struct LogPlace: Codable, Hashable, Sendable {
    public var index: Int
    /// The relay's clock.
    public var at: Instant

    public init(index: Int, at: Instant) {
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
    ///   - successions: the institution's, each verified, with the index of its publication.
    public mutating func accept(
        _ roster: Unverified<Roster>, published place: LogPlace, convention: Int,
        successions: [(note: Verified<Succession>, index: Int)]
    ) throws {
        let institution = roster.claimed.by
        let latest = successor(of: institution)
        defer { succeed(institution, by: latest) }
        let before = successions.filter { $0.index < place.index }.max { $0.index < $1.index }?.note
        succeed(institution, by: before)
        let instant = max(place.at, before?.body.notBefore ?? place.at)
        try accept(roster, at: instant, standing: before == nil && convention > place.index)
    }
}

extension Directory {
    /// A document, once the key that this directory has for its author has signed it; nil otherwise.
    public func verified<Body: SoleSignerDocument>(_ offered: Unverified<Body>) -> Verified<Body>? {
        guard let author = AgentAddress(offered.claimed.signer), let key = agent(author)?.noteKey else { return nil }
        return try? offered.verified(by: key)
    }
}

extension Directory {
    /// The act behind an event, once it is found to say the same as the event and to be signed by an agent who could make it
    /// then; nil otherwise.
    ///
    /// - Parameters:
    ///   - progress: of the delivery before the event; nil where that is not known.
    ///   - instant: of the event, and not before anything that the log took before it.
    ///   - sender: the unit that sent the transmission.
    public func verified(
        _ act: Unverified<Act>, behind event: EventRecord, after progress: DeliveryProgress?, at instant: Instant,
        sender: UnitAddress
    ) -> Verified<Act>? {
        let claimed = act.claimed
        guard act.note.hash == event.act, claimed.by == event.agent, claimed.unit == event.unit,
            claimed.envelope == event.envelope,
            claimed.transmission == event.transmission, claimed.log == event.log,
            claimed.reason?.rawValue == event.code,
            claimed.hasWhatItNeeds,
            let agent = agent(claimed.by), let key = agent.noteKey,
            progress?.admits(claimed.act, by: claimed.by) ?? true,
            claimed.actors(sender: sender).contains(where: { unit in
                let isCalled = unit == claimed.unit && progress?.isStandbyCalled ?? false
                return isMember(agent, of: unit, at: instant, isStandbyCalled: isCalled)
            })
        else { return nil }
        return try? act.verified(by: key)
    }
}

extension EventRecord {
    /// Whether some state leads by this act to this event and state.
    public func follows(_ act: Act.Kind) -> Bool {
        DeliveryState.allCases.contains { state in
            state.on(.act(act)).map { $0.event == event && $0.state == self.state } ?? false
        }
    }
}
