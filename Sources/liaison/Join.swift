// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTLS
import LiaisonVault
import LiaisonWords

struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: inWords(
            "Répondre à une invitation : créer votre coffre et vos clés, et demander votre inscription au gestionnaire.",
            "Answer an invitation: make your vault and keys, and ask your registrar to take you in."))
    @OptionGroup var global: GlobalOptions

    @Argument(
        help: .both(
            "Le relais, par exemple https://relais.example:8443.",
            "The relay, for example https://relais.example:8443.",
            value: ("relais", "relay")))
    var relay: String

    @Argument(
        help: .both(
            "Les neuf mots que votre gestionnaire vous a dictés, séparés par des traits d'union ou des espaces ; à défaut, ils sont demandés, ou lus sur l'entrée standard. Donnés ici, les autres utilisateurs de ce poste peuvent les voir.",
            "The nine words that your registrar told you; hyphens or spaces between them. Unless given they are asked for, or read from standard input. Other users of this computer can see those that are given here.",
            value: ("mots", "words")))
    var code: [String] = []

    private struct Answer: Encodable {
        var agent: AgentAddress
        var unit: UnitAddress?
        var role: String
    }

    func run() async throws {
        try await global.reporting { console in
            // Before the words are asked for.
            let address = try RelayAddress(relay)
            if !self.code.isEmpty { Self.sayThatOthersSeeArguments(console) }
            let code = try self.code.isEmpty ? Self.ask(console) : Self.read(self.code.joined(separator: " "))
            let invitation = try await Account.join(code, over: address.url, now: Instant.now) {
                try global.openOrCreateVault()
            }
            let answer = Answer(agent: invitation.agent, unit: invitation.unit, role: invitation.role)
            try console.print(answer) {
                console.language(
                    "Demande envoyée pour \(invitation.agent). Quand votre gestionnaire l'aura approuvée, commencez par : liaison inbox",
                    "Request sent for \(invitation.agent). Your registrar approves it; then, first command: liaison inbox"
                )
            }
        }
    }

    /// Arguments are in the list of processes, which every user of the machine can read.
    private static func sayThatOthersSeeArguments(_ console: Console) {
        console.say(
            console.language(
                "Attention : les autres utilisateurs de cette machine peuvent voir les mots donnés dans la commande. Préférez les taper quand ils sont demandés, ou l'entrée standard.",
                "Note: other users of this machine can see words that are given in the command. Prefer to type them when they are asked for, or standard input."
            ))
    }

    /// The words as somebody types them while they are dictated: on one line or on several, and again when one was misheard.
    private static func ask(_ console: Console) throws -> InvitationCode {
        if Console.isInteractive {
            console.say(
                console.language(
                    "Les neuf mots que votre gestionnaire vous dicte, sur une ligne ou sur plusieurs :",
                    "The nine words that your registrar tells you, on one line or on several:"))
        }
        var words: [Substring] = []
        while let line = readLine() {
            words += line.split { !$0.isLetter }
            guard words.count >= 9 else {
                if Console.isInteractive {
                    console.say(console.language("\(words.count) sur 9", "\(words.count) of 9"))
                }
                continue
            }
            do {
                return try read(words.joined(separator: " "))
            } catch let refusal as InputRefused where Console.isInteractive {
                console.say(Console.text(refusal, console.language))
                console.say(console.language("Encore une fois, les neuf mots :", "Once more, the nine words:"))
                words = []
            }
        }
        return try read(words.joined(separator: " "))
    }

    private static func read(_ text: String) throws -> InvitationCode {
        do {
            return try InvitationCode(text: text)
        } catch {
            throw InputRefused(fr: error.text(.fr), en: error.text(.en))
        }
    }
}
