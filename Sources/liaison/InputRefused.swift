// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// What was typed or given will not do, or was not confirmed: said where it was found, exit code 65.
struct InputRefused: Error {
    let fr: String
    let en: String
}

extension InputRefused {
    static func noCertificate(_ path: String) -> InputRefused {
        InputRefused(
            fr: "pas de certificat PEM dans ce fichier (\(path))", en: "no PEM certificate in this file (\(path))")
    }
}
