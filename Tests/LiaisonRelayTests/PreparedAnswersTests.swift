// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// What is the same for everybody is made once, and anew when it changes.
struct PreparedAnswersTests {
    @Test func anAnswerIsMadeOnceForEachState() async throws {
        let answers = PreparedAnswers()
        var made: [String] = []
        func ask(_ name: String, in state: Int) async throws -> String {
            let bytes = try await answers.answer(name, in: state) {
                made.append(name)
                return "\(name) \(made.count)"
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try await ask("a", in: 1) == "\"a 1\"")
        #expect(try await ask("b", in: 1) == "\"b 2\"")
        #expect(try await ask("a", in: 1) == "\"a 1\"")
        #expect(try await ask("a", in: 2) == "\"a 3\"")
        // Whoever began before the change gets what belongs to it, and keeps nothing.
        #expect(try await ask("a", in: 1) == "\"a 4\"")
        #expect(try await ask("a", in: 2) == "\"a 3\"")
        #expect(made == ["a", "b", "a", "a"])
    }

    @Test func whatDoesNotFitDropsTheOthers() async throws {
        let most = 1000
        let answers = PreparedAnswers(largest: most)
        var made = 0
        func ask(_ name: String, _ size: Int) async throws {
            _ = try await answers.answer(name, in: 1) {
                made += 1
                return String(repeating: "x", count: size)
            }
        }
        for name in ["a", "b", "a", "b"] { try await ask(name, most / 2 - 10) }
        #expect(made == 2)
        for name in ["c", "b"] { try await ask(name, most / 2) }
        #expect(made == 4)
        // What is larger than all together is kept for nobody, and drops nothing.
        for name in ["d", "d", "b"] { try await ask(name, name == "d" ? most : 1) }
        #expect(made == 6)
    }

    /// Lines and bundles are those of the directory in force, whatever was asked before it changed.
    @Test func linesAndBundlesFollowTheDirectory() async throws {
        let world = try await World(units: [])
        let relay = world.relay
        let institution = try Fixture.institution("cd01")
        func answers() async throws -> [[UInt8]] {
            [try await relay.linesAnswer(from: 0), try await relay.bundleAnswer(of: institution, from: 0, keys: true)]
        }
        func expected() async throws -> [[UInt8]] {
            [
                try WireJSON.encode(await relay.lines(from: 0)),
                try WireJSON.encode(await relay.bundle(of: institution, from: 0, keys: true))
            ]
        }
        let before = try await answers()
        #expect(try await before == expected())
        var next = try #require(world.rosters["cd01"])
        for _ in 0..<2 {
            var roster = next.body
            (roster.version, roster.previous) = (next.body.version + 1, next.hash)
            next = try roster.signed(by: Fixture.signer("cd01"))
            _ = try await relay.publishRoster(Array(next.note.serialized.utf8))
            let after = try await answers()
            #expect(try await after == expected() && after[0] != before[0] && after[1] != before[1])
        }
    }
}
