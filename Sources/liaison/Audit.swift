// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: inWords(
            "Contrôler que le relais a présenté le même journal à tous : entrées, événements, liste et clés de votre institution.",
            "Check that the relay told one story: log, own events, own institution's roster and keys."),
        discussion: inWords(
            """
            Avec --institution, un auditeur ou un délégué à la protection des données lit les événements de toutes les \
            unités de son institution, jamais un contenu ; cette consultation est elle-même un événement.
            """,
            """
            With --institution, an auditor or DPO reads the events of all units of their institution, never a content; that
            they did is itself an event.
            """))
    @OptionGroup var global: GlobalOptions

    @Flag(
        help: .both(
            "Lire les événements de votre institution ; réservé aux auditeurs (auditor) et délégués à la protection des données (dpo).",
            "Read your institution's events; for agents with the duty auditor or dpo."))
    var institution = false

    @Option(
        help: .day("À partir de ce jour ; avec --institution.", "From this day on (YYYY-MM-DD); with --institution."))
    var since: String?

    @Option(
        help: .day(
            "Jusqu'à la fin de ce jour ; avec --institution.",
            "Until the end of this day (YYYY-MM-DD); with --institution."))
    var until: String?

    @Option(
        help: .unit(
            "Seulement la boîte de cette unité ; avec --institution.", "Only this unit's mailbox; with --institution."))
    var unit: String?

    @Option(
        help: .both(
            "Seulement cet événement, par exemple ContentHandover ; avec --institution.",
            "Only this event, for example ContentHandover; with --institution.", value: ("code", "event")))
    var event: String?

    @Option(
        help: .file(
            "Les enregistrer dans un fichier, CSV ou JSON Lines selon son extension ; avec --institution.",
            "Write them to a file, CSV or JSON Lines by its ending; with --institution."))
    var export: String?

    func validate() throws {
        guard institution || [since, until, unit, event, export].allSatisfy({ $0 == nil }) else {
            throw ValidationError(
                inWords(
                    "--since, --until, --unit, --event et --export ne vont qu'avec --institution",
                    "--since, --until, --unit, --event and --export go with --institution"))
        }
        guard event.map({ EventName(rawValue: $0) != nil }) ?? true else {
            let names = EventName.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                inWords(
                    "événement inconnu (\(event ?? ""))\nconseil : \(names)",
                    "no such event (\(event ?? ""))\nhint: \(names)"))
        }
        _ = (try Clock.instant(ofDay: since), try Clock.instant(ofDay: until))
        guard unit.map({ UnitAddress($0) != nil }) ?? true else {
            throw ValidationError(inWords("adresse d'unité attendue (\(unit ?? ""))", "not a unit (\(unit ?? ""))"))
        }
        guard export.map({ $0.hasSuffix(".csv") || $0.hasSuffix(".jsonl") }) ?? true else {
            throw ValidationError(
                inWords(
                    "le nom du fichier doit finir par .csv ou .jsonl (\(export ?? ""))",
                    "the file's name ends with .csv or .jsonl (\(export ?? ""))"))
        }
    }

    func run() async throws {
        try await global.withSession { session, console in
            if institution {
                try await inspect(session, console)
            } else {
                let report = try await session.audit()
                try console.print(AuditAnswer(report)) { AuditAnswer.text(report, console.language, session.address) }
                if !report.findings.isEmpty { throw ExitCode(65) }
            }
        }
    }

    // MARK: Institution

    private func inspect(_ session: Session, _ console: Console) async throws {
        let asked = unit.flatMap { UnitAddress($0) }
        if let asked, asked.institution != session.address.institution || session.directory.unit(asked) == nil {
            throw InputRefused(
                fr: "cette unité n'est pas de votre institution (\(asked))",
                en: "not a unit of your institution (\(asked))")
        }
        let zone = session.timeZone
        let period: DayPeriod
        do {
            period = try DayPeriod(
                first: since, last: until, in: zone, end: Instant.now + Directory.clockTolerance)
        } catch {
            throw InputRefused(
                fr: "période vide ou dans le futur (--since, --until)",
                en: "an empty or future period (--since, --until)")
        }
        let all: [VerifiedEvidence]
        do {
            all = try await session.inspect(since: period.since, until: period.until)
        } catch let problem as Problem where problem.code == .notAParty {
            console.say(
                console.language(
                    "Réservé aux auditeurs (auditor) et aux délégués à la protection des données (dpo).",
                    "Only for agents with the duty auditor or dpo."))
            throw problem
        }
        let events = all.filter { found in
            unit.map { found.event.mailbox == UnitAddress($0).map(Mailbox.unit) } ?? true
                && event.map { found.event.event.rawValue == $0 } ?? true
        }
        let rows = events.map(EventRow.init)
        if let export {
            guard !FileManager.default.fileExists(atPath: export) else {
                throw InputRefused(
                    fr: "le fichier existe déjà (\(export))", en: "the file exists already (\(export))")
            }
            let text = export.hasSuffix(".csv") ? EventRow.csv(rows) : try EventRow.jsonLines(rows)
            guard FileManager.default.createFile(atPath: export, contents: Data(text.utf8)) else {
                throw ClientFailure.cannotWrite(export)
            }
            return console.say(
                console.language("\(export), événements : \(rows.count)", "\(export): \(rows.count) events"))
        }
        try console.print(rows) {
            rows.isEmpty
                ? console.language("Aucun événement.", "No event.")
                : events.told.map { EventRow.text($0, LocalTime(zone), console.language) }.joined(separator: "\n")
        }
    }
}

/// An event as auditors export it.
struct EventRow: Encodable {
    var index: Int
    var mailbox: Mailbox
    var number: Int
    var at: String
    var event: EventName
    var transmission: TransmissionID?
    var unit: UnitAddress?
    var state: DeliveryState?
    var code: String?
    var agent: AgentAddress?
    var envelope: Hash?
    var act: Hash?
    var document: Hash?
    var dueAt: String?
    var count: Int?
    /// The proof, with the record in it.
    var evidence: Evidence

    init(_ verified: VerifiedEvidence) {
        let record = verified.event
        index = verified.index
        mailbox = record.mailbox
        number = record.number
        at = Clock.text(record.at)
        event = record.event
        transmission = record.transmission
        unit = record.unit
        state = record.state
        code = record.code
        agent = record.agent
        envelope = record.envelope
        act = record.act
        document = record.document
        dueAt = record.dueAt.map(Clock.text)
        count = record.count
        evidence = verified.evidence
    }

    private static let columns = [
        "index", "mailbox", "number", "at", "event", "transmission", "unit", "state", "code", "agent",
        "envelope", "act", "document", "due_at", "count"
    ]

    /// RFC 4180; none of the values can hold a comma, a quote or a line break.
    static func csv(_ rows: [EventRow]) -> String {
        let lines = rows.map { row in
            [
                "\(row.index)", row.mailbox.description, "\(row.number)", row.at, row.event.rawValue,
                row.transmission?.description ?? "", row.unit?.description ?? "", row.state?.rawValue ?? "",
                row.code ?? "", row.agent?.description ?? "", row.envelope?.description ?? "",
                row.act?.description ?? "", row.document?.description ?? "", row.dueAt ?? "",
                row.count.map(String.init) ?? ""
            ].joined(separator: ",")
        }
        return ([columns.joined(separator: ",")] + lines).map { $0 + "\r\n" }.joined()
    }

    static func jsonLines(_ rows: [EventRow]) throws -> String {
        try rows.map { String(decoding: try CanonicalJSON.encode($0), as: UTF8.self) + "\n" }.joined()
    }

    static func text(_ step: ToldStep<VerifiedEvidence>, _ time: LocalTime, _ language: Language) -> String {
        let event = step.event
        let details = [event.transmission?.description, event.unit?.description, event.agent?.description]
            .compactMap { $0 }.joined(separator: " ")
        let why = event.code.map { language(" : ", ": ") + EvidenceCode.text($0, language) } ?? ""
        let what = event.event.text(language) + why + step.repetition(time, language)
        return "\(time.text(event.at, language))  \(event.mailbox)  \(what)  \(details)  (\(step.entries))"
    }
}

/// What `liaison audit` prints.
private struct AuditAnswer: Encodable {
    struct Change: Encodable {
        var kind: DirectoryChange.Kind
        var subject: String
        var unit: UnitAddress?
        var fields: [String]
        var at: String
        var index: Int
    }

    var treeSize: Int
    var seenBefore: Int?
    var events: Int
    var transmissions: Int
    var agreed: Int
    var witnessed: Bool?
    var changes: [Change]
    var findings: [AuditFinding]

    init(_ report: AuditReport) {
        treeSize = report.checkpoint.size
        seenBefore = report.seenBefore
        events = report.mailboxes.values.reduce(0, +)
        transmissions = report.transmissions
        agreed = report.agreed
        switch report.witnessing {
        case .notAsked: witnessed = nil
        case .witnessed: witnessed = true
        case .notYet: witnessed = false
        }
        changes = report.changes.map {
            Change(
                kind: $0.kind, subject: $0.subject, unit: $0.unit, fields: $0.fields, at: Clock.text($0.place.at),
                index: $0.place.index)
        }
        findings = report.findings
    }

    static func text(_ report: AuditReport, _ language: Language, _ own: AgentAddress) -> String {
        var lines = [
            language(
                "Journal : \(report.checkpoint.size) entrées, dans la continuité de ce que ce poste avait déjà lu (\(report.seenBefore ?? 0)).",
                "Log: \(report.checkpoint.size) entries, consistent with what this device had seen (\(report.seenBefore ?? 0))."
            )
        ]
        for (mailbox, count) in report.mailboxes.sorted(by: { $0.key.description < $1.key.description }) {
            lines.append(
                language(
                    "\(mailbox) : aucun événement ne manque (\(count) au total).",
                    "\(mailbox): no event is missing (\(count)).")
            )
        }
        lines.append(
            language(
                "Depuis le dernier contrôle, transmissions vérifiées de nouveau : \(report.transmissions) ; états du journal vus par d'autres agents et concordants : \(report.agreed).",
                "Since the last audit: transmissions verified anew: \(report.transmissions); checkpoints of other agents that agree: \(report.agreed)."
            ))
        switch report.witnessing {
        case .notAsked: break
        case .witnessed(let size, let at, let names):
            let list = names.joined(separator: ", ")
            lines.append(
                language(
                    "Attesté jusqu'à l'entrée \(size - 1) par \(list), le \(Clock.local(at, language)).",
                    "Witnessed up to entry \(size - 1) by \(list), at \(Clock.local(at, language))."))
        case .notYet:
            lines.append(
                language("Le journal n'est pas encore attesté par vos témoins.", "Not yet witnessed by your witnesses.")
            )
        }
        lines += report.changes.map { text($0, language, own) }
        lines += report.findings.map { text($0, language) }
        return lines.joined(separator: "\n")
    }

    /// A field of a unit's line, in words.
    private static func field(_ code: String, _ language: Language) -> String {
        switch code {
        case "kind": language("type", "kind")
        case "name": language("nom", "name")
        case "town": language("commune", "town")
        case "phone": language("téléphone", "telephone")
        case "duty_phone": language("permanence", "duty line")
        case "roles": language("rôles", "roles")
        case "opening": language("horaires", "opening hours")
        case "absence": language("absence", "absence")
        default: code
        }
    }

    private static func text(_ change: DirectoryChange, _ language: Language, _ own: AgentAddress) -> String {
        let day = Clock.day(change.place.at, language)
        let isOwn = change.subject == own.description
        let who = isOwn ? language("vous (\(change.subject))", "you (\(change.subject))") : change.subject
        let unit = change.unit?.description ?? ""
        let fields = change.fields.map { Self.field($0, language) }.joined(separator: ", ")
        let what =
            switch change.kind {
            case .conventionChanged:
                language("convention \(change.subject) en vigueur", "convention \(change.subject) in force")
            case .institutionKeyChanged:
                language("\(who) : L'INSTITUTION A UNE AUTRE CLÉ", "\(who): ANOTHER KEY of the institution")
            case .unitAdded: language("\(who) : unité ajoutée", "\(who): unit added")
            case .unitChanged:
                language("\(who) : fiche modifiée (\(fields))", "\(who): line changed (\(fields))")
            case .unitRemoved: language("\(who) : unité retirée", "\(who): unit removed")
            case .agentAdded: language("\(who) : ajouté à la liste", "\(who): added to the roster")
            case .agentRemoved: language("\(who) : retiré de la liste", "\(who): removed from the roster")
            case .agentRevoked: language("\(who) : habilitation retirée", "\(who): revoked")
            case .agentKeyChanged:
                language("\(who) : AUTRE CLÉ sous la même adresse", "\(who): ANOTHER KEY under the same address")
            case .postAdded: language("\(who) : ajouté à \(unit)", "\(who): added to \(unit)")
            case .postRemoved: language("\(who) : retiré de \(unit)", "\(who): removed from \(unit)")
            case .postChanged:
                language("\(who) : rôle ou dates modifiés dans \(unit)", "\(who): role or dates changed in \(unit)")
            case .dutiesChanged:
                language("\(who) : fonctions de contrôle modifiées", "\(who): oversight duties changed")
            case .datesChanged:
                language("\(who) : dates d'habilitation modifiées", "\(who): dates of authorization changed")
            case .substitutesChanged: language("\(who) : suppléance modifiée", "\(who): substitutes changed")
            case .registrarsChanged:
                language("\(who) : postes des gestionnaires modifiés", "\(who): registrars' devices changed")
            case .keysPublished: language("\(who) : clés de lecture publiées", "\(who): reading keys published")
            }
        return language("le \(day), ", "on \(day), ") + what
            + language(" (entrée \(change.place.index))", " (entry \(change.place.index))")
    }

    private static func text(_ finding: AuditFinding, _ language: Language) -> String {
        switch finding {
        case .foreignIdentity:
            language(
                "ALERTE : la liste donne à votre adresse une clé qui n'est pas celle de ce poste. Appelez votre gestionnaire.",
                "ALERT: the roster gives your address a key that is not this device's. Call your registrar.")
        case .foreignKeys:
            language(
                "ALERTE : des clés de lecture que ce poste n'a pas sont publiées à votre nom. Appelez votre gestionnaire.",
                "ALERT: reading keys that this device does not have are published in your name. Call your registrar.")
        case .notListed:
            language("ALERTE : vous n'êtes plus sur la liste.", "ALERT: you are not on the roster any more.")
        }
    }
}
