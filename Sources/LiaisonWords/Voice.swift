// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonClient
public import LiaisonForms
public import LiaisonModel
public import LiaisonNotes

/// How a program speaks of transmissions and units to a person: names instead of addresses, titles instead of kinds, the
/// reader's own time. The commands and the pages say the same words.
public struct Voice {
    public let session: Session
    public let language: Language
    /// Read when something asks for it: most commands speak of units and steps alone.
    public var catalogue: FormCatalogue { .shipped }

    public init(_ session: Session, _ language: Language) {
        self.session = session
        self.language = language
    }

    // MARK: Time

    /// As one says it now: `demain à 10 h 30`.
    public func when(_ instant: Instant) -> String {
        LocalTime(session.timeZone).near(instant, now: session.clock(), language)
    }

    /// How long ago, for example `4 min`.
    public func age(_ instant: Instant) -> String { LocalTime.age(instant, now: session.clock(), language) }

    // MARK: Names

    /// A kind's title; its identifier where this program does not have the kind.
    public func title(_ kind: String) -> String { catalogue[kind]?.title.text(language) ?? kind }

    /// `ISCG, secteur est (Montluel)`; the address of a unit that the directory does not have.
    public func name(_ address: UnitAddress) -> String {
        session.directory.unit(address).map { "\($0.name) (\($0.town))" } ?? address.description
    }

    /// `Saisine, urgence : immédiate`
    public func heading(_ routing: Routing) -> String {
        title(routing.kind) + language(", urgence : ", ", ") + routing.urgency.text(language)
    }

    /// A transmission in words: what, from whom, to whom, when it was sealed.
    ///
    /// - Throws: what `Session.track` and `Session.know` throw.
    public func title(of id: TransmissionID) async throws -> String {
        let routing = try await routing(of: id)
        try await session.know(Set(([routing.from] + routing.recipients).map(\.institution)))
        let names = routing.recipients.map(name).joined(separator: " ; ")
        return heading(routing)
            + language(
                ", de \(name(routing.from)) à \(names), scellée \(when(routing.sealedAt))",
                ", from \(name(routing.from)) to \(names), sealed \(when(routing.sealedAt))")
    }

    private func routing(of id: TransmissionID) async throws -> Routing {
        if let own = try session.outbox.sealed(id) { return own }
        if let delivery = try? await session.delivery(id) { return delivery.routing }
        return try await session.track(id).routing
    }

    // MARK: Reaching a unit

    /// Where to call the other side of a transmission, in words.
    ///
    /// - Throws: what `Session.track` and `Session.know` throw.
    public func numbersOfTheOtherSide(of id: TransmissionID) async throws -> [String] {
        let routing = try await routing(of: id)
        let other = session.ownUnits.contains(routing.from) ? routing.to : routing.from
        try await session.know([other.institution])
        return numbers(other)
    }

    /// Whether the unit can be reached now, as the convention counts hours; without a convention it is open.
    public func presence(_ unit: LiaisonModel.Unit) -> Presence {
        guard let convention = session.directory.convention?.body else { return .open }
        return session.directory.presence(of: unit, at: session.clock(), WorkingCalendar(convention))
    }

    /// Whether the unit can be reached now, and who answers when not, with their numbers.
    public func text(_ presence: Presence) -> String {
        switch presence {
        case .open: return language("ouverte", "open")
        case .closed(let opens):
            let next = opens.map { language(", ouvre \(when($0))", ", opens \(when($0))") } ?? ""
            return language("fermée", "closed") + next
        case .absent(let until, let standIns):
            let end = until.map { LocalTime(.current).day($0 - 1, language) }
            return language("absente", "absent") + (end.map { language(" jusqu'au \($0)", " until \($0)") } ?? "")
                + text(standIns: standIns)
        case .vacant(let standIns): return language("poste vacant", "post vacant") + text(standIns: standIns)
        case .withoutReader: return language("personne ne peut y lire", "nobody there can read")
        }
    }

    private func text(standIns: [UnitAddress]) -> String {
        guard !standIns.isEmpty else { return language(", personne ne la supplée", ", nobody stands in") }
        let names = standIns.map { address in
            let phone = session.directory.unit(address).map { ", " + $0.phone } ?? ""
            return name(address) + phone
                + (canRead(address) ? "" : language(" (personne ne peut y lire)", " (nobody there can read)"))
        }
        return language(", suppléance : ", ", stood in for by: ") + names.joined(separator: " ; ")
    }

    /// Whether somebody with a post in the unit has published keys.
    public func canRead(_ address: UnitAddress) -> Bool {
        let now = session.clock()
        return session.directory.members(of: address, at: now).contains {
            !session.directory.encryptionKeys(of: $0.address, at: now).isEmpty
        }
    }

    /// Where to call a unit, the number that answers now first, in words.
    public func numbers(_ address: UnitAddress) -> [String] { numberLines(address).map(\.text) }

    /// Where to call a unit, the number that answers now first.
    public func numberLines(_ address: UnitAddress) -> [NumberLine] {
        guard let unit = session.directory.unit(address) else { return [] }
        func call(_ after: String = "") -> NumberLine {
            NumberLine(
                before: language("Appelez \(unit.name), \(unit.town) : ", "Call \(unit.name), \(unit.town): "),
                phone: unit.phone, after: after)
        }
        let duty = unit.dutyPhone.map {
            NumberLine(before: language("Permanence : ", "Duty line: "), phone: $0, after: "")
        }
        switch presence(unit) {
        case .open, .withoutReader: return [call(), duty].compactMap(\.self)
        case .closed(let opens):
            let next = opens.map { language(" (fermée, ouvre \(when($0)))", " (closed, opens \(when($0)))") }
            return [duty, call(next ?? language(" (fermée)", " (closed)"))].compactMap(\.self)
        case .absent(_, let standIns), .vacant(let standIns):
            return standIns.compactMap(standInNumber) + [call(), duty].compactMap(\.self)
        }
    }

    private func standInNumber(_ address: UnitAddress) -> NumberLine? {
        session.directory.unit(address).map {
            NumberLine(
                before: language(
                    "Suppléance, \($0.name), \($0.town) : ", "Standing in, \($0.name), \($0.town): "),
                phone: $0.phone, after: "")
        }
    }

    /// The same as single numbers, for a page that makes each of them a link.
    ///
    /// - Throws: what `Session.units(holding:keys:)` throws.
    public func rescueLines(kind: String?) async throws -> [NumberLine] {
        var lines = [
            NumberLine(before: language("En cas de danger : ", "In danger: "), phone: "17", after: ""),
            NumberLine(before: language("ou ", "or "), phone: "112", after: "")
        ]
        guard let kind, catalogue.concernsChildren(kind) else { return lines }
        lines.append(
            NumberLine(
                before: language("Enfant en danger, jour et nuit : ", "Child in danger, day and night: "), phone: "119",
                after: ""))
        return lines + (try await cripLines())
    }

    private func cripLines() async throws -> [NumberLine] {
        try await session.units(holding: "crip", keys: true).flatMap { numberLines($0.address) }.map {
            NumberLine(before: "CRIP — " + $0.before, phone: $0.phone, after: $0.after)
        }
    }

    /// Whom to call about a kind, besides the recipient: rescue, and for children 119 and the CRIP.
    ///
    /// - Throws: what `Session.units(holding:keys:)` throws.
    public func rescueNumbers(kind: String?) async throws -> [String] {
        var lines = [language("En cas de danger : 17 ou 112.", "In danger: 17 or 112.")]
        guard let kind, catalogue.concernsChildren(kind) else { return lines }
        lines.append(language("Enfant en danger : 119, jour et nuit.", "Child in danger: 119, day and night."))
        return lines + (try await cripLines()).map(\.text)
    }
}

/// A telephone number with the words around it.
public struct NumberLine: Hashable, Sendable {
    public let before: String
    public let phone: String
    public let after: String

    public init(before: String, phone: String, after: String) {
        self.before = before
        self.phone = phone
        self.after = after
    }

    public var text: String { before + phone + after }
}
