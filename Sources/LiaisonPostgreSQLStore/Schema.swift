// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// The schema, as numbered migrations that are never edited once released; names as in the embedded store.
enum Schema {
    /// Keys whose rows are erased lie in shelves, each small enough to be rewritten within a moment.
    static let shelves = 64

    static let migrations = [first, second]

    /// What holds the log together: the locks of `pg_advisory_lock`, as numbers that only mean something to each other.
    enum Lock {
        /// Held by whoever decides, for one commit.
        static let log = 0x4C49_4149_0001
        static let migration = 0x4C49_4149_0003
    }

    /// Where commits are announced.
    static let channel = "liaison_commits"

    static func migrate(_ connection: Connection) throws {
        try connection.query("SELECT pg_advisory_lock($1)", [.int(Lock.migration)])
        defer { _ = try? connection.query("SELECT pg_advisory_unlock($1)", [.int(Lock.migration)]) }
        try connection.transaction { try upgrade(connection) }
    }

    /// The same within a transaction of the caller's.
    static func upgrade(_ connection: Connection) throws {
        try connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
        let version: Int = try connection.query("SELECT count(*) AS version FROM schema_version")[0]("version")
        guard version <= migrations.count else {
            throw PostgreSQLFailure.unsuitable(
                "the database was made by a newer program (schema \(version), this one knows \(migrations.count))\n"
                    + "hint: run that program")
        }
        for (number, migration) in migrations.enumerated().dropFirst(version) {
            try connection.execute(migration)
            try connection.query("INSERT INTO schema_version (version) VALUES ($1)", [.int(number + 1)])
        }
    }

    /// Statistics of a column are copies of some of its values: of keys there are none.
    private static func shelves(of table: String) -> String {
        (0..<shelves).map {
            "CREATE TABLE \(table)_\($0) PARTITION OF \(table) FOR VALUES WITH (MODULUS \(shelves), REMAINDER \($0));"
        }.joined(separator: "\n") + "\nALTER TABLE \(table) ALTER COLUMN key SET STATISTICS 0;"
    }

    private static let second = """
        -- bytes that lie unopened, each content once for each delivery: what the rows of transmissions and deliveries say
        CREATE TABLE unopened (
            institution TEXT COLLATE "C" NOT NULL,
            agent TEXT COLLATE "C" NOT NULL,
            bytes BIGINT NOT NULL,
            PRIMARY KEY (institution, agent)
        );
        \(countUnopened)
        """

    /// Fills that table by the others.
    static let countUnopened = """
        INSERT INTO unopened (institution, agent, bytes)
            SELECT split_part(author, '@', 2), author, sum(content_size)
            FROM deliveries JOIN transmissions ON id = transmission WHERE state = 'available' AND NOT erased GROUP BY author;
        """

    private static let first = """
        -- one row: where the log ends; each commit compares and swaps it
        CREATE TABLE head (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            size BIGINT NOT NULL
        );
        INSERT INTO head (id, size) VALUES (1, 0);
        -- one row: the node that lets time pass, and until when it does, by this server's clock
        CREATE TABLE lead (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            node TEXT NOT NULL,
            until TIMESTAMPTZ NOT NULL
        );
        INSERT INTO lead (id, node, until) VALUES (1, '', '-infinity');
        CREATE TABLE entries (
            "index" BIGINT PRIMARY KEY,
            mailbox TEXT COLLATE "C" NOT NULL,
            number BIGINT NOT NULL,
            commitment BYTEA NOT NULL,
            transmission TEXT COLLATE "C",
            unit TEXT COLLATE "C",
            at BIGINT NOT NULL,
            -- hash of the record, for DirectoryHeads only
            head BYTEA,
            -- under which key a record lies; NULL for a delivery's, which transmission and unit name
            scope TEXT COLLATE "C",
            -- record and salt under the key of `record_keys`; NULL once erased
            sealed BYTEA,
            UNIQUE (mailbox, number)
        );
        CREATE UNIQUE INDEX entries_head ON entries (head) WHERE head IS NOT NULL;
        CREATE INDEX entries_transmission ON entries (transmission) WHERE transmission IS NOT NULL;
        CREATE INDEX entries_mailbox ON entries (mailbox, "index");
        CREATE INDEX entries_scope ON entries (scope) WHERE scope IS NOT NULL AND scope <> 'kept';
        CREATE TABLE record_keys (
            scope TEXT COLLATE "C" NOT NULL,
            key BYTEA NOT NULL,
            transmission TEXT COLLATE "C",
            -- when its newest record was written; NULL for what is kept for good
            last_at BIGINT,
            PRIMARY KEY (scope)
        ) PARTITION BY HASH (scope);
        \(shelves(of: "record_keys"))
        CREATE INDEX record_keys_last_at ON record_keys (last_at) WHERE last_at IS NOT NULL;
        CREATE INDEX record_keys_transmission ON record_keys (transmission) WHERE transmission IS NOT NULL;
        CREATE TABLE tiles (
            level BIGINT NOT NULL,
            "index" BIGINT NOT NULL,
            hashes BYTEA NOT NULL,
            PRIMARY KEY (level, "index")
        );
        CREATE TABLE checkpoints (
            size BIGINT PRIMARY KEY,
            note TEXT NOT NULL
        );
        CREATE TABLE documents (
            hash BYTEA PRIMARY KEY,
            kind TEXT COLLATE "C" NOT NULL,
            subject TEXT COLLATE "C" NOT NULL,
            version BIGINT NOT NULL,
            note TEXT NOT NULL,
            entry BIGINT NOT NULL,
            at BIGINT NOT NULL,
            institution TEXT COLLATE "C",
            -- entries of the log when it was written, or gained signatures
            written BIGINT NOT NULL
        );
        CREATE INDEX documents_latest ON documents (kind, subject, entry);
        CREATE INDEX documents_institution ON documents (institution, entry);
        CREATE INDEX documents_entry ON documents (entry);
        CREATE INDEX documents_written ON documents (written);
        CREATE SEQUENCE content_ids;
        CREATE TABLE contents (
            id BIGINT PRIMARY KEY,
            size BIGINT NOT NULL
        );
        -- sealed by its sender, and once more under the key of `content_keys`, so that deleting that key erases it
        CREATE TABLE chunks (
            content BIGINT NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            position BIGINT NOT NULL,
            bytes BYTEA NOT NULL,
            PRIMARY KEY (content, position)
        );
        ALTER TABLE chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
        CREATE TABLE content_keys (
            content BIGINT NOT NULL,
            key BYTEA NOT NULL,
            PRIMARY KEY (content)
        ) PARTITION BY HASH (content);
        \(shelves(of: "content_keys"))
        -- contents whose keys are gone, and that are being deleted in pieces
        CREATE TABLE discarded (
            content BIGINT PRIMARY KEY REFERENCES contents (id)
        );
        -- shelves from which keys were deleted, and that are to be rewritten
        CREATE TABLE unscrubbed (
            shelf TEXT PRIMARY KEY,
            -- the transaction that deleted the latest of them
            since XID8 NOT NULL
        );
        CREATE TABLE staged (
            owner TEXT COLLATE "C" NOT NULL,
            digest BYTEA NOT NULL,
            content BIGINT NOT NULL REFERENCES contents (id),
            complete BOOLEAN NOT NULL DEFAULT FALSE,
            at BIGINT NOT NULL,
            PRIMARY KEY (owner, digest)
        );
        CREATE INDEX staged_content ON staged (content);
        CREATE TABLE transmissions (
            id TEXT COLLATE "C" PRIMARY KEY,
            hash BYTEA NOT NULL,
            sender TEXT COLLATE "C" NOT NULL,
            author TEXT COLLATE "C" NOT NULL,
            envelope TEXT NOT NULL,
            content_size BIGINT NOT NULL,
            content BIGINT REFERENCES contents (id),
            entry BIGINT NOT NULL
        );
        CREATE INDEX transmissions_content ON transmissions (content) WHERE content IS NOT NULL;
        CREATE TABLE deliveries (
            transmission TEXT COLLATE "C" NOT NULL,
            unit TEXT COLLATE "C" NOT NULL,
            state TEXT COLLATE "C" NOT NULL,
            due_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            notified BOOLEAN NOT NULL,
            erased BOOLEAN NOT NULL,
            standby_called BOOLEAN NOT NULL,
            unattended BOOLEAN NOT NULL,
            escalated BIGINT NOT NULL,
            next_step_at BIGINT,
            entry BIGINT NOT NULL,
            -- 0 immediate, 1 urgent, 2 priority, 3 routine: what falls due is looked at in this order
            urgency BIGINT NOT NULL,
            -- a content sealed anew for one unit, on transfer
            content BIGINT REFERENCES contents (id),
            PRIMARY KEY (transmission, unit)
        );
        CREATE INDEX deliveries_unit ON deliveries (unit, entry);
        CREATE INDEX deliveries_content ON deliveries (content) WHERE content IS NOT NULL;
        CREATE INDEX deliveries_due_by_urgency ON deliveries (urgency, next_step_at, transmission, unit)
            WHERE next_step_at IS NOT NULL;
        CREATE TABLE acts (
            hash BYTEA PRIMARY KEY,
            transmission TEXT COLLATE "C" NOT NULL,
            unit TEXT COLLATE "C" NOT NULL,
            author TEXT COLLATE "C" NOT NULL,
            kind TEXT COLLATE "C" NOT NULL,
            note TEXT NOT NULL,
            entry BIGINT NOT NULL
        );
        CREATE INDEX acts_transmission ON acts (transmission);
        CREATE TABLE inspections (
            hash BYTEA PRIMARY KEY,
            note TEXT NOT NULL,
            entry BIGINT NOT NULL UNIQUE
        );
        -- one row: the hash of the configuration of the latest start
        CREATE TABLE configuration (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            hash BYTEA NOT NULL
        );
        -- cosignatures of witnesses, and time-stamp tokens
        CREATE TABLE cosignatures (
            size BIGINT NOT NULL,
            line TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (size, line)
        );
        CREATE TABLE time_stamps (
            size BIGINT NOT NULL,
            token BYTEA NOT NULL,
            at BIGINT NOT NULL
        );
        CREATE INDEX time_stamps_size ON time_stamps (size);
        CREATE TABLE probe (
            id BIGINT PRIMARY KEY,
            count BIGINT NOT NULL
        );
        -- a checkpoint of this log that this log does not have
        CREATE TABLE stopped (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            checkpoint TEXT NOT NULL
        );
        -- where the log was when the store was brought over to another place: no node goes on from here
        CREATE TABLE retired (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            checkpoint TEXT NOT NULL
        );
        CREATE TABLE invitations (
            id BYTEA PRIMARY KEY,
            institution TEXT COLLATE "C" NOT NULL,
            note TEXT NOT NULL,
            expires_at BIGINT NOT NULL,
            request TEXT,
            state TEXT COLLATE "C" NOT NULL
        );
        CREATE INDEX invitations_institution ON invitations (institution);
        """
}
