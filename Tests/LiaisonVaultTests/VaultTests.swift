// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import GRDB
import LiaisonNotes
import LiaisonTestKit
import LiaisonVault
import Testing

struct VaultTests {
    private static let form = VaultTable<String>("form")

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
        try vault.put("Alpha TESTARD", Self.form, "one")
        try vault.putSecret(GuardedBytes(copying: [1, 2, 3]), "key")
    }

    @Test func keepsWhatWasPutIn() throws {
        try create()
        let vault = try open()
        #expect(try vault.value(Self.form, "one") == "Alpha TESTARD")
        #expect(try vault.secret("key")?.withCopy { $0 } == [1, 2, 3])
        #expect(try vault.ids(Self.form) == ["one"])
        try vault.delete(Self.form, "one")
        #expect(try vault.value(Self.form, "one") == nil)
    }

    @Test func nothingIsReadableWithoutThePassphrase() throws {
        try create()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            let data = try #require(FileManager.default.contents(atPath: "\(path)/\(name)"))
            #expect(data.range(of: Data("TESTARD".utf8)) == nil)
        }
        #expect(throws: VaultFailure.wrongPassphrase) { try open("Essai") }
        #expect(try open().value(Self.form, "one") == "Alpha TESTARD")
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
            try vault.put("Alpha TESTARD", Self.form, "one")
        }
        #expect(try open().value(Self.form, "one") == "Alpha TESTARD")
        let data = try #require(FileManager.default.contents(atPath: file))
        #expect(data.range(of: Data("\"memory\":67108864".utf8)) != nil)
        #expect(data.range(of: Data("\"memory\":8388608".utf8)) == nil)
        #expect(try open().value(Self.form, "one") == "Alpha TESTARD")
    }

    @Test func aNewPassphraseReplacesTheOld() throws {
        try create()
        try open().change(passphrase: passphrase("autre"))
        #expect(throws: VaultFailure.wrongPassphrase) { try open() }
        #expect(try open("autre").value(Self.form, "one") == "Alpha TESTARD")
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
            _ = try vault.value(Self.form, "one")
        }
        #expect(FileManager.default.contents(atPath: file) == cut)
        try whole.write(to: URL(fileURLWithPath: file))
        #expect(try open().value(Self.form, "one") == "Alpha TESTARD")
    }

    @Test func rowsCannotBeSwapped() throws {
        try create()
        let vault = try open()
        try vault.put("other", Self.form, "two")
        // What somebody with write access to the file could do.
        try DatabaseQueue(path: file).write { database in
            try database.execute(
                sql: "UPDATE rows SET sealed = (SELECT sealed FROM rows ORDER BY number DESC LIMIT 1) WHERE number = 1")
        }
        #expect(throws: VaultFailure.damaged("row form")) { try vault.value(Self.form, "one") }
    }

    @Test func aMissingVaultAndASecondOneAreSaid() throws {
        #expect(throws: VaultFailure.missing(path)) { try open() }
        try create()
        #expect(throws: VaultFailure.exists(path)) { try Vault.create(at: path, passphrase: passphrase()) }
    }

    // MARK: Rows

    /// Nothing of what rows are, of whom and of which transmission stands in the file.
    @Test func namesDoNotStandInClear() throws {
        do {
            let vault = try Vault.create(at: path, passphrase: passphrase())
            try vault.write { vault in
                try vault.put(
                    "x", VaultTable<String>("received"), "0b4f6c9e-1111-4222-8333-444455556666",
                    folder: "iscg-est@avema01")
            }
        }
        let data = try #require(FileManager.default.contents(atPath: file))
        for name in ["received", "0b4f6c9e", "iscg-est", "avema01"] { #expect(data.range(of: Data(name.utf8)) == nil) }
    }

    @Test func rowsOfAFolderComeByTheirPlaces() throws {
        let vault = try Vault.create(at: path, passphrase: passphrase())
        let table = VaultTable<Int>("numbers")
        try vault.write { vault in
            for number in [3, 1, 2] { try vault.put(number, table, "\(number)", folder: "a", place: number) }
            try vault.put(9, table, "9", folder: "b", place: 9)
            try vault.put(8, VaultTable<Int>("others"), "8", folder: "c", place: 8)
        }
        try vault.read { vault in
            #expect(try vault.all(table, folder: "a").map(\.value) == [1, 2, 3])
            #expect(try vault.count(table, folder: "a") == 3 && vault.count(table) == 4)
            #expect(try vault.all(table).map(\.value) == [1, 2, 3, 9])
            var last: [String] = []
            try vault.each(table, folder: "a", newestFirst: true, places: 0...2) { row in
                last.append(row.id)
                return last.count < 1
            }
            #expect(last == ["2"])
        }
        try vault.write { vault in
            try vault.put(1, table, "1", folder: "b", place: 10)
            try vault.delete(folder: "a")
        }
        #expect(try vault.read { try $0.all(table, folder: "b").map(\.value) } == [9, 1])
        #expect(try vault.ids(table) == ["1", "9"])
    }

    private struct Broken: Error {}

    @Test func aTransactionIsWholeOrNothing() throws {
        let vault = try Vault.create(at: path, passphrase: passphrase())
        #expect(throws: Broken.self) {
            try vault.write { vault in
                try vault.put("Alpha TESTARD", Self.form, "one")
                throw Broken()
            }
        }
        #expect(try vault.value(Self.form, "one") == nil)
    }

    // MARK: Earlier versions

    /// A vault that the program of November 2026 made for an agent of the demonstration: it opens, keeps everything, and says
    /// no more in clear than a new one.
    @Test func aVaultOfVersion1IsBroughtOver() throws {
        let old = "\(Programs.root)/Tests/Fixtures/vault-1"
        let phrase = try String(contentsOfFile: "\(old)/passphrase", encoding: .utf8).trimmingCharacters(in: .newlines)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(old)/vault.sqlite", toPath: file)
        #expect(throws: VaultFailure.wrongPassphrase) { try open() }
        let before = try #require(FileManager.default.contents(atPath: file))
        #expect(before.range(of: Data("iscg-est@avema01".utf8)) != nil)
        for _ in 1...2 {
            let vault = try open(phrase)
            #expect(
                try vault.value(VaultTable<String>("convention"), "current")?.hasPrefix("liaison/convention/v1\n")
                    == true)
            #expect(try vault.secret("signing")?.count == 32)
            #expect(try vault.ids(VaultTable<String>("sent")).count == 2)
            #expect(try vault.ids(VaultTable<String>("line")) == ["avema01", "cd01", "ggd01", "tj01"])
        }
        let after = try #require(FileManager.default.contents(atPath: file))
        for name in ["received", "avema01", "ggd01", "publication"] {
            #expect(after.range(of: Data(name.utf8)) == nil, "\(name)")
        }
    }

    /// One row that does not authenticate, and the vault stays as it was.
    @Test func aDamagedVaultOfVersion1IsNotHalfBroughtOver() throws {
        let old = "\(Programs.root)/Tests/Fixtures/vault-1"
        let phrase = try String(contentsOfFile: "\(old)/passphrase", encoding: .utf8).trimmingCharacters(in: .newlines)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(old)/vault.sqlite", toPath: file)
        try DatabaseQueue(path: file).write { database in
            try database.execute(sql: "UPDATE items SET sealed = zeroblob(100) WHERE class = 'sent'")
        }
        #expect(throws: VaultFailure.damaged("row sent")) { try open(phrase) }
        #expect(try DatabaseQueue(path: file).read { try $0.tableExists("items") })
        #expect(try DatabaseQueue(path: file).read { try !$0.tableExists("rows") })
    }
}
