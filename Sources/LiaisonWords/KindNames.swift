// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms

extension FormCatalogue {
    /// The kinds whose title begins so, in either language.
    public func kinds(beginning text: String) -> [FormKind] {
        func plain(_ text: String) -> String {
            text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        }
        return kinds.filter { kind in
            Language.allCases.contains { plain(kind.title.text($0)).hasPrefix(plain(text)) }
        }
    }

    /// A kind by its identifier, or by its title in either language: `saisine`.
    public func kind(named text: String) -> FormKind? {
        if let kind = self[text] { return kind }
        func plain(_ text: String) -> String {
            text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        }
        let found = kinds(beginning: text)
        return found.count == 1
            ? found[0]
            : found.first { kind in
                Language.allCases.contains { plain(kind.title.text($0)) == plain(text) }
            }
    }

    /// Whether a kind is about a child.
    public func concernsChildren(_ kind: String) -> Bool {
        self[kind]?.fields.contains { $0.hasPrefix("child_") } ?? false
    }
}
