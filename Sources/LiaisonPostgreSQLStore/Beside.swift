// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonRelay
public import LiaisonWire

/// What is kept beside the log: what others say of its checkpoints, why it may not go on, invitations.
extension PostgreSQLRelayStore {
    public func add(cosignatures lines: [String], size: Int) async throws {
        try await pool.run { connection in
            _ = try connection.query(
                """
                INSERT INTO cosignatures (size, line) SELECT $1, line FROM unnest($2::text[]) AS line
                ON CONFLICT DO NOTHING
                """, [.int(size), .texts(lines)])
        }
    }

    public func add(timeStamp token: [UInt8], size: Int, at instant: Instant) async throws {
        try await pool.run(isRepeatable: false) { connection in
            try connection.transaction {
                try connection.query(
                    "INSERT INTO time_stamps (size, token, at) VALUES ($1, $2, $3)",
                    [.int(size), .bytes(token), .instant(instant)])
                // A checkpoint that is time-stamped and cosigned proves all that smaller ones do.
                try connection.query(
                    """
                    DELETE FROM cosignatures WHERE size < $1 AND size NOT IN (SELECT size FROM time_stamps)
                        AND EXISTS (SELECT 1 FROM cosignatures WHERE size = $1)
                    """, [.int(size)])
            }
        }
    }

    public func latestTimeStamp() async throws -> Instant? {
        try await pool.run { try $0.query("SELECT max(at) AS at FROM time_stamps")[0]("at") }
    }

    public func anchor(from size: Int) async throws -> StoredAnchor? {
        try await pool.run { connection in
            let found = try connection.query(
                """
                SELECT coalesce(
                    (SELECT min(size) FROM time_stamps JOIN (SELECT DISTINCT size FROM cosignatures) AS c USING (size)
                        WHERE size >= $1),
                    (SELECT min(size) FROM time_stamps WHERE size >= $1),
                    (SELECT min(size) FROM cosignatures WHERE size >= $1)) AS size
                """, [.int(size)])
            return try found[0]("size").flatMap { try Self.anchor(of: $0, connection) }
        }
    }

    public func latestCosigned() async throws -> StoredAnchor? {
        try await pool.run { connection in
            try connection.query("SELECT max(size) AS size FROM cosignatures")[0]("size")
                .flatMap { try Self.anchor(of: $0, connection) }
        }
    }

    private static func anchor(of size: Int, _ connection: Connection) throws -> StoredAnchor? {
        let answers = try connection.pipeline([
            Statement("SELECT note FROM checkpoints WHERE size = $1", [.int(size)]),
            Statement("SELECT line FROM cosignatures WHERE size = $1 ORDER BY line", [.int(size)]),
            Statement("SELECT token FROM time_stamps WHERE size = $1 ORDER BY at", [.int(size)])
        ])
        return try answers[0].first.map { row in
            StoredAnchor(
                size: size, checkpoint: try row("note"), cosignatures: try answers[1].map { try $0("line") },
                timeStamps: try answers[2].map { try $0("token") })
        }
    }

    public func stop(_ checkpoint: String) async throws {
        try await pool.run { connection in
            _ = try connection.query(
                "INSERT INTO stopped (id, checkpoint) VALUES (1, $1) ON CONFLICT DO NOTHING", [.text(checkpoint)])
        }
    }

    public func stopped() async throws -> String? {
        try await facts { try $0.stopped() }
    }

    // MARK: Invitations

    public func addInvitation(_ status: InvitationStatus, institution: InstitutionID) async throws -> Bool {
        try await change(
            """
            INSERT INTO invitations (id, institution, note, expires_at, state) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            [
                .hash(status.id), .text(institution), .text(try Self.json(status.invitation)),
                .instant(status.expiresAt), .text(status.state.rawValue)
            ])
    }

    public func invitation(_ id: Hash) async throws -> InvitationStatus? {
        try await pool.run { connection in
            try connection.query("SELECT * FROM invitations WHERE id = $1", [.hash(id)]).first.map(Self.status)
        }
    }

    public func invitations(of institution: InstitutionID) async throws -> [InvitationStatus] {
        try await pool.run { connection in
            try connection.query(
                "SELECT * FROM invitations WHERE institution = $1 ORDER BY expires_at", [.text(institution)]
            ).map(Self.status)
        }
    }

    public func invitationCount(of institution: InstitutionID) async throws -> Int {
        try await pool.run { connection in
            try connection.query(
                "SELECT count(*) AS count FROM invitations WHERE institution = $1", [.text(institution)])[0]("count")
        }
    }

    /// The first request wins.
    public func requestInvitation(_ id: Hash, _ request: CodedText) async throws -> Bool {
        try await change(
            "UPDATE invitations SET request = $1, state = 'requested' WHERE id = $2 AND state = 'open'",
            [.text(try Self.json(request)), .hash(id)])
    }

    public func closeInvitation(
        _ id: Hash, as state: InvitationState, institution: InstitutionID
    ) async throws -> Bool {
        try await change(
            "UPDATE invitations SET state = $1 WHERE id = $2 AND institution = $3",
            [.text(state.rawValue), .hash(id), .text(institution)])
    }

    public func dropInvitations(before instant: Instant) async throws {
        _ = try await change("DELETE FROM invitations WHERE expires_at < $1", [.instant(instant)])
    }

    private func change(_ sql: String, _ parameters: [Parameter]) async throws -> Bool {
        try await pool.run(isRepeatable: false) { try $0.query(sql, parameters).changed > 0 }
    }

    private static func json(_ text: CodedText) throws -> String {
        String(decoding: try WireJSON.encode(text), as: UTF8.self)
    }

    private static func status(_ row: Row) throws -> InvitationStatus {
        func text(_ json: String) throws -> CodedText { try WireJSON.decode(CodedText.self, from: Array(json.utf8)) }
        guard let state = InvitationState(rawValue: try row("state")) else {
            throw PostgreSQLFailure.damagedRow("invitations")
        }
        let request: String? = try row("request")
        return InvitationStatus(
            id: try row("id"), invitation: try text(row("note")), expiresAt: try row("expires_at"), state: state,
            request: try request.map(text))
    }
}
