// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms

extension FollowedLog {
    /// What happened to the log, then a line for each transmission to look after.
    public func text(_ language: Language) -> String {
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
