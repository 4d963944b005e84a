// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

/// The form of an invitation.
struct InvitePage: Page {
    static let template = "invite"
    static let tab: String? = "people"

    let units: [Choice]
    let roles: [Choice]
    let duties: [Choice]
    let today: String
    let until: String

    init(_ work: RegistrarAtWork) throws {
        units = try Choice.units(work)
        roles = Choice.roles(work.language)
        duties = Duty.allCases.map { Choice(value: $0.rawValue, label: $0.text(work.language), isChosen: false) }
        today = DayPeriod.day(work.now, in: .current)
        until = DayPeriod.day(work.now + .days(730) - 1, in: .current)
    }
}

/// The nine words, once.
struct InvitedPage: Page {
    static let template = "invited"
    static let tab: String? = "people"

    let agent: String
    let what: String
    let words: [String]
    let until: String
    let relay: String

    init(_ id: Hash, _ handover: Handover, _ work: RegistrarAtWork) throws {
        guard let kept = try work.registrar.invitation(id) else { throw MissingAnswer.invitation }
        guard handover.take(unseen: id) else { throw MissingAnswer.shown }
        agent = kept.invitation.agent.description
        what = try kept.invitation.unit.map(work.name) ?? work.registrar.institution.description
        words = kept.code.words
        until = LocalTime(.current).near(kept.invitation.expiresAt, now: work.now, work.language)
        relay = try work.registrar.log().url
    }
}
