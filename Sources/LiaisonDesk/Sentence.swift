// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

extension String {
    /// A line as a command prints it (lower case, no full stop), as a sentence of a page.
    var asSentence: String {
        let isEnded = last.map { ".!?:".contains($0) } ?? true
        return prefix(1).uppercased() + dropFirst() + (isEnded ? "" : ".")
    }
}
