// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit
import Testing

@testable import LiaisonPostgreSQLStore

/// What only a store has that several nodes write to: locks, announcements, and a schema that another program may have made.
struct PostgreSQLStoreTests {
    private let directory: TemporaryDirectory
    private let owner: AgentAddress

    init() throws {
        directory = try TemporaryDirectory()
        owner = try Fixture.agent("d-01@cd01")
    }

    /// One that waits for long: beside tests that compute all the while, it takes long until the next step is taken.
    private func store() async throws -> PostgreSQLRelayStore {
        let (address, isNew) = try await PostgreSQLServer.shared.database(for: directory)
        return try await PostgreSQLRelayStore(
            address, holding: isNew ? .noLog : .relay, patience: PostgreSQLRelayStore.patience * 10)
    }

    private func connection() async throws -> Connection {
        try Connection(
            try await PostgreSQLServer.shared.database(for: directory).0.connection, patience: .seconds(300))
    }

    /// Until so many others wait for what a connection's transaction has changed or locked.
    private func wait(for count: Int, behind connection: Connection) async throws {
        for _ in 0..<2000 {
            let others = try connection.query(
                "SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
            guard others.count < count else { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("nobody waits")
    }

    // MARK: Uploads

    /// A piece that comes while the upload is closed, and taken over, is in no content.
    @Test(arguments: ["UPDATE staged SET complete = TRUE", "DELETE FROM staged"])
    func anUploadThatIsTakenOverTakesNoMoreBytes(change: String) async throws {
        let (store, other, digest) = (try await store(), try await connection(), Hash.of("x"))
        #expect(try await store.stage([1, 2, 3], of: digest, owner: owner, at: 0, now: 1))
        try other.execute("BEGIN; \(change)")
        async let isTaken = store.stage([4], of: digest, owner: owner, at: 3, now: 2)
        try await wait(for: 1, behind: other)
        try other.execute("COMMIT")
        #expect(try await !isTaken)
        let size: Int = try other.query("SELECT size FROM contents")[0]("size")
        #expect(size == 3)
        let left: Int = try other.query("SELECT count(*) AS count FROM staged WHERE NOT complete")[0]("count")
        #expect(left == 0)
    }

    /// A content that has grown since it was hashed is not closed.
    @Test func anUploadThatGrowsIsNotClosed() async throws {
        let (store, other, digest) = (try await store(), try await connection(), Hash.of([1, 2, 3]))
        #expect(try await store.stage([1, 2, 3], of: digest, owner: owner, at: 0, now: 1))
        // The piece has looked where the upload ends, and waits for the row of its content.
        try other.execute("BEGIN; SELECT FROM contents FOR UPDATE")
        async let isTaken = store.stage([4], of: digest, owner: owner, at: 3, now: 2)
        try await wait(for: 1, behind: other)
        async let closed = store.closeStaged(digest, owner: owner)
        // Should nothing hold it up, it is done by then.
        try await Task.sleep(for: .milliseconds(500))
        try other.execute("COMMIT")
        #expect(try await isTaken)
        // Or it was hashed after the piece, and is not what it was called.
        #expect(try await closed?.sha256 != digest)
    }

    /// However many uploads wait, whoever reads does not; and of one upload a second piece is refused at once.
    @Test func uploadsHoldUpNobodyElse() async throws {
        let (store, other, owner) = (try await store(), try await connection(), owner)
        let digests = (0..<8).map { Hash.of("\($0)") }
        for digest in digests { #expect(try await store.stage([1], of: digest, owner: owner, at: 0, now: 1)) }
        try other.execute("BEGIN; SELECT FROM staged FOR UPDATE")
        async let isTaken = store.stage([2], of: digests[0], owner: owner, at: 1, now: 2)
        try await wait(for: 1, behind: other)
        #expect(try await !store.stage([2], of: digests[0], owner: owner, at: 1, now: 2))
        let others = digests.dropFirst().map { digest in
            Task { try await store.stage([2], of: digest, owner: owner, at: 1, now: 2) }
        }
        try await wait(for: 2, behind: other)
        #expect(try await store.stagedSize(of: owner) == 8)
        try other.execute("COMMIT")
        #expect(try await isTaken)
        for task in others { #expect(try await task.value) }
    }

    // MARK: Nodes

    /// What one node commits is announced to the others.
    @Test func aCommitIsAnnouncedToOtherNodes() async throws {
        let (node, other, observer) = (try await store(), try await store(), try await connection())
        let heard = Task {
            for await _ in other.changes() { return true }
            return false
        }
        var listening = 0
        while listening == 0 {
            try await Task.sleep(for: .milliseconds(50))
            listening = try observer.query(
                """
                SELECT count(*) AS count FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle' AND query LIKE 'LISTEN %'
                """)[0]("count")
        }
        let filler = StoreFiller(store: node, log: try Fixture.signer(Fixture.origin), convention: Hash.of("c"))
        func party(_ unit: String) throws -> StoreFiller.Party {
            let agent = try Fixture.agentName(of: unit)
            return .init(unit: try Fixture.unit(unit), agent: agent, key: try Fixture.signer(agent.description))
        }
        _ = try await filler.addWaiting(
            1, head: Hash.of("h"), at: Fixture.start, from: party("bta-montluel@ggd01"), to: party("crip@cd01"))
        // Ends what waits in vain.
        let patience = Task {
            try await Task.sleep(for: .seconds(20))
            heard.cancel()
        }
        #expect(await heard.value)
        patience.cancel()
    }

    // MARK: Schema

    /// A database that an earlier program made and filled.
    private func earlier() async throws -> (Connection, PostgreSQLAddress) {
        let (address, _) = try await PostgreSQLServer.shared.database(for: directory)
        let connection = try Connection(address.connection, patience: .seconds(300))
        try connection.execute("CREATE TABLE schema_version (version BIGINT PRIMARY KEY)")
        try connection.execute(Schema.migrations[0])
        try connection.execute(
            """
            INSERT INTO schema_version (version) VALUES (1);
            INSERT INTO transmissions (id, hash, sender, author, envelope, content_size, entry)
                VALUES ('t', '', 'crip@cd01', 'd-01@cd01', '', 7, 0), ('u', '', 'crip@cd01', 'd-01@cd01', '', 100, 0);
            INSERT INTO deliveries (transmission, unit, state, due_at, expires_at, notified, erased, standby_called,
                unattended, escalated, entry, urgency)
                SELECT id, unit, CASE id WHEN 't' THEN 'available' ELSE 'opened' END, 0, 0, FALSE, FALSE, FALSE, FALSE, 0, 0, 3
                FROM transmissions, unnest(ARRAY['iscg-est@avema01', 'bta-montluel@ggd01']) AS unit
            """)
        return (connection, address)
    }

    @Test func anEarlierSchemaIsBroughtToThePresentOne() async throws {
        let (connection, address) = try await earlier()
        let store = try await PostgreSQLRelayStore(address)
        let unopened = try await store.read { try $0.unopened(of: Fixture.institution("cd01")) }
        #expect(unopened == [owner: 14])
        let versions: [Int] = try connection.query("SELECT version FROM schema_version ORDER BY version").map {
            try $0("version")
        }
        #expect(versions == Array(1...Schema.migrations.count))
        // And once more, as at every start.
        #expect(
            try await PostgreSQLRelayStore(address).read { try $0.unopened(of: Fixture.institution("cd01")) }
                == unopened)
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let (connection, address) = try await earlier()
        try connection.query(
            "INSERT INTO schema_version SELECT generate_series(2, $1::bigint)", [.int(Schema.migrations.count + 1)])
        let failure = await #expect(throws: PostgreSQLFailure.self) { _ = try await PostgreSQLRelayStore(address) }
        #expect(failure?.description.contains("newer program") == true)
        // It is as it was.
        let isThere: Bool = try connection.query("SELECT to_regclass('unopened') IS NOT NULL AS there")[0]("there")
        #expect(!isThere)
    }
}
