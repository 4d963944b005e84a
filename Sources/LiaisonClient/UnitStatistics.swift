// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonWire

/// How many, as a table may show it: a small number, zero apart, could point at a person.
public enum ShownCount: Hashable, Sendable {
    case number(Int)
    /// Fewer than `ShownCount.least`, and at least one.
    case few
    /// Withheld so that what is few cannot be had by subtraction.
    case withheld

    /// The smallest number besides zero that is shown.
    public static let least = 5

    init(_ count: Int) { self = (1..<Self.least).contains(count) ? .few : .number(count) }

    var isShown: Bool { if case .number = self { true } else { false } }
}

/// What a unit received or sent in a period, counted along one line that every delivery stands on once.
public struct StatisticsTable<Key: Hashable & Sendable>: Hashable, Sendable {
    public struct Row: Hashable, Sendable {
        public let key: Key
        public let count: ShownCount
    }

    /// In the order that was given.
    public let rows: [Row]
    public let total: ShownCount

    /// - Parameter counts: each with its key; together they are the total.
    init(_ counts: [(key: Key, count: Int)]) {
        total = ShownCount(counts.reduce(0) { $0 + $1.count })
        var shown = counts.map { ShownCount($0.count) }
        // The total less what is shown is what the rest comes to: that is neither one row's alone nor a small number.
        while total.isShown {
            let hidden = shown.indices.filter { !shown[$0].isShown }
            let sum = hidden.reduce(0) { $0 + counts[$1].count }
            guard !hidden.isEmpty, hidden.count == 1 || sum < ShownCount.least,
                let smallest = shown.indices.filter({ shown[$0].isShown && counts[$0].count > 0 })
                    .min(by: { counts[$0].count < counts[$1].count })
            else { break }
            shown[smallest] = .withheld
        }
        rows = zip(counts, shown).map { Row(key: $0.key, count: $1) }
    }

    public subscript(key: Key) -> ShownCount? { rows.first { $0.key == key }?.count }
}

/// What a unit received or sent in a period, and what came of it: numbers only, and nothing about any one person.
public struct UnitStatistics: Hashable, Sendable {
    /// One delivery, as far as it is counted.
    public struct Item: Hashable, Sendable {
        public var kind: String
        public var urgency: Urgency
        public var state: DeliveryState
        /// When it was made available; of what was sent, when it was taken in.
        public var at: Instant
        public var dueAt: Instant?
        /// When the unit took charge or refused; nil where it has not.
        public var answeredAt: Instant?

        public init(
            kind: String, urgency: Urgency, state: DeliveryState, at: Instant, dueAt: Instant?, answeredAt: Instant?
        ) {
            self.kind = kind
            self.urgency = urgency
            self.state = state
            self.at = at
            self.dueAt = dueAt
            self.answeredAt = answeredAt
        }
    }

    /// What became of a delivery. States and times are one line, not two: from two, a small number could be had by subtraction.
    public enum Outcome: Hashable, Sendable, CaseIterable {
        case acknowledgedInTime, acknowledgedLate
        case refusedInTime, refusedLate
        /// Expired without an answer.
        case expired
        /// Taken back by its sender.
        case withdrawn
        case opened
        case available
    }

    /// The most frequent first.
    public let kinds: StatisticsTable<String>
    public let urgencies: StatisticsTable<Urgency>
    public let outcomes: StatisticsTable<Outcome>

    /// Counts what lies in `period`.
    public init(_ items: some Sequence<Item>, in period: DayPeriod) {
        let items = items.filter { period.contains($0.at) }
        func count<Key: Hashable>(_ key: (Item) -> Key) -> [Key: Int] {
            items.reduce(into: [:]) { $0[key($1), default: 0] += 1 }
        }
        let (kinds, urgencies, outcomes) = (count(\.kind), count(\.urgency), count(Self.outcome))
        // Those too few to be shown stand in an order that does not tell how few they are.
        func rank(_ kind: (key: String, value: Int)) -> (Int, String) {
            (kind.value < ShownCount.least ? 0 : -kind.value, kind.key)
        }
        self.kinds = StatisticsTable(kinds.sorted { rank($0) < rank($1) }.map { ($0.key, $0.value) })
        self.urgencies = StatisticsTable(Urgency.allCases.map { ($0, urgencies[$0] ?? 0) })
        self.outcomes = StatisticsTable(Outcome.allCases.map { ($0, outcomes[$0] ?? 0) })
    }

    public var total: ShownCount { outcomes.total }

    /// How many had their answer, either way, within the time that the convention sets.
    public var answeredInTime: ShownCount {
        guard case .number(let acknowledged)? = outcomes[.acknowledgedInTime],
            case .number(let refused)? = outcomes[.refusedInTime]
        else { return .withheld }
        return ShownCount(acknowledged + refused)
    }

    /// What has no time set is never late.
    static func outcome(of item: Item) -> Outcome {
        let isLate = item.dueAt.map { (item.answeredAt ?? .earliest) > $0 } ?? false
        return switch item.state {
        case .acknowledged: isLate ? .acknowledgedLate : .acknowledgedInTime
        case .refused: isLate ? .refusedLate : .refusedInTime
        case .expired: .expired
        case .withdrawn: .withdrawn
        case .opened: .opened
        case .available: .available
        }
    }
}

extension Session {
    /// What one of the agent's units received and sent in a period, from what this device holds; the list is not marked as shown.
    public func statistics(
        of unit: UnitAddress, in period: DayPeriod
    ) async throws -> (received: UnitStatistics, sent: UnitStatistics) {
        let received = try await inbox(.all, isShown: false).deliveries.filter { $0.unit == unit }
        let sent = try await sent(.all).deliveries.filter { $0.routing.from == unit }
        var answered: [Answered: Instant] = [:]
        for event in try replica.events(in: unit, from: 0) {
            let record = event.event
            guard record.event == .consignmentAcceptance || record.event == .consignmentRejection,
                let transmission = record.transmission, let unit = record.unit
            else { continue }
            answered[Answered(transmission: transmission, unit: unit)] = record.at
        }
        func count(_ deliveries: [VerifiedDelivery]) -> UnitStatistics {
            let items = deliveries.map { delivery in
                UnitStatistics.Item(
                    kind: delivery.routing.kind, urgency: delivery.routing.urgency, state: delivery.state,
                    at: delivery.event.event.at, dueAt: delivery.dueAt,
                    answeredAt: answered[Answered(transmission: delivery.routing.id, unit: delivery.unit)])
            }
            return UnitStatistics(items, in: period)
        }
        return (count(received), count(sent))
    }

    private struct Answered: Hashable {
        var transmission: TransmissionID
        var unit: UnitAddress
    }
}
