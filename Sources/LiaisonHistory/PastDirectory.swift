// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes

/// A roster, where the log published it, and where it published the one after it; nil when there is none that is known.
public struct PublishedRoster: Sendable {
    public let roster: Unverified<Roster>
    public let place: LogPlace
    public let successor: Int?

    public init(_ roster: Unverified<Roster>, at place: LogPlace, successor: Int?) {
        self.roster = roster
        self.place = place
        self.successor = successor
    }
}

/// A directory as it was in force for entries of the log that lie behind us: what client, audit and dossier judge envelopes
/// and acts by, and nothing else (docs/formats.md, section 8.2, steps 8 and 10).
///
/// The log's order counts, whatever the relay's clock said: nothing in it is older than what stands before it.
public struct PastDirectory: Sendable {
    public let directory: Directory
    /// The entries for which it was in force.
    public let places: ClosedRange<Int>
    /// When the youngest of its rosters was published.
    public let publishedAt: Instant

    /// A roster that does not verify by the keys that counted when it was published.
    public struct Refusal: Error {
        public let institution: InstitutionID
        public let reason: any Error
    }

    /// - Parameters:
    ///   - frame: the convention in force for the entries.
    ///   - index: where it was published.
    ///   - rosters: of each institution that is to be judged, the newest one published before the entry.
    ///   - successions: of each institution, verified, with the index of their publication.
    /// - Throws: `Refusal`.
    public init(
        frame: Directory, publishedAt index: Int, rosters: [PublishedRoster],
        successions: [InstitutionID: [(note: Verified<Succession>, index: Int)]]
    ) throws(Refusal) {
        var directory = frame
        var (places, publishedAt) = (0...Int.max, Instant.earliest)
        for published in rosters {
            let institution = published.roster.claimed.by
            do {
                try directory.accept(
                    published.roster, published: published.place, convention: index,
                    successions: successions[institution] ?? [])
            } catch {
                throw Refusal(institution: institution, reason: error)
            }
            places = places.clamped(to: published.place.index + 1...(published.successor ?? .max))
            publishedAt = max(publishedAt, published.place.at)
        }
        self.directory = directory
        self.places = places
        self.publishedAt = publishedAt
    }

    /// The envelope, once its author's key has signed it; nil otherwise.
    public func verified(_ envelope: Unverified<Envelope>) -> Verified<Envelope>? { directory.verified(envelope) }

    /// What permitted the submission when the log took it.
    ///
    /// - Parameters:
    ///   - event: the acceptance or the consignment.
    ///   - latest: the youngest instant that is known of what stands before it in the log.
    public func permit(
        _ envelope: Verified<Envelope>, log: String, at event: EventRecord, after latest: Instant = .earliest
    ) throws(DecisionCode) -> Permit {
        try directory.permit(
            envelope.body.routing, by: envelope.body.by, log: log, size: envelope.body.content.size,
            at: max(event.at, publishedAt, latest))
    }

    /// The act behind an event: one that leads to it from where the delivery stood, that says the same, and that an agent
    /// signed who could make it then; nil otherwise.
    ///
    /// - Parameters:
    ///   - progress: of the delivery before the event; nil where that is not known.
    ///   - latest: as for `permit`.
    ///   - sender: the unit that sent the transmission.
    public func verified(
        _ act: Unverified<Act>, behind event: EventRecord, after progress: DeliveryProgress?, sender: UnitAddress,
        after latest: Instant = .earliest
    ) -> Verified<Act>? {
        let kind = act.claimed.act
        let leads = progress.map { $0.transition(by: .act(kind), to: event) != nil } ?? event.follows(kind)
        guard leads else { return nil }
        return directory.verified(
            act, behind: event, after: progress, at: max(event.at, publishedAt, latest), sender: sender)
    }
}
