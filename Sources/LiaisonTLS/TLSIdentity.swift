// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
public import LiaisonNotes
import SwiftASN1
import X509

/// A certificate with its private key: what a relay or an agent shows in TLS. Whom the key belongs to is for the
/// convention or a roster to say, so it may be self-issued or come from an institution's own PKI.
public struct TLSIdentity: Sendable {
    public enum Purpose: Sendable { case server, client }
    /// Of a self-issued certificate: ten years. Revocation is the roster's.
    public static let lifetime: Seconds = .days(3652)

    public let certificatePEM: String
    /// DER of the certificate (RFC 5280).
    public let certificateDER: [UInt8]
    /// A secret: PKCS #8 in PEM.
    public let privateKeyPEM: String
    /// SHA-256 of the SubjectPublicKeyInfo (RFC 7469 section 2.4).
    public let fingerprint: Hash

    /// Takes a certificate that somebody else issued, and its key, both in PEM.
    public init(certificatePEM: String, privateKeyPEM: String) throws {
        let certificate = try Certificate(pemEncoded: certificatePEM)
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        certificateDER = serializer.serializedBytes
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
        var key = DER.Serializer()
        try certificate.publicKey.serialize(into: &key)
        fingerprint = Hash.of(key.serializedBytes)
    }

    /// Makes a P-256 key with a certificate over itself.
    ///
    /// - Parameters:
    ///   - name: the common name; no person's name.
    ///   - hosts: DNS names and IPv4 addresses for the subject alternative name.
    public init(
        name: String, hosts: [String] = [], purpose: Purpose, notBefore: Instant, lifetime: Seconds
    ) throws {
        let key = P256.Signing.PrivateKey()
        let subject = try DistinguishedName { CommonName(name) }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: notBefore.date,
            notValidAfter: (notBefore + lifetime).date,
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                // A relay's certificate is its own trust anchor, which must be allowed to sign itself.
                Critical(
                    purpose == .server
                        ? BasicConstraints.isCertificateAuthority(maxPathLength: 0)
                        : BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, keyCertSign: purpose == .server))
                try ExtendedKeyUsage([purpose == .server ? .serverAuth : .clientAuth])
                if !hosts.isEmpty { SubjectAlternativeNames(hosts.map(Self.name(of:))) }
            }, issuerPrivateKey: .init(key))
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        certificateDER = serializer.serializedBytes
        certificatePEM = try certificate.serializeAsPEM().pemString
        privateKeyPEM = key.pemRepresentation
        fingerprint = Hash.of(key.publicKey.derRepresentation)
    }

    /// The DNS names and IPv4 addresses that a server's certificate is for (RFC 5280, section 4.2.1.6), in lower case and in its order;
    /// a name for a whole domain (`*.`) is none that a browser could be sent to.
    ///
    /// - Parameter pem: the certificate, and maybe others behind it.
    public static func hosts(ofCertificate pem: String) throws -> [String] {
        guard let first = try PEMDocument.parseMultiple(pemString: pem).first else { return [] }
        let certificate = try Certificate(pemDocument: first)
        return try certificate.extensions.subjectAlternativeNames?.compactMap { name in
            switch name {
            case .dnsName(let name) where !name.hasPrefix("*"): name.lowercased()
            case .ipAddress(let octets) where octets.bytes.count == 4:
                octets.bytes.map(String.init).joined(separator: ".")
            default: nil
            }
        } ?? []
    }

    private static func name(of host: String) -> GeneralName {
        let octets = host.split(separator: ".").compactMap { UInt8($0) }
        guard octets.count == 4, host.split(separator: ".").count == 4 else { return .dnsName(host) }
        return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(octets)))
    }
}
