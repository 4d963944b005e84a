// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
public import LiaisonModel
import LiaisonVault

extension InvitationCode.Failure {
    /// What is wrong with the nine words as somebody took them down.
    public func text(_ language: Language) -> String {
        switch self {
        case .wrongCount(let count):
            language("neuf mots attendus, \(count) reçus", "expected nine words, got \(count)")
        case .unreadable(let place):
            language(
                "le mot numéro \(place) n'existe pas dans la liste : faites-le répéter",
                "word \(place) is none: have it repeated")
        case .checkWord:
            language(
                "un des mots a été mal noté : le dernier mot, qui contrôle les autres, ne correspond pas",
                "a word was taken down wrongly: the last one does not confirm them")
        }
    }
}

/// What is wrong with a passphrase that somebody chooses.
public enum PassphraseWords {
    /// - Returns: nil when it is hard enough to guess.
    public static func weakness(_ passphrase: String, _ language: Language) -> String? {
        let bits = PassphraseStrength.bits(passphrase)
        guard bits < PassphraseStrength.required else { return nil }
        return language(
            "phrase de passe trop facile à deviner (environ \(Int(bits)) bits, \(Int(PassphraseStrength.required)) demandés)\nconseil : cinq mots pris au hasard, ou douze signes mêlés",
            "passphrase too easy to guess (about \(Int(bits)) bits, \(Int(PassphraseStrength.required)) wanted)\nhint: five words at random, or a dozen mixed signs"
        )
    }

    public static func different(_ language: Language) -> String {
        language("Les deux saisies diffèrent : recommencez.", "They differ: start again.")
    }
}
