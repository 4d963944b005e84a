// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonLedger
import LiaisonNotes
import LiaisonTestKit
import LiaisonWitness
import Testing

/// A stand has what a witness is made of: a directory, a clock, a key, and the log that it vouches for.
struct Stand: Sendable {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let signer: CosignatureSigner
    let log: TestLog

    init() throws {
        directory = try TemporaryDirectory()
        signer = try Fixture.unwrap(CosignatureSigner(name: "temoin.example/1", privateKey: Fixture.key("witness")))
        log = try TestLog()
    }

    /// Opens a witness over what the directory holds. The directory stays for as long as the witness does.
    ///
    /// - Parameter logs: When there are none, the witness vouches for `log` alone.
    func witness(isNew: Bool = false, of logs: [TestLog] = []) throws -> Witness {
        let keys = try (logs.isEmpty ? [log] : logs).map { try $0.signer.noteKey }
        return Witness(
            signer: signer, store: try WitnessStore(directory: directory.path, isNew: isNew), logs: keys,
            clock: { [clock = self.clock, directory = self.directory] in
                withExtendedLifetime(directory) { clock.now }
            })
    }

    /// Makes a new witness and has it cosign the tree of `size` entries.
    func witness(holding size: Int) throws -> Witness {
        let new = try witness(isNew: true)
        let line = try new.add(log.request(from: 0, to: size)).line
        _ = try #require(line)
        return new
    }

    /// Puts `line` behind the checkpoint of the tree of `size` entries, as a log does.
    func note(_ size: Int, with line: String) throws -> SignedNote {
        try SignedNote(parsing: log.note(size) + line, limit: Checkpoint.maximumSize)
    }

    /// Checks that a witness holds the tree of `size` entries: by its own word, and by what it then cosigns, the tree
    /// that has five entries more.
    func check(
        _ witness: Witness, holds size: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let held = try witness.latest(of: log.origin)
        #expect(held == log.note(size), sourceLocation: sourceLocation)
        let (ruling, line) = try witness.add(log.request(from: size, to: size + 5))
        #expect(ruling == .cosign(log.signed(size + 5)), sourceLocation: sourceLocation)
        #expect(line != nil, sourceLocation: sourceLocation)
    }
}
