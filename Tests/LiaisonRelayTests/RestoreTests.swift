// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import Testing

struct RestoreTests {
    private func tree(_ size: Int, _ root: String = "a") -> Checkpoint {
        Checkpoint(origin: Fixture.origin, size: size, root: Hash.of("\(root)\(size)"))
    }

    /// The same log goes on only when the store in place shows that nothing came after the backup.
    @Test func aLogNeverGoesBack() {
        func judge(_ inPlace: Checkpoint?, _ witnesses: [Checkpoint] = []) -> RestoreRuling {
            RestoreRuling.judge(restored: tree(9), inPlace: inPlace, witnesses: witnesses)
        }
        #expect(judge(tree(9)) == .sameLog)
        #expect(judge(tree(9), [tree(9), tree(4)]) == .sameLog)
        #expect(judge(tree(10)) == .newLog(after: tree(10)))
        #expect(judge(tree(9), [tree(12)]) == .newLog(after: tree(12)))
        // Nobody knows what was acknowledged after the backup and before the disk was lost, not even a witness.
        #expect(judge(nil) == .newLog(after: tree(9)))
        #expect(judge(nil, [tree(9)]) == .newLog(after: tree(9)))
        #expect(judge(tree(9), [tree(9, "b")]) == .newLog(after: tree(9)))
        #expect(judge(tree(4)) == .newLog(after: tree(9)))
        // A log that was once shown another history does not go on, however small that was.
        let contradicted = RestoreRuling.judge(
            restored: tree(9), inPlace: tree(9), witnesses: [tree(4, "b")], contradicted: true)
        #expect(contradicted == .newLog(after: tree(9)))
    }
}
