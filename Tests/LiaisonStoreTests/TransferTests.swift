// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonPostgreSQLStore
@testable import LiaisonSQLiteStore

/// A store brought over to another database, and back, holds the same rows and goes on with the same log.
struct TransferTests {
    private let montluel = "bta-montluel@ggd01"
    private let iscg = "iscg-est@avema01"

    private func digest(_ source: some StoreSource) throws -> StoreDigest {
        var digest = StoreDigest()
        try source.rows { digest.add($0, $1) }
        return digest
    }

    /// Of the tables and columns of a store, those that are not brought over: each store makes its own.
    private func leftBehind(_ kind: StoreKind) -> Set<String> {
        // What is being deleted; what is written to see that it can be; what is counted anew from other rows.
        let both: Set = ["discarded", "probe", "unopened"]
        switch kind {
        // GRDB's list of the migrations that were done.
        case .sqlite: return both.union(["grdb_migrations"])
        // Which schema it has; where the log ends, which the checkpoints say; which node leads; keys under which only this store
        // has its contents, and which of their tables are to be rewritten; that this store was brought over; and how long the log
        // was when a document was written, for nodes that follow it.
        case .postgresql:
            return both.union([
                "schema_version", "head", "lead", "content_keys", "unscrubbed", "retired", "documents.written"
            ])
        }
    }

    /// A column that is not listed would be lost on the way, and no digest would show it.
    @Test(arguments: StoreKind.allCases)
    func everyColumnOfEveryTableIsListed(kind: StoreKind) async throws {
        let directory = try TemporaryDirectory()
        let store = try await kind.open(in: directory)
        let columns: [String]
        switch kind {
        case .sqlite:
            columns = try await #require(store as? SQLiteRelayStore).pool.read {
                try String.fetchAll(
                    $0,
                    sql: """
                        SELECT t.name || '.' || c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
                        WHERE t.type = 'table'
                        """)
            }
        case .postgresql:
            // Without partitions, whose columns are those of their tables.
            let lines = try await PostgreSQLServer.shared.sql(
                "SELECT c.relname || '.' || a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid "
                    + "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped "
                    + "AND c.relnamespace = 'public'::regnamespace", for: directory)
            columns = lines.split(separator: " ").map(String.init)
        }
        let left = leftBehind(kind)
        func isLeft(_ column: String) -> Bool {
            left.contains(column) || left.contains(String(column.prefix { $0 != "." }))
        }
        let listed = StoreTable.all.flatMap { table in table.columns.map { "\(table.name).\($0.name)" } }
        #expect(columns.filter { !isLeft($0) }.sorted() == listed.sorted())
        for name in left { #expect(columns.contains { $0 == name || $0.hasPrefix("\(name).") }, "\(name)") }
    }

    @Test func everyRowComesAlongAndBack() async throws {
        let world = try await World(units: [montluel, iscg], store: .sqlite)
        let id = try await world.sendReferral()
        let reader = try world.session(iscg)
        try await reader.refresh()
        _ = try await reader.read(id, catalogue: world.catalogue)
        let unit = try Fixture.unit(iscg)
        let owner = try Fixture.agent("d-01@cd01")
        // A content of several rows that is still being uploaded, and what lies beside the log.
        let bytes = [UInt8](repeating: 9, count: 600_000)
        _ = try await world.store.stage(bytes, of: Hash.of(bytes), owner: owner, at: 0, now: 5)
        let head = try #require(try await world.store.head())
        try await world.store.add(cosignatures: ["— witness AAAA\n"], size: head.size)
        try await world.store.add(timeStamp: [1, 2, 3], size: head.size, at: 7)
        let source = try #require(world.store as? SQLiteRelayStore)

        let (address, _) = try await PostgreSQLServer.shared.database(for: world.directory)
        do {
            let transfer = try PostgreSQLTransfer(address, isAlone: true)
            let written = try transfer.fill(from: source)
            #expect(try written == digest(source))
            #expect(try digest(transfer) == written)
            #expect(throws: (any Error).self) { try transfer.fill(from: source) }
        }
        let database = try await PostgreSQLRelayStore(address)
        // The log goes on there: the same content, the same upload, the next entry.
        let size = try #require(try await source.contentSize(of: id, for: unit))
        #expect(
            try await database.content(of: id, for: unit, from: 0, count: size)
                == source.content(of: id, for: unit, from: 0, count: size))
        #expect(try await database.stage([1], of: Hash.of(bytes), owner: owner, at: 600_000, now: 6))
        let clock = world.clock
        let sequencer = Sequencer(log: try Fixture.signer(Fixture.origin), store: database, clock: { clock.now })
        #expect(try await sequencer.load() == head.size)
        _ = try await sequencer.perform(.operate(.start(version: "1", configuration: Hash.of("x"))))
        #expect(try await database.head()?.size == head.size + 2)
        #expect(try database.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)

        // And back, after which no node signs from the database any more.
        let transfer = try PostgreSQLTransfer(address, isAlone: true)
        let path = "\(world.directory.path)/back.sqlite"
        #expect(try SQLiteRelayStore.create(at: path, from: transfer) == digest(transfer))
        try transfer.retire()
        let back = try SQLiteRelayStore(file: path)
        #expect(try back.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
        #expect(try await back.stopped() == nil)
        let late = Sequencer(log: try Fixture.signer(Fixture.origin), store: database, clock: { clock.now })
        await #expect(throws: Problem.self) {
            _ = try await late.perform(.operate(.start(version: "1", configuration: Hash.of("y"))))
        }
    }

    /// Bytes of deleted rows stay in the pages of a PostgreSQL table: what is to be gone lies under keys, and the files of the
    /// keys are written anew.
    @Test func anErasedKeyIsInNoFileOfTheDatabase() async throws {
        let world = try await World(units: [montluel, iscg], store: .postgresql)
        let (server, directory) = (PostgreSQLServer.shared, world.directory)
        let id = try await world.sendReferral()
        let content = try await world.store.content(of: id, for: Fixture.unit(iscg), from: 0, count: 4096)
        var keys: [[UInt8]] = []
        for query in [
            "SELECT encode(key, 'hex') FROM content_keys",
            "SELECT encode(key, 'hex') FROM record_keys WHERE transmission = '\(id)'"
        ] {
            for hex in try await server.sql(query, for: directory).split(separator: " ") {
                keys.append(try #require(Hash(hex: String(hex))).bytes)
            }
        }
        #expect(keys.count >= 3)
        // What a server keeps of a column's values, to plan queries, is a copy of some of them.
        _ = try await server.sql(
            "INSERT INTO record_keys (scope, key) SELECT i::text, sha256(i::text::bytea) FROM generate_series(1, 5000) AS i; "
                + "ANALYZE", for: directory)
        let copies = "SELECT count(*) FROM pg_stats WHERE attname = 'key' AND tablename ~ '_keys'"
        #expect(try await server.sql(copies, for: directory) == "0 ")
        for key in keys { #expect(try await server.isFound(key, for: directory), "the test looks for what is there") }
        #expect(try await !server.isFound(Array(content.suffix(64)), for: directory))
        // Somebody else writes in another database of the server, and has not ended when the keys are deleted.
        let elsewhere = try TemporaryDirectory()
        let other = try Connection(try await server.database(for: elsewhere).0.connection, patience: .seconds(60))
        try other.execute("BEGIN; SELECT txid_current()")
        // Content, then records, as their two clocks say.
        let limit = try #require(world.sequencer.directory.convention).body.auditLimit
        world.clock.now += 31 * 86_400
        try await world.catchUp()
        world.clock.now += limit
        try await world.catchUp()
        await #expect(throws: PostgreSQLFailure.self) { try await world.store.scrub() }
        try other.execute("COMMIT")
        // Whoever reads in this database, such as the server's own cleaning, puts it off.
        var tries = 0
        while tries < 1200, (try? await world.store.scrub()) == nil {
            tries += 1
            try await Task.sleep(for: .milliseconds(100))
        }
        for key in keys { #expect(try await !server.isFound(key, for: directory)) }
        #expect(try world.store.verify(log: Fixture.noteKey(Fixture.origin)).findings.isEmpty)
    }

    /// However much is due for erasure, no more of it is read under the log's lock than one batch erases; and what is not due yet is
    /// passed over where the first record of a transmission is.
    @Test func whatIsDueIsNotReadAtOnce() async throws {
        let (server, directory) = (PostgreSQLServer.shared, try TemporaryDirectory())
        let store = try #require(try await StoreKind.postgresql.open(in: directory) as? PostgreSQLRelayStore)
        // 5,000 transmissions with a submission and a delivery; of the first hundred only the submission is due.
        _ = try await server.sql(
            "INSERT INTO record_keys (scope, key, transmission, last_at) "
                + "SELECT id || ' ' || unit, sha256(id::bytea), id, CASE WHEN i <= 100 AND unit <> '' THEN 9000000 ELSE i END "
                + "FROM (SELECT i, '018f0000-0000-7000-8000-' || lpad(i::text, 12, '0') AS id FROM generate_series(1, 5000) AS i) AS t, "
                + "unnest(ARRAY['', 'crip@cd01']) AS unit; ANALYZE", for: directory)
        let (due, read) = try await store.read { facts in
            let due = try facts.recordsDue(before: 1_000_000, limit: 64)
            // Keys that this transaction was given by the index: none would mean that it read all of them.
            let read: Int = try #require(facts as? PostgreSQLFacts).connection.query(
                """
                SELECT sum(pg_stat_get_xact_tuples_fetched(oid) + pg_stat_get_xact_tuples_returned(oid))::bigint AS keys
                FROM pg_class WHERE relname ~ '^record_keys_[0-9]+_last_at_idx'
                """)[0]("keys")
            return (due, read)
        }
        #expect(
            due.compactMap { $0.scope.transmission?.description.suffix(3).description } == (101...164).map { "\($0)" })
        #expect((64..<2000).contains(read), "\(read) keys")
    }
}
