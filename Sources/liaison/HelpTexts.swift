// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonForms

// Help stands beside the option it explains, once in each language. What the library itself says is translated in
// `UsageInFrench`.

/// The language of whoever runs the program.
let spokenLanguage = Language(environment: ProcessInfo.processInfo.environment)

/// The one of two texts that is in the language of the environment.
func inWords(_ fr: String, _ en: String) -> String { spokenLanguage(fr, en) }

extension ArgumentHelp {
    /// Help in both languages.
    ///
    /// - Parameter value: the placeholder of the value in French and in English: short, and ASCII, because it stands in
    ///   the synopsis between typed text.
    static func both(_ fr: String, _ en: String, value: (fr: String, en: String)? = nil) -> ArgumentHelp {
        ArgumentHelp(inWords(fr, en), valueName: value.map { inWords($0.fr, $0.en) })
    }
}

// Placeholders that many options share.

extension ArgumentHelp {
    static func unit(_ fr: String, _ en: String) -> ArgumentHelp { both(fr, en, value: ("adresse", "unit")) }

    static func agent(_ fr: String, _ en: String) -> ArgumentHelp { both(fr, en, value: ("agent", "agent")) }

    static func file(_ fr: String, _ en: String) -> ArgumentHelp { both(fr, en, value: ("fichier", "file")) }

    static func directory(_ fr: String, _ en: String) -> ArgumentHelp { both(fr, en, value: ("chemin", "directory")) }

    static func day(_ fr: String, _ en: String) -> ArgumentHelp { both(fr, en, value: ("AAAA-MM-JJ", "YYYY-MM-DD")) }

    static func reason(_ fr: String, _ en: String) -> ArgumentHelp { both(fr, en, value: ("motif", "reason")) }

    static var withoutConfirmation: ArgumentHelp {
        both("Ne pas demander de confirmation.", "Do not ask for confirmation.")
    }
}
