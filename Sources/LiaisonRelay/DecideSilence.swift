// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes

/// What a delivery comes to at an instant by time alone.
enum SilenceRuling: Hashable, Sendable {
    /// The given step of the escalation, and when the next consequence is due.
    case escalate(step: EscalationStep, next: Instant)
    case expire
    case erase
    /// The sender hears that nobody is left who could open it.
    case leaveUnattended(next: Instant)
    /// Nothing yet; nil when nothing is to come.
    case wait(until: Instant?)
}

/// Silence becomes a dated fact: the steps of the flow one after the other, then the end of retention. What is decided
/// only waits for that end, and for erasure.
///
/// A flow without steps still has one: the unit and the sender hear that nobody answered in time. Where the unit has
/// standby units, its silence calls them in at the last step.
///
/// - Parameters:
///   - hasStandby: whether the unit has standby units.
///   - hasReader: whether anybody could still open it.
func decide(
    _ delivery: StoredDelivery, escalation: [EscalationStep], hasStandby: Bool = false, hasReader: Bool = true,
    now: Instant
) -> SilenceRuling {
    guard !delivery.isErased else { return .wait(until: nil) }
    guard now < delivery.expiresAt else { return delivery.state.isFinal ? .erase : .expire }
    guard !delivery.state.isFinal else { return .wait(until: delivery.expiresAt) }
    var steps = escalation.isEmpty ? [EscalationStep(to: .unit, after: 0, content: false)] : escalation
    if hasStandby, let last = steps.last, !steps.contains(where: { $0.to == .standby }) {
        steps.append(EscalationStep(to: .standby, after: last.after, content: false))
    }
    func instant(_ step: Int) -> Instant {
        guard step < steps.count else { return delivery.expiresAt }
        return min(delivery.dueAt + steps[step].after, delivery.expiresAt)
    }
    guard hasReader || delivery.isUnattended else { return .leaveUnattended(next: instant(delivery.escalated)) }
    guard instant(delivery.escalated) <= now else { return .wait(until: instant(delivery.escalated)) }
    return .escalate(step: steps[delivery.escalated], next: instant(delivery.escalated + 1))
}

extension Draft {
    /// Writes the consequences of time: escalations, expiries, erasures and a DirectoryHead where one is due.
    ///
    /// - Returns: `unfinished` when more may be due than fits into one batch: between two, others are served.
    mutating func tick() throws -> Outcome {
        let due = try store.deliveriesDue(at: now, limit: Self.dueLimit)
        for delivery in due {
            // The batch may have decided this delivery already.
            guard
                let current = try deliveries(of: delivery.transmission).first(where: {
                    $0.unit == delivery.unit
                }), let transmission = try transmission(delivery.transmission)
            else { continue }
            try follow(current, transmission)
        }
        try tellUnattended()
        try countRefusals()
        let erased = try eraseRecords()
        if let headAt = state.headAt, now - headAt >= Directory.headLifetime / 2 {
            try recordDirectoryHead()
        }
        return due.count == Self.dueLimit || erased == Self.erasureLimit ? .unfinished : .nothing
    }

    /// Writes what time has done to the deliveries of one transmission, before anything else is decided about them: whoever
    /// asks about one of very many that are due does not wait for the others, and is not faster than time either.
    mutating func settle(_ id: TransmissionID) throws {
        let due = try deliveries(of: id).filter { isDue($0) }
        guard !due.isEmpty, let transmission = try transmission(id) else { return }
        for unit in due.map(\.unit) {
            var before: StoredDelivery?
            while let delivery = try deliveries(of: id).first(where: { $0.unit == unit }), isDue(delivery),
                delivery != before
            {
                before = delivery
                try follow(delivery, transmission)
            }
        }
    }

    private func isDue(_ delivery: StoredDelivery) -> Bool { delivery.nextStepAt.map { $0 <= now } ?? false }

    private mutating func follow(_ delivery: StoredDelivery, _ transmission: StoredTransmission) throws {
        let routing = try Unverified<Envelope>(parsing: transmission.envelope).claimed.routing
        let steps = escalation(of: routing, unit: delivery.unit)
        var changed = delivery
        let ruling = decide(
            delivery, escalation: steps,
            hasStandby: !(state.directory.unit(delivery.unit)?.standbyUnits.isEmpty ?? true),
            hasReader: state.directory.hasReader(delivery.unit, at: now), now: now)
        switch ruling {
        case .wait(let until): changed.nextStepAt = until
        case .erase: return try erase(delivery, from: transmission.from, code: .retention)
        case .expire:
            guard let transition = delivery.progress.on(.retentionOver) else { return }
            try recordSilence(transition, delivery, transmission, to: try told(of: delivery), code: nil)
            changed = delivery.advanced(by: transition)
        case .leaveUnattended(let next):
            guard let transition = delivery.progress.on(.unattended) else { return }
            try recordUnattended(transition, delivery, transmission)
            changed = delivery.advanced(by: transition)
            changed.nextStepAt = next
        case .escalate(let step, let next):
            guard let transition = delivery.progress.on(.overdue) else { return }
            let targets = targets(of: step, for: delivery.unit)
            try recordSilence(transition, delivery, transmission, to: targets, code: step.to.description)
            changed.escalated += 1
            changed.isStandbyCalled = changed.isStandbyCalled || step.to == .standby
            changed.nextStepAt = next
        }
        try put(changed)
    }

    private mutating func recordSilence(
        _ transition: DeliveryTransition, _ delivery: StoredDelivery, _ transmission: StoredTransmission,
        to targets: [UnitAddress], code: String?
    ) throws {
        let mailboxes = Set([transmission.from, delivery.unit] + targets).sorted().map(Mailbox.unit)
        _ = try record(transition.event, in: mailboxes) { record in
            record.transmission = transmission.id
            record.envelope = transmission.hash
            record.unit = delivery.unit
            record.state = transition.state
            record.dueAt = delivery.dueAt
            record.code = code
        }
    }

    /// How often it is looked for units that nobody is left in: posts end by their dates as well.
    private static let readersInterval: Seconds = 60
    private static let unattendedLimit = 64
    /// Deliveries that one batch sees to: some tenths of a second.
    static let dueLimit = 256

    /// Tells the senders of what waits for units in which nobody is left who could open it.
    private mutating func tellUnattended() throws {
        if let checked = state.readersCheckedAt, now - checked < Self.readersInterval { return }
        let lost = try state.directory.unitsWithoutReader(at: now) + goneUnits()
        let waiting = lost.isEmpty ? [] : try store.unattended(in: lost.sorted(), limit: Self.unattendedLimit)
        for delivery in waiting {
            let current = try deliveries(of: delivery.transmission).first { $0.unit == delivery.unit }
            guard let current, let transmission = try transmission(delivery.transmission) else { continue }
            try follow(current, transmission)
        }
        // The store does not know yet what this batch delivers to units that are gone: the next look finds it.
        let isUnseen = batch.deliveries.contains {
            !$0.state.isFinal && !$0.isUnattended && state.directory.unit($0.unit) == nil
        }
        if waiting.count < Self.unattendedLimit { state.readersCheckedAt = isUnseen ? nil : now }
    }

    /// Units that something was delivered to and that the roster in force of their institution does not list: what waits for
    /// them waits for nobody. Nothing is taken for them any more, so it is enough to look when a roster has changed, and at the
    /// start.
    private func goneUnits() throws -> [UnitAddress] {
        guard state.readersCheckedAt == nil else { return [] }
        return try store.recipients().filter { unit in
            state.directory.unit(unit) == nil && state.directory.rosters[unit.institution] != nil
        }
    }

    private mutating func recordUnattended(
        _ transition: DeliveryTransition, _ delivery: StoredDelivery, _ transmission: StoredTransmission
    ) throws {
        let mailboxes = Set([transmission.from, delivery.unit] + (try told(of: delivery))).sorted()
        _ = try record(transition.event, in: mailboxes.map(Mailbox.unit)) { record in
            record.transmission = transmission.id
            record.envelope = transmission.hash
            record.unit = delivery.unit
            record.state = transition.state
        }
    }

    /// The units that have heard of a delivery so far: whoever was alerted of the silence also learns of its end.
    func told(of delivery: StoredDelivery) throws -> [UnitAddress] {
        let stored = try store.units(told: delivery.transmission, of: [delivery.unit])
        let here = batch.entries.filter { $0.transmission == delivery.transmission && $0.unit == delivery.unit }
        return stored + here.compactMap { UnitAddress($0.mailbox.description) }
    }

    private func escalation(of routing: Routing, unit: UnitAddress) -> [EscalationStep] {
        guard let sender = state.directory.unit(routing.from), let recipient = state.directory.unit(routing.to),
            let convention = state.directory.knownConvention(routing.convention)
        else { return [] }
        return convention.body.flow(of: routing, from: sender, to: recipient)?.escalation ?? []
    }

    /// The units that a step names: the unit itself, its substitute, or the holders of a role, those of
    /// the same institution first.
    private func targets(of step: EscalationStep, for unit: UnitAddress) -> [UnitAddress] {
        switch step.to {
        case .unit, .manager: return [unit]
        case .standby: return [unit] + (state.directory.unit(unit)?.standbyUnits ?? [])
        case .substitute: return [unit] + (state.directory.unit(unit)?.substitutes(at: now) ?? [])
        case .role(let role):
            let holders = state.directory.units(holding: [role]).map(\.address)
            let near = holders.filter { $0.institution == unit.institution }
            return near.isEmpty ? holders : near
        }
    }
}
