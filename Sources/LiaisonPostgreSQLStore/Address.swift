// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CPostgreSQL

/// A `postgresql://` address of a server whose certificate is checked, with the password elsewhere.
public struct PostgreSQLAddress: Sendable {
    /// As libpq takes it (PostgreSQL manual section 34.1.1), with what this client adds.
    let connection: String
    /// As the operator wrote it: it holds no secret.
    public let text: String

    private static let known: Set<String> = [
        "user", "host", "port", "dbname", "sslmode", "sslrootcert", "sslcrl", "sslcert", "sslkey",
        "target_session_attrs", "application_name"
    ]

    /// - Throws: `PostgreSQLFailure.unsuitable`.
    public init(_ text: String) throws {
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else {
            throw PostgreSQLFailure.unsuitable(
                "not the address of a PostgreSQL database\nhint: postgresql://USER@HOST/DATABASE")
        }
        let options = try Self.options(of: text)
        guard options["password"] == nil, options["sslpassword"] == nil else {
            throw PostgreSQLFailure.unsuitable(
                "a password does not belong in the address\nhint: put it into ~/.pgpass or PGPASSWORD")
        }
        // Everything else could be taken from elsewhere, or turn off what this client relies on.
        for name in options.keys.sorted() where !Self.known.contains(name) {
            throw PostgreSQLFailure.unsuitable(
                "the address says \(name), which is not to be said\n"
                    + "hint: user, host, port, database, sslmode, sslrootcert, sslcrl, sslcert, sslkey and application_name are"
            )
        }
        let hosts = (options["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        guard !hosts.contains(""), options["dbname"] != nil else {
            throw PostgreSQLFailure.unsuitable(
                "the address names no server, or no database (\(text))\nhint: postgresql://USER@HOST/DATABASE")
        }
        let isLocal = hosts.allSatisfy { $0.hasPrefix("/") }
        switch options["sslmode"] {
        case "verify-full": break
        case nil where isLocal: break
        case nil:
            throw PostgreSQLFailure.unsuitable(
                "the address does not say how the server is recognized (\(text))\n"
                    + "hint: add ?sslmode=verify-full&sslrootcert=/path/of/the/root.pem")
        case let mode?:
            guard isLocal else {
                throw PostgreSQLFailure.unsuitable(
                    "with sslmode=\(mode) another server could answer in this one's place\nhint: sslmode=verify-full")
            }
        }
        guard options["target_session_attrs"].map({ $0 == "read-write" }) ?? true else {
            throw PostgreSQLFailure.unsuitable(
                "only the server that takes writes is the store: without target_session_attrs")
        }
        self.text = text
        // Only the server that takes writes is the store, wherever it is now; one that is gone is noticed within seconds.
        connection =
            text + (text.contains("?") ? "&" : "?")
            + [
                "port=5432", "hostaddr=", "gssencmode=disable", "target_session_attrs=read-write", "connect_timeout=3",
                "keepalives_idle=5", "keepalives_interval=2",
                "keepalives_count=3", "tcp_user_timeout=10000", "application_name=liaisond"
            ].filter { options[String($0.prefix { $0 != "=" })] == nil }.joined(separator: "&")
    }

    private static func options(of text: String) throws -> [String: String] {
        // What libpq says of a text that it cannot read quotes it, and a password may be in it.
        guard let list = PQconninfoParse(text, nil) else {
            throw PostgreSQLFailure.unsuitable(
                "the database's address cannot be read\nhint: postgresql://USER@HOST/DATABASE")
        }
        defer { PQconninfoFree(list) }
        var options: [String: String] = [:]
        var next = list
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        return options
    }
}
