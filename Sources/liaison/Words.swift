// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel

// What agents read, in both languages; codes stay in JSON.

extension NewReader {
    func text(_ voice: Voice) -> String {
        let unit = voice.name(unit)
        return voice.language(
            "Nouveau lecteur depuis le \(Clock.day(since, .fr)) : \(agent), dans \(unit).",
            "New reader since \(Clock.day(since, .en)): \(agent), at \(unit).")
    }
}

extension FollowedLog {
    func text(_ language: Language) -> String {
        var lines = [
            language(
                "Le relais a dû être restauré à partir d'une sauvegarde : nouveau journal \(to), après l'entrée \(size) de \(from)."
                    + (seen > size ? " Des entrées que ce poste avait lues sont perdues." : ""),
                "The relay had to go back to a backup: new log \(to), after entry \(size) of \(from)."
                    + (seen > size ? " Entries that this device had seen are lost." : ""))
        ]
        for id in lost {
            lines.append(language("PERDUE, à déposer de nouveau : liaison outbox \(id)", "LOST: liaison outbox \(id)"))
        }
        for id in pending {
            lines.append(
                language(
                    "Déposée avant la restauration : demandez à l'unité si elle a répondu ; sinon, liaison outbox \(id)",
                    "Deposited before: ask the unit whether it answered, otherwise liaison outbox \(id)"))
        }
        return lines.joined(separator: "\n")
    }
}
