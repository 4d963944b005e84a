// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonModel

@main
struct Liaisond: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "liaisond",
        abstract: "The relay: takes sealed transmissions, hands them over and proves what happened.",
        version: Product.version,
        subcommands: [
            Init.self, Serve.self, Admit.self, Verify.self, Backup.self, Restore.self, Migrate.self, Vacuum.self
        ])

    static func main() async {
        // Keys, store and backups: for this user only.
        umask(0o077)
        await main(nil)
    }
}

/// The directory that holds a relay's keys, configuration and store.
struct DataOption: ParsableArguments {
    @Option(name: .customLong("data"), help: "The relay's data directory.")
    var path: String

    var directory: DataDirectory { DataDirectory(path: path) }
}
