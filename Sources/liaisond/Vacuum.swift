// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import LiaisonStores

struct Vacuum: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Rewrite the store, so that no page holds a trace of what was erased; submissions wait meanwhile.")

    @OptionGroup var data: DataOption

    func run() async throws { try await data.directory.store().vacuum() }
}
