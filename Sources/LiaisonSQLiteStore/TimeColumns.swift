// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import GRDB
public import LiaisonNotes

/// Instants lie in the database as the numbers that documents carry.
extension Instant: DatabaseValueConvertible, StatementColumnConvertible {
    public init?(sqliteStatement: SQLiteStatement, index: CInt) {
        guard let number = Int(sqliteStatement: sqliteStatement, index: index) else { return nil }
        self.init(number)
    }
}
