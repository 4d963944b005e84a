// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonModel
import LiaisonNotes

/// One unit, and what may be changed.
struct UnitPage: Page {
    static let template = "unit"
    static let tab: String? = "units"

    let notices: RegistrarNotices
    let unit: UnitsPage.Item
    let isAbsent: Bool
    let others: [Choice]
    let hasOthers: Bool
    let standby: [Choice]
    let today: String

    init(_ address: UnitAddress, _ work: RegistrarAtWork) throws {
        let draft = try work.registrar.draft()
        guard let unit = draft.units.first(where: { $0.address == address }) else {
            throw ClientFailure.unknownUnit(address.description)
        }
        notices = try RegistrarNotices(work)
        self.unit = try UnitsPage.Item(unit, draft, work)
        isAbsent = unit.isAbsent(at: work.now)
        others = try Choice.units(work, except: address)
        hasOthers = !others.isEmpty
        standby = try Choice.units(work, except: address, chosen: unit.standbyUnits)
        today = DayPeriod.day(work.now, in: .current)
    }
}
