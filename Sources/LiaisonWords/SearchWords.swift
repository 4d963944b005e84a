// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
import LiaisonForms

extension Voice {
    /// Where a search found something.
    public func name(_ place: SearchHit.Place) -> String {
        switch place {
        case .envelope: language("l'enveloppe", "the envelope")
        case .attachment: language("le nom d'une pièce jointe", "the name of an attachment")
        case .field(let name): catalogue.fields[name]?.label(language) ?? name
        }
    }
}
