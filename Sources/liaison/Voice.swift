// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonWords

extension Voice {
    /// What cannot be undone is asked for by its name, on a terminal.
    func confirm(_ id: TransmissionID, _ yes: Bool, _ question: String, _ console: Console) async throws {
        guard !yes, Console.isInteractive else { return }
        console.say(try await title(of: id))
        guard console.confirm(question) else {
            throw InputRefused(fr: "rien n'a été fait", en: "nothing was done")
        }
    }
}

extension Console {
    func say(_ lines: [String], indent: String = "  ") { for line in lines { say(indent + line) } }
}
