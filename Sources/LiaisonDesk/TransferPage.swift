// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWords

/// Lets a colleague of the unit read its open threads: what follows is said before, and what came of it after.
struct TransferPage: Page {
    static let template = "transfer"

    struct Colleague: Sendable {
        let address: String
        let units: String
        /// Whether anything can be sealed to them: they have published a key.
        let hasKey: Bool
    }

    struct Row: Sendable {
        let path: String
        let title: String
        let unit: String
        let result: String
    }

    /// What came of it.
    struct Done: Sendable {
        let title: String
        let rows: [Row]
        let isEmpty: Bool
    }

    let colleagues: [Colleague]
    let isAlone: Bool
    let done: Done?

    private init(_ report: (TransferReport, AgentAddress)?, _ session: Session, _ voice: Voice) async throws {
        let language = voice.language
        colleagues = try await session.colleagues().map { colleague in
            Colleague(
                address: colleague.address.description, units: colleague.units.map(voice.name).joined(separator: " ; "),
                hasKey: colleague.hasKey)
        }
        isAlone = colleagues.isEmpty
        done = report.map { report, colleague in
            let count = report.items.count { $0.result == .transferred }
            return Done(
                title: language(
                    "Échanges remis à \(colleague) : \(count)", "Threads handed on to \(colleague): \(count)"),
                rows: report.items.map { item in
                    Row(
                        path: "/transmissions/\(item.id)", title: "\(voice.title(item.kind)), \(item.id)",
                        unit: voice.name(item.unit),
                        result: item.result.text(language))
                }, isEmpty: report.items.isEmpty)
        }
    }

    init(_ session: Session, _ voice: Voice) async throws { try await self.init(nil, session, voice) }

    /// Seals what is open to the colleague, too.
    static func transferring(
        to colleague: AgentAddress, _ session: Session, _ voice: Voice
    ) async throws -> TransferPage {
        let report = try await session.transfer(to: colleague, catalogue: voice.catalogue)
        return try await TransferPage((report, colleague), session, voice)
    }
}

/// No colleague was chosen.
struct MissingColleague: Error {}
