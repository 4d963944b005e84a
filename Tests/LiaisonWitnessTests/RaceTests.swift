// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonTestKit
import LiaisonWitness
import Testing

/// Of requests that arrive at the same time one is cosigned, and the others are judged by what it left behind.
@Suite
struct RaceTests {
    private struct Outcome: Sendable {
        let note: String
        let size: Int
        let ruling: WitnessRuling
        let line: String?
    }

    /// Sends all trees at once, each as what grows from `old` entries.
    private func race(
        _ witness: Witness, from old: Int, _ trees: [(log: TestLog, size: Int)]
    ) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self, returning: [Outcome].self) { group in
            for tree in trees {
                let (log, size) = tree
                group.addTask {
                    let (ruling, line) = try witness.add(log.request(from: old, to: size))
                    return Outcome(note: log.note(size), size: size, ruling: ruling, line: line)
                }
            }
            var outcomes: [Outcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    private func checkThatOneWins(_ outcomes: [Outcome], _ witness: Witness) throws {
        let winners = outcomes.filter { $0.line != nil }
        #expect(winners.count == 1)
        let winner = try #require(winners.first)
        let losers = outcomes.filter { $0.line == nil }
        #expect(losers.allSatisfy { $0.ruling == .conflict(size: winner.size) })
        #expect(try witness.latest(of: Fixture.origin) == winner.note)
    }

    /// Every tree would be the first one; no two of them agree.
    @Test(arguments: 0..<4)
    func ofContradictoryFirstTreesOneIsCosigned(round: Int) async throws {
        let stand = try Stand()
        let witness = try stand.witness(isNew: true)
        let histories = try [Int.max, 0, 1, 2, 3, 4].map { try TestLog(fork: $0) }
        #expect(Set(histories.map { $0.root(5) }).count == histories.count)
        let outcomes = try await race(witness, from: 0, histories.map { (log: $0, size: 5) })
        try checkThatOneWins(outcomes, witness)
    }

    /// Each tree grows from the one that is held, by a proof that holds. Some are of the same history and of another
    /// size: were the smaller one written last, the witness would have gone back.
    @Test(arguments: 0..<4)
    func ofTreesThatEachGrowOneIsCosigned(round: Int) async throws {
        let stand = try Stand()
        let witness = try stand.witness(holding: 4)
        let histories = try [Int.max, 4, 5].map { try TestLog(fork: $0) }
        var trees: [(log: TestLog, size: Int)] = []
        for log in histories {
            for size in [6, 9, 12] { trees.append((log: log, size: size)) }
        }
        let outcomes = try await race(witness, from: 4, trees)
        try checkThatOneWins(outcomes, witness)
    }
}
