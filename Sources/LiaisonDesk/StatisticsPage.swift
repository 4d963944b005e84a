// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// What one of the agent's units received and sent in a period, as numbers that are not about any one person.
struct StatisticsPage: Page {
    static let template = "statistics"

    struct Row: Sendable {
        let label: String
        let count: String
    }

    struct Table: Sendable {
        let caption: String
        let column: String
        let rows: [Row]
        let total: String
    }

    /// What was received, or what was sent.
    struct Part: Sendable {
        let title: String
        let isEmpty: Bool
        let answered: String
        let tables: [Table]
    }

    struct Query: Sendable {
        var first: String?
        var last: String?
        var unit: UnitAddress?
    }

    let fields: PeriodFields
    let units: [Choice]
    let title: String
    let parts: [Part]
    let hasUnit: Bool

    init(_ query: Query, _ session: Session, _ voice: Voice) async throws {
        fields = PeriodFields(first: query.first, last: query.last, session)
        let language = voice.language
        let period = try fields.period(session)
        try await session.know(Set(session.ownUnits.map(\.institution)))
        let unit = session.ownUnits.first { $0 == query.unit } ?? session.postUnits.first ?? session.ownUnits.first
        units = session.ownUnits.map {
            Choice(value: $0.description, label: voice.name($0), isChosen: $0 == unit)
        }
        hasUnit = unit != nil
        guard let unit else {
            (title, parts) = ("", [])
            return
        }
        title = voice.name(unit) + ", " + fields.text(period, voice)
        let (received, sent) = try await session.statistics(of: unit, in: period)
        parts = [
            Part(language("Transmissions reçues", "Transmissions received"), received, voice),
            Part(language("Transmissions envoyées", "Transmissions sent"), sent, voice)
        ]
    }
}

extension StatisticsPage.Part {
    init(_ title: String, _ statistics: UnitStatistics, _ voice: Voice) {
        let language = voice.language
        func table<Key>(
            _ caption: String, _ column: String, _ table: StatisticsTable<Key>, _ label: (Key) -> String
        ) -> StatisticsPage.Table {
            StatisticsPage.Table(
                caption: title + language(" : ", ": ") + caption, column: column,
                rows: table.rows.map { StatisticsPage.Row(label: label($0.key), count: $0.count.text(language)) },
                total: table.total.text(language))
        }
        self.title = title + language(" : ", ": ") + statistics.total.text(language)
        isEmpty = statistics.total == .number(0)
        answered =
            language("Répondues dans le délai de la convention : ", "Answered within the convention's time: ")
            + statistics.answeredInTime.text(language)
        tables = [
            table(language("par type", "by kind"), language("Type", "Kind"), statistics.kinds, voice.title),
            table(
                language("par urgence", "by urgency"), language("Urgence", "Urgency"), statistics.urgencies
            ) { $0.text(language) },
            table(
                language("ce qu'elles sont devenues", "what became of them"), language("État", "State"),
                statistics.outcomes
            ) { $0.text(language) }
        ]
    }
}

extension ShownCount {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .number(let count): "\(count)"
        case .few: language("moins de \(Self.least)", "fewer than \(Self.least)")
        case .withheld: language("non affiché", "not shown")
        }
    }
}

extension UnitStatistics.Outcome {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .acknowledgedInTime: language("prises en charge dans le délai", "acknowledged in time")
        case .acknowledgedLate: language("prises en charge après le délai", "acknowledged late")
        case .refusedInTime: language("refusées dans le délai", "refused in time")
        case .refusedLate: language("refusées après le délai", "refused late")
        case .expired: language("expirées sans réponse", "expired without an answer")
        case .withdrawn: language("retirées par l'expéditeur", "withdrawn by the sender")
        case .opened: language("ouvertes, sans réponse encore", "opened, not yet answered")
        case .available: language("pas encore ouvertes", "not yet opened")
        }
    }
}
