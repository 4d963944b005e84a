// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonDossier
import LiaisonForms
import LiaisonWords
import Testing

/// What a report says, without a dossier.
struct DossierReportTests {
    @Test func whatIsNoDossierIsInvalid() throws {
        let report = DossierReport(unreadable: "too many files")
        #expect(report.verdict == .invalid)
        let check = try #require(report.checks.first)
        #expect(check.name == .container && check.outcome == .fails)
        #expect(check.detail == .container(.notOpened("too many files")))
        #expect(check.detail.text(.fr) == "fichier illisible (code pour l'assistance : too many files)")
        #expect(check.detail.text(.en) == "too many files")
    }
}
