// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonNotes
import LiaisonSQLiteStore
import LiaisonStores

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Re-derive the whole log from the store and say where it differs.")

    @OptionGroup var data: DataOption

    func run() async throws {
        let directory = data.directory
        let report = try await directory.store().verify(log: directory.logSigner().noteKey)
        for finding in report.findings { print(finding) }
        print(
            "\(report.entries) entries, \(report.checkpoints) checkpoints, "
                + (report.findings.isEmpty ? "no differences" : "\(report.findings.count) differences"))
        if !report.findings.isEmpty { throw ExitCode(1) }
    }
}
