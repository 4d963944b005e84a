// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
public import LiaisonModel
import LiaisonNotes

/// A convention in sentences, for those who sign it and those who draw it.
public struct ConventionWords {
    let convention: Convention
    let catalogue: FormCatalogue
    let language: Language

    public init(_ convention: Convention, catalogue: FormCatalogue, language: Language) {
        self.convention = convention
        self.catalogue = catalogue
        self.language = language
    }

    /// Everything that the convention says, one statement a line.
    public func lines() -> [String] {
        let previous: String =
            convention.previous.map { language("Remplace : ", "Supersedes: ") + $0.description }
            ?? language("Première version", "First version")
        let heading =
            [
                "Convention \(convention.name), version \(convention.version)",
                language("En vigueur du ", "In force from ") + date(convention.notBefore) + language(" au ", " to ")
                    + date(convention.notAfter)
                    + language(
                        " ; une version dépassée reste admise \(elapsed(convention.grace))",
                        "; a superseded version is accepted for \(elapsed(convention.grace))"),
                language("Données de santé : ", "Health data: ")
                    + (convention.healthData
                        ? language("admises", "admitted") : language("non admises", "not admitted"))
                    + language(" ; traces gardées ", "; records kept ") + elapsed(convention.auditLimit),
                language("Un envoi arrive au plus tard ", "A submission arrives at most ")
                    + elapsed(convention.maximumAge)
                    + language(" après son scellement ; fuseau ", " after its sealing; time zone ")
                    + convention.timeZone,
                language("Jours fériés : ", "Holidays: ") + convention.holidays.map(day).joined(separator: ", "),
                previous
            ] + convention.logs.map { language("Journal : ", "Log: ") + log($0) } + [language("Parties :", "Parties:")]
        let parties = convention.parties.map { "- " + party($0) }
        return heading + parties + [language("Flux :", "Flows:")] + convention.flows.map { "- " + flow($0) }
    }

    func party(_ party: Party) -> String {
        let kind = InstitutionKind.all[party.kind]?.text(language) ?? party.kind
        let secrecy =
            party.secrecy
            ? language(
                "habilitée au partage d'informations à caractère secret (CASF L226-2-2)",
                "may share information under professional secrecy (CASF L226-2-2)")
            : language(
                "non habilitée au partage d'informations à caractère secret (CASF L226-2-2)",
                "may not share information under professional secrecy (CASF L226-2-2)")
        let double =
            party.rosterSignatures > 1
            ? language(", liste signée par deux gestionnaires", ", roster signed by two registrars") : ""
        let keys = party.keys.map(key).joined(separator: ", ")
        let heading = "\(party.name) (\(party.institution), \(kind))" + language(" : ", ": ")
        return heading + "\(secrecy)\(double), "
            + language("journal ", "log ") + party.log + language(", clés ", ", keys ") + keys
            + language(", clé de secours ", ", recovery key ") + short(party.recovery)
    }

    func flow(_ flow: Flow) -> String {
        var parts = [kind(flow.kind) + language(" : ", ": ") + "\(roles(flow.from)) → \(roles(flow.to))"]
        if flow.replyOnly { parts.append(language("seulement en réponse", "only in answer")) }
        if flow.callFirst { parts.append(language("téléphone d'abord", "telephone first")) }
        if !flow.copies.isEmpty { parts.append(language("copie : ", "copy: ") + roles(flow.copies)) }
        parts.append(
            language("bases légales : ", "legal bases: ") + flow.legalBases.map(basis).joined(separator: ", "))
        parts.append(language("adhésion ", "adhesion ") + adhesion(flow.adhesion))
        parts.append(
            language("accusé de prise en charge : ", "acknowledgement: ")
                + flow.urgencies.map { "\(urgency($0.urgency)) \(limit($0.within, $0.clock))" }.joined(separator: ", "))
        if let reply = flow.reply {
            parts.append(language("retour : ", "return: ") + "\(kind(reply.kind)), \(limit(reply.within, reply.clock))")
        }
        if !flow.escalation.isEmpty {
            parts.append(escalation(flow.escalation))
        }
        parts.append(language("conservé ", "kept ") + elapsed(flow.retention))
        if flow.attachments.count > 0 { parts.append(attachments(flow.attachments)) }
        return parts.joined(separator: language(" ; ", "; "))
    }

    // MARK: Pieces

    func log(_ log: LogDescription) -> String {
        "\(log.origin) (\(log.url), \(short(log.key)), TLS \(Hash.of(log.tlsRoots.joined()).hex.prefix(12)))"
    }

    func key(_ key: PartyKey) -> String { "\(short(key.key)) (\(date(key.notBefore)) – \(date(key.notAfter)))" }

    /// Enough of a key for people to compare two.
    func short(_ key: VerificationKey) -> String { String(Hex.encode(key.bytes).prefix(12)) }

    func kind(_ id: String) -> String { catalogue[id]?.title.text(language) ?? id }
    func role(_ id: String) -> String {
        convention.roles.first { $0.id == id }.map { language($0.fr, $0.en) } ?? id
    }
    func roles(_ ids: [String]) -> String {
        ids.isEmpty ? language("personne", "nobody") : ids.map(role).joined(separator: ", ")
    }
    func basis(_ code: String) -> String { catalogue.fields["legal_basis"]?.values?[code]?.text(language) ?? code }

    func urgency(_ urgency: Urgency) -> String { urgency.text(language) }

    func adhesion(_ adhesion: Adhesion) -> String {
        switch adhesion {
        case .required: language("exigée", "required")
        case .recorded: language("notée", "recorded")
        case .notRequired: language("non exigée", "not required")
        }
    }

    /// Who is alerted when nobody answers in time, and when.
    func escalation(_ steps: [EscalationStep]) -> String {
        language("faute de réponse : ", "if nobody answers: ") + steps.map(step).joined(separator: ", ")
    }

    func step(_ step: EscalationStep) -> String {
        let target =
            switch step.to {
            case .unit: language("l'unité", "the unit")
            case .substitute: language("l'unité suppléante", "the substitute")
            case .manager: language("le responsable", "the manager")
            case .standby:
                language(
                    "les unités de relève (qui peuvent alors lire à sa place)",
                    "the standby units (which can read in its place from then on)")
            case .role(let role): self.role(role)
            }
        let after =
            step.after == 0 ? language("aussitôt", "at once") : language("après ", "after ") + elapsed(step.after)
        let content = step.content ? language(" avec le contenu", " with the content") : ""
        return "\(target) \(after)\(content)"
    }

    func attachments(_ rule: AttachmentRule) -> String {
        guard rule.count > 0 else { return language("sans pièce jointe", "no attachment") }
        let many = rule.count > 1 ? "s" : ""
        return language(
            "au plus \(rule.count) pièce\(many) jointe\(many), \(size(rule.bytes)) (",
            "at most \(rule.count) attachment\(many), \(size(rule.bytes)) (")
            + rule.types.joined(separator: ", ") + ")"
    }

    /// In decimal units, as a file manager shows a file's size, and never more than there is: 26,2 Mo.
    func size(_ bytes: Int) -> String {
        let units = [(1_000_000_000, "Go", "GB"), (1_000_000, "Mo", "MB")]
        guard let (unit, fr, en) = units.first(where: { bytes >= $0.0 }) else { return exactSize(bytes) }
        let tenths = bytes / (unit / 10)
        let rest = tenths % 10 == 0 ? "" : language(",", ".") + "\(tenths % 10)"
        return "\(tenths / 10)\(rest) \(language(fr, en))"
    }

    func exactSize(_ bytes: Int) -> String { language("\(bytes) octets", "\(bytes) bytes") }

    /// A day written YYYY-MM-DD: 25/12/2026 in French.
    func day(_ text: String) -> String {
        language(text.split(separator: "-").reversed().joined(separator: "/"), text)
    }

    func date(_ instant: Instant) -> String {
        day(instant.date.formatted(.iso8601.year().month().day()))
    }

    // MARK: Durations

    /// A time limit on its clock: "one working day", "four hours", "two hours of opening".
    func limit(_ time: Seconds, _ clock: UrgencyRule.Clock) -> String {
        switch clock {
        case .elapsed: return elapsed(time)
        case .opening: return elapsed(time) + language(" d'ouverture", " of opening")
        case .workingDays:
            let days = (time + 86_399).days
            let many = days > 1
            return number(days)
                + language(many ? " jours ouvrés" : " jour ouvré", many ? " working days" : " working day")
        }
    }

    func elapsed(_ time: Seconds) -> String {
        let seconds = time.rawValue
        let units = [
            (86_400, "jour", "day", false), (3600, "heure", "hour", true), (60, "minute", "minute", true),
            (1, "seconde", "second", true)
        ]
        // A day and a half is 36 hours: the largest unit that leaves no rest.
        let (size, fr, en, feminine) = units.first { seconds % $0.0 == 0 && seconds >= $0.0 } ?? units[3]
        let count = seconds / size
        return "\(number(count, feminine: feminine)) \(language(fr, en))" + (count > 1 ? "s" : "")
    }

    private func number(_ value: Int, feminine: Bool = false) -> String {
        let fr = [
            "zéro", feminine ? "une" : "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
            "onze", "douze", "treize", "quatorze", "quinze", "seize"
        ]
        let en = [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen", "fifteen", "sixteen"
        ]
        return value < fr.count ? language(fr[value], en[value]) : String(value)
    }
}
