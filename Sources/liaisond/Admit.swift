// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonWire

struct Admit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit",
        abstract: "Publish a signed convention in the relay's log; a running relay takes it up by itself.")

    @OptionGroup var data: DataOption

    @Argument(help: "The convention, signed by its parties.")
    var file: String

    func run() async throws {
        let directory = data.directory
        let store = try await directory.store()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        let convention = try Unverified<Convention>(parsing: bytes)
        let signer = try directory.logSigner()
        guard convention.claimed.log(signer.name)?.key == signer.privateKey.publicKey else {
            throw ValidationError(
                "the convention does not name this relay's log and key (\(signer.name))\n"
                    + "hint: put the block that liaisond init printed under logs: and sign again")
        }
        let sequencer = Sequencer(
            log: signer, store: store, clock: { .now },
            failed: { FileHandle.standardError.write(Data("store: \($0)\n".utf8)) })
        do {
            guard case .recorded(let index) = try await sequencer.perform(.publishConvention(convention)) else {
                return
            }
            print(
                "convention \(convention.claimed.name) version \(convention.claimed.version) admitted, entry \(index)")
            try await republish(from: directory.file(DataDirectory.archive), sequencer)
        } catch let problem as Problem {
            throw ValidationError("the convention is refused (\(problem.code.rawValue))")
        }
    }

    /// After a restore into a new log: the earlier versions of the convention, rosters and keys of the store that was put
    /// back, as their owners signed them.
    private func republish(from archive: String, _ sequencer: Sequencer) async throws {
        guard FileManager.default.fileExists(atPath: archive), sequencer.directory.rosters.isEmpty else { return }
        for document in try SQLiteRelayStore.documentsInForce(inFile: archive) {
            do {
                switch document.kind {
                case .convention, .succession: continue
                case .roster:
                    let roster = try Unverified<Roster>(parsing: document.note)
                    _ = try await sequencer.perform(.publishRoster(roster, chained: false))
                case .keys:
                    let keys = try Unverified<AgentKeys>(parsing: document.note)
                    _ = try await sequencer.perform(.publishKeys(keys, peer: keys.claimed.by, chained: false))
                }
            } catch {
                print("\(document.subject): not in force under this convention; its owner must publish again")
            }
        }
    }
}
