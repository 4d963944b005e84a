// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import Testing

@Suite struct RelayAddressTests {
    @Test(arguments: [
        ("https://relais.example:8443", "https://relais.example:8443"), ("relais.example", "https://relais.example"),
        (" HTTPS://127.0.0.1:1/ ", "https://127.0.0.1:1"), ("https://[::1]:65535", "https://[::1]:65535"),
        ("https://relais.example/liaison/", "https://relais.example/liaison")
    ])
    func accepts(typed: String, url: String) throws {
        #expect(try RelayAddress(typed).url == url)
    }

    @Test(
        arguments: [
            ("http://relais.example", .notHTTPS), ("https://", .noHost), ("", .noHost), ("https://:8443", .noHost),
            ("https://relais invalide", .host("relais invalide")), ("https://[::1", .host("[::1")),
            ("https://[::1]8443", .host("[::1]8443")), ("https://relais:abc", .port("abc")),
            ("https://relais:", .port("")),
            ("https://127.0.0.1:70000", .port("70000")), ("https://relais:0", .port("0")),
            ("https://relais:-1", .port("-1")), ("https://relais:99999999999999999999", .port("99999999999999999999")),
            ("https://agent@relais", .more), ("https://relais?x", .more), ("https://relais#x", .more)
        ] as [(String, RelayAddress.Fault)])
    func refuses(typed: String, fault: RelayAddress.Fault) {
        #expect(throws: ClientFailure.obstacle(.relayAddressNotReadable(typed, fault))) { try RelayAddress(typed) }
    }
}
