// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonClient

/// What a device finds in what it holds.
struct SearchTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    @Test(arguments: [
        ("testard", ["TESTARD"], true), ("TESTARD alpha", ["Testard", "Alpha"], true), ("leonie", ["Léonie"], true),
        ("testard beta", ["TESTARD", "Alpha"], false), ("06 39 98 00 01", ["0639980001"], true),
        ("0639980001", ["06.39.98.00.01"], true), ("20/11/2026", ["2026-11-20"], true),
        ("2026-11-20", ["2026-11-20"], true),
        ("0639980002", ["0639980001"], false), ("12", ["12 rue Fictive"], true)
    ])
    func words(text: String, values: [String], isFound: Bool) throws {
        let words = try #require(SearchWords(text))
        #expect((words.places(in: values.map { (.envelope, $0) }) != nil) == isFound)
    }

    @Test(arguments: ["", "   ", "\n"]) func nothingToLookFor(text: String) { #expect(SearchWords(text) == nil) }

    /// A name is found where it was written and where it was read, and nowhere before that; looking signs nothing.
    @Test func findsWhatWasReadHere() async throws {
        let world = try await World(units: [montluel, iscg])
        let id = try await world.sendReferral()
        let name = try #require(SearchWords("testard"))
        let (sender, reader) = (try world.session(montluel), try world.session(iscg))
        try await sender.refresh()
        let sent = try await sender.search(name, catalogue: world.catalogue)
        #expect(sent.hits.map(\.delivery.routing.id) == [id] && sent.hits.map(\.isReceived) == [false])
        #expect(sent.hits.first?.places.contains(.field("last_name")) == true)

        try await reader.refresh()
        let before = try await reader.search(name, catalogue: world.catalogue)
        #expect(before.hits.isEmpty && before.unread == 1)
        let unit = try #require(SearchWords("bta-montluel"))
        #expect(try await reader.search(unit, catalogue: world.catalogue).hits.map(\.places) == [[.envelope]])
        #expect(try await reader.track(id).events.allSatisfy { $0.event.event != .contentHandover })

        _ = try await reader.read(id, catalogue: world.catalogue)
        let after = try await reader.search(name, catalogue: world.catalogue)
        #expect(after.hits.map(\.delivery.routing.id) == [id] && after.unread == 0)
        #expect(
            try await reader.search(try #require(SearchWords("testard zzz")), catalogue: world.catalogue).hits.isEmpty)
    }
}
