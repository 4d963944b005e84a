// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

/// The record of an event as the relay writes it, and as the general encoder would.
struct EventRecordTests {
    /// Records with every choice of fields that are there or not, with texts that have to be escaped.
    @Test func theFastEncodingIsTheCanonicalOne() throws {
        var generator = SystemRandomNumberGenerator()
        func sometimes<Value>(_ value: @autoclosure () throws -> Value) rethrows -> Value? {
            Bool.random(using: &generator) ? try value() : nil
        }
        func hash() -> Hash { Hash.of(RandomBytes.system(8)) }
        let unit = try Fixture.unit("iscg-est@avema01")
        let agent = try Fixture.agent("d-01@avema01")
        let texts = ["", "plain", "é\u{2028}\u{1F600}", "a\"b\\c/d", "\u{0}\u{1F}\u{7F}\t\n\r\u{8}\u{C}"]
        for _ in 0..<2000 {
            var record = EventRecord(
                log: try #require(texts.randomElement()), event: try #require(EventName.allCases.randomElement()),
                mailbox: try #require([Mailbox.directory, .unit(unit), .institution(unit.institution)].randomElement()),
                number: .random(in: 0...1_000_000), at: Instant(.random(in: 0...4_000_000_000)))
            record.transmission = sometimes(TransmissionID.fresh())
            record.envelope = sometimes(hash())
            record.unit = sometimes(unit)
            record.act = sometimes(hash())
            record.state = try sometimes(#require(DeliveryState.allCases.randomElement()))
            record.dueAt = sometimes(Instant(.random(in: 0...4_000_000_000)))
            record.code = try sometimes(#require(texts.randomElement()))
            record.document = sometimes(hash())
            record.agent = sometimes(agent)
            record.count = sometimes(.random(in: 0...100))
            record.entries = sometimes((0..<Int.random(in: 0...3)).map { $0 * 7 })
            record.previous = sometimes(PreviousTree(origin: "a/\"1", size: 7, root: hash()))
            record.head = sometimes(DirectoryHead(convention: hash(), institutions: hash()))
            #expect(try record.canonical() == CanonicalJSON.encode(record))
        }
    }
}
