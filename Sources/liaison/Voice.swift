// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes

/// How one command speaks of transmissions and units to a person: names instead of addresses, titles instead of kinds, the
/// reader's own time.
struct Voice {
    let session: Session
    let console: Console
    let catalogue: FormCatalogue

    init(_ session: Session, _ console: Console) throws {
        self.session = session
        self.console = console
        catalogue = try FormCatalogue()
    }

    var language: Language { console.language }

    // MARK: Time

    /// As one says it now: `demain à 10 h 30`.
    func when(_ instant: Instant) -> String {
        LocalTime(session.timeZone).near(instant, now: session.clock(), language)
    }

    func age(_ instant: Instant) -> String { LocalTime.age(instant, now: session.clock(), language) }

    // MARK: Names

    func title(_ kind: String) -> String { catalogue[kind]?.title.text(language) ?? kind }

    /// `ISCG, secteur est (Montluel)`; the address of a unit that the directory does not have.
    func name(_ address: UnitAddress) -> String {
        session.directory.unit(address).map { "\($0.name) (\($0.town))" } ?? address.description
    }

    /// `Saisine, urgence : immédiate`
    func heading(_ routing: Routing) -> String {
        title(routing.kind) + language(", urgence : ", ", ") + routing.urgency.text(language)
    }

    /// A transmission in words: what, from whom, to whom, when it was sealed.
    func title(of id: TransmissionID) async throws -> String {
        let routing: Routing
        if let own = try session.outbox.sealed(id) {
            routing = own
        } else if let delivery = try? await session.delivery(id) {
            routing = delivery.routing
        } else {
            routing = try await session.track(id).routing
        }
        try await session.know(Set(([routing.from] + routing.recipients).map(\.institution)))
        let names = routing.recipients.map(name).joined(separator: " ; ")
        return heading(routing)
            + language(
                ", de \(name(routing.from)) à \(names), scellée \(when(routing.sealedAt))",
                ", from \(name(routing.from)) to \(names), sealed \(when(routing.sealedAt))")
    }

    /// What cannot be undone is asked for by its name, on a terminal.
    func confirm(_ id: TransmissionID, _ yes: Bool, _ question: String) async throws {
        guard !yes, Console.isInteractive else { return }
        console.say(try await title(of: id))
        guard console.confirm(question) else {
            throw InputRefused(fr: "rien n'a été fait", en: "nothing was done")
        }
    }

    // MARK: Reaching a unit

    func presence(_ unit: LiaisonModel.Unit) -> Presence {
        guard let convention = session.directory.convention?.body else { return .open }
        return session.directory.presence(of: unit, at: session.clock(), WorkingCalendar(convention))
    }

    /// Whether the unit can be reached now, and who answers when not, with their numbers.
    func text(_ presence: Presence) -> String {
        switch presence {
        case .open: return language("ouverte", "open")
        case .closed(let opens):
            let next = opens.map { language(", ouvre \(when($0))", ", opens \(when($0))") } ?? ""
            return language("fermée", "closed") + next
        case .absent(let until, let standIns):
            let end = until.map { Clock.day($0 - 1, language) }
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
    func canRead(_ address: UnitAddress) -> Bool {
        let now = session.clock()
        return session.directory.members(of: address, at: now).contains {
            !session.directory.encryptionKeys(of: $0.address, at: now).isEmpty
        }
    }

    /// Where to call a unit, the number that answers now first.
    func numbers(_ address: UnitAddress) -> [String] {
        guard let unit = session.directory.unit(address) else { return [] }
        let call = language("Appelez \(unit.name), \(unit.town) : ", "Call \(unit.name), \(unit.town): ")
        let duty = unit.dutyPhone.map { language("Permanence : \($0)", "Duty line: \($0)") }
        switch presence(unit) {
        case .open, .withoutReader:
            return [call + unit.phone] + [duty].compactMap(\.self)
        case .closed(let opens):
            let next = opens.map { language(" (fermée, ouvre \(when($0)))", " (closed, opens \(when($0)))") }
            return [duty, call + unit.phone + (next ?? language(" (fermée)", " (closed)"))].compactMap(\.self)
        case .absent(_, let standIns), .vacant(let standIns):
            return standIns.compactMap(standInNumber) + [call + unit.phone] + [duty].compactMap(\.self)
        }
    }

    private func standInNumber(_ address: UnitAddress) -> String? {
        session.directory.unit(address).map {
            language(
                "Suppléance, \($0.name), \($0.town) : \($0.phone)", "Standing in, \($0.name), \($0.town): \($0.phone)")
        }
    }

    /// Whom to call about a kind, besides the recipient: rescue, and for children 119 and the CRIP.
    func rescueNumbers(kind: String?) async throws -> [String] {
        var lines = [language("En cas de danger : 17 ou 112.", "In danger: 17 or 112.")]
        guard let kind, catalogue.concernsChildren(kind) else { return lines }
        lines.append(language("Enfant en danger : 119, jour et nuit.", "Child in danger: 119, day and night."))
        for unit in try await session.units(holding: "crip", keys: true) {
            lines += numbers(unit.address).map { "CRIP — " + $0 }
        }
        return lines
    }
}

extension FormCatalogue {
    /// Whether a kind is about a child.
    func concernsChildren(_ kind: String) -> Bool {
        self[kind]?.fields.contains { $0.hasPrefix("child_") } ?? false
    }
}

extension Console {
    func say(_ lines: [String], indent: String = "  ") { for line in lines { say(indent + line) } }
}
