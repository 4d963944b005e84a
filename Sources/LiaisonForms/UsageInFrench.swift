// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// What swift-argument-parser says of itself, in French: headings of help, and errors of usage. It has no
/// translations of its own; these follow the texts of its `HelpGenerator`, `MessageInfo` and `UsageGenerator`
/// (1.8). What it says that is not in these tables stays as it is.
public enum UsageInFrench {
    /// A help page or an error message of the library, in French. Names of options, and what the user typed, stay.
    public static func translate(_ text: String) -> String {
        let rules = text.hasPrefix("Error: ") ? errors + help : help
        return rules.reduce(text) { text, rule in
            text.replacingOccurrences(of: "(?m)" + rule.pattern, with: rule.french, options: .regularExpression)
        }
    }

    /// A regular expression, `^` and `$` at every line, and what stands for it, with `$1` for its first group.
    private typealias Rule = (pattern: String, french: String)

    /// Pages of help, and the lines on usage below an error.
    private static let help: [Rule] = [
        ("^OVERVIEW: ", "OBJET : "),
        ("^USAGE: ", "EMPLOI : "),
        ("^Usage: ", "Emploi : "),
        ("^ARGUMENTS:$", "ARGUMENTS :"),
        ("^OPTIONS:$", "OPTIONS :"),
        ("^SUBCOMMANDS:$", "COMMANDES :"),
        ("^Help:  ", "Aide :  "),
        ("<subcommand>", "<commande>"),
        (#"\bShow\s+help\s+information\."#, "Afficher cette aide."),
        (#"\bShow\s+subcommand\s+help\s+information\."#, "Afficher l'aide d'une commande."),
        (#"\bShow\s+the\s+version\."#, "Afficher la version."),
        (#"^(  \S+(?:, \S+)*) \(default\)"#, "$1 (par défaut)"),
        (#"\(values:(\s)"#, "(valeurs :$1"),
        (#"\(default:(\s)"#, "(par défaut :$1"),
        (#";(\s)default:(\s)"#, " ;$1par défaut :$2"),
        (#"\(default\sas\sflag:(\s)"#, "(par défaut, sans valeur :$1"),
        (#";(\s)default\sas\sflag:(\s)"#, " ;$1par défaut, sans valeur :$2"),
        (#"^  See '(.*)' for detailed help\.$"#, "  Aide détaillée d'une commande : $1"),
        (#"^  See '(.*)' for more information\.$"#, "  Pour en savoir plus : $1"),
        ("^Unspecified version$", "Version non indiquée")
    ]

    /// Errors of usage, in the style of the program's own: lower case, no full stop. Quotation marks between the items of
    /// a list come first, so that what follows finds one quotation; the last rule is for the program's own errors.
    private static let errors: [Rule] = [
        ("', '", " », « "),
        ("' (?:and|or) '", " » ou « "),
        (
            #"^Error: Unknown option '(.*?)'\. Did you mean '(.*?)'\?$"#,
            "erreur : option inconnue : $1 (vouliez-vous dire $2 ?)"
        ),
        ("^Error: Unknown option '(.*?)'$", "erreur : option inconnue : $1"),
        (#"^Error: Invalid option: "#, "erreur : option mal formée : "),
        ("^   or: Missing value for '(.*?)' in '(.*?)'$", "   ou : il manque la valeur de $1 dans $2"),
        ("^Error: Missing value for '(.*?)'$", "erreur : il manque la valeur de $1"),
        ("^Error: Missing expected argument '(-.*?)'$", "erreur : il manque l'option obligatoire $1"),
        ("^Error: Missing expected argument '(.*?)'$", "erreur : il manque l'argument obligatoire $1"),
        ("^Error: Missing one of: '(.*)'$", "erreur : il faut indiquer l'un de ces arguments : « $1 »"),
        (#"^Error: Missing (?:expected|required) subcommand\.?$"#, "erreur : il manque la commande"),
        ("^Error: Unexpected argument '(.*)'$", "erreur : argument inattendu : « $1 »"),
        (#"^Error: (\d+) unexpected arguments: '(.*)'$"#, "erreur : $1 arguments inattendus : « $2 »"),
        (
            #"^Error: The option '(.*?)' does not take any value, but '(.*)' was specified\.$"#,
            "erreur : l'option $1 ne prend pas de valeur (« $2 »)"
        ),
        (
            "^Error: Value to be set with flag '(.*)' had already been set with flag '(.*)'$",
            "erreur : l'option $1 contredit l'option $2"
        ),
        ("^Error: The value '(.*)' is invalid for '(.*?)'", "erreur : la valeur « $1 » n'est pas valable pour $2"),
        (#"^Error: The value '(.*)' is invalid\."#, "erreur : la valeur « $1 » n'est pas valable"),
        (#"\. Please provide one of '(.*)'\.$"#, " ; valeurs possibles : « $1 »"),
        (#"\. Please provide one of the following:$"#, " ; valeurs possibles :"),
        (
            #"^Error: Can't generate completion scripts for '(.*)'\.$"#,
            "erreur : pas de script de complétion pour « $1 »"
        ),
        (#"^Error: Can't autodetect a supported shell\.$"#, "erreur : interpréteur de commandes non reconnu"),
        ("^Please use (.*) with one of:$", "conseil : $1, avec l'un de ceux-ci :"),
        (#"^Error: Internal error\. .*$"#, "erreur : défaut du programme dans la lecture de la commande"),
        ("^Error: ", "erreur : ")
    ]
}
