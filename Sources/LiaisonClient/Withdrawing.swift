// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonWire

/// What came of taking a transmission back from one unit.
public struct WithdrawalResult: Sendable {
    public var unit: UnitAddress
    public var state: DeliveryState
    /// When somebody had opened it: too late to destroy it unread.
    public var openedAt: Instant?
    /// Who fetched the sealed content to hand it on or to export it, when nobody had opened it.
    public var retrievedBy: [String] = []
    /// The demand to destroy it that went to the unit.
    public var demand: TransmissionID?
    /// Why no demand could be sent: somebody has to telephone.
    public var failure: ClientFailure?
}

extension Session {
    /// Takes a transmission back: destroyed, with proof, where nobody has opened it. Where somebody has, the unit gets a
    /// demand to destroy it and to confirm, if the convention has a flow for that.
    public func withdraw(
        _ id: TransmissionID, reason: ReasonCode, catalogue: FormCatalogue
    ) async throws -> [WithdrawalResult] {
        let tracked = try await track(id)
        guard ownUnits.contains(tracked.routing.from) else { throw ClientFailure.unknownTransmission(id.description) }
        if reason == .consentWithdrawn { try rememberWithdrawal(of: tracked.routing) }
        var results: [WithdrawalResult] = []
        for delivery in tracked.deliveries {
            results.append(try await withdraw(tracked.envelope, from: delivery, tracked, reason, catalogue))
        }
        return results
    }

    private func withdraw(
        _ envelope: Verified<Envelope>, from delivery: Timeline.Delivery, _ tracked: TrackedTransmission,
        _ reason: ReasonCode, _ catalogue: FormCatalogue
    ) async throws -> WithdrawalResult {
        var state = delivery.state
        if state == .available {
            do {
                _ = try await perform(try act(.withdrawn, on: envelope, unit: delivery.unit, reason: reason))
                let holders = tracked.events.filter { $0.event.event == .retrieval && $0.event.unit == delivery.unit }
                return WithdrawalResult(
                    unit: delivery.unit, state: .withdrawn,
                    retrievedBy: Set(holders.compactMap { $0.event.agent?.description }).sorted())
            } catch let problem as Problem where problem.code == .wrongState {
                state = problem.state ?? state  // somebody was faster
            }
        }
        var result = WithdrawalResult(unit: delivery.unit, state: state)
        let opened = tracked.events.first { $0.event.event == .contentHandover && $0.event.unit == delivery.unit }
        // Refused by a unit that had read it: what it read is still there.
        guard state == .opened || state == .acknowledged || state == .refused && opened != nil else { return result }
        result.openedAt = opened?.event.at ?? clock()  // somebody opened it just now
        do {
            let plan = try await plan(
                demand(after: reason, envelope.body.routing, to: delivery.unit), catalogue: catalogue)
            let demand = try await seal(plan)
            _ = try await deposit(demand, catalogue: catalogue)
            result.demand = demand
        } catch let failure as ClientFailure {
            result.failure = failure
        } catch let problem as Problem {
            result.failure = .refused(problem)
        }
        return result
    }

    /// What is demanded of a unit that has opened it: to destroy it, or to stop, since the person no longer agrees.
    private func demand(after reason: ReasonCode, _ routing: Routing, to unit: UnitAddress) -> SendRequest {
        let isWithdrawn = reason == .consentWithdrawn
        var request = SendRequest(kind: isWithdrawn ? "consent_withdrawal" : "misdirection_return", to: unit)
        request.from = routing.from
        request.inReplyTo = routing.id
        request.form = ["return_demand": .text(isWithdrawn ? "stop_and_confirm" : "destroy_and_confirm")]
        if isWithdrawn {
            let style = Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day()
            request.form["withdrawn_on"] = .text(clock().date.formatted(style))
        }
        return request
    }
}
