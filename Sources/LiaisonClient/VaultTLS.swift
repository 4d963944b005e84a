// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
import LiaisonNotes
public import LiaisonTLS
import LiaisonVault

/// The TLS identity that an agent's or a registrar's vault shows to a relay.
extension Vault {
    private static let secretID = "tls"
    private static let certificateID = "self"

    func put(_ identity: TLSIdentity) throws {
        var pem = Array(identity.privateKeyPEM.utf8)
        try putSecret(GuardedBytes(moving: &pem), Self.secretID)
        try put(identity.certificatePEM, Table.certificate, Self.certificateID)
    }

    func identity() throws -> TLSIdentity {
        guard let certificate = try value(Table.certificate, Self.certificateID),
            let key = try secret(Self.secretID)
        else { throw VaultFailure.damaged("TLS identity") }
        return try key.withCopy { key in
            try TLSIdentity(certificatePEM: certificate, privateKeyPEM: String(decoding: key, as: UTF8.self))
        }
    }

    func connect(to log: LogDescription, events: ConnectionEvents = .init()) throws -> HTTPRelayConnection {
        try HTTPRelayConnection(url: log.url, log: log, as: identity(), events: events)
    }
}

extension HTTPRelayConnection {
    /// A connection to a log's relay, or with nil to one of which only the address is known.
    public init(
        url: String, log: LogDescription?, as identity: TLSIdentity, events: ConnectionEvents = .init()
    ) throws {
        try self.init(
            url: log?.url ?? url, roots: log.map { $0.tlsRoots.compactMap(Base64.decode) },
            certificatePEM: identity.certificatePEM, privateKeyPEM: Array(identity.privateKeyPEM.utf8),
            events: events)
    }
}
