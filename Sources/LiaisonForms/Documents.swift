// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

extension FormCatalogue {
    /// Why a file may not be attached, whatever the convention says; nil when nothing speaks against it.
    ///
    /// Its name is looked through, and the first bytes of its text. That finds what somebody attaches in a hurry, not what
    /// somebody hides: a scanned page is an image to this check.
    public func refusal(ofDocument name: String, beginning: [UInt8]) -> Label? {
        let name = Self.words(name)
        let text = Self.words(String(decoding: beginning.prefix(4096), as: UTF8.self))
        let document = forbiddenDocuments.first { document in
            document.words.contains { words in
                // One word alone says too little inside a text.
                name.contains(" \(words) ") || (words.contains(" ") && text.contains(" \(words) "))
            }
        }
        return document.map { Label(fr: $0.fr, en: $0.en) }
    }

    /// Plain words with a space on either side, so that whole words can be looked for.
    private static func words(_ text: String) -> String { " \(text.plainWords) " }
}
