// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonClient
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonVault
import Testing

/// What a registrar may change of a unit at any time, by command or at the desk.
struct UnitDetailsTests {
    private let directory: TemporaryDirectory
    private let registrar: Registrar
    private let unit: UnitAddress

    init() throws {
        directory = try TemporaryDirectory()
        let vault = try Vault.create(
            at: "\(directory.path)/registrar", passphrase: World.passphrase(), derivation: World.cheapDerivation())
        _ = try Registrar.create(in: vault, institution: Fixture.institution("ggd01"), now: Fixture.start)
        registrar = try Registrar(vault: vault)
        unit = try Fixture.unit("bta-montluel@ggd01")
        for unit in try Fixture.roster("ggd01", agents: []).units { try registrar.put(unit) }
    }

    private var known: LiaisonModel.Unit {
        get throws { try #require(try registrar.units().first { $0.address == unit }) }
    }

    private static let morning = OpeningHours(day: 1, from: 540, to: 720, weeks: .all)
    private static let evening = OpeningHours(day: 2, from: 1020, to: 1140, weeks: .odd)

    private static func details(
        name: String = "Brigade d'essai", town: String = "Ville-Fictive", phone: String = "04 65 71 00 01",
        dutyPhone: String? = "17", opening: [OpeningHours] = [morning, evening]
    ) -> UnitDetails {
        UnitDetails(name: name, town: town, phone: phone, dutyPhone: dutyPhone, opening: opening)
    }

    @Test func theyChangeAndNothingElseDoes() throws {
        let other = try #require(try registrar.units().map(\.address).first { $0 != unit })
        try registrar.set(Absence(reason: .vacancy, substitutes: [other]), of: unit)
        try registrar.set(standby: [other], of: unit)
        let before = try known
        try registrar.set(Self.details(), of: unit)
        var expected = before
        expected.name = "Brigade d'essai"
        expected.town = "Ville-Fictive"
        expected.phone = "04 65 71 00 01"
        expected.dutyPhone = "17"
        expected.opening = [Self.morning, Self.evening]
        #expect(try known == expected)
    }

    /// A roster in which nothing is new would be published, and read by everybody, for nothing.
    @Test func theSameHoursInAnotherOrderChangeNothing() throws {
        try registrar.set(Self.details(), of: unit)
        let before = try known
        try registrar.set(Self.details(opening: [Self.evening, Self.morning]), of: unit)
        #expect(try known == before)
    }

    @Test(arguments: [
        (details(name: " "), UnitDetails.Field.name, UnitDetails.Problem.missing),
        (details(name: "Brigade\u{202E}"), .name, .unseenCharacters),
        (details(name: "Brigade\nde Gex"), .name, .unseenCharacters),
        (details(name: String(repeating: "a", count: 201)), .name, .tooLong(limit: 200)),
        (details(town: ""), .town, .missing),
        (details(phone: "04 65 71 00"), .phone, .noTelephoneNumber("04 65 71 00")),
        (details(phone: ""), .phone, .missing),
        (details(dutyPhone: "dix-sept"), .dutyPhone, .noTelephoneNumber("dix-sept")),
        (
            details(opening: [OpeningHours(day: 1, from: 720, to: 540, weeks: .all)]), .opening,
            .hoursEndBeforeTheyBegin
        ),
        (
            details(opening: (0..<101).map { OpeningHours(day: 1, from: $0, to: $0 + 1, weeks: .all) }), .opening,
            .tooManyHours(limit: 100)
        )
    ])
    func whatWillNotDoIsRefused(details: UnitDetails, field: UnitDetails.Field, problem: UnitDetails.Problem) throws {
        let before = try registrar.draft()
        let findings = [UnitDetails.Finding(field, problem)]
        #expect(throws: ClientFailure.registrar(.unitRefused(findings))) { try registrar.set(details, of: unit) }
        #expect(try registrar.draft() == before)
    }

    /// What a command puts into the roster is held to the same.
    @Test func aUnitThatWillNotDoIsNotPut() throws {
        var unit = try known
        unit.phone = "?"
        #expect(throws: ClientFailure.registrar(.unitRefused([.init(.phone, .noTelephoneNumber("?"))]))) {
            try registrar.put(unit)
        }
    }

    @Test func whatChangedIsNamed() {
        #expect(Self.details().changed(from: Self.details(opening: [Self.evening, Self.morning])).isEmpty)
        #expect(
            Self.details(name: "Autre", dutyPhone: nil, opening: []).changed(from: Self.details()) == [
                .name, .dutyPhone, .opening
            ])
    }

    @Test func hoursWithoutADutyLineLeaveNobodyToCall() {
        #expect(Self.details(dutyPhone: nil).isUnreachableWhenClosed)
        #expect(!Self.details(dutyPhone: nil, opening: []).isUnreachableWhenClosed)
        #expect(!Self.details().isUnreachableWhenClosed)
    }

    /// Whom senders would call is told to whoever signs, and not only that something changes.
    @Test func aRosterSaysWhatItTellsOfAUnit() throws {
        let before = try registrar.draft()
        let old = UnitDetails(try known)
        let new = Self.details()
        try registrar.set(new, of: unit)
        let changes = RosterDifference.Change.details(new, from: old, of: unit)
        #expect(try registrar.changes(from: before) == [changes])
        try registrar.set(Absence(reason: .vacancy, substitutes: []), of: unit)
        #expect(try registrar.changes(from: before) == [.changes(.unit(unit)), changes])
    }
}

extension Registrar {
    fileprivate func changes(from known: Roster) throws -> [RosterDifference.Change] {
        let changed = try draft()
        try restore(known)
        defer { try? restore(changed) }
        return try changes(to: changed).changes
    }
}
