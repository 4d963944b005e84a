// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire

/// The page that tells a dossier's story to whoever opens it, in French (RGAA: headings, tables with headers, no colour).
///
/// It explains; what proves is beside it, and `liaison verify` or `tools/verify.py` judge that.
public enum DossierPage {
    public static func html(_ story: DossierStory, catalogue: FormCatalogue) -> String {
        let routing = story.envelope.body.routing
        let kind = catalogue[routing.kind]?.title.text(.fr) ?? routing.kind
        let time = TimeText(zone: story.timeZone)
        var body: [String] = []
        body.append("<h1>Dossier de preuve : \(escape(kind))</h1>")
        body.append(
            "<p>Transmission <code>\(routing.id)</code>, déposée auprès du relais <code>\(escape(story.log))</code>. "
                + "Heures : \(escape(story.timeZone)).</p>")
        body.append("<h2>En bref</h2>")
        body.append("<ul>")
        body.append("<li>De : \(unit(routing.from, story))</li>")
        body.append("<li>À : \(unit(routing.to, story))</li>")
        for copy in routing.copies { body.append("<li>Copie obligatoire : \(unit(copy, story))</li>") }
        for delivery in story.deliveries {
            let erased = delivery.progress.isErased ? " ; contenu effacé du relais depuis" : ""
            body.append(
                "<li>\(unit(delivery.unit, story)) : <strong>\(delivery.progress.state.text(.fr))</strong>\(erased)</li>"
            )
        }
        body.append("</ul>")
        body += steps(story, time)
        body += content(story, catalogue)
        body += proofs(story, time)
        body += checking
        return page(title: "Dossier de preuve \(routing.id)", body.joined(separator: "\n"))
    }

    private static func steps(_ story: DossierStory, _ time: TimeText) -> [String] {
        var lines = ["<h2>Ce qui s'est passé</h2>", "<table>"]
        lines.append("<caption>Événements, dans l'ordre du journal</caption>")
        lines.append(
            "<thead><tr><th scope=\"col\">Heure du relais</th><th scope=\"col\">Événement</th>"
                + "<th scope=\"col\">Unité</th><th scope=\"col\">Signé par</th><th scope=\"col\">Entrée</th></tr></thead>"
        )
        lines.append("<tbody>")
        for step in story.steps {
            let event = step.evidence.event
            let signer: String =
                switch event.event {
                case .submissionAcceptance: story.envelope.body.by.description
                default: step.act?.body.by.description ?? "le relais"
                }
            let code = event.code.map { " (\(escape($0)))" } ?? ""
            let about = event.unit.map { unit($0, story) } ?? ""
            lines.append(
                "<tr><td>\(time.text(event.at))</td><td>\(event.event.text(.fr))\(code)</td><td>\(about)</td>"
                    + "<td><code>\(escape(signer))</code></td><td>\(step.evidence.index)</td></tr>")
        }
        lines += ["</tbody>", "</table>"]
        return lines
    }

    private static func content(_ story: DossierStory, _ catalogue: FormCatalogue) -> [String] {
        guard let disclosures = story.disclosures else {
            return ["<h2>Contenu</h2>", "<p>Ce dossier ne contient pas le contenu de la transmission.</p>"]
        }
        var lines = ["<h2>Contenu divulgué par ce dossier</h2>"]
        lines.append(
            "<p>Chaque ligne est liée à l'enveloppe signée par l'expéditeur : elle ne peut pas avoir été changée depuis.</p>"
        )
        lines.append("<table>")
        lines.append("<thead><tr><th scope=\"col\">Champ</th><th scope=\"col\">Valeur</th></tr></thead>")
        lines.append("<tbody>")
        for field in disclosures.fields {
            let definition = catalogue.fields[field.name]
            let label = definition?.label(.fr) ?? field.name
            let value = definition?.display(field.value, .fr) ?? field.name
            lines.append("<tr><th scope=\"row\">\(escape(label))</th><td>\(escape(value))</td></tr>")
        }
        for part in disclosures.parts.map(\.description) {
            lines.append(
                "<tr><th scope=\"row\">Pièce jointe</th><td>\(escape(part.name)), \(part.size) octets, "
                    + "SHA-256 <code>\(part.sha256.hex)</code></td></tr>")
        }
        return lines + ["</tbody>", "</table>"]
    }

    private static func proofs(_ story: DossierStory, _ time: TimeText) -> [String] {
        var lines = ["<h2>Ce que chaque preuve montre</h2>", "<dl>"]
        lines.append(
            "<dt>Enveloppe et actes signés</dt><dd>Qui a déposé, ouvert, pris en charge ou refusé : l'agent nommé, que son "
                + "institution avait inscrit sur sa liste à ce moment-là.</dd>")
        lines.append(
            "<dt>Entrées du journal</dt><dd>Chaque événement est une entrée d'un journal de \(story.treeSize) entrées que le relais "
                + "ne peut ni réécrire ni raccourcir sans que cela se voie. Les heures sont celles du relais.</dd>")
        if story.tokens > 0 {
            lines.append(
                "<dt>Horodatage (RFC 3161)</dt><dd>\(story.tokens) jeton(s) joints. Vérifiés, ils datent le journal : tout ce qui "
                    + "précède existait alors.</dd>")
        } else {
            lines.append("<dt>Horodatage</dt><dd>Ce journal n'était pas encore horodaté par un tiers.</dd>")
        }
        if story.cosigners.isEmpty {
            lines.append("<dt>Témoins</dt><dd>Ce journal n'était pas encore attesté par des témoins.</dd>")
        } else {
            let list = story.cosigners.map(escape).joined(separator: ", ")
            lines.append("<dt>Témoins</dt><dd>Lignes de signature jointes, à vérifier : \(list).</dd>")
        }
        if !story.asStated.isEmpty {
            let list = story.asStated.map { escape($0.description) }.joined(separator: ", ")
            lines.append(
                "<dt>Listes des agents</dt><dd>Aucune liste plus récente n'est jointe pour : \(list). Leur liste était en vigueur "
                    + "selon le relais.</dd>")
        }
        lines.append(
            "<dt>Ce que le dossier ne dit pas</dt><dd>Il montre ce que son auteur y a mis : d'autres événements, plus récents ou "
                + "adressés à d'autres unités, peuvent exister. Chaque unité concernée peut produire le sien.</dd>")
        return lines + ["</dl>"]
    }

    private static let checking = [
        "<h2>Vérifier soi-même</h2>",
        "<p>Cette page explique ; elle ne prouve rien. La preuve est dans les fichiers joints, que deux programmes indépendants "
            + "vérifient sans connexion :</p>",
        "<pre>liaison verify DOSSIER --trust ANCRES\npython3 tools/verify.py DOSSIER --trust ANCRES</pre>",
        "<p>Ce dossier est un élément de preuve au sens de l'article 43 du règlement (UE) n° 910/2014 ; il ne bénéficie "
            + "d'aucune présomption légale.</p>"
    ]

    // MARK: Words

    private static func unit(_ address: UnitAddress, _ story: DossierStory) -> String {
        guard let unit = story.units[address] else { return "<code>\(address)</code>" }
        return "\(escape(unit.name)), \(escape(unit.town)) (<code>\(address)</code>)"
    }

    static func escape(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "<br>"
            default: result.append(character)
            }
        }
    }

    private static func page(title: String, _ body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="fr">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>
        body { font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
        table { border-collapse: collapse; width: 100% }
        th, td { border: 1px solid; padding: .3rem .5rem; text-align: left; vertical-align: top }
        code { overflow-wrap: anywhere }
        @media print { body { margin: 0 } }
        </style>
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }
}

/// Instants as people of the convention's time zone read them.
private struct TimeText {
    let zone: String

    func text(_ instant: Int) -> String {
        let zone = TimeZone(identifier: zone) ?? .gmt
        let style = Date.VerbatimFormatStyle(
            format:
                "\(day: .twoDigits)/\(month: .twoDigits)/\(year: .defaultDigits) à \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
            timeZone: zone, calendar: Calendar(identifier: .gregorian))
        return Date(timeIntervalSince1970: Double(instant)).formatted(style)
    }
}
