// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CPostgreSQL
import Foundation

/// What a PostgreSQL server, or the way to it, refused.
public enum PostgreSQLFailure: Error, Equatable, CustomStringConvertible {
    /// No connection, or one that broke: what was on its way is not known.
    case connectionLost(String)
    /// The server's refusal: its five-character code (PostgreSQL manual, appendix A) and first line.
    case refused(code: String, String)
    /// The server took longer than this client waits.
    case noAnswer
    /// A value that is not of the type that the schema gives its column.
    case damagedRow(String)
    /// A batch that does not go on from where the log ends.
    case headMoved
    case stagedContentMissing
    /// What the server, or the address, does not give: said at the start, with what to do.
    case unsuitable(String)
    /// Somebody uses what is to be rewritten: tried again later.
    case busy

    public var description: String {
        switch self {
        case .connectionLost(let detail): "no connection to the database: \(detail)"
        case .refused(let code, let message): "the database refused (\(code)): \(message)"
        case .noAnswer: "the database does not answer"
        case .damagedRow(let table): "a damaged row (\(table))"
        case .headMoved: "the log does not end where this batch begins"
        case .stagedContentMissing: "a staged content is missing"
        case .unsuitable(let what): what
        case .busy: "the database is busy"
        }
    }
}

/// SQL with its parameters.
struct Statement {
    let sql: String
    let parameters: [Parameter]

    init(_ sql: String, _ parameters: [Parameter] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// One connection through libpq: used by one thread at a time, which waits for the answers.
///
/// Statements are prepared once for each connection; several go to the server together and are answered together (pipeline
/// mode, PostgreSQL manual section 34.5), so that what belongs together costs one round.
final class Connection {
    private let handle: OpaquePointer
    private let patience: Duration
    /// When the answers to what was sent have to be there.
    private var end = ContinuousClock.now
    private var isUsable = true
    /// A commit that waits for a standby is not broken off: it would be seen by everybody, and be on no standby.
    private var isCommitting = false
    /// Set when the server warns of something.
    private let warned = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    private var prepared: [String: String] = [:]
    private var names = 0
    private var isConfirmed = false

    /// - Parameters:
    ///   - patience: how long the answers to one group of statements may take, all together.
    /// - Throws: `PostgreSQLFailure.connectionLost`.
    init(_ address: String, patience: Duration) throws {
        guard let handle = PQconnectdb(address) else { throw PostgreSQLFailure.connectionLost("no memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = Self.firstLine(PQerrorMessage(handle))
            PQfinish(handle)
            throw PostgreSQLFailure.connectionLost(message)
        }
        self.handle = handle
        self.patience = patience
        warned.initialize(to: false)
        // What the server says beside an answer is for people at a terminal; that it warned is kept.
        PQsetNoticeReceiver(
            handle,
            { warned, result in
                guard let severity = PQresultErrorField(result, 86), String(cString: severity) == "WARNING" else {
                    return
                }
                warned?.assumingMemoryBound(to: Bool.self).pointee = true
            }, warned)
    }

    deinit {
        PQfinish(handle)
        warned.deallocate()
    }

    var isOpen: Bool { isUsable && PQstatus(handle) == CONNECTION_OK }

    private static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
        let lines = text.map { String(cString: $0) } ?? ""
        return lines.split(separator: "\n").first.map(String.init) ?? "unknown"
    }

    // MARK: Asking

    @discardableResult
    func query(_ sql: String, _ parameters: [Parameter] = []) throws -> Rows {
        try pipeline([Statement(sql, parameters)])[0]
    }

    /// Ends a transaction that has written. When the server warns, above all that it stopped waiting for a standby, or did
    /// not commit after all, whether the transaction is as durable as it has to be is not known.
    func commit() throws {
        warned.pointee = false
        isCommitting = true
        defer { isCommitting = false }
        let answer = try query("COMMIT")
        guard !warned.pointee, answer.tag == "COMMIT" else {
            isUsable = false
            throw PostgreSQLFailure.connectionLost("the server committed with a warning")
        }
    }

    /// Statements that are not prepared, such as those of the schema; one after the other.
    func execute(_ sql: String) throws {
        end = .now + patience
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        var failure: PostgreSQLFailure?
        while let result = try next() {
            defer { PQclear(result) }
            failure = failure ?? Self.failure(of: result)
        }
        if let failure { throw failure }
    }

    /// Waits, once for each connection, until all that the server shows is where its commits have to be, on a standby's disk as
    /// well.
    ///
    /// A commit that waits for a standby is seen by nobody. But a server that crashes meanwhile shows it as soon as it is back, and
    /// if a standby is promoted instead, it is gone: whoever had answered by it would have seen a log that goes back. What crashed
    /// had its connections broken, so a new one says something of its own, and waits for that; all that it sees was written before.
    func confirm() throws {
        guard !isConfirmed else { return }
        warned.pointee = false
        try execute("SELECT pg_logical_emit_message(true, 'liaison', ''::text)")
        guard !warned.pointee else {
            isUsable = false
            throw PostgreSQLFailure.connectionLost("the server did not wait for its standby")
        }
        isConfirmed = true
    }

    /// Tells the server that nobody waits for the answer any more: it does not notice by itself while it waits for a standby.
    private func cancel() {
        guard let order = PQgetCancel(handle) else { return }
        defer { PQfreeCancel(order) }
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(order, &message, Int32(message.count))
    }

    /// Lets go of a prepared statement: its text means something else from now on.
    func forget(_ sql: String) { prepared[sql] = nil }

    /// Sends all statements, then waits for all answers; when one is refused, those behind it are not done, and the first
    /// refusal is thrown.
    func pipeline(_ statements: [Statement]) throws -> [Rows] {
        end = .now + patience
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        // For each answer to come, the statement that it prepares or belongs to.
        var preparing: [String?] = []
        for statement in statements {
            let name: String
            if let known = prepared[statement.sql] {
                name = known
            } else {
                names += 1
                name = "s\(names)"
                prepared[statement.sql] = name
                guard PQsendPrepare(handle, name, statement.sql, 0, nil) == 1 else { throw lost() }
                preparing.append(statement.sql)
            }
            try send(name, statement.parameters)
            preparing.append(nil)
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var rows: [Rows] = []
        var failure: PostgreSQLFailure?
        for sql in preparing {
            guard let result = try next() else { throw lost() }
            if let refusal = Self.failure(of: result) {
                failure = failure ?? refusal
                // A statement that was prepared for tables as they were.
                if case .refused(let code, _) = refusal, ["0A000", "26000"].contains(code) { isUsable = false }
                // Not there for the next who asks the same.
                if let sql { prepared[sql] = nil }
                PQclear(result)
            } else if sql == nil {
                rows.append(Rows(result))
            } else {
                PQclear(result)
            }
            guard try next() == nil else { throw lost() }
        }
        guard let sync = try next() else { throw lost() }
        PQclear(sync)
        guard try next() == nil, PQexitPipelineMode(handle) == 1 else { throw lost() }
        if let failure { throw failure }
        return rows
    }

    private func send(_ name: String, _ parameters: [Parameter]) throws {
        let encoded = parameters.map(\.binary)
        let lengths = encoded.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: encoded.count)
        func pass(_ rest: ArraySlice<[UInt8]?>, _ pointers: inout [UnsafePointer<CChar>?]) -> Int32 {
            guard let first = rest.first else {
                return PQsendQueryPrepared(handle, name, Int32(encoded.count), pointers, lengths, formats, 1)
            }
            guard let bytes = first else {
                pointers.append(nil)
                return pass(rest.dropFirst(), &pointers)
            }
            // A value of no bytes has an address, too: none would be NULL.
            return (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { raw in
                pointers.append(raw.baseAddress?.assumingMemoryBound(to: CChar.self))
                return pass(rest.dropFirst(), &pointers)
            }
        }
        var pointers: [UnsafePointer<CChar>?] = []
        guard pass(encoded[...], &pointers) == 1 else { throw lost() }
    }

    /// The next result; nil behind the last one of a statement.
    private func next() throws -> OpaquePointer? {
        while PQisBusy(handle) == 1 { try wait() }
        return PQgetResult(handle)
    }

    private func wait() throws {
        guard try isReadable(within: end - .now) else {
            // What comes later would be taken for the answer to something else: this connection is of no use any more.
            isUsable = false
            if !isCommitting { cancel() }
            throw PostgreSQLFailure.noAnswer
        }
        guard PQconsumeInput(handle) == 1 else { throw lost() }
    }

    private func isReadable(within time: Duration) throws -> Bool {
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard descriptor.fd >= 0 else { throw lost() }
        let answer = poll(&descriptor, 1, Int32(clamping: max(0, milliseconds)))
        // A signal is no answer: it is waited for again.
        return answer > 0 || (answer < 0 && errno == EINTR)
    }

    /// Whether anything was said on a channel that this connection listens to, within a time.
    func hears(within time: Duration) throws -> Bool {
        if try isReadable(within: time), PQconsumeInput(handle) != 1 { throw lost() }
        var heard = false
        while let note = PQnotifies(handle) {
            heard = true
            PQfreemem(note)
        }
        return heard
    }

    private func lost() -> PostgreSQLFailure {
        isUsable = false
        return .connectionLost(Self.firstLine(PQerrorMessage(handle)))
    }

    private static func failure(of result: OpaquePointer) -> PostgreSQLFailure? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return nil
        case PGRES_PIPELINE_ABORTED: return .refused(code: "", "a statement before it was refused")
        default:
            // Field codes are characters (PostgreSQL manual section 34.3.2): C is the code, M the primary message.
            let code = PQresultErrorField(result, 67).map { String(cString: $0) } ?? ""
            return .refused(code: code, firstLine(PQresultErrorField(result, 77)))
        }
    }
}

/// The rows of an answer, in binary format.
final class Rows: RandomAccessCollection {
    private let result: OpaquePointer
    private var columns: [String: Int32] = [:]
    let startIndex = 0
    let endIndex: Int

    /// - Parameter result: is cleared with these rows.
    init(_ result: OpaquePointer) {
        self.result = result
        endIndex = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    subscript(position: Int) -> Row { Row(rows: self, number: Int32(position)) }

    /// What was done, as the server calls it.
    var tag: String { String(cString: PQcmdStatus(result)) }

    /// How many rows were changed.
    var changed: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The bytes of a value; nil for NULL.
    fileprivate func bytes(_ row: Int32, _ column: String) throws -> UnsafeRawBufferPointer? {
        let number = columns[column] ?? PQfnumber(result, column)
        guard number >= 0 else { throw PostgreSQLFailure.damagedRow(column) }
        columns[column] = number
        guard PQgetisnull(result, row, number) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, number), count: Int(PQgetlength(result, row, number)))
    }
}

struct Row {
    fileprivate let rows: Rows
    fileprivate let number: Int32

    func callAsFunction<Value: Column>(_ column: String) throws -> Value {
        guard let value: Value = try self(column) else { throw PostgreSQLFailure.damagedRow(column) }
        return value
    }

    func callAsFunction<Value: Column>(_ column: String) throws -> Value? {
        guard let bytes = try rows.bytes(number, column) else { return nil }
        guard let value = Value(binary: bytes) else { throw PostgreSQLFailure.damagedRow(column) }
        return value
    }
}
