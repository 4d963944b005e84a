// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
import LiaisonNotes

/// What changes from one version of a convention to the next, in sentences.
public struct ConventionDifference {
    private let old: ConventionWords
    private let new: ConventionWords
    private let language: Language

    public init(from old: Convention, to new: Convention, catalogue: FormCatalogue, language: Language) {
        self.old = ConventionWords(old, catalogue: catalogue, language: language)
        self.new = ConventionWords(new, catalogue: catalogue, language: language)
        self.language = language
    }

    public func lines() -> [String] { frame() + parties() + roles() + flows() }

    // MARK: Sentences

    private func change(_ fr: String, _ en: String, _ old: String, _ new: String) -> [String] {
        guard old != new else { return [] }
        let from = ["un ", "une "].contains { old.hasPrefix($0) } ? "d'\(old)" : "de \(old)"
        return [language("\(fr) passe \(from) à \(new).", "\(en) goes from \(old) to \(new).")]
    }

    private func list(_ fr: String, _ en: String, _ old: [String], _ new: [String]) -> [String] {
        let gone = old.filter { !new.contains($0) }
        let added = new.filter { !old.contains($0) }
        guard gone.isEmpty, added.isEmpty else {
            return gone.map { language("\(fr) : \($0) est retiré.", "\(en): \($0) is taken out.") }
                + added.map { language("\(fr) : \($0) est ajouté.", "\(en): \($0) is added.") }
        }
        // The same members in another order: the first urgency is the usual one, the first copy the nearest.
        return old == new ? [] : [language("\(fr) : l'ordre change.", "\(en): the order changes.")]
    }

    private func yesNo(_ flag: Bool) -> String { flag ? language("oui", "yes") : language("non", "no") }

    // MARK: Parts

    private func frame() -> [String] {
        let (a, b) = (old.convention, new.convention)
        return change("Le nom", "The name", a.name, b.name)
            + change("La version", "The version", "\(a.version)", "\(b.version)")
            + change(
                "La version remplacée", "The version superseded", a.previous?.description ?? "-",
                b.previous?.description ?? "-")
            + change("Le début", "The beginning", old.date(a.notBefore), new.date(b.notBefore))
            + change("La fin", "The end", old.date(a.notAfter), new.date(b.notAfter))
            + change("Le délai de grâce", "The grace period", old.elapsed(a.grace), new.elapsed(b.grace))
            + change(
                "L'âge admis d'un envoi", "The age accepted of a submission", old.elapsed(a.maximumAge),
                new.elapsed(b.maximumAge))
            + change(
                "La conservation des traces", "The keeping of records", old.elapsed(a.auditLimit),
                new.elapsed(b.auditLimit))
            + change(
                "L'admission de données de santé", "The admission of health data", yesNo(a.healthData),
                yesNo(b.healthData))
            + change("Le fuseau horaire", "The time zone", a.timeZone, b.timeZone)
            + list("Jours fériés", "Holidays", a.holidays.map(old.day), b.holidays.map(new.day))
            + list("Journaux", "Logs", a.logs.map(old.log), b.logs.map(new.log))
    }

    private func parties() -> [String] {
        matched(old.convention.parties, new.convention.parties, \.institution.description) {
            language("L'institution \($0.name) (\($0.institution))", "The institution \($0.name) (\($0.institution))")
        } changes: { a, b in
            let place = "\(b.institution)" + language(" : ", ": ")
            return change(place + "le nom", place + "the name", a.name, b.name)
                + change(place + "le type", place + "the kind", a.kind, b.kind)
                + change(
                    place + "le secret professionnel", place + "professional secrecy", yesNo(a.secrecy),
                    yesNo(b.secrecy))
                + change(
                    place + "la clé de secours", place + "the recovery key", old.short(a.recovery),
                    new.short(b.recovery))
                + change(place + "le journal", place + "the log", a.log, b.log)
                + change(
                    place + "le nombre de signatures de sa liste", place + "the number of signatures on its roster",
                    "\(a.rosterSignatures)", "\(b.rosterSignatures)")
                + list(place + "clés", place + "keys", a.keys.map(old.key), b.keys.map(new.key))
        }
    }

    private func roles() -> [String] {
        matched(old.convention.roles, new.convention.roles, \.id) {
            language("Le rôle « \($0.fr) » (\($0.id))", "The role \"\($0.en)\" (\($0.id))")
        } changes: { a, b in
            change("Le rôle \(b.id)", "The role \(b.id)", a.fr, b.fr)
                + change("Le rôle \(b.id) (en)", "The role \(b.id) (en)", a.en, b.en)
        }
    }

    private func flows() -> [String] {
        matched(old.convention.flows, new.convention.flows, \.id) {
            language("Le flux \($0.id) (\(old.kind($0.kind)))", "The flow \($0.id) (\(old.kind($0.kind)))")
        } changes: { a, b in
            let place = "\(b.id)" + language(" : ", ": ")
            return change(place + "le type", place + "the kind", old.kind(a.kind), new.kind(b.kind))
                + list(place + "expéditeurs", place + "senders", a.from.map(old.role), b.from.map(new.role))
                + list(place + "destinataires", place + "recipients", a.to.map(old.role), b.to.map(new.role))
                + list(place + "bases légales", place + "legal bases", a.legalBases, b.legalBases)
                + change(place + "l'adhésion", place + "adhesion", old.adhesion(a.adhesion), new.adhesion(b.adhesion))
                + list(place + "copies", place + "copies", a.copies.map(old.role), b.copies.map(new.role))
                + change(
                    place + "le téléphone d'abord", place + "telephone first", yesNo(a.callFirst), yesNo(b.callFirst))
                + change(
                    place + "la réponse seulement", place + "only in answer", yesNo(a.replyOnly), yesNo(b.replyOnly))
                + urgencies(a, b)
                + change(place + "le retour attendu", place + "the return expected", reply(a, old), reply(b, new))
                + list(
                    place + "alertes faute de réponse", place + "alerts if nobody answers", a.escalation.map(old.step),
                    b.escalation.map(new.step))
                + change(
                    place + "la conservation", place + "retention", old.elapsed(a.retention), new.elapsed(b.retention))
                + change(
                    place + "la règle des pièces jointes", place + "the rule on attachments",
                    old.attachments(a.attachments), new.attachments(b.attachments))
                + change(
                    place + "la taille admise", place + "the size allowed", old.exactSize(a.attachments.bytes),
                    new.exactSize(b.attachments.bytes))
                + list(place + "types de fichiers", place + "file types", a.attachments.types, b.attachments.types)
        }
    }

    /// "The acknowledgement time of the CRIP goes from one working day to four hours."
    private func urgencies(_ a: Flow, _ b: Flow) -> [String] {
        let who = new.roles(b.to)
        let common = b.urgencies.flatMap { rule -> [String] in
            guard let before = a.rule(for: rule.urgency) else { return [] }
            let name = new.urgency(rule.urgency)
            return change(
                "\(b.id), \(name) : le délai de prise en charge (\(who))",
                "\(b.id), \(name): the acknowledgement time of \(who)",
                old.limit(before.within, before.clock), new.limit(rule.within, rule.clock))
        }
        return common
            + list(
                "\(b.id) : urgences", "\(b.id): urgencies", a.urgencies.map { old.urgency($0.urgency) },
                b.urgencies.map { new.urgency($0.urgency) })
    }

    private func reply(_ flow: Flow, _ words: ConventionWords) -> String {
        flow.reply.map { "\(words.kind($0.kind)), \(words.limit($0.within, $0.clock))" } ?? language("aucun", "none")
    }

    /// Members of both versions by their name, and those that come or go.
    private func matched<Item>(
        _ old: [Item], _ new: [Item], _ id: (Item) -> String, name: (Item) -> String, changes: (Item, Item) -> [String]
    ) -> [String] {
        let before = Dictionary(old.map { (id($0), $0) }) { first, _ in first }
        let after = Set(new.map(id))
        return old.filter { !after.contains(id($0)) }.map { name($0) + language(" disparaît.", " disappears.") }
            + new.flatMap { item in
                before[id(item)].map { changes($0, item) } ?? [name(item) + language(" apparaît.", " appears.")]
            }
    }
}
