// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// What is published and what is not, and what a second registrar has to sign.
struct RosterPage: Page {
    static let template = "roster"
    static let tab: String? = "roster"

    let notices: [String]
    let inForce: String
    let changes: [String]
    let hasChanges: Bool
    let warnings: [String]
    let hasWarnings: Bool
    let needsSecond: Bool
    let canPublish: Bool

    init(_ work: RegistrarAtWork) throws {
        let (language, registrar) = (work.language, work.registrar)
        notices = try RegistrarNotices(work).lines
        let published = try registrar.published()
        inForce =
            published.map {
                language("version \($0.version), signée ", "version \($0.version), signed ")
                    + LocalTime(.current).near($0.issuedAt, now: work.now, language)
            } ?? language("aucune liste n'est publiée", "no roster is published")
        let difference = try registrar.unpublished(now: work.now)
        hasChanges = !difference.changes.isEmpty
        changes = hasChanges ? difference.lines(language).dropFirst().map { String($0.dropFirst(2)) } : []
        warnings =
            try registrar.lastReaders(now: work.now).flatMap { $0.text(waiting: nil, language).split(separator: "\n") }
            .map { String($0).asSentence }
        hasWarnings = !warnings.isEmpty
        needsSecond = try registrar.signaturesNeeded(now: work.now) > 1
        canPublish = work.isReachable
    }
}
