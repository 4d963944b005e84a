// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay

/// The store of a relay that runs on several machines: one PostgreSQL database, through libpq.
///
/// Each commit is one transaction under an advisory lock, so that one node at a time decides, and compares and swaps the
/// row that says where the log ends. It is as durable as the server makes it: with a synchronous standby, two machines
/// have it on disk before it returns.
public struct PostgreSQLRelayStore: RelayStore {
    /// For whoever reads, and for what is written beside the log.
    let pool: Pool
    /// For uploads: what they wait for, each other or a standby, holds up no reader.
    let uploads: Pool
    /// For commits.
    private let writer: Lane
    private let leader: Lane
    /// For whoever asks where the log ends: before each request.
    private let watcher: Lane
    /// A name for this process, which it has nowhere else.
    private let node = Hex.encode(RandomBytes.system(16))
    /// The statement that says for how long a connection waits for a lock.
    let waitForLocks: String
    private let open: @Sendable (Duration) throws -> Connection
    public let address: PostgreSQLAddress

    /// How long one answer may take: a commit may wait for others, and for a standby.
    package static let patience: Duration = .seconds(30)
    /// The server notices within seconds when a node hangs in a transaction, is cut off, or has given up waiting.
    private static let settings = """
        SET client_min_messages = warning; SET idle_in_transaction_session_timeout = '3s';
        SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3;
        SET tcp_user_timeout = '5s'; SET client_connection_check_interval = '2s'
        """
    /// For how long a node leads that does not ask whether it still does.
    private static let lease = "3 seconds"

    /// What a database is expected to hold when it is opened.
    public enum Contents: Sendable {
        /// A relay's tables: a store that is gone is never replaced by an empty one.
        case relay
        /// No log: nothing, or tables into which nothing was written.
        case noLog
    }

    /// Opens the store, and brings its tables to the present schema.
    ///
    /// - Parameter contents: what the database has to hold.
    /// - Throws: `PostgreSQLFailure`.
    public init(_ address: PostgreSQLAddress, holding contents: Contents = .relay) async throws {
        try await self.init(address, holding: contents, patience: Self.patience)
    }

    /// - Parameter patience: how long one answer may take; a third of it is waited for a lock.
    package init(_ address: PostgreSQLAddress, holding contents: Contents, patience: Duration) async throws {
        self.address = address
        waitForLocks = "SET lock_timeout = \(Int(patience / 3 / .milliseconds(1)))"
        open = { [waitForLocks] patience in
            let connection = try Connection(address.connection, patience: patience)
            try connection.execute("\(Self.settings); \(waitForLocks)")
            return connection
        }
        let patient: @Sendable () throws -> Connection = { [open] in try open(patience) }
        let confirmed: @Sendable () throws -> Connection = {
            let connection = try patient()
            try connection.confirm()
            return connection
        }
        pool = Pool(count: 8, confirmed)
        uploads = Pool(count: 2, confirmed)
        writer = Lane {
            let connection = try patient()
            // Also of the server that takes writes from now on.
            try Self.checkDurability(connection)
            // Then it is looked whether whoever has what is waited for is still there.
            try connection.execute("SET lock_timeout = '3s'")
            return connection
        }
        leader = Lane { [open] in try open(.seconds(3)) }
        watcher = Lane(confirmed)
        try await writer.run(isRepeatable: false) { connection in
            let isThere: Bool = try connection.query("SELECT to_regclass('schema_version') IS NOT NULL AS there")[0](
                "there")
            let isEmpty = try !isThere || connection.query("SELECT 1 FROM entries LIMIT 1").isEmpty
            switch contents {
            case .relay where !isThere:
                throw PostgreSQLFailure.unsuitable(
                    "the database holds no relay (\(address.text))\nhint: liaisond init --store, or restore it")
            case .noLog where !isEmpty:
                throw PostgreSQLFailure.unsuitable(
                    "the database holds a log already (\(address.text))\nhint: an empty database for each relay")
            default: break
            }
            try Schema.migrate(connection)
        }
    }

    private static func checkDurability(_ connection: Connection) throws {
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value: String = try connection.query("SELECT current_setting($1) AS value", [.text(setting)])[0](
                "value")
            guard value != "off" else {
                throw PostgreSQLFailure.unsuitable(
                    "the server runs with \(setting) = off: what it acknowledges would not be on disk\n"
                        + "hint: \(setting) = on in postgresql.conf")
            }
        }
    }

    /// What durability the server gives, in a sentence for the operator's log.
    public func durability() async throws -> String {
        try await pool.run { connection in
            func setting(_ name: String) throws -> String {
                try connection.query("SELECT current_setting($1) AS value", [.text(name)])[0]("value")
            }
            let (commit, standbys) = (try setting("synchronous_commit"), try setting("synchronous_standby_names"))
            return switch (standbys.isEmpty, commit) {
            case (true, _): "a commit is on the disk of this one server; no standby is waited for"
            case (false, "local"):
                "a commit is on the disk of this one server; synchronous_commit = local does not wait for the standby"
            case (false, "remote_write"): "a commit is on this server's disk and in the memory of a standby's system"
            case (false, _): "a commit is on this server's disk and on a standby's (\(standbys))"
            }
        }
    }

    // MARK: Nodes

    public var isShared: Bool { true }

    /// Listens on a connection of its own; also yields after it was broken, when something may have been missed.
    public func changes() -> AsyncStream<Void> {
        let lane = Lane { [open] in
            let connection = try open(.seconds(3))
            try connection.execute("LISTEN \(Schema.channel)")
            return connection
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let task = Task {
            while !Task.isCancelled {
                do {
                    let heard = try await lane.run(isRepeatable: false) { try $0.hears(within: .seconds(1)) }
                    if heard { continuation.yield() }
                } catch {
                    try? await Task.sleep(for: .seconds(1))
                    continuation.yield()
                }
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    /// By a lease that is renewed each time this is asked: a node that hangs, or is cut off, loses it within seconds.
    public func leads() async -> Bool {
        let renewed = try? await leader.run(isRepeatable: true) { [node] connection in
            try connection.query(
                """
                UPDATE lead SET node = $1, until = clock_timestamp() + interval '\(Self.lease)'
                WHERE node = $1 OR until < clock_timestamp()
                """, [.text(node)]
            ).changed == 1
        }
        return renewed ?? false
    }

    // MARK: Commits

    public func commit<Value: Sendable>(
        _ decide: @Sendable (any StoreFacts) throws -> (batch: Batch, value: Value)
    ) async throws -> Value {
        try await writer.run(beginning: { connection in
            try connection.confirm()
            return try connection.beginCommit()
        }) { connection, end in
            do {
                let (batch, value) = try decide(PostgreSQLFacts(connection, knowing: end))
                try Writer(connection: connection, size: end.size).write(batch)
                try connection.commit()
                return value
            } catch {
                if connection.isOpen { _ = try? connection.query("ROLLBACK") }
                throw error
            }
        }
    }

    public func read<Value: Sendable>(_ body: @Sendable (any StoreFacts) throws -> Value) async throws -> Value {
        try await pool.run(
            beginning: { connection in
                _ = try connection.pipeline([
                    Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                    // It holds up nobody, and a directory of thousands takes its time to be verified.
                    Statement("SET LOCAL idle_in_transaction_session_timeout = '60s'")
                ])
            }, { connection, _ in try connection.ending { try body(PostgreSQLFacts(connection)) } })
    }

    /// Reads, on a connection that others do not use meanwhile; once more when it was broken.
    func facts<Value: Sendable>(_ body: @Sendable (PostgreSQLFacts) throws -> Value) async throws -> Value {
        try await pool.run { try body(PostgreSQLFacts($0)) }
    }

    // MARK: Log

    public func head() async throws -> StoredHead? {
        try await watcher.run(isRepeatable: true) { try PostgreSQLFacts($0).head() }
    }

    public func tiles(_ ids: Set<TileID>) async throws -> [TileID: Tile] { try await facts { try $0.tiles(ids) } }

    public func entries(_ range: Range<Int>) async throws -> [[UInt8]] {
        try await pool.run { connection in
            try connection.query(
                "SELECT commitment FROM entries WHERE \"index\" >= $1 AND \"index\" < $2 ORDER BY \"index\"",
                [.int(range.lowerBound), .int(range.upperBound)]
            ).map { try $0("commitment") }
        }
    }

    public func end(of mailbox: Mailbox) async throws -> (number: Int, index: Int)? {
        try await pool.run { connection in
            try connection.query(
                "SELECT number, \"index\" FROM entries WHERE mailbox = $1 ORDER BY number DESC LIMIT 1",
                [.text(mailbox)]
            ).first.map { (number: try $0("number"), index: try $0("index")) }
        }
    }

    public func entry(_ index: Int) async throws -> StoredEntry? {
        try await facts { try $0.entries("\"index\" = $1", [.int(index)]).first }
    }

    public func entries(
        on id: TransmissionID, in mailboxes: [Mailbox], from index: Int, limit: Int
    ) async throws -> [StoredEntry] {
        try await facts { facts in
            try facts.entries(
                "transmission = $1 AND mailbox = ANY ($2) AND \"index\" >= $3 ORDER BY \"index\" LIMIT $4",
                [.text(id), .texts(mailboxes.map(\.description)), .int(index), .int(limit)])
        }
    }

    public func entries(in mailbox: Mailbox, after number: Int, limit: Int) async throws -> [StoredEntry] {
        try await facts { facts in
            try facts.entries(
                "mailbox = $1 AND number > $2 AND sealed IS NOT NULL ORDER BY number LIMIT $3",
                [.text(mailbox), .int(number), .int(limit)])
        }
    }

    public func units(told id: TransmissionID, of units: [UnitAddress]) async throws -> [UnitAddress] {
        try await facts { try $0.units(told: id, of: units) }
    }

    public func directoryHead(_ hash: Hash) async throws -> StoredEntry? {
        try await facts { try $0.entries("head = $1", [.hash(hash)]).first }
    }

    public func latestDirectoryHead() async throws -> StoredEntry? {
        try await facts {
            try $0.entries("mailbox = 'directory' AND head IS NOT NULL ORDER BY number DESC LIMIT 1", []).first
        }
    }

    public func entries(
        of institution: InstitutionID, since: Instant, until: Instant, from index: Int, limit: Int
    ) async throws -> [StoredEntry] {
        try await facts { facts in
            // Steps from one mailbox to the next in the index: their number counts, not that of the entries.
            let mailboxes: [String] = try facts.connection.query(
                """
                WITH RECURSIVE m (name) AS (
                    SELECT min(mailbox) FROM entries
                    UNION ALL
                    SELECT (SELECT min(mailbox) FROM entries WHERE mailbox > m.name) FROM m WHERE m.name IS NOT NULL)
                SELECT name FROM m WHERE right(name, length($1) + 1) = '@' || $1 OR name = 'institution:' || $1
                """, [.text(institution)]
            ).map { try $0("name") }
            let (first, end) = (try facts.place(of: since).lowerBound, try facts.place(of: until).upperBound)
            return try facts.entries(
                """
                mailbox = ANY ($1) AND "index" >= $2 AND "index" < $3 AND at >= $4 AND at < $5 AND sealed IS NOT NULL
                ORDER BY "index" LIMIT $6
                """,
                [
                    .texts(mailboxes), .int(max(index, first)), .int(end), .instant(since), .instant(until), .int(limit)
                ])
        }
    }

    public func ends(of mailboxes: [Mailbox], since: Instant, until: Instant) async throws -> [StoredEntry] {
        try await facts { facts in
            let halves = [
                ("\"index\" < $2 AND at < $3", "DESC", try facts.place(of: since).upperBound, since),
                ("\"index\" >= $2 AND at >= $3", "ASC", try facts.place(of: until).lowerBound, until)
            ]
            return try mailboxes.flatMap { mailbox in
                try halves.flatMap { condition, order, place, instant in
                    try facts.entries(
                        "mailbox = $1 AND sealed IS NOT NULL AND \(condition) ORDER BY \"index\" \(order) LIMIT 1",
                        [.text(mailbox), .int(place), .instant(instant)])
                }
            }
        }
    }

    // MARK: Directory

    public func documents(
        of institution: InstitutionID, from index: Int, keys: Bool
    ) async throws -> [StoredDocument] {
        try await facts { facts in
            try facts.documents(
                """
                institution = $1 AND (kind <> 'keys' OR $2) AND (kind = 'succession' OR entry >= $3
                    AND entry = (SELECT max(entry) FROM documents WHERE kind = d.kind AND subject = d.subject))
                ORDER BY entry
                """, [.text(institution), .flag(keys), .int(index)])
        }
    }

    public func institutionsChanged(from index: Int) async throws -> [InstitutionID] {
        try await pool.run { connection in
            try connection.query(
                """
                SELECT DISTINCT institution FROM documents WHERE institution IS NOT NULL AND entry >= $1
                ORDER BY institution
                """, [.int(index)]
            ).map { try $0.name("institution") }
        }
    }

    public func document(_ hash: Hash) async throws -> StoredDocument? { try await facts { try $0.document(hash) } }

    // MARK: Transmissions

    public func transmission(_ id: TransmissionID) async throws -> StoredTransmission? {
        try await facts { try $0.transmission(id) }
    }

    public func transmissions(
        _ ids: Set<TransmissionID>
    ) async throws -> [TransmissionID: StoredTransmission] {
        try await facts { facts in
            try facts.transmissions("id = ANY ($1)", [.texts(ids.map(\.description))])
                .reduce(into: [:]) { $0[$1.id] = $1 }
        }
    }

    public func deliveries(of id: TransmissionID) async throws -> [StoredDelivery] {
        try await facts { try $0.deliveries(of: id) }
    }

    public func waiting(in units: [UnitAddress]) async throws -> [UnitAddress: Int] {
        try await pool.run { connection in
            try connection.query(
                """
                SELECT unit, count(*) AS count FROM deliveries
                WHERE unit = ANY ($1) AND state IN ('available', 'opened') GROUP BY unit
                """, [.texts(units.map(\.description))]
            ).reduce(into: [:]) { $0[try $1.name("unit")] = try $1("count") }
        }
    }

    public func acts(_ hashes: Set<Hash>) async throws -> [StoredAct] {
        try await facts { try $0.acts("hash = ANY ($1) ORDER BY entry", [.byteStrings(hashes.map(\.bytes))]) }
    }
}

extension Connection {
    /// Runs `body` in a transaction, which ends with it.
    func transaction<Value>(_ begin: String = "BEGIN", _ body: () throws -> Value) throws -> Value {
        try query(begin)
        return try ending(body)
    }

    /// Runs `body` in the transaction that has begun, which ends with it.
    func ending<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            if isOpen { _ = try? query("ROLLBACK") }
            throw error
        }
    }

    /// Begins a transaction in which nobody else appends to the log; returns where the log ends. Waits for four times as long
    /// as a node may be silent.
    fileprivate func beginCommit() throws -> LogEnd {
        for _ in 1..<4 {
            do {
                return try takeTurn()
            } catch PostgreSQLFailure.refused(code: "55P03", _) {
                try endSilentTurn()
            }
        }
        return try takeTurn()
    }

    /// Ends the session that holds the log's lock if the server waits for its node, and has for too long.
    ///
    /// The server does that by itself between two groups of statements, where a session counts as idle, and not in the middle of
    /// one that never arrives whole. A session that waits for the disk, for a standby or for a lock is left alone. Two seconds are
    /// less than this node has waited, so that its first look is enough.
    private func endSilentTurn() throws {
        try query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = ($1::bigint >> 32)::oid AND objid = ($1::bigint & 4294967295)::oid
                AND application_name <> 'liaisond transfer' AND xact_start IS NOT NULL AND wait_event_type = 'Client'
                AND state_change < clock_timestamp() - interval '2 seconds'
            """, [.int(Schema.Lock.log)])
    }

    /// Each statement sees what was committed before it, so what follows the lock sees what its last holder wrote.
    private func takeTurn() throws -> LogEnd {
        do {
            let answers = try pipeline([
                Statement("BEGIN ISOLATION LEVEL READ COMMITTED"),
                Statement("SELECT pg_advisory_xact_lock($1)", [.int(Schema.Lock.log)]),
                Statement("SELECT size FROM head"),
                Statement("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"),
                Statement(PostgreSQLFacts.stopped)
            ])
            let head = try answers[3].first.map { StoredHead(size: try $0("size"), checkpoint: try $0("note")) }
            return LogEnd(
                size: try answers[2][0]("size"), head: head, stopped: try answers[4].first.map { try $0("checkpoint") })
        } catch {
            if isOpen { _ = try? query("ROLLBACK") }
            throw error
        }
    }
}

/// Where the log ends, read under its lock: it stays so until the transaction ends.
struct LogEnd: Sendable {
    let size: Int
    let head: StoredHead?
    let stopped: String?
}
