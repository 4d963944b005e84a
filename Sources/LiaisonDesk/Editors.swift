// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Synchronization

/// Which page wrote a draft last, so that two tabs of one draft do not overwrite each other unseen, and one tab never stands in its own
/// way: what it sends while its last words are still on their way is its own.
final class Editors: Sendable {
    private let last = Mutex<[String: String]>([:])

    /// Whether a page may keep what it has of a draft.
    ///
    /// - Parameter isUnchanged: whether the draft is as it was when the page was made.
    func mayKeep(_ draft: String, editor: String, isUnchanged: Bool) -> Bool {
        last.withLock { last in
            guard isUnchanged || last[draft] == editor && !editor.isEmpty else { return false }
            last[draft] = editor
            return true
        }
    }
}
