// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonClient
import LiaisonForms
import LiaisonWords

struct Forms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forms",
        abstract: inWords(
            "Lister les types de transmission, ou afficher le formulaire vierge de l'un d'eux.",
            "List the kinds, or print an empty form of one."))

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "Un type, par exemple referral (saisine).", "A kind, for example referral.", value: ("type", "kind")))
    var kind: String?

    @Flag(help: .both("Afficher le schéma JSON du formulaire.", "Print the form's JSON Schema."))
    var jsonSchema = false

    @Option(
        help: .both(
            "Afficher un formulaire vierge, à remplir ailleurs : yaml ou json.",
            "Print an empty form to fill elsewhere: yaml or json.", value: ("format", "template")))
    var template: Template?

    enum Template: String, ExpressibleByArgument, CaseIterable { case yaml, json }

    private struct Row: Encodable {
        var kind: String
        var title: String
        var summary: String
    }

    func run() async throws {
        try await global.reporting { console in
            let catalogue = FormCatalogue.shipped
            guard let id = kind else { return try list(catalogue, console) }
            guard let kind = catalogue[id] else { throw ClientFailure.unknownKind(id) }
            if template == .json {
                print(catalogue.jsonTemplate(kind), terminator: "")
            } else if template == nil, jsonSchema || console.format == .json {
                print(try catalogue.jsonSchema(kind, console.language))
            } else {
                print(catalogue.template(kind, console.language), terminator: "")
            }
        }
    }

    private func list(_ catalogue: FormCatalogue, _ console: Console) throws {
        let rows = catalogue.kinds.map {
            Row(kind: $0.id, title: $0.title.text(console.language), summary: $0.summary.text(console.language))
        }
        try console.print(rows) {
            rows.map { "\($0.kind)" + console.language(" : ", ": ") + "\($0.title). \($0.summary)" }.joined(
                separator: "\n")
        }
    }
}
