// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes
import LiaisonSealing
import LiaisonVault
public import LiaisonWire

/// A delivery whose envelope and evidence were verified.
public struct VerifiedDelivery: Sendable {
    public let envelope: Verified<Envelope>
    public let unit: UnitAddress
    /// Where it stands, replayed from its events.
    public let state: DeliveryState
    /// Whether the relay has erased the content for this unit.
    public let isErased: Bool
    /// Whether a list has shown it to the unit before.
    public let isNotified: Bool
    public let dueAt: Instant?
    /// The flow that permitted it, and the institutions at both ends.
    public let context: FormContext
    /// The consignment; in the list of what was sent, the submission.
    public let event: ProvenEvent

    public var routing: Routing { envelope.body.routing }
}

/// What a list shows: the deliveries that verify, and why others do not.
public struct Listing: Sendable {
    public var deliveries: [VerifiedDelivery] = []
    public var refused: [ClientFailure] = []
    /// How many that have their answer are left out.
    public var older = 0

    /// Those that nobody has been shown yet, for `RelayConnection.notify` to tell.
    public var unseen: [ShownDeliveries.Item] {
        deliveries.filter { $0.state == .available && !$0.isNotified }
            .map { ShownDeliveries.Item(transmission: $0.routing.id, unit: $0.unit) }
    }
}

/// Which deliveries a list shows.
public struct ListScope: Sendable {
    /// How many that have their answer stand behind those that wait, when nothing else is asked for.
    public static let usual = 30

    /// Deposited at or after this instant.
    public var since: Instant?
    public var kind: String?
    /// At most so many; nil for all that fit.
    public var limit: Int?
    /// Whether all that have their answer are shown, too.
    public var isAll = false

    public init() {}

    /// Everything.
    public static var all: ListScope {
        var scope = ListScope()
        scope.isAll = true
        return scope
    }

    fileprivate func admits(_ delivery: HeldDelivery, at instant: Instant) -> Bool {
        since.map { instant >= $0 } ?? true
    }
}

extension VerifiedDelivery {
    fileprivate func isSame(as other: VerifiedDelivery) -> Bool {
        routing.id == other.routing.id && unit == other.unit
    }
}

extension Session {
    // MARK: Lists

    /// Deliveries to the agent's units: what waits for an answer first, the most urgent before all, then the others, the
    /// latest first.
    ///
    /// - Parameter isShown: whether a person is about to see the list, which the log then says. Without the relay nothing is said: then
    ///   whoever shows the list tells of `Listing.unseen`.
    public func inbox(_ scope: ListScope = .init(), isShown: Bool = true) async throws -> Listing {
        try await sync()
        var listing = try await list(.inbox, scope)
        let called = try await calledIn()
        listing.refused += called.refused
        for delivery in called.deliveries where !listing.deliveries.contains(where: { $0.isSame(as: delivery) }) {
            listing.deliveries.append(delivery)
        }
        func rank(_ delivery: VerifiedDelivery) -> (Int, Urgency, Instant, Int) {
            delivery.state.isFinal
                ? (1, .routine, 0, -delivery.event.index)
                : (0, delivery.routing.urgency, delivery.dueAt ?? .latest, delivery.event.index)
        }
        listing.deliveries.sort { rank($0) < rank($1) }
        if isShown { await say(listing.unseen) }
        return listing
    }

    /// Deliveries of what the agent's units sent: those that wait for an answer, then the others, the latest first.
    public func sent(_ scope: ListScope = .init()) async throws -> Listing {
        try await sync()
        return try await list(.sent, scope)
    }

    /// What answers the deliveries of a list, in both directions.
    public func related(to listing: Listing) async throws -> Listing {
        var related = Listing()
        for id in Set(listing.deliveries.map(\.routing.id)).sorted() {
            for reply in try replica.replies(to: id) { related.deliveries += try await deliveries(of: reply) }
        }
        return related
    }

    /// The deliveries of a transmission to or from the agent's units, as lists show them.
    func deliveries(of id: TransmissionID) async throws -> [VerifiedDelivery] {
        guard let held = try replica.transmission(id), held.refusal == nil, held.flow != nil else { return [] }
        var found: [VerifiedDelivery] = []
        for unit in try replica.envelope(of: held).body.routing.recipients {
            let row = try replica.delivery(.inbox, id, unit) ?? replica.delivery(.sent, id, unit)
            if let row { found.append(try await verified(row)) }
        }
        return found
    }

    /// The deliveries of a list of which `isWanted` holds.
    func deliveries(
        _ list: Replica.List, where isWanted: (HeldDelivery) -> Bool
    ) async throws -> [VerifiedDelivery] {
        var rows: [HeldDelivery] = []
        for isOpen in [true, false] {
            try replica.deliveries(list, isOpen: isOpen) { row in
                if isWanted(row) { rows.append(row) }
                return true
            }
        }
        var found: [VerifiedDelivery] = []
        for row in rows { found.append(try await verified(row)) }
        return found
    }

    private func list(_ list: Replica.List, _ scope: ListScope) async throws -> Listing {
        for unit in try replica.mailboxes() where try replica.mailbox(of: unit)?.gaps.isEmpty == false {
            throw ClientFailure.broken(.eventsMissing)
        }
        var listing = Listing()
        listing.refused = try replica.refusals().map(\.failure)
        let isUsual = !scope.isAll && scope.since == nil && scope.kind == nil && scope.limit == nil
        for isOpen in [true, false] {
            var rows: [HeldDelivery] = []
            let most = !isOpen && isUsual ? ListScope.usual : scope.limit.map { $0 - listing.deliveries.count } ?? .max
            guard most > 0 else { break }
            try replica.deliveries(list, isOpen: isOpen, newestFirst: !isOpen) { row in
                let event = try replica.event(row.event)
                // By the log's order nothing older comes behind; clocks are not that exact.
                if scope.admits(row, at: event.event.at), try scope.kind.map({ try kind(of: row) == $0 }) ?? true {
                    rows.append(row)
                }
                return isOpen || rows.count < most
            }
            for row in rows { listing.deliveries.append(try await verified(row)) }
            if !isOpen, isUsual { listing.older = try replica.count(list, isOpen: false) - rows.count }
        }
        if let limit = scope.limit { listing.deliveries = Array(listing.deliveries.prefix(limit)) }
        return listing
    }

    private func kind(of row: HeldDelivery) throws -> String? {
        try replica.transmission(row.transmission).map { try replica.envelope(of: $0).body.routing.kind }
    }

    private func verified(_ row: HeldDelivery) async throws -> VerifiedDelivery {
        guard let held = try replica.transmission(row.transmission), let flow = held.flow else {
            throw VaultFailure.damaged("row transmission")
        }
        let envelope = try replica.envelope(of: held)
        return VerifiedDelivery(
            envelope: envelope, unit: row.unit, state: row.state, isErased: row.isErased, isNotified: row.isNotified,
            dueAt: row.dueAt, context: try await directoryView.context(of: envelope.body.routing, flow: flow),
            event: try replica.event(row.event))
    }

    /// Says which deliveries a person is about to see for the first time. That the list can be shown does not hang on it.
    private func say(_ unseen: [ShownDeliveries.Item]) async {
        guard offlineSince == nil else { return }
        isSynced = false
        try? await relay.tell(shown: unseen)
    }

    // MARK: Deliveries

    /// Units that this agent only stands by for.
    private var standbyUnits: Set<UnitAddress> {
        Set(directory.standbyUnits(of: address, at: clock())).subtracting(ownUnits)
    }

    /// Whether the silence of a unit that this agent only stands by for has called it in. Those deliveries are in no mailbox of this
    /// device: the relay tells them.
    public var isCalledIn: Bool {
        get throws {
            let units = standbyUnits
            return try !units.isEmpty && replica.alerts().contains { units.contains($0.unit) }
        }
    }

    /// Deliveries to units that this agent only stands by for, whose silence has called it in.
    func calledIn() async throws -> Listing {
        let units = standbyUnits
        var found = Listing()
        guard offlineSince == nil, !units.isEmpty else { return found }
        for alert in try replica.alerts() where units.contains(alert.unit) {
            do {
                if let told = try await told(alert.transmission) { found.deliveries += told.deliveries(to: units) }
            } catch let problem as Problem where problem.code == .notAParty || problem.code == .unknownTransmission {
                continue
            } catch let failure as ClientFailure where failure.isAboutOne {
                // One that does not hold stops no other.
                found.refused.append(failure)
            }
        }
        return found
    }

    /// The delivery of `id` to one of the agent's units.
    public func delivery(_ id: TransmissionID) async throws -> VerifiedDelivery {
        try await sync()
        if let refusal = try replica.transmission(id)?.refusal { throw refusal.failure }
        if let own = try await deliveries(of: id).first(where: { ownUnits.contains($0.unit) }) { return own }
        let item = try received(id)
        if offlineSince == nil {
            do {
                if let told = try await told(id)?.deliveries(to: Set(servedUnits)).first { return told }
            } catch let problem as Problem where item != nil && problem.status < 500 {
                // The relay tells it no more; this device has had it.
            }
        }
        guard let item, let kept = item.evidence else { throw ClientFailure.unknownTransmission(id.description) }
        let event = try await logView.prove(kept).proven
        guard let note = try? Unverified<Envelope>(parsing: item.envelope), event.event.unit == item.unit else {
            throw ClientFailure.broken(.envelopeRefused)
        }
        let (envelope, permit) = try await replica.judge(note, of: id, at: event, isTold: false)
        return VerifiedDelivery(
            envelope: envelope, unit: item.unit, state: .opened, isErased: false, isNotified: true,
            dueAt: event.event.dueAt,
            context: try await directoryView.context(of: envelope.body.routing, flow: permit?.flow.id ?? ""),
            event: event)
    }
}
