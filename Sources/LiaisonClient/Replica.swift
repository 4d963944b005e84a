// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWire

/// How far one mailbox is held.
struct HeldMailbox: Codable, Hashable, Sendable {
    /// Missing numbers between two entries that are here, not yet explained by what the log says was erased.
    struct Gap: Codable, Hashable, Sendable {
        var after: Int
        var before: Int
        var count: Int
    }

    /// Of the last event held.
    var number = 0
    /// Its index in the log; -1 before the first.
    var index = 0
    /// No event up to here is younger.
    var latest: Instant = 0
    var gaps: [Gap] = []
    /// Whether its end was reached and a gap was left.
    var isHoled: Bool?
    /// When its end was last reached; nil before that.
    var syncedAt: Instant?
}

/// An event, and what the mailbox said of the time up to it.
struct HeldEvent: Codable, Hashable, Sendable {
    var logged: LoggedRecord
    /// No event of the mailbox up to this one is younger.
    var latest: Instant
}

/// A transmission that a mailbox heard of, judged once by the directory of its place in the log.
struct HeldTransmission: Codable, Hashable, Sendable {
    /// Nil for one whose envelope did not hold.
    var envelope: String?
    /// The author's at that place.
    var key: VerificationKey?
    /// The flow that permits it; nil for one that the mailbox was only told about.
    var flow: String?
    /// Why nothing of it is shown.
    var refusal: HeldRefusal?
}

/// Why a transmission does not hold.
struct HeldRefusal: Codable, Hashable, Sendable {
    var breach: String?
    var code: String?

    init(_ failure: ClientFailure) {
        switch failure {
        case .notPermitted(let code): self.code = code.rawValue
        case .broken(let breach): self.breach = breach.rawValue
        default: breach = ClientFailure.Breach.envelopeRefused.rawValue
        }
    }

    var failure: ClientFailure {
        code.flatMap(DecisionCode.init).map { .notPermitted($0) }
            ?? .broken(breach.flatMap(ClientFailure.Breach.init) ?? .envelopeRefused)
    }
}

/// A delivery as a list shows it, replayed from its events.
struct HeldDelivery: Codable, Hashable, Sendable {
    var transmission: TransmissionID
    var unit: UnitAddress
    var state: DeliveryState
    var isErased: Bool
    var isNotified: Bool
    var dueAt: Instant?
    /// Whether it answers another transmission.
    var inReplyTo: TransmissionID?
    /// The consignment in the unit's own mailbox; in the list of what was sent, the submission.
    var event: LoggedRecord
}

/// The mailboxes that this device holds: every event, verified once, and what follows from them.
///
/// What is read here was verified when it was written. A list costs what it shows, whatever the mailbox holds.
final class Replica {
    let account: Account
    let relay: any RelayConnection
    let logView: LogView
    let directoryView: DirectoryView
    let clock: () -> Instant

    init(
        account: Account, relay: any RelayConnection, logView: LogView, directoryView: DirectoryView,
        clock: @escaping () -> Instant
    ) {
        self.account = account
        self.relay = relay
        self.logView = logView
        self.directoryView = directoryView
        self.clock = clock
    }

    var vault: Vault { account.vault }
    var log: String { logView.key.name }

    /// Where a list's deliveries lie: those that wait for an answer, and all others.
    enum List: String { case inbox, sent }

    static func folder(_ list: List, isOpen: Bool) -> String { "\(list.rawValue) \(isOpen ? "open" : "closed")" }
    static func table(_ list: List) -> VaultTable<HeldDelivery> {
        switch list {
        case .inbox: Table.inboxDelivery
        case .sent: Table.sentDelivery
        }
    }
    static func row(_ id: TransmissionID, _ unit: UnitAddress) -> String { "\(id) \(unit)" }
    static func folder(of id: TransmissionID) -> String { "event \(id)" }
    static func acts(of id: TransmissionID) -> String { "act \(id)" }
    /// Of transmissions that do not hold.
    static let refused = "refused"
    static func alerts(of id: TransmissionID) -> String { "alert \(id)" }
    static func replies(to id: TransmissionID) -> String { "reply \(id)" }

    // MARK: Mailboxes

    func mailbox(of unit: UnitAddress) throws -> HeldMailbox? { try vault.value(Table.held, unit.description) }

    func mailboxes() throws -> [UnitAddress] { try vault.ids(Table.held).compactMap { UnitAddress($0) } }

    /// Forgets all mailboxes, to hold them anew from their beginnings.
    func forget() throws {
        let units = try mailboxes()
        try vault.write { vault in
            for unit in units { try vault.empty(Table.event(in: .unit(unit))) }
            try vault.empty(Table.act)
            try vault.empty(Table.transmission)
            try vault.empty(Table.inboxDelivery)
            try vault.empty(Table.sentDelivery)
            try vault.empty(Table.alert)
            try vault.empty(Table.reply)
            try vault.empty(Table.held)
        }
    }

    // MARK: Transmissions

    func transmission(_ id: TransmissionID) throws -> HeldTransmission? {
        try vault.value(Table.transmission, id.description)
    }

    /// All events about a transmission, in order of the log.
    func events(on id: TransmissionID) throws -> [ProvenEvent] {
        try vault.read { try events(on: id, in: $0) }
    }

    func events(on id: TransmissionID, in vault: VaultTransaction) throws -> [ProvenEvent] {
        // All mailboxes' tables of events lie in the folder together.
        try vault.all(Table.event(in: .directory), folder: Self.folder(of: id)).map { try event($0.value.logged) }
    }

    func event(_ logged: LoggedRecord) throws -> ProvenEvent {
        do {
            return try logged.provenBefore(log: log)
        } catch {
            throw VaultFailure.damaged("row event")
        }
    }

    /// The acts behind its events, each verified.
    func acts(on id: TransmissionID) throws -> [String] {
        try vault.read { try $0.all(Table.act, folder: Self.acts(of: id)).map(\.value) }
    }

    /// Where the act behind an event lies. An act that was verified behind one event backs no event of another kind, nor one
    /// about another unit.
    static func row(ofActBehind event: ProvenEvent) -> String? {
        guard let act = event.event.act, let unit = event.event.unit else { return nil }
        return "\(act.hex) \(event.event.event.rawValue) \(unit)"
    }

    /// The rows of those acts.
    func verifiedActs(on id: TransmissionID) throws -> Set<String> {
        Set(try vault.read { try $0.all(Table.act, folder: Self.acts(of: id)).map(\.id) })
    }

    /// Events of one mailbox from an index on, in order of the log.
    func events(in unit: UnitAddress, from index: Int) throws -> [ProvenEvent] {
        var found: [ProvenEvent] = []
        try vault.read { vault in
            try vault.each(Table.event(in: .unit(unit)), places: index...Int.max) { row in
                found.append(try event(row.value.logged))
                return true
            }
        }
        return found
    }

    // MARK: Deliveries

    func delivery(_ list: List, _ id: TransmissionID, _ unit: UnitAddress) throws -> HeldDelivery? {
        try vault.value(Self.table(list), Self.row(id, unit))
    }

    /// The deliveries of a list that wait for an answer, or the others, by their places.
    ///
    /// - Parameter body: gets one after the other, and says whether it wants the next one.
    func deliveries(
        _ list: List, isOpen: Bool, newestFirst: Bool = false, _ body: (HeldDelivery) throws -> Bool
    ) throws {
        try vault.read { vault in
            try vault.each(
                Self.table(list), folder: Self.folder(list, isOpen: isOpen), newestFirst: newestFirst
            ) { try body($0.value) }
        }
    }

    func count(_ list: List, isOpen: Bool) throws -> Int {
        try vault.read { try $0.count(Self.table(list), folder: Self.folder(list, isOpen: isOpen)) }
    }

    /// What answers a transmission, in order of the log.
    func replies(to id: TransmissionID) throws -> [TransmissionID] {
        try vault.read { try $0.all(Table.reply, folder: Self.replies(to: id)).map(\.value) }
    }

    /// Alerts that events left open.
    func alerts() throws -> [Alert] { try vault.read { try $0.all(Table.alert).map(\.value) } }

    /// Why transmissions that mailboxes hold are not shown.
    func refusals() throws -> [HeldRefusal] {
        try vault.read { try $0.all(Table.transmission, folder: Self.refused).compactMap(\.value.refusal) }
    }
}
