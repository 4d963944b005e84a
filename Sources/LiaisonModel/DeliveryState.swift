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
    /// An agent of the unit was shown that it is there.
    case listed
    /// An acknowledgement was due and a step of the escalation is reached.
    case overdue
    /// Nobody is left in the unit who could open it.
    case unattended
    /// The content's retention ends; for one that was withdrawn unopened, at once.
    case retentionOver

    public static let allCases =
        Act.Kind.allCases.map { DeliveryTrigger.act($0) } + [.listed, .overdue, .unattended, .retentionOver]
}

/// What follows from a trigger: the next state and the event that says so.
public struct DeliveryTransition: Hashable, Sendable {
    public let state: DeliveryState
    public let event: EventName

    package init(state: DeliveryState, event: EventName) {
        self.state = state
        self.event = event
    }
}

extension DeliveryState {
    /// The whole state machine. What is not in the table is refused and changes nothing.
    ///
    /// A second agent may open what a colleague opened: who reads is recorded, the state stays. Erasing a content
    /// is no answer: only what has its answer is erased, and that answer stays. Retrieving a sealed content is no reading:
    /// the state stays, and what nobody has read can still be withdrawn.
    public static let transitions: [DeliveryState: [DeliveryTrigger: DeliveryTransition]] = [
        .available: [
            .act(.opened): .init(state: .opened, event: .contentHandover),
            .act(.refused): .init(state: .refused, event: .consignmentRejection),
            .act(.unopenable): .init(state: .refused, event: .consignmentRejection),
            .act(.withdrawn): .init(state: .withdrawn, event: .withdrawal),
            .act(.retrieved): .init(state: .available, event: .retrieval),
            .act(.transferred): .init(state: .available, event: .transfer),
            .listed: .init(state: .available, event: .consignmentNotification),
            .overdue: .init(state: .available, event: .escalation),
            .unattended: .init(state: .available, event: .unattended),
            .retentionOver: .init(state: .expired, event: .acceptanceRejectionExpiry)
        ],
        .opened: [
            .act(.opened): .init(state: .opened, event: .contentHandover),
            .act(.acknowledged): .init(state: .acknowledged, event: .consignmentAcceptance),
            .act(.refused): .init(state: .refused, event: .consignmentRejection),
            .act(.unopenable): .init(state: .refused, event: .consignmentRejection),
            .act(.retrieved): .init(state: .opened, event: .retrieval),
            .act(.transferred): .init(state: .opened, event: .transfer),
            .overdue: .init(state: .opened, event: .escalation),
            .unattended: .init(state: .opened, event: .unattended),
            .retentionOver: .init(state: .expired, event: .acceptanceRejectionExpiry)
        ],
        .acknowledged: [
            .act(.opened): .init(state: .acknowledged, event: .contentHandover),
            .act(.retrieved): .init(state: .acknowledged, event: .retrieval),
            .act(.transferred): .init(state: .acknowledged, event: .transfer),
            .act(.erased): .init(state: .acknowledged, event: .erasure),
            .retentionOver: .init(state: .acknowledged, event: .erasure)
        ],
        .refused: [
            .act(.erased): .init(state: .refused, event: .erasure),
            .retentionOver: .init(state: .refused, event: .erasure)
        ],
        .withdrawn: [.retentionOver: .init(state: .withdrawn, event: .erasure)],
        .expired: [
            .act(.erased): .init(state: .expired, event: .erasure),
            .retentionOver: .init(state: .expired, event: .erasure)
        ]
    ]

    /// What follows `trigger` in this state; nil when it is not allowed.
    public func on(_ trigger: DeliveryTrigger) -> DeliveryTransition? {
        Self.transitions[self]?[trigger]
    }
}

/// A delivery's whole position: its state, and what happens to it once only.
public struct DeliveryProgress: Hashable, Sendable {
    public var state: DeliveryState
    /// Whether its unit was shown that it is there.
    public var isNotified: Bool
    /// Whether its content is gone; nothing happens to it afterwards.
    public var isErased: Bool
    /// Whether silence has called the unit's standby units in.
    public var isStandbyCalled: Bool
    /// The agents who opened it: only they can say what becomes of it.
    public var openers: Set<AgentAddress>
    /// The agents who have the sealed content, opened or only retrieved: only they can hand it on.
    public var holders: Set<AgentAddress>

    public init(
        state: DeliveryState = .available, isNotified: Bool = false, isErased: Bool = false,
        isStandbyCalled: Bool = false,
        openers: Set<AgentAddress> = [], holders: Set<AgentAddress> = []
    ) {
        self.state = state
        self.isNotified = isNotified
        self.isErased = isErased
        self.isStandbyCalled = isStandbyCalled
        self.openers = openers
        self.holders = holders
    }

    /// What follows `trigger` now; nil when it is not allowed.
    public func on(_ trigger: DeliveryTrigger) -> DeliveryTransition? {
        guard !isErased, trigger != .listed || !isNotified else { return nil }
        return state.on(trigger)
    }

    /// Whether `agent` has read, or holds, what an act of this kind needs.
    ///
    /// "Taken charge of" means that somebody read it: an acknowledgement, and a refusal of what was opened, come from an
    /// agent who opened it. A content is handed on, or said to be unopenable, by an agent who has it.
    public func admits(_ act: Act.Kind, by agent: AgentAddress) -> Bool {
        switch act {
        case .acknowledged: openers.contains(agent)
        case .refused: state == .available || openers.contains(agent)
        case .transferred, .unopenable: holders.contains(agent)
        case .opened, .withdrawn, .erased, .retrieved: true
        }
    }

    /// - Parameter record: the event that the transition was recorded by.
    public mutating func advance(by transition: DeliveryTransition, recordedBy record: EventRecord) {
        state = transition.state
        switch transition.event {
        case .consignmentNotification: isNotified = true
        case .erasure: isErased = true
        case .escalation: isStandbyCalled = isStandbyCalled || record.code == EscalationTarget.standby.description
        case .contentHandover:
            openers.formUnion([record.agent].compactMap(\.self))
            holders.formUnion(openers)
        case .retrieval: holders.formUnion([record.agent].compactMap(\.self))
        default: break
        }
    }
}

extension EventName {
    /// Whether it says that nothing was changed.
    public var isRefusal: Bool { self == .submissionRejection || self == .actRejection }
}

extension EventRecord {
    /// What led to this event when no act did; nil for one that follows an act.
    public var triggerWithoutAct: DeliveryTrigger? {
        switch event {
        case .consignmentNotification: .listed
        case .escalation: .overdue
        case .unattended: .unattended
        case .acceptanceRejectionExpiry: .retentionOver
        case .erasure where act == nil: .retentionOver
        default: nil
        }
    }
}

extension Act {
    /// A reason that goes with it, and a content with a transfer, and neither otherwise.
    public var hasWhatItNeeds: Bool { hasItsReason && (content != nil) == (act == .transferred) }

    /// One of the reasons of its kind, and none where its kind has none.
    public var hasItsReason: Bool {
        let reasons = ReasonCode.allowed(with: act)
        return reasons.isEmpty ? reason == nil : reason.map(reasons.contains) ?? false
    }

    /// The units whose agents may make it: only the sender's withdraws; both ends may have a content erased; everything
    /// else is for the unit that received.
    public func actors(sender: UnitAddress) -> [UnitAddress] {
        switch act {
        case .withdrawn: [sender]
        case .erased: [unit, sender]
        default: [unit]
        }
    }
}
