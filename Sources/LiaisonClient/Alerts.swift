// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// Something about a transmission that somebody has to act on: by its reference and envelope, never its content.
public struct Alert: Codable, Hashable, Sendable {
    public enum Reason: String, Codable, Hashable, Sendable, CaseIterable {
        /// Nobody has answered in time.
        case unanswered
        /// Nobody is left in the unit who could open it.
        case unattended
        /// The unit does not take charge.
        case refused
        /// The sender took it back.
        case withdrawn
        /// Its retention ended without an answer.
        case expired
        /// What had been unanswered was answered: the end of an alert, told once.
        case ended
        /// A demand to destroy or to stop, not yet confirmed.
        case demand
        /// The sender asks again.
        case reminder
        /// An answer to what one's unit sent, not yet read.
        case answer
        /// Urgent or immediate, and nobody of the unit has opened it.
        case arrived
    }

    public let reason: Reason
    public let transmission: TransmissionID
    /// The unit whose delivery it is about.
    public let unit: UnitAddress
    /// One's own unit that is told: in whose mailbox it stands.
    public let told: UnitAddress
    /// Of a refusal or a withdrawal.
    public var code: ReasonCode?
    /// Where the delivery stands, as far as `told` was told.
    public var state: DeliveryState?
    /// When an answer was due.
    public var dueAt: Instant?
    /// When it happened, or when the last step was taken.
    public var at: Instant
    /// How many steps of an escalation reached `told`.
    public var steps = 0
    /// When somebody of the unit first opened it, as far as `told` was told.
    public var openedAt: Instant?
    /// Index of the event that it is about; what is dismissed is dismissed by it.
    public var index: Int
    /// What the envelope says; nil where it could not be verified.
    public var routing: Routing?

    /// The controller has 72 hours to notify a breach (RGPD, article 33).
    public static let breachNotification: Seconds = .hours(72)

    /// The side that `told` is not: whom to call.
    public var other: UnitAddress { told == unit ? routing?.from ?? unit : unit }

    /// Whether it goes by itself only: silence ends with an answer, a demand with its confirmation.
    public var isStanding: Bool { [.unanswered, .unattended, .demand, .reminder, .arrived].contains(reason) }

    /// A wrong unit has read it: until when the sender's institution has to notify the breach.
    public var notifyBefore: Instant? {
        guard reason == .refused, code == .wrongUnit, openedAt != nil, told == routing?.from else { return nil }
        return at + Self.breachNotification
    }

    var dismissalID: String { "\(told) \(transmission) \(unit) \(index)" }
}

extension Session {
    /// Kinds that demand something of whoever got them, until they are acknowledged.
    private static let demands: Set = ["misdirection_return", "consent_withdrawal"]

    /// What somebody of this agent's units has to act on, the most urgent first, then the oldest. What was dismissed on this
    /// device is left out.
    public func alerts() async throws -> [Alert] {
        try await sync()
        var alerts = try replica.alerts()
        let waiting = try await deliveries(.inbox) { !$0.state.isFinal } + calledIn().deliveries
        alerts += waiting.compactMap(alert)
        let routings = Dictionary(waiting.map { ($0.routing.id, $0.routing) }) { first, _ in first }
        var shown: [Alert] = []
        for var alert in alerts {
            guard try account.vault.value(Table.dismissed, alert.dismissalID) == nil else { continue }
            alert.routing = try alert.routing ?? routings[alert.transmission] ?? routing(of: alert.transmission)
            // Whoever sent it is told by the answer itself.
            if alert.reason != .ended || alert.told != alert.routing?.from { shown.append(alert) }
        }
        func rank(_ alert: Alert) -> (Urgency, Instant, TransmissionID) {
            (alert.routing?.urgency ?? .immediate, alert.at, alert.transmission)
        }
        return shown.sorted { rank($0) < rank($1) }
    }

    /// Does not show alerts on a transmission again. What stands until it is answered stays.
    ///
    /// - Returns: how many were dismissed, and how many stay.
    public func dismiss(_ id: TransmissionID) async throws -> (dismissed: Int, standing: Int) {
        let alerts = try await alerts().filter { $0.transmission == id }
        for alert in alerts where !alert.isStanding { try dismiss(alert) }
        return (alerts.count { !$0.isStanding }, alerts.count(where: \.isStanding))
    }

    /// Does not show one alert again.
    public func dismiss(_ alert: Alert) throws {
        try account.vault.put(true, Table.dismissed, alert.dismissalID)
    }

    /// What a delivery itself asks for.
    private func alert(on delivery: VerifiedDelivery) -> Alert? {
        let kind = delivery.routing.kind
        let reason: Alert.Reason
        if Self.demands.contains(kind), !delivery.state.isFinal {
            reason = .demand
        } else if kind == "reminder", !delivery.state.isFinal {
            reason = .reminder
        } else if delivery.routing.inReplyTo != nil, delivery.state == .available {
            reason = .answer
        } else if delivery.routing.urgency.asksForACall, delivery.state == .available {
            reason = .arrived
        } else {
            return nil
        }
        return Alert(
            reason: reason, transmission: delivery.routing.id, unit: delivery.unit, told: delivery.unit,
            state: delivery.state, dueAt: delivery.dueAt, at: delivery.event.event.at,
            index: delivery.event.index, routing: delivery.routing)
    }

    /// The routing of a transmission that one of the agent's mailboxes heard of; nil where no envelope verifies.
    private func routing(of id: TransmissionID) throws -> Routing? {
        if let own = try outbox.sealed(id) { return own }
        guard let held = try replica.transmission(id), held.envelope != nil else { return nil }
        return try replica.envelope(of: held).body.routing
    }
}

/// Follows what mailboxes were told, event by event; pure.
enum AlertBoard {
    private struct Key: Hashable {
        let told: UnitAddress
        let transmission: TransmissionID
        let unit: UnitAddress
    }

    /// What is open at the end of `events`, which are in log order.
    static func alerts(from events: [ProvenEvent]) -> [Alert] {
        var open: [Key: [Alert]] = [:]
        var openedAt: [Key: Instant] = [:]
        for evidence in events {
            let event = evidence.event
            guard case .unit(let told) = event.mailbox, let id = event.transmission, let unit = event.unit else {
                continue
            }
            let key = Key(told: told, transmission: id, unit: unit)
            func alert(_ reason: Alert.Reason, steps: Int = 0) -> Alert {
                Alert(
                    reason: reason, transmission: id, unit: unit, told: told,
                    code: event.code.flatMap(ReasonCode.init), state: event.state, dueAt: event.dueAt, at: event.at,
                    steps: steps, openedAt: openedAt[key], index: evidence.index)
            }
            switch event.event {
            case .contentHandover:
                openedAt[key] = openedAt[key] ?? event.at
                open[key]?.removeAll { $0.reason == .unattended }  // somebody could, after all
            case .escalation:
                let others = open[key]?.filter { $0.reason != .unanswered } ?? []
                let steps = open[key]?.first { $0.reason == .unanswered }?.steps ?? 0
                open[key] = others + [alert(.unanswered, steps: steps + 1)]
            case .unattended: open[key, default: []].append(alert(.unattended))
            // The unit knows its own answer; whoever sent or was alerted has to hear of it.
            case .consignmentAcceptance where told == unit, .consignmentRejection where told == unit: open[key] = nil
            case .consignmentAcceptance: open[key] = open[key] == nil ? nil : [alert(.ended)]
            case .consignmentRejection: open[key] = [alert(.refused)]
            case .withdrawal: open[key] = [alert(told == unit ? .withdrawn : .ended)]
            case .acceptanceRejectionExpiry: open[key] = [alert(.expired)]
            default: break
            }
        }
        return open.values.flatMap(\.self)
    }
}
