// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonWire

struct Admit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a signed convention in the relay's log; a running relay takes it up by itself.")

    @OptionGroup var data: DataOption

    @Argument(help: "The convention, signed by its parties.")
    var file: String

    func run() async throws {
        let directory = data.directory
        let store = try directory.store()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        let convention = try Unverified<Convention>(parsing: bytes)
        let signer = try directory.logSigner()
        guard convention.claimed.log(signer.name)?.key == signer.privateKey.publicKey else {
            throw ValidationError(
                "the convention does not name this relay's log and key (\(signer.name))\n"
                    + "hint: put the block that liaisond init printed under logs: and sign again")
        }
        let sequencer = Sequencer(
            log: signer, store: store, clock: { Int(Date().timeIntervalSince1970) },
            failed: { FileHandle.standardError.write(Data("store: \($0)\n".utf8)) })
        do {
            guard case .recorded(let index) = try await sequencer.perform(.publishConvention(convention)) else {
                return
            }
            print(
                "convention \(convention.claimed.name) version \(convention.claimed.version) admitted, entry \(index)")
        } catch let problem as Problem {
            throw ValidationError("the convention is refused (\(problem.code.rawValue))")
        }
    }
}
