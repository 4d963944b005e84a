// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire
import LiaisonWords

/// Two days that somebody typed, with what a page says of them.
struct PeriodFields: Sendable {
    let first: String
    let last: String
    /// The latest day that there is anything to ask of.
    let today: String

    /// What was typed; this month so far, where nothing was.
    init(first: String?, last: String?, _ session: Session) {
        let (now, zone) = (session.clock(), session.timeZone)
        today = DayPeriod.day(now, in: zone)
        self.first = first ?? DayPeriod.firstOfMonth(now, in: zone)
        self.last = last ?? today
    }

    /// - Throws: `DayPeriod.Failure`.
    func period(_ session: Session) throws -> DayPeriod {
        try DayPeriod(
            first: first, last: last, in: session.timeZone, end: session.clock() + Directory.clockTolerance)
    }

    /// As people say it: `du 01/11/2026 au 29/11/2026`.
    func text(_ period: DayPeriod, _ voice: Voice) -> String {
        let time = LocalTime(voice.session.timeZone)
        let (first, last) = (
            time.day(period.since, voice.language),
            time.day(min(period.until - 1, voice.session.clock()), voice.language)
        )
        return voice.language("du \(first) au \(last)", "from \(first) to \(last)")
    }
}

/// The events of the own institution in plain words, for its auditor and its DPO; what reading them leaves in the log is said before.
struct AuditPage: Page {
    static let template = "audit"

    struct Event: Sendable {
        let when: String
        let what: String
        let mailbox: String
        let about: String
        let agent: String
        let entry: Int
    }

    struct Count: Sendable {
        let what: String
        let count: Int
    }

    /// What was read, and that the reading is in the log.
    struct Found: Sendable {
        let period: String
        let total: String
        let events: [Event]
        let counts: [Count]
        let isEmpty: Bool
        /// How many earlier ones are left out of the page.
        let omitted: Int?
    }

    /// What of them a person asked for.
    struct Query: Sendable {
        var first: String?
        var last: String?
        var unit: UnitAddress?
        var event: EventName?
    }

    /// More than anybody reads or prints at once.
    private static let most = 2_000

    let mayInspect: Bool
    let fields: PeriodFields
    let units: [Choice]
    let events: [Choice]
    let institution: String
    let found: Found?

    /// - Parameter found: what was read; nil before it is asked for.
    private init(_ query: Query, _ found: Found?, _ session: Session, _ voice: Voice) {
        let own = session.address.institution
        mayInspect = session.mayInspect
        fields = PeriodFields(first: query.first, last: query.last, session)
        units = (session.directory.rosters[own]?.body.units ?? []).map {
            Choice(value: $0.address.description, label: voice.name($0.address), isChosen: $0.address == query.unit)
        }
        events = EventName.allCases.map {
            Choice(value: $0.rawValue, label: $0.text(voice.language), isChosen: $0 == query.event)
        }
        institution = Self.institution(own, session)
        self.found = found
    }

    init(_ session: Session, _ voice: Voice) async throws {
        try await session.know([session.address.institution])
        self.init(Query(), nil, session, voice)
    }

    /// Reads the events, which the log then says.
    static func reading(_ query: Query, _ session: Session, _ voice: Voice) async throws -> AuditPage {
        try await session.know([session.address.institution])
        guard session.mayInspect else { return AuditPage(query, nil, session, voice) }
        let fields = PeriodFields(first: query.first, last: query.last, session)
        let period = try fields.period(session)
        let events = try await session.inspect(since: period.since, until: period.until).filter { found in
            query.unit.map { found.event.mailbox == .unit($0) } ?? true
                && query.event.map { found.event.event == $0 } ?? true
        }
        try await session.know(Set(events.compactMap(\.event.unit?.institution)))
        let language = voice.language
        let time = LocalTime(session.timeZone)
        let kinds = Dictionary(grouping: events, by: \.event.event)
        let counts = EventName.allCases.compactMap { name in
            kinds[name].map { Count(what: name.text(language), count: $0.count) }
        }
        let rows = events.suffix(most).map { found in
            let record = found.event
            let about = [record.unit.map(voice.name), record.transmission?.description].compactMap(\.self)
            return Event(
                when: time.text(record.at, language), what: Markup.printable(record.text(language)),
                mailbox: mailbox(record.mailbox, session, voice), about: about.joined(separator: "\n"),
                agent: record.agent?.description ?? "", entry: found.index)
        }
        let found = Found(
            period: fields.text(period, voice), total: language.events(events.count), events: rows, counts: counts,
            isEmpty: events.isEmpty, omitted: events.count > rows.count ? events.count - rows.count : nil)
        return AuditPage(query, found, session, voice)
    }

    private static func institution(_ id: InstitutionID, _ session: Session) -> String {
        session.directory.convention?.body.party(id)?.name ?? id.description
    }

    private static func mailbox(_ mailbox: Mailbox, _ session: Session, _ voice: Voice) -> String {
        switch mailbox {
        case .unit(let unit): voice.name(unit)
        case .institution(let id): institution(id, session)
        default: mailbox.description
        }
    }
}

extension Language {
    /// `1 événement`, `12 événements`.
    fileprivate func events(_ count: Int) -> String {
        self("\(count) événement\(count > 1 ? "s" : "")", "\(count) event\(count == 1 ? "" : "s")")
    }
}
