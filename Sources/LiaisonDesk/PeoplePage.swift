// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// An agent in the roster, as a registrar sees them.
struct PersonItem: Sendable {
    let address: String
    let path: String
    let posts: [String]
    let keys: String
    /// Why the person reads nothing, or what of it is not in force yet.
    let notes: [String]
    let isInForce: Bool
    /// When the first of the posts ends that end soon.
    let ending: [String]

    /// How long before its end a post is spoken of.
    private static let soon: Seconds = .days(60)

    init(_ agent: Agent, withKeys: Set<AgentAddress>?, published: Roster?, _ work: RegistrarAtWork) throws {
        let (language, now) = (work.language, work.now)
        address = agent.address.description
        path = "/agents/\(agent.address)"
        isInForce = agent.revocation == nil && now < agent.notAfter
        let present = agent.posts.filter { now < $0.notAfter }
        posts =
            try present.map { post in
                try work.name(post.unit) + language(", ", ", ") + post.role.text(language)
                    + language(" : du \(work.day(post.notBefore)) au ", ": from \(work.day(post.notBefore)) to ")
                    + work.lastDay(post.notAfter)
            }
            + agent.duties.map { duty in
                duty.text(language)
                    + language(" : du \(work.day(agent.notBefore)) au ", ": from \(work.day(agent.notBefore)) to ")
                    + work.lastDay(agent.notAfter)
            }
        keys =
            withKeys.map { known in
                known.contains(agent.address)
                    ? language("publiées", "published")
                    : agent.posts.isEmpty
                        ? language("aucune", "none")
                        : language(
                            "aucune encore : sa première commande les publie",
                            "none yet: their first command publishes them")
            } ?? language("inconnues, relais injoignable", "unknown, relay unreachable")
        let known = published?.agents.first { $0.address == agent.address }
        notes = [
            agent.revocation.map {
                language("Accès retiré le ", "Access ended ") + work.day($0.at)
                    + language(", motif : ", ", reason: ") + $0.reason.text(language)
            },
            agent.revocation == nil && agent.notAfter <= now
                ? language("Habilitation finie le ", "Authorization ended ") + work.lastDay(agent.notAfter) : nil,
            isInForce && present.isEmpty && agent.duties.isEmpty
                ? language("Aucun poste : ne lit rien", "No post: reads nothing") : nil,
            known == nil
                ? language("Pas encore publié : ne compte pas encore", "Not published yet: does not count yet")
                : known?.key != agent.key || known?.revocation != agent.revocation
                    ? language("Modification pas encore publiée", "Change not published yet") : nil
        ].compactMap(\.self)
        ending =
            isInForce
            ? try present.filter { $0.notAfter - now < Self.soon }.map { post in
                try language(
                    "\(agent.address) : poste dans \(work.name(post.unit)), jusqu'au \(work.lastDay(post.notAfter)).",
                    "\(agent.address): post in \(work.name(post.unit)), until \(work.lastDay(post.notAfter)).")
            } : []
    }
}

/// An invitation that is not ended, as a registrar sees it.
struct RequestItem: Sendable {
    let path: String
    let agent: String
    let what: String
    let state: String
    /// Whether it waits for the registrar's word.
    let isWaiting: Bool
    let isForeign: Bool

    init(_ request: JoinRequest, _ work: RegistrarAtWork) throws {
        let (language, invitation) = (work.language, request.invitation)
        path = "/requests/\(request.id.hex)"
        agent = invitation.agent.description
        let role =
            PostRole(rawValue: invitation.role)?.text(language) ?? Duty(rawValue: invitation.role)?.text(language)
            ?? invitation.role
        what =
            try (invitation.unit.map { try work.name($0) + ", " } ?? "") + role
            + language(", jusqu'au ", ", until ") + work.lastDay(invitation.until)
        isWaiting = request.state == .requested
        isForeign = isWaiting && request.possession == nil
        let isDrafted = try work.registrar.agents().contains { $0.key == request.possession?.body.key }
        state =
            switch request.state {
            case .open:
                language("Pas encore de réponse ; le code vaut jusqu'au ", "No answer yet; the code is good until ")
                    + LocalTime(.current).near(invitation.expiresAt, now: work.now, language)
            case .requested where isForeign:
                language(
                    "ATTENTION : demande faite par quelqu'un d'autre, à refuser",
                    "WARNING: somebody else's request, to be refused")
            case .requested where try work.registrar.isEnrolled(request):
                language(
                    "Inscription publiée : il reste à clore l'invitation",
                    "Published: the invitation is still to be ended")
            case .requested where isDrafted:
                language(
                    "Inscrite dans votre brouillon, pas encore publiée", "In your draft, not published yet")
            case .requested: language("Demande valable, à approuver", "Valid request, to be approved")
            case .approved: language("Approuvée", "Approved")
            case .rejected: language("Refusée", "Refused")
            }
    }
}

/// The people of the institution: who asks to come in, whose post ends, who has a post where.
struct PeoplePage: Page {
    static let template = "people"
    static let tab: String? = "people"

    let notices: RegistrarNotices
    let requests: [RequestItem]
    let hasRequests: Bool
    let ending: [String]
    let hasEnding: Bool
    let people: [PersonItem]
    let isEmpty: Bool
    let former: [PersonItem]
    let hasFormer: Bool

    init(_ work: RegistrarAtWork) async throws {
        notices = try RegistrarNotices(work)
        let registrar = work.registrar
        var withKeys: Set<AgentAddress>?
        if work.isReachable {
            requests = try await registrar.requests(over: work.relay).filter { [.open, .requested].contains($0.state) }
                .sorted { $0.invitation.agent < $1.invitation.agent }
                .map { try RequestItem($0, work) }
                .sorted { $0.isWaiting && !$1.isWaiting }
            if try registrar.published() != nil {
                withKeys = try await registrar.agentsWithKeys(over: work.relay, now: work.now)
            }
        } else {
            requests = []
        }
        let published = try registrar.published()
        let all = try registrar.agents().map {
            try PersonItem($0, withKeys: withKeys, published: published, work)
        }
        people = all.filter(\.isInForce)
        former = all.filter { !$0.isInForce }
        ending = people.flatMap(\.ending)
        (hasRequests, hasEnding) = (!requests.isEmpty, !ending.isEmpty)
        (isEmpty, hasFormer) = (people.isEmpty, !former.isEmpty)
    }
}
