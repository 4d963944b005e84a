// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger

/// Whether a log may go on from a store that was put back.
public enum RestoreRuling: Hashable, Sendable {
    /// Nothing acknowledged is missing: the same log goes on.
    case sameLog
    /// Something acknowledged is missing, or nobody can say that nothing is: a new log begins, from this tree of the old.
    case newLog(after: Checkpoint)

    /// - Parameters:
    ///   - restored: the checkpoint of the store that was put back.
    ///   - inPlace: that of the store that it replaces, if it can be read: only it knows that nothing came after, since what
    ///     is acknowledged does not wait for witnesses.
    ///   - witnesses: the largest checkpoints that witnesses have of the same log.
    ///   - contradicted: whether the log once stopped, or a smaller checkpoint of its own is none of its trees.
    public static func judge(
        restored: Checkpoint, inPlace: Checkpoint?, witnesses: [Checkpoint], contradicted: Bool = false
    ) -> RestoreRuling {
        let largest = (witnesses + [restored] + (inPlace.map { [$0] } ?? [])).reduce(restored) {
            $1.size > $0.size ? $1 : $0
        }
        guard !contradicted, let inPlace, inPlace == restored,
            witnesses.allSatisfy({ $0.size < restored.size || $0 == restored })
        else {
            return .newLog(after: largest)
        }
        return .sameLog
    }
}
