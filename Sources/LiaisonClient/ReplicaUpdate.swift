// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonHistory
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// What is to be written about one transmission.
struct ReplicaUpdate: Sendable {
    let id: TransmissionID
    /// The agent's units.
    let own: Set<UnitAddress>
    /// All events about it that are held now.
    let events: [ProvenEvent]
    var held: HeldTransmission?
    var recipients: [UnitAddress] = []
    var envelope: Verified<Envelope>?
    var replays: [DeliveryReplay] = []
    /// Acts as notes, each with its row: verified now behind an event, and not before.
    var acts: [(row: String, note: String)] = []

    init(id: TransmissionID, own: Set<UnitAddress>, events: [ProvenEvent]) {
        self.id = id
        self.own = own
        self.events = events
    }

    /// Whether anything is told of it but refusals.
    var isTold: Bool { events.contains { !$0.event.event.isRefusal } }

    /// The log has it, and it does not hold: the lists say so.
    mutating func refuse(_ failure: ClientFailure) {
        held = held ?? HeldTransmission()
        held?.refusal = HeldRefusal(failure)
        replays = []
    }

    /// Whether the relay has erased the content for every unit that is told of here.
    var isContentErased: Bool { !replays.isEmpty && replays.allSatisfy(\.end.isErased) }

    /// Takes away what lists and alerts said of it before.
    func clear(_ vault: VaultTransaction) throws {
        for unit in recipients {
            try vault.delete(Table.inboxDelivery, Replica.row(id, unit))
            try vault.delete(Table.sentDelivery, Replica.row(id, unit))
        }
        try vault.delete(folder: Replica.alerts(of: id))
        guard !isTold || held == nil else { return }
        // The audit limit is over: nothing of it is known any more.
        try vault.delete(Table.transmission, id.description)
        try vault.delete(Table.reply, id.description)
        try vault.delete(folder: Replica.acts(of: id))
    }

    /// What stands of it from now on.
    func rows(in vault: Vault) throws -> [SealedRow] {
        guard isTold, let held else { return [] }
        var rows = [
            try vault.sealed(
                held, Table.transmission, id.description, folder: held.refusal == nil ? nil : Replica.refused,
                place: events[0].index)
        ]
        for act in acts {
            rows.append(try vault.sealed(act.note, Table.act, act.row, folder: Replica.acts(of: id)))
        }
        // What no act backs ends no alert.
        for alert in AlertBoard.alerts(from: held.refusal == nil ? events : events.filter { $0.event.act == nil }) {
            rows.append(
                try vault.sealed(alert, Table.alert, alert.dismissalID, folder: Replica.alerts(of: id)))
        }
        guard let routing = envelope?.body.routing else { return rows }
        if let answered = routing.inReplyTo {
            rows.append(
                try vault.sealed(
                    id, Table.reply, id.description, folder: Replica.replies(to: answered), place: events[0].index))
        }
        return try rows + replays.flatMap { try self.rows(of: $0, routing, in: vault) }
    }

    /// A delivery in the list of who received it, and of who sent it.
    private func rows(of replay: DeliveryReplay, _ routing: Routing, in vault: Vault) throws -> [SealedRow] {
        let consignment = events.first {
            $0.event.event == .contentConsignment && $0.event.unit == replay.unit
                && $0.event.mailbox == .unit(replay.unit)
        }
        let submission = events.first { $0.event.event == .submissionAcceptance }
        let lists: [(Replica.List, ProvenEvent?)] = [
            (.inbox, own.contains(replay.unit) ? consignment : nil),
            (.sent, own.contains(routing.from) ? submission : nil)
        ]
        return try lists.compactMap { list, event in
            guard let event else { return nil }
            let state = replay.end.state
            let delivery = HeldDelivery(
                transmission: id, unit: replay.unit, state: state, isErased: replay.end.isErased,
                isNotified: replay.end.isNotified, dueAt: replay.dueAt, inReplyTo: routing.inReplyTo,
                event: event.logged)
            return try vault.sealed(
                delivery, Replica.table(list), Replica.row(id, replay.unit),
                folder: Replica.folder(list, isOpen: !state.isFinal), place: event.index)
        }
    }
}
