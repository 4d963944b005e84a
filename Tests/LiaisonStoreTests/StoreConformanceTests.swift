// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonTestKit
import Testing

/// What every store behind the relay's port must do, whatever database it is. A new store joins `stores`.
struct StoreConformanceTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let open: @Sendable (String) throws -> any RelayStore
        var testDescription: String { name }
    }

    static let stores = [Kind(name: "SQLite") { try SQLiteRelayStore(directory: $0) }]

    private let unit = Mailbox.unit(UnitAddress("iscg-est@avema01") ?? { fatalError() }())

    /// Entries with numbers of one mailbox, one after the other, at given times.
    private func batch(_ indices: Range<Int>, firstNumber: Int, at times: [Instant]) throws -> Batch {
        var batch = Batch()
        for (place, index) in indices.enumerated() {
            var record = EventRecord(
                log: Fixture.origin, event: .unattended, mailbox: unit, number: firstNumber + place, at: times[place])
            record.code = "x"
            let bytes = try CanonicalJSON.encode(record)
            let salt = Salt.fresh()
            batch.entries.append(
                StoredEntry(
                    index: index, mailbox: unit, number: firstNumber + place,
                    commitment: Commitment.of(bytes, salt: salt), transmission: nil, unit: nil, at: times[place],
                    isDirectoryHead: false, scope: .kept, record: bytes, salt: salt))
        }
        batch.checkpoint = "checkpoint \(indices.upperBound)"
        return batch
    }

    /// Two who decide on the same head: one of them is written, whole, and the other learns that it was not.
    @Test(arguments: stores)
    func aCommitIsACompareAndSwapOfTheHead(kind: Kind) async throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory.path)
        #expect(try await store.head() == nil)
        try await store.commit(batch(0..<2, firstNumber: 1, at: [10, 20]))
        let late = try batch(0..<1, firstNumber: 1, at: [30])
        await #expect(throws: (any Error).self) { try await store.commit(late) }
        #expect(try await store.head()?.size == 2)
        #expect(try await store.lastNumber(in: unit) == 2)
        try await store.commit(batch(2..<3, firstNumber: 3, at: [30]))
        #expect(try await store.entries(in: unit, after: 1, limit: 10).map(\.number) == [2, 3])
        let end = try #require(try await store.end(of: unit))
        #expect(end == (number: 3, index: 2))
    }

    /// What was committed is there for whoever opens the store next.
    @Test(arguments: stores)
    func whatIsCommittedStays(kind: Kind) async throws {
        let directory = try TemporaryDirectory()
        let written = try batch(0..<3, firstNumber: 1, at: [10, 20, 30])
        try await kind.open(directory.path).commit(written)
        let again = try kind.open(directory.path)
        #expect(try await again.head()?.checkpoint == "checkpoint 3")
        for entry in written.entries {
            let found = try #require(try await again.entry(entry.index))
            #expect(found.record == entry.record && found.salt == entry.salt && found.commitment == entry.commitment)
        }
        #expect(try await again.entries(0..<3) == written.entries.map(\.commitment.bytes))
    }

    @Test(arguments: stores)
    func theEndsOfAWindow(kind: Kind) async throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory.path)
        try await store.commit(batch(0..<4, firstNumber: 1, at: [10, 20, 30, 40]))
        func ends(_ since: Instant, _ until: Instant) async throws -> [Int] {
            try await store.ends(of: [unit], since: since, until: until).map(\.number)
        }
        #expect(try await ends(20, 40) == [1, 4])
        #expect(try await ends(0, 41) == [])
        #expect(try await ends(41, 50) == [4])
        #expect(try await ends(0, 10) == [1])
    }

    @Test(arguments: stores)
    func aStagedContentGrowsFromWhereItEnds(kind: Kind) async throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory.path)
        let (owner, other) = (try Fixture.agent("d-01@cd01"), try Fixture.agent("d-02@cd01"))
        let bytes = [UInt8](repeating: 7, count: 300_000)
        let digest = Hash.of(bytes)
        #expect(try await store.stage(Array(bytes[..<200_000]), of: digest, owner: owner, at: 0, now: 1))
        #expect(try await !store.stage(Array(bytes[..<10]), of: digest, owner: owner, at: 0, now: 2))
        #expect(try await store.stagedSize(digest, owner: owner) == 200_000)
        #expect(try await store.stagedSize(digest, owner: other) == 0)
        #expect(try await store.stage(Array(bytes[200_000...]), of: digest, owner: owner, at: 200_000, now: 3))
        #expect(try await store.stagedSize(of: owner) == 300_000)
        #expect(try await store.closeStaged(digest, owner: owner)?.size == 300_000)
    }
}
