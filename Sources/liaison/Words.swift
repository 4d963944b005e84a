// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel

// What agents read, in both languages; codes stay in JSON.

extension NewReader {
    func text(_ language: Language) -> String {
        language(
            "Nouveau lecteur depuis le \(Clock.day(since)) : \(agent), à \(unit).",
            "New reader since \(Clock.day(since)): \(agent), at \(unit).")
    }
}

extension FollowedLog {
    func text(_ language: Language) -> String {
        let lost = seen > size
        return language(
            "Le relais a dû repartir d'une sauvegarde : nouveau journal \(to), après l'entrée \(size) de \(from)."
                + (lost ? " Des entrées que ce poste avait vues sont perdues." : "")
                + "\nÀ renvoyer : liaison resend. Ce qui attendait une réponse est aussi à renvoyer : vérifiez vos envois.",
            "The relay had to go back to a backup: new log \(to), after entry \(size) of \(from)."
                + (lost ? " Entries that this device had seen are lost." : "")
                + "\nTo be sent again: liaison resend. What waited for an answer must be sent again, too: check what you sent."
        )
    }
}
