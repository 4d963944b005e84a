// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonNotes
import LiaisonTestKit
import LiaisonVault
import Testing

struct VaultTests {
    private let directory: TemporaryDirectory
    private var path: String { "\(directory.path)/vault" }
    private var file: String { "\(path)/\(Vault.fileName)" }

    init() throws { directory = try TemporaryDirectory() }

    private func passphrase(_ text: String = "essai") throws -> GuardedBytes {
        try GuardedBytes(copying: Array(text.utf8))
    }

    private func open(_ text: String = "essai") throws -> Vault {
        try Vault.open(at: path, passphrase: passphrase(text), patience: 0.1)
    }

    private func create() throws {
        let vault = try Vault.create(at: path, passphrase: passphrase())
        try vault.put(value: "Alpha TESTARD", "form", "one")
        try vault.put(GuardedBytes(copying: [1, 2, 3]), "secret", "key")
    }

    @Test func keepsWhatWasPutIn() throws {
        try create()
        let vault = try open()
        #expect(try vault.value(String.self, "form", "one") == "Alpha TESTARD")
        #expect(try vault.secret("secret", "key")?.withCopy { $0 } == [1, 2, 3])
        #expect(try vault.ids("form") == ["one"])
        try vault.delete("form", "one")
        #expect(try vault.value(String.self, "form", "one") == nil)
    }

    @Test func nothingIsReadableWithoutThePassphrase() throws {
        try create()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            let data = try #require(FileManager.default.contents(atPath: "\(path)/\(name)"))
            #expect(data.range(of: Data("TESTARD".utf8)) == nil)
        }
        #expect(throws: VaultFailure.wrongPassphrase) { try open("Essai") }
        #expect(try open().value(String.self, "form", "one") == "Alpha TESTARD")
    }

    @Test func oneProcessAtATime() throws {
        try create()
        let holder = try open()
        #expect(throws: VaultFailure.inUse) { try open() }
        withExtendedLifetime(holder) {}
    }

    @Test func theHeaderSaysAtLeast64MiB() throws {
        try create()
        let data = try #require(FileManager.default.contents(atPath: file))
        #expect(data.range(of: Data("\"memory\":67108864".utf8)) != nil)
        #expect(data.range(of: Data("argon2id13".utf8)) != nil)
    }

    @Test func weakerCostsAreRaisedWhenTheVaultIsOpened() throws {
        let weak = KeyDerivation(operations: 1, memory: 8 << 20, salt: Base64.encode([UInt8](repeating: 1, count: 16)))
        do {
            let vault = try Vault.create(at: path, passphrase: passphrase(), derivation: weak)
            try vault.put(value: "Alpha TESTARD", "form", "one")
        }
        #expect(try open().value(String.self, "form", "one") == "Alpha TESTARD")
        let data = try #require(FileManager.default.contents(atPath: file))
        #expect(data.range(of: Data("\"memory\":67108864".utf8)) != nil)
        #expect(data.range(of: Data("\"memory\":8388608".utf8)) == nil)
        #expect(try open().value(String.self, "form", "one") == "Alpha TESTARD")
    }

    @Test func aNewPassphraseReplacesTheOld() throws {
        try create()
        try open().change(passphrase: passphrase("autre"))
        #expect(throws: VaultFailure.wrongPassphrase) { try open() }
        #expect(try open("autre").value(String.self, "form", "one") == "Alpha TESTARD")
    }

    /// Cut anywhere: a clear failure, and the file is as it was.
    @Test(arguments: [0, 1, 99, 100, 4096, 5000, 8192])
    func aTruncatedFileIsSaidAndNotTouched(length: Int) throws {
        try create()
        let whole = try #require(FileManager.default.contents(atPath: file))
        let cut = whole.prefix(length)
        try cut.write(to: URL(fileURLWithPath: file))
        #expect(throws: VaultFailure.self) {
            let vault = try open()
            _ = try vault.value(String.self, "form", "one")
        }
        #expect(FileManager.default.contents(atPath: file) == cut)
        try whole.write(to: URL(fileURLWithPath: file))
        #expect(try open().value(String.self, "form", "one") == "Alpha TESTARD")
    }

    @Test func rowsCannotBeSwapped() throws {
        try create()
        let vault = try open()
        try vault.put(value: "other", "form", "two")
        // What somebody with write access to the file could do.
        try DatabaseQueue(path: file).write { database in
            try database.execute(
                sql: """
                    UPDATE items SET sealed = (SELECT sealed FROM items WHERE class = 'form' AND id = 'two')
                    WHERE class = 'form' AND id = 'one'
                    """)
        }
        #expect(throws: VaultFailure.damaged("item form")) { try vault.value(String.self, "form", "one") }
    }

    @Test func aMissingVaultAndASecondOneAreSaid() throws {
        #expect(throws: VaultFailure.missing(path)) { try open() }
        try create()
        #expect(throws: VaultFailure.exists(path)) { try Vault.create(at: path, passphrase: passphrase()) }
    }
}
