// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonPostgreSQLStore
import LiaisonTestKit

extension RelayBench {
    /// (h) Submissions with the store in a file, and then in a PostgreSQL database on the same machine, beside what that server
    /// does without a relay: one client for each connection inserts single rows of 4 KiB over TLS, each durable.
    func database() async throws {
        let server = PostgreSQLServer.shared
        let site = try await Site(programs: programs)
        let (address, _) = try await server.database(for: site.directory)
        let bare = site.directory.path + "/bare.sql"
        try "INSERT INTO bare (body) VALUES ('\(String(repeating: "x", count: 4096))');\n"
            .write(toFile: bare, atomically: true, encoding: .utf8)
        _ = try await server.shell("chmod a+rx \(site.directory.path) && chmod a+r \(bare); pg_create bare >&2; echo")
        _ = try await server.shell(
            "pg_sql bare -c 'ALTER SYSTEM SET max_connections = 100' >&2; pg_restart bare >&2; echo")
        _ = try await server.shell(
            "pg_sql bare -c 'CREATE TABLE bare (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT)' >&2; echo"
        )
        for (count, each) in [(1, 2000), (8, 2000), (64, 800)] {
            // By their number, not by time: an alarm may be blocked in what this process starts.
            let answer = try await server.shell(
                "pg_run \"$pg_bin/pgbench\" -n -M prepared -c \(count) -j \(min(count, 2)) -t \(each) -f \(bare) \"$(pg_url bare)\" 2>&1 "
                    + "| grep -o 'tps = [0-9.]*' | tail -n 1")
            say("(h) a bare INSERT, \(count) connections: \(answer)")
        }
        try await submissions(site, "in a file")
        let moved = try await Programs.run(
            "\(programs)/liaisond", ["migrate", "--data", site.path, "--to", address.text])
        guard moved.status == 0 else { return say("(h) not moved: \(moved.standardError)") }
        try await submissions(site, "in PostgreSQL")
    }

    private func submissions(_ site: Site, _ name: String) async throws {
        let head = try await site.freshHead()
        let daemon = try Daemon(programs: programs, data: site.path)
        var requests = Requests(site: site, head: head)
        let generator = Generator(daemon)
        for count in [1, 8, 64] {
            let row = try await submissions(count, generator, &requests)
            say("(h) submissions, the store \(name), \(count) connections: \(text(row))")
        }
        try await generator.close()
        daemon.stop()
    }
}
