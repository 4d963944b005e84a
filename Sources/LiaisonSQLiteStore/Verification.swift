// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonLedger
import LiaisonModel
public import LiaisonNotes
import LiaisonRelay

/// Where a store differs from what its log says.
public struct StoreFinding: Hashable, Sendable, CustomStringConvertible {
    public let table: String
    public let place: String
    public let problem: String

    public var description: String { "\(table) \(place): \(problem)" }
}

/// What `verify` walked through.
public struct StoreReport: Sendable {
    public var entries = 0
    public var checkpoints = 0
    public var findings: [StoreFinding] = []

    mutating func found(_ table: String, _ place: some CustomStringConvertible, _ problem: String) {
        findings.append(StoreFinding(table: table, place: place.description, problem: problem))
    }
}

extension SQLiteRelayStore {
    /// Re-derives tree, checkpoints, mailbox numbers, records, documents, delivery states and contents, and
    /// reports every difference. Memory does not grow with the log beyond the mailboxes' last numbers.
    public func verify(log: NoteKey) throws -> StoreReport {
        try pool.read { database in
            var report = StoreReport()
            try checkTree(database, log, &report)
            try checkDocuments(database, &report)
            try checkTransmissions(database, &report)
            try checkUnopened(database, &report)
            return report
        }
    }

    private func checkTree(_ database: Database, _ log: NoteKey, _ report: inout StoreReport) throws {
        var edge = TreeEdge()
        var numbers: [String: Int] = [:]
        var partial: [TileID: Tile] = [:]
        let checkpoints = try Row.fetchCursor(database, sql: "SELECT size, note FROM checkpoints ORDER BY size")
        var checkpoint = try checkpoints.next()
        let entries = try Row.fetchCursor(database, sql: "SELECT * FROM entries ORDER BY \"index\"")
        while let row = try entries.next() {
            let index: Int = row["index"]
            if index != edge.size { report.found("entries", edge.size, "missing before \(index)") }
            let mailbox: String = row["mailbox"]
            numbers[mailbox, default: 0] += 1
            if numbers[mailbox] != row["number"] { report.found("entries", index, "number is not the mailbox's next") }
            try checkRecord(row, database, &report)
            for (id, tile) in edge.append(MerkleTree.leaf(Array(row["commitment"] as Data))) {
                partial[id] = tile
                guard tile.count == TileID.width else { continue }
                try checkTile(id, tile, database, &report)
                partial[id] = nil
            }
            report.entries += 1
            while let current = checkpoint, edge.size >= current["size"] as Int {
                checkCheckpoint(current, edge, log, &report)
                checkpoint = try checkpoints.next()
            }
        }
        while let current = checkpoint {
            report.found("checkpoints", current["size"] as Int, "larger than the log")
            checkpoint = try checkpoints.next()
        }
        for (id, tile) in partial { try checkTile(id, tile, database, &report) }
        if edge.size > 0, try Self.head(database)?.size != edge.size {
            report.found("checkpoints", edge.size, "no checkpoint for the newest entries")
        }
    }

    private func checkRecord(_ row: Row, _ database: Database, _ report: inout StoreReport) throws {
        let index: Int = row["index"]
        guard row["sealed"] as Data? != nil else { return }  // erased: the commitment remains
        do {
            guard let entry = try Self.entry(row, database) else {
                return  // its key was erased
            }
            guard Commitment.of(entry.record, salt: entry.salt) == entry.commitment else {
                return report.found("entries", index, "the record is not what the entry commits to")
            }
            let event = try CanonicalJSON.decode(EventRecord.self, from: entry.record)
            if event.mailbox != entry.mailbox || event.number != entry.number
                || event.transmission != entry.transmission || event.unit != entry.unit
            {
                report.found("entries", index, "the record names another mailbox, number or delivery")
            }
            if !event.event.rule.allows(event) {
                report.found("entries", index, "a field that \(event.event.rawValue) does not have, or lacks")
            }
        } catch {
            report.found("entries", index, "the record does not open")
        }
    }

    private func checkTile(
        _ id: TileID, _ tile: Tile, _ database: Database, _ report: inout StoreReport
    ) throws {
        let stored = try Data.fetchOne(
            database, sql: "SELECT hashes FROM tiles WHERE level = ? AND \"index\" = ?",
            arguments: [id.level, id.index])
        if stored.map(Array.init) != tile.bytes {
            report.found("tiles", "\(id.level)/\(id.index)", stored == nil ? "missing" : "not the tree's hashes")
        }
    }

    private func checkCheckpoint(_ row: Row, _ edge: TreeEdge, _ log: NoteKey, _ report: inout StoreReport) {
        report.checkpoints += 1
        let size: Int = row["size"]
        do {
            let signed = try SignedCheckpoint(parsing: row["note"], log: log)
            if signed.checkpoint.size != size || size != edge.size {
                report.found("checkpoints", size, "size differs")
            } else if signed.checkpoint.root != edge.root {
                report.found("checkpoints", size, "root differs")
            }
        } catch {
            report.found("checkpoints", size, "does not verify")
        }
    }

    private func checkDocuments(_ database: Database, _ report: inout StoreReport) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM documents")
        while let row = try rows.next() {
            let hash = try Self.digest(row["hash"])
            let note = try? SignedNote(parsing: row["note"] as String, limit: Roster.maximumSize)
            if note?.hash != hash { report.found("documents", hash, "the text does not have this hash") }
            let event = try event(at: row["entry"], database)
            if event?.document != hash { report.found("documents", hash, "its entry publishes something else") }
        }
    }

    private func event(at index: Int, _ database: Database) throws -> EventRecord? {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM entries WHERE \"index\" = ?", arguments: [index]),
            let entry = try? Self.entry(row, database)
        else { return nil }
        return try? CanonicalJSON.decode(EventRecord.self, from: entry.record)
    }

    private func checkTransmissions(_ database: Database, _ report: inout StoreReport) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM transmissions")
        while let row = try rows.next() {
            let id: String = row["id"]
            let envelope = try? Unverified<Envelope>(parsing: row["envelope"] as String)
            if envelope?.note.hash != (try Self.digest(row["hash"])) {
                report.found("transmissions", id, "the envelope does not have this hash")
            }
            if let event = try event(at: row["entry"], database), event.envelope != envelope?.note.hash {
                report.found("transmissions", id, "its entry accepts another envelope")
            }
            try checkContent(row, envelope?.claimed.content, database, &report)
            try checkDeliveries(id, database, &report)
        }
    }

    private func checkContent(
        _ row: Row, _ reference: ContentReference?, _ database: Database, _ report: inout StoreReport
    ) throws {
        guard let content: Int64 = row["content"] else { return }  // erased
        if try self.reference(of: content, database) != reference {
            report.found("chunks", row["id"] as String, "not the content that the envelope names")
        }
    }

    private func reference(of content: Int64, _ database: Database) throws -> ContentReference {
        var hasher = StreamingDigest()
        let chunks = try Data.fetchCursor(
            database, sql: "SELECT bytes FROM chunks WHERE content = ? ORDER BY position", arguments: [content])
        while let bytes = try chunks.next() { hasher.update(bytes) }
        return hasher.reference
    }

    /// A content sealed anew is the one that the last transfer names.
    private func checkTransfer(_ row: Row, _ database: Database, _ report: inout StoreReport) throws {
        guard let content: Int64 = row["content"] else { return }
        let note = try String.fetchOne(
            database,
            sql: """
                SELECT note FROM acts WHERE transmission = ? AND unit = ? AND kind = 'transferred' ORDER BY entry DESC
                """,
            arguments: [row["transmission"] as String, row["unit"] as String])
        let act = try note.map { try Unverified<Act>(parsing: $0).claimed }
        if try reference(of: content, database) != act?.content {
            report.found(
                "chunks", "\(row["transmission"] as String) \(row["unit"] as String)", "not the content transferred")
        }
    }

    /// What lies unopened is what the deliveries say.
    private func checkUnopened(_ database: Database, _ report: inout StoreReport) throws {
        let kept = "SELECT institution, agent, bytes FROM unopened"
        let differing = try String.fetchAll(
            database,
            sql: """
                WITH said AS (\(Schema.unopened)), kept AS (\(kept))
                SELECT agent FROM (SELECT * FROM said EXCEPT SELECT * FROM kept) WHERE bytes <> 0
                UNION SELECT agent FROM (SELECT * FROM kept EXCEPT SELECT * FROM said) WHERE bytes <> 0
                """)
        for agent in differing { report.found("unopened", agent, "not what lies unopened of this agent") }
    }

    /// Each delivery stands where its last event left it.
    private func checkDeliveries(_ id: String, _ database: Database, _ report: inout StoreReport) throws {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM deliveries WHERE transmission = ?", arguments: [id]) {
            let unit: String = row["unit"]
            try checkTransfer(row, database, &report)
            let entries = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM entries WHERE transmission = ? AND unit = ? AND mailbox = unit ORDER BY "index"
                    """,
                arguments: [id, unit])
            let last = try entries.reversed().lazy.compactMap { try? Self.entry($0, database) }
                .map { try CanonicalJSON.decode(EventRecord.self, from: $0.record) }.first { $0.state != nil }
            if let last, last.state?.rawValue != row["state"] {
                report.found("deliveries", "\(id) \(unit)", "not in the state of its last event")
            }
            if let last, (last.event == .erasure) != row["erased"] as Bool {
                report.found("deliveries", "\(id) \(unit)", "erased without an event, or not erased after one")
            }
        }
    }
}
