// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
public import LiaisonModel
public import LiaisonNotes
import LiaisonRelay
public import LiaisonWire

/// Invitations and the requests that answer them: kept beside the log, gone when they are over.
extension SQLiteRelayStore {
    public func addInvitation(_ status: InvitationStatus, institution: InstitutionID) async throws -> Bool {
        try await pool.write { database in
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO invitations (id, institution, note, expires_at, state) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(status.id.bytes), institution.description, try Self.json(status.invitation), status.expiresAt,
                    status.state.rawValue
                ])
            return database.changesCount == 1
        }
    }

    public func invitation(_ id: Hash) async throws -> InvitationStatus? {
        try await pool.read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM invitations WHERE id = ?", arguments: [Data(id.bytes)]
            ).map(Self.status)
        }
    }

    public func invitations(of institution: InstitutionID) async throws -> [InvitationStatus] {
        try await pool.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM invitations WHERE institution = ? ORDER BY expires_at",
                arguments: [institution.description]
            ).map(Self.status)
        }
    }

    public func invitationCount(of institution: InstitutionID) async throws -> Int {
        try await pool.read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM invitations WHERE institution = ?",
                arguments: [institution.description]) ?? 0
        }
    }

    /// The first request wins.
    public func requestInvitation(_ id: Hash, _ request: CodedText) async throws -> Bool {
        try await change(
            "UPDATE invitations SET request = ?, state = 'requested' WHERE id = ? AND state = 'open'",
            [try Self.json(request), Data(id.bytes)])
    }

    public func closeInvitation(
        _ id: Hash, as state: InvitationState, institution: InstitutionID
    ) async throws -> Bool {
        try await change(
            "UPDATE invitations SET state = ? WHERE id = ? AND institution = ?",
            [state.rawValue, Data(id.bytes), institution.description])
    }

    public func dropInvitations(before instant: Instant) async throws {
        _ = try await change("DELETE FROM invitations WHERE expires_at < ?", [instant])
    }

    private func change(_ sql: String, _ arguments: StatementArguments) async throws -> Bool {
        try await pool.write { database in
            try database.execute(sql: sql, arguments: arguments)
            return database.changesCount > 0
        }
    }

    private static func json(_ text: CodedText) throws -> String {
        String(decoding: try WireJSON.encode(text), as: UTF8.self)
    }

    private static func status(_ row: Row) throws -> InvitationStatus {
        func text(_ json: String) throws -> CodedText { try WireJSON.decode(CodedText.self, from: Array(json.utf8)) }
        guard let state = InvitationState(rawValue: row["state"]) else { throw Failure.damagedRow("invitations") }
        return InvitationStatus(
            id: try digest(row["id"]), invitation: try text(row["note"]), expiresAt: row["expires_at"], state: state,
            request: try (row["request"] as String?).map(text))
    }
}
