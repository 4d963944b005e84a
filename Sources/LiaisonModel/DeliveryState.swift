// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Where one delivery stands. Three of these are never confused: available, opened, acknowledged.
public enum DeliveryState: String, Codable, Hashable, Sendable, CaseIterable {
    case available, opened, acknowledged, refused, withdrawn, expired

    /// Whether it has found its answer: each delivery ends in exactly one of these.
    public var isFinal: Bool { self != .available && self != .opened }
}

/// What may happen to a delivery.
public enum DeliveryTrigger: Hashable, Sendable, CaseIterable {
    case act(Act.Kind)
    /// An acknowledgement was due and a step of the escalation is reached.
    case overdue
    /// The content's retention ends.
    case retentionOver

    public static let allCases = Act.Kind.allCases.map { DeliveryTrigger.act($0) } + [.overdue, .retentionOver]
}

/// What follows from a trigger: the next state and the event that says so.
public struct DeliveryTransition: Hashable, Sendable {
    public let state: DeliveryState
    public let event: EventName
}

extension DeliveryState {
    /// The whole state machine. What is not in the table is refused and changes nothing.
    ///
    /// A second agent may open what a colleague opened: who reads is recorded, the state stays.
    public static let transitions: [DeliveryState: [DeliveryTrigger: DeliveryTransition]] = [
        .available: [
            .act(.opened): .init(state: .opened, event: .contentHandover),
            .act(.refused): .init(state: .refused, event: .consignmentRejection),
            .act(.withdrawn): .init(state: .withdrawn, event: .withdrawal),
            .overdue: .init(state: .available, event: .escalation),
            .retentionOver: .init(state: .expired, event: .acceptanceRejectionExpiry)
        ],
        .opened: [
            .act(.opened): .init(state: .opened, event: .contentHandover),
            .act(.acknowledged): .init(state: .acknowledged, event: .consignmentAcceptance),
            .act(.refused): .init(state: .refused, event: .consignmentRejection),
            .act(.unopenable): .init(state: .refused, event: .consignmentRejection),
            .act(.transferred): .init(state: .opened, event: .transfer),
            .overdue: .init(state: .opened, event: .escalation),
            .retentionOver: .init(state: .expired, event: .acceptanceRejectionExpiry)
        ],
        .acknowledged: [
            .act(.opened): .init(state: .acknowledged, event: .contentHandover),
            .act(.transferred): .init(state: .acknowledged, event: .transfer)
        ],
        .refused: [:],
        .withdrawn: [:],
        .expired: [:]
    ]

    /// What follows `trigger` in this state; nil when it is not allowed.
    public func on(_ trigger: DeliveryTrigger) -> DeliveryTransition? {
        Self.transitions[self]?[trigger]
    }
}
