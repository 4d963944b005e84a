// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonVault
import Testing

struct PassphraseTests {
    @Test(arguments: [
        "", "essai", "motdepasse", "Motdepasse1!", "azertyuiop123456", "aaaaaaaaaaaaaaaaaaaaaaaa",
        "12345678901234567890",
        "commissariat 2026", "cheval cheval cheval cheval cheval cheval", "Bourg-en-Bresse01!"
    ])
    func weakOnesAreKnown(text: String) { #expect(PassphraseStrength.bits(text) < PassphraseStrength.required) }

    @Test(arguments: [
        "lampe girafe clavier orage beurre", "tuile-marge-sapin-cordon-vapeur", "k7#Rv2!pQx9&Lm4z",
        "9f8c1b7a3e5d20f6a1b4c8"
    ])
    func strongOnesPass(text: String) { #expect(PassphraseStrength.bits(text) >= PassphraseStrength.required) }
}
