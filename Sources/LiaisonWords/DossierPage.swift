// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonDossier
public import LiaisonForms
import LiaisonModel
import LiaisonNotes
public import LiaisonSealing
import LiaisonWire

/// The page that tells a dossier's story to whoever opens it, in French (RGAA: headings, tables with headers, no colour).
///
/// It explains; what proves is beside it, and `liaison verify` or `tools/verify.py` judge that.
public enum DossierPage {
    public static func html(_ story: DossierStory, catalogue: FormCatalogue) -> String {
        let routing = story.envelope.body.routing
        let kind = catalogue[routing.kind]?.title.text(.fr) ?? routing.kind
        var body: [String] = []
        body.append("<h1>Dossier de preuve : \(escape(kind))</h1>")
        body.append(
            "<p>Transmission <code>\(routing.id)</code>, déposée auprès du relais \(escape(story.log)). Dossier établi le "
                + "\(time(story.madeAt, story)). Heures : \(escape(story.timeZone)).</p>")
        body.append(
            "<p>Document couvert par le secret professionnel (code pénal, art. 226-13) ; données à caractère personnel.</p>"
        )
        body += summary(story)
        body += steps(story)
        body = body.map(typeset) + content(story, catalogue)
        body += (proofs(story) + checking).map(typeset)
        return page(title: "Dossier de preuve \(routing.id)", body.joined(separator: "\n"))
    }

    private static func summary(_ story: DossierStory) -> [String] {
        let routing = story.envelope.body.routing
        var lines = ["<h2>En bref</h2>", "<ul>"]
        lines.append("<li>De : \(unit(routing.from, story))</li>")
        lines.append("<li>À : \(unit(routing.to, story))</li>")
        for copy in routing.copies { lines.append("<li>Copie obligatoire : \(unit(copy, story))</li>") }
        lines.append("<li>Urgence : \(routing.urgency.text(.fr))</li>")
        if let call = routing.phoneConfirmedAt {
            lines.append("<li>Appel téléphonique déclaré par l’expéditeur : \(time(call, story))</li>")
        }
        for delivery in story.deliveries {
            let due = story.steps.first {
                $0.evidence.event.unit == delivery.unit && $0.evidence.event.event == .contentConsignment
            }?.evidence.event.dueAt
            let answer = due.map { " (réponse attendue avant le \(time($0, story)))" } ?? ""
            let erased = delivery.progress.isErased ? " ; contenu effacé du relais depuis" : ""
            lines.append(
                "<li>\(unit(delivery.unit, story)) : <strong>\(delivery.progress.state.text(.fr))</strong>\(erased)\(answer)</li>"
            )
        }
        if story.isCutShort {
            lines.append(
                "<li><strong>Le relais a effacé ses enregistrements au terme de la durée d’audit : ce dossier ne dit pas ce qui a "
                    + "suivi le dépôt.</strong></li>")
        }
        return lines + [
            "</ul>",
            "<p><em>Disponible</em> : l’unité pouvait l’ouvrir. <em>Ouvert</em> : un agent de l’unité s’est fait remettre le contenu ; "
                + "cela ne prouve pas qu’il l’a lu. <em>Pris en charge</em> : l’unité s’en est déclarée saisie.</p>"
        ]
    }

    private static func steps(_ story: DossierStory) -> [String] {
        var lines = ["<h2>Ce qui s’est passé</h2>", "<table>"]
        lines.append("<caption>Événements, dans l’ordre du journal</caption>")
        lines.append(
            "<thead><tr><th scope=\"col\">Heure du relais</th><th scope=\"col\">Événement</th><th scope=\"col\">Unité</th>"
                + "<th scope=\"col\">Auteur de la déclaration</th><th scope=\"col\">Entrée</th></tr></thead>")
        lines.append("<tbody>")
        for step in story.steps.told {
            let event = step.event
            let author: String =
                switch event.event {
                case .submissionAcceptance: "le relais ; enveloppe signée par <code>\(story.envelope.body.by)</code>"
                default: step.first.act.map { "<code>\($0.body.by)</code>" } ?? "le relais"
                }
            let about = event.unit.map { unit($0, story) } ?? ""
            lines.append(
                "<tr><td>\(time(event.at, story))</td>"
                    + "<td>\(escape(step.text(LocalTime(zone: story.timeZone), .fr)))</td><td>\(about)</td>"
                    + "<td>\(author)</td><td>\(step.entries)</td></tr>")
        }
        return lines + [
            "</tbody>", "</table>",
            "<p>Chaque fait est une entrée par boîte concernée (expéditeur, destinataire) : les numéros se suivent donc avec des "
                + "intervalles.</p>"
        ]
    }

    private static func content(_ story: DossierStory, _ catalogue: FormCatalogue) -> [String] {
        guard let disclosures = story.disclosures else {
            guard let erasure = story.erasure else {
                return ["<h2>Contenu</h2>", "<p>Ce dossier ne contient pas le contenu de la transmission.</p>"]
            }
            return [
                "<h2>Contenu</h2>",
                typeset(
                    "<p>\(escape(erasure.event.text(.fr))) : le \(time(erasure.event.at, story)), entrée \(erasure.index).</p>"
                )
            ]
        }
        var lines = ["<h2>Contenu divulgué par ce dossier</h2>"]
        lines.append(
            "<p>Ces valeurs sont ce que l’expéditeur a signé si, et seulement si, la vérification ci-dessous répond VALIDE et affiche "
                + "les mêmes.</p>")
        lines.append("<table>")
        lines.append("<thead><tr><th scope=\"col\">Champ</th><th scope=\"col\">Valeur</th></tr></thead>")
        lines.append("<tbody>")
        for (label, value) in disclosures.rows(catalogue, .fr) {
            lines.append("<tr><th scope=\"row\">\(typeset(escape(label)))</th><td>\(escape(value))</td></tr>")
        }
        return lines + ["</tbody>", "</table>"]
    }

    private static func proofs(_ story: DossierStory) -> [String] {
        var lines = ["<h2>Ce que chaque preuve montre</h2>", "<dl>"]
        lines.append(
            "<dt>Enveloppe et actes signés</dt><dd>Qui a déposé, ouvert, pris en charge ou refusé : le titulaire du pseudonyme "
                + "indiqué. Sa clé était sur la liste de son institution, qui seule sait qui il est.</dd>")
        lines.append(
            "<dt>Entrées du journal</dt><dd>Chaque événement est une entrée d’un journal de \(story.treeSize) entrées que le relais "
                + "ne peut ni réécrire ni raccourcir sans que cela se voie. Les heures sont celles du relais.</dd>")
        switch story.tokens {
        case 0:
            lines.append(
                "<dt>Horodatage</dt><dd>Aucun jeton d’horodatage du journal n’est joint. Si ce dossier a un fichier "
                    + "META-INF/timestamp.tst, ce jeton le date tout entier.</dd>")
        case let count:
            lines.append(
                "<dt>Horodatage (RFC 3161)</dt><dd>\(count) \(count == 1 ? "jeton joint" : "jetons joints"). La vérification indique "
                    + "l’heure : tout ce qui précède existait alors.</dd>")
        }
        if story.cosigners.isEmpty {
            lines.append("<dt>Témoins</dt><dd>Ce journal n’était pas encore attesté par des témoins.</dd>")
        } else {
            let list = story.cosigners.map(escape).joined(separator: ", ")
            lines.append("<dt>Témoins</dt><dd>Lignes de signature jointes, à vérifier : \(list).</dd>")
        }
        if !story.asStated.isEmpty {
            let list = story.asStated.map { escape(story.parties[$0] ?? $0.description) }.joined(separator: ", ")
            lines.append(
                "<dt>Listes des agents</dt><dd>Aucune liste plus récente n’est jointe pour : \(list). Leur liste était en vigueur "
                    + "selon le relais.</dd>")
        }
        lines.append(
            "<dt>Ce que le dossier ne dit pas</dt><dd>Il montre ce que son auteur y a mis : d’autres événements, plus récents ou "
                + "adressés à d’autres unités, peuvent exister. Chaque unité concernée peut produire le sien.</dd>")
        return lines + ["</dl>"]
    }

    private static let checking = [
        "<h2>Vérifier soi-même</h2>",
        "<p>Cette page explique ; elle ne prouve rien et n’est pas vérifiée. La preuve est dans les fichiers joints, que deux "
            + "programmes indépendants vérifient sans connexion, et dont ils affichent les états et les valeurs :</p>",
        "<pre>liaison verify DOSSIER --trust ANCRES\npython3 verify.py DOSSIER --trust ANCRES</pre>",
        "<p>ANCRES est un fichier des clés auxquelles on fait confiance (journal, institutions, témoins, autorité d’horodatage) : "
            + "demandez-les aux institutions signataires, par une autre voie que ce dossier.</p>",
        "<p>Ce dossier peut être produit en justice et s’apprécie librement (code civil, art. 1358 ; code de procédure pénale, "
            + "art. 427). Ni le service ni ce dossier ne sont qualifiés au sens du règlement (UE) n° 910/2014 : aucune de ses "
            + "présomptions ne s’applique à eux. Un jeton d’horodatage joint a la valeur que lui donne l’autorité qui l’a émis.</p>"
    ]

    // MARK: Words

    private static func unit(_ address: UnitAddress, _ story: DossierStory) -> String {
        guard let unit = story.units[address] else { return "<code>\(address)</code>" }
        let institution = story.parties[address.institution].map { ", \(escape($0))" } ?? ""
        return "\(escape(unit.name)), \(escape(unit.town))\(institution) (<code>\(address)</code>)"
    }

    private static func time(_ instant: Instant, _ story: DossierStory) -> String {
        LocalTime(zone: story.timeZone).text(instant, .fr)
    }

    /// French typography in what this page says, not in the values that it discloses: no line begins with a sign.
    private static func typeset(_ text: String) -> String {
        let signs = [
            (" :", "\u{A0}:"), (" ;", "\u{202F};"), (" ?", "\u{202F}?"), (" !", "\u{202F}!"), ("« ", "«\u{A0}"),
            (" »", "\u{A0}»")
        ]
        return signs.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    private static func escape(_ text: String) -> String {
        Markup.escaped(text).replacing("\n", with: "<br>")
    }

    private static func page(title: String, _ body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="fr">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
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

extension Disclosures {
    /// Labels and values as people read them.
    public func rows(_ catalogue: FormCatalogue, _ language: Language) -> [(label: String, value: String)] {
        fields.map { field in
            let definition = catalogue.fields[field.name]
            return (definition?.label(language) ?? field.name, definition?.display(field.value, language) ?? field.name)
        }
            + parts.map(\.description).map { part in
                (
                    language("Pièce jointe", "Attachment"),
                    "\(part.name), \(FileSize.text(part.size, language)), SHA-256 \(part.sha256.hex)"
                )
            }
    }
}
