// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonWire

/// What is in the tables. What a batch said beforehand that it would ask was fetched in one round; the rest is asked when it
/// is asked for.
final class PostgreSQLFacts: StoreFacts {
    let connection: Connection
    private var known = Known()

    /// Answers that were fetched; nil inside for what is not there.
    private struct Known {
        var transmissions: [TransmissionID: StoredTransmission?] = [:]
        var deliveries: [TransmissionID: [StoredDelivery]] = [:]
        var acts: [Hash: StoredAct?] = [:]
        var authored: [AuthoredDelivery: [StoredAct]] = [:]
        var heads: [Hash: LogPlace?] = [:]
        var numbers: [Mailbox: Int] = [:]
        var unopened: [InstitutionID: [AgentAddress: Int]] = [:]
    }

    private let end: LogEnd?

    /// - Parameter end: what was read when the transaction began, and nobody changes before it ends.
    init(_ connection: Connection, knowing end: LogEnd? = nil) {
        self.connection = connection
        self.end = end
    }

    func prepare(for questions: Questions) throws {
        let ids = Parameter.texts(questions.transmissions.map(\.description))
        let authors = Array(questions.authors)
        let answers = try connection.pipeline([
            Statement("SELECT * FROM transmissions WHERE id = ANY ($1)", [ids]),
            Statement("SELECT * FROM deliveries WHERE transmission = ANY ($1) ORDER BY entry", [ids]),
            Statement("SELECT * FROM acts WHERE hash = ANY ($1)", [.byteStrings(questions.acts.map(\.bytes))]),
            Statement(
                """
                SELECT * FROM acts WHERE (transmission, unit, author) IN
                    (SELECT * FROM unnest($1::text[], $2::text[], $3::text[])) ORDER BY entry
                """,
                [
                    .texts(authors.map(\.delivery.transmission.description)),
                    .texts(authors.map(\.delivery.unit.description)), .texts(authors.map(\.author.description))
                ]),
            Statement(
                "SELECT head, \"index\", at FROM entries WHERE head = ANY ($1)",
                [.byteStrings(questions.heads.map(\.bytes))]),
            Statement(
                """
                SELECT name, (SELECT max(number) FROM entries WHERE mailbox = name) AS number
                FROM unnest($1::text[]) AS name
                """, [.texts(questions.mailboxes.map(\.description))]),
            Self.unopened(of: questions.institutions)
        ])
        for id in questions.transmissions {
            known.transmissions[id] = .some(nil)
            known.deliveries[id] = []
        }
        for row in answers[0] {
            let found = try Self.transmission(row)
            known.transmissions[found.id] = found
        }
        for row in answers[1] {
            let found = try Self.delivery(row)
            known.deliveries[found.transmission, default: []].append(found)
        }
        for hash in questions.acts { known.acts[hash] = .some(nil) }
        for row in answers[2] {
            let found = try Self.act(row)
            known.acts[found.hash] = found
        }
        for author in authors { known.authored[author] = [] }
        for row in answers[3] {
            let found = try Self.act(row)
            let delivery = DeliveryID(transmission: found.transmission, unit: found.unit)
            known.authored[AuthoredDelivery(delivery: delivery, author: found.author), default: []].append(found)
        }
        for hash in questions.heads { known.heads[hash] = .some(nil) }
        for row in answers[4] {
            known.heads[try row("head")] = LogPlace(index: try row("index"), at: try row("at"))
        }
        for row in answers[5] { known.numbers[try row.name("name")] = try row("number") ?? 0 }
        for institution in questions.institutions { known.unopened[institution] = [:] }
        for row in answers[6] {
            let agent: AgentAddress = try row.name("agent")
            known.unopened[agent.institution, default: [:]][agent] = try row("bytes")
        }
    }

    private static func unopened(of institutions: Set<InstitutionID>) -> Statement {
        Statement(
            "SELECT agent, bytes FROM unopened WHERE institution = ANY ($1) AND bytes <> 0",
            [.texts(institutions.map(\.description))])
    }

    func unopened(of institution: InstitutionID) throws -> [AgentAddress: Int] {
        if let unopened = known.unopened[institution] { return unopened }
        return try connection.pipeline([Self.unopened(of: [institution])])[0].reduce(into: [:]) {
            $0[try $1.name("agent")] = try $1("bytes")
        }
    }

    // MARK: Log

    func head() throws -> StoredHead? {
        if let end { return end.head }
        return try connection.query("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1").first
            .map { StoredHead(size: try $0("size"), checkpoint: try $0("note")) }
    }

    func stopped() throws -> String? {
        if let end { return end.stopped }
        return try connection.query(Self.stopped).first.map { try $0("checkpoint") }
    }

    static let stopped = "SELECT checkpoint FROM stopped UNION ALL SELECT checkpoint FROM retired LIMIT 1"

    func tiles(_ ids: Set<TileID>) throws -> [TileID: Tile] {
        let ids = Array(ids)
        return try connection.query(
            """
            SELECT level, "index", hashes FROM tiles
            JOIN unnest($1::bigint[], $2::bigint[]) AS wanted (l, i) ON level = l AND "index" = i
            """, [.ints(ids.map(\.level)), .ints(ids.map(\.index))]
        ).reduce(into: [:]) { tiles, row in
            tiles[TileID(level: try row("level"), index: try row("index"))] = Tile(bytes: try row("hashes"))
        }
    }

    func instant(of index: Int) throws -> Instant? {
        try connection.query("SELECT at FROM entries WHERE \"index\" = $1", [.int(index)]).first.map { try $0("at") }
    }

    func latestDirectoryHead() throws -> Instant? {
        try connection.query(
            "SELECT at FROM entries WHERE mailbox = 'directory' AND head IS NOT NULL ORDER BY number DESC LIMIT 1"
        ).first.map { try $0("at") }
    }

    /// How many entries are looked at to say in which mailboxes they are.
    private static let mailboxesLimit = 10_000

    func mailboxes(from index: Int) throws -> Set<Mailbox>? {
        let rows = try connection.query(
            "SELECT mailbox FROM entries WHERE \"index\" >= $1 ORDER BY \"index\" LIMIT $2",
            [.int(index), .int(Self.mailboxesLimit + 1)])
        guard rows.count <= Self.mailboxesLimit else { return nil }
        return try rows.reduce(into: []) { $0.insert(try $1.name("mailbox")) }
    }

    func lastNumber(in mailbox: Mailbox) throws -> Int {
        if let number = known.numbers[mailbox] { return number }
        return try connection.query("SELECT max(number) AS number FROM entries WHERE mailbox = $1", [.text(mailbox)])[
            0](
                "number") ?? 0
    }

    func directoryHead(_ hash: Hash) throws -> LogPlace? {
        if let place = known.heads[hash] { return place }
        return try connection.query("SELECT \"index\", at FROM entries WHERE head = $1", [.hash(hash)]).first
            .map { LogPlace(index: try $0("index"), at: try $0("at")) }
    }

    /// The entries of some rows whose records were not erased.
    func entries(_ condition: String, _ parameters: [Parameter]) throws -> [StoredEntry] {
        let rows = try connection.query("SELECT * FROM entries WHERE \(condition)", parameters)
        return try RecordCipher.entries(rows, connection)
    }

    func units(told id: TransmissionID, of units: [UnitAddress]) throws -> [UnitAddress] {
        try connection.query(
            "SELECT DISTINCT mailbox FROM entries WHERE transmission = $1 AND unit = ANY ($2) AND mailbox LIKE '%@%'",
            [.text(id), .texts(units.map(\.description))]
        ).map { try $0.name("mailbox") }
    }

    // MARK: Documents

    func documents(_ condition: String, _ parameters: [Parameter]) throws -> [StoredDocument] {
        try connection.query("SELECT * FROM documents AS d WHERE \(condition)", parameters).map { row in
            guard let kind = StoredDocument.Kind(rawValue: try row("kind")) else {
                throw PostgreSQLFailure.damagedRow("documents")
            }
            return StoredDocument(
                kind: kind, subject: try row("subject"), version: try row("version"), hash: try row("hash"),
                note: try row("note"), entry: try row("entry"), at: try row("at"))
        }
    }

    func document(_ hash: Hash) throws -> StoredDocument? { try documents("hash = $1", [.hash(hash)]).first }

    func documentsInForce(writtenFrom size: Int) throws -> [StoredDocument] {
        try documents(
            """
            written >= $1 AND (kind IN ('convention', 'succession') OR entry =
                (SELECT max(entry) FROM documents WHERE kind = d.kind AND subject = d.subject))
            ORDER BY CASE kind WHEN 'convention' THEN 0 WHEN 'keys' THEN 2 ELSE 1 END, entry
            """, [.int(size)])
    }

    // MARK: Transmissions

    func transmissions(_ condition: String, _ parameters: [Parameter]) throws -> [StoredTransmission] {
        try connection.query("SELECT * FROM transmissions WHERE \(condition)", parameters).map(Self.transmission)
    }

    func transmission(_ id: TransmissionID) throws -> StoredTransmission? {
        if let found = known.transmissions[id] { return found }
        return try transmissions("id = $1", [.text(id)]).first
    }

    private static func transmission(_ row: Row) throws -> StoredTransmission {
        StoredTransmission(
            id: try row.name("id"), hash: try row("hash"), from: try row.name("sender"),
            author: try row.name("author"), envelope: try row("envelope"), contentSize: try row("content_size"),
            entry: try row("entry"))
    }

    private func deliveries(_ condition: String, _ parameters: [Parameter]) throws -> [StoredDelivery] {
        try connection.query("SELECT * FROM deliveries WHERE \(condition)", parameters).map(Self.delivery)
    }

    func deliveries(of id: TransmissionID) throws -> [StoredDelivery] {
        if let found = known.deliveries[id] { return found }
        return try deliveries("transmission = $1 ORDER BY entry", [.text(id)])
    }

    private static func delivery(_ row: Row) throws -> StoredDelivery {
        let rank: Int = try row("urgency")
        guard let state = DeliveryState(rawValue: try row("state")), Urgency.allCases.indices.contains(rank) else {
            throw PostgreSQLFailure.damagedRow("deliveries")
        }
        return StoredDelivery(
            transmission: try row.name("transmission"), unit: try row.name("unit"), state: state,
            dueAt: try row("due_at"), expiresAt: try row("expires_at"), isNotified: try row("notified"),
            isErased: try row("erased"), isStandbyCalled: try row("standby_called"),
            isUnattended: try row("unattended"), escalated: try row("escalated"), nextStepAt: try row("next_step_at"),
            entry: try row("entry"), urgency: Urgency.allCases[rank])
    }

    func deliveriesDue(at instant: Instant, limit: Int) throws -> [StoredDelivery] {
        var due: [StoredDelivery] = []
        for rank in Urgency.allCases.indices where due.count < limit {
            due += try deliveries(
                "urgency = $1 AND next_step_at <= $2 ORDER BY next_step_at, transmission, unit LIMIT $3",
                [.int(rank), .instant(instant), .int(limit - due.count)])
        }
        return due
    }

    /// Steps from one unit to the next in the index: their number counts, not that of the deliveries.
    func recipients() throws -> Set<UnitAddress> {
        try connection.query(
            """
            WITH RECURSIVE u (name) AS (
                SELECT min(unit) FROM deliveries
                UNION ALL
                SELECT (SELECT min(unit) FROM deliveries WHERE unit > u.name) FROM u WHERE u.name IS NOT NULL)
            SELECT name FROM u WHERE name IS NOT NULL
            """
        ).reduce(into: []) { $0.insert(try $1.name("name")) }
    }

    func unattended(in units: [UnitAddress], limit: Int) throws -> [StoredDelivery] {
        try deliveries(
            """
            unit = ANY ($1) AND NOT unattended AND state IN ('available', 'opened') AND NOT erased
            ORDER BY entry LIMIT $2
            """, [.texts(units.map(\.description)), .int(limit)])
    }

    // MARK: Acts

    func acts(_ condition: String, _ parameters: [Parameter]) throws -> [StoredAct] {
        try connection.query("SELECT * FROM acts WHERE \(condition)", parameters).map(Self.act)
    }

    func act(_ hash: Hash) throws -> StoredAct? {
        if let found = known.acts[hash] { return found }
        return try acts("hash = $1", [.hash(hash)]).first
    }

    func acts(on delivery: DeliveryID, by author: AgentAddress) throws -> [StoredAct] {
        if let found = known.authored[AuthoredDelivery(delivery: delivery, author: author)] { return found }
        return try acts(
            "transmission = $1 AND unit = $2 AND author = $3 ORDER BY entry",
            [.text(delivery.transmission), .text(delivery.unit), .text(author)])
    }

    private static func act(_ row: Row) throws -> StoredAct {
        guard let kind = Act.Kind(rawValue: try row("kind")) else { throw PostgreSQLFailure.damagedRow("acts") }
        return StoredAct(
            hash: try row("hash"), transmission: try row.name("transmission"), unit: try row.name("unit"),
            author: try row.name("author"), kind: kind, note: try row("note"), entry: try row("entry"))
    }

    // MARK: The rest

    func staged(_ digest: Hash, owner: AgentAddress) throws -> (size: Int, isClosed: Bool)? {
        try connection.staged(digest, owner).map { ($0.size, $0.isClosed) }
    }

    /// A transmission's records go together, once its newest one is due and no content is left: the first key of its deliveries
    /// stands for all. That of its submission is due long before, and is passed over. The keys are read in the order of the index,
    /// as many at a time as records are wanted, so no more is looked at than the limit asks for.
    ///
    /// What holds them back is asked apart. The server would plan it together with the keys, for each of the shelves, which takes it
    /// longer than to answer.
    func recordsDue(before instant: Instant, limit: Int) throws -> [ErasableRecords] {
        var (due, seen): ([(scope: RecordScope, first: Instant)], Set<TransmissionID>) = ([], [])
        var (last, scope): (Instant, String) = (.earliest, "")
        var isWhole = true
        while due.count < limit, isWhole {
            let page = try connection.query(
                """
                SELECT scope, transmission, last_at FROM record_keys
                WHERE last_at <= $1 AND last_at >= $2 AND (last_at, scope) > ($2, $3) AND right(scope, 1) <> ' '
                ORDER BY last_at, scope LIMIT \(limit)
                """, [.instant(instant), .instant(last), .text(scope)]
            ).map { row -> (scope: RecordScope, last: Instant) in
                (RecordScope(name: try row("scope"), transmission: try row.name("transmission")), try row("last_at"))
            }
            let free = try free(page.compactMap(\.scope.transmission), before: instant)
            for (scope, last) in page {
                guard let id = scope.transmission else {
                    due.append((scope, last))
                    continue
                }
                if seen.insert(id).inserted, let first = free[id] { due.append((scope, first)) }
            }
            isWhole = page.count == limit
            if let end = page.last { (last, scope) = (end.last, end.scope.name) }
        }
        let wanted = due.prefix(limit).sorted { ($0.first, $0.scope.name) < ($1.first, $1.scope.name) }
        return try entries(under: wanted.map(\.scope))
    }

    /// Of these transmissions, those without a newer record and without content: with the time of their first record.
    private func free(_ ids: [TransmissionID], before instant: Instant) throws -> [TransmissionID: Instant] {
        guard !ids.isEmpty else { return [:] }
        let names = Parameter.texts(ids.map(\.description))
        let answers = try connection.pipeline([
            Statement(
                """
                SELECT transmission, min(last_at) AS first FROM record_keys WHERE transmission = ANY ($1)
                GROUP BY transmission HAVING max(last_at) <= $2
                """, [names, .instant(instant)]),
            Statement("SELECT transmission FROM deliveries WHERE transmission = ANY ($1) AND NOT erased", [names])
        ])
        var free: [TransmissionID: Instant] = [:]
        for row in answers[0] { free[try row.name("transmission")] = try row("first") }
        for row in answers[1] { free[try row.name("transmission")] = nil }
        return free
    }

    private func entries(under scopes: [RecordScope]) throws -> [ErasableRecords] {
        let statements = scopes.map { scope in
            let condition =
                scope.transmission == nil ? "scope = $1 AND scope <> 'kept'" : "transmission = $1 AND scope IS NULL"
            return Statement(
                "SELECT \"index\", mailbox FROM entries WHERE \(condition) ORDER BY \"index\"",
                [.text(scope.transmission?.description ?? scope.name)])
        }
        guard !statements.isEmpty else { return [] }
        return try zip(scopes, connection.pipeline(statements)).map { scope, rows in
            let entries: [Mailbox: [Int]] = try rows.reduce(into: [:]) { entries, row in
                entries[try row.name("mailbox"), default: []].append(try row("index"))
            }
            return ErasableRecords(scope: scope, entries: entries)
        }
    }

    func inspection(_ hash: Hash) throws -> Int? {
        try connection.query("SELECT entry FROM inspections WHERE hash = $1", [.hash(hash)]).first
            .map { try $0("entry") }
    }

    func configuration() throws -> Hash? {
        try connection.query("SELECT hash FROM configuration").first.map { try $0("hash") }
    }

    func probe() throws {
        try connection.query(
            "INSERT INTO probe (id, count) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = probe.count + 1")
    }
}
