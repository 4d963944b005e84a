// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
import LiaisonWire

/// A transmission that nobody has answered in time: its reference, never its content.
public struct Alert: Hashable, Sendable {
    public let transmission: TransmissionID
    /// The unit that has not answered.
    public let unit: UnitAddress
    /// One's own unit that is told.
    public let told: UnitAddress
    /// Available or opened, when the last step was taken.
    public let state: DeliveryState?
    public let dueAt: Int?
    /// When the last step was taken, Unix seconds.
    public let at: Int
    /// How many steps so far reached `told`.
    public let steps: Int
}

extension Session {
    /// Silence that has reached the agent's units and is not over, the oldest first.
    public func alerts() async throws -> [Alert] {
        var open: [String: Alert] = [:]
        for event in try await mailboxEvents().map(\.event) {
            guard case .unit(let told) = event.mailbox, let id = event.transmission, let unit = event.unit else {
                continue
            }
            let key = "\(told) \(id) \(unit)"
            if event.event == .escalation {
                open[key] = Alert(
                    transmission: id, unit: unit, told: told, state: event.state, dueAt: event.dueAt, at: event.at,
                    steps: (open[key]?.steps ?? 0) + 1)
            } else if event.state?.isFinal == true {
                open[key] = nil
            }
        }
        return open.values.sorted { ($0.at, $0.transmission) < ($1.at, $1.transmission) }
    }
}
