// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// One agent, and what may be changed.
struct PersonPage: Page {
    static let template = "person"
    static let tab: String? = "people"

    struct Post: Sendable {
        let unit: String
        let text: String
        let control: String
    }

    let notices: RegistrarNotices
    let person: PersonItem
    let posts: [Post]
    let hasPosts: Bool
    let units: [Choice]
    let roles: [Choice]
    let reasons: [Choice]
    let today: String
    let last: String

    init(_ address: AgentAddress, _ work: RegistrarAtWork) async throws {
        let registrar = work.registrar
        guard let agent = try registrar.agents().first(where: { $0.address == address }) else {
            throw ClientFailure.registrar(.unknownAgent(address))
        }
        notices = try RegistrarNotices(work)
        let published = try registrar.published()
        let withKeys =
            work.isReachable && published != nil
            ? try await registrar.agentsWithKeys(over: work.relay, now: work.now) : nil
        person = try PersonItem(agent, withKeys: withKeys, published: published, work)
        let present = agent.posts.filter { work.now < $0.notAfter }
        posts = try present.enumerated().map { number, post in
            Post(
                unit: post.unit.description,
                text: try work.name(post.unit)
                    + work.language(", jusqu'au ", ", until ") + work.lastDay(post.notAfter),
                control: "end-\(number)")
        }
        hasPosts = !posts.isEmpty
        units = try Choice.units(work)
        roles = Choice.roles(work.language)
        reasons = RevocationReason.allCases.map {
            Choice(value: $0.rawValue, label: $0.text(work.language), isChosen: false)
        }
        today = DayPeriod.day(work.now, in: .current)
        last = DayPeriod.day(agent.notAfter - 1, in: .current)
    }
}
