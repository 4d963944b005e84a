// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonTestKit
import Testing

@testable import LiaisonPostgreSQLStore

/// A database whose server is not recognized, or an address that holds a secret, is refused before anything is connected.
struct PostgreSQLAddressTests {
    private static let verified = "sslmode=verify-full&sslrootcert=/root.pem"

    @Test(arguments: [
        ("", "not the address"), ("sqlite", "not the address"), ("mysql://u@h/d?\(verified)", "not the address"),
        ("host=h dbname=d user=u sslmode=verify-full", "not the address"),
        ("postgresql://u@h/d", "does not say how the server is recognized"),
        ("postgresql://u@h/d?sslrootcert=/root.pem", "does not say how the server is recognized"),
        ("postgresql://u@/d?host=/run/postgresql,h", "does not say how the server is recognized"),
        ("postgresql://u@h/d?sslmode=disable", "sslmode=disable"),
        ("postgresql://u@h/d?sslmode=allow", "sslmode=allow"),
        ("postgresql://u@h/d?sslmode=prefer", "sslmode=prefer"),
        ("postgresql://u@h/d?sslmode=require", "sslmode=require"),
        ("postgresql://u@h/d?sslmode=verify-ca&sslrootcert=/root.pem", "sslmode=verify-ca"),
        ("postgresql://u:geheim@h/d?\(verified)", "a password does not belong"),
        ("postgresql://u@h/d?password=geheim&\(verified)", "a password does not belong"),
        ("postgresql://u@h/d?sslpassword=geheim&\(verified)", "a password does not belong"),
        ("postgresql://u:geheim%zz@h/d?\(verified)", "cannot be read"),
        ("postgresql://u@h/d?unheard=geheim&\(verified)", "cannot be read"),
        ("postgresql:///d?\(verified)", "names no server"), ("postgresql://u@h,/d?\(verified)", "names no server"),
        ("postgresql://u@h?\(verified)", "no database"),
        ("postgresql://u@h/d?hostaddr=127.0.0.1&\(verified)", "says hostaddr"),
        ("postgresql://u@h/d?passfile=/geheim&\(verified)", "says passfile"),
        ("postgresql://u@h/d?options=-csynchronous_commit%3Doff&\(verified)", "says options"),
        ("postgresql://u@h/d?connect_timeout=0&\(verified)", "says connect_timeout"),
        ("postgresql://u@h/d?gssencmode=prefer&\(verified)", "says gssencmode"),
        ("postgresql://u@h/d?target_session_attrs=any&\(verified)", "takes writes"),
        ("postgresql://u@h/d?target_session_attrs=standby&\(verified)", "takes writes")
    ])
    func isRefused(text: String, reason: String) {
        let failure = #expect(throws: PostgreSQLFailure.self) { _ = try PostgreSQLAddress(text) }
        let words = failure?.description ?? ""
        #expect(words.contains(reason), "\(words)")
        #expect(!words.contains("geheim"), "\(words)")
    }

    @Test(arguments: [
        "postgresql://u@h/d?\(verified)", "postgres://u@h:5433/d?\(verified)", "postgresql://u@h,g:5433/d?\(verified)",
        "postgresql://u@h/d?target_session_attrs=read-write&application_name=node-1&\(verified)",
        "postgresql:///d?host=/run/postgresql", "postgresql:///d?host=/run/postgresql&sslmode=disable"
    ])
    func isTaken(text: String) throws {
        let address = try PostgreSQLAddress(text)
        #expect(address.text == text)
        #expect(address.connection.hasPrefix(text))
        #expect(address.connection.split(separator: "target_session_attrs=read-write").count == 2)
        #expect(address.connection.contains("connect_timeout=3"))
    }
}
