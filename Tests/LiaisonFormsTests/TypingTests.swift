// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWords
import Testing

/// What is typed is what is meant. Now is 28 May 2026, 22:26:40 in Paris, unless a test says otherwise.
struct TypingTests {
    private static let now: Instant = 1_780_000_000
    private let catalogue: FormCatalogue
    private let paris: TimeZone

    init() throws {
        catalogue = FormCatalogue.shipped
        paris = try #require(TimeZone(identifier: "Europe/Paris"))
    }

    private func field(_ name: String) throws -> FieldDefinition { try #require(catalogue.fields[name]) }

    private func parse(
        _ name: String, _ text: String, now: Instant = TypingTests.now, _ language: Language = .fr
    ) throws -> FieldValue {
        try field(name).parse(text, at: TypedContext(now: now, zone: paris, language: language))
    }

    /// Why `text` is not taken; nil when it is.
    private func refusal(_ name: String, _ text: String) throws -> TypingFailure? {
        do {
            _ = try parse(name, text)
            return nil
        } catch let failure as TypingFailure {
            return failure
        }
    }

    // MARK: Telephones

    @Test(arguments: [
        ("0639980001", "06 39 98 00 01"), ("06.39.98.00.01", "06 39 98 00 01"), ("06-39-98-00-01", "06 39 98 00 01"),
        ("01 99 00 12 34", "01 99 00 12 34"), ("+33639980001", "+33 6 39 98 00 01"),
        ("+33 6 39 98 00 01", "+33 6 39 98 00 01"), ("0033 6 39 98 00 01", "+33 6 39 98 00 01"),
        ("0262 99 00 01", "02 62 99 00 01"), ("+262 692 99 00 01", "+262 692 99 00 01"),
        ("+687 25 00 01", "+687 25 00 01"), ("+41 22 999 00 01", "+41 229 99 00 01"),
        ("+1 202 555 0100", "+1 20 25 55 01 00"), ("15", "15"), ("17", "17"), ("18", "18"), ("112", "112"),
        ("114", "114"), ("115", "115"), ("119", "119"), ("191", "191"), ("196", "196"), ("197", "197"),
        ("116006", "116 006"), ("3919", "3919"), ("3624", "3624"), ("1013", "1013")
    ])
    func telephones(typed: String, shown: String) throws {
        let value = try parse("callback_contact", " \(typed) ")
        #expect(value == .text(typed))
        #expect(try field("callback_contact").display(value, .fr) == shown)
    }

    /// Where the person's own number is asked, "17" is somebody who has understood another question.
    @Test(arguments: ["15", "17", "112", "3919", "116006"])
    func noEmergencyNumberIsThePersons(typed: String) throws {
        let failure = try #require(try refusal("safe_phone", typed))
        #expect(failure == .emergencyNumber(typed))
        #expect(failure.text(.fr).contains("« aucun »"), "\(failure.text(.fr))")
        #expect(failure.text(.en).contains("none"), "\(failure.text(.en))")
    }

    @Test(arguments: [
        "12", "1", "appelez-moi", "063998000", "06399800011", "+33 0 39 98 00 01", "+33 6 39 98 00", "+0639980001",
        "+1234567", "+1234567890123456", "118218", "113", "190", "4000", "639980001", "+590 0590 99 00 01"
    ])
    func noTelephones(typed: String) throws {
        let definition = try field("safe_phone")
        let failure = try #require(try refusal("safe_phone", typed))
        #expect(failure == .notExpected(typed, definition))
        #expect(failure.text(.fr).contains(typed) && failure.text(.fr).contains("attendu : numéro de téléphone"))
        #expect(failure.text(.en).contains(typed) && failure.text(.en).contains("expected: telephone number"))
    }

    // MARK: Dates

    @Test(arguments: [
        ("14/03/1990", "1990-03-14"), ("14.3.1990", "1990-03-14"), ("14-03-1990", "1990-03-14"),
        ("14 03 1990", "1990-03-14"), ("1990-03-14", "1990-03-14"), ("14 mars 1990", "1990-03-14"),
        ("14 MARS 1990", "1990-03-14"), ("1er août 1990", "1990-08-01"), ("2 aout 1990", "1990-08-02"),
        ("14 March 1990", "1990-03-14"), ("14 févr. 1990", "1990-02-14"), ("29/02/2024", "2024-02-29"),
        ("aujourd'hui", "2026-05-28"), ("Aujourd’hui", "2026-05-28"), ("hier", "2026-05-27"),
        ("avant-hier", "2026-05-26"), ("today", "2026-05-28"), ("yesterday", "2026-05-27")
    ])
    func dates(typed: String, stored: String) throws {
        #expect(try parse("facts_date", typed) == .text(stored))
    }

    @Test(arguments: [
        ("birth_date", "14/03/90", "quatre chiffres", "four digits"),
        ("birth_date", "14 mars 90", "quatre chiffres", "four digits"),
        ("birth_date", "31/02/1990", "calendrier", "calendar"), ("birth_date", "03/14/1990", "calendrier", "calendar"),
        ("birth_date", "14/03/2190", "14/03/2190 est dans l'avenir", "2190-03-14 is in the future"),
        ("birth_date", "29/05/2026", "avenir", "future"), ("birth_date", "14/03/1790", "130 ans", "130 years"),
        ("birth_date", "27/05/1896", "130 ans", "130 years"), ("child_birth_date", "14/03/1990", "22 ans", "22 years"),
        ("consent_date", "01/01/2020", "5 ans", "5 years"), ("agreed_at", "01/01/2020", "5 ans", "5 years"),
        ("withdrawn_on", "29/05/2026", "avenir", "future"), ("outcome_date", "01/01/1990", "30 ans", "30 years"),
        ("last_attempt_date", "01/01/1990", "30 ans", "30 years"), ("facts_date", "29/05/2026", "avenir", "future"),
        ("birth_date", "demain", "attendu : date", "expected: date"),
        ("birth_date", "14 jui 1990", "attendu : date", "expected: date"),
        ("birth_date", "mars 1990", "attendu : date", "expected: date")
    ])
    func noDates(name: String, typed: String, fr: String, en: String) throws {
        let failure = try #require(try refusal(name, typed))
        #expect(failure.text(.fr).contains(fr), "\(failure.text(.fr))")
        #expect(failure.text(.en).contains(en), "\(failure.text(.en))")
    }

    @Test func limitsAreWhereTheyAreSaidToBe() throws {
        #expect(try refusal("birth_date", "28/05/2026") == nil)
        #expect(try refusal("child_birth_date", "28/05/2004") == nil)
        #expect(try refusal("child_birth_date", "27/05/2004") != nil)
        #expect(try refusal("period_end", "31/12/2026") == nil)
    }

    /// At 00:06 in Paris it is still the day before in Greenwich.
    @Test func todayIsThatOfTheZone() throws {
        let night: Instant = 1_780_006_000
        #expect(try parse("facts_date", "aujourd'hui", now: night) == .text("2026-05-29"))
        let greenwich = TypedContext(now: night, zone: .gmt, language: .fr)
        #expect(try field("facts_date").parse("aujourd'hui", at: greenwich) == .text("2026-05-28"))
    }

    // MARK: Instants

    @Test(arguments: [
        ("21:14", "2026-05-28T21:14:00+02:00"), ("21h14", "2026-05-28T21:14:00+02:00"),
        ("21 h 14", "2026-05-28T21:14:00+02:00"), ("21 H", "2026-05-28T21:00:00+02:00"),
        ("23:14", "2026-05-27T23:14:00+02:00"), ("22:28", "2026-05-28T22:28:00+02:00"),
        ("hier 21:40", "2026-05-27T21:40:00+02:00"), ("hier à 21h40", "2026-05-27T21:40:00+02:00"),
        ("yesterday at 21:40", "2026-05-27T21:40:00+02:00"), ("avant-hier 8h05", "2026-05-26T08:05:00+02:00"),
        ("28/05/2026 21:14", "2026-05-28T21:14:00+02:00"), ("28 mai 2026 à 21 h 14", "2026-05-28T21:14:00+02:00"),
        ("2026-05-28 21:14", "2026-05-28T21:14:00+02:00"), ("2026-05-28T19:14:05Z", "2026-05-28T21:14:05+02:00")
    ])
    func instants(typed: String, stored: String) throws {
        #expect(try parse("phone_call_at", typed) == .text(stored))
        #expect(FieldDefinition.instant(stored) != nil)
    }

    @Test(arguments: [
        ("25:00", "n'existe pas", "no such time"), ("28/05/2026 23:14", "avenir", "future"),
        ("20/05/2026 21:14", "7 jours", "7 days"), ("29/03/2026 02:30", "n'existe pas", "no such time"),
        ("28/05/26 21:14", "quatre chiffres", "four digits"), ("hier soir", "attendu : heure", "expected: time"),
        ("28/05/2026", "attendu : heure", "expected: time"), ("23:", "attendu : heure", "expected: time")
    ])
    func noInstants(typed: String, fr: String, en: String) throws {
        let failure = try #require(try refusal("phone_call_at", typed))
        #expect(failure.text(.fr).contains(fr), "\(failure.text(.fr))")
        #expect(failure.text(.en).contains(en), "\(failure.text(.en))")
    }

    @Test func datesAndTimesAreRefusedForAReason() throws {
        #expect(try refusal("birth_date", "14/03/90") == .yearOfTwoDigits("14/03/90"))
        #expect(try refusal("birth_date", "31/02/1990") == .noSuchDay("31/02/1990"))
        #expect(try refusal("phone_call_at", "29/03/2026 02:30") == .noSuchTime("29/03/2026 02:30"))
        let future: Instant = 1_780_002_840
        #expect(try refusal("phone_call_at", "28/05/2026 23:14") == .instantInTheFuture(future, in: paris))
        let limit = try #require(RelativeLimit("-P7D"))
        let past: Instant = 1_779_304_440
        #expect(
            try refusal("phone_call_at", "20/05/2026 21:14") == .instantTooLongAgo(past, in: paris, limit: limit))
    }

    /// 02:30 comes twice on 25 October 2026: before 02:45 in winter time the second one is the latest that has been.
    @Test func theHourThatComesTwiceIsTheLatest() throws {
        let winter: Instant = 1_792_892_700
        #expect(try parse("phone_call_at", "2:30", now: winter) == .text("2026-10-25T02:30:00+01:00"))
        #expect(try parse("phone_call_at", "2:30", now: winter - 3600) == .text("2026-10-25T02:30:00+02:00"))
    }

    @Test func whatIsShownIsWhatWasMeant() throws {
        let call = try field("phone_call_at")
        #expect(call.display(.text("2026-05-28T21:14:00+02:00"), .fr) == "28/05/2026 à 21:14:00 (UTC+2)")
        #expect(call.display(.text("2026-05-28T19:14:00Z"), .fr) == "28/05/2026 à 19:14:00 (UTC)")
        #expect(try field("birth_date").display(.text("1990-03-14"), .fr) == "14/03/1990")
        #expect(try field("birth_date").display(.text("1990-03-14"), .en) == "1990-03-14")
        #expect(try field("minors_present").display(.text("unknown"), .fr) == "inconnu")
        #expect(try field("safe_phone").display(.text("12"), .fr) == "12")
        #expect(
            try field("indicators").display(.list(["profile.victim=12", "sex.male=suppressed"]), .fr)
                == "profil : victime = 12 ; sexe : hommes = supprimé")
    }

    // MARK: Words

    @Test(
        arguments: [
            ("beneficiary_profile", "victime", .text("victim")), ("beneficiary_profile", "VICTIM", .text("victim")),
            ("main_issue", "violences au sein du couple", .text("couple_violence")),
            ("main_issue", "couple_violence", .text("couple_violence")),
            ("main_issue", "Couple violence", .text("couple_violence")),
            ("main_issue", "violences s", .text("sexual_violence")),
            ("main_issue", "MAJEUR VULNERABLE", .text("vulnerable_adult")),
            ("already_known", "o", .text("yes")), ("already_known", "no", .text("no")),
            ("exception_article", "226-14, 3°", .text("cp_226_14_3")),
            ("needs", "hébergement ou logement; aide alimentaire", .list(["housing", "food"])),
            ("needs", "Aide fin, food", .list(["financial_aid", "food"])),
            ("needs", "housing, hébergement", .list(["housing"])), ("minors_present", "inconnu", .text("unknown")),
            ("minors_present", "?", .text("unknown")), ("minors_present", "unknown", .text("unknown")),
            ("minors_present", " 2 ", .integer(2)), ("staff_safety_alert", "oui", .flag(true)),
            ("staff_safety_alert", "O", .flag(true)), ("staff_safety_alert", "y", .flag(true)),
            ("staff_safety_alert", "true", .flag(true)), ("staff_safety_alert", "non", .flag(false)),
            ("staff_safety_alert", "n", .flag(false)), ("staff_safety_alert", "No", .flag(false)),
            ("interpreter_language", "AR", .text("ar")),
            (
                "indicators", "profil : victime = 12, bénéficiaires, total=30, sex.male=supprimé",
                .list(["profile.victim=12", "beneficiaries.total=30", "sex.male=suppressed"])
            )
        ] as [(String, String, FieldValue)])
    func words(name: String, typed: String, stored: FieldValue) throws {
        #expect(try parse(name, typed) == stored)
        #expect(try parse(name, typed, .en) == stored)
    }

    @Test(arguments: [
        ("main_issue", "violences", "peut vouloir dire : violences au sein du couple"),
        ("already_known", "n", "peut vouloir dire"), ("main_issue", "sorcellerie", "attendu : l'un de"),
        ("main_issue", "9", "attendu : l'un de"), ("legal_basis", "2", "attendu : l'un de"),
        ("needs", "aide alimentaire, sorcellerie", "« sorcellerie »"), ("needs", "", "attendu : une liste"),
        ("minors_present", "deux", "attendu : un nombre, ou « inconnu »"), ("minors_present", "-1", "attendu"),
        ("staff_safety_alert", "peut-être", "attendu : oui ou non"), ("age_estimate", "40", "attendu"),
        ("last_name", "  ", "attendu : texte")
    ])
    func noWords(name: String, typed: String, fr: String) throws {
        let failure = try #require(try refusal(name, typed))
        #expect(failure.text(.fr).contains(fr), "\(failure.text(.fr))")
    }

    /// What steers a terminal is not echoed.
    @Test func aRefusalEchoesNoControls() throws {
        let failure = try #require(try refusal("birth_date", "hier\u{1B}[2J\n\u{202E}"))
        #expect(!failure.text(.fr).unicodeScalars.contains { FieldDefinition.isForbidden($0) || $0 == "\n" })
    }

    /// Nobody knows when a file was written: labels and dates are read, relative words are not.
    @Test func filesHoldWhatNeedsNoClock() throws {
        let file = """
            beneficiary_profile: victime
            birth_date: 14/03/1990
            facts_date: hier
            phone_call_at: "23:14"
            needs: [Hébergement ou logement, food]
            staff_safety_alert: Oui
            minors_present: inconnu
            main_issue: sorcellerie
            """
        #expect(
            try FormFile.parse(file, fields: catalogue.fields) == [
                "beneficiary_profile": .text("victim"), "birth_date": .text("1990-03-14"), "facts_date": .text("hier"),
                "phone_call_at": .text("23:14"), "needs": .list(["housing", "food"]),
                "staff_safety_alert": .flag(true), "minors_present": .text("unknown"),
                "main_issue": .text("sorcellerie")
            ])
    }

    // MARK: Communes

    @Test(arguments: [
        ("01053", "01053 (Ain)"), ("2A004", "2A004 (Corse-du-Sud)"), ("75056", "75056 (Paris)"),
        ("75111", "75111 (Paris)"), ("97411", "97411 (La Réunion)"), ("98818", "98818 (Nouvelle-Calédonie)")
    ])
    func communes(typed: String, shown: String) throws {
        let value = try parse("residence_commune", typed.lowercased())
        #expect(value == .text(typed))
        #expect(try field("residence_commune").display(value, .fr) == shown)
    }

    @Test(
        arguments: [
            ("01000", .postcode("01000"), "01000 est un code postal"),
            ("97400", .postcode("97400"), "97400 est un code postal"),
            ("75011", .postcode("75011"), "75011 est un code postal"),
            ("20000", .noSuchDepartement("20", code: "20000"), "le département 20 n'existe pas"),
            ("96001", .noSuchDepartement("96", code: "96001"), "le département 96 n'existe pas"),
            ("98000", .noSuchDepartement("980", code: "98000"), "le département 980 n'existe pas"),
            ("3A001", .noSuchDepartement("3A", code: "3A001"), "le département 3A n'existe pas"),
            ("99132", .foreignCountry("99132"), "pays étranger"),
            ("Bourg-en-Bresse", .notACommune("Bourg-en-Bresse"), "tapez le code INSEE"),
            ("Belley", .notACommune("Belley"), "tapez le code INSEE"),
            ("1053", .notACommune("1053"), "tapez le code INSEE")
        ] as [(String, TypingFailure, String)])
    func noCommunes(typed: String, expected: TypingFailure, fr: String) throws {
        let failure = try #require(try refusal("residence_commune", typed))
        #expect(failure == expected)
        #expect(failure.text(.fr).contains(fr), "\(failure.text(.fr))")
    }

    // MARK: References

    @Test(arguments: [
        ("source_reference", "2026/001234"), ("source_reference", "PV 01234/2026/000567"),
        ("source_reference", "MC-2026-118"), ("source_reference", "COMMISSARIAT 2026/118"), ("case_ref", "AV-2026-17"),
        ("thread_ref", "0f8fad5b-d9cb-469f-a165-7abcdefabcde"), ("second_reader", "d-07@france-victimes25"),
        ("second_reader", "R 12")
    ])
    func references(name: String, typed: String) throws {
        #expect(try parse(name, typed) == .text(typed))
    }

    @Test(arguments: [
        ("source_reference", "TESTARD"), ("source_reference", "TESTARD 3"),
        ("source_reference", "dossier de Mme Testard 3"), ("source_reference", "Exemple 2026/118"),
        ("source_reference", "Roy 12"), ("source_reference", "d-07@france-victimes25"), ("case_ref", "Alpha Testard"),
        ("case_ref", "affaire fictive"), ("thread_ref", "celle de Mme EXEMPLE"), ("second_reader", "Beta Exemple 2")
    ])
    func noReferences(name: String, typed: String) throws {
        let failure = try #require(try refusal(name, typed))
        #expect(failure == .mayHoldName(typed))
        #expect(failure.text(.fr).contains(typed) && failure.text(.fr).contains("tapez seulement le numéro"))
        #expect(failure.text(.en).contains("type the number only"))
    }
}

/// A whole form at its sender, and what its readers still take.
struct TypedFormTests {
    private static let now: Instant = 1_780_000_000
    private let catalogue: FormCatalogue
    private let paris: TimeZone

    init() throws {
        catalogue = FormCatalogue.shipped
        paris = try #require(TimeZone(identifier: "Europe/Paris"))
    }

    private func kind(_ id: String) throws -> FormKind { try #require(catalogue[id]) }

    /// A complete form that nothing speaks against.
    private func complete(_ id: String) throws -> [String: FieldValue] {
        var form = try Fixture.form(try kind(id), catalogue)
        if form["phone_call_at"] != nil { form["phone_call_at"] = .text("2026-05-28T21:14:00+02:00") }
        if form["shared_scope"] != nil { form["shared_scope"] = .list(catalogue.fields["shared_scope"]?.codes ?? []) }
        return form
    }

    private func typed(_ id: String, _ form: [String: FieldValue], attachments: Int = 0) throws -> [FormFinding] {
        catalogue.checkTyped(form, kind: try kind(id), now: Self.now, zone: paris, attachments: attachments)
    }

    @Test func aCompleteFormOfEveryKindMayBeSealed() throws {
        for kind in catalogue.kinds { #expect(try typed(kind.id, try complete(kind.id), attachments: 2) == []) }
    }

    /// What was sealed under older rules stays readable; only the sender is asked again.
    @Test(
        arguments: [
            ("referral", "safe_phone", .text("12")), ("referral", "birth_date", .text("2190-01-01")),
            ("referral", "source_reference", .text("TESTARD 3")), ("referral", "case_ref", .text("affaire TESTARD")),
            ("referral", "thread_ref", .text("celle d'hier")), ("concern_report", "residence_commune", .text("01000")),
            ("concern_report", "child_birth_date", .text("1990-03-14")),
            ("orientation", "consent_date", .text("2020-01-01")), ("contact_request", "agreed_at", .text("2190-01-01")),
            ("consent_withdrawal", "withdrawn_on", .text("2190-01-01")),
            ("follow_up_report", "outcome_date", .text("1980-01-01")),
            ("no_contact_notice", "last_attempt_date", .text("2190-01-01")),
            ("deterioration_notice", "facts_date", .text("2026-05-29")),
            ("minor_judicial_report", "phone_call_at", .text("2026-05-20T21:14:00+02:00")),
            ("minor_judicial_report", "phone_call_at", .text("2026-05-28T22:29:00+02:00"))
        ] as [(String, String, FieldValue)])
    func anOldFormIsReadAndNotSent(id: String, name: String, value: FieldValue) throws {
        let form = try complete(id).merging([name: value]) { $1 }
        #expect(try catalogue.check(form, kind: kind(id)) == [])
        let found = try typed(id, form)
        #expect(found.map(\.field) == [name])
        #expect(found.map(\.rule) == [.implausible])
        let context = FormContext()
        let single = catalogue.checkTyped(
            value, of: name, kind: try kind(id), context: context, now: Self.now, zone: paris)
        #expect(single == found)
    }

    @Test func aFormOfTodayPassesBothChecks() throws {
        let form = try complete("referral").merging(["safe_phone": .text("0639980001")]) { $1 }
        #expect(try catalogue.check(form, kind: kind("referral")) == [])
        #expect(try typed("referral", form) == [])
    }

    /// A text that no reader takes is explained to its sender.
    @Test(arguments: [
        ("birth_date", "14/03/90", "quatre chiffres"), ("safe_phone", "appelez-moi", "« appelez-moi »"),
        ("birth_date", "hier", "écrivez la valeur entière, par exemple 2026-05-27"),
        ("main_issue", "violences", "peut vouloir dire"), ("main_issue", "sorcellerie", "attendu : l'un de")
    ])
    func wrongTextsAreExplained(name: String, text: String, fr: String) throws {
        let form = try complete("referral").merging([name: .text(text)]) { $1 }
        let found = try #require(try typed("referral", form).first)
        #expect(found.field == name && found.rule == .type)
        #expect(found.text(.fr).contains(fr), "\(found.text(.fr))")
    }

    // MARK: What the person agreed to

    @Test(
        arguments: [
            (["contact", "needs"], [:], ["last_name", "first_name"], "identité"),
            (["identity", "needs"], [:], ["safe_phone"], "coordonnées"),
            (["identity", "contact"], [:], ["needs", "request"], "besoins"),
            (
                ["identity", "contact", "needs"], ["minors_present": .integer(2)], ["minors_present"],
                "situation familiale"
            ),
            (
                ["identity", "contact", "needs"], ["actions_taken": .text("Une demande fictive.")], ["actions_taken"],
                "démarches faites"
            ),
            (["identity", "contact", "needs"], ["birth_date": .text("1990-03-14")], [], "")
        ] as [([String], [String: FieldValue], [String], String)])
    func anOrientationHoldsWhatWasAgreed(
        agreed: [String], more: [String: FieldValue], fields: [String], scope: String
    ) throws {
        var form = try complete("orientation").merging(more) { $1 }
        form["shared_scope"] = .list(agreed)
        #expect(try catalogue.check(form, kind: kind("orientation")) == [])
        let found = try typed("orientation", form)
        let required = try kind("orientation").required
        #expect(found.map(\.field) == fields)
        for finding in found {
            guard case .notAgreed(let field, let missing, let scopes, let isRequired) = finding.problem else {
                Issue.record("\(finding.field): \(finding.rule)")
                continue
            }
            #expect(field == catalogue.label(of: finding.field))
            #expect(missing.fr == scope)
            #expect(scopes == catalogue.label(of: "shared_scope"))
            #expect(isRequired == required.contains(finding.field))
            #expect(finding.rule == .scope)
            #expect(finding.why.fr.contains("« \(field.fr) »") && finding.why.fr.contains("« \(scope) »"))
        }
    }

    @Test func attachmentsNeedAgreementToo() throws {
        var form = try complete("orientation")
        form["shared_scope"] = .list(["identity", "contact", "needs"])
        #expect(try typed("orientation", form) == [])
        let found = try typed("orientation", form, attachments: 2)
        #expect(found.map(\.field) == ["shared_scope"] && found.map(\.rule) == [.scope])
        #expect(found.first?.why.fr.contains("2 pièces jointes") == true)
        #expect(try typed("concern_report", try complete("concern_report"), attachments: 2) == [])
    }

    // MARK: Words for people

    @Test func findingsNameFieldsByTheirLabels() throws {
        var form = try complete("concern_report")
        form["child_birth_date"] = nil
        let finding = try #require(catalogue.check(form, kind: try kind("concern_report")).first)
        let group = ["child_birth_date", "age_estimate"]
        #expect(finding.problem == .noneOf(group.map { catalogue.label(of: $0) }))
        #expect(finding.why == catalogue.atLeastOne(of: group))
        #expect(finding.why.fr == "au moins l'un de : Date de naissance de l'enfant, Âge estimé")
        #expect(finding.why.en == "at least one of: Child's birth date, Estimated age")
        #expect(finding.text(.fr) == "child_birth_date: \(finding.why.fr)")
        let fields = catalogue.fields
        #expect(finding.text(.fr, fields: fields) == "Date de naissance de l'enfant : \(finding.why.fr)")
        #expect(finding.text(.en, fields: fields) == "Child's birth date: \(finding.why.en)")
        #expect(
            finding.text(.en, fields: fields, withIdentifier: true)
                == "Child's birth date (child_birth_date): \(finding.why.en)")
    }

    @Test func findingsNameCodesByTheirLabels() throws {
        let police = FormContext(senderKind: "iscg_operator", recipientKind: "national_police")
        let outcome = catalogue.check(
            ["outcome": .text("refused")], kind: try kind("follow_up_report"), context: police)
        #expect(outcome.map(\.why.fr) == ["seulement : pris en charge, non pris en charge"])
        let form = try complete("judicial_transmission").merging(["exception_article": .text("cp_226_14_3")]) { $1 }
        let article = catalogue.check(form, kind: try kind("judicial_transmission"), context: police)
        #expect(article.map(\.rule) == [.sender])
        #expect(article.first?.why.fr.contains("226-14, 3° : violences au sein du couple") == true)
        #expect(article.first?.why.fr.contains("cp_226_14_3") == false)
    }

    /// No code where a label says it, nor a rule's name in brackets.
    @Test func whatIsExpectedIsSaidInWords() {
        for (name, field) in catalogue.fields where field.type == .choice || field.type == .choices {
            for language in Language.allCases {
                let expected = field.expected(language)
                for code in field.codes where code.contains("_") { #expect(!expected.contains(code), "\(name)") }
                for code in field.codes { #expect(expected.contains(field.values?[code]?.text(language) ?? "?")) }
            }
        }
        let finding = FormFinding(field: "last_name", .demanded(Label(fr: "faux", en: "wrong")))
        #expect(finding.text(.fr, fields: catalogue.fields) == "Nom : faux")
        #expect(catalogue.fields["staff_safety_alert"]?.expected(.fr) == "oui ou non")
        #expect(catalogue.fields["birth_date"]?.expected(.fr) == "date, par exemple 14/03/1990")
        #expect(catalogue.fields["minors_present"]?.expected(.fr) == "un nombre, ou « inconnu »")
        #expect(catalogue.fields["phone_call_at"]?.expected(.fr).hasPrefix("heure (23:14) ou date et heure") == true)
    }

    /// A template is filled by hand and by programs: it says codes, and what they mean.
    @Test func aTemplateSaysCodesAndLabels() throws {
        let template = catalogue.template(try kind("referral"), .fr)
        #expect(template.contains("couple_violence (violences au sein du couple)"))
    }

    @Test(arguments: [
        ("today", true), ("-P130Y", true), ("-P7D", true), ("PT2M", true), ("P1M", false), ("-PT5D", false),
        ("130", false), ("", false)
    ])
    func limitsAreTodayOrOneUnit(text: String, isOne: Bool) {
        #expect((RelativeLimit(text) != nil) == isOne)
    }
}
