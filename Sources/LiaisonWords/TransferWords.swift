// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms

extension TransferReport.Result {
    public func text(_ language: Language) -> String {
        switch self {
        case .transferred: language("transféré", "transferred")
        case .alreadyReadable: language("déjà lisible", "readable already")
        case .erased: language("effacé", "erased")
        case .otherKeys:
            language(
                "un collègue peut vous le transférer (liaison transfer)",
                "a colleague can transfer it to you (liaison transfer)")
        case .lost:
            language(
                "perdu : plus personne n'en détient la clé ; l'expéditeur en est informé",
                "lost: nobody has its key, the sender is told")
        case .refused: language("contenu refusé ; l'expéditeur en est informé", "content refused, the sender is told")
        case .readable: language("lisible", "readable")
        }
    }
}
