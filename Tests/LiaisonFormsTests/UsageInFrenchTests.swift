// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import Testing

/// The texts of swift-argument-parser as it writes them, with a program's own French between them.
struct UsageInFrenchTests {
    static let help = """
        OVERVIEW: Sceller un formulaire.

        USAGE: liaison send [--to <adresse>] [--yes] <type> <subcommand>

        ARGUMENTS:
          <type>                  Le type de transmission.

        OPTIONS:
          --to <adresse>          L'unité destinataire.
          --format <format>       Le format. (values: text, json)
          --role <role>           Le rôle. (default: agent)
          --draw <draw>           Le dessin. (values: svg, mermaid; default: svg)
          --color <color>         La couleur. (values: on, off; default as flag:
                                  on)
          --level <level>         Le niveau. (default as flag: 1)
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          forms (default)         Lister les types.
          help                    Show subcommand help information.

          See 'liaison help send <subcommand>' for detailed help.
        """

    private static let messages: [String] = [
        "Error: Unknown option '--yess'. Did you mean '--yes'?",
        "Error: Unknown option '-q'",
        "Error: Unknown option '-qx'\n   or: Missing value for '-q <adresse>' in '-qx'",
        "Error: Invalid option: -é",
        "Error: Missing value for '--to <adresse>'\nHelp:  --to <adresse>  L'unité destinataire.",
        "Error: Missing value for '--to'",
        "Error: Missing expected argument '<id>'",
        "Error: Missing expected argument '--until <date>'",
        "Error: Missing one of: '--age', '--pem'",
        "Error: Missing expected subcommand",
        "Error: Missing required subcommand.",
        "Error: Unexpected argument 'x'",
        "Error: 3 unexpected arguments: 'x', 'y', 'z'",
        "Error: The option '--yes' does not take any value, but '3' was specified.",
        "Error: Value to be set with flag '--yaml' had already been set with flag '--json'",
        "Error: The value 'x' is invalid for '--hours <heures>'",
        "Error: The value 'x' is invalid for '--format <format>'. Please provide one of 'text' and 'json'.",
        "Error: The value 'x' is invalid for '<format>'. Please provide one of 'text', 'json' or 'csv'.",
        "Error: The value 'x' is invalid for '<format>'. Please provide one of the following:\n  - text\n  - json",
        "Error: The value 'x' is invalid.",
        "Error: Can't generate completion scripts for 'x'.",
        "Error: Can't autodetect a supported shell.\nPlease use --generate-completion-script=<shell> with one of:\n  zsh",
        "Error: Internal error. Invalid state while parsing command-line arguments."
    ]

    static let texts =
        [help] + messages.map { $0 + "\nUsage: liaison send <type>\n  See 'liaison send --help' for more information." }

    private static let english = Set(
        """
        overview usage arguments: subcommand subcommands error missing unknown unexpected expected required argument: value
        values invalid default show see for more information detailed did you mean please provide one of the following with
        does not take any but was specified flag can't use or and as help internal set had already been in is a
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// The English words of a text, apart from names of options, placeholders and commands to type.
    private func englishWords(in text: String) -> [String] {
        let typed = ["liaison help send", "liaison send --help"]
        let prose = typed.reduce(text) { $0.replacingOccurrences(of: $1, with: "") }
            .replacingOccurrences(of: "(?m)^  help  ", with: "", options: .regularExpression)
        return prose.lowercased().split { $0.isWhitespace || "()[];,?".contains($0) }.map(String.init)
            .filter { !$0.hasPrefix("-") && !$0.contains("<") && Self.english.contains($0) }
    }

    @Test(arguments: texts)
    func noEnglishIsLeft(text: String) {
        let french = UsageInFrench.translate(text)
        #expect(englishWords(in: french).isEmpty, "\(french)")
    }

    @Test(arguments: texts)
    func namesOfOptionsStay(text: String) {
        let french = UsageInFrench.translate(text)
        let names = text.matches(of: /--[a-z-]+/).map { String($0.output) }
        for name in names { #expect(french.contains(name), "\(french)") }
    }

    @Test func whatTheProgramSaysStays() {
        let french = UsageInFrench.translate(Self.help)
        #expect(french.contains("OBJET : Sceller un formulaire.\n"))
        #expect(french.contains("  --to <adresse>          L'unité destinataire.\n"))
        #expect(french.contains("Le dessin. (valeurs : svg, mermaid ; par défaut : svg)\n"))
        #expect(french.hasSuffix("Aide détaillée d'une commande : liaison help send <commande>"))
    }

    @Test func whatTheUserTypedStays() {
        #expect(
            UsageInFrench.translate("Error: Unexpected argument 'Show the version'")
                == "erreur : argument inattendu : « Show the version »")
        #expect(
            UsageInFrench.translate("Error: Unknown option '--yess'. Did you mean '--yes'?")
                == "erreur : option inconnue : --yess (vouliez-vous dire --yes ?)")
        #expect(
            UsageInFrench.translate(
                "Error: The value 'x' is invalid for '<format>'. Please provide one of 'a', 'b' or 'c'.")
                == "erreur : la valeur « x » n'est pas valable pour <format> ; valeurs possibles : « a », « b » ou « c »"
        )
        #expect(UsageInFrench.translate("Error: coffre non indiqué") == "erreur : coffre non indiqué")
    }
}
