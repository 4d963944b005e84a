// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonClient
import LiaisonForms

extension NewReader {
    /// Who reads a unit's mail since when.
    public func text(_ voice: Voice) -> String {
        let unit = voice.name(unit)
        return voice.language(
            "Nouveau lecteur depuis le \(LocalTime(.current).day(since, .fr)) : \(agent), dans \(unit).",
            "New reader since \(LocalTime(.current).day(since, .en)): \(agent), at \(unit).")
    }
}
