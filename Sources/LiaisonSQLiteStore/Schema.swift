// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import GRDB

/// The schema, as numbered migrations that are never edited once released.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: first) }
        migrator.registerMigration("2") { try $0.execute(sql: second) }
        migrator.registerMigration("3") { try $0.execute(sql: third) }
        migrator.registerMigration("4") { try $0.execute(sql: fourth) }
        migrator.registerMigration("5") { try $0.execute(sql: fifth) }
        migrator.registerMigration("6") { try $0.execute(sql: sixth) }
        migrator.registerMigration("7") { try $0.execute(sql: seventh) }
        return migrator
    }

    private static let seventh = """
        -- bytes that lie unopened, each content once for each delivery: what the rows of transmissions and deliveries say
        CREATE TABLE unopened (
            institution TEXT NOT NULL,
            agent TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (institution, agent)
        ) WITHOUT ROWID;
        \(countUnopened)
        """

    /// The rows of that table, as the others say them.
    static let unopened = """
        SELECT substr(author, instr(author, '@') + 1) AS institution, author AS agent, sum(content_size) AS bytes
        FROM deliveries JOIN transmissions ON id = transmission WHERE state = 'available' AND erased = 0 GROUP BY author
        """

    /// Fills it with them.
    static let countUnopened = "INSERT INTO unopened (institution, agent, bytes) \(unopened);"

    private static let sixth = """
        -- no question asks for what one sender submitted: that is in its mailbox
        DROP INDEX transmissions_sender;
        """

    private static let fifth = """
        -- 0 immediate, 1 urgent, 2 priority, 3 routine: what falls due is looked at in this order
        ALTER TABLE deliveries ADD COLUMN urgency INTEGER NOT NULL DEFAULT 3;
        UPDATE deliveries SET urgency = coalesce((
            SELECT CASE WHEN envelope LIKE '%"urgency":"immediate"%' THEN 0 WHEN envelope LIKE '%"urgency":"urgent"%' THEN 1
                WHEN envelope LIKE '%"urgency":"priority"%' THEN 2 END
            FROM transmissions WHERE id = deliveries.transmission), 3);
        -- contents that nobody can reach any more, and that are being deleted in pieces
        CREATE TABLE discarded (content INTEGER PRIMARY KEY REFERENCES contents (id));
        DROP INDEX deliveries_due;
        CREATE INDEX deliveries_due_by_urgency ON deliveries (urgency, next_step_at) WHERE next_step_at IS NOT NULL;
        """

    private static let fourth = """
        ALTER TABLE deliveries ADD COLUMN standby_called INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN unattended INTEGER NOT NULL DEFAULT 0;
        """

    private static let third = """
        -- under which key a record lies; NULL for a delivery's, which transmission and unit name
        ALTER TABLE entries ADD COLUMN scope TEXT;
        UPDATE entries SET scope = 'kept' WHERE transmission IS NULL;
        CREATE INDEX entries_scope ON entries (scope) WHERE scope IS NOT NULL AND scope <> 'kept';
        UPDATE record_keys SET scope = 'kept' WHERE scope = 'directory';
        ALTER TABLE record_keys ADD COLUMN transmission TEXT;
        -- when its newest record was written; NULL for what is kept for good
        ALTER TABLE record_keys ADD COLUMN last_at INTEGER;
        UPDATE record_keys SET transmission = substr(scope, 1, instr(scope, ' ') - 1),
            last_at = (SELECT max(at) FROM entries WHERE transmission = substr(record_keys.scope, 1, 36))
            WHERE scope <> 'kept';
        CREATE INDEX record_keys_last_at ON record_keys (last_at) WHERE last_at IS NOT NULL;
        CREATE INDEX record_keys_transmission ON record_keys (transmission) WHERE transmission IS NOT NULL;
        ALTER TABLE deliveries ADD COLUMN notified INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deliveries ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
        -- what is decided waits for its retention's end, when the log says that the content is gone
        UPDATE deliveries SET next_step_at = expires_at WHERE next_step_at IS NULL;
        -- without these, erasing one content looks for references to it in every row
        CREATE INDEX transmissions_content ON transmissions (content) WHERE content IS NOT NULL;
        CREATE INDEX deliveries_content ON deliveries (content) WHERE content IS NOT NULL;
        CREATE INDEX staged_content ON staged (content);
        CREATE TABLE inspections (
            hash BLOB PRIMARY KEY,
            note TEXT NOT NULL,
            entry INTEGER NOT NULL UNIQUE
        ) WITHOUT ROWID;
        -- one row: the hash of the configuration of the latest start
        CREATE TABLE configuration (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            hash BLOB NOT NULL
        );
        -- cosignatures of witnesses, and time-stamp tokens
        CREATE TABLE cosignatures (
            size INTEGER NOT NULL,
            line TEXT NOT NULL,
            PRIMARY KEY (size, line)
        ) WITHOUT ROWID;
        CREATE TABLE time_stamps (
            size INTEGER NOT NULL,
            token BLOB NOT NULL,
            at INTEGER NOT NULL
        );
        CREATE INDEX time_stamps_size ON time_stamps (size);
        CREATE TABLE probe (
            id INTEGER PRIMARY KEY,
            count INTEGER NOT NULL
        );
        -- a checkpoint of this log that this log does not have
        CREATE TABLE stopped (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            checkpoint TEXT NOT NULL
        );
        """

    private static let second = """
        ALTER TABLE documents ADD COLUMN institution TEXT;
        UPDATE documents SET institution = CASE kind
            WHEN 'roster' THEN subject WHEN 'keys' THEN substr(subject, instr(subject, '@') + 1) END;
        CREATE INDEX documents_institution ON documents (institution, entry);
        CREATE INDEX documents_entry ON documents (entry);
        CREATE INDEX entries_mailbox ON entries (mailbox, "index");
        -- a content sealed anew for one unit, on handover
        ALTER TABLE deliveries ADD COLUMN content INTEGER REFERENCES contents (id);
        CREATE TABLE invitations (
            id BLOB PRIMARY KEY,
            institution TEXT NOT NULL,
            note TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            request TEXT,
            state TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX invitations_institution ON invitations (institution);
        """

    private static let first = """
        CREATE TABLE entries (
            "index" INTEGER PRIMARY KEY,
            mailbox TEXT NOT NULL,
            number INTEGER NOT NULL,
            commitment BLOB NOT NULL,
            transmission TEXT,
            unit TEXT,
            at INTEGER NOT NULL,
            -- hash of the record, for DirectoryHeads only
            head BLOB UNIQUE,
            -- record and salt under the key of `record_keys`; NULL once erased
            sealed BLOB,
            UNIQUE (mailbox, number)
        );
        CREATE INDEX entries_transmission ON entries (transmission) WHERE transmission IS NOT NULL;
        CREATE TABLE record_keys (
            scope TEXT PRIMARY KEY,
            key BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE tiles (
            level INTEGER NOT NULL,
            "index" INTEGER NOT NULL,
            hashes BLOB NOT NULL,
            PRIMARY KEY (level, "index")
        );
        CREATE TABLE checkpoints (
            size INTEGER PRIMARY KEY,
            note TEXT NOT NULL
        );
        CREATE TABLE documents (
            hash BLOB PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            version INTEGER NOT NULL,
            note TEXT NOT NULL,
            entry INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX documents_latest ON documents (kind, subject, entry);
        CREATE TABLE contents (
            id INTEGER PRIMARY KEY,
            size INTEGER NOT NULL
        );
        CREATE TABLE chunks (
            content INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (content, position)
        );
        CREATE TABLE staged (
            owner TEXT NOT NULL,
            digest BLOB NOT NULL,
            content INTEGER NOT NULL REFERENCES contents (id),
            complete INTEGER NOT NULL DEFAULT 0,
            at INTEGER NOT NULL,
            PRIMARY KEY (owner, digest)
        ) WITHOUT ROWID;
        CREATE TABLE transmissions (
            id TEXT PRIMARY KEY,
            hash BLOB NOT NULL,
            sender TEXT NOT NULL,
            author TEXT NOT NULL,
            envelope TEXT NOT NULL,
            content_size INTEGER NOT NULL,
            content INTEGER REFERENCES contents (id),
            entry INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX transmissions_sender ON transmissions (sender, entry);
        CREATE TABLE deliveries (
            transmission TEXT NOT NULL,
            unit TEXT NOT NULL,
            state TEXT NOT NULL,
            due_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            escalated INTEGER NOT NULL,
            next_step_at INTEGER,
            entry INTEGER NOT NULL,
            PRIMARY KEY (transmission, unit)
        ) WITHOUT ROWID;
        CREATE INDEX deliveries_unit ON deliveries (unit, entry);
        CREATE INDEX deliveries_due ON deliveries (next_step_at) WHERE next_step_at IS NOT NULL;
        CREATE TABLE acts (
            hash BLOB PRIMARY KEY,
            transmission TEXT NOT NULL,
            unit TEXT NOT NULL,
            author TEXT NOT NULL,
            kind TEXT NOT NULL,
            note TEXT NOT NULL,
            entry INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX acts_transmission ON acts (transmission);
        """
}
