// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
import LiaisonNotes
public import LiaisonWire

/// Up to where somebody was told what the mailboxes of their units hold, by index of the log.
public struct ToldSoFar: Sendable {
    fileprivate var index: [UnitAddress: Int] = [:]

    public init() {}
}

/// An event of a mailbox, and what its transmission's envelope says.
public struct NewEvent: Sendable {
    public let event: ProvenEvent
    /// In whose mailbox it is.
    public let unit: UnitAddress
    /// Nil where no envelope verifies.
    public let routing: Routing?

    /// Whether somebody of the unit has to act: a delivery to it, or silence that it is alerted of.
    public var asksForAction: Bool {
        switch event.event.event {
        case .contentConsignment: event.event.unit == unit
        case .escalation, .unattended, .consignmentRejection, .acceptanceRejectionExpiry: true
        default: false
        }
    }
}

extension Session {
    /// Brings the mailboxes up to date and gives what came since, in order of the log. A mailbox that was never looked at
    /// begins at its end: what is there already is no news.
    public func newEvents(_ told: inout ToldSoFar) async throws -> [NewEvent] {
        try await replica.sync()
        var found: [NewEvent] = []
        for unit in ownUnits {
            let end = try replica.mailbox(of: unit)?.index ?? -1
            defer { told.index[unit] = end }
            guard let last = told.index[unit] else { continue }
            for event in try replica.events(in: unit, from: last + 1) {
                var routing: Routing?
                if let id = event.event.transmission, let held = try replica.transmission(id), held.envelope != nil {
                    routing = try replica.envelope(of: held).body.routing
                }
                found.append(NewEvent(event: event, unit: unit, routing: routing))
            }
        }
        return found.sorted { $0.event.index < $1.event.index }
    }
}
