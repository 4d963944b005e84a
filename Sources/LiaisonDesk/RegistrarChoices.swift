// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonWords

extension Choice {
    static func units(_ work: RegistrarAtWork, except unit: UnitAddress? = nil, chosen: [UnitAddress] = []) throws
        -> [Choice]
    {
        try work.registrar.units().filter { $0.address != unit }.map {
            Choice(
                value: $0.address.description, label: "\($0.name), \($0.town)", isChosen: chosen.contains($0.address))
        }
    }

    static func roles(_ language: Language) -> [Choice] {
        PostRole.allCases.map { Choice(value: $0.rawValue, label: $0.text(language), isChosen: false) }
    }
}
