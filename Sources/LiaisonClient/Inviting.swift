// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonTLS
public import LiaisonVault
public import LiaisonWire

/// Somebody who answered an invitation.
public struct JoinRequest: Sendable {
    public let id: Hash
    public let invitation: Invitation
    public let state: InvitationState
    /// The request, once it came and its code showed that it is from whom the registrar told the words.
    public let possession: Verified<Possession>?
}

/// An invitation that this registrar gave out, with its code.
struct KeptInvitation: Codable {
    /// Base64: a secret.
    var code: String
    var invitation: String
}

extension Registrar {
    // MARK: Inviting

    /// Puts an invitation at the relay and gives the code to read out: nobody else ever learns it.
    public func invite(
        to unit: UnitAddress?, role: String, as name: AgentAddress?, until: Instant?, validFor time: Seconds,
        over relay: any RelayConnection, now: Instant
    ) async throws -> (code: InvitationCode, invitation: Invitation) {
        _ = try Role(role)
        let convention = try convention()
        if let unit, try !units().contains(where: { $0.address == unit }) {
            throw ClientFailure.unknownUnit(unit.description)
        }
        let invitation = Invitation(
            institution: institution, agent: try name ?? nextName(now: now), unit: unit, role: role,
            until: until ?? now + .days(730), expiresAt: now + time, convention: convention.hash,
            key: try signer().noteKey.key)
        let code = InvitationCode.fresh()
        let text = String(decoding: try CanonicalJSON.encode(invitation), as: UTF8.self)
        try vault.put(KeptInvitation(code: Base64.encode(code.bytes), invitation: text), Table.invitation, code.id.hex)
        try await relay.invite(
            InvitationStatus(
                id: code.id, invitation: CodedText(text: text, mac: code.mac(ofInvitation: text)),
                expiresAt: invitation.expiresAt, state: .open, request: nil))
        return (code, invitation)
    }

    /// The next pseudonym that no agent and no open invitation has: `d-01` and on.
    private func nextName(now: Instant) throws -> AgentAddress {
        let invited = try kept().map(\.invitation).filter { $0.expiresAt > now }.map(\.agent)
        let taken = Set(try agents().map(\.address) + invited)
        for number in 1...9999 {
            let local = "d-" + (number < 10 ? "0" : "") + String(number)
            if let name = AgentAddress("\(local)@\(institution)"), !taken.contains(name) { return name }
        }
        throw ClientFailure.registrar(.noPseudonymLeft)
    }

    private func kept() throws -> [(code: InvitationCode, invitation: Invitation, text: String)] {
        try vault.ids(Table.invitation).compactMap { id in
            guard let kept = try vault.value(Table.invitation, id),
                let code = Base64.decode(kept.code).flatMap({ InvitationCode(secret: $0) })
            else { return nil }
            let invitation = try CanonicalJSON.decode(Invitation.self, from: Array(kept.invitation.utf8))
            return (code, invitation, kept.invitation)
        }
    }

    /// The words of an invitation that is still kept, and what it offers.
    public func invitation(_ id: Hash) throws -> (code: InvitationCode, invitation: Invitation)? {
        try kept().first { $0.code.id == id }.map { ($0.code, $0.invitation) }
    }

    // MARK: Deciding

    /// Every invitation of this registrar that the relay still keeps, with what came of it.
    public func requests(over relay: any RelayConnection) async throws -> [JoinRequest] {
        let statuses = try await relay.invitations().invitations
        return try kept().compactMap { kept in
            guard let status = statuses.first(where: { $0.id == kept.code.id }), status.invitation.text == kept.text
            else {
                return nil
            }
            let possession = status.request.flatMap { request -> Verified<Possession>? in
                guard request.mac == kept.code.mac(ofRequest: request.text),
                    let note = try? Unverified<Possession>(parsing: request.text),
                    note.claimed.by == kept.invitation.agent,
                    let key = NoteKey(name: note.claimed.signer, key: note.claimed.key)
                else { return nil }
                return try? note.verified(by: key)
            }
            return JoinRequest(
                id: kept.code.id, invitation: kept.invitation, state: status.state, possession: possession)
        }
    }

    /// Takes the agent into the roster being drafted. `publish` makes it count, `finish` then ends the invitation.
    ///
    /// - Returns: whether there is something to publish; a colleague's signature may have made it count already.
    public func approve(_ request: JoinRequest, now: Instant) throws -> Bool {
        guard let possession = request.possession else { throw ClientFailure.registrar(.noValidRequest) }
        guard try !isEnrolled(request) else { return false }
        try enrol(
            Unverified<Possession>(possession.note), units: [request.invitation.unit].compactMap(\.self),
            role: request.invitation.role, from: now, until: request.invitation.until)
        return true
    }

    /// Whether the roster in force lists the keys of the request already.
    public func isEnrolled(_ request: JoinRequest) throws -> Bool {
        guard let possession = request.possession else { return false }
        return try published()?.agents.contains { $0.key == possession.body.key } == true
    }

    /// Takes back what an approval that was never published did to the draft.
    public func reject(_ request: JoinRequest) throws {
        let standing = try published()?.agents.first { $0.address == request.invitation.agent }
        try change { record in
            record.agents.removeAll { $0.address == request.invitation.agent }
            record.agents = (record.agents + [standing].compactMap(\.self)).sorted { $0.address < $1.address }
        }
    }

    public func finish(_ request: JoinRequest, as state: InvitationState, over relay: any RelayConnection) async throws
    {
        try await relay.close(request.id, as: state)
        try vault.delete(Table.invitation, request.id.hex)
    }
}

extension Account {
    /// Answers an invitation over HTTP, as `join(_:now:openVault:connect:)` says.
    ///
    /// - Parameter url: of the relay, beginning with `https://`.
    public static func join(
        _ code: InvitationCode, over url: String, now: Instant, openVault: () async throws -> Vault
    ) async throws -> Invitation {
        var connections: [HTTPRelayConnection] = []
        let result: Result<Invitation, any Error>
        do {
            result = .success(
                try await join(code, now: now, openVault: openVault) { log, identity in
                    let made = try HTTPRelayConnection(url: url, log: log, as: identity)
                    connections.append(made)
                    return made
                })
        } catch {
            result = .failure(error)
        }
        for connection in connections { await connection.close() }
        return try result.get()
    }

    /// Answers an invitation: makes an agent's vault and keys, proves their possession, and asks.
    ///
    /// The relay is believed nothing. The invitation proves itself by its code; it names the institution's key and the
    /// convention, which names the relay's certificate: only then is the request sent, over a connection that leads there.
    ///
    /// - Parameters:
    ///   - openVault: called once the invitation holds; until then nothing is made.
    ///   - connect: with nil, a connection whose certificate nothing is known of yet.
    public static func join(
        _ code: InvitationCode, now: Instant, openVault: () async throws -> Vault,
        connect: (LogDescription?, TLSIdentity) throws -> any RelayConnection
    ) async throws -> Invitation {
        let stranger = try TLSIdentity(name: "join", purpose: .client, notBefore: now - 3600, lifetime: 86_400)
        let offered = try await connect(nil, stranger).invitation(code.id)
        let text = offered.invitation.text
        guard offered.invitation.mac == code.mac(ofInvitation: text) else {
            throw ClientFailure.broken(.invitationRefused)
        }
        let invitation = try CanonicalJSON.decode(Invitation.self, from: Array(text.utf8))
        let convention = try Unverified<Convention>(parsing: offered.convention)
        guard invitation.expiresAt > now, convention.note.hash == invitation.convention,
            let pin = NoteKey(name: invitation.institution.description, key: invitation.key),
            (try? convention.verifiedByItsParties()) != nil,
            let party = convention.claimed.party(invitation.institution), let log = convention.claimed.log(party.log)
        else { throw ClientFailure.broken(.invitationRefused) }
        let vault = try await openVault()
        let possession: Verified<Possession>
        if let account = try? Account(vault: vault) {
            // An earlier attempt whose answer was lost: the same keys ask again.
            guard account.record.address == invitation.agent else { throw VaultFailure.exists(vault.path) }
            possession = try account.possession()
        } else {
            possession = try create(
                in: vault, address: invitation.agent, convention: convention, now: now, pin: pin)
        }
        let request = possession.note.serialized
        try await connect(log, try vault.identity()).request(
            code.id, CodedText(text: request, mac: code.mac(ofRequest: request)))
        return invitation
    }
}
