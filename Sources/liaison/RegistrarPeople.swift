// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// Values that registrars type, with what is expected when they are wrong.
enum Typed {
    static func unit(_ text: String) throws -> UnitAddress {
        guard let unit = UnitAddress(text) else { throw ClientFailure.unknownUnit(text) }
        return unit
    }

    static func agent(_ text: String) throws -> AgentAddress {
        guard let agent = AgentAddress(text) else {
            throw InputRefused(
                fr: "agent attendu, par exemple d-07@avema01 (\(text))",
                en: "expected an agent such as d-07@avema01 (\(text))")
        }
        return agent
    }

    /// A reason that may go with `act`.
    static func reason(_ text: String, for act: Act.Kind) throws -> ReasonCode {
        let allowed = ReasonCode.allowed(with: act)
        guard let reason = ReasonCode(rawValue: text), allowed.contains(reason) else {
            let codes = allowed.map(\.rawValue).joined(separator: ", ")
            throw InputRefused(
                fr: "motif attendu : \(codes) (\(text))", en: "expected reason: \(codes) (\(text))")
        }
        return reason
    }

    /// An instant that has been: an hour, today or else yesterday, in `zone`, or an instant with its zone.
    static func pastInstant(_ text: String, in zone: TimeZone) throws -> Instant {
        let now = Instant.now
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let today = now.date
        if let match = text.wholeMatch(of: /([0-9]{1,2})[:hH]([0-9]{2})/), let hour = Int(match.1),
            let minute = Int(match.2), hour < 24, minute < 60,
            let date = calendar.date(bySettingHour: hour, minute: minute, second: 0, of: today)
        {
            let past = date > today ? calendar.date(byAdding: .day, value: -1, to: date) ?? date : date
            return Instant(past)
        }
        guard let date = try? Date(text, strategy: .iso8601), Instant(date) <= now else {
            throw InputRefused(
                fr: "heure passée attendue, par exemple 21:40 ou 2026-11-21T21:40:00+01:00 (\(text))",
                en: "expected a time that has been, such as 21:40 or 2026-11-21T21:40:00+01:00 (\(text))")
        }
        return Instant(date)
    }

    /// A day as the instant at which it ends, or begins.
    static func day(_ text: String, end: Bool) throws -> Instant {
        let style = Date.ISO8601FormatStyle(timeZone: .current).year().month().day()
        guard let date = try? style.parse(text) else {
            throw InputRefused(
                fr: "date attendue AAAA-MM-JJ (\(text))", en: "expected a date YYYY-MM-DD (\(text))")
        }
        return Instant(date) + (end ? .days(1) : 0)
    }
}

/// How a change of the roster goes on.
struct RosterChange: ParsableArguments {
    @OptionGroup var global: GlobalOptions

    @Flag(
        help: .both(
            "Modifier seulement le projet de liste ; registrar publish le signe plus tard.",
            "Only change the draft; registrar publish signs it later."))
    var draft = false

    @Flag(help: .withoutConfirmation)
    var yes = false

    /// Runs `body` on the registrar's draft, then signs and publishes the next roster. Whoever takes a unit's last reader
    /// away is told first, and on a terminal asked.
    func run(_ body: (Registrar, Instant) throws -> Void) async throws {
        try await global.reporting { console in
            let registrar = try Registrar(vault: global.openVault())
            let now = Instant.now
            guard !draft else { return try body(registrar, now) }
            try await RegistrarCommand.over(registrar, global) { connection, log in
                RegistrarCommand.say(lost: try await registrar.sync(over: connection, log: log, now: now), console)
                let before = try registrar.draft()
                try body(registrar, now)
                let lost = try registrar.lastReaders(now: now)
                guard await RegistrarCommand.permits(lost, over: connection, console, yes: yes) else {
                    try registrar.restore(before)
                    throw InputRefused(
                        fr: "modification non confirmée, rien n'a changé", en: "not confirmed, nothing was changed")
                }
                RegistrarCommand.warn(of: try registrar.draft(), unlessIn: before, console)
                try await RegistrarCommand.publish(registrar, connection, log, console)
            }
        }
    }
}

extension RegistrarCommand {
    /// Runs `body` with a connection to the institution's home relay.
    static func over(
        _ registrar: Registrar, _ global: GlobalOptions, _ body: (HTTPRelayConnection, NoteKey) async throws -> Void
    ) async throws {
        guard let log = try registrar.log().noteKey else { throw ClientFailure.broken(.conventionRefused) }
        let connection = try registrar.connect(events: ConnectionEvents(log: global.log))
        do {
            try await body(connection, log)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    /// Says that a roster went with the log that the relay had to leave.
    static func say(lost version: Int?, _ console: Console) {
        guard let version else { return }
        console.say(Registrar.text(lost: version, console.language))
    }

    /// Publishes the draft; returns whether it counts now, and not only after a second signature.
    @discardableResult
    static func publish(
        _ registrar: Registrar, _ connection: HTTPRelayConnection, _ log: NoteKey, _ console: Console
    ) async throws -> Bool {
        switch try await registrar.publish(over: connection, log: log, now: Instant.now) {
        case .published(let evidence):
            console.say(
                console.language(
                    "\(registrar.institution) : liste publiée, entrée \(evidence.index) du journal.",
                    "Roster of \(registrar.institution) published, entry \(evidence.index)."))
            return true
        case .halfSigned(let note):
            print(note.serialized, terminator: "")
            console.say(
                console.language(
                    "Il manque la signature d'un second gestionnaire. Enregistrez ce qui précède dans un fichier ; il le signe avec : registrar cosign FICHIER",
                    "A second registrar's signature is missing: registrar cosign FILE, with the above."))
            return false
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "invite",
            abstract: inWords(
                "Créer un code à usage unique pour un nouvel agent, à dicter au téléphone.",
                "Make a one-time code for a new agent, to be read out over the telephone."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .unit("L'unité du poste.", "The unit of the post."))
        var unit: String
        @Option(
            help: .both(
                """
                agent (agent), unit_manager (responsable), substitute (suppléant), duty_officer (permanence) ; ou auditor \
                (auditeur), dpo (délégué à la protection des données), statistics_reader (statistiques), qui n'ouvrent \
                aucune transmission.
                """,
                "agent, unit_manager, substitute, duty_officer; or auditor, dpo, statistics_reader, who open no mail.",
                value: ("role", "role")))
        var role = "agent"
        @Option(
            help: .day(
                "Le dernier jour du poste ; à défaut, dans deux ans.",
                "Last day of the post, YYYY-MM-DD; two years from now unless given."))
        var until: String?
        @Option(
            help: .agent(
                "Le pseudonyme, par exemple d-07 ; à défaut, le prochain libre.",
                "The pseudonym, for example d-07; the next free one unless given."))
        var agent: String?
        @Option(
            help: .both(
                "Durée de validité du code, en heures : de 1 à 700.", "Hours for which the code is valid, 1 to 700.",
                value: ("heures", "hours")))
        var hours = 72

        func validate() throws {
            guard (1...700).contains(hours) else {
                throw ValidationError(inWords("--hours de 1 à 700 (\(hours))", "--hours from 1 to 700 (\(hours))"))
            }
        }

        private struct Answer: Encodable {
            var code: String
            var agent: AgentAddress
            var expiresAt: String
        }

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                try await RegistrarCommand.over(registrar, global) { connection, _ in
                    let (code, invitation) = try await registrar.invite(
                        to: Typed.unit(unit), role: role,
                        as: agent.map { try Typed.agent($0.contains("@") ? $0 : "\($0)@\(registrar.institution)") },
                        until: until.map { try Typed.day($0, end: true) }, validFor: .hours(hours),
                        over: connection, now: Instant.now)
                    let answer = Answer(
                        code: code.text, agent: invitation.agent, expiresAt: Clock.text(invitation.expiresAt))
                    let expiry = Clock.local(invitation.expiresAt, console.language)
                    try console.print(answer) {
                        console.language(
                            "\(code.text)\nPour \(invitation.agent), valable jusqu'au \(expiry). À dicter au téléphone, jamais par écrit ; le dernier mot permet de vérifier les autres.",
                            "\(code.text)\nFor \(invitation.agent), valid until \(expiry). To be told by telephone, never in writing; the last word checks the others."
                        )
                    }
                }
            }
        }
    }

    struct Requests: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "requests",
            abstract: inWords("Les invitations, et qui y a répondu.", "The invitations, and who answered them."))
        @OptionGroup var global: GlobalOptions

        private struct Row: Encodable {
            var id: String
            var agent: AgentAddress
            var unit: UnitAddress?
            var role: String
            var state: InvitationState
            var isValid: Bool
        }

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                try await RegistrarCommand.over(registrar, global) { connection, _ in
                    let rows = try await registrar.requests(over: connection).map { request in
                        Row(
                            id: String(request.id.hex.prefix(12)), agent: request.invitation.agent,
                            unit: request.invitation.unit, role: request.invitation.role, state: request.state,
                            isValid: request.possession != nil)
                    }
                    try console.print(rows) {
                        rows.isEmpty
                            ? console.language("Aucune invitation.", "No invitation.")
                            : rows.map { row in
                                let unit = row.unit.map { ", \($0)" } ?? ""
                                return
                                    "\(row.agent)\(unit), \(row.role)" + console.language(" : ", ": ")
                                    + Self.text(row.state, row.isValid, console.language)
                            }.joined(separator: "\n")
                    }
                }
            }
        }

        private static func text(_ state: InvitationState, _ isValid: Bool, _ language: Language) -> String {
            switch state {
            case .open: language("pas encore de réponse", "no answer yet")
            case .requested where isValid:
                language("demande valable, à approuver : registrar approve", "valid request: registrar approve")
            case .requested:
                language(
                    "ATTENTION : demande faite par quelqu'un d'autre, à rejeter",
                    "WARNING: somebody else's request, to be rejected")
            case .approved: language("approuvée", "approved")
            case .rejected: language("rejetée", "rejected")
            }
        }
    }

    /// The request of one agent.
    private static func request(
        of agent: String, _ registrar: Registrar, _ connection: HTTPRelayConnection
    ) async throws -> JoinRequest {
        let name = try Typed.agent(agent)
        guard let request = try await registrar.requests(over: connection).first(where: { $0.invitation.agent == name })
        else {
            throw InputRefused(
                fr: "aucune invitation pour \(agent)\nconseil : registrar requests",
                en: "no invitation for \(agent)\nhint: registrar requests")
        }
        return request
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: inWords(
                "Inscrire sur la liste un agent invité, et la publier.",
                "Take an invited agent into the roster and publish it."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .agent("L'agent.", "The agent."))
        var agent: String

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                try await RegistrarCommand.over(registrar, global) { connection, log in
                    RegistrarCommand.say(
                        lost: try await registrar.sync(over: connection, log: log, now: Instant.now), console)
                    let request = try await RegistrarCommand.request(of: agent, registrar, connection)
                    if try registrar.approve(request, now: Instant.now) {
                        let lost = try registrar.lastReaders(now: Instant.now)
                        _ = await RegistrarCommand.permits(lost, over: connection, console, yes: true)
                        RegistrarCommand.warn(of: try registrar.draft(), console)
                        guard try await RegistrarCommand.publish(registrar, connection, log, console) else {
                            return console.say(
                                console.language(
                                    "Ensuite, relancez la même commande pour clore l'invitation.",
                                    "Then the same command ends the invitation."))
                        }
                    }
                    try await registrar.finish(request, as: .approved, over: connection)
                }
            }
        }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reject",
            abstract: inWords(
                "Clore une invitation sans inscrire personne.", "End an invitation without taking anybody in."))
        @OptionGroup var global: GlobalOptions

        @Argument(help: .agent("L'agent.", "The agent."))
        var agent: String

        func run() async throws {
            try await global.reporting { console in
                let registrar = try Registrar(vault: global.openVault())
                try await RegistrarCommand.over(registrar, global) { connection, _ in
                    let request = try await RegistrarCommand.request(of: agent, registrar, connection)
                    try registrar.reject(request)
                    try await registrar.finish(request, as: .rejected, over: connection)
                    console.say(console.language("Invitation rejetée.", "Rejected."))
                }
            }
        }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "assign",
            abstract: inWords("Affecter un agent à un poste dans une unité.", "Give an agent a post in a unit."))
        @OptionGroup var change: RosterChange

        @Argument(help: .agent("L'agent.", "The agent."))
        var agent: String
        @Argument(help: .unit("L'unité.", "The unit."))
        var unit: String
        @Option(
            help: .both(
                "agent (agent), unit_manager (responsable), substitute (suppléant) ou duty_officer (permanence).",
                "agent, unit_manager, substitute or duty_officer.", value: ("role", "role")))
        var role = "agent"
        @Option(help: .day("Le premier jour ; à défaut, maintenant.", "First day, YYYY-MM-DD; now unless given."))
        var from: String?
        @Option(
            help: .day(
                "Le dernier jour ; à défaut, la fin de l'habilitation de l'agent.",
                "Last day, YYYY-MM-DD; as long as the agent's authorization unless given."))
        var until: String?

        func run() async throws {
            try await change.run { registrar, now in
                try registrar.assign(
                    Typed.agent(agent), to: Typed.unit(unit), role: role,
                    from: try from.map { try Typed.day($0, end: false) } ?? now,
                    until: try until.map { try Typed.day($0, end: true) })
            }
        }
    }

    struct Unassign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unassign",
            abstract: inWords("Mettre fin au poste d'un agent dans une unité.", "End an agent's post in a unit."))
        @OptionGroup var change: RosterChange

        @Argument(help: .agent("L'agent.", "The agent."))
        var agent: String
        @Argument(help: .unit("L'unité.", "The unit."))
        var unit: String
        @Option(help: .day("Le dernier jour ; à défaut, maintenant.", "Last day, YYYY-MM-DD; now unless given."))
        var until: String?

        func run() async throws {
            try await change.run { registrar, now in
                try registrar.unassign(
                    Typed.agent(agent), from: Typed.unit(unit),
                    at: try until.map { try Typed.day($0, end: true) } ?? now)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: inWords(
                "Retirer l'accès d'un agent : effet dès sa prochaine demande, et dès le prochain envoi de chaque expéditeur.",
                "End an agent's access: it bites on the next request and on every sender's next seal."))
        @OptionGroup var change: RosterChange

        @Argument(help: .agent("L'agent.", "The agent."))
        var agent: String
        @Option(
            help: .reason(
                "left (départ), lost_device (ordinateur perdu), compromised (clé volée ou copiée) ou other (autre).",
                "left, lost_device, compromised or other."))
        var reason: String

        func run() async throws {
            try await change.run { registrar, now in
                guard let reason = RevocationReason(rawValue: reason) else {
                    let list = RevocationReason.allCases.map(\.rawValue).joined(separator: ", ")
                    throw InputRefused(fr: "motif attendu : \(list)", en: "expected reason: \(list)")
                }
                try registrar.revoke(Typed.agent(agent), reason: reason, at: now)
            }
        }
    }
}
