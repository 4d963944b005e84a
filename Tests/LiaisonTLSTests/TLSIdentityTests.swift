// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonNotes
import LiaisonTLS
import LiaisonTestKit
import Testing

/// Certificates of our own making, as openssl reads them.
struct TLSIdentityTests {
    private func openssl(_ arguments: [String], _ input: String) async throws -> Programs.Output {
        try await Programs.run("/usr/bin/openssl", arguments, input: Data(input.utf8))
    }

    private func text(_ identity: TLSIdentity) async throws -> String {
        let output = try await openssl(["x509", "-noout", "-text"], identity.certificatePEM)
        #expect(output.status == 0, "\(output.standardError)")
        return output.text
    }

    @Test func aRelayMaySignItselfAndAnAgentMayNot() async throws {
        let relay = try TLSIdentity(
            name: "relais.example", hosts: ["relais.example", "127.0.0.1"], purpose: .server,
            notBefore: 1_760_000_000, lifetime: 86_400)
        let seen = try await text(relay)
        for words in [
            "CN = relais.example", "TLS Web Server Authentication", "CA:TRUE, pathlen:0", "DNS:relais.example",
            "IP Address:127.0.0.1", "ecdsa-with-SHA256", "Not Before: Oct  9 08:53:20 2025 GMT",
            "Not After : Oct 10 08:53:20 2025 GMT"
        ] { #expect(seen.contains(words), "\(words)") }
        let agent = try TLSIdentity(name: "d-01@cd01", purpose: .client, notBefore: 0, lifetime: 86_400)
        let other = try await text(agent)
        #expect(other.contains("TLS Web Client Authentication") && other.contains("CA:FALSE"))
        #expect(!other.contains("Subject Alternative Name"))
    }

    /// The fingerprint is that of the key alone: whoever renews the certificate over it stays who they are.
    @Test func theFingerprintIsOfTheKey() async throws {
        let identity = try TLSIdentity(name: "essai", purpose: .client, notBefore: 0, lifetime: 86_400)
        let key = try await openssl(["x509", "-noout", "-pubkey"], identity.certificatePEM)
        let lines = key.text.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        let der = try #require(Base64.decode(lines.joined()))
        #expect(identity.fingerprint == Hash.of(der))
        let again = try TLSIdentity(
            certificatePEM: identity.certificatePEM, privateKeyPEM: identity.privateKeyPEM)
        #expect(again.fingerprint == identity.fingerprint && again.certificateDER == identity.certificateDER)
        let another = try TLSIdentity(name: "essai", purpose: .client, notBefore: 0, lifetime: 86_400)
        #expect(another.fingerprint != identity.fingerprint)
    }

    @Test func theKeyBelongsToTheCertificate() async throws {
        let identity = try TLSIdentity(name: "essai", purpose: .client, notBefore: 0, lifetime: 86_400)
        let own = try await openssl(["pkey", "-pubout"], identity.privateKeyPEM)
        let certified = try await openssl(["x509", "-noout", "-pubkey"], identity.certificatePEM)
        #expect(own.status == 0 && own.text == certified.text)
    }

    @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func whatIsNoCertificateIsRefused(pem: String) {
        #expect(throws: (any Error).self) { try TLSIdentity(certificatePEM: pem, privateKeyPEM: "") }
    }
}
