// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay

/// What is in the tables, by statements that are prepared once for a connection.
struct SQLiteFacts: StoreFacts {
    let database: Database

    private typealias Store = SQLiteRelayStore

    private func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    private func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func head() throws -> StoredHead? { try Store.head(database) }

    func stopped() throws -> String? { try row("SELECT checkpoint FROM stopped", [])?["checkpoint"] }

    func tiles(_ ids: Set<TileID>) throws -> [TileID: Tile] {
        let statement = try database.cachedStatement(
            sql: "SELECT hashes FROM tiles WHERE level = ? AND \"index\" = ?")
        return try ids.reduce(into: [:]) { tiles, id in
            if let bytes = try Data.fetchOne(statement, arguments: [id.level, id.index]) {
                tiles[id] = Tile(bytes: Array(bytes))
            }
        }
    }

    func instant(of index: Int) throws -> Instant? {
        try row("SELECT at FROM entries WHERE \"index\" = ?", [index])?["at"]
    }

    func documentsInForce(writtenFrom size: Int) throws -> [StoredDocument] { try Store.documentsInForce(database) }

    func latestDirectoryHead() throws -> Instant? {
        try row(
            "SELECT at FROM entries WHERE mailbox = 'directory' AND head IS NOT NULL ORDER BY number DESC LIMIT 1", [])?[
                "at"]
    }

    /// Nobody else writes here.
    func mailboxes(from index: Int) throws -> Set<Mailbox>? { nil }

    func lastNumber(in mailbox: Mailbox) throws -> Int {
        try row("SELECT max(number) AS number FROM entries WHERE mailbox = ?", [mailbox.description])?["number"] ?? 0
    }

    func directoryHead(_ hash: Hash) throws -> LogPlace? {
        try row("SELECT \"index\", at FROM entries WHERE head = ?", [Data(hash.bytes)])
            .map { LogPlace(index: $0["index"], at: $0["at"]) }
    }

    func document(_ hash: Hash) throws -> StoredDocument? {
        try row("SELECT * FROM documents WHERE hash = ?", [Data(hash.bytes)]).map(Store.document)
    }

    func transmission(_ id: TransmissionID) throws -> StoredTransmission? {
        try row("SELECT * FROM transmissions WHERE id = ?", [id.description]).map(Store.transmission)
    }

    func unopened(of institution: InstitutionID) throws -> [AgentAddress: Int] {
        try rows("SELECT agent, bytes FROM unopened WHERE institution = ? AND bytes <> 0", [institution.description])
            .reduce(into: [:]) { $0[try Store.parse($1["agent"])] = $1["bytes"] }
    }

    func deliveries(of id: TransmissionID) throws -> [StoredDelivery] {
        try rows("SELECT * FROM deliveries WHERE transmission = ? ORDER BY entry", [id.description])
            .map(Store.delivery)
    }

    func deliveriesDue(at instant: Instant, limit: Int) throws -> [StoredDelivery] {
        var due: [StoredDelivery] = []
        for rank in Urgency.allCases.indices where due.count < limit {
            due += try rows(
                """
                SELECT * FROM deliveries WHERE urgency = ? AND next_step_at <= ?
                ORDER BY next_step_at, transmission, unit LIMIT ?
                """,
                [rank, instant, limit - due.count]
            ).map(Store.delivery)
        }
        return due
    }

    /// Steps from one unit to the next in the index: their number counts, not that of the deliveries.
    func recipients() throws -> Set<UnitAddress> {
        try rows(
            """
            WITH RECURSIVE u (name) AS (
                SELECT min(unit) FROM deliveries
                UNION ALL
                SELECT (SELECT min(unit) FROM deliveries WHERE unit > u.name) FROM u WHERE u.name IS NOT NULL)
            SELECT name FROM u WHERE name IS NOT NULL
            """, []
        ).reduce(into: []) { $0.insert(try Store.parse($1["name"])) }
    }

    /// Texts as one parameter, since a statement has only so many.
    static func list(_ texts: some Collection<some CustomStringConvertible>) throws -> String {
        String(decoding: try JSONEncoder().encode(texts.map(\.description)), as: UTF8.self)
    }

    func unattended(in units: [UnitAddress], limit: Int) throws -> [StoredDelivery] {
        try rows(
            """
            SELECT * FROM deliveries WHERE unit IN (SELECT value FROM json_each(?)) AND unattended = 0
                AND state IN ('available', 'opened') AND erased = 0 ORDER BY entry LIMIT ?
            """, [Self.list(units), limit]
        ).map(Store.delivery)
    }

    func units(told id: TransmissionID, of units: [UnitAddress]) throws -> [UnitAddress] {
        try rows(
            """
            SELECT DISTINCT mailbox FROM entries WHERE transmission = ? AND unit IN (SELECT value FROM json_each(?))
                AND mailbox LIKE '%@%'
            """, [id.description, Self.list(units)]
        ).map { try Store.parse($0["mailbox"]) }
    }

    func act(_ hash: Hash) throws -> StoredAct? {
        try row("SELECT * FROM acts WHERE hash = ?", [Data(hash.bytes)]).map(Store.act)
    }

    func acts(on delivery: DeliveryID, by author: AgentAddress) throws -> [StoredAct] {
        try rows(
            "SELECT * FROM acts WHERE transmission = ? AND unit = ? AND author = ? ORDER BY entry",
            [delivery.transmission.description, delivery.unit.description, author.description]
        ).map(Store.act)
    }

    func staged(_ digest: Hash, owner: AgentAddress) throws -> (size: Int, isClosed: Bool)? {
        try Store.staged(digest, owner, database).map { ($0.size, $0.complete) }
    }

    /// A transmission's records go together, once its newest one is due and no content is left: the first key of its deliveries
    /// stands for all. That of its submission is due long before, and is passed over in the index; so no more is looked at than
    /// the limit asks for.
    func recordsDue(before instant: Instant, limit: Int) throws -> [ErasableRecords] {
        let due = try rows(
            """
            SELECT scope, transmission,
                coalesce((SELECT min(last_at) FROM record_keys WHERE transmission = k.transmission), last_at) AS first
            FROM record_keys AS k WHERE last_at <= :instant AND substr(scope, -1) <> ' '
            AND NOT EXISTS (SELECT 1 FROM record_keys WHERE transmission = k.transmission AND (last_at > :instant
                OR (substr(scope, -1) <> ' ' AND (last_at, scope) < (k.last_at, k.scope))))
            AND NOT EXISTS (SELECT 1 FROM deliveries WHERE transmission = k.transmission AND erased = 0)
            ORDER BY last_at, scope LIMIT :limit
            """, ["instant": instant, "limit": limit]
        ).map { row -> (scope: RecordScope, first: Instant) in
            let transmission: String? = row["transmission"]
            let scope = RecordScope(name: row["scope"], transmission: try transmission.map { try Store.parse($0) })
            return (scope, row["first"])
        }
        return try due.sorted { ($0.first, $0.scope.name) < ($1.first, $1.scope.name) }.map { scope, _ in
            ErasableRecords(scope: scope, entries: try entries(under: scope))
        }
    }

    private func entries(under scope: RecordScope) throws -> [Mailbox: [Int]] {
        let condition =
            scope.transmission == nil ? "scope = ? AND scope <> 'kept'" : "transmission = ? AND scope IS NULL"
        let name = scope.transmission?.description ?? scope.name
        return try rows("SELECT \"index\", mailbox FROM entries WHERE \(condition) ORDER BY \"index\"", [name])
            .reduce(into: [:]) { entries, row in
                entries[try Store.parse(row["mailbox"]), default: []].append(row["index"])
            }
    }

    func inspection(_ hash: Hash) throws -> Int? {
        try row("SELECT entry FROM inspections WHERE hash = ?", [Data(hash.bytes)])?["entry"]
    }

    func configuration() throws -> Hash? {
        try row("SELECT hash FROM configuration", []).map { try Store.digest($0["hash"]) }
    }

    func probe() throws {
        try database.execute(
            sql: "INSERT INTO probe (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1")
    }
}
