// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
public import LiaisonRelay

/// A database alone with whoever brings its rows over: no node commits meanwhile.
public final class PostgreSQLTransfer: StoreSource {
    private let connection: Connection

    /// - Parameter isAlone: waits until no node commits, and lets none until this ends; false to read beside them.
    public init(_ address: PostgreSQLAddress, isAlone: Bool) throws {
        connection = try Connection(address.connection, patience: .seconds(3600))
        // Not one of the nodes, which end each other's commits when one of them hangs.
        try connection.execute(
            "SET application_name = 'liaisond transfer'; SET client_min_messages = error; SET lock_timeout = '60s'")
        if isAlone { try connection.query("SELECT pg_advisory_lock($1)", [.int(Schema.Lock.log)]) }
    }

    public func rows(_ take: (StoreTable, [[StoredValue]]) throws -> Void) throws {
        try connection.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            for table in StoreTable.all {
                try connection.execute("DECLARE transfer CURSOR FOR \(table.query)")
                let count = table.rowsAtOnce
                while true {
                    let page = try connection.query("FETCH \(count) FROM transfer")
                    guard !page.isEmpty else { break }
                    var rows = try page.map { row in try table.columns.map { try $0.value(of: row) } }
                    if table == .chunks { rows = try open(rows) }
                    try take(table, rows)
                }
                // Its plan is that of one table: the next cursor of the same name has another.
                try connection.execute("CLOSE transfer")
                connection.forget("FETCH \(count) FROM transfer")
            }
        }
    }

    /// - Throws: `PostgreSQLFailure.unsuitable` for a database that holds a log.
    public func checkHoldsNoLog() throws {
        let isThere: Bool = try connection.query("SELECT to_regclass('entries') IS NOT NULL AS there")[0]("there")
        guard try !isThere || connection.query("SELECT 1 FROM entries LIMIT 1").isEmpty else {
            throw PostgreSQLFailure.unsuitable(
                "the database holds a log already\nhint: an empty database for each relay")
        }
    }

    /// Makes a relay's tables and fills them, in one transaction: a database that was filled in part would be one in which the
    /// same log began a second time.
    ///
    /// - Returns: what was written.
    public func fill(from source: some StoreSource) throws -> StoreDigest {
        try connection.transaction {
            try checkHoldsNoLog()
            try Schema.upgrade(connection)
            var digest = StoreDigest()
            try source.rows { table, rows in
                digest.add(table, rows)
                if table == .contents { try makeKeys(for: rows) }
                try insert(table == .chunks ? seal(rows) : rows, into: table)
            }
            try connection.execute(Schema.countUnopened)
            try connection.query("UPDATE head SET size = (SELECT coalesce(max(size), 0) FROM checkpoints)")
            try connection.query("SELECT setval('content_ids', (SELECT coalesce(max(id), 0) + 1 FROM contents))")
            return digest
        }
    }

    private func insert(_ rows: [[StoredValue]], into table: StoreTable) throws {
        var names = table.columns.map { "\"\($0.name)\"" }
        var types = table.columns.enumerated().map { "$\($0 + 1)::\($1.kind.type)[]" }
        var parameters = table.columns.enumerated().map { place, column in
            column.kind.parameter(rows.map { $0[place] })
        }
        if table.name == "documents", let entry = table.columns.firstIndex(where: { $0.name == "entry" }) {
            names.append("written")
            types.append("$\(types.count + 1)::bigint[]")
            parameters.append(parameters[entry])
        }
        try connection.query(
            """
            INSERT INTO \(table.name) (\(names.joined(separator: ", ")))
            SELECT * FROM unnest(\(types.joined(separator: ", ")))
            """, parameters)
    }

    // MARK: Contents lie under keys here

    private func makeKeys(for contents: [[StoredValue]]) throws {
        let keys = contents.map { _ in SymmetricKey(size: .bits256).withUnsafeBytes(Array.init) }
        try connection.query(
            "INSERT INTO content_keys (content, key) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
            [StoreTable.Kind.int.parameter(contents.map { $0[0] }), .byteStrings(keys)])
    }

    private func seal(_ rows: [[StoredValue]]) throws -> [[StoredValue]] {
        try convert(rows) { table, key, id, position, bytes in try table.seal(bytes[...], key, id, position) }
    }

    private func open(_ rows: [[StoredValue]]) throws -> [[StoredValue]] {
        try convert(rows) { table, key, id, position, bytes in try table.open(bytes, key, id, position) }
    }

    private func convert(
        _ rows: [[StoredValue]],
        _ body: (ChunkTable, SymmetricKey, _ id: Int, _ position: Int, [UInt8]) throws -> [UInt8]
    ) throws -> [[StoredValue]] {
        let table = ChunkTable(connection: connection)
        var keys: [Int: SymmetricKey] = [:]
        return try rows.map { row in
            guard case .int(let id) = row[0], case .int(let position) = row[1], case .bytes(let bytes) = row[2],
                let key = try keys[id] ?? table.key(of: id)
            else { throw PostgreSQLFailure.damagedRow("chunks") }
            keys[id] = key
            return [row[0], row[1], .bytes(try body(table, key, id, position, bytes))]
        }
    }

    /// Rewrites all tables, so that no page holds a trace of what was erased; nobody reads or writes meanwhile.
    public func rewrite() throws { try connection.execute("VACUUM (FULL)") }

    /// The store was brought over, and goes on elsewhere: no node signs from it any more.
    public func retire() throws {
        try connection.transaction {
            _ = try connection.query(
                """
                INSERT INTO retired (id, checkpoint)
                SELECT 1, coalesce((SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1), '') ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Whether this is a store that was not brought over to another place.
    public func goesOn() throws -> Bool {
        let isThere: Bool = try connection.query("SELECT to_regclass('retired') IS NOT NULL AS there")[0]("there")
        return try isThere && connection.query("SELECT 1 FROM retired").isEmpty
    }

    /// - Throws: `PostgreSQLFailure.unsuitable` for a store that was brought over before: the log goes on elsewhere.
    public func checkGoesOn() throws {
        guard try goesOn() else {
            throw PostgreSQLFailure.unsuitable(
                "the database holds no log that goes on here: it was brought over to another place, or never began\n"
                    + "hint: liaisond.conf has to name the store in which the log goes on")
        }
    }
}

extension StoreTable.Column {
    fileprivate func value(of row: Row) throws -> StoredValue {
        switch kind {
        case .int: (try row(name) as Int?).map(StoredValue.int) ?? .null
        case .flag: (try row(name) as Bool?).map { .int($0 ? 1 : 0) } ?? .null
        case .text: (try row(name) as String?).map(StoredValue.text) ?? .null
        case .bytes: (try row(name) as [UInt8]?).map(StoredValue.bytes) ?? .null
        }
    }
}

extension StoreTable.Kind {
    fileprivate var type: String {
        switch self {
        case .int: "bigint"
        case .flag: "boolean"
        case .text: "text"
        case .bytes: "bytea"
        }
    }

    fileprivate func parameter(_ values: [StoredValue]) -> Parameter {
        switch self {
        case .int: .ints(values.map { if case .int(let number) = $0 { number } else { nil } })
        case .flag: .flags(values.map { $0 == .int(1) })
        case .text: .texts(values.map { if case .text(let text) = $0 { text } else { nil } })
        case .bytes: .byteStrings(values.map { if case .bytes(let bytes) = $0 { bytes } else { nil } })
        }
    }
}
